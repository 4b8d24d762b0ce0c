//! Who may do what: one line for each operation of the description.
//!
//! An operation without a line here fails the matrix. A line says for whom
//! the operation is, and what an owner sends with it so that it succeeds.

use serde_json::{Value, json};

use super::actors::Actor;

/// For whom an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// Everybody, signed in or not.
    Everybody,
    /// Nobody yet: whoever asks is told that they have not signed in.
    Nobody,
    /// Nobody with what is sent here: whoever asks is refused with this status.
    Refused(u16),
    /// Whoever has signed in, machines too.
    WhoeverSignedIn,
    /// People who have signed in, for what is their own.
    People,
    /// People who have signed in with a password, for what is their own.
    PeopleByPassword,
    /// The same, for something of olivia's.
    OliviaByPassword,
    /// The same, who may change something.
    PeopleWhoChange,
    /// An organization's owners and members.
    Insiders,
    /// An organization's members, for what owners have no need or no right
    /// to do; with the status that owners get.
    MembersAlone(u16),
    /// An organization's owners alone, to read or to change.
    Owners,
    /// An organization's owners alone, to read what is not for members.
    OwnersReading,
    /// Whoever looks after the site, who is none of those who ask.
    SiteAdministrators,
    /// The same, for what belongs to no organization.
    Site,
    /// Owners who have signed in with a password.
    OwnersByPassword,
}

/// What is expected of an operation.
#[derive(Debug)]
pub(super) struct Expectation {
    /// `PUT /v2/orgs/{}/settings`
    pub(super) operation: &'static str,
    pub(super) whom: For,
    /// With a `?` before it.
    pub(super) query: &'static str,
    pub(super) body: Option<Value>,
}

