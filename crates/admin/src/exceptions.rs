//! Allowances for one repository with an end.

use pullgate_identity::Subject;
use pullgate_policy::{Covers, OrganizationName, TeamName, Username};
use pullgate_store::{
    ExceptionFilter, ExceptionId, ExceptionRecord, ExceptionState, NewException, Part, PersonId,
    Window,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::rights::{Standing, no_such_organization};
use crate::text::demanded;

/// Which exceptions are to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionsShown {
    /// Those that have not ended.
    Current,
    /// Those that have.
    Ended,
    /// All.
    All,
}

/// Which exceptions are wanted.
#[derive(Clone, Debug)]
pub struct ExceptionQuery {
    /// Those that have ended, those that have not, or both.
    pub shown: ExceptionsShown,
    /// Only those in whose repository's name a text is.
    pub search: Option<String>,
}

/// Whose exceptions the caller may see.
enum Sight {
    Everybodys,
    /// Those that cover this person.
    Of(PersonId, Username, Vec<TeamName>),
}

impl Admin {
    /// A part of the exceptions of an organization, newest first: all for an
    /// owner, for a member those that cover them.
    pub async fn exceptions(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        query: &ExceptionQuery,
        window: Window,
    ) -> Result<Part<ExceptionRecord>> {
        let sight = self.exceptions_seen(caller, organization)?;
        let state = match query.shown {
            ExceptionsShown::Current => Some(ExceptionState::Current),
            ExceptionsShown::Ended => Some(ExceptionState::Ended),
            ExceptionsShown::All => None,
        };
        let search = query.search.clone();
        let filter = ExceptionFilter {
            state: state.map(|state| (state, self.now())),
            covering: match sight {
                Sight::Everybodys => None,
                Sight::Of(person, username, _) => Some((person, username)),
            },
            search: search.filter(|text| !text.is_empty()),
        };
        let found = self.store.exceptions_in(organization, &filter, window);
        Ok(found.await?)
    }

    /// One exception; for an owner, and for a member whom it covers.
    pub async fn exception(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        id: ExceptionId,
    ) -> Result<ExceptionRecord> {
        let sight = self.exceptions_seen(caller, organization)?;
        let record = self.store.exception(organization, id).await?;
        record
            .filter(|record| sight.sees(record))
            .ok_or_else(|| no_such_exception(id))
    }

    /// Makes an exception; for owners.
    pub async fn add_exception(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        exception: NewException,
    ) -> Result<ExceptionRecord> {
        let actor = self.owner(caller, organization)?;
        let reason = demanded(
            "reason",
            &exception.reason,
            "say why, for whoever looks at it later",
        )?;
        self.check_end(exception.ends_at)?;
        self.check_registry(organization, &exception.repository)
            .await?;
        let exception = NewException {
            reason,
            ..exception
        };
        let id = self
            .store
            .add_exception(organization, exception, &actor)
            .await?;
        self.settle().await;
        self.exception(caller, organization, id).await
    }

    /// Ends an exception now; for owners. Nothing happens if it has ended.
    pub async fn end_exception(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        id: ExceptionId,
    ) -> Result<ExceptionRecord> {
        let actor = self.owner(caller, organization)?;
        self.exception(caller, organization, id).await?;
        self.store.end_exception(organization, id, &actor).await?;
        self.settle().await;
        self.exception(caller, organization, id).await
    }

    fn exceptions_seen(&self, caller: &Caller, organization: &OrganizationName) -> Result<Sight> {
        if let (Standing::Owner, _) = self.insider(caller, organization)? {
            return Ok(Sight::Everybodys);
        }
        let subject = Self::person(caller)?;
        let directory = self.identity.directory();
        let teams = directory
            .memberships(subject)
            .find(|(name, ..)| *name == organization)
            .map(|(.., teams)| teams.to_vec());
        match (subject, teams) {
            (Subject::Person { id, username, .. }, Some(teams)) => {
                Ok(Sight::Of(*id, username.clone(), teams))
            }
            _ => Err(no_such_organization(organization)),
        }
    }
}

impl Sight {
    fn sees(&self, record: &ExceptionRecord) -> bool {
        match (self, &record.exception.covers) {
            (Self::Everybodys, _) | (_, Covers::Organization) => true,
            (Self::Of(_, _, teams), Covers::Team(team)) => teams.contains(team),
            (Self::Of(_, username, _), Covers::Person(person)) => username == person,
        }
    }
}

/// The same for one of others and for none.
fn no_such_exception(id: ExceptionId) -> AdminError {
    AdminError::NotFound(format!("there is no exception {id}, or you may not see it"))
}
