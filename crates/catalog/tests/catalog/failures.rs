//! Docker Hub fails, and nobody waits for it over and over.

use pullgate_catalog::Source;
use pullgate_policy::Badge;

use crate::hub::Reply;
use crate::world::{DAY, MINUTE, SECOND, World, bitnami, impatient, repository};

#[tokio::test]
async fn a_failure_is_remembered_for_a_while() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    world.hub.says(Reply::status(500));
    for _ in 0..5 {
        assert_eq!(catalog.learn(&bitnami()).await.badge, Badge::Unknown);
    }
    assert_eq!(world.hub.asked(), 1);
    world.hub.says(Reply::Badge("verified_publisher"));
    world.pass(14 * SECOND);
    assert_eq!(catalog.learn(&bitnami()).await.badge, Badge::Unknown);
    assert_eq!(world.hub.asked(), 1);
    world.pass(SECOND);
    assert_eq!(
        catalog.learn(&bitnami()).await.badge,
        Badge::VerifiedPublisher
    );
    assert_eq!(world.hub.asked(), 2);
}

#[tokio::test]
async fn one_namespace_that_fails_is_not_held_against_another() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    world.hub.replies(|namespace| match namespace {
        "bitnami" => Reply::Badge("verified_publisher"),
        _ => Reply::status(500),
    });
    for number in 0..5 {
        let broken = repository(&format!("broken{number}/app"));
        assert_eq!(catalog.learn(&broken).await.badge, Badge::Unknown);
    }
    assert_eq!(
        catalog.learn(&bitnami()).await.badge,
        Badge::VerifiedPublisher
    );
}

#[tokio::test]
async fn silence_costs_the_first_two_who_ask_and_nobody_after_them() {
    let world = World::with(impatient()).await;
    let catalog = world.catalog().await;
    world.hub.says(Reply::Silence);
    for number in 0..20 {
        let learnt = catalog
            .learn(&repository(&format!("account{number}/app")))
            .await;
        assert_eq!(learnt.badge, Badge::Unknown);
        assert_eq!(learnt.source, Source::NeverLearnt);
    }
    assert_eq!(world.hub.asked(), 2);
    world.pass(15 * SECOND);
    catalog.learn(&bitnami()).await;
    assert_eq!(world.hub.asked(), 3);
}

#[tokio::test]
async fn an_answer_ends_the_outage() {
    // Its silence has to be over soon, and its answers have time to come.
    let world = World::with(pullgate_catalog::Settings {
        ask_timeout: 2 * SECOND,
        ..impatient()
    })
    .await;
    let catalog = world.catalog().await;
    world.hub.replies(|namespace| match namespace {
        "one" | "two" => Reply::Silence,
        _ => Reply::Badge("verified_publisher"),
    });
    catalog.learn(&repository("one/app")).await;
    assert_eq!(
        catalog.learn(&bitnami()).await.badge,
        Badge::VerifiedPublisher
    );
    // One more in silence is not the second in a row.
    catalog.learn(&repository("two/app")).await;
    let learnt = catalog.learn(&repository("grafana/grafana")).await;
    assert_eq!(learnt.badge, Badge::VerifiedPublisher);
}

#[tokio::test]
async fn nobody_at_the_address_is_the_same_as_silence() {
    let world = World::new().await;
    world.knowing_bitnami().await;
    let catalog = world.shut_in().await;
    world.pass(DAY);
    assert_eq!(
        catalog.learn(&bitnami()).await.badge,
        Badge::VerifiedPublisher
    );
    let never_seen = catalog.learn(&repository("grafana/grafana")).await;
    assert_eq!(never_seen.badge, Badge::Unknown);
    assert_eq!(world.hub.asked(), 1);
}

#[tokio::test]
async fn docker_hub_is_left_in_peace_for_as_long_as_it_asks_for() {
    for (retry_after, seconds) in [
        ("60", 60),
        ("0", 15),
        ("1", 15),
        // Nobody is denied for a day because of one answer.
        ("86400", 300),
        ("18446744073709551615", 300),
        ("-1", 15),
        ("soon", 15),
    ] {
        let world = World::new().await;
        let catalog = world.catalog().await;
        world.hub.says(Reply::busy(retry_after));
        catalog.learn(&repository("grafana/grafana")).await;
        world.hub.says(Reply::Badge("verified_publisher"));
        world.pass((seconds - 1) * SECOND);
        let too_early = catalog.learn(&bitnami()).await;
        assert_eq!(too_early.badge, Badge::Unknown, "{retry_after}");
        assert_eq!(world.hub.asked(), 1, "{retry_after}");
        world.pass(SECOND);
        let learnt = catalog.learn(&bitnami()).await;
        assert_eq!(learnt.badge, Badge::VerifiedPublisher, "{retry_after}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_down_is_known_until_the_next_start() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    world.store.close().await;
    world.hub.says(Reply::Badge("verified_publisher"));
    assert_eq!(
        catalog.learn(&bitnami()).await.badge,
        Badge::VerifiedPublisher
    );
    world.pass(MINUTE);
    assert_eq!(catalog.known(&bitnami()).badge, Badge::VerifiedPublisher);
    assert_eq!(world.hub.asked(), 1);
}
