use pullgate_policy::Switch;
use pullgate_store::{
    Action, Actor, Conflict, NewToken, ResourceKind, StoreError, TokenEdit, TokenOrigin,
    TokenOwner, TokenResource, Window,
};
use rstest::rstest;
use serde_json::json;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, time, user};

fn token(owner: &TokenOwner, hash: u8) -> NewToken {
    NewToken {
        scopes: vec!["repo:read".to_owned()],
        expires_at: Some(time("2027-01-01T00:00:00Z")),
        ..NewToken::new(owner.clone(), "laptop", [hash; 32])
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

#[rstest]
#[tokio::test]
async fn what_is_said_of_a_token_is_kept_and_can_be_changed(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (store, acmes) = (&home.store, TokenOwner::Organization(org("acme")));
    let resource = |path: &str| TokenResource {
        kind: ResourceKind::Repositories,
        path: path.to_owned(),
        scopes: vec!["repo-pull".to_owned()],
    };
    let new = NewToken {
        description: "for the pipeline".to_owned(),
        resources: Some(vec![resource("acme/app")]),
        origin: TokenOrigin {
            address: "192.0.2.1".to_owned(),
            agent: "terraform".to_owned(),
        },
        ..NewToken::new(acmes.clone(), "ci", [1; 32])
    };
    let made = store.add_token(new, &olivia()).await.unwrap();
    assert_eq!(store.token(made.id).await.unwrap().unwrap(), made);
    assert_eq!(
        (made.status, &made.created_by),
        (Switch::On, &Some(olivia()))
    );

    let generation = store.generation().await.unwrap();
    let nothing = TokenEdit::default();
    let same = store
        .change_token(&acmes, made.id, nothing, &olivia())
        .await;
    assert_eq!(same.unwrap(), made);
    assert_eq!(store.generation().await.unwrap(), generation);

    let edit = TokenEdit {
        label: Some("ci-2".to_owned()),
        resources: Some(Vec::new()),
        status: Some(Switch::Off),
        ..TokenEdit::default()
    };
    let changed = store
        .change_token(&acmes, made.id, edit.clone(), &olivia())
        .await
        .unwrap();
    assert_eq!(store.token(made.id).await.unwrap().unwrap(), changed);
    assert_eq!(changed.description, "for the pipeline");
    let row = &store.load().await.unwrap().tokens[0];
    assert_eq!(
        (row.status, row.resources.as_deref()),
        (Switch::Off, Some(&[][..]))
    );
    let told = &store.changes(None, None, 1).await.unwrap()[0];
    assert_eq!(
        (told.action, &told.organization),
        (Action::TokenChanged, &Some(org("acme")))
    );
    let status = |json: &Option<serde_json::Value>| json.as_ref().unwrap()["status"].clone();
    assert_eq!(
        (status(&told.before), status(&told.after)),
        (json!("on"), json!("off"))
    );

    for (owner, id) in [(mias(&home).await, made.id), (acmes.clone(), made.id)] {
        let refused = store
            .change_token(&owner, id, edit.clone(), &olivia())
            .await;
        assert_eq!(refused.is_ok(), owner == acmes);
    }
    store
        .revoke_token(&acmes, made.id, &olivia())
        .await
        .unwrap();
    let on = TokenEdit {
        status: Some(Switch::On),
        ..TokenEdit::default()
    };
    let refused = store.change_token(&acmes, made.id, on, &olivia()).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { .. })),
        "a revoked one stays so"
    );
}

#[rstest]
#[tokio::test]
async fn nobody_has_more_tokens_than_anybody_needs(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (store, mias) = (&home.store, mias(&home).await);
    let mut last = None;
    for number in 0_u16..1_000 {
        let mut hash = [0; 32];
        hash[..2].copy_from_slice(&number.to_be_bytes());
        let token = NewToken::new(mias.clone(), "one of many", hash);
        last = Some(store.add_token(token, &olivia()).await.unwrap());
    }
    let one_more = || NewToken::new(mias.clone(), "one more", [255; 32]);
    let refused = store.add_token(one_more(), &olivia()).await;
    let too_many = StoreError::Conflict(Conflict::TooManyTokens { most: 1_000 });
    assert_eq!(refused.unwrap_err().to_string(), too_many.to_string());
    let last = last.unwrap().id;
    store.revoke_token(&mias, last, &olivia()).await.unwrap();
    store.add_token(one_more(), &olivia()).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_token_whose_bounds_cannot_be_read_is_nobody(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let acmes = TokenOwner::Organization(org("acme"));
    home.store
        .add_token(NewToken::new(acmes, "ci", [1; 32]), &olivia())
        .await
        .unwrap();
    assert_eq!(home.store.load().await.unwrap().tokens.len(), 1);
    home.meddle("UPDATE access_tokens SET resources = '[1]'")
        .await;
    assert_eq!(home.store.load().await.unwrap().tokens, []);
}

#[rstest]
#[tokio::test]
async fn tokens_are_searched_and_taken_a_part_at_a_time(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let store = &home.store;
    let (acmes, mias) = (TokenOwner::Organization(org("acme")), mias(&home).await);
    let mut made = Vec::new();
    for (hash, (label, description)) in (1..).zip([
        ("ci", "Builds"),
        ("cluster", "100%"),
        ("old", "builds, too"),
    ]) {
        let new = NewToken {
            label: label.to_owned(),
            description: description.to_owned(),
            ..token(&acmes, hash)
        };
        made.push(store.add_token(new, &olivia()).await.unwrap());
    }
    store.add_token(token(&mias, 9), &olivia()).await.unwrap();
    store
        .revoke_token(&acmes, made[2].id, &olivia())
        .await
        .unwrap();
    let window = |offset, limit| Window { offset, limit };
    for (text, offset, limit, count, labels) in [
        ("", 0, 10, 2, &["cluster", "ci"][..]),
        ("", 1, 10, 2, &["ci"]),
        ("", 0, 1, 2, &["cluster"]),
        ("BUILD", 0, 10, 1, &["ci"]),
        ("0%", 0, 10, 1, &["cluster"]),
        ("_", 0, 10, 0, &[]),
    ] {
        let part = store.tokens_in(&acmes, text, window(offset, limit)).await;
        let part = part.unwrap();
        let found: Vec<_> = part.entries.iter().map(|token| &*token.label).collect();
        assert_eq!((part.count, found.as_slice()), (count, labels), "{text:?}");
    }
    let mine = store.tokens_in(&mias, "", window(0, 10)).await.unwrap();
    assert_eq!(mine.count, 1, "nobody sees those of others");
}
