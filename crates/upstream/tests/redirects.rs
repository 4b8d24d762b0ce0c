//! Redirects: where they may lead, and that credentials stay behind.
//! THREATS: "credentials follow a redirect" and "SSRF".
#![allow(clippy::unwrap_used, reason = "test code outside test functions, too")]

mod standin;

use futures_util::TryStreamExt;
use pullgate_reference::Digest;
use pullgate_upstream::{Credentials, Upstream, UpstreamConfig, UpstreamError};
use rstest::rstest;
use standin::*;

fn digest() -> Digest {
    digest_of("hello")
}

async fn pull(upstream: &Upstream) -> Result<Vec<u8>, UpstreamError> {
    let blob = upstream.blob(&repository(), &digest(), &login()).await?;
    Ok(blob.stream.try_collect::<Vec<_>>().await.unwrap().concat())
}

/// A registry with Basic authentication whose blobs are somewhere else.
async fn registry_leading_to(location: String) -> StandIn {
    StandIn::start(move |seen| match seen.authorization() {
        Some(BASIC) => redirect(&location),
        _ => answer(401, &[("www-authenticate", "Basic realm=\"x\"")], ""),
    })
    .await
}

fn listing(registry: &StandIn, others: &[&StandIn]) -> UpstreamConfig {
    let mut config = config(&registry.url());
    config.redirects = others
        .iter()
        .map(|other| other.address.to_string().parse().unwrap())
        .collect();
    config
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect() {
    let storage = StandIn::start(|_| answer(200, &[], "hello")).await;
    let registry = registry_leading_to(format!("{}/blob?signature=x", storage.url())).await;
    let upstream = made(&listing(&registry, &[&storage]));
    assert_eq!(pull(&upstream).await.unwrap(), b"hello");
    upstream
        .head_blob(&repository(), &digest(), &login())
        .await
        .unwrap();
    assert_eq!(storage.seen().len(), 2);
    for seen in storage.seen() {
        assert_eq!(seen.authorization(), None);
        assert_eq!(seen.header("referer"), None);
        assert_eq!(seen.header("cookie"), None);
        assert_eq!(
            (seen.path.as_str(), seen.query.as_str()),
            ("/blob", "signature=x")
        );
    }
}

#[tokio::test]
async fn credentials_stay_out_after_a_round_trip_to_the_upstream_itself() {
    // The second stand-in learns the first one's address from the request.
    let away = StandIn::start(|seen| redirect(&format!("http://{}/back", seen.query))).await;
    let there = away.url();
    let registry = StandIn::start_knowing_itself(move |own, seen| match seen.path.as_str() {
        "/back" => answer(200, &[], seen.authorization().unwrap_or("none").to_owned()),
        _ if seen.authorization() == Some(BASIC) => redirect(&format!("{there}/?{own}")),
        _ => answer(401, &[("www-authenticate", "Basic realm=\"x\"")], ""),
    })
    .await;
    let upstream = made(&listing(&registry, &[&away]));
    assert_eq!(pull(&upstream).await.unwrap(), b"none");
}

#[tokio::test]
async fn a_redirect_within_the_upstream_keeps_the_credentials() {
    let registry = StandIn::start(|seen| match (seen.path.as_str(), seen.authorization()) {
        ("/moved", Some(BASIC)) => answer(200, &[], "hello"),
        (_, Some(BASIC)) => redirect("/moved"),
        _ => answer(401, &[("www-authenticate", "Basic realm=\"x\"")], ""),
    })
    .await;
    assert_eq!(pull(&upstream(&registry.url())).await.unwrap(), b"hello");
}

#[tokio::test]
async fn manifests_are_followed_by_the_same_rules() {
    let storage = StandIn::start(|_| manifest_answer()).await;
    let registry = registry_leading_to(format!("{}/manifest", storage.url())).await;
    let refused = upstream(&registry.url())
        .manifest(&repository(), &latest(), &login())
        .await;
    assert!(matches!(refused, Err(UpstreamError::Refused { .. })));
    assert!(storage.seen().is_empty());
    let listed = made(&listing(&registry, &[&storage]));
    listed
        .manifest(&repository(), &latest(), &login())
        .await
        .unwrap();
    assert_eq!(storage.seen()[0].authorization(), None);
}

#[rstest]
#[case::loopback("http://127.0.0.1:PORT/")]
#[case::odd_loopback("http://0x7f000001:PORT/")]
#[case::short_loopback("http://127.1:PORT/")]
#[case::unspecified("http://0.0.0.0:PORT/")]
#[case::loopback_v6("http://[::1]:PORT/")]
#[case::mapped("http://[::ffff:127.0.0.1]:PORT/")]
#[case::metadata("http://169.254.169.254/latest/meta-data/")]
#[case::metadata_v6("http://[fd00:ec2::254]/")]
#[case::private("http://10.0.0.1/")]
#[case::carrier("http://100.64.0.1/")]
#[case::link_local_v6("http://[fe80::1]/")]
#[case::no_scheme("//127.0.0.1:PORT/")]
#[case::a_name_of_this_machine("http://localhost:PORT/")]
#[case::the_full_name("http://localhost.:PORT/")]
#[case::below_localhost("http://storage.localhost:PORT/")]
#[tokio::test]
async fn a_redirect_to_an_inner_address_is_refused(#[case] location: &'static str) {
    let inner = StandIn::start(|_| answer(200, &[], "hello")).await;
    let location = location.replace("PORT", &inner.address.port().to_string());
    let registry = registry_leading_to(location).await;
    let error = pull(&upstream(&registry.url())).await.unwrap_err();
    let UpstreamError::Refused { reason } = &error else {
        panic!("{error}");
    };
    assert!(reason.contains("`redirects`"), "{reason}");
    assert!(inner.seen().is_empty(), "nothing may arrive there");
}

/// A public name that resolves to an inner address: the address that would be
/// connected to is what is checked.
#[tokio::test]
async fn a_redirect_to_a_name_with_an_inner_address_is_refused_unless_listed() {
    let inner = StandIn::start(|_| answer(200, &[], "hello")).await;
    let port = inner.address.port();
    let registry = registry_leading_to(format!("http://storage.example.com:{port}/")).await;
    let mut config = config(&registry.url());
    let error = pull(&made_with_loopback_names(&config)).await.unwrap_err();
    assert!(
        matches!(&error, UpstreamError::Refused { reason } if reason.contains("loopback")),
        "{error}"
    );
    assert!(inner.seen().is_empty());

    // The same name with another port is another service.
    config.redirects = vec!["storage.example.com".parse().unwrap()];
    assert!(pull(&made_with_loopback_names(&config)).await.is_err());
    assert!(inner.seen().is_empty());

    config.redirects = vec![format!("storage.example.com:{port}").parse().unwrap()];
    assert_eq!(
        pull(&made_with_loopback_names(&config)).await.unwrap(),
        b"hello"
    );
}

/// Each hop is checked, not the first alone.
#[tokio::test]
async fn a_listed_host_can_not_lead_to_one_that_is_not() {
    let inner = StandIn::start(|_| answer(200, &[], "hello")).await;
    let further = inner.url();
    let listed = StandIn::start(move |_| redirect(&further)).await;
    let registry = registry_leading_to(listed.url()).await;
    let error = pull(&made(&listing(&registry, &[&listed])))
        .await
        .unwrap_err();
    assert!(matches!(error, UpstreamError::Refused { .. }), "{error}");
    assert!(inner.seen().is_empty());
}

#[tokio::test]
async fn five_redirects_are_followed_and_six_are_not() {
    let registry = StandIn::start(|seen| {
        let hop: u32 = seen.path.trim_start_matches("/hop").parse().unwrap_or(0);
        match seen.path.as_str() {
            "/hop5" if seen.query.is_empty() => answer(200, &[], "hello"),
            _ if seen.path.contains("team/endless") => redirect("/hop1?endless"),
            _ if seen.query == "endless" => redirect(&format!("/hop{}?endless", hop + 1)),
            _ => redirect(&format!("/hop{}", hop + 1)),
        }
    })
    .await;
    let upstream = upstream(&registry.url());
    assert_eq!(pull(&upstream).await.unwrap(), b"hello");
    let endless = "registry.acme.example/team/endless".parse().unwrap();
    let before = registry.seen().len();
    let error = upstream
        .blob(&endless, &digest(), &Credentials::Anonymous)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, UpstreamError::Invalid { reason } if reason.contains("5 times")),
        "{error}"
    );
    assert_eq!(registry.seen().len() - before, 6);
}

