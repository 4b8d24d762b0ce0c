use pullgate_store::{Actor, NewToken, StoreError, TokenOwner};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, time, user};

fn token(owner: &TokenOwner, hash: u8) -> NewToken {
    NewToken {
        owner: owner.clone(),
        label: "laptop".to_owned(),
        hash: [hash; 32],
        scopes: vec!["repo:read".to_owned()],
        expires_at: Some(time("2027-01-01T00:00:00Z")),
    }
}

async fn mias(home: &Home) -> TokenOwner {
    let mia = home.store.person(&user("mia")).await.unwrap().unwrap();
    TokenOwner::Person(mia.id)
}

#[rstest]
#[tokio::test]
async fn a_token_is_made_used_and_revoked(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (store, owner) = (&home.store, mias(&home).await);
    let made = store.add_token(token(&owner, 1), &olivia()).await.unwrap();
    assert_eq!(store.token(made.id).await.unwrap().unwrap(), made);
    assert_eq!(store.load().await.unwrap().tokens.len(), 1);
    let later = time("2026-11-02T00:00:00Z");
    store.touch_tokens(&[(made.id, later)]).await.unwrap();
    let earlier = time("2026-11-01T00:00:00Z");
    store.touch_tokens(&[(made.id, earlier)]).await.unwrap();
    let used = store.tokens_of(&owner).await.unwrap();
    assert_eq!(used[0].last_used_at, Some(later));
    store
        .revoke_token(&owner, made.id, &olivia())
        .await
        .unwrap();
    assert_eq!(store.load().await.unwrap().tokens, []);
    let revoked = store.tokens_of(&owner).await.unwrap();
    assert_eq!(revoked[0].revoked_at, Some(home.now()));
}

#[rstest]
#[tokio::test]
async fn nobody_revokes_what_is_another_ones(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (store, mias) = (&home.store, mias(&home).await);
    let acmes = TokenOwner::Organization(org("acme"));
    let made = store.add_token(token(&mias, 1), &olivia()).await.unwrap();
    let error = store.revoke_token(&acmes, made.id, &olivia()).await;
    assert!(matches!(error, Err(StoreError::NotFound { .. })));
    assert!(
        store
            .token(made.id)
            .await
            .unwrap()
            .unwrap()
            .revoked_at
            .is_none()
    );
}

#[rstest]
#[tokio::test]
async fn a_token_is_for_who_is_there(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let nobody = TokenOwner::Organization(org("other"));
    let error = home.store.add_token(token(&nobody, 1), &olivia()).await;
    assert!(matches!(error, Err(StoreError::NotFound { .. })));
    let acmes = TokenOwner::Organization(org("acme"));
    let made = home
        .store
        .add_token(token(&acmes, 2), &Actor::CommandLine)
        .await
        .unwrap();
    let snapshot = home.store.load().await.unwrap();
    assert_eq!(snapshot.tokens[0].id, made.id);
    assert_eq!(snapshot.tokens[0].owner, acmes);
    assert_eq!(snapshot.tokens[0].hash, [2; 32]);
}
