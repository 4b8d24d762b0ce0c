//! Finding invites, and listing them a part at a time.

use pullgate_policy::{OrganizationName, Role};

use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::ids::InviteId;
use crate::invites::{Backing, Invite};
use crate::members::role_word;
use crate::search::Search;
use crate::store::Store;
use crate::window::{Part, Window};

/// Which invites are wanted; all of them by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct InviteFilter<'f> {
    /// Only those to this role.
    pub role: Option<Role>,
    /// Only those in whose invitee a text is.
    pub search: Option<&'f str>,
}

/// The columns of an invite.
#[derive(sqlx::FromRow)]
pub(crate) struct InviteColumns {
    id: String,
    organization: String,
    invitee: String,
    role: String,
    team: Option<String>,
    made_by: String,
    made_at: i64,
    ends_at: i64,
    backing: String,
}

impl InviteColumns {
    pub(crate) fn read(self) -> Result<Invite, StoreError> {
        let place = Place {
            what: "invite",
            name: &self.id,
        };
        Ok(Invite {
            id: place.parse(&self.id)?,
            organization: place.parse(&self.organization)?,
            invitee: place.parse(&self.invitee)?,
            role: place.word(&self.role)?,
            team: place.parse_some(self.team.as_deref())?,
            made_by: place.parse(&self.made_by)?,
            made_at: place.time(self.made_at)?,
            ends_at: place.time(self.ends_at)?,
            backing: match self.backing.as_str() {
                "stands" => Backing::Stands,
                _ => Backing::Lost,
            },
        })
    }
}

pub(crate) const INVITES: &str =
    "SELECT id, organization, invitee, role, team, made_by, made_at, ends_at,
         CASE WHEN made_by = 'command line' OR EXISTS (
             SELECT 1 FROM members JOIN people ON people.id = members.person
             WHERE members.organization = invites.organization AND members.role = 'owner'
                 AND people.status = 'active' AND 'person:' || people.username = invites.made_by
         ) THEN 'stands' ELSE 'lost' END AS backing
     FROM invites";

impl Store {
    /// One invite.
    pub async fn invite(&self, id: InviteId) -> Result<Option<Invite>, StoreError> {
        let mut search = Search::new(INVITES);
        search.add("id = ", id);
        let found: Option<InviteColumns> = search.first(self.db.reader().await?.link()).await?;
        found.map(InviteColumns::read).transpose()
    }

    /// The invite whose link has this secret, by its keyed hash.
    pub async fn invite_hashed(&self, hash: &[u8; 32]) -> Result<Option<Invite>, StoreError> {
        let mut search = Search::new(INVITES);
        search.add("hash = ", &hash[..]);
        let found: Option<InviteColumns> = search.first(self.db.reader().await?.link()).await?;
        found.map(InviteColumns::read).transpose()
    }

    /// All invites of an organization, by invitee.
    pub async fn invites(
        &self,
        organization: &OrganizationName,
    ) -> Result<Vec<Invite>, StoreError> {
        let found: Vec<InviteColumns> = search(INVITES, organization, InviteFilter::default())?
            .page(self.db.reader().await?.link(), ORDER, u32::MAX)
            .await?;
        found.into_iter().map(InviteColumns::read).collect()
    }

    /// A part of the invites of an organization, by invitee.
    pub async fn invites_in(
        &self,
        organization: &OrganizationName,
        filter: InviteFilter<'_>,
        window: Window,
    ) -> Result<Part<Invite>, StoreError> {
        let mut picture = self.db.picture().await?;
        let number = search("SELECT COUNT(*) FROM invites", organization, filter)?;
        let count = number.count(picture.link()).await?;
        let entries: Vec<InviteColumns> = search(INVITES, organization, filter)?
            .window(picture.link(), ORDER, window)
            .await?;
        let entries = entries.into_iter().map(InviteColumns::read);
        Ok(Part {
            count,
            entries: entries.collect::<Result<_, _>>()?,
        })
    }
}

const ORDER: &str = "lower(invitee)";

/// The invites of an organization that a filter names.
pub(crate) fn search<'f>(
    select: &'static str,
    organization: &'f OrganizationName,
    filter: InviteFilter<'f>,
) -> Result<Search<'f>, StoreError> {
    let mut search = Search::new(select);
    search.add("organization = ", organization);
    if let Some(role) = filter.role {
        search.add("role = ", role_word(role));
    }
    if let Some(text) = filter.search {
        check_text("search", text, 254)?;
        search.add_holds("lower(invitee) LIKE ", &text.to_lowercase());
    }
    Ok(search)
}
