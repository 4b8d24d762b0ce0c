//! What serving a cached blob costs: the cache's body beside a plain stream
//! of `tokio::fs`, read only, and sent to a client over a loopback socket.
//!
//! `cargo bench -p pullgate-cache`
#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used)]

use std::convert::Infallible;
use std::fmt::Write as _;
use std::io::Read;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest as hash};
use bytes::Bytes;
use divan::Bencher;
use divan::counter::BytesCount;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyDataStream, BodyExt};
use pullgate_cache::{Blob, BlobSource, Cache, Holder, Settings, View};
use pullgate_reference::{Digest, Repository};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_util::io::ReaderStream;

const SIZE: u64 = 256 << 20;
const READ_SIZES: [usize; 4] = [64 << 10, 128 << 10, 256 << 10, 1 << 20];

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static STORED: LazyLock<Stored> = LazyLock::new(Stored::new);

fn main() {
    divan::main();
    // What is static is not dropped.
    if let Some(stored) = LazyLock::get(&STORED) {
        std::fs::remove_dir_all(stored.folder.path()).unwrap();
    }
}

struct Stored {
    folder: TempDir,
    holder: Holder,
    digest: Digest,
}

impl Stored {
    fn new() -> Self {
        let bytes = Bytes::from(vec![7; usize::try_from(SIZE).unwrap()]);
        let mut digest = String::from("sha256:");
        for byte in hash(&SHA256, &bytes).as_ref() {
            write!(digest, "{byte:02x}").unwrap();
        }
        let stored = Self {
            // Beside the build, which is where a real disk is.
            folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
            holder: Holder {
                view: View::Public,
                repository: Repository::parse("docker.io/library/nginx").unwrap(),
            },
            digest: digest.parse().unwrap(),
        };
        let cache = stored.open(1 << 20);
        RUNTIME.block_on(async {
            let source = BlobSource::new(Some(SIZE), stream::iter([Ok(bytes)]));
            let ready = || async { Ok::<_, Infallible>(source) };
            let filled = cache.fill(&stored.holder, &stored.digest, ready).await;
            filled.unwrap();
            cache.settle().await;
        });
        stored
    }

    fn open(&self, read_size: usize) -> Cache {
        let settings = Settings {
            read_size,
            ..Settings::default()
        };
        Cache::open(self.folder.path(), settings).unwrap()
    }

    async fn blob(&self, cache: &Cache) -> Blob {
        cache
            .blob(&self.holder, &self.digest)
            .await
            .expect("is warm")
    }

    fn path(&self) -> PathBuf {
        let hex = self.digest.hex();
        self.folder
            .path()
            .join("blobs/sha256")
            .join(&hex[..2])
            .join(hex)
    }
}

async fn read(mut chunks: impl Stream<Item = Bytes> + Unpin) {
    let mut length = 0;
    while let Some(chunk) = chunks.next().await {
        length += divan::black_box(chunk).len() as u64;
    }
    assert_eq!(length, SIZE);
}

/// Sends to a client that reads and forgets.
async fn send(mut chunks: impl Stream<Item = Bytes> + Unpin) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut buffer = vec![0; 1 << 20];
        let mut length = 0;
        loop {
            match socket.read(&mut buffer).unwrap() {
                0 => return length,
                read => length += read as u64,
            }
        }
    });
    let mut socket = TcpStream::connect(address).await.unwrap();
    while let Some(chunk) = chunks.next().await {
        socket.write_all(&chunk).await.unwrap();
    }
    drop(socket);
    assert_eq!(client.join().unwrap(), SIZE);
}

async fn cached(cache: &Cache) -> impl Stream<Item = Bytes> + Unpin {
    let body = STORED.blob(cache).await.read_all();
    BodyDataStream::new(body.map_err(|error| panic!("{error}")))
        .map(|chunk: Result<_, Infallible>| chunk.unwrap())
}

async fn plain(read_size: usize) -> impl Stream<Item = Bytes> + Unpin {
    let file = tokio::fs::File::open(STORED.path()).await.unwrap();
    ReaderStream::with_capacity(file, read_size).map(Result::unwrap)
}

#[divan::bench(args = READ_SIZES, sample_count = 10)]
fn cache_read(bencher: Bencher<'_, '_>, read_size: usize) {
    let cache = STORED.open(read_size);
    bencher
        .counter(BytesCount::new(SIZE))
        .bench(|| RUNTIME.block_on(async { read(cached(&cache).await).await }));
}

#[divan::bench(args = READ_SIZES, sample_count = 10)]
fn tokio_fs_read(bencher: Bencher<'_, '_>, read_size: usize) {
    bencher
        .counter(BytesCount::new(SIZE))
        .bench(|| RUNTIME.block_on(async { read(plain(read_size).await).await }));
}

#[divan::bench(args = READ_SIZES, sample_count = 10)]
fn cache_send(bencher: Bencher<'_, '_>, read_size: usize) {
    let cache = STORED.open(read_size);
    bencher
        .counter(BytesCount::new(SIZE))
        .bench(|| RUNTIME.block_on(async { send(cached(&cache).await).await }));
}

#[divan::bench(args = READ_SIZES, sample_count = 10)]
fn tokio_fs_send(bencher: Bencher<'_, '_>, read_size: usize) {
    bencher
        .counter(BytesCount::new(SIZE))
        .bench(|| RUNTIME.block_on(async { send(plain(read_size).await).await }));
}
