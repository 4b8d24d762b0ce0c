//! The exceptions of an organization, a page at a time.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Username};

use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::exceptions::{ExceptionColumns, ExceptionRecord};
use crate::ids::PersonId;
use crate::search::Search;
use crate::store::Store;
use crate::window::{Part, Window};

/// The longest text that is searched for, in characters.
const LONGEST: usize = 255;

/// Which exceptions are looked for; all by default.
#[derive(Clone, Debug, Default)]
pub struct ExceptionFilter {
    /// Those that count at a moment, or count no more.
    pub state: Option<(ExceptionState, Timestamp)>,
    /// Those that cover this member: by name, by a team, or as everybody.
    pub covering: Option<(PersonId, Username)>,
    /// A part of the repository's name, in any case.
    pub search: Option<String>,
}

/// Whether an exception counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionState {
    /// It has not ended.
    Current,
    /// It has.
    Ended,
}

impl ExceptionFilter {
    /// Adds what is looked for.
    fn narrow<'f>(
        &'f self,
        organization: &'f OrganizationName,
        select: &'static str,
    ) -> Result<Search<'f>, StoreError> {
        let mut search = Search::new(select);
        search.add("organization = ", organization);
        match self.state {
            Some((ExceptionState::Current, at)) => search.add("ends_at > ", at),
            Some((ExceptionState::Ended, at)) => search.add("ends_at <= ", at),
            None => {}
        }
        if let Some((person, username)) = &self.covering {
            search.add_within(
                "(person = ? OR (person IS NULL AND team IS NULL) OR team IN (
                     SELECT team_members.team FROM team_members
                     WHERE team_members.organization = ? AND team_members.person = ?))",
                [username.into(), organization.into(), (*person).into()],
            );
        }
        if let Some(text) = &self.search {
            check_text("search", text, LONGEST)?;
            search.add_holds("repository LIKE ", &text.to_lowercase());
        }
        Ok(search)
    }
}

impl Store {
    /// A part of the exceptions of an organization that are looked for, newest
    /// first.
    pub async fn exceptions_in(
        &self,
        organization: &OrganizationName,
        filter: &ExceptionFilter,
        window: Window,
    ) -> Result<Part<ExceptionRecord>, StoreError> {
        let mut picture = self.db.picture().await?;
        let count = filter.narrow(organization, "SELECT COUNT(*) FROM exceptions")?;
        let count = count.count(picture.link()).await?;
        let select = "SELECT id, repository, team, person, ends_at, reason, made_by, made_at
             FROM exceptions";
        let found: Vec<ExceptionColumns> = filter
            .narrow(organization, select)?
            .window(picture.link(), "id DESC", window)
            .await?;
        picture.commit().await?;
        let place = Place {
            what: "exceptions",
            name: organization.as_str(),
        };
        let entries = found.into_iter().map(|columns| columns.read(place));
        Ok(Part {
            count,
            entries: entries.collect::<Result<_, _>>()?,
        })
    }
}
