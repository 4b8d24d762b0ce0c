use pullgate_store::{Actor, Conflict, KeyAdded, SecretBytes, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, open, time};

#[rstest]
#[tokio::test]
async fn a_key_signs_then_verifies_then_is_gone(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let store = &home.store;
    let system = Actor::System;
    let key = SecretBytes::from(vec![1, 0, 255]);
    let mut newest = None;
    for (kid, made) in [
        ("old", "2026-10-01T00:00:00Z"),
        ("new", "2026-11-01T00:00:00Z"),
    ] {
        let add = async |newest, kid| {
            store
                .add_signing_key(newest, kid, &key, time(made), &system)
                .await
        };
        assert_eq!(add(newest, kid).await.unwrap(), KeyAdded::Yes);
        // Who did not see it made has nothing to add.
        assert_eq!(add(newest, "late").await.unwrap(), KeyAdded::Overtaken);
        newest = Some(kid);
        assert!(matches!(
            add(newest, kid).await,
            Err(StoreError::Conflict(Conflict::AlreadyExists { .. }))
        ));
    }
    store.retire_signing_key("old", &system).await.unwrap();
    let keys = store.signing_keys().await.unwrap();
    assert_eq!((&*keys[0].kid, keys[0].retired_at), ("new", None));
    assert_eq!(keys[1].retired_at, Some(home.now()));
    assert_eq!(keys[1].private_der.reveal(), [1, 0, 255]);
    store.delete_signing_key("old", &system).await.unwrap();
    assert_eq!(store.signing_keys().await.unwrap().len(), 1);
    let gone = store.delete_signing_key("old", &system).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_all_who_make_the_first_key_at_once_one_does(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut tasks = Vec::new();
    for number in 0..6_u8 {
        let store = open(&home.address).await;
        let made = home.now();
        tasks.push(tokio::spawn(async move {
            let key = SecretBytes::from(vec![number; 32]);
            store
                .add_signing_key(None, &format!("key-{number}"), &key, made, &Actor::System)
                .await
        }));
    }
    let mut added = 0;
    for task in tasks {
        added += usize::from(task.await.unwrap().unwrap() == KeyAdded::Yes);
    }
    assert_eq!(added, 1);
    assert_eq!(home.store.signing_keys().await.unwrap().len(), 1);
    assert_eq!(home.store.load().await.unwrap().signing_keys.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn all_who_make_a_secret_at_once_get_the_same(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut tasks = Vec::new();
    for number in 0..8_u8 {
        let store = if number % 2 == 0 {
            home.store.clone()
        } else {
            open(&home.address).await
        };
        tasks.push(tokio::spawn(async move {
            let candidate = SecretBytes::from(vec![number; 32]);
            store.secret_or_insert("hash", &candidate).await.unwrap()
        }));
    }
    let mut secrets = Vec::new();
    for task in tasks {
        secrets.push(task.await.unwrap());
    }
    assert!(secrets.windows(2).all(|pair| pair[0] == pair[1]));
    let later = home
        .store
        .secret_or_insert("hash", &vec![99].into())
        .await
        .unwrap();
    assert_eq!(later, secrets[0]);
}

#[tokio::test]
async fn a_file_is_for_nobody_else_to_read() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::on(Sqlite).await;
    home.person("mia").await;
    let file = home.address.strip_prefix("sqlite:").unwrap();
    for end in ["", "-wal", "-shm"] {
        let data = std::fs::metadata(format!("{file}{end}")).unwrap();
        assert_eq!(data.permissions().mode() & 0o777, 0o600, "{end}");
    }
}
