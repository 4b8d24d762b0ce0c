//! What is read is what was sent, however it comes and wherever it lies.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use futures_util::FutureExt;
use http_body::Body;
use proptest::prelude::*;
use rustix::fs::{Advice, fadvise};
use rustix::io::{ReadWriteFlags, preadv2};
use support::{NGINX, Place, Upstream, client, content, digest_of, fill_with, pieces, public};

const SIZE: u64 = 3 * (1 << 20) + 11;

fn ranges() -> [Range<u64>; 7] {
    [
        0..SIZE,
        0..1,
        SIZE - 1..SIZE,
        0..SIZE - 1,
        1_000_000..2_000_000,
        5..5,
        SIZE - 10..SIZE + 10,
    ]
}

fn part(blob: &Bytes, range: &Range<u64>) -> Bytes {
    let end = usize::try_from(range.end).unwrap().min(blob.len());
    blob.slice(usize::try_from(range.start).unwrap()..end)
}

async fn reads_every_range(place: &Place, blob: &Bytes) {
    let found = place
        .cache
        .blob(&public(NGINX), &digest_of(blob))
        .await
        .unwrap();
    for range in ranges() {
        let body = found.read(range.clone());
        let part = part(blob, &range);
        assert_eq!(body.size_hint().exact(), Some(part.len() as u64));
        assert!(client(body).await.unwrap() == part, "{range:?}");
    }
}

#[tokio::test]
async fn ranges_of_a_blob_that_is_there() {
    let place = Place::new();
    let blob = content(usize::try_from(SIZE).unwrap(), 1);
    place.hold(&public(NGINX), &blob).await;
    reads_every_range(&place, &blob).await;
}

#[tokio::test]
async fn ranges_of_a_blob_that_memory_has_forgotten() {
    let place = Place::new();
    let blob = content(usize::try_from(SIZE).unwrap(), 2);
    place.hold(&public(NGINX), &blob).await;
    let file = std::fs::File::open(&place.files("blobs")[0]).unwrap();
    fadvise(&file, 0, None, Advice::DontNeed).unwrap();
    reads_every_range(&place, &blob).await;
}

/// What is in memory is read where the request is handled, without a thread
/// in between, where the system can.
#[tokio::test]
async fn a_warm_blob_is_served_without_waiting() {
    let place = Place::new();
    let blob = content(100_000, 5);
    let digest = place.hold(&public(NGINX), &blob).await;
    let file = std::fs::File::open(&place.files("blobs")[0]).unwrap();
    let mut byte = [0];
    let mut buffers = [std::io::IoSliceMut::new(&mut byte)];
    let able = preadv2(&file, &mut buffers, 0, ReadWriteFlags::NOWAIT).is_ok();
    assert!(
        able,
        "this file system cannot read without waiting: run the tests with TMPDIR on ext4 or xfs"
    );
    let found = place.cache.blob(&public(NGINX), &digest).now_or_never();
    let read = client(found.unwrap().unwrap().read_all()).now_or_never();
    assert!(read.unwrap().unwrap() == blob);
}

/// There `RWF_NOWAIT` is not supported.
#[tokio::test]
async fn ranges_of_a_blob_on_a_file_system_that_only_blocks() {
    let memory = Path::new("/dev/shm");
    assert!(
        memory.is_dir(),
        "this test needs /dev/shm, a file system in memory"
    );
    let place = Place::within(memory);
    let blob = content(usize::try_from(SIZE).unwrap(), 3);
    place.hold(&public(NGINX), &blob).await;
    reads_every_range(&place, &blob).await;
}

#[tokio::test]
async fn ranges_of_a_blob_that_is_arriving() {
    let place = Place::new();
    let blob = content(usize::try_from(SIZE).unwrap(), 4);
    let (sender, answer) = Upstream::default().serves(blob.len());
    let arriving = place
        .cache
        .fill(&public(NGINX), &digest_of(&blob), || answer)
        .await
        .unwrap();
    let clients: Vec<_> = ranges()
        .into_iter()
        .map(|range| (tokio::spawn(client(arriving.read(range.clone()))), range))
        .collect();
    for start in (0..blob.len()).step_by(77_777) {
        let end = blob.len().min(start + 77_777);
        sender.send(Ok(blob.slice(start..end))).unwrap();
        tokio::task::yield_now().await;
    }
    drop(sender);
    for (client, range) in clients {
        assert!(
            client.await.unwrap().unwrap() == part(&blob, &range),
            "{range:?}"
        );
    }
}

/// Cuts a blob into pieces whose lengths are taken in turn.
fn cut(blob: &Bytes, lengths: &[usize]) -> Vec<Bytes> {
    let mut rest = blob.clone();
    let mut cut = Vec::new();
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        cut.push(rest.split_to(rest.len().min(*length)));
    }
    cut
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_size_in_any_pieces(
        size in prop_oneof![0..3_usize, 0..200_000_usize, 0..3_000_000_usize],
        lengths in prop::collection::vec(prop_oneof![1..5000_usize, 1..2_000_000_usize], 1..6),
        start in 0.0..1.0_f64,
        seed: u64,
    ) {
        // Tiny pieces of a large blob would be many and tell nothing new.
        let lengths: Vec<_> = lengths.iter().map(|length| length + size / 2000).collect();
        let blob = content(size, seed);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            let (holder, digest) = (public(NGINX), digest_of(&blob));
            let source = pieces(Some(size as u64), cut(&blob, &lengths));
            let cold = fill_with(&place.cache, &holder, &digest, source).await.unwrap();
            assert!(client(cold.read_all()).await.unwrap() == blob);
            place.cache.settle().await;
            let warm = place.cache.blob(&holder, &digest).await.unwrap();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let from = (size as f64 * start) as usize;
            for blob_found in [cold, warm] {
                let body = blob_found.read(from as u64..size as u64);
                assert!(client(body).await.unwrap() == blob.slice(from..));
            }
        });
    }
}
