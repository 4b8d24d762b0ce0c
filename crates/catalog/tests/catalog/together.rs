//! Many people want to know the same at once.

use std::sync::Arc;

use pullgate_policy::Badge;
use tokio::task::JoinSet;

use crate::hub::Reply;
use crate::world::{DAY, World, bitnami, impatient, repository, until};

#[tokio::test]
async fn many_clients_one_cold_namespace() {
    let world = World::new().await;
    let catalog = Arc::new(world.catalog().await);
    world.hub.says(Reply::Held("verified_publisher"));
    let mut askers = JoinSet::new();
    for number in 0..50 {
        let catalog = Arc::clone(&catalog);
        let repository = repository(&format!("bitnami/app{number}"));
        askers.spawn(async move { catalog.learn(&repository).await });
    }
    world.hub.until_asked(1).await;
    assert!(askers.try_join_next().is_none(), "somebody did not wait");
    world.hub.let_go();
    for learnt in askers.join_all().await {
        assert_eq!(learnt.badge, Badge::VerifiedPublisher);
    }
    assert_eq!(world.hub.asked(), 1);
}

#[tokio::test]
async fn many_clients_one_failure() {
    let world = World::with(impatient()).await;
    let catalog = Arc::new(world.catalog().await);
    world.hub.says(Reply::Silence);
    let mut askers = JoinSet::new();
    for _ in 0..50 {
        let catalog = Arc::clone(&catalog);
        askers.spawn(async move { catalog.learn(&bitnami()).await });
    }
    for learnt in askers.join_all().await {
        assert_eq!(learnt.badge, Badge::Unknown);
    }
    assert_eq!(world.hub.asked(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_threads_many_namespaces_one_question_each() {
    let world = World::new().await;
    let catalog = Arc::new(world.catalog().await);
    world.hub.says(Reply::Badge("open_source"));
    let mut askers = JoinSet::new();
    for number in 0..400 {
        let catalog = Arc::clone(&catalog);
        let repository = repository(&format!("account{}/app", number % 20));
        askers.spawn(async move { catalog.learn(&repository).await });
    }
    for learnt in askers.join_all().await {
        assert_eq!(learnt.badge, Badge::SponsoredOss);
    }
    assert_eq!(world.hub.asked(), 20);
    world.until_saved(20).await;
}

#[tokio::test]
async fn who_goes_away_does_not_take_the_question_along() {
    let world = World::new().await;
    let catalog = Arc::new(world.catalog().await);
    world.hub.says(Reply::Held("verified_publisher"));
    let asking = Arc::clone(&catalog);
    let first = tokio::spawn(async move { asking.learn(&bitnami()).await });
    world.hub.until_asked(1).await;
    let asking = Arc::clone(&catalog);
    let second = tokio::spawn(async move { asking.learn(&bitnami()).await });
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    world.hub.let_go();
    assert_eq!(second.await.unwrap().badge, Badge::VerifiedPublisher);
    assert_eq!(world.hub.asked(), 1);
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_is_still_answered() {
    let world = World::new().await;
    let catalog = Arc::new(world.catalog().await);
    world.hub.says(Reply::Held("verified_publisher"));
    let asking = Arc::clone(&catalog);
    let only = tokio::spawn(async move { asking.learn(&bitnami()).await });
    world.hub.until_asked(1).await;
    only.abort();
    assert!(only.await.unwrap_err().is_cancelled());
    world.hub.let_go();
    until(|| catalog.known(&bitnami()).badge == Badge::VerifiedPublisher).await;
    world.until_saved(1).await;
}

#[tokio::test]
async fn who_only_wants_what_is_known_never_waits() {
    let world = World::new().await;
    let catalog = Arc::new(world.knowing_bitnami().await);
    world.pass(DAY);
    world.hub.says(Reply::Held(""));
    let asking = Arc::clone(&catalog);
    let asker = tokio::spawn(async move { asking.learn(&bitnami()).await });
    world.hub.until_asked(2).await;
    assert_eq!(catalog.known(&bitnami()).badge, Badge::VerifiedPublisher);
    world.hub.let_go();
    assert_eq!(asker.await.unwrap().badge, Badge::None);
}
