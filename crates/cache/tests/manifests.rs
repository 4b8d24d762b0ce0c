//! Manifests and tags.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use bytes::Bytes;
use futures_util::FutureExt;
use jiff::Timestamp;
use pullgate_cache::{CacheError, Manifest, TagEntry};
use pullgate_reference::Tag;
use support::{ACME, NGINX, Place, digest_of, public, seen_by};

fn manifest(text: &'static str) -> Manifest {
    Manifest {
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        digest: digest_of(text.as_bytes()),
        bytes: Bytes::from_static(text.as_bytes()),
    }
}

#[tokio::test]
async fn a_manifest_is_served_as_it_came_and_only_to_its_holder() {
    let mut place = Place::new();
    let manifest = manifest("{\n \"schemaVersion\": 2\n}\n");
    let digest = &manifest.digest;
    place
        .cache
        .put_manifest(&public(NGINX), manifest.clone())
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(
            place.cache.manifest(&public(NGINX), digest).await.as_ref(),
            Some(&manifest)
        );
        for stranger in [public(ACME), seen_by("acme", NGINX)] {
            assert_eq!(place.cache.manifest(&stranger, digest).await, None);
        }
        place.reopen();
    }
}

#[tokio::test]
async fn warm_manifests_and_tags_need_no_disk() {
    let place = Place::new();
    let (holder, manifest) = (public(NGINX), manifest("{}"));
    let entry = TagEntry {
        digest: manifest.digest.clone(),
        media_type: manifest.media_type.clone(),
        size: 2,
        checked_at: Timestamp::UNIX_EPOCH,
    };
    let tag = Tag::latest();
    place
        .cache
        .put_manifest(&holder, manifest.clone())
        .await
        .unwrap();
    place
        .cache
        .set_tag(&holder, &tag, entry.clone())
        .await
        .unwrap();

    std::fs::remove_dir_all(place.folder.path().join("holders")).unwrap();
    let warm = place
        .cache
        .manifest(&holder, &manifest.digest)
        .now_or_never();
    assert_eq!(warm.unwrap(), Some(manifest));
    let warm = place.cache.tag(&holder, &tag).now_or_never();
    assert_eq!(warm.unwrap(), Some(entry));
}

/// THREATS.md: a poisoned cache.
#[tokio::test]
async fn a_poisoned_manifest_is_refused() {
    let place = Place::new();
    let poisoned = Manifest {
        bytes: Bytes::from_static(b"{\"evil\":true}"),
        ..manifest("{}")
    };
    let digest = poisoned.digest.clone();
    let refused = place.cache.put_manifest(&public(NGINX), poisoned).await;
    assert!(matches!(refused, Err(CacheError::Digest { .. })));
    assert_eq!(place.cache.manifest(&public(NGINX), &digest).await, None);
    assert!(place.files("holders").is_empty());
}

#[tokio::test]
async fn a_manifest_that_was_damaged_on_disk_is_dropped() {
    for damage in [
        &b"{\"media_type\":\"a/b\"}\n{\"evil\":true}"[..],
        b"",
        b"no heading",
    ] {
        let mut place = Place::new();
        let (holder, manifest) = (public(NGINX), manifest("{}"));
        place
            .cache
            .put_manifest(&holder, manifest.clone())
            .await
            .unwrap();
        let files = place.files("holders");
        assert_eq!(files.len(), 1);
        std::fs::write(&files[0], damage).unwrap();

        place.reopen();
        assert_eq!(place.cache.manifest(&holder, &manifest.digest).await, None);
        assert!(place.files("holders").is_empty());
        place
            .cache
            .put_manifest(&holder, manifest.clone())
            .await
            .unwrap();
        assert_eq!(
            place.cache.manifest(&holder, &manifest.digest).await,
            Some(manifest)
        );
    }
}

#[tokio::test]
async fn a_tag_moves_and_is_remembered() {
    let mut place = Place::new();
    let (holder, tag) = (public(NGINX), Tag::parse("1.27").unwrap());
    assert_eq!(place.cache.tag(&holder, &tag).await, None);
    for (second, text) in [(1, "{}"), (2, "{ }")] {
        let manifest = manifest(text);
        let entry = TagEntry {
            digest: manifest.digest,
            media_type: manifest.media_type,
            size: manifest.bytes.len() as u64,
            checked_at: Timestamp::from_second(second).unwrap(),
        };
        place
            .cache
            .set_tag(&holder, &tag, entry.clone())
            .await
            .unwrap();
        assert_eq!(place.cache.tag(&holder, &tag).await.as_ref(), Some(&entry));
        place.reopen();
        assert_eq!(place.cache.tag(&holder, &tag).await, Some(entry));
        assert_eq!(place.cache.tag(&seen_by("acme", NGINX), &tag).await, None);
        assert_eq!(place.cache.tag(&holder, &Tag::latest()).await, None);
    }

    // A torn record is as good as none.
    std::fs::write(&place.files("holders")[0], b"{\"digest\":").unwrap();
    place.reopen();
    assert_eq!(place.cache.tag(&holder, &tag).await, None);
}
