//! Who is served what: content belongs to a repository, seen through a view.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use bytes::Bytes;
use futures_util::stream;
use pullgate_cache::{BlobSource, Manifest};
use support::{ACME, NGINX, Place, client, content, digest_of, fill_with, public, seen_by, whole};

/// THREATS.md: a shared blob store leaks between repositories. `HEAD`, `GET`
/// and `Range` all begin with `blob`, so there is one door to close.
#[tokio::test]
async fn a_shared_blob_store_does_not_leak_between_repositories() {
    let mut place = Place::new();
    let owner = seen_by("acme", ACME);
    let digest = place.hold(&owner, &content(100_000, 1)).await;
    let strangers = [
        public(NGINX),
        public(ACME),
        seen_by("evil", ACME),
        seen_by("acme", NGINX),
        seen_by("acme", "ghcr.io/acme/app"),
    ];
    for _ in 0..2 {
        assert!(place.cache.blob(&owner, &digest).await.is_some());
        for stranger in &strangers {
            assert!(
                place.cache.blob(stranger, &digest).await.is_none(),
                "{stranger:?}"
            );
        }
        place.reopen();
    }
}

#[tokio::test]
async fn being_named_by_a_manifest_is_no_reason_to_be_served() {
    let mut place = Place::new();
    let (owner, stranger) = (seen_by("acme", ACME), public("docker.io/evil/app"));
    let secret = place.hold(&owner, &content(100_000, 2)).await;

    let bytes = Bytes::from(format!(r#"{{"layers":[{{"digest":"{secret}"}}]}}"#));
    let manifest = Manifest {
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        digest: digest_of(&bytes),
        bytes,
    };
    place.cache.put_manifest(&stranger, manifest).await.unwrap();
    for _ in 0..2 {
        assert!(place.cache.blob(&stranger, &secret).await.is_none());
        place.reopen();
    }
}

#[tokio::test]
async fn a_second_holder_is_bound_once_its_upstream_confirms() {
    let mut place = Place::new();
    let (first, second) = (public(NGINX), public(ACME));
    let blob = content(100_000, 3);
    let digest = place.hold(&first, &blob).await;

    assert!(
        place
            .cache
            .confirm(&second, &digest, 99_999)
            .await
            .is_none()
    );
    // An upstream that is wrong about the size harms nobody else.
    assert!(place.cache.blob(&first, &digest).await.is_some());
    let found = place
        .cache
        .confirm(&second, &digest, 100_000)
        .await
        .unwrap();
    assert!(client(found.read_all()).await.unwrap() == blob);
    place.reopen();
    assert!(place.cache.blob(&second, &digest).await.is_some());
    assert_eq!(place.cache.usage().blobs, 1);
}

#[tokio::test]
async fn a_second_holders_fill_does_not_fetch_again() {
    let place = Place::new();
    let blob = content(100_000, 4);
    let digest = place.hold(&public(NGINX), &blob).await;

    // Whoever reads this waits for ever.
    let unread = BlobSource::new(Some(100_000), stream::pending());
    let found = fill_with(&place.cache, &public(ACME), &digest, unread)
        .await
        .unwrap();
    assert!(client(found.read_all()).await.unwrap() == blob);
    place.cache.settle().await;
    assert!(place.cache.blob(&public(ACME), &digest).await.is_some());
}

/// The digest and the size of a private blob are no secrets to whoever has
/// seen its manifest: a registry that claims to hold it has to send it.
#[tokio::test]
async fn a_shared_blob_store_takes_no_claim_across_views_and_registries() {
    let place = Place::new();
    let blob = content(100_000, 5);
    let private = seen_by("acme", ACME);
    let digest = place.hold(&private, &blob).await;

    for claims in [
        public(ACME),
        seen_by("rival", ACME),
        public("registry.rival.example/x"),
        seen_by("acme", "registry.rival.example/x"),
    ] {
        let size = blob.len() as u64;
        let confirmed = place.cache.confirm(&claims, &digest, size).await;
        assert!(confirmed.is_none(), "{claims:?}");
        let lies = content(100_000, 6);
        let unproven = fill_with(&place.cache, &claims, &digest, whole(&lies)).await;
        if let Ok(unproven) = unproven {
            assert!(client(unproven.read_all()).await.is_err(), "{claims:?}");
        }
        assert!(
            place.cache.blob(&claims, &digest).await.is_none(),
            "{claims:?}"
        );

        let proven = fill_with(&place.cache, &claims, &digest, whole(&blob)).await;
        assert!(client(proven.unwrap().read_all()).await.unwrap() == blob);
        place.cache.settle().await;
        assert!(
            place.cache.blob(&claims, &digest).await.is_some(),
            "{claims:?}"
        );
    }
    assert!(place.cache.blob(&private, &digest).await.is_some());
}
