//! Links of invites, shown this once to who has made them.

use askama::Template;
use pullgate_admin::{Invite, InviteLink, InviteResult, Invited};
use pullgate_policy::OrganizationName;

use crate::list::counted;
use crate::page::Moment;
use crate::shell::Shell;
use crate::visit::Visit;

/// What became of those who were to be invited.
#[derive(Template)]
#[template(path = "invites_made.html")]
pub(super) struct MadePage {
    shell: Shell,
    organization: String,
    /// `3 people`.
    counted: String,
    /// Each one's address or name and the link, one in a line.
    links: String,
    /// The only link, if there is one alone: for whom, and the link.
    only: Option<(String, String)>,
    ends: Option<Moment>,
    before: Vec<String>,
    members: Vec<String>,
    invalid: Vec<String>,
}

/// The new link of one who was invited before.
#[derive(Template)]
#[template(path = "invite_link.html")]
pub(super) struct LinkPage {
    shell: Shell,
    organization: String,
    invitee: String,
    link: String,
    ends: Moment,
}

impl MadePage {
    pub(super) fn new(visit: &Visit, organization: &OrganizationName, made: Vec<Invited>) -> Self {
        let mut links: Vec<(String, String)> = Vec::new();
        let (mut before, mut members, mut invalid) = (Vec::new(), Vec::new(), Vec::new());
        let mut ends = None;
        for Invited { invitee, result } in made {
            match result {
                InviteResult::Invited { invite, link } => {
                    ends = Some(Moment(invite.ends_at));
                    let link = link.map(|link| address(visit, &link));
                    links.push((invitee, link.unwrap_or_default()));
                }
                InviteResult::InvitedBefore(_) => before.push(invitee),
                InviteResult::Member => members.push(invitee),
                InviteResult::Invalid => invalid.push(invitee),
            }
        }
        let each = links
            .iter()
            .map(|(invitee, link)| format!("{invitee} {link}"));
        Self {
            organization: organization.to_string(),
            counted: counted(links.len() as u64, "person", "people"),
            links: each.collect::<Vec<_>>().join("\n"),
            only: match links.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
            ends,
            before,
            members,
            invalid,
            shell: visit.shell("People invited"),
        }
    }
}

impl LinkPage {
    pub(super) fn new(
        visit: &Visit,
        organization: &OrganizationName,
        invite: &Invite,
        link: &InviteLink,
    ) -> Self {
        Self {
            organization: organization.to_string(),
            invitee: invite.invitee.to_string(),
            link: address(visit, link),
            ends: Moment(invite.ends_at),
            shell: visit.shell("New invite link"),
        }
    }
}

/// The whole address of a link: the site's, or the one by which this browser
/// has reached us.
fn address(visit: &Visit, link: &InviteLink) -> String {
    let url = link.url();
    match url.expose().strip_prefix('/') {
        Some(path) => format!("{}/{path}", visit.context.origin()),
        None => url.expose().to_owned(),
    }
}
