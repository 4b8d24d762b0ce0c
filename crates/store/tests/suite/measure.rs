//! How fast it is, printed and not judged: `cargo test -p pullgate-store --
//! --ignored --nocapture measure`.

use std::time::Instant;

use pullgate_policy::Outcome;
use rstest::rstest;
use uuid::Uuid;

use crate::decisions::decision;
use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, pattern};

#[rstest]
#[ignore = "measures"]
#[tokio::test]
async fn measure_recording(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let template = decision("evil/miner", Outcome::Denied);
    for round in 0..5 {
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
        let rate = 20_000.0 / took.as_secs_f64();
        println!("{on:?}: round {round}, 20,000 decisions in {took:?}, {rate:.0}/s");
    }
}

#[rstest]
#[ignore = "measures"]
#[tokio::test]
async fn measure_loading(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let patterns: Vec<_> = (0..10_000)
        .map(|number| pattern(&format!("team-{number}/app")))
        .collect();
    let start = Instant::now();
    home.store
        .add_to_allowlist(&org("acme"), &patterns, "", &olivia())
        .await
        .unwrap();
    println!(
        "{on:?}: 10,000 allowlist entries added in {:?}",
        start.elapsed()
    );
    home.meddle(
        "INSERT INTO people
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         SELECT substr('00000000-0000-7000-8000-', 1, 24) || substr('000000000000', 1, 12 - length(CAST(i AS TEXT))) || CAST(i AS TEXT),
             'person-' || CAST(i AS TEXT), '', NULL, 1, 'active', 0 FROM n",
    )
    .await;
    home.meddle("INSERT INTO members SELECT 'acme', id, 'member', 0 FROM people WHERE email = ''")
        .await;
    for _ in 0..3 {
        let start = Instant::now();
        let snapshot = home.store.load().await.unwrap();
        let members = snapshot.organizations[0].members.len();
        println!("{on:?}: {members} members loaded in {:?}", start.elapsed());
    }
    let start = Instant::now();
    for _ in 0..1_000 {
        home.store.generation().await.unwrap();
    }
    println!("{on:?}: generation asked in {:?}", start.elapsed() / 1_000);
}
