//! Blobs on their way from an upstream: many clients, one fill.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::convert::Infallible;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::join_all;
use futures_util::stream;
use http_body::Body;
use http_body_util::BodyExt;
use pullgate_cache::{BlobSource, Cache, FillError, ReadError, Settings};
use support::{
    ACME, NGINX, Place, Upstream, client, content, digest_of, fill_with, pieces, public, read_some,
    refused, whole,
};

const MEBIBYTE: usize = 1 << 20;

/// THREATS.md: many clients, one cold blob.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_one_cold_blob() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(5 * MEBIBYTE + 17, 1));
    let digest = digest_of(&blob);
    let upstream = Upstream::default();

    let clients = join_all((0..16).map(|_| {
        let (cache, holder, digest) = (place.cache.clone(), holder.clone(), digest.clone());
        let (sender, answer) = upstream.serves(blob.len());
        let blob = blob.clone();
        tokio::spawn(async move {
            for start in (0..blob.len()).step_by(100_000) {
                let end = blob.len().min(start + 100_000);
                sender.send(Ok(blob.slice(start..end))).unwrap();
            }
            drop(sender);
            let found = cache.fill(&holder, &digest, || answer).await.unwrap();
            assert_eq!(found.size(), blob.len() as u64);
            client(found.read_all()).await.unwrap()
        })
    }));
    for read in clients.await {
        assert!(read.unwrap() == blob);
    }
    assert_eq!(upstream.times_asked(), 1);

    place.cache.settle().await;
    let usage = place.cache.usage();
    assert_eq!((usage.blobs, usage.bytes), (1, blob.len() as u64));
    assert_eq!(usage.fills + usage.joins, 16);
    assert!(place.files("fills").is_empty());
}

#[tokio::test]
async fn nobody_waits_for_the_end() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(MEBIBYTE, 2));
    let digest = digest_of(&blob);
    let (sender, answer) = Upstream::default().serves(blob.len());

    sender.send(Ok(blob.slice(..1000))).unwrap();
    let found = place.cache.fill(&holder, &digest, || answer).await.unwrap();
    let mut early = found.read_all();
    assert_eq!(early.size_hint().exact(), Some(blob.len() as u64));
    let mut read = read_some(&mut early, 1000).await;

    // Who comes later reads what is there and what is to come.
    sender.send(Ok(blob.slice(1000..500_000))).unwrap();
    let joined = fill_with(&place.cache, &holder, &digest, pieces(None, vec![])).await;
    let mut late = joined.unwrap().read(400_000..blob.len() as u64);
    let mut tail = read_some(&mut late, 1000).await;

    sender.send(Ok(blob.slice(500_000..))).unwrap();
    drop(sender);
    read.extend_from_slice(&client(early).await.unwrap());
    tail.extend_from_slice(&client(late).await.unwrap());
    assert!(read == blob);
    assert!(tail == blob[400_000..]);
}

/// THREATS.md: a client goes away and the fill dies with it.
#[tokio::test]
async fn a_client_that_goes_away_does_not_end_a_fill_that_others_read() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(MEBIBYTE, 3));
    let digest = digest_of(&blob);
    let upstream = Upstream::default();
    let (sender, answer) = upstream.serves(blob.len());

    sender.send(Ok(blob.slice(..300_000))).unwrap();
    let first = place.cache.fill(&holder, &digest, || answer).await.unwrap();
    let second = fill_with(&place.cache, &holder, &digest, whole(&blob))
        .await
        .unwrap();
    let mut leaving = first.read_all();
    read_some(&mut leaving, 1000).await;
    drop((leaving, first));

    sender.send(Ok(blob.slice(300_000..))).unwrap();
    drop(sender);
    assert!(client(second.read_all()).await.unwrap() == blob);
    assert_eq!(upstream.times_asked(), 1);
}

#[tokio::test]
async fn a_fill_that_nobody_waits_for_is_finished() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(MEBIBYTE, 4));
    let digest = digest_of(&blob);
    let (sender, answer) = Upstream::default().serves(blob.len());

    // Away before there was anything to read.
    let mut asking = Box::pin(place.cache.fill(&holder, &digest, || answer));
    assert!(asking.as_mut().now_or_never().is_none());
    drop(asking);

    sender.send(Ok(blob.clone())).unwrap();
    drop(sender);
    place.cache.settle().await;
    let found = place.cache.blob(&holder, &digest).await.unwrap();
    assert!(client(found.read_all()).await.unwrap() == blob);
}

