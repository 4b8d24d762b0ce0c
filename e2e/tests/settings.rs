//! Settings of the configuration file that nothing else depends on: each does
//! what it says.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pullgate_e2e::wire::ask;
use pullgate_e2e::{HubFault, Site};
use serde_json::{Value, json};

/// How many seconds a token is good for, by its own word.
fn lifetime(token: &str) -> i64 {
    let claims = match token.split('.').nth(1) {
        Some(claims) => URL_SAFE_NO_PAD.decode(claims),
        None => panic!("not a JWT: {token}"),
    };
    let claims: Value = match claims.map(|claims| serde_json::from_slice(&claims)) {
        Ok(Ok(claims)) => claims,
        other => panic!("claims that cannot be read: {other:?}"),
    };
    claims["exp"].as_i64().unwrap_or_default() - claims["iat"].as_i64().unwrap_or_default()
}

#[test]
fn the_token_service_is_where_the_gateway_says_that_it_is_reached() {
    let site = Site::start_with(|setting| {
        setting
            .gateway
            .push_str("public_url = 'https://registry.acme.example'\n");
    });
    let answer = ask("GET", "/v2/").to(site.gateway.port());
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert!(
        challenge.contains(r#"realm="https://registry.acme.example/token""#),
        "{challenge}"
    );
}

#[test]
fn sessions_and_refresh_tokens_last_as_long_as_is_set() {
    let site = Site::start_with(|setting| {
        setting.tables =
            "[identity]\nsession_lifetime = '2h'\nrefresh_lifetime = '3d'\n".to_owned();
    });
    let mia = &site.member;
    let login = json!({"username": mia.username, "password": mia.secret});
    let session = ask("POST", "/v2/users/login")
        .body("application/json", login.to_string().as_bytes())
        .to(site.gateway.control())
        .json();
    assert_eq!(
        lifetime(session["token"].as_str().unwrap_or_default()),
        2 * 3_600
    );
    let granted = ask("GET", "/token?service=pullgate&offline_token=true")
        .basic(&mia.username, &mia.secret)
        .to(site.gateway.port())
        .json();
    let refresh = granted["refresh_token"].as_str().unwrap_or_default();
    assert_eq!(lifetime(refresh), 3 * 86_400);
}

#[test]
fn a_category_is_asked_again_and_given_up_when_it_is_as_old_as_is_set() {
    let site = Site::start_with(|setting| {
        setting.tables = "[catalog]\nfresh_for = '1s'\nusable_for = '4s'\n".to_owned();
    });
    site.set_policy(&["--verified-publisher", "allowed"]);
    let member = site.bearer(Some(&site.member));
    let status = || {
        ask("GET", "/v2/bitnami/tool/manifests/1")
            .bearer(&member)
            .header("accept", site.image("bitnami/tool").manifest.media_type)
            .to(site.gateway.port())
            .status
    };
    let began = Instant::now();
    while site.hub.asked_about("bitnami") < 2 {
        assert_eq!(status(), 200);
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "a category that is no longer fresh is not asked again"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    site.hub.set_fault(HubFault::Error);
    let learnt = Instant::now();
    while status() == 200 {
        assert!(
            learnt.elapsed() < Duration::from_mins(1),
            "a category that nobody confirms still counts"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}
