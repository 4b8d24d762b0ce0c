use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::{Folder, tool};

/// An image made by hand, `FROM scratch`: a static busybox and a file that
/// says which image it is. No client takes part in making it.
#[derive(Clone, Debug)]
pub struct Image {
    /// Configuration and layers.
    pub blobs: Vec<Blob>,
    /// The manifest that names them.
    pub manifest: Manifest,
    /// What it runs on.
    pub platform: Platform,
}

/// Bytes and their digest.
#[derive(Clone, Debug)]
pub struct Blob {
    /// `sha256:…`
    pub digest: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A manifest, or a list of such.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its `Content-Type`.
    pub media_type: &'static str,
    /// The JSON, with its digest.
    pub blob: Blob,
}

/// Whose media types.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Docker's manifest version 2, and Docker's manifest list.
    Docker,
    /// The Open Container Initiative's manifest and index.
    Oci,
}

/// What an image runs on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Platform {
    /// This machine.
    Here,
    /// Another architecture.
    Elsewhere,
}

impl Image {
    /// Makes an image whose label `holds` and file `/etc/image` say `holds`.
    pub fn new(holds: &str, kind: Kind, platform: Platform) -> Self {
        let (tar, layer) = layer(holds);
        Self::of(holds, kind, platform, &tar, layer)
    }

    /// Makes an image whose layer has that many bytes, and which can be pulled
    /// but not run.
    pub fn of_size(holds: &str, bytes: usize) -> Self {
        let layer = Blob::noise(holds.len() as u64, bytes);
        Self::of(holds, Kind::Oci, Platform::Here, &layer.clone(), layer)
    }

    fn of(holds: &str, kind: Kind, platform: Platform, tar: &Blob, layer: Blob) -> Self {
        let config = Blob::new(
            json!({
                "architecture": platform.architecture(),
                "os": "linux",
                "created": "2026-01-01T00:00:00Z",
                "config": {
                    "Cmd": ["/bin/busybox", "cat", "/etc/image"],
                    "Labels": {"holds": holds},
                },
                "rootfs": {"type": "layers", "diff_ids": [tar.digest]},
                "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "pullgate-e2e"}],
            })
            .to_string()
            .into_bytes(),
        );
        let manifest = Manifest::new(
            kind.manifest(),
            &json!({
                "schemaVersion": 2,
                "mediaType": kind.manifest(),
                "config": config.descriptor(kind.config()),
                "layers": [layer.descriptor(kind.layer())],
            }),
        );
        Self {
            blobs: vec![config, layer],
            manifest,
            platform,
        }
    }
}

impl Manifest {
    /// The index or manifest list of several images.
    pub fn index(images: &[Image], kind: Kind) -> Self {
        let manifests: Vec<Value> = images
            .iter()
            .map(|image| {
                let mut entry = image.manifest.blob.descriptor(image.manifest.media_type);
                entry["platform"] =
                    json!({"architecture": image.platform.architecture(), "os": "linux"});
                entry
            })
            .collect();
        Self::new(
            kind.index(),
            &json!({"schemaVersion": 2, "mediaType": kind.index(), "manifests": manifests}),
        )
    }

    /// `sha256:…`
    pub fn digest(&self) -> &str {
        &self.blob.digest
    }

    fn new(media_type: &'static str, content: &Value) -> Self {
        Self {
            media_type,
            blob: Blob::new(content.to_string().into_bytes()),
        }
    }
}

impl Blob {
    /// Takes bytes and works out their digest.
    pub fn new(bytes: Vec<u8>) -> Self {
        let digest = format!("sha256:{}", hex(digest(&SHA256, &bytes).as_ref()));
        Self { digest, bytes }
    }

    /// That many bytes which cannot be compressed, the same ones for the same
    /// seed.
    pub fn noise(seed: u64, length: usize) -> Self {
        let mut state = seed;
        let bytes = (0..length).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        });
        Self::new(bytes.collect())
    }

    fn descriptor(&self, media_type: &str) -> Value {
        json!({"mediaType": media_type, "digest": self.digest, "size": self.bytes.len()})
    }
}

impl Platform {
    /// As the specification names it.
    pub fn architecture(self) -> &'static str {
        match (self, std::env::consts::ARCH) {
            (Self::Here, "aarch64") | (Self::Elsewhere, "x86_64") => "arm64",
            (Self::Here | Self::Elsewhere, _) => "amd64",
        }
    }
}

impl Kind {
    fn manifest(self) -> &'static str {
        match self {
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
        }
    }

    fn index(self) -> &'static str {
        match self {
            Self::Docker => "application/vnd.docker.distribution.manifest.list.v2+json",
            Self::Oci => "application/vnd.oci.image.index.v1+json",
        }
    }

    fn config(self) -> &'static str {
        match self {
            Self::Docker => "application/vnd.docker.container.image.v1+json",
            Self::Oci => "application/vnd.oci.image.config.v1+json",
        }
    }

    fn layer(self) -> &'static str {
        match self {
            Self::Docker => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            Self::Oci => "application/vnd.oci.image.layer.v1.tar+gzip",
        }
    }
}

/// A layer as tar and as gzip. Made once for each content, since compressing takes a while.
fn layer(holds: &str) -> (Blob, Blob) {
    static MADE: LazyLock<Mutex<BTreeMap<String, (Blob, Blob)>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(holds.to_owned())
        .or_insert_with(|| {
            let folder = Folder::new("layer");
            let root = folder.subfolder("root");
            folder.subfolder("root/bin");
            folder.subfolder("root/etc");
            fs::copy(tool("busybox", "busybox-static"), root.join("bin/busybox"))
                .expect("busybox can be copied");
            fs::write(root.join("etc/image"), holds).expect("a file can be written");
            let tar = output(
                Command::new("tar")
                    .args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0"])
                    .args(["--numeric-owner", "-c", "-f", "-", "bin", "etc"])
                    .current_dir(&root),
            );
            let file = folder.write("layer.tar", &tar);
            let compressed = output(Command::new("gzip").args(["-1", "-n", "-c"]).arg(file));
            (Blob::new(tar), Blob::new(compressed))
        })
        .clone()
}

fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("the command starts");
    assert!(output.status.success(), "{command:?} failed");
    output.stdout
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
