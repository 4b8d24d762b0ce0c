//! Access tokens: what docker and scripts sign in with instead of a password.

use std::time::Duration;

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::{AdminError, NewAccessToken, Whose};
use pullgate_identity::Scope;
use pullgate_store::{Token, TokenId, TokenOrigin};

use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::page::{Moment, Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

/// What a token may be used for, as the form offers it: the scope, what it is
/// called and what it means.
const USES: [(Scope, &str, &str); 3] = [
    (
        Scope::RepoRead,
        "Pull images",
        "What your organizations' policies let you pull. For docker login, and for most scripts.",
    ),
    (
        Scope::RepoPublicRead,
        "Pull public images only",
        "The same without the private images of your organizations.",
    ),
    (
        Scope::RepoAdmin,
        "Everything that you may do",
        "Also what you may change, through the API. For tools such as Terraform; keep it well.",
    ),
];

/// After how many days a token ends, as the form offers it; 0 is never.
const ENDS: [(u64, &str); 4] = [
    (30, "in 30 days"),
    (90, "in 90 days"),
    (365, "in a year"),
    (0, "never"),
];

/// A choice that the form offers: its word, its label, what it means, and
/// whether it is made.
struct Offer {
    word: String,
    title: &'static str,
    meaning: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    shell: Shell,
    tokens: Vec<TokenRow>,
    typed: Typed,
    uses: Vec<Offer>,
    ends: Vec<Offer>,
}

#[derive(Template)]
#[template(path = "token_made.html")]
struct MadePage {
    shell: Shell,
    name: String,
    secret: String,
    username: String,
    end: Option<Moment>,
}

/// A token, as the page shows it.
struct TokenRow {
    id: String,
    name: String,
    uses: String,
    made: Moment,
    used: Option<(Moment, String)>,
    end: Option<Moment>,
    has_ended: bool,
}

impl TokenRow {
    fn new(token: Token, now: Timestamp) -> Self {
        let known = |word: &String| {
            let found = USES.iter().find(|(scope, ..)| scope.as_str() == word);
            found.map_or(word.clone(), |(_, title, _)| (*title).to_owned())
        };
        let uses: Vec<String> = token.scopes.iter().map(known).collect();
        let last = token.last_used_at.map(Moment);
        Self {
            id: token.id.to_string(),
            name: token.label,
            uses: uses.join(", "),
            made: Moment(token.created_at),
            used: last.map(|at| (at, at.seen_from(now))),
            end: token.expires_at.map(Moment),
            has_ended: token.expires_at.is_some_and(|end| end <= now),
        }
    }
}

/// `GET /account/tokens`.
pub(super) async fn show(visit: Visit) -> Result<Response, Failure> {
    let typed = Typed::default();
    Ok(page(&list(&visit, typed, Scope::RepoRead, 90).await?))
}

/// `POST /account/tokens`: makes one, and shows its secret this once.
pub(super) async fn make(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let scope = fields.text("use").parse().unwrap_or(Scope::RepoRead);
    let days = fields.text("end").parse().unwrap_or(90);
    let now = Timestamp::now();
    let lasts = Duration::from_hours(24 * days);
    let new = NewAccessToken {
        label: fields.text("label").to_owned(),
        description: String::new(),
        scopes: vec![scope],
        resources: None,
        expires_at: (days > 0).then(|| now.checked_add(lasts).unwrap_or(now)),
        origin: TokenOrigin {
            address: visit.context.client.address.to_string(),
            agent: visit.context.user_agent.clone(),
        },
    };
    let admin = &visit.services.admin;
    match admin
        .add_access_token(&visit.caller(), Whose::Mine, new)
        .await
    {
        Ok((token, secret)) => Ok(page(&MadePage {
            name: token.label,
            secret: secret.expose().to_owned(),
            username: visit.me.username.to_string(),
            end: token.expires_at.map(Moment),
            shell: visit.shell("Access token created"),
        })),
        Err(AdminError::Invalid(message)) => {
            let typed = Typed {
                value: fields.text("label").to_owned(),
                error: sentence(&message),
            };
            Ok(form_again(&list(&visit, typed, scope, days).await?))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /account/tokens/delete`.
pub(super) async fn delete(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let id: TokenId = fields
        .text("token")
        .parse()
        .map_err(|_| Failure::NotFound(None))?;
    let admin = &visit.services.admin;
    admin
        .delete_access_token(&visit.caller(), Whose::Mine, id)
        .await?;
    let told = "The access token is deleted: nothing is signed in with it any more.";
    Ok(visit.done("/account/tokens", told))
}

async fn list(visit: &Visit, typed: Typed, scope: Scope, days: u64) -> Result<TokensPage, Failure> {
    let now = Timestamp::now();
    let admin = &visit.services.admin;
    let tokens = admin.access_tokens(&visit.caller(), Whose::Mine).await?;
    Ok(TokensPage {
        tokens: tokens
            .into_iter()
            .map(|token| TokenRow::new(token, now))
            .collect(),
        typed,
        uses: USES
            .map(|(each, title, meaning)| Offer {
                word: each.to_string(),
                title,
                meaning,
                on: each == scope,
            })
            .into(),
        ends: ENDS
            .map(|(each, title)| Offer {
                word: each.to_string(),
                title,
                meaning: "",
                on: each == days,
            })
            .into(),
        shell: visit.shell("Access tokens"),
    })
}
