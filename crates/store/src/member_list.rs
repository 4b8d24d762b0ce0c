//! Members as they are listed: filtered, and a part of them at a time.

use pullgate_policy::{OrganizationName, Role, TeamName, Username};

use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::members::{Member, MemberColumns, role_word};
use crate::search::Search;
use crate::store::Store;
use crate::window::{Part, Window};

/// The most characters of a text that is searched for.
const LONGEST: usize = 254;

/// A member with the teams that they are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberEntry {
    /// The member.
    pub member: Member,
    /// The member's teams, by name, without the owners team.
    pub teams: Vec<TeamName>,
}

/// Which members are wanted; all of them by default.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter<'f> {
    /// Only those with this role.
    pub role: Option<Role>,
    /// Only those in this team, which is not the owners team.
    pub team: Option<&'f TeamName>,
    /// Only those in whose name, or whose name or e-mail address, a text is.
    pub search: Option<MemberSearch<'f>>,
}

/// Where a text is looked for.
#[derive(Clone, Copy, Debug)]
pub enum MemberSearch<'f> {
    /// In the name.
    Name(&'f str),
    /// In the name and in the e-mail address.
    NameOrEmail(&'f str),
}

/// How one member is called.
#[derive(Clone, Copy, Debug)]
pub enum MemberKey<'k> {
    /// By name.
    Name(&'k Username),
    /// By e-mail address, in any letter case.
    Email(&'k str),
}

/// The columns of an entry.
#[derive(sqlx::FromRow)]
struct EntryColumns {
    #[sqlx(flatten)]
    member: MemberColumns,
    teams: Option<String>,
}

impl EntryColumns {
    fn read(self) -> Result<MemberEntry, StoreError> {
        let member = self.member.read()?;
        let place = Place {
            what: "teams",
            name: member.username.as_str(),
        };
        let names = self.teams.iter().flat_map(|names| names.split(','));
        let mut teams = names
            .map(|name| place.parse(name))
            .collect::<Result<Vec<TeamName>, _>>()?;
        teams.sort();
        Ok(MemberEntry { member, teams })
    }
}

/// The teams are looked up for those alone who are in the part that is wanted.
/// No name of a team has a comma.
const ENTRIES: &str = "SELECT part.person, username, email, status, role, since,
         (SELECT string_agg(team_members.team, ',') FROM team_members
          WHERE team_members.organization = part.organization
              AND team_members.person = part.person) AS teams
     FROM (SELECT members.organization, members.person, people.username, people.email,
         people.status, members.role, members.since
     FROM members JOIN people ON people.id = members.person";

const END: &str = ") AS part ORDER BY username";

const NUMBER: &str = "SELECT COUNT(*) FROM members JOIN people ON people.id = members.person";

impl Store {
    /// A part of the members of an organization, by name.
    pub async fn members_in(
        &self,
        organization: &OrganizationName,
        filter: &MemberFilter<'_>,
        window: Window,
    ) -> Result<Part<MemberEntry>, StoreError> {
        let mut picture = self.db.picture().await?;
        let count = search(NUMBER, organization, filter)?;
        let count = count.count(picture.link()).await?;
        let entries: Vec<EntryColumns> = search(ENTRIES, organization, filter)?
            .ending(END)
            .window(picture.link(), "people.username", window)
            .await?;
        Ok(Part {
            count,
            entries: entries
                .into_iter()
                .map(EntryColumns::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The first members of an organization whose names come after another,
    /// at most `limit`: to go through all of them one part after the other,
    /// whoever comes and goes meanwhile.
    pub async fn members_after(
        &self,
        organization: &OrganizationName,
        after: Option<&Username>,
        limit: u32,
    ) -> Result<Vec<MemberEntry>, StoreError> {
        let mut search = search(ENTRIES, organization, &MemberFilter::default())?.ending(END);
        if let Some(after) = after {
            search.add("people.username > ", after);
        }
        let entries: Vec<EntryColumns> = search
            .page(self.db.reader().await?.link(), "people.username", limit)
            .await?;
        entries.into_iter().map(EntryColumns::read).collect()
    }

    /// One member of an organization.
    pub async fn member(
        &self,
        organization: &OrganizationName,
        key: MemberKey<'_>,
    ) -> Result<Option<MemberEntry>, StoreError> {
        let mut search = search(ENTRIES, organization, &MemberFilter::default())?.ending(END);
        match key {
            MemberKey::Name(name) => search.add("people.username = ", name),
            MemberKey::Email(email) => {
                check_text("e-mail address", email, LONGEST)?;
                search.add_within("lower(people.email) = lower(?)", [email.into()]);
            }
        }
        let found: Option<EntryColumns> = search.first(self.db.reader().await?.link()).await?;
        found.map(EntryColumns::read).transpose()
    }
}

fn search<'f>(
    select: &'static str,
    organization: &'f OrganizationName,
    filter: &MemberFilter<'f>,
) -> Result<Search<'f>, StoreError> {
    let mut search = Search::new(select);
    search.add("members.organization = ", organization);
    if let Some(role) = filter.role {
        search.add("members.role = ", role_word(role));
    }
    if let Some(team) = filter.team {
        search.add_within(
            "members.person IN (SELECT person FROM team_members WHERE organization = ? AND team = ?)",
            [organization.into(), team.into()],
        );
    }
    match filter.search {
        None => {}
        Some(MemberSearch::Name(text)) => {
            check_text("search", text, LONGEST)?;
            search.add_holds("people.username LIKE ", &text.to_lowercase());
        }
        Some(MemberSearch::NameOrEmail(text)) => {
            check_text("search", text, LONGEST)?;
            // Nobody searches for a line break.
            search.add_holds(
                "(people.username || '\n' || lower(people.email)) LIKE ",
                &text.to_lowercase(),
            );
        }
    }
    Ok(search)
}
