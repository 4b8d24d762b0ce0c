//! What becomes of an open request. Of two who close one at the same moment
//! one does, and the other is told.

use pullgate_policy::{Covers, OrganizationName, TeamName, Username};
use pullgate_reference::Repository;
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::{Conflict, StoreError};
use crate::exceptions::NewException;
use crate::history::Action;
use crate::ids::{ExceptionId, PersonId, RequestId};
use crate::link::values;
use crate::requests::{Approval, ApprovedFor, Asked, LONGEST_TEXT, RequestState};
use crate::store::Store;

/// An open request that is about to be closed.
struct Open {
    username: Username,
    repository: Repository,
    asked: Vec<Asked>,
}

/// How requests are closed.
struct Close<'c> {
    state: RequestState,
    answer: &'c str,
    exception: Option<ExceptionId>,
}

/// The columns of a request that is to be closed.
type OpenColumns = (String, String, String, String, Option<String>);

impl Store {
    /// Makes the exception that was asked for, and closes the request with it;
    /// so it does with the other open requests for the same repository whose
    /// members may pull by that exception.
    pub async fn approve_request(
        &self,
        organization: &OrganizationName,
        id: RequestId,
        approval: Approval,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let Approval {
            covers,
            ends_at,
            answer,
        } = approval;
        check_text("answer", &answer, LONGEST_TEXT)?;
        let mut change = self.change(actor).await?;
        let open = change.open_request(organization, id).await?;
        let closed = change.answered(organization, id, &open, &covers).await?;
        let covers = match covers {
            ApprovedFor::WhoAsked => Covers::Person(open.username.clone()),
            ApprovedFor::Team(team) => Covers::Team(team),
            ApprovedFor::Organization => Covers::Organization,
        };
        let asked_for = open.asked.last().map(|asked| asked.reason.clone());
        let exception = NewException {
            repository: open.repository.clone(),
            covers,
            ends_at,
            reason: match answer.trim() {
                "" => asked_for.unwrap_or_default(),
                _ => answer.clone(),
            },
        };
        let mut told = exception.tell();
        let exception = change.insert_exception(organization, exception).await?;
        told["id"] = json!(exception);
        let close = Close {
            state: RequestState::Approved,
            answer: &answer,
            exception: Some(exception),
        };
        for id in &closed {
            change.close(*id, &close).await?;
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::RequestApproved,
                subject: open.repository.as_str(),
                before: None,
                after: Some(json!({
                    "id": id,
                    "person": open.username,
                    "answer": answer,
                    "exception": told,
                    "requests": closed,
                })),
            })
            .await
    }

    /// Says no, and why.
    pub async fn decline_request(
        &self,
        organization: &OrganizationName,
        id: RequestId,
        answer: &str,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        check_text("answer", answer, LONGEST_TEXT)?;
        let close = Close {
            state: RequestState::Declined,
            answer,
            exception: None,
        };
        let action = Action::RequestDeclined;
        self.close_request(organization, id, &close, action, actor)
            .await
    }

    /// Takes a request back.
    pub async fn withdraw_request(
        &self,
        organization: &OrganizationName,
        id: RequestId,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let close = Close {
            state: RequestState::Withdrawn,
            answer: "",
            exception: None,
        };
        let action = Action::RequestWithdrawn;
        self.close_request(organization, id, &close, action, actor)
            .await
    }

    async fn close_request(
        &self,
        organization: &OrganizationName,
        id: RequestId,
        close: &Close<'_>,
        action: Action,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let open = change.open_request(organization, id).await?;
        change.close(id, close).await?;
        change
            .commit(Entry {
                organization: Some(organization),
                action,
                subject: open.repository.as_str(),
                before: None,
                after: Some(json!({"id": id, "person": open.username, "answer": close.answer})),
            })
            .await
    }
}

impl Change<'_> {
    /// Closes what a person who leaves an organization has asked of it, and
    /// says how many that were.
    pub(crate) async fn withdraw_all_requests(
        &mut self,
        organization: &OrganizationName,
        person: PersonId,
    ) -> Result<u64, StoreError> {
        let (at, by) = (self.at(), self.actor().to_string());
        self.link()
            .execute(
                "UPDATE requests SET state = 'withdrawn', closed_by = $1, closed_at = $2
                 WHERE organization = $3 AND person = $4 AND state = 'open'",
                values![by, at, organization, person],
            )
            .await
    }

    async fn open_request(
        &mut self,
        organization: &OrganizationName,
        id: RequestId,
    ) -> Result<Open, StoreError> {
        let found: Option<OpenColumns> = self
            .link()
            .first(
                "SELECT people.username, requests.repository, requests.asked, requests.state,
                     requests.closed_by
                 FROM requests JOIN people ON people.id = requests.person
                 WHERE requests.organization = $1 AND requests.id = $2",
                values![organization, id],
            )
            .await?;
        let found = found.ok_or_else(|| StoreError::not_found("request", &id))?;
        let (username, repository, asked, state, closed_by) = found;
        let name = id.to_string();
        let place = Place {
            what: "request",
            name: &name,
        };
        let state: RequestState = place.word(&state)?;
        if state != RequestState::Open {
            let by = match place.parse_some(closed_by.as_deref())? {
                Some(Actor::Person(username)) => username.to_string(),
                Some(other) => other.to_string(),
                None => "somebody".to_owned(),
            };
            return Err(Conflict::RequestClosed { by, state }.into());
        }
        Ok(Open {
            username: place.parse(&username)?,
            repository: place.parse(&repository)?,
            asked: place.json(&asked)?,
        })
    }

    /// The open requests that an approval answers: this one, which it must,
    /// and those of others who may pull by it.
    async fn answered(
        &mut self,
        organization: &OrganizationName,
        id: RequestId,
        open: &Open,
        covers: &ApprovedFor,
    ) -> Result<Vec<RequestId>, StoreError> {
        let team = match covers {
            ApprovedFor::WhoAsked => return Ok(vec![id]),
            ApprovedFor::Team(team) => {
                self.check_team(organization, team).await?;
                Some(team)
            }
            ApprovedFor::Organization => None,
        };
        let found: Vec<(String,)> = self
            .link()
            .all(
                "SELECT id FROM requests
                 WHERE organization = $1 AND repository = $2 AND state = 'open'
                     AND ($3 IS NULL OR person IN (
                         SELECT person FROM team_members WHERE organization = $1 AND team = $3))
                 ORDER BY id",
                values![organization, &open.repository, team.map(TeamName::as_str)],
            )
            .await?;
        let place = Place {
            what: "requests",
            name: organization.as_str(),
        };
        let found: Vec<RequestId> = found
            .iter()
            .map(|(id,)| place.parse(id))
            .collect::<Result<_, _>>()?;
        match team {
            Some(team) if !found.contains(&id) => Err(Conflict::NotInTeam {
                username: open.username.clone(),
                team: team.clone(),
            }
            .into()),
            _ => Ok(found),
        }
    }

    async fn close(&mut self, id: RequestId, close: &Close<'_>) -> Result<(), StoreError> {
        let (at, by) = (self.at(), self.actor().to_string());
        let exception = close.exception.map(|id| id.to_string());
        self.link()
            .execute(
                "UPDATE requests SET state = $1, closed_by = $2, closed_at = $3, answer = $4,
                     exception = $5
                 WHERE id = $6",
                values![close.state.as_str(), by, at, close.answer, exception, id],
            )
            .await
            .map(drop)
    }
}
