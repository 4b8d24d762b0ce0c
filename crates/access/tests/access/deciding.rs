//! Who may pull what, as people and policies change.

use std::sync::Arc;
use std::time::Duration;

use pullgate_identity::Subject;
use pullgate_policy::{Covers, Outcome, Permission, Rule};
use pullgate_store::{Actor, NewException};

use crate::world::{World, acme, username};

const BY: &Actor = &Actor::CommandLine;

#[tokio::test]
async fn an_owner_a_member_and_strangers_are_told_apart() {
    let world = World::new().await;
    let [olivia, mia, sam] = ["olivia", "mia", "sam"].map(|name| world.person(name));
    for (subject, image, outcome, rule) in [
        (&olivia, "evil/miner", Outcome::Allowed, Rule::Owner),
        (&mia, "nginx", Outcome::Allowed, Rule::Official),
        (&mia, "evil/miner", Outcome::Denied, Rule::Community),
        (
            &mia,
            "bitnami/redis",
            Outcome::Denied,
            Rule::VerifiedPublisher,
        ),
        (&sam, "nginx", Outcome::Denied, Rule::NoOrganization),
        (
            &Subject::Stranger,
            "nginx",
            Outcome::Denied,
            Rule::NotSignedIn,
        ),
        (
            &Subject::Anonymous {
                organization: acme(),
            },
            "evil/miner",
            Outcome::Denied,
            Rule::Community,
        ),
        (
            &Subject::Anonymous {
                organization: "nobody".parse().unwrap(),
            },
            "nginx",
            Outcome::Denied,
            Rule::PolicyUnavailable,
        ),
    ] {
        let decision = world.pull(subject, image).await;
        assert_eq!(
            (decision.outcome, decision.rule),
            (outcome, rule),
            "{subject} {image}"
        );
    }
}

#[tokio::test]
async fn rights_that_outlive_their_cause_end_with_the_next_request() {
    let world = World::new().await;
    // The subject of a token that is already out.
    let mia = world.person("mia");
    assert!(world.pull(&mia, "nginx").await.permits());

    world
        .store
        .change_settings(&acme(), BY, |settings| {
            settings.iam.official = Permission::Restricted;
        })
        .await
        .unwrap();
    world.reload().await;
    assert_eq!(world.pull(&mia, "nginx").await.rule, Rule::Official);
    assert!(!world.pull(&mia, "nginx").await.permits());

    world
        .store
        .set_member(&acme(), &username("mia"), pullgate_policy::Role::Owner, BY)
        .await
        .unwrap();
    world.reload().await;
    assert!(world.pull(&mia, "nginx").await.permits());

    world
        .store
        .remove_member(&acme(), &username("mia"), BY)
        .await
        .unwrap();
    world.reload().await;
    assert_eq!(world.pull(&mia, "nginx").await.rule, Rule::NoOrganization);
}

#[tokio::test]
async fn the_server_notices_a_change_that_another_process_made() {
    let world = Arc::new(World::new().await);
    let mia = world.person("mia");
    let following = tokio::spawn({
        let world = Arc::clone(&world);
        async move { world.door.follow().await }
    });
    world
        .store
        .add_to_allowlist(
            &acme(),
            &[("evil/miner".parse().unwrap(), String::new())].into(),
            BY,
        )
        .await
        .unwrap();
    world
        .store
        .change_settings(&acme(), BY, |settings| {
            settings.iam.allowlist = pullgate_policy::Switch::On;
        })
        .await
        .unwrap();
    let noticed = async {
        while !world.pull(&mia, "evil/miner").await.permits() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), noticed)
        .await
        .expect("the change should have been noticed");
    following.abort();
}

#[tokio::test]
async fn an_exception_ends_by_itself() {
    let world = World::new().await;
    let mia = world.person("mia");
    let hour = Duration::from_hours(1);
    let exception = NewException {
        repository: "evil/miner".parse().unwrap(),
        covers: Covers::Person(username("mia")),
        ends_at: world.now().checked_add(hour).unwrap(),
        reason: "a demo".to_owned(),
    };
    world
        .store
        .add_exception(&acme(), exception, BY)
        .await
        .unwrap();
    world.reload().await;
    assert_eq!(world.pull(&mia, "evil/miner").await.rule, Rule::Exception);
    // Nothing is reloaded, and the store is asked now and then as always.
    world.wait(Duration::from_mins(14));
    world.door.reload().await.unwrap();
    assert!(world.pull(&mia, "evil/miner").await.permits());
    world.wait(Duration::from_mins(46));
    assert_ne!(world.pull(&mia, "evil/miner").await.rule, Rule::Exception);
    assert!(!world.pull(&mia, "evil/miner").await.permits());
}

#[tokio::test]
async fn fails_open_never_when_the_database_is_away() {
    let world = World::new().await;
    let mia = world.person("mia");
    world.store.close().await;
    assert!(world.door.reload().await.is_err());
    assert!(
        world.pull(&mia, "nginx").await.permits(),
        "by the last known policy"
    );
    assert!(!world.pull(&mia, "evil/miner").await.permits());

    world.wait(Duration::from_mins(16));
    for name in ["nginx", "evil/miner"] {
        let decision = world.pull(&mia, name).await;
        assert_eq!(
            (decision.outcome, decision.rule),
            (Outcome::Denied, Rule::PolicyUnavailable),
            "{name}"
        );
    }
    let olivia = world.person("olivia");
    assert!(
        !world.pull(&olivia, "nginx").await.permits(),
        "nobody can say who is exempt"
    );
}

#[tokio::test]
async fn fails_open_never_when_docker_hub_is_away() {
    let world = World::new().await;
    world
        .store
        .change_settings(&acme(), BY, |settings| {
            settings.iam.verified_publisher = Permission::Allowed;
            settings.iam.sponsored_oss = Permission::Allowed;
        })
        .await
        .unwrap();
    world.reload().await;
    let mia = world.person("mia");
    assert!(world.pull(&mia, "bitnami/redis").await.permits());
    let never_seen = world.pull(&mia, "newcomer/app").await;
    assert_eq!(never_seen.rule, Rule::Community);
    assert!(
        never_seen.sentence(None).contains("unknown"),
        "{}",
        never_seen.sentence(None)
    );
    assert!(!never_seen.permits());
}

#[tokio::test]
async fn explaining_is_no_pull() {
    let world = World::new().await;
    let mia = world.person("mia");
    let decision = world
        .door
        .explain(&mia, &"evil/miner".parse().unwrap())
        .await;
    assert!(!decision.permits());
    assert!(world.log().await.is_empty());
}
