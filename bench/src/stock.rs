use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use aws_lc_rs::digest::{Context, Digest, SHA256, digest};
use serde_json::json;

use crate::failure::Failure;
use crate::workplace::Workplace;

/// The repository that everything is in: an official image.
pub(crate) const REPOSITORY: &str = "library/bench";

/// The tag of the manifest.
pub(crate) const TAG: &str = "latest";

/// What the manifest is.
pub(crate) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// What the upstream has.
pub(crate) struct Stock {
    folder: PathBuf,
    manifest: Manifest,
    blobs: RwLock<HashMap<String, Blob>>,
}

/// The manifest of an image.
pub(crate) struct Manifest {
    /// Its text.
    pub(crate) bytes: Vec<u8>,
    /// Its digest, as `sha256:…`.
    pub(crate) digest: String,
}

/// A blob of random bytes, which nobody can compress.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    /// Its digest, as `sha256:…`.
    pub(crate) digest: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Where it lies.
    pub(crate) file: PathBuf,
}

impl Blob {
    /// Where servers have it.
    pub(crate) fn path(&self) -> String {
        format!("/v2/{REPOSITORY}/blobs/{}", self.digest)
    }
}

impl Stock {
    /// A manifest and no blobs yet.
    pub(crate) fn new(workplace: &Workplace) -> Result<Self, Failure> {
        Ok(Self {
            folder: workplace.folder("upstream")?,
            manifest: Manifest::typical(),
            blobs: RwLock::default(),
        })
    }

    /// The manifest.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// A blob by its digest.
    pub(crate) fn blob(&self, digest: &str) -> Option<Blob> {
        let blobs = self.blobs.read().unwrap_or_else(PoisonError::into_inner);
        blobs.get(digest).cloned()
    }

    /// Makes a blob that nobody has seen before.
    pub(crate) fn add_blob(&self, size: u64) -> Result<Blob, Failure> {
        const PIECE: usize = 1 << 20;
        let path = self.folder.join("new");
        let mut file = File::create(&path).map_err(Failure::file("make", &path))?;
        let mut random = Random::new()?;
        let mut context = Context::new(&SHA256);
        let mut piece = vec![0; PIECE];
        let mut left = size;
        while left > 0 {
            let length = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
            random.fill(&mut piece[..length]);
            context.update(&piece[..length]);
            file.write_all(&piece[..length])
                .map_err(Failure::file("write", &path))?;
            left -= length as u64;
        }
        let digest = name(&context.finish());
        let blob = Blob {
            file: self.folder.join(&digest),
            digest,
            size,
        };
        fs::rename(&path, &blob.file).map_err(Failure::file("rename", &path))?;
        let mut blobs = self.blobs.write().unwrap_or_else(PoisonError::into_inner);
        blobs.insert(blob.digest.clone(), blob.clone());
        Ok(blob)
    }

    /// Forgets a blob that is not needed any more.
    pub(crate) fn remove_blob(&self, blob: &Blob) -> Result<(), Failure> {
        let mut blobs = self.blobs.write().unwrap_or_else(PoisonError::into_inner);
        blobs.remove(&blob.digest);
        fs::remove_file(&blob.file).map_err(Failure::file("remove", &blob.file))
    }
}

impl Manifest {
    /// One of the size that images have: a configuration and six layers.
    fn typical() -> Self {
        let descriptor = |kind: &str, index: u8| {
            json!({
                "mediaType": format!("application/vnd.oci.image.{kind}"),
                "digest": name(&digest(&SHA256, &[index])),
                "size": 1_000_000 + u64::from(index),
            })
        };
        let layers: Vec<_> = (1..=6)
            .map(|index| descriptor("layer.v1.tar+gzip", index))
            .collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": descriptor("config.v1+json", 0),
            "layers": layers,
        });
        let bytes = manifest.to_string().into_bytes();
        Self {
            digest: name(&digest(&SHA256, &bytes)),
            bytes,
        }
    }
}

/// A digest as registries write it.
pub(crate) fn name(digest: &Digest) -> String {
    use std::fmt::Write;

    digest
        .as_ref()
        .iter()
        .fold(String::from("sha256:"), |mut name, byte| {
            // Writing to a string does not fail.
            let _ = write!(name, "{byte:02x}");
            name
        })
}

/// Marsaglia's xorshift64: not secret, but fast and different in each blob.
struct Random(u64);

impl Random {
    fn new() -> Result<Self, Failure> {
        let mut seed = [0; 8];
        aws_lc_rs::rand::fill(&mut seed)
            .map_err(|_| Failure::program("the random generator", "it gave nothing"))?;
        Ok(Self(u64::from_ne_bytes(seed) | 1))
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for place in bytes.chunks_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            place.copy_from_slice(&self.0.to_le_bytes()[..place.len()]);
        }
    }
}
