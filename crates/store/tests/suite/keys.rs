use pullgate_store::{Actor, Conflict, SecretBytes, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, open, time};

#[rstest]
#[tokio::test]
async fn a_key_signs_then_verifies_then_is_gone(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let store = &home.store;
    let system = Actor::System;
    for (kid, made) in [
        ("old", "2026-10-01T00:00:00Z"),
        ("new", "2026-11-01T00:00:00Z"),
    ] {
        let key = SecretBytes::from(vec![1, 0, 255]);
        store
            .add_signing_key(kid, &key, time(made), &system)
            .await
            .unwrap();
        let again = store.add_signing_key(kid, &key, time(made), &system).await;
        assert!(matches!(
            again,
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
