//! Signing keys: published, rotated, retired, removed.

use pullgate_identity::BearerError;
use serde_json::Value;

use crate::world::{SERVICE, World};

fn kids(jwks: &Value) -> Vec<String> {
    let keys = jwks["keys"].as_array().unwrap();
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    keys.iter().map(kid).collect()
}

fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn the_public_half_is_published_and_nothing_else() {
    let world = World::new().await;
    let jwks = world.identity.jwks();
    let key = jwks["keys"][0].as_object().unwrap();
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!((&key["kty"], &key["crv"]), (&"EC".into(), &"P-256".into()));
    assert_eq!((&key["alg"], &key["use"]), (&"ES256".into(), &"sig".into()));
}

#[tokio::test]
async fn anybody_can_verify_a_bearer_token_with_what_is_published() {
    let world = World::new().await;
    let bearer = world.bearer(&world.mia().await);
    let jwks = world.identity.jwks();
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(jwks["keys"][0].clone()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&[SERVICE]);
    validation.set_issuer(&["pullgate"]);
    validation.validate_exp = false;
    let data = jsonwebtoken::decode::<Value>(&bearer, &key, &validation).unwrap();
    let lifetime = data.claims["exp"].as_i64().unwrap() - data.claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 300);
    assert_eq!(data.claims["access"], serde_json::json!([]));
}

#[tokio::test]
async fn a_restart_and_a_second_replica_use_the_same_keys() {
    let world = World::new().await;
    let mia = world.mia().await;
    let replica = world.another_replica().await;
    assert_eq!(replica.jwks(), world.identity.jwks());
    let bearer = world.bearer(&mia);
    assert_eq!(replica.verify_bearer(&bearer, SERVICE), Ok(mia));
    let token = world.organization_token().await;
    replica.reload_directory().await.unwrap();
    let from = crate::world::OFFICE;
    replica.sign_in("acme", &token.secret, from).await.unwrap();
}

/// THREATS.md, "JWT": rotated `kid`.
#[tokio::test]
async fn jwt_a_rotated_key_still_verifies_and_the_new_one_signs_when_all_know_it() {
    let world = World::new().await;
    let replica = world.another_replica().await;
    let mia = world.mia().await;
    let before = world.bearer(&mia);
    world.let_pass(200);
    world.identity.rotate().await.unwrap();
    let [old, new] = kids(&world.identity.jwks()).try_into().unwrap();

    let during = world.bearer(&mia);
    assert_eq!([kid_of(&before), kid_of(&during)], [old.clone(), old]);
    assert_eq!(replica.verify_bearer(&during, SERVICE).as_ref(), Ok(&mia));

    world.let_pass(60);
    let after = world.bearer(&mia);
    assert_eq!(kid_of(&after), new);
    let early = replica.verify_bearer(&after, SERVICE);
    assert_eq!(early, Err(BearerError::UnknownKey));
    replica.reload_keys().await.unwrap();
    for token in [before, during, after] {
        assert_eq!(replica.verify_bearer(&token, SERVICE).as_ref(), Ok(&mia));
        assert_eq!(
            world.identity.verify_bearer(&token, SERVICE).as_ref(),
            Ok(&mia)
        );
    }
}

#[tokio::test]
async fn keys_are_rotated_by_age_and_removed_when_nothing_rests_on_them() {
    const DAY: i64 = 24 * 60 * 60;
    let world = World::new().await;
    let identity = &world.identity;
    let first = kids(&identity.jwks()).remove(0);
    identity.tend_keys().await.unwrap();
    assert_eq!(kids(&identity.jwks()), [first.as_str()]);

    let mut refresh = identity.issue_refresh(&world.mia().await).unwrap();
    let mut seen_two = false;
    for day in 0..200 {
        world.let_pass(DAY);
        identity.tend_keys().await.unwrap();
        seen_two |= kids(&identity.jwks()).len() == 2;
        if day % 89 == 88 {
            let mia = identity.redeem_refresh(refresh.expose()).unwrap();
            refresh = identity.issue_refresh(&mia).unwrap();
        }
    }
    assert!(seen_two);
    let kept = kids(&identity.jwks());
    assert!(!kept.contains(&first), "the first key is gone");
    assert!((4..=6).contains(&kept.len()), "{kept:?}");
    identity.redeem_refresh(refresh.expose()).unwrap();
    world.mia().await;
}

#[tokio::test]
async fn a_removed_key_is_worth_nothing_also_where_its_token_is_remembered() {
    let world = World::new().await;
    let bearer = world.bearer(&world.mia().await);
    assert!(world.identity.verify_bearer(&bearer, SERVICE).is_ok());
    let old = kid_of(&bearer);
    world.identity.rotate().await.unwrap();
    world
        .store
        .delete_signing_key(&old, &pullgate_store::Actor::CommandLine)
        .await
        .unwrap();
    world.identity.reload_keys().await.unwrap();
    let brought = world.identity.verify_bearer(&bearer, SERVICE);
    assert_eq!(brought, Err(BearerError::UnknownKey));
    let new = world.bearer(&world.mia().await);
    assert!(
        world.identity.verify_bearer(&new, SERVICE).is_ok(),
        "the only key signs at once"
    );
}