#[rstest]
#[case::file("file:///etc/passwd")]
#[case::gopher("gopher://127.0.0.1:6379/_FLUSHALL")]
#[case::data("data:text/plain,hello")]
#[case::user("http://robot:secret@1.1.1.1/")]
#[tokio::test]
async fn a_redirect_of_another_kind_is_refused(#[case] location: &'static str) {
    let registry = registry_leading_to(location.to_owned()).await;
    let error = pull(&upstream(&registry.url())).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Refused { .. }), "{error}");
    assert!(!error.to_string().contains("secret"));
}

#[rstest]
#[case::nowhere(&[])]
#[case::no_address(&[("location", "http://")])]
#[tokio::test]
async fn a_redirect_to_nowhere_is_an_error(
    #[case] headers: &'static [(&'static str, &'static str)],
) {
    let registry = StandIn::start(move |_| answer(307, headers, "")).await;
    let error = pull(&upstream(&registry.url())).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{error}");
}

/// A storage service that refuses says nothing on what a person may pull, and
/// its challenge is nobody's to answer.
#[rstest]
#[case(401)]
#[case(403)]
#[tokio::test]
async fn a_storage_service_that_refuses_is_not_a_denial(#[case] status: u16) {
    let storage =
        StandIn::start(move |_| answer(status, &[("www-authenticate", "Basic realm=\"x\"")], ""))
            .await;
    let registry = registry_leading_to(storage.url()).await;
    let error = pull(&made(&listing(&registry, &[&storage])))
        .await
        .unwrap_err();
    assert!(
        matches!(error, UpstreamError::Unavailable { .. }),
        "{error}"
    );
    assert_eq!(storage.seen().len(), 1);
}
