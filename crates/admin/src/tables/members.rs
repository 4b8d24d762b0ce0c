//! Members, and those who were invited, as rows.

use pullgate_policy::Role;
use pullgate_store::Invitee;

use crate::members::Listed;
use crate::teams::groups;

/// Docker Hub's columns, in its order. Its description calls one of them
/// `Permission` in one place and `Role` in another, so both are there.
pub(super) const COLUMNS: [&str; 8] = [
    "Name",
    "Username",
    "Email",
    "Type",
    "Permission",
    "Teams",
    "Date Joined",
    "Role",
];

/// One row.
pub(super) fn cells(listed: &Listed) -> [String; COLUMNS.len()] {
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
    ["", username, email, kind, permission, &teams, &since, role].map(str::to_owned)
}
