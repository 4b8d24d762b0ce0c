//! Changing an access token that is out: its words, what it is for, and
//! whether it counts.

use pullgate_policy::Switch;
use serde_json::{Value as Json, json};

use crate::access_tokens::{Token, TokenOwner, check_words};
use crate::actor::Actor;
use crate::change::Entry;
use crate::error::StoreError;
use crate::history::Action;
use crate::ids::TokenId;
use crate::link::values;
use crate::store::Store;
use crate::token_resources::TokenResource;

/// What is to be different of a token; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenEdit {
    /// What its owner calls it.
    pub label: Option<String>,
    /// What its owner has written about it.
    pub description: Option<String>,
    /// What it is bounded to.
    pub resources: Option<Vec<TokenResource>>,
    /// Whether it counts.
    pub status: Option<Switch>,
}

impl TokenEdit {
    fn apply(self, token: &Token) -> Token {
        let mut token = token.clone();
        token.label = self.label.unwrap_or(token.label);
        token.description = self.description.unwrap_or(token.description);
        token.resources = self.resources.or(token.resources);
        token.status = self.status.unwrap_or(token.status);
        token
    }
}

impl Store {
    /// Changes an access token of this owner, and returns it as it is since.
    /// A revoked one is not there to be changed.
    pub async fn change_token(
        &self,
        owner: &TokenOwner,
        id: TokenId,
        edit: TokenEdit,
        actor: &Actor,
    ) -> Result<Token, StoreError> {
        let mut change = self.change(actor).await?;
        let before = change.token_of(owner, id).await?;
        if before.revoked_at.is_some() {
            return Err(StoreError::not_found("access token", &id));
        }
        let after = edit.apply(&before);
        if after == before {
            return Ok(after);
        }
        check_words(&after.label, &after.description, after.resources.as_deref())?;
        let resources = after.resources.as_ref();
        change
            .link()
            .execute(
                "UPDATE access_tokens
                 SET label = $1, description = $2, resources = $3, status = $4
                 WHERE id = $5",
                values![
                    &*after.label,
                    &*after.description,
                    resources.map(|resources| json!(resources).to_string()),
                    after.status.as_str(),
                    id,
                ],
            )
            .await?;
        change
            .commit(Entry {
                organization: owner.organization(),
                action: Action::TokenChanged,
                subject: &id.to_string(),
                before: Some(tell(&before)),
                after: Some(tell(&after)),
            })
            .await?;
        Ok(after)
    }
}

/// What the history tells of a token that can be changed.
fn tell(token: &Token) -> Json {
    json!({
        "person": token.owner.person(),
        "label": token.label,
        "description": token.description,
        "resources": token.resources,
        "status": token.status,
    })
}
