//! Ten thousand of everything: nothing is lost, and how long it takes is
//! printed (`cargo test -p pullgate-store many -- --nocapture`) and not judged.

use std::time::Instant;

use pullgate_policy::Outcome;
use pullgate_store::{DecisionFilter, MemberFilter, MemberSearch, Window};
use rstest::rstest;
use uuid::Uuid;

use crate::decisions::decision;
use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, pattern};

#[rstest]
#[tokio::test]
async fn many_decisions_are_recorded_in_one_batch(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let template = decision("evil/miner", Outcome::Denied);
    let batch: Vec<_> = (0..20_000)
        .map(|number| {
            let mut one = template.clone();
            one.id = Uuid::now_v7();
            let image = format!("team-{}/app-{}", number % 50, number % 500);
            one.repository = image.parse().unwrap();
            one
        })
        .collect();
    let start = Instant::now();
    home.store.record_decisions(&batch).await.unwrap();
    let took = start.elapsed();
    println!(
        "{on:?}: 20,000 decisions in {took:?}, {:.0}/s",
        20_000.0 / took.as_secs_f64()
    );
    let filter = DecisionFilter {
        limit: 30_000,
        ..DecisionFilter::default()
    };
    assert_eq!(home.store.decisions(&filter).await.unwrap().len(), 20_000);
}

#[rstest]
#[tokio::test]
async fn many_members_and_allowlist_entries_are_loaded(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let entries = (0..10_000)
        .map(|number| (pattern(&format!("team-{number}/app")), String::new()))
        .collect();
    let start = Instant::now();
    home.store
        .add_to_allowlist(&org("acme"), &entries, &olivia())
        .await
        .unwrap();
    println!(
        "{on:?}: 10,000 allowlist entries added in {:?}",
        start.elapsed()
    );
    home.many_people(10_000).await;
    let start = Instant::now();
    let snapshot = home.store.load().await.unwrap();
    println!("{on:?}: loaded in {:?}", start.elapsed());
    let acme = &snapshot.organizations[0];
    assert_eq!(acme.policy.as_ref().unwrap().allowlist.len(), 10_000);
    assert!(acme.members.len() >= 10_000, "{}", acme.members.len());
    assert!(snapshot.people.len() >= 10_000, "{}", snapshot.people.len());
}

#[rstest]
#[tokio::test]
async fn a_page_of_many_members_is_one_page(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.many_people(10_000).await;
    let (acme, filter) = (org("acme"), MemberFilter::default());
    for offset in [0, 5_000, 9_900] {
        let start = Instant::now();
        let window = Window { offset, limit: 100 };
        let part = home.store.members_in(&acme, &filter, window).await.unwrap();
        println!(
            "{on:?}: 100 of 10,000 members from {offset} in {:?}",
            start.elapsed()
        );
        assert_eq!((part.count, part.entries.len()), (10_002, 100));
    }
    let search = MemberFilter {
        search: Some(MemberSearch::NameOrEmail("person-99")),
        ..MemberFilter::default()
    };
    let start = Instant::now();
    let part = home
        .store
        .members_in(
            &acme,
            &search,
            Window {
                offset: 0,
                limit: 100,
            },
        )
        .await
        .unwrap();
    println!("{on:?}: searched 10,000 members in {:?}", start.elapsed());
    assert_eq!((part.count, part.entries.len()), (111, 100));
}
