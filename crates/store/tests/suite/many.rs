//! Ten thousand of everything: nothing is lost, and how long it takes is
//! printed (`cargo test -p pullgate-store many -- --nocapture`) and not judged.

use std::time::Instant;

use pullgate_policy::Outcome;
use pullgate_store::DecisionFilter;
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
    home.meddle(
        "INSERT INTO people
             (id, username, email, password_hash, credentials_epoch, status, created_at)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         SELECT substr('00000000-0000-7000-8000-', 1, 24) || substr('000000000000', 1, 12 - length(CAST(i AS TEXT))) || CAST(i AS TEXT),
             'person-' || CAST(i AS TEXT), '', NULL, 1, 'active', 0 FROM n",
    )
    .await;
    home.meddle(
        "INSERT INTO members (organization, person, role, since)
         SELECT 'acme', id, 'member', 0 FROM people WHERE email = ''",
    )
    .await;
    let start = Instant::now();
    let snapshot = home.store.load().await.unwrap();
    println!("{on:?}: loaded in {:?}", start.elapsed());
    let acme = &snapshot.organizations[0];
    assert_eq!(acme.policy.as_ref().unwrap().allowlist.len(), 10_000);
    assert!(acme.members.len() >= 10_000, "{}", acme.members.len());
    assert!(snapshot.people.len() >= 10_000, "{}", snapshot.people.len());
}
