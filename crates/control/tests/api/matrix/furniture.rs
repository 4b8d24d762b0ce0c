//! An organization that has one of everything, and where its names and ids
//! stand in paths.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pullgate_identity::{BrowserSecret, Scope, Secret, TokenOwner};
use pullgate_policy::{Covers, Role, Settings, Switch};
use pullgate_store::{
    Actor as By, DatabaseUrl, InviteOutcome, NewException, NewInvite, NewPerson, NewRequest, Run,
    Store,
};

use super::actors::{issue, olivia};
use super::database::Database;
use crate::hub_description::anonymous;
use crate::own::pulls::{person, pulled};
use crate::world::{World, organization, username};

/// In everything of acme's that nobody else is to read: if it stands in a
/// refused answer, something has leaked.
pub(super) const MARK: &str = "quokka";

/// The names and ids of acme, by the path that ends in their place.
pub(super) type Places = BTreeMap<&'static str, String>;

/// acme, furnished.
pub(super) async fn acme(password: &str) -> (World, Places) {
    let world = World::new().await;
    let by = &By::CommandLine;
    let (acme, mia) = (organization("acme"), username("mia"));
    let hash = world.identity.hash_password(&Secret::new(password)).await;
    world
        .store
        .set_password_hash(&username("olivia"), &hash.unwrap(), by)
        .await
        .unwrap();
    let gil = NewPerson {
        username: username("gil"),
        email: String::new(),
        password_hash: None,
    };
    world.store.create_person(gil, by).await.unwrap();
    let team = "developers".parse().unwrap();
    world.store.create_team(&acme, &team, by).await.unwrap();
    world
        .store
        .add_team_member(&acme, &team, &mia, by)
        .await
        .unwrap();
    world
        .store
        .add_to_allowlist(
            &acme,
            &[(
                format!("docker.io/{MARK}/tool").parse().unwrap(),
                MARK.to_owned(),
            )]
            .into(),
            by,
        )
        .await
        .unwrap();
    let namespace = format!("docker.io/{MARK}/**").parse().unwrap();
    world
        .store
        .add_namespace(&acme, &namespace, by)
        .await
        .unwrap();
    // What mia asks for has to be denied to her.
    let deny = |settings: &mut Settings| settings.iam.enabled = Switch::On;
    world.store.change_settings(&acme, by, deny).await.unwrap();
    let request = requested(&world).await;
    let exception = excepted(&world).await;
    let (invite, _) = invite(&world, "acme").await;
    // Into an organization that nobody who asks belongs to.
    world
        .store
        .create_organization(&organization("guild"), "", &username("gil"), by)
        .await
        .unwrap();
    let (_, secret) = self::invite(&world, "guild").await;
    world.door.catch_up().await.unwrap();
    let personal = issue(&world, olivia(&world), Scope::RepoRead).await;
    let machines = TokenOwner::Organization(acme);
    let machines = issue(&world, machines, Scope::RepoRead).await;
    let (personal, machines) = (personal.id.to_string(), machines.id.to_string());
    let decision = pulled(
        &world,
        &person(&world, "mia"),
        &format!("docker.io/{MARK}/tool"),
    )
    .await;
    let decision = decision.to_string();
    let places = [
        ("/v2/orgs/{}", "acme"),
        ("/v2/namespaces/{}", "acme"),
        ("/v2/access-tokens/{}", &*personal),
        ("/v2/orgs/{}/access-tokens/{}", &*machines),
        ("/v2/auditlogs/{}", "acme"),
        ("/api/v1/orgs/{}/decisions/{}", &*decision),
        ("/api/v1/catalog/namespaces/{}", "bitnami"),
        ("/v2/orgs/{}/members/{}", "mia"),
        ("/v2/orgs/{}/groups/{}", "developers"),
        ("/v2/orgs/{}/groups/{}/members/{}", "mia"),
        ("/v2/invites/{}", &invite),
        ("/api/v1/orgs/{}", "acme"),
        ("/api/v1/orgs/{}/teams/{}", "developers"),
        ("/api/v1/orgs/{}/requests/{}", &request),
        ("/api/v1/orgs/{}/exceptions/{}", &exception),
        ("/api/v1/invites/{}", &secret),
    ];
    let places = places.map(|(place, name)| (place, name.to_owned())).into();
    (world, places)
}

/// What mia has asked for.
async fn requested(world: &World) -> String {
    let request = NewRequest {
        repository: "docker.io/evil/miner".parse().unwrap(),
        reference: "evil/miner:1".to_owned(),
        reason: MARK.to_owned(),
    };
    let (acme, mia) = (organization("acme"), username("mia"));
    let actor = By::Person(mia.clone());
    let asking = world.store.ask_for_access(&acme, &mia, request, &actor);
    asking.await.unwrap().id().to_string()
}

/// What is allowed to mia.
async fn excepted(world: &World) -> String {
    let exception = NewException {
        repository: format!("ghcr.io/{MARK}/tool").parse().unwrap(),
        covers: Covers::Person(username("mia")),
        ends_at: "2099-12-31T00:00:00Z".parse().unwrap(),
        reason: MARK.to_owned(),
    };
    let (acme, by) = (organization("acme"), By::CommandLine);
    let made = world.store.add_exception(&acme, exception, &by);
    made.await.unwrap().to_string()
}

/// The id of an invite, and what its link ends with.
async fn invite(world: &World, into: &str) -> (String, String) {
    let secret = world.identity.new_browser_secret(BrowserSecret::Invite);
    let (secret, hash) = secret.unwrap();
    let new = NewInvite {
        invitee: format!("{MARK}@example.com").parse().unwrap(),
        role: Role::Member,
        team: None,
        hash,
        ends_at: Timestamp::now() + SignedDuration::from_hours(1),
    };
    let into = organization(into);
    let made = world
        .store
        .add_invites(&into, vec![new], Run::Real, &By::CommandLine)
        .await
        .unwrap();
    let Some(InviteOutcome::Made(invite)) = made.into_iter().next() else {
        panic!("somebody of that address is there")
    };
    (invite.id.to_string(), secret.expose().to_owned())
}

/// The same once more, with the same names and ids, to be changed alone.
pub(super) async fn another(database: &Database) -> World {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("db");
    database.copy_to(&file).await;
    let store = Store::open(&DatabaseUrl::sqlite(file)).await.unwrap();
    World::over(store, folder).await
}

/// The path with acme's names and ids in it.
pub(super) fn path_in(places: &Places, template: &str) -> String {
    filled(template, |place| {
        let value = places.get(place.as_str());
        value.cloned().unwrap_or_else(|| {
            panic!("furniture.rs does not say what stands at the end of {place} in {template}")
        })
    })
}

/// The path with, in each place, what `value` says of `/v2/orgs/{}`.
pub(super) fn filled(template: &str, value: impl Fn(String) -> String) -> String {
    let template = anonymous(template);
    let mut path = String::new();
    for (index, part) in template.split('/').enumerate() {
        let part = match part {
            "{}" => {
                let before = template.split('/').take(index + 1);
                value(before.collect::<Vec<_>>().join("/"))
            }
            part => part.to_owned(),
        };
        if index > 0 {
            path.push('/');
        }
        path.push_str(&part);
    }
    path
}
