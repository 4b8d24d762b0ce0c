//! What an audit log calls things: Docker Hub's names where it has one for
//! what was done, and names in its style where it has none.
//!
//! Looked up by the history's word. A word that has no line here is told by
//! itself, so that nothing that was done is missing from a log.

use pullgate_store::{Action, ChangeRecord};
use serde_json::Value as Json;

/// What can stand in an audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditAction {
    /// What kind of thing it is about.
    pub group: AuditGroup,
    /// Its name within the group: `member.add`.
    pub name: &'static str,
    /// Its name for a person.
    pub label: &'static str,
    /// When it is there.
    pub description: &'static str,
}

/// What an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditGroup {
    /// An organization, its people, teams, tokens and policy.
    Organization,
    /// A repository that somebody wanted to pull from.
    Repository,
    /// A person's account.
    Account,
}

impl AuditGroup {
    /// The word before the name: `org.member.add`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Organization => "org",
            Self::Repository => "repo",
            Self::Account => "user",
        }
    }

    /// Its name for a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Organization => "Organization",
            Self::Repository => "Repository",
            Self::Account => "Account",
        }
    }
}

impl AuditAction {
    /// The whole name: `org.member.add`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.group.word(), self.name)
    }
}

/// A blocked pull.
pub(super) const PULL_DENIED: AuditAction = AuditAction {
    group: AuditGroup::Repository,
    name: "pull.denied",
    label: "Pull denied",
    description: "Somebody was not allowed to pull from a repository",
};

/// The history's word, the action's name, its label and when it is there.
type Line = (&'static str, &'static str, &'static str, &'static str);

/// Those of an organization. The first name of a word is the one it has by
/// itself.
const ORGANIZATION: &[Line] = &[
    (
        "organization_created",
        "create",
        "Organization Created",
        "The organization was created",
    ),
    (
        "member_added",
        "member.add",
        "Organization Member Added",
        "Somebody became a member",
    ),
    (
        "member_removed",
        "member.remove",
        "Organization Member Removed",
        "A membership ended",
    ),
    (
        "role_changed",
        "member.role.change",
        "Member Role Changed",
        "A member got another role",
    ),
    (
        "invite_created",
        "member.invite.send",
        "Org Member Invited",
        "Somebody was invited",
    ),
    (
        "invite_resent",
        "member.invite.resend",
        "Invite Sent Again",
        "An invite got a new link",
    ),
    (
        "invite_revoked",
        "member.invite.revoke",
        "Invite Withdrawn",
        "An invite was withdrawn",
    ),
    (
        "invite_accepted",
        "member.invite.accept",
        "Invite Accepted",
        "An invite was accepted",
    ),
    (
        "invite_declined",
        "member.invite.decline",
        "Invite Declined",
        "An invite was declined",
    ),
    (
        "team_created",
        "team.create",
        "Team Created",
        "A team was created",
    ),
    (
        "team_changed",
        "team.update",
        "Team Updated",
        "A team got another name or description",
    ),
    (
        "team_additions_changed",
        "team.additions.update",
        "Team Additions Changed",
        "What a team may pull beyond the organization was changed",
    ),
    (
        "team_deleted",
        "team.delete",
        "Team Deleted",
        "A team was deleted",
    ),
    (
        "team_member_added",
        "team.member.add",
        "Team Member Added",
        "A member was put into a team",
    ),
    (
        "team_member_removed",
        "team.member.remove",
        "Team Member Removed",
        "A member was taken out of a team",
    ),
    (
        "settings_changed",
        "settings.update",
        "Organization Settings Updated",
        "Settings of the organization were changed",
    ),
    (
        "settings_changed",
        "registry_access.enabled",
        "Registry Access Management enabled",
        "Registry Access Management was switched on",
    ),
    (
        "settings_changed",
        "registry_access.disabled",
        "Registry Access Management disabled",
        "Registry Access Management was switched off",
    ),
    (
        "settings_changed",
        "registry_access.registry_added",
        "Registry Access Management registry added",
        "A registry was listed",
    ),
    (
        "settings_changed",
        "registry_access.registry_updated",
        "Registry Access Management registry updated",
        "Listed registries were changed",
    ),
    (
        "settings_changed",
        "registry_access.registry_removed",
        "Registry Access Management registry removed",
        "A registry was listed no more",
    ),
    (
        "registry_names_changed",
        "registry_access.names_updated",
        "Registry names updated",
        "Registries got other names",
    ),
    (
        "policy_applied",
        "policy.apply",
        "Policy Applied",
        "The policy was made to be as a document says",
    ),
    (
        "change_undone",
        "policy.undo",
        "Change Undone",
        "An earlier change of the policy was taken back",
    ),
    (
        "allowlist_added",
        "allowlist.add",
        "Allowlist Entry Added",
        "Repositories were put on the allowlist",
    ),
    (
        "allowlist_changed",
        "allowlist.update",
        "Allowlist Entry Changed",
        "An entry of the allowlist was changed",
    ),
    (
        "allowlist_removed",
        "allowlist.remove",
        "Allowlist Entry Removed",
        "Repositories were taken off the allowlist",
    ),
    (
        "exception_added",
        "exception.create",
        "Exception Created",
        "An exception was made",
    ),
    (
        "exception_ended",
        "exception.end",
        "Exception Ended",
        "An exception was ended before its time",
    ),
    (
        "request_made",
        "access_request.create",
        "Access Requested",
        "A member asked for access to a repository",
    ),
    (
        "request_repeated",
        "access_request.repeat",
        "Access Requested Again",
        "A member asked for the same again",
    ),
    (
        "request_approved",
        "access_request.approve",
        "Access Request Approved",
        "A request for access was approved",
    ),
    (
        "request_declined",
        "access_request.decline",
        "Access Request Declined",
        "A request for access was declined",
    ),
    (
        "request_withdrawn",
        "access_request.withdraw",
        "Access Request Withdrawn",
        "A request for access was taken back",
    ),
    (
        "namespace_added",
        "namespace.add",
        "Namespace Added",
        "The organization was given a namespace",
    ),
    (
        "namespace_removed",
        "namespace.remove",
        "Namespace Removed",
        "A namespace was taken from the organization",
    ),
    (
        "token_added",
        "access_token.create",
        "Access token created",
        "An access token of the organization was made",
    ),
    (
        "token_changed",
        "access_token.update",
        "Access token updated",
        "An access token of the organization was changed",
    ),
    (
        "token_revoked",
        "access_token.delete",
        "Access token deleted",
        "An access token of the organization was revoked",
    ),
];

