//! What time does to what is known.

use jiff::SignedDuration;
use pullgate_catalog::{Catalog, CatalogError, HubClient, Settings, Source};
use pullgate_policy::Badge;
use pullgate_store::{LearntBadge, LearntFrom};

use crate::hub::Reply;
use crate::world::{DAY, HOUR, MINUTE, SECOND, World, bitnami, settings};

#[tokio::test]
async fn nobody_is_asked_again_for_a_day() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    world.pass(23 * HOUR);
    assert_eq!(
        catalog.learn(&bitnami()).await.badge,
        Badge::VerifiedPublisher
    );
    assert_eq!(world.hub.asked(), 1);
}

#[tokio::test]
async fn a_verified_publisher_that_lost_its_badge_is_noticed_after_a_day() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    world.hub.says(Reply::Badge(""));
    world.pass(DAY);
    let known = catalog.known(&bitnami());
    assert_eq!(known.badge, Badge::VerifiedPublisher);
    assert!(!catalog.is_fresh(&known));
    let learnt = catalog.learn(&bitnami()).await;
    assert_eq!(learnt.badge, Badge::None);
    assert_eq!(learnt.learnt_at, Some(world.now()));
    assert_eq!(catalog.known(&bitnami()), learnt);
    assert_eq!(world.hub.asked(), 2);
}

#[tokio::test]
async fn fails_open_never_while_docker_hub_is_away() {
    for fault in [
        Reply::status(500),
        Reply::busy("60"),
        Reply::json("<html>"),
        Reply::Badge("certified"),
        Reply::redirect(302, "https://login.acme.example/"),
    ] {
        let world = World::new().await;
        let catalog = world.knowing_bitnami().await;
        let learnt_at = world.now();
        world.hub.says(fault.clone());
        for _ in 0..7 {
            world.pass(DAY);
            let learnt = catalog.learn(&bitnami()).await;
            assert_eq!(learnt.badge, Badge::VerifiedPublisher, "{fault:?}");
            assert_eq!(learnt.learnt_at, Some(learnt_at), "{fault:?}");
        }
        world.pass(SECOND);
        for knowledge in [catalog.known(&bitnami()), catalog.learn(&bitnami()).await] {
            assert_eq!(knowledge.badge, Badge::Unknown, "{fault:?}");
            assert_eq!(knowledge.source, Source::TooOld, "{fault:?}");
            assert_eq!(knowledge.learnt_at, Some(learnt_at), "{fault:?}");
        }
        world.pass(HOUR);
        world.hub.says(Reply::Badge("verified_publisher"));
        let learnt = catalog.learn(&bitnami()).await;
        assert_eq!(learnt.badge, Badge::VerifiedPublisher, "{fault:?}");
    }
}

#[tokio::test]
async fn what_was_learnt_is_known_after_a_restart_with_its_age() {
    let world = World::new().await;
    let before = world.knowing_bitnami().await.known(&bitnami());
    let catalog = world.catalog().await;
    assert_eq!(catalog.known(&bitnami()), before);
    world.hub.says(Reply::status(500));
    world.pass(DAY * 7 + SECOND);
    let catalog = world.catalog().await;
    let too_old = catalog.learn(&bitnami()).await;
    assert_eq!(too_old.badge, Badge::Unknown);
    assert_eq!(too_old.source, Source::TooOld);
}

#[tokio::test]
async fn what_a_wrong_clock_has_learnt_is_not_used_for_ever() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    world.turn_back(DAY);
    world.hub.says(Reply::Badge(""));
    assert_eq!(catalog.known(&bitnami()).badge, Badge::Unknown);
    assert_eq!(catalog.learn(&bitnami()).await.badge, Badge::None);
    // The database holds the future; that makes no sense and is left out.
    let restarted = world.catalog().await;
    assert_eq!(restarted.known(&bitnami()).source, Source::NeverLearnt);
}

#[tokio::test]
async fn a_failure_under_a_wrong_clock_does_not_silence_for_ever() {
    let world = World::new().await;
    let catalog = world.catalog().await;
    world.hub.says(Reply::busy("60"));
    catalog.learn(&bitnami()).await;
    world.turn_back(DAY);
    world.hub.says(Reply::Badge("open_source"));
    assert_eq!(catalog.learn(&bitnami()).await.badge, Badge::SponsoredOss);
}

#[tokio::test]
async fn what_makes_no_sense_in_the_database_is_not_known() {
    let world = World::new().await;
    let row = |namespace: &str, badge, learnt_at| LearntBadge {
        namespace: namespace.to_owned(),
        badge,
        learnt_at,
        source: LearntFrom::Asked,
    };
    let tomorrow = world.now() + SignedDuration::from_hours(24);
    let rows = [
        row("library", Badge::VerifiedPublisher, world.now()),
        row("bitnami", Badge::VerifiedPublisher, tomorrow),
        row("Evil", Badge::VerifiedPublisher, world.now()),
        row("a/b", Badge::VerifiedPublisher, world.now()),
        row("unknown", Badge::Unknown, world.now()),
    ];
    world.store.save_badges(&rows).await.unwrap();
    let catalog = world.catalog().await;
    assert_eq!(catalog.export().entries(), []);
    assert_eq!(catalog.known(&bitnami()).badge, Badge::Unknown);
}

#[tokio::test]
async fn settings_that_make_no_sense_open_nothing() {
    let world = World::new().await;
    let settings = Settings {
        usable_for: MINUTE,
        ..settings()
    };
    let hub = HubClient::new(&world.hub.url, &settings).unwrap();
    let error = Catalog::open(world.store.clone(), hub, settings, world.clock())
        .await
        .unwrap_err();
    assert!(matches!(error, CatalogError::Settings(_)), "{error}");
}
