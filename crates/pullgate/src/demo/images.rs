//! The demo's images, made on the spot.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use serde_json::json;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// An image: a manifest and the blobs that it names.
pub(super) struct Image {
    pub(super) media_type: &'static str,
    pub(super) digest: String,
    pub(super) manifest: Bytes,
    pub(super) blobs: HashMap<String, Bytes>,
}

impl Image {
    /// An image with one file, which says what it is.
    pub(super) fn with_text(text: &str) -> std::io::Result<Self> {
        let layer = layer(text)?;
        let layer_digest = sha256(&layer);
        let config = Bytes::from(
            json!({
                "architecture": "amd64",
                "os": "linux",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [layer_digest]},
            })
            .to_string(),
        );
        let config_digest = sha256(&config);
        let manifest = Bytes::from(
            json!({
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {"mediaType": CONFIG, "digest": config_digest, "size": config.len()},
                "layers": [{"mediaType": LAYER, "digest": layer_digest, "size": layer.len()}],
            })
            .to_string(),
        );
        Ok(Self {
            media_type: MANIFEST,
            digest: sha256(&manifest),
            manifest,
            blobs: HashMap::from([(config_digest, config), (layer_digest, layer)]),
        })
    }
}

/// The digest of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut text = String::from("sha256:");
    for byte in digest(&SHA256, bytes).as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn layer(text: &str) -> std::io::Result<Bytes> {
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, "README", text.as_bytes())?;
    Ok(Bytes::from(archive.into_inner()?))
}
