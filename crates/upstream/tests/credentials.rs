//! Who gets the upstream's credentials, and how long tokens are used.
#![allow(clippy::unwrap_used, reason = "test code outside test functions, too")]

mod standin;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use pullgate_reference::Repository;
use pullgate_upstream::{Credentials, Login, Parts, Upstream, UpstreamConfig, UpstreamError};
use rstest::rstest;
use standin::*;

const ANONYMOUS: &Credentials = &Credentials::Anonymous;

/// A registry that is its own token service. Tokens are numbered; all are
/// accepted unless `accepts` says otherwise.
async fn registry_with_tokens(
    expires_in: u32,
    accepts: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> StandIn {
    let number = AtomicU32::new(0);
    StandIn::start_knowing_itself(move |own, seen| {
        if seen.path == "/token" {
            let number = number.fetch_add(1, Ordering::SeqCst) + 1;
            return json(&format!(
                r#"{{"token":"token-{number}","expires_in":{expires_in}}}"#
            ));
        }
        match seen
            .authorization()
            .and_then(|text| text.strip_prefix("Bearer "))
        {
            Some(token) if accepts(token) => manifest_answer(),
            _ => challenge_to(&format!("http://{own}/token")),
        }
    })
    .await
}

fn challenge_to(realm: &str) -> Answer {
    let text =
        format!(r#"Bearer realm="{realm}",service="registry.acme",scope="repository:x:push""#);
    answer(401, &[("www-authenticate", &text)], "")
}

async fn pull(upstream: &Upstream, credentials: &Credentials) -> Result<(), UpstreamError> {
    upstream
        .manifest(&repository(), &latest(), credentials)
        .await
        .map(|_| ())
}

#[tokio::test]
async fn the_site_signs_in_for_a_token_and_asks_to_pull_only() {
    let registry = registry_with_tokens(300, |_| true).await;
    let upstream = upstream(&registry.url());
    pull(&upstream, &login()).await.unwrap();
    let asked = registry.seen_at("/token");
    assert_eq!(asked[0].authorization(), Some(BASIC));
    assert_eq!(
        asked[0].query,
        "service=registry.acme&scope=repository%3Ateam%2Fapp%3Apull&client_id=pullgate"
    );
    let last = registry.seen().pop().unwrap();
    assert_eq!(last.authorization(), Some("Bearer token-1"));
}

#[tokio::test]
async fn a_stranger_gets_a_token_without_credentials() {
    let registry = registry_with_tokens(300, |_| true).await;
    let upstream = upstream(&registry.url());
    pull(&upstream, ANONYMOUS).await.unwrap();
    assert_eq!(registry.seen_at("/token")[0].authorization(), None);
}

#[tokio::test]
async fn the_password_itself_is_sent_where_the_registry_asks_for_it() {
    let registry = StandIn::start(|seen| match seen.authorization() {
        Some(BASIC) => manifest_answer(),
        _ => answer(401, &[("www-authenticate", "Basic realm=\"x\"")], ""),
    })
    .await;
    let upstream = upstream(&registry.url());
    pull(&upstream, &login()).await.unwrap();
    pull(&upstream, &login()).await.unwrap();
    assert_eq!(
        registry.seen().len(),
        3,
        "the second pull need not be challenged"
    );
    assert_eq!(pull(&upstream, ANONYMOUS).await, Err(UpstreamError::Denied));
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_a_pull() {
    let registry =
        StandIn::start(|_| answer(401, &[("www-authenticate", "Basic realm=\"x\"")], "")).await;
    let upstream = upstream(&registry.url());
    assert_eq!(pull(&upstream, &login()).await, Err(UpstreamError::Denied));
    let sent = registry
        .seen()
        .iter()
        .filter(|one| one.authorization().is_some())
        .count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn a_token_is_asked_for_once_for_many_manifests() {
    let registry = registry_with_tokens(300, |_| true).await;
    let upstream = upstream(&registry.url());
    let all = join_all((0..32).map(|_| pull(&upstream, ANONYMOUS))).await;
    assert!(all.iter().all(Result::is_ok));
    pull(&upstream, ANONYMOUS).await.unwrap();
    assert_eq!(registry.seen_at("/token").len(), 1);
}

#[tokio::test]
async fn a_token_belongs_to_one_repository_and_to_whose_credentials_got_it() {
    let registry = registry_with_tokens(300, |_| true).await;
    let upstream = upstream(&registry.url());
    let login_of = |id: &str, password: &str| {
        Credentials::Login(Arc::new(Login::new(id, "robot", password.into()).unwrap()))
    };
    let users = [
        ANONYMOUS.clone(),
        login_of("organization acme", "a"),
        login_of("organization other", "a"),
        login_of("organization other", "changed"),
    ];
    for user in &users {
        pull(&upstream, user).await.unwrap();
    }
    assert_eq!(registry.seen_at("/token").len(), users.len());

    let other = Repository::parse("registry.acme.example/team/other").unwrap();
    upstream
        .manifest(&other, &latest(), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(registry.seen_at("/token").len(), users.len() + 1);
    assert!(
        registry
            .seen_at("/token")
            .pop()
            .unwrap()
            .query
            .contains("team%2Fother")
    );
}

#[tokio::test]
async fn an_expired_token_is_renewed_ten_seconds_before_its_end() {
    let registry = registry_with_tokens(300, |_| true).await;
    let clock = HandClock::new();
    let upstream = Upstream::new(&config(&registry.url()), &clock.parts()).unwrap();
    pull(&upstream, ANONYMOUS).await.unwrap();
    clock.forward(289);
    pull(&upstream, ANONYMOUS).await.unwrap();
    assert_eq!(registry.seen_at("/token").len(), 1);
    clock.forward(1);
    pull(&upstream, ANONYMOUS).await.unwrap();
    assert_eq!(registry.seen_at("/token").len(), 2);
}

#[tokio::test]
async fn a_token_that_is_over_at_once_still_serves_the_pull_it_was_got_for() {
    let registry = registry_with_tokens(0, |_| true).await;
    let upstream = upstream(&registry.url());
    pull(&upstream, ANONYMOUS).await.unwrap();
    pull(&upstream, ANONYMOUS).await.unwrap();
    assert_eq!(registry.seen_at("/token").len(), 2);
}

#[tokio::test]
async fn a_kept_token_that_is_refused_is_asked_for_once_more() {
    let revoked = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&revoked);
    let registry = registry_with_tokens(300, move |token| {
        token != format!("token-{}", seen.load(Ordering::SeqCst))
    })
    .await;
    let upstream = upstream(&registry.url());
    pull(&upstream, ANONYMOUS).await.unwrap();
    revoked.store(1, Ordering::SeqCst);
    pull(&upstream, ANONYMOUS).await.unwrap();
    assert_eq!(registry.seen_at("/token").len(), 2);
}

#[tokio::test]
async fn a_registry_that_refuses_every_token_denies() {
    let registry = registry_with_tokens(300, |_| false).await;
    let upstream = upstream(&registry.url());
    assert_eq!(pull(&upstream, &login()).await, Err(UpstreamError::Denied));
    assert_eq!(registry.seen_at("/token").len(), 1);
}

#[rstest]
#[case(401, "", UpstreamError::Denied)]
#[case(403, "", UpstreamError::Denied)]
#[case(429, "", UpstreamError::TooManyRequests { retry_after: None })]
#[tokio::test]
async fn what_the_token_service_answers_is_told_apart(
    #[case] status: u16,
    #[case] body: &'static str,
    #[case] expected: UpstreamError,
) {
    let registry = token_service(move || answer(status, &[], body)).await;
    assert_eq!(
        pull(&upstream(&registry.url()), &login()).await,
        Err(expected)
    );
}

#[rstest]
#[case::page(200, "<html>".to_owned())]
#[case::empty(200, "{}".to_owned())]
#[case::null(200, r#"{"token":null}"#.to_owned())]
#[case::empty_token(200, r#"{"token":""}"#.to_owned())]
#[case::header_injection(200, r#"{"token":"a\r\nX-Evil: 1"}"#.to_owned())]
#[case::too_large(200, format!(r#"{{"token":"{}"}}"#, "a".repeat(65 * 1024)))]
#[case::missing(404, String::new())]
#[tokio::test]
async fn a_token_service_that_makes_no_sense_gives_a_clear_error(
    #[case] status: u16,
    #[case] body: String,
) {
    let registry = token_service(move || answer(status, &[], body.clone())).await;
    let error = pull(&upstream(&registry.url()), &login())
        .await
        .unwrap_err();
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{error}");
}

async fn token_service(token: impl Fn() -> Answer + Send + Sync + 'static) -> StandIn {
    StandIn::start_knowing_itself(move |own, seen| match seen.path.as_str() {
        "/token" => token(),
        _ => challenge_to(&format!("http://{own}/token")),
    })
    .await
}

#[tokio::test]
async fn the_other_name_of_the_token_is_read_too() {
    let registry = StandIn::start_knowing_itself(|own, seen| match seen.path.as_str() {
        "/token" => json(r#"{"token":"","access_token":"abc"}"#),
        _ if seen.authorization() == Some("Bearer abc") => manifest_answer(),
        _ => challenge_to(&format!("http://{own}/token")),
    })
    .await;
    pull(&upstream(&registry.url()), ANONYMOUS).await.unwrap();
}

#[rstest]
#[case::none(None)]
#[case::noise(Some("\"\"\" ==="))]
#[case::no_realm(Some("Bearer service=\"x\""))]
#[case::no_address(Some("Bearer realm=\"over there\""))]
#[case::other_scheme(Some("Negotiate"))]
#[tokio::test]
async fn a_garbage_challenge_gives_a_clear_error(#[case] text: Option<&'static str>) {
    let registry = StandIn::start(move |_| {
        let headers: Vec<_> = text
            .iter()
            .map(|text| ("www-authenticate", *text))
            .collect();
        answer(401, &headers, "")
    })
    .await;
    let error = pull(&upstream(&registry.url()), &login())
        .await
        .unwrap_err();
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{error}");
    assert_eq!(registry.seen().len(), 1);
}

/// THREATS: "an upstream's `realm` gets the proxy's credentials".
#[tokio::test]
async fn a_realm_on_another_host_does_not_get_the_credentials() {
    let thief = StandIn::start(|_| json(r#"{"token":"x"}"#)).await;
    let realm = format!("{}/token", thief.url());
    let registry = StandIn::start(move |_| challenge_to(&realm)).await;
    for credentials in [login(), Credentials::Anonymous] {
        let error = pull(&upstream(&registry.url()), &credentials)
            .await
            .unwrap_err();
        let UpstreamError::Refused { reason } = &error else {
            panic!("{error}");
        };
        assert!(reason.contains("`realms`"), "{reason}");
        assert!(reason.contains(&thief.address.to_string()), "{reason}");
    }
    assert!(
        thief.seen().is_empty(),
        "no request at all may arrive there"
    );
}

#[tokio::test]
async fn a_realm_on_a_listed_host_gets_the_credentials() {
    let service = StandIn::start(|_| json(r#"{"token":"x"}"#)).await;
    let realm = format!("{}/token", service.url());
    let registry = StandIn::start(move |seen| match seen.authorization() {
        Some("Bearer x") => manifest_answer(),
        _ => challenge_to(&realm),
    })
    .await;
    let mut config = config(&registry.url());
    config.realms = vec![service.address.to_string().parse().unwrap()];
    pull(&made(&config), &login()).await.unwrap();
    assert_eq!(service.seen()[0].authorization(), Some(BASIC));
}

/// An upstream with a public name, whose traffic comes to a stand-in.
fn named(registry: &StandIn) -> UpstreamConfig {
    config(&format!(
        "http://registry.acme.example.com:{}",
        registry.address.port()
    ))
}

#[rstest]
#[case::address("http://127.0.0.1:PORT/token")]
#[case::odd_address("http://0x7f.1:PORT/token")]
#[case::mapped_address("http://[::ffff:127.0.0.1]:PORT/token")]
#[case::localhost("http://localhost:PORT/token")]
#[case::another_domain("http://auth.evil.example.com.evil.test:PORT/token")]
#[case::user("http://x:y@registry.acme.example.com:PORT/token")]
#[tokio::test]
async fn a_realm_at_an_address_or_localhost_is_refused(#[case] realm: &'static str) {
    let thief = StandIn::start(|_| json(r#"{"token":"x"}"#)).await;
    let realm = realm.replace("PORT", &thief.address.port().to_string());
    let registry = StandIn::start(move |_| challenge_to(&realm)).await;
    let upstream = made_with_loopback_names(&named(&registry));
    let error = pull(&upstream, &login()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Refused { .. }), "{error}");
    assert!(thief.seen().is_empty());
}

/// THREATS: "the resolved address is checked". A name of the right domain whose
/// address is an inner one does not get the credentials.
#[tokio::test]
async fn a_realm_of_the_own_domain_with_an_inner_address_is_refused() {
    let registry = StandIn::start_knowing_itself(|own, seen| match seen.path.as_str() {
        "/token" => json(r#"{"token":"x"}"#),
        _ => challenge_to(&format!(
            "http://auth.acme.example.com:{}/token",
            own.port()
        )),
    })
    .await;
    let upstream = made_with_loopback_names(&named(&registry));
    let error = pull(&upstream, &login()).await.unwrap_err();
    let UpstreamError::Refused { reason } = &error else {
        panic!("{error}");
    };
    assert!(
        reason.contains("loopback") && reason.contains("`realms`"),
        "{reason}"
    );
    assert!(registry.seen_at("/token").is_empty());

    let mut config = named(&registry);
    let entry = format!("auth.acme.example.com:{}", registry.address.port());
    config.realms = vec![entry.parse().unwrap()];
    let upstream = made_with_loopback_names(&config);
    assert_eq!(pull(&upstream, &login()).await, Err(UpstreamError::Denied));
    assert_eq!(registry.seen_at("/token").len(), 1);
}

#[tokio::test]
async fn a_token_service_that_redirects_is_not_followed() {
    let thief = StandIn::start(|_| json(r#"{"token":"x"}"#)).await;
    let elsewhere = thief.url();
    let registry = token_service(move || redirect(&elsewhere)).await;
    let mut config = config(&registry.url());
    config.redirects = vec![thief.address.to_string().parse().unwrap()];
    let error = pull(&made(&config), &login()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Refused { .. }), "{error}");
    assert!(thief.seen().is_empty());
}

/// THREATS: "secrets in logs".
#[tokio::test]
async fn no_secret_is_in_any_error_or_debug_print() {
    let registries = [
        registry_with_tokens(300, |_| false).await,
        token_service(|| json(r#"{"token":"token-in-a-bad-answer","expires_in":"x"}"#)).await,
        token_service(|| json("\"token-in-a-bad-answer\"")).await,
        token_service(|| answer(500, &[], "token-in-a-bad-answer")).await,
        StandIn::start(|_| redirect("http://10.0.0.1/blob?X-Amz-Signature=token-of-a-signature"))
            .await,
        StandIn::start(|_| redirect("http://u:token-as-password@1.1.1.1/")).await,
        StandIn::start(|_| challenge_to("http://evil.example/?key=token-of-a-realm")).await,
    ];
    for registry in &registries {
        let mut config = config(&registry.url());
        config.username = Some("robot".to_owned());
        config.password = Some(PASSWORD.into());
        let upstream = Upstream::new(&config, &Parts::system()).unwrap();
        let credentials = upstream.site_credentials().clone();
        let error = pull(&upstream, &credentials).await.unwrap_err();
        let prints = format!("{config:?} {upstream:?} {credentials:?} {error} {error:?}");
        let encoded = BASIC.strip_prefix("Basic ").unwrap();
        for secret in [PASSWORD, encoded, "token-"] {
            assert!(!prints.contains(secret), "{secret} in {prints}");
        }
    }
}