/// THREATS.md: a poisoned cache; a truncated answer is never a complete one.
#[tokio::test]
async fn wrong_bytes_are_never_served_in_full() {
    let wrong = content(MEBIBYTE, 5);
    let long: Bytes = [&wrong[..], b"more"].concat().into();
    let cases = [
        ("another blob", wrong.clone(), MEBIBYTE),
        ("cut in the middle", wrong.slice(..MEBIBYTE / 2), MEBIBYTE),
        ("one byte short", wrong.slice(..MEBIBYTE - 1), MEBIBYTE),
        ("too long", long, MEBIBYTE),
        ("one byte, and wrong", wrong.slice(..1), 1),
        ("nothing, and wrong", Bytes::new(), 0),
    ];
    for (case, sent, announced) in cases {
        let place = Place::new();
        let holder = public(NGINX);
        let digest = digest_of(b"what was asked for");
        let (sender, answer) = Upstream::default().serves(announced);

        let asking = tokio::spawn({
            let (cache, holder, digest) = (place.cache.clone(), holder.clone(), digest.clone());
            async move { cache.fill(&holder, &digest, || answer).await }
        });
        for piece in sent.chunks(100_000) {
            sender.send(Ok(Bytes::copy_from_slice(piece))).unwrap();
        }
        drop(sender);
        if let Ok(blob) = asking.await.unwrap() {
            let (read, error) = client(blob.read_all()).await.unwrap_err();
            assert!(read < announced, "{case}: {read} bytes were served");
            assert!(matches!(error, ReadError::Fill(_)), "{case}: {error}");
            let late = client(blob.read(0..10)).await;
            assert_eq!(late.unwrap_err().0, 0, "{case}: a range was served");
        }

        place.cache.settle().await;
        assert!(place.cache.blob(&holder, &digest).await.is_none(), "{case}");
        assert!(place.files("blobs").is_empty(), "{case}");
        assert!(place.files("fills").is_empty(), "{case}");
        assert_eq!(place.cache.usage().failed_fills, 1, "{case}");
    }
}

#[tokio::test]
async fn the_last_bytes_of_a_range_wait_for_the_digest() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(MEBIBYTE, 6));
    let digest = digest_of(&blob);
    let (sender, answer) = Upstream::default().serves(blob.len());

    // All of it has come, and it could still grow.
    sender.send(Ok(blob.clone())).unwrap();
    let found = place.cache.fill(&holder, &digest, || answer).await.unwrap();
    let mut all = found.read_all();
    let held_back = 64 << 10;
    let mut read = read_some(&mut all, blob.len() - held_back).await;
    assert_eq!(read.len(), blob.len() - held_back);
    assert!(all.frame().now_or_never().is_none());
    let mut range = found.read(10..20);
    assert!(range.frame().now_or_never().is_none());

    drop(sender);
    assert_eq!(client(range).await.unwrap(), blob[10..20]);
    read.extend_from_slice(&client(all).await.unwrap());
    assert!(read == blob);
}

#[tokio::test]
async fn everyone_is_told_why_and_the_next_one_begins_anew() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(MEBIBYTE, 7));
    let digest = digest_of(&blob);
    let (sender, answer) = Upstream::default().serves(blob.len());

    sender.send(Ok(blob.slice(..400_000))).unwrap();
    let first = place.cache.fill(&holder, &digest, || answer).await.unwrap();
    let second = fill_with(&place.cache, &holder, &digest, whole(&blob))
        .await
        .unwrap();
    sender
        .send(Err(io::ErrorKind::ConnectionReset.into()))
        .unwrap();
    for reader in [first, second] {
        let (_, error) = client(reader.read_all()).await.unwrap_err();
        let ReadError::Fill(FillError::Interrupted(cause)) = error else {
            panic!("{error}");
        };
        assert_eq!(cause.kind(), io::ErrorKind::ConnectionReset);
    }

    let again = fill_with(&place.cache, &holder, &digest, whole(&blob))
        .await
        .unwrap();
    assert!(client(again.read_all()).await.unwrap() == blob);
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the upstream answered {0}")]
struct Status(u16);