impl Expectation {
    fn asking(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    fn sending(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    fn by_password(&self) -> bool {
        matches!(
            self.whom,
            For::PeopleByPassword | For::OliviaByPassword | For::OwnersByPassword
        )
    }

    /// The status that somebody is refused with; none for those it is for.
    pub(super) fn refused(&self, actor: Actor) -> Option<u16> {
        if self.whom == For::Everybody {
            return None;
        }
        if let For::Refused(status) = self.whom {
            return Some(status);
        }
        let status = match actor {
            _ if self.whom == For::Nobody => return Some(401),
            Actor::Stranger | Actor::RevokedToken => return Some(401),
            _ if self.whom == For::WhoeverSignedIn => return None,
            _ if self.whom == For::Site => 403,
            Actor::OrganizationToken | Actor::OtherOrganizationToken => 403,
            Actor::OwnersReadToken | Actor::OwnersAdminToken if self.by_password() => 403,
            Actor::OwnersReadToken if self.whom == For::PeopleWhoChange => 403,
            _ if matches!(
                self.whom,
                For::People | For::PeopleByPassword | For::PeopleWhoChange
            ) =>
            {
                return None;
            }
            Actor::Outsider | Actor::OtherOwner => 404,
            Actor::Member if self.whom == For::OliviaByPassword => 404,
            _ if self.whom == For::SiteAdministrators => 403,
            Actor::Member | Actor::OwnersReadToken if self.whom == For::Owners => 403,
            Actor::Member if self.whom == For::OwnersByPassword => 403,
            Actor::OwnersReadToken | Actor::OwnersAdminToken | Actor::Owner => match self.whom {
                // That it cannot change anything comes first.
                For::MembersAlone(_) if actor == Actor::OwnersReadToken => 403,
                For::MembersAlone(status) => status,
                _ => return None,
            },
            Actor::Member if self.whom == For::OwnersReading => 403,
            Actor::Member => return None,
        };
        Some(status)
    }
}

fn operation(whom: For, operation: &'static str) -> Expectation {
    Expectation {
        operation,
        whom,
        query: "",
        body: None,
    }
}

fn everybody(name: &'static str) -> Expectation {
    operation(For::Everybody, name)
}

fn whoever_signed_in(name: &'static str) -> Expectation {
    operation(For::WhoeverSignedIn, name)
}

fn people_by_password(name: &'static str) -> Expectation {
    operation(For::PeopleByPassword, name)
}

fn olivia_by_password(name: &'static str) -> Expectation {
    operation(For::OliviaByPassword, name)
}

fn owners_by_password(name: &'static str) -> Expectation {
    operation(For::OwnersByPassword, name)
}

fn people_who_change(name: &'static str) -> Expectation {
    operation(For::PeopleWhoChange, name)
}

fn insiders(name: &'static str) -> Expectation {
    operation(For::Insiders, name)
}

fn people(name: &'static str) -> Expectation {
    operation(For::People, name)
}

fn members_alone(owners_get: u16, name: &'static str) -> Expectation {
    operation(For::MembersAlone(owners_get), name)
}

fn owners(name: &'static str) -> Expectation {
    operation(For::Owners, name)
}

fn site_administrators(name: &'static str) -> Expectation {
    operation(For::SiteAdministrators, name)
}

/// All of them.
pub(super) fn all() -> Vec<Expectation> {
    vec![
        // Signing in.
        everybody("POST /v2/users/login")
            .sending(json!({"username": "olivia", "password": super::PASSWORD})),
        operation(For::Nobody, "POST /v2/users/2fa-login")
            .sending(json!({"login_2fa_token": "unknown", "code": "123456"})),
        everybody("POST /v2/auth/token")
            .sending(json!({"identifier": "olivia", "secret": super::PASSWORD})),
        everybody("POST /api/v1/device/authorization"),
        // There is nothing to fetch for who brings no code.
        operation(For::Refused(400), "POST /api/v1/device/token"),
        // You.
        whoever_signed_in("GET /v2/user"),
        whoever_signed_in("GET /v2/user/orgs"),
        // Personal access tokens.
        people_by_password("GET /v2/access-tokens"),
        people_by_password("POST /v2/access-tokens")
            .sending(json!({"token_label": "laptop", "scopes": ["repo:read"]})),
        olivia_by_password("GET /v2/access-tokens/{}"),
        olivia_by_password("PATCH /v2/access-tokens/{}").sending(json!({"is_active": false})),
        olivia_by_password("DELETE /v2/access-tokens/{}"),
        // Access tokens of an organization.
        owners("GET /v2/orgs/{}/access-tokens"),
        owners_by_password("POST /v2/orgs/{}/access-tokens").sending(json!({"label": "ci"})),
        owners("GET /v2/orgs/{}/access-tokens/{}"),
        owners_by_password("PATCH /v2/orgs/{}/access-tokens/{}")
            .sending(json!({"label": "ci", "is_active": false})),
        owners_by_password("DELETE /v2/orgs/{}/access-tokens/{}"),
        // The installation.
        operation(For::People, "GET /api/v1/system"),
        operation(For::Site, "GET /api/v1/cache"),
        operation(For::Site, "GET /api/v1/upstreams"),
        operation(For::Site, "GET /api/v1/catalog"),
        operation(For::Site, "POST /api/v1/catalog").sending(json!({
            "version": 1, "exported_at": "2026-11-24T02:30:00Z", "namespaces": [],
        })),
        operation(For::People, "GET /api/v1/catalog/namespaces/{}"),
        // Settings of an organization.
        insiders("GET /v2/orgs/{}/settings"),
        owners("PUT /v2/orgs/{}/settings").sending(json!({"restricted_images": {
            "enabled": true, "allow_official_images": false, "allow_verified_publishers": false,
        }})),
        insiders("GET /v2/namespaces/{}/settings"),
        owners("PUT /v2/namespaces/{}/settings").sending(json!({
            "disable_public_repositories": false,
            "disable_push_member_namespaces": false,
            "repository_allowlist_enabled": true,
        })),
        insiders("GET /v2/namespaces/{}/allowlist/items"),
        owners("POST /v2/namespaces/{}/allowlist/items")
            .sending(json!({"repository_names": ["evil/miner"]})),
        owners("DELETE /v2/namespaces/{}/allowlist/items")
            .sending(json!({"repository_names": ["quokka/tool"]})),
        // Policy of an organization.
        insiders("GET /api/v1/orgs/{}/policy"),
        owners("PUT /api/v1/orgs/{}/policy").sending(json!({
            "pullgate": "policy/v1", "organization": "acme", "trusted": ["quay.io/x/*"],
        })),
        operation(For::OwnersReading, "POST /api/v1/orgs/{}/policy/test").sending(json!({
            "cases": [{"image": "nginx", "role": "member", "outcome": "allowed"}],
        })),
        insiders("GET /api/v1/orgs/{}/policy/settings"),
        owners("PUT /api/v1/orgs/{}/policy/settings").sending(json!({
            "iam": {
                "enabled": "on", "mode": "enforce", "official": "allowed",
                "verified_publisher": "allowed", "sponsored_oss": "allowed", "allowlist": "on",
            },
            "ram": {
                "enabled": "on", "mode": "enforce", "docker_hub": "allowed", "registries": [],
            },
            "trusted": [],
        })),
        owners("PATCH /api/v1/orgs/{}/policy/settings").sending(json!({"iam": {"enabled": "on"}})),
        insiders("GET /api/v1/orgs/{}/allowlist"),
        owners("POST /api/v1/orgs/{}/allowlist")
            .sending(json!({"entries": [{"pattern": "evil/miner"}]})),
        owners("DELETE /api/v1/orgs/{}/allowlist").asking("?pattern=docker.io/quokka/tool"),
        insiders("GET /api/v1/orgs/{}/namespaces"),
        site_administrators("POST /api/v1/orgs/{}/namespaces")
            .sending(json!({"pattern": "ghcr.io/acme"})),
        site_administrators("DELETE /api/v1/orgs/{}/namespaces")
            .asking("?pattern=docker.io/quokka/**"),
        insiders("GET /api/v1/orgs/{}/teams/{}/additions"),
        owners("PUT /api/v1/orgs/{}/teams/{}/additions")
            .sending(json!({"allowlist": ["evil/miner"]})),
        owners("PATCH /api/v1/orgs/{}/teams/{}/additions")
            .sending(json!({"add": {"categories": ["official"]}})),
        owners("POST /api/v1/orgs/{}/policy/preview")
            .sending(json!({"settings": {"iam": {"official": "restricted"}}})),
        insiders("GET /v2/orgs/{}/settings/registry-access-management"),
        owners("PUT /v2/orgs/{}/settings/registry-access-management").sending(json!({
            "enabled": true,
            "standard_registries": [{"id": "DockerHub", "allowed": true}],
            "custom_registries": [
                {"address": "quay.io", "friendly_name": "Quay", "allowed": true},
            ],
        })),
        // Audit logs.
        owners("GET /v2/auditlogs/{}"),
        owners("GET /v2/auditlogs/{}/actions"),
        // Organizations and their members.
        insiders("GET /v2/orgs/{}"),
        insiders("GET /v2/orgs/{}/members"),
        owners("GET /v2/orgs/{}/members/export"),
        insiders("GET /v2/orgs/{}/members/{}"),
        owners("PUT /v2/orgs/{}/members/{}").sending(json!({"role": "owner"})),
        owners("DELETE /v2/orgs/{}/members/{}"),
        // Teams.
        insiders("GET /v2/orgs/{}/groups"),
        owners("POST /v2/orgs/{}/groups").sending(json!({"name": "testers"})),
        insiders("GET /v2/orgs/{}/groups/{}"),
        owners("PUT /v2/orgs/{}/groups/{}").sending(json!({"name": "testers"})),
        owners("PATCH /v2/orgs/{}/groups/{}").sending(json!({"description": "who test"})),
        owners("DELETE /v2/orgs/{}/groups/{}"),
        insiders("GET /v2/orgs/{}/groups/{}/members"),
        owners("POST /v2/orgs/{}/groups/{}/members").sending(json!({"member": "olivia"})),
        owners("DELETE /v2/orgs/{}/groups/{}/members/{}"),
        // Invites.
        owners("GET /v2/orgs/{}/invites"),
        owners("POST /v2/invites/bulk")
            .sending(json!({"org": "acme", "invitees": ["ann@example.com"]})),
        owners("PATCH /v2/invites/{}/resend"),
        owners("DELETE /v2/invites/{}"),
        everybody("GET /api/v1/invites/{}"),
        people_who_change("POST /api/v1/invites/{}/accept"),
        everybody("POST /api/v1/invites/{}/account")
            .sending(json!({"username": "ann", "password": super::PASSWORD})),
        everybody("POST /api/v1/invites/{}/decline"),
        // Decisions.
        insiders("GET /api/v1/orgs/{}/decisions"),
        insiders("GET /api/v1/orgs/{}/decisions/export"),
        owners("GET /api/v1/orgs/{}/decisions/summary"),
        insiders("GET /api/v1/orgs/{}/decisions/{}"),
        whoever_signed_in("GET /api/v1/explain").asking("?image=evil/miner"),
        // Machines.
        people("POST /api/v1/agent/decide")
            .sending(json!({"images": ["evil/miner"], "action": "pull"})),
        people("GET /api/v1/agent/bundle"),
        people("POST /api/v1/agent/reports").sending(json!({"reports": [{
            "at": "2026-11-26T02:00:00Z", "image": "evil/miner", "action": "run",
            "outcome": "denied", "rule": "community", "organization": null, "team": null,
        }]})),
        people("POST /api/v1/agent/session"),
        // Requests and exceptions.
        people("GET /api/v1/requests"),
        people("GET /api/v1/requests/open"),
        members_alone(409, "POST /api/v1/requests").sending(json!({
            "image": "evil/tool", "reason": "a test", "organization": "acme",
        })),
        insiders("GET /api/v1/orgs/{}/requests"),
        insiders("GET /api/v1/orgs/{}/requests/{}"),
        owners("POST /api/v1/orgs/{}/requests/{}/approve")
            .sending(json!({"covers": "person", "ends_at": "2099-12-31T00:00:00Z"})),
        owners("POST /api/v1/orgs/{}/requests/{}/decline").sending(json!({"reason": "no"})),
        members_alone(403, "POST /api/v1/orgs/{}/requests/{}/withdraw"),
        insiders("GET /api/v1/orgs/{}/exceptions"),
        owners("POST /api/v1/orgs/{}/exceptions").sending(json!({
            "image": "evil/tool", "covers": "person", "person": "mia",
            "ends_at": "2099-12-31T00:00:00Z", "reason": "a test",
        })),
        insiders("GET /api/v1/orgs/{}/exceptions/{}"),
        owners("DELETE /api/v1/orgs/{}/exceptions/{}"),
    ]
}
