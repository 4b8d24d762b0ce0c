//! Asking for access, and asking again.

use pullgate_policy::{OrganizationName, Username};
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::{Conflict, StoreError};
use crate::history::Action;
use crate::ids::{PersonId, RequestId};
use crate::link::values;
use crate::requests::{Asked, LONGEST_TEXT, MOST_ASKED, MOST_OPEN, NewRequest};
use crate::store::Store;

/// What has come of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// There is a new request.
    Made(RequestId),
    /// It was added to the open one for the same repository.
    Repeated(RequestId),
    /// The open one ends with the same words; nothing was changed.
    SaidBefore(RequestId),
}

impl Asking {
    /// The request that is open now.
    pub fn id(self) -> RequestId {
        match self {
            Self::Made(id) | Self::Repeated(id) | Self::SaidBefore(id) => id,
        }
    }
}

impl Store {
    /// Asks the owners of an organization for access, as a member of it. There
    /// is one open request for each member and repository: asking again adds
    /// to it.
    pub async fn ask_for_access(
        &self,
        organization: &OrganizationName,
        username: &Username,
        request: NewRequest,
        actor: &Actor,
    ) -> Result<Asking, StoreError> {
        let NewRequest {
            repository,
            reference,
            reason,
        } = request;
        check_text("reason", &reason, LONGEST_TEXT)?;
        check_text("image", &reference, LONGEST_TEXT)?;
        let mut change = self.change(actor).await?;
        let person = change.member(organization, username).await?;
        let open: Option<(String, String)> = change
            .link()
            .first(
                "SELECT id, asked FROM requests
                 WHERE organization = $1 AND person = $2 AND repository = $3 AND state = 'open'",
                values![organization, person, &repository],
            )
            .await?;
        let now = Asked {
            at: change.at(),
            reference,
            reason,
        };
        let told = json!({"reference": now.reference, "reason": now.reason});
        let (asking, action) = if let Some((id, asked)) = open {
            let place = Place {
                what: "request",
                name: &id,
            };
            let request = place.parse(&id)?;
            if !change.repeat(request, place.json(&asked)?, now).await? {
                return Ok(Asking::SaidBefore(request));
            }
            (Asking::Repeated(request), Action::RequestRepeated)
        } else {
            change.check_room(person).await?;
            let id = RequestId::generate();
            let asked = json!([now]).to_string();
            change
                .link()
                .execute(
                    "INSERT INTO requests
                         (id, organization, person, repository, asked, state, answer)
                     VALUES ($1, $2, $3, $4, $5, 'open', '')",
                    values![id, organization, person, &repository, asked],
                )
                .await?;
            (Asking::Made(id), Action::RequestMade)
        };
        let mut after = told;
        after["id"] = json!(asking.id());
        after["person"] = json!(username);
        change
            .commit(Entry {
                organization: Some(organization),
                action,
                subject: repository.as_str(),
                before: None,
                after: Some(after),
            })
            .await?;
        Ok(asking)
    }
}

impl Change<'_> {
    /// Adds to what was asked before, unless it ended with the same words.
    async fn repeat(
        &mut self,
        request: RequestId,
        mut asked: Vec<Asked>,
        now: Asked,
    ) -> Result<bool, StoreError> {
        let same =
            |before: &Asked| before.reference == now.reference && before.reason == now.reason;
        if asked.last().is_some_and(same) {
            return Ok(false);
        }
        if asked.len() >= MOST_ASKED {
            return Err(Conflict::AskedTooOften { most: MOST_ASKED }.into());
        }
        asked.push(now);
        self.link()
            .execute(
                "UPDATE requests SET asked = $1 WHERE id = $2",
                values![json!(asked).to_string(), request],
            )
            .await?;
        Ok(true)
    }

    /// That a person can have one more open request.
    async fn check_room(&mut self, person: PersonId) -> Result<(), StoreError> {
        let (open,): (i64,) = self
            .link()
            .only(
                "SELECT COUNT(*) FROM requests WHERE person = $1 AND state = 'open'",
                values![person],
            )
            .await?;
        if usize::try_from(open).is_ok_and(|open| open < MOST_OPEN) {
            Ok(())
        } else {
            Err(Conflict::TooManyRequests { most: MOST_OPEN }.into())
        }
    }
}