#[tokio::test]
async fn the_sources_own_error_reaches_all_who_asked() {
    let place = Place::new();
    let (holder, digest) = (public(NGINX), digest_of(b"gone"));
    let ask = || {
        place.cache.fill(&holder, &digest, || async {
            tokio::task::yield_now().await;
            Err(Status(404))
        })
    };
    let (first, second) = tokio::join!(ask(), ask());
    for outcome in [first, second] {
        assert_eq!(outcome.unwrap_err().source_as(), Some(&Status(404)));
    }
    assert_eq!(place.cache.usage().fills, 1);
}

#[tokio::test]
async fn a_source_that_panics_harms_nobody_after_it() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(1000, 8));
    let digest = digest_of(&blob);
    let outcome = place
        .cache
        .fill(&holder, &digest, || async {
            assert!(digest_of(b"").hex().is_empty(), "on purpose");
            Ok::<_, Infallible>(whole(&Bytes::new()))
        })
        .await;
    assert!(matches!(outcome, Err(FillError::Abandoned)));
    place.hold(&holder, &blob).await;
}

#[tokio::test]
async fn a_source_that_falls_silent_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        stall_limit: Duration::from_millis(20),
        ..Settings::default()
    };
    let cache = Cache::open(folder.path(), settings).unwrap();
    let (holder, digest) = (public(NGINX), digest_of(b"slow"));

    let never = cache.fill(
        &holder,
        &digest,
        std::future::pending::<Result<_, Infallible>>,
    );
    assert!(matches!(never.await, Err(FillError::Stalled(_))));

    let silent = BlobSource::new(Some(4), stream::pending());
    let (read, error) = refused(fill_with(&cache, &holder, &digest, silent).await).await;
    assert!(matches!(error, FillError::Stalled(_)), "{error}");
    assert_eq!(read, 0);
}

#[tokio::test]
async fn a_source_without_a_length_is_served_when_it_has_ended() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(MEBIBYTE, 9));
    let digest = digest_of(&blob);
    let halves = vec![blob.slice(..5), Bytes::new(), blob.slice(5..)];
    let found = fill_with(&place.cache, &holder, &digest, pieces(None, halves))
        .await
        .unwrap();
    assert_eq!(found.size(), blob.len() as u64);
    assert!(client(found.read_all()).await.unwrap() == blob);
}

#[tokio::test]
async fn a_blob_without_bytes_is_a_blob() {
    let mut place = Place::new();
    let holder = public(NGINX);
    let digest = place.hold(&holder, &Bytes::new()).await;
    place.reopen();
    let found = place.cache.blob(&holder, &digest).await.unwrap();
    assert_eq!(found.size(), 0);
    assert!(found.read_all().is_end_stream());
}

#[tokio::test]
async fn longer_digests_are_checked_as_well() {
    let place = Place::new();
    let holder = public(NGINX);
    for (good, algorithm) in [
        (&aws_lc_rs::digest::SHA384, "sha384"),
        (&aws_lc_rs::digest::SHA512, "sha512"),
    ] {
        let blob = content(70_000, 10);
        let hash = aws_lc_rs::digest::digest(good, &blob);
        let mut hex = String::new();
        for byte in hash.as_ref() {
            write!(hex, "{byte:02x}").unwrap();
        }
        let digest = format!("{algorithm}:{hex}").parse().unwrap();
        let wrong = whole(&content(70_000, 11));
        let (read, error) = refused(fill_with(&place.cache, &holder, &digest, wrong).await).await;
        assert!(matches!(error, FillError::Digest { .. }), "{error}");
        assert!(read < 70_000);
        let found = fill_with(&place.cache, &holder, &digest, whole(&blob))
            .await
            .unwrap();
        assert!(client(found.read_all()).await.unwrap() == blob);
    }
}

/// Invariant 5: bytes on their way to one holder are not shared with another
/// whose upstream has not answered.
#[tokio::test]
async fn another_holder_does_not_join_a_fill() {
    let place = Place::new();
    let (owner, stranger) = (public(ACME), public(NGINX));
    let blob = content(MEBIBYTE, 12);
    let digest = digest_of(&blob);
    let (sender, answer) = Upstream::default().serves(blob.len());
    sender.send(Ok(blob.slice(..500_000))).unwrap();
    let arriving = place.cache.fill(&owner, &digest, || answer).await.unwrap();

    let refused = place
        .cache
        .fill(&stranger, &digest, || async { Err(Status(404)) })
        .await;
    assert_eq!(refused.unwrap_err().source_as(), Some(&Status(404)));

    sender.send(Ok(blob.slice(500_000..))).unwrap();
    drop(sender);
    assert!(client(arriving.read_all()).await.unwrap() == blob);
}
