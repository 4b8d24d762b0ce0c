//! Upstreams that are away, slow, wrong or broken: never content that was not
//! asked for, and an error that says which of these it was.
#![allow(clippy::unwrap_used, reason = "test code outside test functions, too")]

mod standin;

use std::time::Duration;

use axum::body::Body;
use futures_util::{StreamExt, TryStreamExt};
use pullgate_reference::{Repository, Target};
use pullgate_upstream::{Credentials, MANIFEST_LIMIT, UpstreamError};
use rstest::rstest;
use standin::*;

const ANONYMOUS: &Credentials = &Credentials::Anonymous;

async fn manifest_error(url: &str) -> UpstreamError {
    upstream(url)
        .manifest(&repository(), &latest(), ANONYMOUS)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_manifest_with_another_digest_than_asked_for_is_refused() {
    let registry = StandIn::start(|_| manifest_answer()).await;
    let upstream = upstream(&registry.url());
    let wrong = Target::Digest(digest_of("another"));
    let error = upstream
        .manifest(&repository(), &wrong, ANONYMOUS)
        .await
        .unwrap_err();
    assert!(matches!(&error, UpstreamError::Invalid { reason } if reason.contains("asked for")));
    let right = Target::Digest(digest_of(manifest_text()));
    assert!(
        upstream
            .manifest(&repository(), &right, ANONYMOUS)
            .await
            .is_ok()
    );
}

#[rstest]
#[case::another(digest_of("another").to_string())]
#[case::too_short("sha256:abc".to_owned())]
#[case::no_digest("latest".to_owned())]
#[tokio::test]
async fn a_manifest_whose_header_has_a_wrong_digest_is_refused(#[case] header: String) {
    let registry = StandIn::start(move |_| {
        let headers = [
            ("content-type", OCI_MANIFEST),
            ("docker-content-digest", &header),
        ];
        answer(200, &headers, manifest_text())
    })
    .await;
    let error = manifest_error(&registry.url()).await;
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{error}");
}

#[tokio::test]
async fn a_blob_or_head_whose_header_has_a_wrong_digest_is_refused() {
    let registry = StandIn::start(|_| {
        let other = digest_of("another");
        let headers = [
            ("content-type", OCI_MANIFEST),
            ("docker-content-digest", other.as_str()),
        ];
        answer(200, &headers, "hello")
    })
    .await;
    let upstream = upstream(&registry.url());
    let digest = digest_of("hello");
    let target = Target::Digest(digest.clone());
    let errors = [
        upstream
            .blob(&repository(), &digest, ANONYMOUS)
            .await
            .unwrap_err(),
        upstream
            .head_blob(&repository(), &digest, ANONYMOUS)
            .await
            .unwrap_err(),
        upstream
            .head_manifest(&repository(), &target, ANONYMOUS)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, UpstreamError::Invalid { .. }), "{error}");
    }
}

#[rstest]
#[case::announced(true)]
#[case::not_announced(false)]
#[tokio::test]
async fn a_manifest_that_is_too_large_is_refused(#[case] announced: bool) {
    let registry = StandIn::start(move |_| {
        let text = " ".repeat(MANIFEST_LIMIT + 1);
        let body = if announced {
            Body::from(text)
        } else {
            Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(text)]))
        };
        answer(200, &[("content-type", OCI_MANIFEST)], body)
    })
    .await;
    let error = manifest_error(&registry.url()).await;
    assert!(matches!(&error, UpstreamError::Invalid { reason } if reason.contains("4096 KiB")));
}

#[tokio::test]
async fn manifest_confusion_over_the_wire_is_refused() {
    let registry = StandIn::start(|_| {
        let text = manifest_text().replace("\"layers\"", "\"manifests\":[],\"layers\"");
        answer(200, &[("content-type", OCI_MANIFEST)], text)
    })
    .await;
    let error = manifest_error(&registry.url()).await;
    assert!(matches!(&error, UpstreamError::Invalid { reason } if reason.contains("both")));
}

#[tokio::test]
async fn a_compressed_answer_is_refused() {
    let headers = [("content-type", OCI_MANIFEST), ("content-encoding", "gzip")];
    let registry = StandIn::start(move |_| answer(200, &headers, manifest_text())).await;
    let error = manifest_error(&registry.url()).await;
    assert!(matches!(&error, UpstreamError::Invalid { reason } if reason.contains("compressed")));
}

