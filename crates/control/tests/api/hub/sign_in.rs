//! Signing in, as Docker Hub's tools do it.

use std::num::NonZeroU32;

use http::Method;
use pullgate_control::RateLimit;
use pullgate_store::{DatabaseUrl, Store};
use serde_json::json;

use crate::world::World;

/// What a JWT says, without asking whether it is right.
fn claims(token: &str) -> serde_json::Value {
    use base64::Engine as _;
    let claims = token.split('.').nth(1).unwrap();
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    serde_json::from_slice(&engine.decode(claims).unwrap()).unwrap()
}

async fn secret(world: &World) -> String {
    let order = json!({"token_label": "laptop", "scopes": ["repo:read"]});
    let created = world.post("mia", "/v2/access-tokens", &order).await;
    created.body["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_for_an_errand_ends_after_ten_minutes() {
    let world = World::new().await;
    let secret = secret(&world).await;
    let login = json!({"username": "mia", "password": secret});
    let login = world.post("", "/v2/users/login", &login).await;
    let errand = json!({"identifier": "mia", "secret": secret});
    let errand = world.post("", "/v2/auth/token", &errand).await;
    for (token, minutes) in [
        (&login.body["token"], 24 * 60),
        (&errand.body["access_token"], 10),
    ] {
        let token = token.as_str().unwrap();
        let claims = claims(token);
        let lasts = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(lasts, minutes * 60);
        let user = world
            .ask_with(Method::GET, Some(token), "/v2/user/", None)
            .await;
        assert_eq!((user.status, &user.body["username"]), (200, &json!("mia")));
    }
}

#[tokio::test]
async fn no_second_factor_signs_anybody_in() {
    let world = World::new().await;
    let path = "/v2/users/2fa-login?refresh_token=true";
    let body = json!({"login_2fa_token": "made up", "code": "123456"});
    let answer = world.post("", path, &body).await;
    assert_eq!(answer.status, 401);
    assert!(
        answer.body["detail"]
            .as_str()
            .unwrap()
            .contains("/v2/users/login")
    );
    assert_eq!(
        world.post("", path, &json!({"code": "1"})).await.status,
        400
    );
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_how_long_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(folder.path().join("db"));
    let store = Store::open(&url).await.unwrap();
    let rate = RateLimit {
        per_minute: NonZeroU32::new(5).unwrap(),
    };
    let world = World::limited(store, folder, rate).await;
    let now = jiff::Timestamp::now().as_second();
    for left in (0..5).rev() {
        let answer = world.get("", "/v2/user").await;
        assert_eq!(answer.status, 401);
        let header =
            |name: &str| -> i64 { answer.headers[name].to_str().unwrap().parse().unwrap() };
        assert_eq!(header("x-ratelimit-limit"), 5);
        assert_eq!(header("x-ratelimit-remaining"), left);
        let reset = header("x-ratelimit-reset");
        assert!((now..=now + 90).contains(&reset), "{reset} at {now}");
        assert!(!answer.headers.contains_key("retry-after"));
    }
    let refused = world.get("", "/v2/user").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    let wait: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=12).contains(&wait), "{wait}");
    let says = format!("try again in {wait} seconds");
    assert!(refused.text.contains(&says), "{}", refused.text);
}
