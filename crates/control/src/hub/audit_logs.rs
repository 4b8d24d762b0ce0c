//! The audit log of an organization, and of one's own account.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pullgate_admin::{AuditEntry, AuditSearch};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_events))
        .routes(routes!(list_actions))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// The action, by its whole name: `org.member.add`.
    action: Option<String>,
    /// What an event is about: the organization's name, a member's user name,
    /// a repository.
    name: Option<String>,
    /// The user name of whoever did it.
    actor: Option<String>,
    /// From this moment on.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Up to and without this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Which page, from 1 on.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// How many events a page has, at most 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    page_size: Option<u32>,
}

/// Events, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct GetAuditLogsResponse {
    logs: Vec<AuditLog>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
struct AuditLog {
    /// In whose log it is.
    account: String,
    /// What was done: `org.member.add`.
    action: String,
    /// What it is about.
    name: String,
    /// Who did it.
    actor: String,
    /// What else is known; how it was before and after, as text or JSON.
    data: BTreeMap<String, String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// All that in plain words.
    action_description: String,
}

impl From<AuditEntry> for AuditLog {
    fn from(entry: AuditEntry) -> Self {
        Self {
            account: entry.account,
            action: entry.action,
            name: entry.name,
            actor: entry.actor,
            data: entry.data,
            timestamp: entry.at,
            action_description: entry.description,
        }
    }
}

/// What can stand in a log, by what it is about.
#[derive(Debug, Serialize, ToSchema)]
struct GetAuditActionsResponse {
    actions: BTreeMap<&'static str, AuditLogActions>,
}

/// What can be done with one kind of thing.
#[derive(Debug, Serialize, ToSchema)]
struct AuditLogActions {
    /// What that is.
    actions: Vec<AuditLogAction>,
    /// The name of the kind of thing.
    label: &'static str,
}

/// What can be done.
#[derive(Debug, Serialize, ToSchema)]
struct AuditLogAction {
    /// The name of the action, without that of its group.
    name: &'static str,
    /// When it is there.
    description: &'static str,
    /// Its name for a person.
    label: &'static str,
}

/// List audit log events
///
/// Every change of settings, members, teams, tokens, invites and exceptions
/// with who made it and how it was before and after, and every pull that was
/// denied. Of an organization for its owners; of one's own account for
/// everybody.
#[utoipa::path(
    get,
    path = "/v2/auditlogs/{account}",
    tag = "audit-logs",
    params(
        ("account" = String, Path, description = "An organization's name, or one's own user name."),
        AuditQuery,
    ),
    responses((status = 200, description = "The events.", body = GetAuditLogsResponse)),
)]
async fn list_events(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(account): Names<String>,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<GetAuditLogsResponse>, Problem> {
    let caller = signed_in.caller();
    let search = AuditSearch {
        action: query.action,
        name: query.name,
        actor: query.actor,
        from: query.from,
        to: query.to,
        page: query.page.unwrap_or(1),
        page_size: query.page_size.unwrap_or(25),
    };
    let entries = shared.admin.audit_log(&caller, &account, &search).await?;
    Ok(Json(GetAuditLogsResponse {
        logs: entries.into_iter().map(Into::into).collect(),
    }))
}

/// List audit log actions
///
/// What can be asked for as `action`, with the group's name and a full stop
/// before it.
#[utoipa::path(
    get,
    path = "/v2/auditlogs/{account}/actions",
    tag = "audit-logs",
    params(("account" = String, Path, description = "An organization's name, or one's own user name.")),
    responses((status = 200, description = "The actions.", body = GetAuditActionsResponse)),
)]
async fn list_actions(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(account): Names<String>,
) -> Result<Json<GetAuditActionsResponse>, Problem> {
    let caller = signed_in.caller();
    let mut actions = BTreeMap::new();
    for action in shared.admin.audit_actions(&caller, &account)? {
        let group = actions
            .entry(action.group.word())
            .or_insert_with(|| AuditLogActions {
                actions: Vec::new(),
                label: action.group.label(),
            });
        group.actions.push(AuditLogAction {
            name: action.name,
            description: action.description,
            label: action.label,
        });
    }
    Ok(Json(GetAuditActionsResponse { actions }))
}
