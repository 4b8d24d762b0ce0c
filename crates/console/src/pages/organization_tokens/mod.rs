//! Access tokens of an organization: what its machines pull with.

mod form;
mod one;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use pullgate_admin::{AdminError, NewAccessToken, Whose};
use pullgate_identity::{Scope, granted};
use pullgate_policy::{OrganizationName, Switch};
use pullgate_store::{Token, TokenOrigin};

use self::form::{ENDS, Wanted};
use super::Routes;
use super::connect::gateway_address;
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::list::{PageNumber, Pages, counted};
use crate::page::{Choice, Moment, Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/orgs/{organization}/tokens", get(show).post(make))
        .route(
            "/orgs/{organization}/tokens/{token}",
            get(one::show).post(one::change),
        )
        .route(
            "/orgs/{organization}/tokens/{token}/switch",
            post(one::switch),
        )
        .route(
            "/orgs/{organization}/tokens/{token}/delete",
            post(one::delete),
        )
}

#[derive(Template)]
#[template(path = "organization_tokens.html")]
struct TokensPage {
    shell: Shell,
    organization: String,
    search: String,
    counted: String,
    count: u64,
    rows: Vec<TokenRow>,
    pages: Pages,
    called: Typed,
    description: Typed,
    is_bounded: bool,
    resources: Typed,
    ends: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "organization_token_made.html")]
struct MadePage {
    shell: Shell,
    organization: String,
    label: String,
    secret: String,
    login: String,
    end: Option<Moment>,
}

/// A token, as the list shows it.
struct TokenRow {
    id: String,
    label: String,
    description: String,
    is_on: bool,
    has_ended: bool,
    used: Option<(Moment, String)>,
    end: Option<Moment>,
    /// What it may pull.
    reach: Vec<String>,
    more: usize,
}

/// How many resources a row names.
const NAMED: usize = 3;

impl TokenRow {
    fn new(token: Token, now: Timestamp) -> Self {
        let paths: Vec<String> = form::paths(&granted(&token));
        let last = token.last_used_at.map(Moment);
        Self {
            id: token.id.to_string(),
            is_on: token.status == Switch::On,
            has_ended: token.expires_at.is_some_and(|end| end <= now),
            used: last.map(|at| (at, at.seen_from(now))),
            end: token.expires_at.map(Moment),
            more: paths.len().saturating_sub(NAMED),
            reach: paths.into_iter().take(NAMED).collect(),
            label: token.label,
            description: token.description,
        }
    }
}

async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let wanted = Wanted::default();
    Ok(page(&list(&visit, &organization, &query, wanted).await?))
}

/// `POST …/tokens`: makes one, and shows its secret this once.
async fn make(visit: Visit, Path(name): Path<String>, fields: Fields) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let mut wanted = Wanted::read(&fields);
    let new = NewAccessToken {
        label: wanted.label.value.clone(),
        description: wanted.description.value.clone(),
        scopes: vec![Scope::RepoRead],
        resources: wanted.resources(),
        expires_at: wanted.end(Timestamp::now()),
        origin: TokenOrigin {
            address: visit.context.client.address.to_string(),
            agent: visit.context.user_agent.clone(),
        },
    };
    let whose = Whose::Organization(&organization);
    let admin = &visit.services.admin;
    let made = admin.add_access_token(&visit.caller(), whose, new).await;
    match made {
        Ok((token, secret)) => Ok(page(&MadePage {
            login: login(&visit, &organization),
            organization: organization.to_string(),
            label: token.label,
            secret: secret.expose().to_owned(),
            end: token.expires_at.map(Moment),
            shell: visit.shell("Organization token created"),
        })),
        Err(AdminError::Invalid(message)) => {
            wanted.mistake(&sentence(&message));
            let nothing = Fields::default();
            let again = list(&visit, &organization, &nothing, wanted).await?;
            Ok(form_again(&again))
        }
        Err(other) => Err(other.into()),
    }
}

/// How a machine signs in with a token.
fn login(visit: &Visit, organization: &OrganizationName) -> String {
    let (gateway, _) = gateway_address(&visit.services.settings.gateway, &visit.context);
    format!("docker login {gateway} -u {organization} --password-stdin")
}

async fn list(
    visit: &Visit,
    organization: &OrganizationName,
    query: &Fields,
    wanted: Wanted,
) -> Result<TokensPage, Failure> {
    let number = PageNumber::of(query);
    let search = query.text("search");
    let whose = Whose::Organization(organization);
    let admin = &visit.services.admin;
    let found = admin
        .access_tokens_in(&visit.caller(), whose, search, number.window())
        .await?;
    let now = Timestamp::now();
    let rows = found.entries.into_iter();
    let path = format!("/orgs/{organization}/tokens");
    Ok(TokensPage {
        organization: organization.to_string(),
        search: search.to_owned(),
        counted: counted(found.count, "token", "tokens"),
        count: found.count,
        rows: rows.map(|token| TokenRow::new(token, now)).collect(),
        pages: number.pages(&path, query, found.count),
        ends: Choice::list(ENDS, &wanted.end),
        is_bounded: wanted.is_bounded,
        called: wanted.label,
        description: wanted.description,
        resources: wanted.resources,
        shell: visit.shell("Organization tokens"),
    })
}
