//! Another process, as the command line is one while the server runs.

use std::process::{Command, Stdio};

use pullgate_store::{Actor, Store};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, open, org, pattern};

const ADDRESS: &str = "PULLGATE_TEST_DATABASE";

async fn trust(store: &Store, who: &str, number: usize) {
    store
        .change_settings(&org("acme"), &Actor::CommandLine, |settings| {
            let trusted = pattern(&format!("{who}.example/team-{number}/**"));
            settings.trusted.push(trusted);
        })
        .await
        .unwrap();
}

/// What the other process does; no test of its own.
#[tokio::test]
async fn the_other_process() {
    if let Ok(address) = std::env::var(ADDRESS) {
        let store = open(&address).await;
        for number in 0..20 {
            trust(&store, "other", number).await;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_change_settings_at_once_lose_nothing(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::the_other_process"])
        .stdout(Stdio::null())
        .env(ADDRESS, &home.address)
        .spawn()
        .unwrap();
    // Until the other is done, so that they meet.
    let mut changes = 20;
    let end = loop {
        if let Some(end) = other.try_wait().unwrap() {
            break end;
        }
        trust(&home.store, "one", changes).await;
        changes += 1;
    };
    assert!(end.success());
    let kept = home.store.settings(&org("acme")).await.unwrap().unwrap();
    assert_eq!(kept.settings.trusted.len(), changes);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn all_who_open_an_empty_database_at_once_find_its_tables(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::on(on).await;
    home.store.close().await;
    let address = match on {
        Sqlite => format!("{}.other", home.address),
        Postgres => pullgate_testpg::Server::shared().create_database(),
    };
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let address = address.clone();
        tasks.push(tokio::spawn(async move {
            open(&address).await.generation().await
        }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), 0);
    }
}
