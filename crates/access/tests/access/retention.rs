//! What is too old is forgotten.

use std::sync::Arc;
use std::time::Duration;

use pullgate_access::Retention;

use crate::world::World;

#[tokio::test]
async fn a_decision_is_kept_for_as_long_as_was_set_and_no_longer() {
    let world = Arc::new(World::new().await);
    let mia = world.person("mia");
    world.pull(&mia, "nginx").await;
    assert_eq!(world.log().await.len(), 1);
    let clock = {
        let world = Arc::clone(&world);
        Arc::new(move || world.now())
    };
    let day = Duration::from_hours(24);
    let retention = Retention::new(world.store.clone(), clock, 2 * day);
    // A second is all that is missing.
    world.wait(Duration::from_secs(2 * 24 * 60 * 60 - 1));
    assert_eq!(retention.forget().await.unwrap(), 0);
    world.wait(Duration::from_secs(2));
    world.pull(&mia, "evil/miner").await;
    world.log().await;
    assert!(retention.forget().await.unwrap() >= 1);
    let kept = world.log().await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].repository.as_str(), "docker.io/evil/miner");
}
