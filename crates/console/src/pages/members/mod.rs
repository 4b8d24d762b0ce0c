//! Members: who belongs to an organization, and who is invited into it.

mod invites;
mod made;
mod paste;
mod person;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use pullgate_admin::{
    AccountStatus, Listed, ListedKind, MemberQuery, OrganizationMember, TableFormat, Window,
};
use pullgate_policy::{OrganizationName, Role};

use super::Routes;
use crate::download::download;
use crate::failure::Failure;
use crate::fields::Query;
use crate::list::{PageNumber, Pages, counted};
use crate::page::{Choice, Moment, page};
use crate::shell::{Shell, role};
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/orgs/{organization}/members", get(show))
        .route("/orgs/{organization}/members/export", get(export))
        .route(
            "/orgs/{organization}/members/person/{name}",
            get(person::show),
        )
        .route("/orgs/{organization}/members/role", post(person::set_role))
        .route("/orgs/{organization}/members/remove", post(person::remove))
        .route(
            "/orgs/{organization}/members/invites",
            get(invites::show).post(invites::make),
        )
        .route(
            "/orgs/{organization}/members/invites/resend",
            post(invites::resend),
        )
        .route(
            "/orgs/{organization}/members/invites/cancel",
            post(invites::cancel),
        )
}

/// How many teams a row names.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    shell: Shell,
    organization: String,
    is_owner: bool,
    /// How many were invited and have not answered; for owners.
    invites: String,
    search: String,
    roles: Vec<Choice>,
    is_filtered: bool,
    counted: String,
    rows: Vec<MemberRow>,
    pages: Pages,
}

/// A member, as a list shows them.
pub(super) struct MemberRow {
    pub(super) username: String,
    /// Empty for whoever may not see it, and where there is none.
    pub(super) email: String,
    pub(super) role: &'static str,
    pub(super) is_owner: bool,
    pub(super) is_active: bool,
    /// The first few teams.
    pub(super) teams: Vec<String>,
    /// How many more there are.
    pub(super) more: usize,
    pub(super) since: Moment,
}

impl From<OrganizationMember> for MemberRow {
    fn from(member: OrganizationMember) -> Self {
        let more = member.teams.len().saturating_sub(NAMED);
        let teams = member.teams.iter().take(NAMED).map(ToString::to_string);
        Self {
            username: member.username.to_string(),
            email: member.email.unwrap_or_default(),
            role: role(member.role),
            is_owner: member.role == Role::Owner,
            is_active: member.status == AccountStatus::Active,
            teams: teams.collect(),
            more,
            since: Moment(member.since),
        }
    }
}

async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, standing) = visit.organization(&name)?;
    let admin = &visit.services.admin;
    let number = PageNumber::of(&query);
    let wanted = MemberQuery {
        kind: ListedKind::Members,
        role: read_role(query.text("role")),
        search: Some(query.text("search").to_owned()),
    };
    let is_filtered = wanted.role.is_some() || !query.text("search").is_empty();
    let found = admin
        .members(&visit.caller(), &organization, &wanted, number.window())
        .await?;
    let invites = match standing {
        Role::Owner => open_invites(&visit, &organization).await?,
        Role::Member => String::new(),
    };
    let rows = found.entries.into_iter().filter_map(|listed| match listed {
        Listed::Member(member) => Some(MemberRow::from(member)),
        Listed::Invitee(_) => None,
    });
    let path = format!("/orgs/{organization}/members");
    Ok(page(&MembersPage {
        is_owner: standing == Role::Owner,
        invites,
        search: query.text("search").to_owned(),
        roles: Choice::list(
            [
                ("", "Everybody"),
                ("owner", "Owners"),
                ("member", "Members"),
            ],
            query.text("role"),
        ),
        is_filtered,
        counted: counted(found.count, "member", "members"),
        rows: rows.collect(),
        pages: number.pages(&path, &query, found.count),
        organization: organization.to_string(),
        shell: visit.shell("Members"),
    }))
}

/// How many people are invited, as a tab says it.
async fn open_invites(visit: &Visit, organization: &OrganizationName) -> Result<String, Failure> {
    let query = MemberQuery {
        kind: ListedKind::Invitees,
        ..MemberQuery::default()
    };
    let nobody = Window {
        offset: 0,
        limit: 0,
    };
    let admin = &visit.services.admin;
    let found = admin
        .members(&visit.caller(), organization, &query, nobody)
        .await?;
    Ok(counted(found.count, "open invite", "open invites"))
}

/// `GET …/members/export`: all of them as a table.
async fn export(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let admin = &visit.services.admin;
    let table = admin.members_table(&visit.caller(), &organization).await?;
    let day = Timestamp::now().strftime("%Y-%m-%d");
    let name = format!("{organization}-members-{day}");
    Ok(download(table, &name, TableFormat::Csv))
}

/// A role, as a form says it.
fn read_role(word: &str) -> Option<Role> {
    match word {
        "owner" => Some(Role::Owner),
        "member" => Some(Role::Member),
        _ => None,
    }
}
