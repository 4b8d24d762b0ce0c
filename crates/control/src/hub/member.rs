//! A member of an organization, in Docker Hub's shape.

use jiff::Timestamp;
use pullgate_admin::{AccountStatus, Invite, Invitee, Listed, OrganizationMember, groups};
use serde::Serialize;
use utoipa::ToSchema;

use crate::hub::account::{Account, AccountKind, MemberRole};

/// A member of an organization, or somebody who was invited into it.
#[derive(Serialize, ToSchema)]
pub(super) struct OrgMember {
    /// The person's id, without hyphens; of an invitee, the invite's.
    id: String,
    /// The user name; of an invitee, the name or address that was invited.
    username: String,
    /// Always empty: people have no other name here.
    full_name: &'static str,
    /// The e-mail address, empty if there is none; left out for whoever is no
    /// owner of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(deprecated, nullable = false)]
    primary_email: Option<String>,
    role: MemberRole,
    /// The names of the teams they are in, or are invited into.
    groups: Vec<String>,
    /// Always false: organizations have no domains here.
    is_guest: bool,
    /// Whether they can sign in; of an invitee, whether they have answered:
    /// no. Docker Hub has no such field.
    is_active: bool,
    /// Since when they belong to the organization; of an invitee, since when
    /// they are invited.
    #[schema(value_type = String, format = DateTime)]
    date_joined: Timestamp,
    #[serde(rename = "type")]
    kind: AccountKind,
    #[serde(flatten)]
    account: Account,
}

impl From<OrganizationMember> for OrgMember {
    fn from(member: OrganizationMember) -> Self {
        Self {
            id: member.person.as_uuid().simple().to_string(),
            username: member.username.to_string(),
            full_name: "",
            primary_email: member.email.clone(),
            email: member.email,
            role: member.role.into(),
            groups: groups(member.role, member.teams.iter().map(ToString::to_string)),
            is_guest: false,
            is_active: member.status == AccountStatus::Active,
            date_joined: member.since,
            kind: AccountKind::User,
            account: Account::default(),
        }
    }
}

impl From<Invite> for OrgMember {
    fn from(invite: Invite) -> Self {
        let email = match &invite.invitee {
            Invitee::Email(email) => email.as_str().to_owned(),
            Invitee::Username(_) => String::new(),
        };
        Self {
            id: invite.id.as_uuid().simple().to_string(),
            username: invite.invitee.to_string(),
            full_name: "",
            primary_email: Some(email.clone()),
            email: Some(email),
            role: MemberRole::Invitee,
            groups: groups(invite.role, invite.team.iter().map(ToString::to_string)),
            is_guest: false,
            is_active: false,
            date_joined: invite.made_at,
            kind: AccountKind::User,
            account: Account::default(),
        }
    }
}

impl From<Listed> for OrgMember {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Member(member) => member.into(),
            Listed::Invitee(invite) => invite.into(),
        }
    }
}
