//! Allowances for one repository with an end.

use jiff::Timestamp;
use pullgate_policy::{Covers, Exception, OrganizationName};
use pullgate_reference::Repository;
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::history::Action;
use crate::ids::ExceptionId;
use crate::link::values;
use crate::store::Store;

/// An exception as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionRecord {
    /// Which it is.
    pub id: ExceptionId,
    /// What it allows, for whom and until when.
    pub exception: Exception,
    /// Why it was made.
    pub reason: String,
    /// Who made it.
    pub made_by: Actor,
    /// When it was made.
    pub made_at: Timestamp,
}

/// An exception to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewException {
    /// The repository that may be pulled.
    pub repository: Repository,
    /// Who may pull it: a team or a member that there is.
    pub covers: Covers,
    /// From this moment on it counts no more.
    pub ends_at: Timestamp,
    /// Why.
    pub reason: String,
}

impl NewException {
    /// What the history tells of it.
    pub(crate) fn tell(&self) -> Json {
        tell(&self.covers, self.ends_at, &self.reason)
    }
}

impl ExceptionRecord {
    /// What the history tells of it.
    pub(crate) fn tell(&self) -> Json {
        let Exception {
            repository,
            covers,
            ends_at,
        } = &self.exception;
        let mut told = tell(covers, *ends_at, &self.reason);
        told["id"] = json!(self.id);
        told["repository"] = json!(repository.as_str());
        told
    }
}

fn tell(covers: &Covers, ends_at: Timestamp, reason: &str) -> Json {
    let (team, person) = match covers {
        Covers::Organization => (None, None),
        Covers::Team(team) => (Some(team), None),
        Covers::Person(person) => (None, Some(person)),
    };
    json!({"team": team, "person": person, "ends_at": ends_at, "reason": reason})
}

/// The columns of an exception.
#[derive(sqlx::FromRow)]
pub(crate) struct ExceptionColumns {
    id: String,
    repository: String,
    team: Option<String>,
    person: Option<String>,
    ends_at: i64,
    reason: String,
    made_by: String,
    made_at: i64,
}

impl ExceptionColumns {
    pub(crate) fn read(self, place: Place<'_>) -> Result<ExceptionRecord, StoreError> {
        let covers = (self.team.as_deref(), self.person.as_deref());
        Ok(ExceptionRecord {
            id: place.parse(&self.id)?,
            exception: read_exception(place, &self.repository, covers, self.ends_at)?,
            made_by: place.parse(&self.made_by)?,
            made_at: place.time(self.made_at)?,
            reason: self.reason,
        })
    }
}

/// An exception of its columns; `covers` is a team, a person or neither.
pub(crate) fn read_exception(
    place: Place<'_>,
    repository: &str,
    covers: (Option<&str>, Option<&str>),
    ends_at: i64,
) -> Result<Exception, StoreError> {
    Ok(Exception {
        repository: place.parse(repository)?,
        covers: read_covers(place, covers.0, covers.1)?,
        ends_at: place.time(ends_at)?,
    })
}

/// Whom an exception is for: a team, a person, or else the organization.
pub(crate) fn read_covers(
    place: Place<'_>,
    team: Option<&str>,
    person: Option<&str>,
) -> Result<Covers, StoreError> {
    match (team, person) {
        (None, None) => Ok(Covers::Organization),
        (Some(team), None) => place.parse(team).map(Covers::Team),
        (None, Some(person)) => place.parse(person).map(Covers::Person),
        (Some(_), Some(_)) => Err(place.corrupt("it covers both a team and a person")),
    }
}

impl Store {
    /// Makes an exception.
    pub async fn add_exception(
        &self,
        organization: &OrganizationName,
        exception: NewException,
        actor: &Actor,
    ) -> Result<ExceptionId, StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let repository = exception.repository.clone();
        let mut after = exception.tell();
        let id = change.insert_exception(organization, exception).await?;
        after["id"] = json!(id);
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::ExceptionAdded,
                subject: repository.as_str(),
                before: None,
                after: Some(after),
            })
            .await?;
        Ok(id)
    }

    /// Ends an exception now. Nothing happens if it has ended.
    pub async fn end_exception(
        &self,
        organization: &OrganizationName,
        id: ExceptionId,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let found: Option<(String, i64)> = change
            .link()
            .first(
                "SELECT repository, ends_at FROM exceptions WHERE organization = $1 AND id = $2",
                values![organization, id],
            )
            .await?;
        let (repository, ends_at) = found.ok_or_else(|| StoreError::not_found("exception", &id))?;
        let place = Place {
            what: "exception",
            name: organization.as_str(),
        };
        let before = place.time(ends_at)?;
        let at = change.at();
        if before <= at {
            return Ok(());
        }
        change
            .link()
            .execute(
                "UPDATE exceptions SET ends_at = $1 WHERE id = $2",
                values![at, id],
            )
            .await?;
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::ExceptionEnded,
                subject: &repository,
                before: Some(json!({"id": id, "ends_at": before})),
                after: Some(json!({"id": id, "ends_at": at})),
            })
            .await
    }

    /// One exception of an organization, whether it has ended or not.
    pub async fn exception(
        &self,
        organization: &OrganizationName,
        id: ExceptionId,
    ) -> Result<Option<ExceptionRecord>, StoreError> {
        let found: Option<ExceptionColumns> = self
            .db
            .reader()
            .await?
            .link()
            .first(
                "SELECT id, repository, team, person, ends_at, reason, made_by, made_at
                 FROM exceptions WHERE organization = $1 AND id = $2",
                values![organization, id],
            )
            .await?;
        let place = Place {
            what: "exceptions",
            name: organization.as_str(),
        };
        found.map(|columns| columns.read(place)).transpose()
    }

    /// The exceptions of an organization, ended ones included, newest first.
    pub async fn exceptions(
        &self,
        organization: &OrganizationName,
    ) -> Result<Vec<ExceptionRecord>, StoreError> {
        let found: Vec<ExceptionColumns> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT id, repository, team, person, ends_at, reason, made_by, made_at
                 FROM exceptions WHERE organization = $1 ORDER BY id DESC",
                values![organization],
            )
            .await?;
        let place = Place {
            what: "exceptions",
            name: organization.as_str(),
        };
        found
            .into_iter()
            .map(|columns| columns.read(place))
            .collect()
    }
}

impl Change<'_> {
    /// Writes a new exception, for a team or a member that there is.
    pub(crate) async fn insert_exception(
        &mut self,
        organization: &OrganizationName,
        exception: NewException,
    ) -> Result<ExceptionId, StoreError> {
        let NewException {
            repository,
            covers,
            ends_at,
            reason,
        } = exception;
        check_text("reason", &reason, 1_000)?;
        let id = ExceptionId::generate();
        let (team, person) = match &covers {
            Covers::Organization => (None, None),
            Covers::Team(team) => {
                self.check_team(organization, team).await?;
                (Some(team.as_str()), None)
            }
            Covers::Person(person) => {
                self.member(organization, person).await?;
                (None, Some(person.as_str()))
            }
        };
        let (made_at, made_by) = (self.at(), self.actor().to_string());
        self.link()
            .execute(
                "INSERT INTO exceptions
                     (id, organization, repository, team, person, ends_at, reason, made_by, made_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                values![
                    id,
                    organization,
                    &repository,
                    team,
                    person,
                    ends_at,
                    &*reason,
                    made_by,
                    made_at,
                ],
            )
            .await?;
        Ok(id)
    }
}