#[rstest]
#[case::by_length(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")]
#[case::by_chunks(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
#[tokio::test]
async fn a_blob_cut_in_the_middle_ends_with_an_error(#[case] bytes: &'static [u8]) {
    let (address, task) = raw(bytes).await;
    let blob = upstream(&format!("http://{address}"))
        .blob(&repository(), &digest_of("hello"), ANONYMOUS)
        .await
        .unwrap();
    let parts: Vec<_> = blob.stream.collect().await;
    let error = parts.last().unwrap().as_ref().unwrap_err();
    let inner = error
        .get_ref()
        .unwrap()
        .downcast_ref::<UpstreamError>()
        .unwrap();
    assert!(
        matches!(inner, UpstreamError::Unavailable { .. }),
        "{inner}"
    );
    task.abort();
}

#[tokio::test]
async fn a_manifest_cut_in_the_middle_is_an_error() {
    let (address, task) = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").await;
    let error = manifest_error(&format!("http://{address}")).await;
    assert!(
        matches!(error, UpstreamError::Unavailable { .. }),
        "{error}"
    );
    task.abort();
}

#[tokio::test]
async fn too_many_requests_carries_the_time_to_wait() {
    let registry = StandIn::start(|seen| match seen.path.as_str() {
        "/v2/team/app/manifests/latest" => answer(429, &[("retry-after", "17")], ""),
        _ => answer(429, &[], ""),
    })
    .await;
    let expected = Some(Duration::from_secs(17));
    assert_eq!(
        manifest_error(&registry.url()).await,
        UpstreamError::TooManyRequests {
            retry_after: expected
        }
    );
    let other = upstream(&registry.url())
        .blob(&repository(), &digest_of("x"), ANONYMOUS)
        .await
        .unwrap_err();
    assert_eq!(other, UpstreamError::TooManyRequests { retry_after: None });
}

#[rstest]
#[case(500)]
#[case(502)]
#[case(503)]
#[case(408)]
#[tokio::test]
async fn errors_of_the_upstream_mean_not_available(#[case] status: u16) {
    let registry = StandIn::start(move |_| answer(status, &[], "secret page")).await;
    let error = manifest_error(&registry.url()).await;
    assert!(
        matches!(&error, UpstreamError::Unavailable { reason } if reason.contains(&status.to_string()))
    );
    assert!(!error.to_string().contains("page"));
}

#[rstest]
#[case(403, UpstreamError::Denied)]
#[case(404, UpstreamError::NotFound)]
#[tokio::test]
async fn refused_and_missing_are_told_apart(#[case] status: u16, #[case] expected: UpstreamError) {
    let registry = StandIn::start(move |_| answer(status, &[], "")).await;
    assert_eq!(manifest_error(&registry.url()).await, expected);
}

#[rstest]
#[case(204)]
#[case(206)]
#[case(300)]
#[case(304)]
#[case(400)]
#[case(418)]
#[tokio::test]
async fn answers_that_make_no_sense_are_not_content(#[case] status: u16) {
    let registry = StandIn::start(move |_| answer(status, &[], "")).await;
    let error = manifest_error(&registry.url()).await;
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{error}");
}

#[tokio::test]
async fn an_upstream_that_is_away_is_not_available() {
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = manifest_error(&format!("http://{address}")).await;
    assert!(
        matches!(&error, UpstreamError::Unavailable { reason } if reason.contains("connection"))
    );
}

/// Accepts connections and never says a word on them.
#[tokio::test]
async fn an_upstream_that_never_answers_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(&format!("http://{}", listener.local_addr().unwrap()));
    config.read_timeout = Duration::from_millis(50);
    let error = made(&config)
        .manifest(&repository(), &latest(), ANONYMOUS)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, UpstreamError::Unavailable { reason } if reason.contains("in time")),
        "{error}"
    );
}

#[tokio::test]
async fn a_blob_that_stops_halfway_is_given_up() {
    let registry = StandIn::start(|_| {
        let hello = futures_util::stream::iter([Ok::<_, std::io::Error>("hello")]);
        answer(
            200,
            &[],
            Body::from_stream(hello.chain(futures_util::stream::pending())),
        )
    })
    .await;
    let mut config = config(&registry.url());
    config.read_timeout = Duration::from_millis(50);
    let blob = made(&config)
        .blob(&repository(), &digest_of("x"), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(blob.size, None);
    let error = blob.stream.try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.to_string().contains("in time"), "{error}");
}

#[tokio::test]
async fn a_repository_of_another_registry_is_not_asked_for_here() {
    let registry = StandIn::start(|_| manifest_answer()).await;
    let other = Repository::parse("docker.io/library/nginx").unwrap();
    let error = upstream(&registry.url())
        .manifest(&other, &latest(), ANONYMOUS)
        .await
        .unwrap_err();
    assert!(matches!(error, UpstreamError::Refused { .. }), "{error}");
    assert!(registry.seen().is_empty());
}
