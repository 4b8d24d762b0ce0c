//! The database is away, or is not what it should be.

use pullgate_policy::Outcome;
use pullgate_store::{Actor, DatabaseUrl, DecisionFilter, Store, StoreError};
use pullgate_testpg::Server;
use rstest::rstest;

use crate::decisions::decision;
use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, open, user};

#[tokio::test]
async fn a_server_that_went_away_and_came_back_is_used_again() {
    let server = Server::start();
    let store = open(&server.create_database()).await;
    store.ping().await.unwrap();
    server.stop();
    let batch = [decision("nginx", Outcome::Allowed)];
    let away = store.record_decisions(&batch).await.unwrap_err();
    assert!(matches!(away, StoreError::Unavailable { .. }), "{away}");
    server.start_again();
    store.record_decisions(&batch).await.unwrap();
    let kept = store.decisions(&DecisionFilter::default()).await.unwrap();
    assert_eq!(kept, batch);
}

#[tokio::test]
async fn an_address_without_a_database_is_told_of_without_its_password() {
    let nobody = "postgres://pullgate:hunter2@127.0.0.1:1/state";
    let error = Store::open(&DatabaseUrl::parse(nobody).unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let folder = tempfile::tempdir().unwrap();
    let nowhere = DatabaseUrl::sqlite(folder.path().join("no/such/folder.db"));
    let error = Store::open(&nowhere).await.unwrap_err();
    assert!(error.to_string().contains("make its folder"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    let notes = "dear diary, ".repeat(1_000);
    std::fs::write(&file, &notes).unwrap();
    let error = Store::open(&DatabaseUrl::sqlite(&file)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), notes);
}

#[rstest]
#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    home.meddle(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT 999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    )
    .await;
    let url = DatabaseUrl::parse(&home.address).unwrap();
    let error = Store::open(&url).await.unwrap_err();
    assert!(matches!(error, StoreError::Migration { .. }), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[rstest]
#[tokio::test]
async fn what_is_kept_outlives_the_process(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mia = home.person("mia").await;
    home.store.close().await;
    let closed = home.store.ping().await;
    assert!(matches!(closed, Err(StoreError::Unavailable { .. })));
    let again = open(&home.address).await;
    assert_eq!(again.person(&user("mia")).await.unwrap(), Some(mia));
    let changes = again.changes(None, None, 10).await.unwrap();
    assert_eq!(changes[0].actor, Actor::CommandLine);
}

#[rstest]
#[tokio::test]
async fn a_newer_version_may_add_columns_while_this_one_runs(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let before = home.store.load().await.unwrap();
    home.meddle("ALTER TABLE people ADD COLUMN of_a_newer_version TEXT")
        .await;
    let mut tries = 0;
    let after = loop {
        // On PostgreSQL once for each connection that knew the table before.
        match home.store.load().await {
            Ok(after) => break after,
            Err(error) if tries == 10 => panic!("still not: {error}"),
            Err(_) => tries += 1,
        }
    };
    assert_eq!(after.people, before.people);
}
