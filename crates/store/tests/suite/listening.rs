//! Being told of what another process has changed.

use std::time::Duration;

use pullgate_store::{Actor, Listener, Store};
use pullgate_testpg::Server;
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::home::Backend::{Postgres, Sqlite};
use crate::home::{Home, open, org, pattern};

/// Longer than anybody has to wait, so that only what never comes takes it.
const NEVER: Duration = Duration::from_mins(1);

/// Shorter than anybody would wait.
const NOT_YET: Duration = Duration::from_millis(300);

async fn is_told(listener: &mut Listener, within: Duration) -> bool {
    tokio::time::timeout(within, listener.changed())
        .await
        .is_ok()
}

async fn trust(store: &Store, registry: &str) {
    let trusted = pattern(&format!("{registry}/**"));
    store
        .change_settings(&org("acme"), &Actor::CommandLine, |settings| {
            settings.trusted.push(trusted);
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn who_listens_is_told_of_what_another_replica_has_changed() {
    let home = Home::with_acme(Postgres).await;
    let other = open(&home.address).await;
    let mut listener = home.store.listen();
    assert!(is_told(&mut listener, NEVER).await, "what was before");
    assert!(!is_told(&mut listener, NOT_YET).await, "nothing since");
    trust(&other, "quay.io").await;
    assert!(is_told(&mut listener, NEVER).await, "a change");
    assert!(!is_told(&mut listener, NOT_YET).await, "one change");
    trust(&home.store, "ghcr.io").await;
    assert!(is_told(&mut listener, NEVER).await, "one's own");
    let refused = other
        .remove_from_allowlist(
            &org("nobody"),
            &[pattern("quay.io/**")],
            &Actor::CommandLine,
        )
        .await;
    assert!(refused.is_err());
    assert!(!is_told(&mut listener, NOT_YET).await, "no change");
}

#[tokio::test]
async fn a_lost_connection_is_made_again_and_says_that_something_may_have_been_missed() {
    let server = Server::start();
    let address = server.create_database();
    let store = open(&address).await;
    let mut listener = store.listen();
    assert!(is_told(&mut listener, NEVER).await);

    let mut administrator = PgConnection::connect(&address).await.unwrap();
    administrator
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'",
        )
        .await
        .unwrap();
    assert!(is_told(&mut listener, NEVER).await, "ended by somebody");
    assert!(!is_told(&mut listener, NOT_YET).await, "said once");

    server.stop();
    assert!(!is_told(&mut listener, NOT_YET).await, "nobody to tell");
    server.start_again();
    assert!(is_told(&mut listener, NEVER).await, "back again");
    administrator = PgConnection::connect(&address).await.unwrap();
    administrator
        .execute("NOTIFY pullgate_changes")
        .await
        .unwrap();
    assert!(is_told(&mut listener, NEVER).await, "and heard again");
}

#[tokio::test]
async fn a_connection_whose_other_end_has_fallen_silent_is_made_again() {
    let server = Server::start();
    let address = server.create_database();
    let store = open(&address).await;
    let mut listener = store.listen().suspicious_after(Duration::from_millis(50));
    assert!(is_told(&mut listener, NEVER).await);
    // Asked a few times whether it is still there, it hears all the same.
    assert!(!is_told(&mut listener, NOT_YET).await);
    let mut administrator = PgConnection::connect(&address).await.unwrap();
    administrator
        .execute("NOTIFY pullgate_changes")
        .await
        .unwrap();
    assert!(is_told(&mut listener, NEVER).await);

    let row = administrator
        .fetch_one("SELECT pid FROM pg_stat_activity WHERE application_name = 'pullgate listener'")
        .await
        .unwrap();
    let process: i32 = row.get(0);
    signal("-STOP", process);
    assert!(is_told(&mut listener, NEVER).await, "made again");
    signal("-CONT", process);
}

fn signal(signal: &str, process: i32) {
    let mut kill = std::process::Command::new("kill");
    let sent = kill.args([signal, &process.to_string()]).status();
    assert!(sent.unwrap().success());
}

#[tokio::test]
async fn on_sqlite_nobody_is_told() {
    let home = Home::with_acme(Sqlite).await;
    let mut listener = home.store.listen();
    assert!(!listener.is_told());
    trust(&home.store, "quay.io").await;
    assert!(!is_told(&mut listener, NOT_YET).await);
}
