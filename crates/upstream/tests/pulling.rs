//! What a gateway asks of a registry that behaves.
#![allow(clippy::unwrap_used, reason = "test code outside test functions, too")]

mod standin;

use futures_util::TryStreamExt;
use pullgate_reference::Target;
use pullgate_upstream::{Credentials, UpstreamError};
use rstest::rstest;
use standin::*;

const ANONYMOUS: &Credentials = &Credentials::Anonymous;

#[tokio::test]
async fn a_stranger_pulls_what_anybody_can_pull() {
    let registry = StandIn::start(|seen| match seen.path.as_str() {
        "/v2/team/app/manifests/latest" => manifest_answer(),
        "/v2/team/app/tags/list" => json(r#"{"name":"team/app","tags":["1","2"]}"#),
        path if path.starts_with("/v2/team/app/blobs/") => answer(200, &[], "hello"),
        _ => answer(404, &[], ""),
    })
    .await;
    let upstream = upstream(&registry.url());

    let manifest = upstream
        .manifest(&repository(), &latest(), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(manifest.media_type, OCI_MANIFEST);
    assert_eq!(manifest.digest, digest_of(manifest_text()));
    assert_eq!(manifest.bytes, manifest_text());
    assert_eq!(manifest.inspected.references.len(), 1);

    let blob = upstream
        .blob(&repository(), &digest_of("hello"), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(blob.size, Some(5));
    let bytes: Vec<_> = blob.stream.try_collect().await.unwrap();
    assert_eq!(bytes.concat(), b"hello");
    let head = upstream
        .head_blob(&repository(), &digest_of("hello"), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(head.size, Some(5));

    let page = upstream
        .tags(&repository(), None, None, ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(page.tags.len(), 2);
    assert_eq!(page.next_last, None);

    let missing = upstream
        .manifest(&repository(), &Target::parse("none").unwrap(), ANONYMOUS)
        .await;
    assert_eq!(missing.unwrap_err(), UpstreamError::NotFound);
    for seen in registry.seen() {
        assert_eq!(seen.authorization(), None);
        assert_eq!(seen.header("accept-encoding"), Some("identity"));
    }
    let accept = registry.seen()[0].header("accept").unwrap().to_owned();
    assert!(
        accept.starts_with(OCI_INDEX) && accept.ends_with("*/*"),
        "{accept}"
    );
}

#[tokio::test]
async fn a_registry_below_a_path_is_asked_below_that_path() {
    let registry = StandIn::start(|_| manifest_answer()).await;
    let upstream = upstream(&format!("{}/docker/", registry.url()));
    upstream
        .manifest(&repository(), &latest(), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(
        registry.seen()[0].path,
        "/docker/v2/team/app/manifests/latest"
    );
}

#[tokio::test]
async fn a_tag_is_looked_up_without_fetching_the_manifest() {
    let registry = StandIn::start(|_| {
        let digest = digest_of(manifest_text());
        answer(
            200,
            &[
                ("content-type", OCI_MANIFEST),
                ("docker-content-digest", digest.as_str()),
            ],
            manifest_text(),
        )
    })
    .await;
    let upstream = upstream(&registry.url());
    let head = upstream
        .head_manifest(&repository(), &latest(), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(head.digest, digest_of(manifest_text()));
    assert_eq!(head.size, manifest_text().len() as u64);
    assert_eq!(
        registry
            .seen()
            .iter()
            .map(|s| s.method.as_str())
            .collect::<Vec<_>>(),
        ["HEAD"]
    );
}

#[rstest]
#[case::no_head(405)]
#[case::not_implemented(501)]
#[case::no_digest(200)]
#[tokio::test]
async fn where_head_says_too_little_the_manifest_is_fetched(#[case] status: u16) {
    let registry = StandIn::start(move |seen| match seen.method.as_str() {
        "HEAD" if status != 200 => answer(status, &[], ""),
        _ => manifest_answer(),
    })
    .await;
    let upstream = upstream(&registry.url());
    let head = upstream
        .head_manifest(&repository(), &latest(), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(head.digest, digest_of(manifest_text()));
    assert_eq!(registry.seen().len(), 2);
}

#[tokio::test]
async fn head_of_a_blob_falls_back_too() {
    let registry = StandIn::start(|seen| match seen.method.as_str() {
        "HEAD" => answer(405, &[], ""),
        _ => answer(200, &[], "hello"),
    })
    .await;
    let upstream = upstream(&registry.url());
    let head = upstream
        .head_blob(&repository(), &digest_of("hello"), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(head.size, Some(5));
}

#[tokio::test]
async fn a_link_of_the_tag_list_to_another_host_is_ignored() {
    let other = StandIn::start(|_| json(r#"{"tags":["stolen"]}"#)).await;
    let elsewhere = other.url();
    let registry = StandIn::start(move |seen| {
        if seen.query.contains("last=b") {
            return json(r#"{"tags":["c"]}"#);
        }
        let link = format!("<{elsewhere}/v2/x/tags/list?n=2&last=b>; rel=\"next\"");
        answer(200, &[("link", &link)], r#"{"tags":["a","b"]}"#)
    })
    .await;
    let upstream = upstream(&registry.url());
    let first = upstream
        .tags(&repository(), Some(2), None, ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(first.next_last.as_deref(), Some("b"));
    let second = upstream
        .tags(
            &repository(),
            Some(2),
            first.next_last.as_deref(),
            ANONYMOUS,
        )
        .await
        .unwrap();
    assert_eq!(second.tags[0].as_str(), "c");
    assert_eq!(second.next_last, None);
    assert_eq!(registry.seen()[1].query, "n=2&last=b");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn pages_of_tags_with_a_mark_of_their_own_go_on_after_the_last_tag() {
    let registry = StandIn::start(|_| {
        let link = r#"</v2/x/tags/list?next_page=zzz>; rel="next""#;
        answer(200, &[("link", link)], r#"{"tags":["a","b","not a tag"]}"#)
    })
    .await;
    let upstream = upstream(&registry.url());
    let first = upstream
        .tags(&repository(), None, None, ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(first.tags.len(), 2);
    assert_eq!(first.next_last.as_deref(), Some("b"));
    // A registry that does not know `last` sends the same page for ever.
    let again = upstream
        .tags(&repository(), None, Some("b"), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(again.next_last, None);
}

#[tokio::test]
async fn a_repository_without_tags_has_none() {
    let registry = StandIn::start(|_| json(r#"{"name":"team/app","tags":null}"#)).await;
    let page = upstream(&registry.url())
        .tags(&repository(), None, None, ANONYMOUS)
        .await;
    assert!(page.unwrap().tags.is_empty());
}

fn index_of(types: &[&str]) -> String {
    let entries: Vec<String> = types
        .iter()
        .map(|kind| {
            format!(
                r#"{{"mediaType":"{OCI_MANIFEST}","digest":"{}","size":3,"artifactType":"{kind}"}}"#,
                digest_of(kind)
            )
        })
        .collect();
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":[{}]}}"#,
        entries.join(",")
    )
}

fn entries(index: &[u8]) -> Vec<String> {
    let index: serde_json::Value = serde_json::from_slice(index).unwrap();
    assert_eq!(index["mediaType"], OCI_INDEX);
    index["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["artifactType"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn referrers_come_from_all_pages_and_only_of_the_type_asked_for() {
    let registry = StandIn::start(|seen| {
        if seen.query.contains("page=2") {
            return answer(
                200,
                &[("content-type", OCI_INDEX)],
                index_of(&["c/c", "a/a"]),
            );
        }
        let link = r#"<https://evil.example/?page=2>; rel="next""#;
        answer(
            200,
            &[("content-type", OCI_INDEX), ("link", link)],
            index_of(&["a/a", "b/b"]),
        )
    })
    .await;
    let upstream = upstream(&registry.url());
    let subject = digest_of("subject");
    let all = upstream
        .referrers(&repository(), &subject, None, ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(entries(&all.index), ["a/a", "b/b", "c/c", "a/a"]);
    let some = upstream
        .referrers(&repository(), &subject, Some("a/a"), ANONYMOUS)
        .await
        .unwrap();
    assert_eq!(entries(&some.index), ["a/a", "a/a"]);
}

#[tokio::test]
async fn without_a_list_of_referrers_the_fallback_tag_is_taken() {
    let registry = StandIn::start(|seen| {
        let tag = digest_of("subject").as_str().replace(':', "-");
        if seen.path == format!("/v2/team/app/manifests/{tag}") {
            return answer(
                200,
                &[("content-type", OCI_INDEX)],
                index_of(&["a/a", "b/b"]),
            );
        }
        answer(404, &[], "")
    })
    .await;
    let upstream = upstream(&registry.url());
    let of = async |text: &str| {
        let found = upstream
            .referrers(&repository(), &digest_of(text), Some("b/b"), ANONYMOUS)
            .await;
        entries(&found.unwrap().index)
    };
    assert_eq!(of("subject").await, ["b/b"]);
    assert!(of("another").await.is_empty());
}

#[rstest]
#[case::page("text/html", "<html></html>".to_owned())]
#[case::image(OCI_MANIFEST, manifest_text())]
#[case::plain("application/json", index_of(&["a/a"]))]
#[tokio::test]
async fn referrers_that_are_no_index_are_refused(
    #[case] content_type: &'static str,
    #[case] body: String,
) {
    let registry =
        StandIn::start(move |_| answer(200, &[("content-type", content_type)], body.clone())).await;
    let error = upstream(&registry.url())
        .referrers(&repository(), &digest_of("subject"), None, ANONYMOUS)
        .await
        .unwrap_err();
    assert!(matches!(error, UpstreamError::Invalid { .. }), "{error}");
}
