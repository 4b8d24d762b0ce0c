//! No decision without a record.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use pullgate_access::{Recorder, RecorderSettings};
use pullgate_policy::{Outcome, Rule};
use pullgate_store::{DatabaseUrl, DecisionFilter, Store};

use crate::world::{World, acme, digest, pull};

#[tokio::test]
async fn a_decision_is_recorded_with_all_that_is_known_of_it() {
    let world = World::new().await;
    let mia = world.person("mia");
    world.pull(&mia, "nginx").await;
    world.pull(&mia, "evil/miner").await;
    let log = world.log().await;
    assert_eq!(log.len(), 2);
    let allowed = log
        .iter()
        .find(|record| record.outcome == Outcome::Allowed)
        .unwrap();
    assert_eq!(allowed.subject, "person:mia");
    assert_eq!(allowed.organization, Some(acme()));
    assert_eq!(allowed.client, "docker/20.10");
    assert_eq!(allowed.address, "127.0.0.1");
    assert_eq!(allowed.repository.as_str(), "docker.io/library/nginx");
    assert_eq!(allowed.reference.as_deref(), Some("1"));
    assert_eq!(
        allowed.digest.as_deref(),
        Some(digest().as_str()),
        "the digest that was served"
    );
    assert_eq!(allowed.rule, Rule::Official);
    let denied = log
        .iter()
        .find(|record| record.outcome == Outcome::Denied)
        .unwrap();
    assert_eq!(
        (denied.rule, denied.digest.as_ref()),
        (Rule::Community, None)
    );
}

#[tokio::test]
async fn same_decisions_of_a_moment_are_one_record_with_a_count() {
    let world = World::new().await;
    let mia = world.person("mia");
    for _ in 0..1_000 {
        world.pull(&mia, "nginx").await;
    }
    let log = world.log().await;
    assert_eq!(log.iter().map(|record| record.count).sum::<u32>(), 1_000);
    assert!(
        log.len() <= 4,
        "a record for each thread at most: {}",
        log.len()
    );
    world.pull(&mia, "nginx").await;
    assert_eq!(
        world
            .log()
            .await
            .iter()
            .map(|record| record.count)
            .sum::<u32>(),
        1_001
    );
}

#[tokio::test]
async fn a_check_that_is_cut_off_is_recorded_too() {
    let world = World::new().await;
    let mia = world.person("mia");
    let repository = "nginx".parse().unwrap();
    let checked = world.door.check(&mia, &pull(&repository, None)).await;
    // The client goes away before the upstream has answered.
    drop(checked);
    assert_eq!(world.log().await.len(), 1);
}

#[tokio::test]
async fn what_the_database_does_not_take_is_spooled_and_brought_in_later() {
    let world = World::new().await;
    let mia = world.person("mia");
    world.pull(&mia, "nginx").await;
    world.recorder.flush().await;
    world.store.close().await;
    for image in ["nginx", "redis", "evil/miner"] {
        world.pull(&mia, image).await;
        world.recorder.flush().await;
    }
    let counters = world.recorder.counters();
    assert_eq!(counters.spooled.load(Ordering::Relaxed), 3);
    assert_eq!(counters.lost.load(Ordering::Relaxed), 0);

    // The database is back, and the server was started anew. A line was cut
    // by a kill in between.
    let spool = world.folder.path().join("spool");
    let mut text = std::fs::read(&spool).unwrap();
    text.extend_from_slice(br#"{"id":"cut"#);
    std::fs::write(&spool, text).unwrap();
    let (store, recorder) = again(&world).await;
    recorder.flush().await;
    let log = store.decisions(&DecisionFilter::default()).await.unwrap();
    assert_eq!(log.len(), 4, "nothing lost, nothing twice");
    assert!(!spool.exists(), "all of it was brought in");
    recorder.flush().await;
    assert_eq!(
        store
            .decisions(&DecisionFilter::default())
            .await
            .unwrap()
            .len(),
        4
    );
}

#[tokio::test]
async fn what_even_the_spool_does_not_take_is_kept_counted_and_said() {
    let world = World::new().await;
    let mia = world.person("mia");
    // The spool's place is taken by a folder: nothing can be appended to it.
    let mut settings = RecorderSettings::new(world.folder.path().to_owned());
    settings.keep = 2;
    let closed = Store::open(&DatabaseUrl::sqlite(world.folder.path().join("other")))
        .await
        .unwrap();
    closed.close().await;
    let recorder = Arc::new(Recorder::new(
        closed,
        Arc::new(jiff::Timestamp::now),
        settings,
    ));
    let door = world.another_door(Arc::clone(&recorder)).await;
    for image in ["a", "b", "c", "d", "e"] {
        let repository = image.parse().unwrap();
        drop(door.check(&mia, &pull(&repository, None)).await);
    }
    recorder.flush().await;
    let counters = recorder.counters();
    assert_eq!(counters.decided.load(Ordering::Relaxed), 5);
    assert_eq!(
        counters.lost.load(Ordering::Relaxed),
        3,
        "beyond what is kept"
    );
    recorder.flush().await;
    assert_eq!(
        counters.lost.load(Ordering::Relaxed),
        3,
        "what is kept is not lost"
    );
}

#[tokio::test]
async fn strangers_cannot_fill_the_log() {
    use pullgate_identity::Subject;

    let world = World::new().await;
    for tag in 0..100 {
        let repository = "nginx".parse().unwrap();
        let target = format!("made-up-{tag}").parse().unwrap();
        let asked = pull(&repository, Some(&target));
        drop(world.door.check(&Subject::Stranger, &asked).await);
    }
    let log = world.log().await;
    assert_eq!(log.len(), 1, "made-up tags are no records of their own");
    assert_eq!(log[0].count, 100);
    for name in 0..3_000 {
        let repository = format!("made-up/name-{name}").parse().unwrap();
        drop(
            world
                .door
                .check(&Subject::Stranger, &pull(&repository, None))
                .await,
        );
    }
    let mia = world.person("mia");
    world.pull(&mia, "nginx").await;
    world.recorder.flush().await;
    let counters = world.recorder.counters();
    assert_eq!(
        counters.strangers.load(Ordering::Relaxed),
        1_000,
        "counted all the same"
    );
    assert_eq!(counters.written.load(Ordering::Relaxed), 100 + 2_000 + 1);
    assert_eq!(counters.lost.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_batch_that_is_cut_off_is_written_with_the_next() {
    let world = World::new().await;
    let mia = world.person("mia");
    world.pull(&mia, "nginx").await;
    // As when the server is told to stop in the middle of writing.
    {
        let flush = world.recorder.flush();
        let mut flush = std::pin::pin!(flush);
        let waker = std::task::Waker::noop();
        let mut context = std::task::Context::from_waker(waker);
        let _ = flush.as_mut().poll(&mut context);
    }
    world.recorder.finish().await;
    let filter = DecisionFilter::default();
    assert_eq!(world.store.decisions(&filter).await.unwrap().len(), 1);
}

/// The same database and spool, as a server finds them when it starts.
async fn again(world: &World) -> (Store, Recorder) {
    let store = Store::open(&DatabaseUrl::sqlite(world.folder.path().join("db")))
        .await
        .unwrap();
    let settings = RecorderSettings::new(world.folder.path().join("spool"));
    let recorder = Recorder::new(store.clone(), Arc::new(jiff::Timestamp::now), settings);
    (store, recorder)
}
