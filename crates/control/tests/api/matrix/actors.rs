//! Who asks.

use pullgate_identity::{Scope, Secret, TokenOrder};
use pullgate_store::{Actor as By, TokenOwner};

use crate::world::{World, organization, username};

/// Somebody who asks, seen from acme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    /// Nobody who has signed in.
    Stranger,
    /// olivia, by a token of hers that has been revoked since.
    RevokedToken,
    /// sam, who belongs to no organization.
    Outsider,
    /// oscar, who owns another organization.
    OtherOwner,
    /// A machine of acme's.
    OrganizationToken,
    /// A machine of another organization's.
    OtherOrganizationToken,
    /// mia.
    Member,
    /// olivia, by a token of hers that only reads.
    OwnersReadToken,
    /// olivia, by a token of hers that may administrate.
    OwnersAdminToken,
    /// olivia.
    Owner,
}

impl Actor {
    pub(super) const ALL: [Self; 10] = [
        Self::Stranger,
        Self::RevokedToken,
        Self::Outsider,
        Self::OtherOwner,
        Self::OrganizationToken,
        Self::OtherOrganizationToken,
        Self::Member,
        Self::OwnersReadToken,
        Self::OwnersAdminToken,
        Self::Owner,
    ];

    /// A session of theirs; none for a stranger.
    pub(super) async fn session(self, world: &World) -> Option<String> {
        match self {
            Self::Stranger => None,
            Self::RevokedToken => Some(revoked(world).await),
            Self::Outsider => Some(world.session("sam")),
            Self::OtherOwner => Some(world.session("oscar")),
            Self::OrganizationToken => Some(machine(world, "acme").await),
            Self::OtherOrganizationToken => Some(machine(world, "other").await),
            Self::Member => Some(world.session("mia")),
            Self::OwnersReadToken => Some(by_token(world, Scope::RepoRead).await),
            Self::OwnersAdminToken => Some(by_token(world, Scope::RepoAdmin).await),
            Self::Owner => Some(world.session("olivia")),
        }
    }
}

async fn revoked(world: &World) -> String {
    let owner = olivia(world);
    let issued = issue(world, owner.clone(), Scope::RepoAdmin).await;
    let session = signed_in(world, "olivia", &issued.secret).await;
    world
        .identity
        .revoke_token(&owner, issued.id, &By::CommandLine)
        .await
        .unwrap();
    session
}

async fn by_token(world: &World, scope: Scope) -> String {
    let issued = issue(world, olivia(world), scope).await;
    signed_in(world, "olivia", &issued.secret).await
}

async fn machine(world: &World, name: &str) -> String {
    let owner = TokenOwner::Organization(organization(name));
    let issued = issue(world, owner, Scope::RepoRead).await;
    signed_in(world, name, &issued.secret).await
}

pub(super) fn olivia(world: &World) -> TokenOwner {
    let directory = world.identity.directory();
    TokenOwner::Person(
        directory
            .person_named(username("olivia").as_str())
            .unwrap()
            .id,
    )
}

pub(super) async fn issue(
    world: &World,
    owner: TokenOwner,
    scope: Scope,
) -> pullgate_identity::IssuedToken {
    let identity = &world.identity;
    let order = TokenOrder::new(owner, "quokka actor", &[scope]);
    identity.issue_token(order, &By::CommandLine).await.unwrap()
}

async fn signed_in(world: &World, name: &str, secret: &Secret) -> String {
    let from = std::net::Ipv4Addr::LOCALHOST.into();
    let subject = world.identity.sign_in(name, secret, from).await.unwrap();
    world.identity.issue_session(&subject).unwrap().token
}