/// Those of an account.
const ACCOUNT: &[Line] = &[
    (
        "person_created",
        "create",
        "Account Created",
        "The account was created",
    ),
    (
        "password_changed",
        "password.change",
        "Password Changed",
        "The account got a new password",
    ),
    (
        "account_status_changed",
        "status.change",
        "Account Status Changed",
        "The account can sign in again, or no more",
    ),
    (
        "site_role_changed",
        "site_role.change",
        "Site Role Changed",
        "The account became a site administrator's, or is one no more",
    ),
    (
        "token_added",
        "access_token.create",
        "Access token created",
        "A personal access token was made",
    ),
    (
        "token_changed",
        "access_token.update",
        "Access token updated",
        "A personal access token was changed",
    ),
    (
        "token_revoked",
        "access_token.delete",
        "Access token deleted",
        "A personal access token was revoked",
    ),
];

fn action(group: AuditGroup, line: &Line) -> AuditAction {
    let (_, name, label, description) = *line;
    AuditAction {
        group,
        name,
        label,
        description,
    }
}

/// All that can stand in an organization's log, or in an account's.
pub(super) fn all(group: AuditGroup) -> Vec<AuditAction> {
    let lines = match group {
        AuditGroup::Organization => ORGANIZATION,
        AuditGroup::Account => ACCOUNT,
        AuditGroup::Repository => &[],
    };
    let mut all: Vec<_> = lines.iter().map(|line| action(group, line)).collect();
    all.push(PULL_DENIED);
    all
}

/// A kind of change of an organization, as one looks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeKind {
    /// The history's word for it.
    pub action: Action,
    /// Its name for a person.
    pub label: &'static str,
}

/// The kinds of changes that an organization can have.
pub(super) fn kinds() -> Vec<ChangeKind> {
    let mut kinds: Vec<ChangeKind> = Vec::new();
    for (word, _, label, _) in ORGANIZATION {
        let Some(action) = Action::named(word) else {
            continue;
        };
        if kinds.iter().all(|kind| kind.action != action) {
            kinds.push(ChangeKind { action, label });
        }
    }
    kinds
}

/// What a person calls a change.
pub(super) fn label(change: &ChangeRecord) -> String {
    let name = full_name(change);
    let known = ORGANIZATION
        .iter()
        .chain(ACCOUNT)
        .find(|(_, known, ..)| name.split_once('.').is_some_and(|(_, name)| name == *known));
    known.map_or_else(
        || change.action.as_str().replace('_', " "),
        |(_, _, label, _)| (*label).to_owned(),
    )
}

/// What the log calls a change.
pub(super) fn full_name(change: &ChangeRecord) -> String {
    let (group, lines) = match change.organization {
        Some(_) => (AuditGroup::Organization, ORGANIZATION),
        None => (AuditGroup::Account, ACCOUNT),
    };
    let word = change.action.as_str();
    let name = match registry_access(change) {
        Some(name) => Some(name),
        None => lines.iter().find(|line| line.0 == word).map(|line| line.1),
    };
    match name {
        Some(name) => format!("{}.{name}", group.word()),
        None => format!("{}.{}", group.word(), word.replace('_', ".")),
    }
}

/// Docker Hub's name for a change of settings, if Registry Access Management
/// alone was changed.
fn registry_access(change: &ChangeRecord) -> Option<&'static str> {
    if change.action.as_str() != "settings_changed" {
        return None;
    }
    let (mut before, mut after) = (change.before.clone()?, change.after.clone()?);
    let (was, is) = (before["ram"].take(), after["ram"].take());
    if before != after || was == is {
        return None;
    }
    if was["enabled"] != is["enabled"] {
        return Some(match is["enabled"].as_str() {
            Some("on") => "registry_access.enabled",
            _ => "registry_access.disabled",
        });
    }
    let holds = |all: &Json, some: &Json| {
        let all = all.as_array().map(Vec::as_slice).unwrap_or_default();
        let some = some.as_array().map(Vec::as_slice).unwrap_or_default();
        some.iter().all(|one| all.contains(one))
    };
    let (listed, lists) = (&was["registries"], &is["registries"]);
    if listed == lists {
        return None;
    }
    Some(match (holds(lists, listed), holds(listed, lists)) {
        (true, _) => "registry_access.registry_added",
        (_, true) => "registry_access.registry_removed",
        _ => "registry_access.registry_updated",
    })
}
