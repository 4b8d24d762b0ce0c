//! The background asks, so that pulls do not.

use std::sync::Arc;
use std::time::Duration;

use pullgate_catalog::{Refreshed, Settings, Source};
use pullgate_policy::Badge;

use crate::hub::Reply;
use crate::world::{
    DAY, HOUR, MINUTE, SECOND, World, bitnami, impatient, repository, settings, until,
};

#[tokio::test]
async fn what_is_used_is_asked_again_before_a_pull_has_to() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    world.pass(23 * HOUR);
    assert_eq!(catalog.refresh().await, Refreshed::default());
    world.hub.says(Reply::Badge("open_source"));
    world.pass(55 * MINUTE);
    let refreshed = Refreshed {
        learnt: 1,
        ..Refreshed::default()
    };
    assert_eq!(catalog.refresh().await, refreshed);
    assert_eq!(world.hub.asked(), 2);
    world.pass(HOUR);
    let known = catalog.known(&bitnami());
    assert_eq!(known.badge, Badge::SponsoredOss);
    assert!(catalog.is_fresh(&known));
}

#[tokio::test]
async fn what_nobody_uses_is_left_to_its_next_pull_and_then_forgotten() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    world.hub.says(Reply::status(500));
    world.pass(7 * DAY);
    // Used within the last seven days, and so asked about.
    assert_eq!(catalog.refresh().await.left, 1);
    world.pass(SECOND);
    let asked = world.hub.asked();
    let refreshed = catalog.refresh().await;
    assert_eq!(refreshed.forgotten, 1);
    assert_eq!(world.hub.asked(), asked);
    assert_eq!(catalog.known(&bitnami()).source, Source::NeverLearnt);
    // The database still has it, and does not bring it back.
    catalog.refresh().await;
    assert_eq!(catalog.known(&bitnami()).source, Source::NeverLearnt);
}

#[tokio::test]
async fn a_pull_keeps_a_namespace_in_use() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    world.pass(6 * DAY);
    assert_eq!(catalog.known(&bitnami()).badge, Badge::VerifiedPublisher);
    world.pass(6 * DAY);
    assert_eq!(catalog.refresh().await.learnt, 1);
    assert_eq!(catalog.known(&bitnami()).badge, Badge::VerifiedPublisher);
}

#[tokio::test]
async fn an_outage_is_not_made_worse_by_the_background() {
    let world = World::with(impatient()).await;
    let catalog = world.catalog().await;
    let rows: Vec<_> = (0..30)
        .map(|number| pullgate_store::LearntBadge {
            namespace: format!("account{number}"),
            badge: Badge::VerifiedPublisher,
            learnt_at: world.now(),
            source: pullgate_store::LearntFrom::Asked,
        })
        .collect();
    world.store.save_badges(&rows).await.unwrap();
    catalog.reload().await.unwrap();
    world.pass(DAY);
    world.hub.says(Reply::Silence);
    let refreshed = catalog.refresh().await;
    assert_eq!(refreshed.left, 30);
    assert_eq!(world.hub.asked(), 2);
    let known = catalog.known(&repository("account0/app"));
    assert_eq!(known.badge, Badge::VerifiedPublisher);
}

#[tokio::test]
async fn what_another_replica_has_learnt_is_not_asked_again() {
    let world = World::new().await;
    let here = world.knowing_bitnami().await;
    world.pass(DAY);
    let there = world.catalog().await;
    assert_eq!(there.learn(&bitnami()).await.learnt_at, Some(world.now()));
    let mut saved = false;
    while !saved {
        saved = world.store.badges().await.unwrap()[0].learnt_at == world.now();
        tokio::task::yield_now().await;
    }
    assert_eq!(here.refresh().await, Refreshed::default());
    assert_eq!(here.known(&bitnami()).learnt_at, Some(world.now()));
    assert_eq!(world.hub.asked(), 2);
}

#[tokio::test]
async fn an_unreadable_store_does_not_stop_the_background() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    world.pass(DAY);
    world.store.close().await;
    assert_eq!(catalog.refresh().await.learnt, 1);
    assert!(catalog.reload().await.is_err());
}

#[tokio::test]
async fn the_background_goes_on_by_itself() {
    let world = World::with(Settings {
        refresh_interval: Duration::from_millis(10),
        ..settings()
    })
    .await;
    let catalog = Arc::new(world.knowing_bitnami().await);
    let background = tokio::spawn(Arc::clone(&catalog).keep_fresh());
    for round in 2..5 {
        world.pass(DAY);
        world.hub.until_asked(round).await;
        until(|| catalog.is_fresh(&catalog.known(&bitnami()))).await;
    }
    background.abort();
}
