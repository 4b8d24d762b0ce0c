//! What a pull costs when the badge is known.

use allocation_counter::measure;
use pullgate_policy::Badge;

use crate::world::{MINUTE, World, bitnami, repository};

#[tokio::test]
async fn reading_what_is_known_allocates_nothing() {
    let world = World::new().await;
    let catalog = world.knowing_bitnami().await;
    let repositories = [
        bitnami(),
        repository("nginx"),
        repository("ghcr.io/acme/app"),
        repository("never/seen"),
    ];
    let read_all = || {
        for repository in &repositories {
            let known = catalog.known(repository);
            assert!(catalog.is_fresh(&known) || known.badge == Badge::Unknown);
        }
    };
    // Each thread registers itself when it reads for the first time.
    read_all();
    world.pass(2 * MINUTE);
    let allocations = measure(|| (0..100).for_each(|_| read_all()));
    assert_eq!(allocations.count_total, 0);
}
