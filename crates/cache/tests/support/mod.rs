//! Actors of the tests: holders, an upstream that can be made to wait and to
//! lie, and a client that says how far it got.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used
)]

use std::convert::Infallible;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::digest::{SHA256, digest as hash};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::BodyExt;
use pullgate_cache::{
    Blob, BlobBody, BlobSource, Cache, FillError, Holder, ReadError, Settings, View,
};
use pullgate_reference::{Digest, Repository};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub const NGINX: &str = "docker.io/library/nginx";
pub const ACME: &str = "docker.io/acme/app";

pub fn public(repository: &str) -> Holder {
    Holder {
        view: View::Public,
        repository: Repository::parse(repository).unwrap(),
    }
}

pub fn seen_by(organization: &str, repository: &str) -> Holder {
    Holder {
        view: View::Organization(organization.parse().unwrap()),
        ..public(repository)
    }
}

pub fn digest_of(bytes: &[u8]) -> Digest {
    let mut text = String::from("sha256:");
    for byte in hash(&SHA256, bytes).as_ref() {
        write!(text, "{byte:02x}").unwrap();
    }
    text.parse().unwrap()
}

/// Bytes of which no part looks like another.
pub fn content(size: usize, seed: u64) -> Bytes {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes.into()
}

pub struct Place {
    pub folder: TempDir,
    pub cache: Cache,
}

impl Place {
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    pub fn within(parent: &Path) -> Self {
        let folder = tempfile::tempdir_in(parent).unwrap();
        let cache = Cache::open(folder.path(), Settings::default()).unwrap();
        Self { folder, cache }
    }

    /// As after a restart: nothing in memory.
    pub fn reopen(&mut self) {
        self.cache = Cache::open(self.folder.path(), Settings::default()).unwrap();
    }

    /// Every file below a folder of the cache.
    pub fn files(&self, below: &str) -> Vec<PathBuf> {
        let mut folders = vec![self.folder.path().join(below)];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files
    }

    /// Fetches a blob for a holder and waits until it is kept.
    pub async fn hold(&self, holder: &Holder, bytes: &Bytes) -> Digest {
        let digest = digest_of(bytes);
        let blob = fill_with(&self.cache, holder, &digest, whole(bytes)).await;
        assert_eq!(client(blob.unwrap().read_all()).await.unwrap(), bytes);
        self.cache.settle().await;
        digest
    }
}

/// A source that has everything at once.
pub fn whole(bytes: &Bytes) -> BlobSource {
    pieces(Some(bytes.len() as u64), vec![bytes.clone()])
}

pub fn pieces(size: Option<u64>, pieces: Vec<Bytes>) -> BlobSource {
    BlobSource::new(size, stream::iter(pieces.into_iter().map(Ok)))
}

pub async fn fill_with(
    cache: &Cache,
    holder: &Holder,
    digest: &Digest,
    source: BlobSource,
) -> Result<Blob, FillError> {
    cache
        .fill(holder, digest, || async { Ok::<_, Infallible>(source) })
        .await
}

/// An upstream that sends what the test tells it to, when it tells it to.
#[derive(Clone, Default)]
pub struct Upstream {
    asked: Arc<AtomicUsize>,
}

impl Upstream {
    pub fn times_asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// A request for a blob of this size, which is answered by what is sent
    /// into the channel, and ends when the channel does.
    pub fn serves(
        &self,
        size: usize,
    ) -> (
        mpsc::UnboundedSender<io::Result<Bytes>>,
        impl Future<Output = Result<BlobSource, Infallible>> + Send + 'static,
    ) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let asked = self.asked.clone();
        let answer = async move {
            asked.fetch_add(1, Ordering::SeqCst);
            let stream = stream::unfold(receiver, |mut receiver| async {
                Some((receiver.recv().await?, receiver))
            });
            Ok(BlobSource::new(Some(size as u64), stream))
        };
        (sender, answer)
    }
}

/// Reads to the end, or says how much had come when the answer was cut.
pub async fn client(mut body: BlobBody) -> Result<Bytes, (usize, ReadError)> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => read.extend_from_slice(&frame.into_data().unwrap()),
            Err(error) => return Err((read.len(), error)),
        }
    }
    Ok(read.into())
}

/// How much was read of a blob whose fill fails, and why no more. The fill may
/// fail before or after there is something to read.
pub async fn refused(outcome: Result<Blob, FillError>) -> (usize, FillError) {
    let blob = match outcome {
        Ok(blob) => blob,
        Err(error) => return (0, error),
    };
    match client(blob.read_all()).await.unwrap_err() {
        (read, ReadError::Fill(error)) => (read, error),
        (_, error) => panic!("{error}"),
    }
}

/// Reads at least so many bytes.
pub async fn read_some(body: &mut BlobBody, least: usize) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < least {
        let frame = body.frame().await.unwrap().unwrap();
        read.extend_from_slice(&frame.into_data().unwrap());
    }
    read
}
