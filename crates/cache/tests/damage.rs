//! A disk that is full, broken or was left in disorder.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::process::Command;

use pullgate_cache::{Cache, CacheError, FillError, ReadError, Settings};
use support::{
    NGINX, Place, Upstream, client, content, digest_of, fill_with, pieces, public, whole,
};

#[tokio::test]
async fn what_a_killed_fill_leaves_is_removed_at_the_next_start() {
    let mut place = Place::new();
    let left = place.folder.path().join("fills/0b5e.partial");
    fs::write(&left, b"half a blo").unwrap();
    place.reopen();
    assert!(!left.exists());
    assert_eq!(place.cache.usage().blobs, 0);
}

#[test]
fn a_runtime_that_ends_leaves_nothing_that_can_be_served() {
    let mut place = Place::new();
    let (holder, blob) = (public(NGINX), content(1 << 20, 1));
    let digest = digest_of(&blob);
    let (sender, answer) = Upstream::default().serves(blob.len());

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let reader = runtime.block_on(async {
        sender.send(Ok(blob.slice(..500_000))).unwrap();
        let arriving = place.cache.fill(&holder, &digest, || answer).await.unwrap();
        let mut body = arriving.read_all();
        support::read_some(&mut body, 1000).await;
        body
    });
    drop(runtime);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (_, error) = client(reader).await.unwrap_err();
        assert!(
            matches!(error, ReadError::Fill(FillError::Abandoned)),
            "{error}"
        );
        place.reopen();
        assert!(place.files("fills").is_empty());
        assert!(place.cache.blob(&holder, &digest).await.is_none());
        place.hold(&holder, &blob).await;
    });
}

/// A new process starts while the old one finishes what it has begun.
#[tokio::test]
async fn a_second_process_leaves_a_running_fill_alone() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(1 << 20, 2));
    let digest = digest_of(&blob);
    let (sender, answer) = Upstream::default().serves(blob.len());
    sender.send(Ok(blob.slice(..500_000))).unwrap();
    let arriving = place.cache.fill(&holder, &digest, || answer).await.unwrap();

    let second = Cache::open(place.folder.path(), Settings::default()).unwrap();
    sender.send(Ok(blob.slice(500_000..))).unwrap();
    drop(sender);
    assert!(client(arriving.read_all()).await.unwrap() == blob);
    place.cache.settle().await;
    assert!(second.blob(&holder, &digest).await.is_some());
}

#[tokio::test]
async fn a_damaged_blob_is_not_served_and_is_fetched_again() {
    for length in [0, 99_999, 100_001] {
        for restart in [true, false] {
            let mut place = Place::new();
            let (holder, blob) = (public(NGINX), content(100_000, 3));
            let digest = place.hold(&holder, &blob).await;
            let file = OpenOptions::new()
                .write(true)
                .open(&place.files("blobs")[0]);
            file.unwrap().set_len(length).unwrap();
            if restart {
                place.reopen();
            }
            assert!(place.cache.blob(&holder, &digest).await.is_none());
            assert!(place.files("blobs").is_empty());
            place.hold(&holder, &blob).await;
            assert!(place.cache.blob(&holder, &digest).await.is_some());
            assert_eq!(place.cache.usage().blobs, 1);
        }
    }
}

#[tokio::test]
async fn a_blob_that_shrinks_while_it_is_read_ends_in_an_error() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(2 << 20, 4));
    let digest = place.hold(&holder, &blob).await;
    let found = place.cache.blob(&holder, &digest).await.unwrap();
    let file = OpenOptions::new()
        .write(true)
        .open(&place.files("blobs")[0]);
    file.unwrap().set_len(1 << 20).unwrap();
    let (read, error) = client(found.read_all()).await.unwrap_err();
    assert!(matches!(error, ReadError::Disk(_)), "{error}");
    assert_eq!(read, 1 << 20);
}

#[tokio::test]
async fn an_open_blob_outlives_its_removal() {
    let place = Place::new();
    let (holder, blob) = (public(NGINX), content(2 << 20, 5));
    let digest = place.hold(&holder, &blob).await;
    let found = place.cache.blob(&holder, &digest).await.unwrap();
    fs::remove_file(&place.files("blobs")[0]).unwrap();
    assert!(client(found.read_all()).await.unwrap() == blob);
    assert!(place.cache.blob(&holder, &digest).await.is_none());
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_fails_the_fill_and_not_the_cache() {
    let place = Place::new();
    let (holder, kept, blob) = (public(NGINX), content(1000, 6), content(100_000, 7));
    let (kept_digest, digest) = (place.hold(&holder, &kept).await, digest_of(&blob));

    // Nobody, not even root, can create a file below a file.
    let fills = place.folder.path().join("fills");
    fs::remove_dir(&fills).unwrap();
    fs::write(&fills, b"").unwrap();
    let refused = fill_with(&place.cache, &holder, &digest, whole(&blob)).await;
    let error = refused.unwrap_err();
    assert!(
        matches!(error, FillError::Cache(CacheError::Disk { .. })),
        "{error}"
    );
    assert!(place.cache.blob(&holder, &kept_digest).await.is_some());

    // It need not even be there.
    fs::remove_file(&fills).unwrap();
    place.hold(&holder, &blob).await;
}

/// A file system of one mebibyte.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        assert!(
            mounted,
            "mounting a small file system takes root: run the tests as root"
        );
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.path())
            .output();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_so_and_got_over() {
    let disk = SmallDisk::mount();
    let place = Place::within(disk.path());
    let holder = public(NGINX);
    let kept = place.hold(&holder, &content(200_000, 8)).await;

    let large = content(2 << 20, 9);
    let digest = digest_of(&large);
    let announced = fill_with(&place.cache, &holder, &digest, whole(&large)).await;
    let unannounced = pieces(
        None,
        large
            .chunks(100_000)
            .map(|piece| large.slice_ref(piece))
            .collect(),
    );
    let unannounced = fill_with(&place.cache, &holder, &digest, unannounced).await;
    for outcome in [announced, unannounced] {
        let Err(FillError::Cache(CacheError::Disk { cause, .. })) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
    }

    assert!(place.files("fills").is_empty());
    assert!(place.cache.blob(&holder, &kept).await.is_some());
    place.hold(&holder, &content(500_000, 10)).await;
}
