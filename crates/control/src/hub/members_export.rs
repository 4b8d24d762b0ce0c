//! The members of an organization as a table.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use pullgate_admin::{AllMembers, Invitee, Listed};
use pullgate_policy::{OrganizationName, Role};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::csv;
use crate::hub::member::groups;
use crate::input::Names;
use crate::problem::Problem;
use crate::streamed::{Parts, streamed};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Docker Hub's columns, in its order. Its description calls one of them
/// `Permission` in one place and `Role` in another, so both are there.
const COLUMNS: [&str; 8] = [
    "Name",
    "Username",
    "Email",
    "Type",
    "Permission",
    "Teams",
    "Date Joined",
    "Role",
];

/// Export members
///
/// All members by name, and after them those who were invited, as
/// comma-separated values. For owners. A cell that a spreadsheet would take
/// for a formula begins with an apostrophe.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/members/export",
    tag = "orgs",
    params(("org_name" = String, Path, description = "The organization's name.")),
    responses((
        status = 200,
        description = "The members.",
        body = String,
        content_type = "text/csv",
        headers(("Content-Disposition" = String, description = "The name of the file.")),
    )),
)]
async fn export(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Response, Problem> {
    let caller = signed_in.caller();
    let members = shared.admin.all_members(&caller, &organization).await?;
    let now = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let disposition = format!("attachment;filename=\"{organization}-members-{now}.csv\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    let body = streamed(|parts| write(members, parts));
    Ok((headers, body).into_response())
}

async fn write(mut members: AllMembers, parts: Parts) {
    let mut text = String::new();
    csv::row(COLUMNS, &mut text);
    loop {
        match members.next().await {
            Ok(listed) if listed.is_empty() => break,
            Ok(listed) => {
                for one in &listed {
                    row(one, &mut text);
                }
            }
            Err(error) => return parts.break_off(error).await,
        }
        if parts.send(std::mem::take(&mut text)).await.is_err() {
            return;
        }
    }
    // The columns, if there was nobody.
    if !text.is_empty() {
        let _ = parts.send(text).await;
    }
}

fn row(listed: &Listed, out: &mut String) {
    let (username, email, kind, role, teams, since) = match listed {
        Listed::Member(member) => (
            member.username.as_str(),
            member.email.as_deref().unwrap_or_default(),
            "User",
            member.role,
            groups(member.role, member.teams.iter().map(ToString::to_string)),
            member.since,
        ),
        Listed::Invitee(invite) => {
            let (username, email) = match &invite.invitee {
                Invitee::Email(email) => ("", email.as_str()),
                Invitee::Username(name) => (name.as_str(), ""),
            };
            let teams = groups(invite.role, invite.team.iter().map(ToString::to_string));
            (
                username,
                email,
                "Invitee",
                invite.role,
                teams,
                invite.made_at,
            )
        }
    };
    let permission = match role {
        Role::Owner => "Owner",
        Role::Member => "Member",
    };
    let role = match listed {
        Listed::Member(_) => permission,
        Listed::Invitee(_) => "Invitee",
    };
    // As Docker Hub writes it.
    let since = since
        .strftime("%Y-%m-%d %H:%M:%S%.6f +0000 UTC")
        .to_string();
    let teams = teams.join(", ");
    let cells = ["", username, email, kind, permission, &teams, &since, role];
    csv::row(cells, out);
}
