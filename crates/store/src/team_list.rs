//! Teams as they are listed: filtered, a part of them at a time, and with the
//! number of their members instead of all their names.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, TeamName};
use uuid::Uuid;

use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::ids::{PersonId, numbered};
use crate::search::Search;
use crate::store::Store;
use crate::window::{Part, Window};

/// The most characters of a text that is searched for.
const LONGEST: usize = 254;

/// A team, from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSummary {
    /// Its name.
    pub name: TeamName,
    /// What it is for, in its owners' words; empty if they have none.
    pub description: String,
    /// How many members it has.
    pub members: u64,
    /// The number by which tools know it. Stays the same when it is renamed.
    pub number: i64,
    /// Since when it exists.
    pub created_at: Timestamp,
}

impl TeamSummary {
    /// The identifier by which tools know it. Stays the same when it is
    /// renamed.
    pub fn id(&self) -> Uuid {
        numbered(2, self.number, self.created_at)
    }
}

/// Which teams are wanted; all of them by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct TeamFilter<'f> {
    /// Only those that this person is in.
    pub person: Option<PersonId>,
    /// Only those in whose name a text is.
    pub search: Option<&'f str>,
}

type Columns = (String, String, i64, i64, i64);

const ENTRIES: &str = "SELECT name, description,
         (SELECT COUNT(*) FROM team_members
          WHERE team_members.organization = teams.organization
              AND team_members.team = teams.name),
         number, created_at
     FROM teams";

fn read(
    (name, description, members, number, created_at): Columns,
) -> Result<TeamSummary, StoreError> {
    let place = Place {
        what: "team",
        name: &name,
    };
    Ok(TeamSummary {
        name: place.parse(&name)?,
        description,
        members: members.unsigned_abs(),
        number,
        created_at: place.time(created_at)?,
    })
}

impl Store {
    /// A part of the teams of an organization, by name; without the owners
    /// team.
    pub async fn teams_in(
        &self,
        organization: &OrganizationName,
        filter: TeamFilter<'_>,
        window: Window,
    ) -> Result<Part<TeamSummary>, StoreError> {
        let mut picture = self.db.picture().await?;
        let number = search("SELECT COUNT(*) FROM teams", organization, filter)?;
        let count = number.count(picture.link()).await?;
        let entries: Vec<Columns> = search(ENTRIES, organization, filter)?
            .window(picture.link(), "name", window)
            .await?;
        let entries = entries.into_iter().map(read);
        Ok(Part {
            count,
            entries: entries.collect::<Result<_, _>>()?,
        })
    }

    /// One team of an organization, which is not the owners team.
    pub async fn team(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<Option<TeamSummary>, StoreError> {
        let mut search = search(ENTRIES, organization, TeamFilter::default())?;
        search.add("name = ", team);
        let found: Option<Columns> = search.first(self.db.reader().await?.link()).await?;
        found.map(read).transpose()
    }
}

fn search<'f>(
    select: &'static str,
    organization: &'f OrganizationName,
    filter: TeamFilter<'f>,
) -> Result<Search<'f>, StoreError> {
    let mut search = Search::new(select);
    search.add("teams.organization = ", organization);
    if let Some(person) = filter.person {
        search.add_within(
            "teams.name IN (SELECT team FROM team_members WHERE organization = ? AND person = ?)",
            [organization.into(), person.into()],
        );
    }
    if let Some(text) = filter.search {
        check_text("search", text, LONGEST)?;
        search.add_holds("teams.name LIKE ", &text.to_lowercase());
    }
    Ok(search)
}
