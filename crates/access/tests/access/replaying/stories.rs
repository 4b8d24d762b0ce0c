//! An owner asks before they change something.

use std::time::Duration;

use pullgate_access::{Impact, ImpactChange, Trial};
use pullgate_identity::Subject;
use pullgate_policy::{Mode, Permission, PolicyParts, Settings, TeamAdditions};
use pullgate_store::Actor;

use crate::world::{World, acme, username};

const BY: &Actor = &Actor::CommandLine;

/// acme's policy of now, with other settings.
async fn policy(world: &World, edit: impl FnOnce(&mut Settings)) -> PolicyParts {
    let policy = world.store.whole_policy(&acme()).await.unwrap();
    let mut settings = policy.settings;
    edit(&mut settings);
    PolicyParts {
        organization: acme(),
        namespaces: policy.namespaces,
        settings,
        allowlist: policy.allowlist.into_keys().collect(),
        exceptions: Vec::new(),
        teams: policy.teams.into_iter().collect(),
    }
}

async fn ask(world: &World, draft: PolicyParts) -> Impact {
    world.recorder.flush().await;
    let trial = Trial {
        now: policy(world, |_| {}).await,
        draft,
        since: world.now() - Duration::from_hours(24),
        until: None,
        most: 10,
    };
    world.door.replay(trial).await.unwrap()
}

#[tokio::test]
async fn an_owner_sees_whom_a_restriction_would_stop_and_nobody_is_stopped_by_asking() {
    let world = World::new().await;
    let [olivia, mia, sam] = ["olivia", "mia", "sam"].map(|name| world.person(name));
    let network = Subject::Anonymous {
        organization: acme(),
    };
    for subject in [&olivia, &mia, &mia, &network, &sam, &Subject::Stranger] {
        world.pull(subject, "nginx").await;
        world.pull(subject, "evil/miner").await;
    }
    let restricted = |settings: &mut Settings| settings.iam.official = Permission::Restricted;
    let impact = ask(&world, policy(&world, restricted).await).await;
    assert_eq!(
        impact.recorded.total(),
        8,
        "not those without acme's policy"
    );
    assert_eq!((impact.recorded.allowed, impact.recorded.denied), (5, 3));
    assert_eq!(impact.now, impact.recorded);
    assert_eq!((impact.draft.allowed, impact.draft.denied), (2, 6));
    let denied = &impact.newly_denied;
    assert_eq!((denied.decisions, denied.repositories.total), (3, 1));
    let nginx = &denied.repositories.results[0];
    assert_eq!(nginx.repository.as_str(), "docker.io/library/nginx");
    assert_eq!((nginx.subjects, nginx.decisions), (2, 3));
    assert_eq!(nginx.last_at, world.now());
    let subjects: Vec<_> = denied
        .subjects
        .results
        .iter()
        .map(|it| &*it.subject)
        .collect();
    assert_eq!(subjects, ["person:mia", "anonymous:acme"], "not the owner");
    assert_eq!(impact.newly_allowed.decisions, 0);
    assert_eq!(impact.newly_monitored.decisions, 0);

    assert!(world.pull(&mia, "nginx").await.permits());
    assert_eq!(
        ask(&world, policy(&world, |_| {}).await).await.newly_denied,
        ImpactChange::default()
    );
}

#[tokio::test]
async fn monitoring_stops_nobody_and_says_whom_it_would() {
    let world = World::new().await;
    let mia = world.person("mia");
    world.pull(&mia, "nginx").await;
    world.pull(&mia, "evil/miner").await;
    let monitored = |settings: &mut Settings| {
        settings.iam.mode = Mode::Monitor;
        settings.iam.official = Permission::Restricted;
    };
    let impact = ask(&world, policy(&world, monitored).await).await;
    assert_eq!(impact.newly_denied.decisions, 0);
    let told = |change: &ImpactChange| {
        let first = change.repositories.results.first();
        first.map(|it| it.repository.to_string())
    };
    assert_eq!(
        told(&impact.newly_monitored).as_deref(),
        Some("docker.io/library/nginx")
    );
    assert_eq!(
        told(&impact.newly_allowed).as_deref(),
        Some("docker.io/evil/miner")
    );
}

#[tokio::test]
async fn roles_and_teams_of_now_apply() {
    let world = World::new().await;
    let mia = world.person("mia");
    world.pull(&mia, "bitnami/redis").await;
    let data = "data".parse().unwrap();
    let store = &world.store;
    store.create_team(&acme(), &data, BY).await.unwrap();
    store
        .add_team_member(&acme(), &data, &username("mia"), BY)
        .await
        .unwrap();
    world.reload().await;
    let mut widened = policy(&world, |_| {}).await;
    let additions = TeamAdditions {
        categories: vec![pullgate_policy::PublisherCategory::VerifiedPublisher],
        ..TeamAdditions::default()
    };
    widened.teams = vec![(data, additions)];
    let impact = ask(&world, widened.clone()).await;
    let team = &impact.newly_allowed.teams.results[0];
    assert_eq!((team.team.as_str(), team.people), ("data", 1));

    // She has become an owner since: nothing is denied to her any more.
    store
        .set_member(&acme(), &username("mia"), pullgate_policy::Role::Owner, BY)
        .await
        .unwrap();
    world.reload().await;
    let impact = ask(&world, widened.clone()).await;
    assert_eq!((impact.recorded.denied, impact.now.denied), (1, 0));
    assert_eq!(impact.newly_allowed.decisions, 0);

    // And she has left.
    store
        .remove_member(&acme(), &username("mia"), BY)
        .await
        .unwrap();
    world.reload().await;
    let impact = ask(&world, widened).await;
    assert_eq!(impact.recorded.total(), 0);
    assert_eq!((impact.left_out.people, impact.left_out.decisions), (1, 1));
}
