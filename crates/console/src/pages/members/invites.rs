//! Inviting people, one or many, and the invites that nobody has answered yet.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_admin::{
    AdminError, Backing, Invitation, Invite, InviteId, InviteResult, Listed, ListedKind,
    MemberQuery, Run, TeamQuery, Window,
};
use pullgate_policy::{OrganizationName, Role, TeamName};

use super::made::{LinkPage, MadePage};
use super::{paste, read_role};
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::list::{PageNumber, Pages, counted};
use crate::page::{Moment, Typed, form_again, page};
use crate::shell::{Shell, role};
use crate::visit::Visit;

/// How many teams the form offers by name.
const OFFERED: u32 = 200;

#[derive(Template)]
#[template(path = "invites.html")]
struct InvitesPage {
    shell: Shell,
    organization: String,
    invitees: Typed,
    as_owner: bool,
    team: Typed,
    teams: Vec<String>,
    days: i32,
    search: String,
    counted: String,
    count: u64,
    rows: Vec<InviteRow>,
    pages: Pages,
}

/// An invite, as the list shows it.
struct InviteRow {
    id: String,
    invitee: String,
    role: &'static str,
    team: String,
    made_by: String,
    made: Moment,
    ends: Moment,
    /// Whether its link counts no more by its time.
    has_ended: bool,
    /// Whether its link counts no more because of who made it.
    is_lost: bool,
}

impl InviteRow {
    fn new(invite: Invite, now: jiff::Timestamp) -> Self {
        Self {
            id: invite.id.to_string(),
            invitee: invite.invitee.to_string(),
            role: role(invite.role),
            team: invite.team.map(|team| team.to_string()).unwrap_or_default(),
            made_by: match &invite.made_by {
                pullgate_admin::Actor::Person(username) => username.to_string(),
                other => other.to_string(),
            },
            made: Moment(invite.made_at),
            ends: Moment(invite.ends_at),
            has_ended: invite.ends_at <= now,
            is_lost: invite.backing == Backing::Lost,
        }
    }
}

/// What was typed into the form, with what is wrong with it.
struct Wanted {
    invitees: Typed,
    role: Role,
    team: Typed,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            invitees: Typed::default(),
            role: Role::Member,
            team: Typed::default(),
        }
    }
}

/// `GET …/members/invites`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let wanted = Wanted::default();
    Ok(page(&list(&visit, &organization, &query, wanted).await?))
}

/// `POST …/members/invites`: invites people, and shows their links this once.
pub(super) async fn make(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let invitees = paste::people(fields.text("invitees"));
    let mut wanted = Wanted {
        invitees: Typed::new(fields.text("invitees")),
        role: read_role(fields.text("role")).unwrap_or(Role::Member),
        team: Typed::new(fields.text("team")),
    };
    let team: Option<TeamName> = wanted.team.value.parse().ok();
    if team.is_none() && !wanted.team.value.is_empty() {
        wanted.team.error = format!("{organization} has no team of that name.");
        return again(&visit, &organization, wanted).await;
    }
    let invitation = Invitation {
        invitees,
        role: wanted.role,
        team,
    };
    let admin = &visit.services.admin;
    let made = admin
        .invite(&visit.caller(), &organization, invitation, Run::Real)
        .await;
    let made = match made {
        Ok(made) => made,
        Err(AdminError::Invalid(message)) => {
            wanted.invitees.error = sentence(&message);
            return again(&visit, &organization, wanted).await;
        }
        Err(AdminError::NotFound(message)) => {
            wanted.team.error = sentence(&message);
            return again(&visit, &organization, wanted).await;
        }
        Err(other) => return Err(other.into()),
    };
    let is_invalid = |result: &InviteResult| matches!(result, InviteResult::Invalid);
    if made.iter().all(|one| is_invalid(&one.result)) {
        "Write e-mail addresses as name@example.com, and user names as they sign in."
            .clone_into(&mut wanted.invitees.error);
        return again(&visit, &organization, wanted).await;
    }
    Ok(page(&MadePage::new(&visit, &organization, made)))
}

/// `POST …/members/invites/resend`: makes a new link, and shows it this once.
pub(super) async fn resend(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let admin = &visit.services.admin;
    let (invite, link) = admin
        .resend_invite(&visit.caller(), read_id(&fields)?)
        .await?;
    Ok(page(&LinkPage::new(&visit, &organization, &invite, &link)))
}

/// `POST …/members/invites/cancel`.
pub(super) async fn cancel(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let admin = &visit.services.admin;
    admin
        .revoke_invite(&visit.caller(), read_id(&fields)?)
        .await?;
    let path = format!("/orgs/{organization}/members/invites");
    Ok(visit.done(
        &path,
        "The invite is cancelled, and its link lets nobody in any more.",
    ))
}

fn read_id(fields: &Fields) -> Result<InviteId, Failure> {
    let id = fields.text("invite").parse();
    id.map_err(|_| Failure::NotFound(None))
}

async fn again(
    visit: &Visit,
    organization: &OrganizationName,
    wanted: Wanted,
) -> Result<Response, Failure> {
    let query = Fields::default();
    Ok(form_again(
        &list(visit, organization, &query, wanted).await?,
    ))
}

async fn list(
    visit: &Visit,
    organization: &OrganizationName,
    query: &Fields,
    wanted: Wanted,
) -> Result<InvitesPage, Failure> {
    let (admin, caller) = (&visit.services.admin, visit.caller());
    let number = PageNumber::of(query);
    let invitees = MemberQuery {
        kind: ListedKind::Invitees,
        role: None,
        search: Some(query.text("search").to_owned()),
    };
    let found = admin
        .members(&caller, organization, &invitees, number.window())
        .await?;
    let first = Window {
        offset: 0,
        limit: OFFERED,
    };
    let teams = admin
        .teams(&caller, organization, &TeamQuery::default(), first)
        .await?;
    let now = jiff::Timestamp::now();
    let rows = found.entries.into_iter().filter_map(|listed| match listed {
        Listed::Invitee(invite) => Some(InviteRow::new(invite, now)),
        Listed::Member(_) => None,
    });
    let path = format!("/orgs/{organization}/members/invites");
    Ok(InvitesPage {
        organization: organization.to_string(),
        invitees: wanted.invitees,
        as_owner: wanted.role == Role::Owner,
        team: wanted.team,
        teams: teams
            .entries
            .iter()
            .map(|team| team.name.to_string())
            .collect(),
        days: pullgate_admin::INVITE_DAYS,
        search: query.text("search").to_owned(),
        counted: counted(found.count, "open invite", "open invites"),
        count: found.count,
        rows: rows.collect(),
        pages: number.pages(&path, query, found.count),
        shell: visit.shell("Invite people"),
    })
}
