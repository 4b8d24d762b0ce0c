//! A draft policy, tried out on what was decided before.

mod chance;
mod one_by_one;
mod stories;

use jiff::{SignedDuration, Timestamp};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use pullgate_access::Trial;
use tokio::runtime::Runtime;

use crate::world::World;
use chance::{Case, case, furnish};
use one_by_one::one_by_one;

#[test]
fn the_answer_is_that_of_deciding_one_by_one() {
    by_chance(&Runtime::new().unwrap(), World::new(), 150);
}

#[test]
fn the_answer_is_that_of_deciding_one_by_one_on_postgres() {
    by_chance(&Runtime::new().unwrap(), World::on_postgres(), 50);
}

/// Tries cases out, each on decisions of its own: all are of one organization,
/// and each has weeks that no other looks at.
fn by_chance(runtime: &Runtime, world: impl Future<Output = World>, cases: u32) {
    let world = runtime.block_on(async {
        let world = world.await;
        furnish(&world).await;
        world
    });
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let begin: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let weeks = std::cell::Cell::new(0);
    let changed = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(config);
    let tried = runner.run(&case().prop_map(Box::new), |case| {
        weeks.set(weeks.get() + 4);
        let start = begin + SignedDuration::from_hours(weeks.get() * 7 * 24);
        let (expected, found) = runtime.block_on(try_out(&world, start, &case));
        let told = [
            &expected.newly_denied,
            &expected.newly_allowed,
            &expected.newly_monitored,
        ];
        changed.set(changed.get() + told.iter().filter(|it| it.decisions > 0).count());
        proptest::prop_assert_eq!(found, expected);
        Ok(())
    });
    tried.unwrap();
    let changed = changed.get();
    assert!(
        changed > cases as usize / 2,
        "only {changed} changes in {cases} cases"
    );
}

/// What deciding one by one gives, and what the door gives.
async fn try_out(
    world: &World,
    start: Timestamp,
    case: &Case,
) -> (pullgate_access::Impact, pullgate_access::Impact) {
    let records = case.records(world, start);
    world.store.record_decisions(&records).await.unwrap();
    let [since, until] = case
        .period
        .map(|hours| start + SignedDuration::from_hours(hours));
    let trial = Trial {
        now: case.now.clone(),
        draft: case.draft.clone(),
        since,
        until: Some(until),
        most: case.most,
    };
    let expected = one_by_one(world, &trial, &records);
    let found = world.door.replay(trial).await.unwrap();
    (expected, found)
}
