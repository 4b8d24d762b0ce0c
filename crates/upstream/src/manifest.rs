//! Whether a manifest says one thing only.
//!
//! A manifest that can be read in two ways lets one program check what another
//! does not run (CVE-2021-41190, CVE-2024-3727). What is refused here, and why:
//! a body and a `Content-Type` that differ in what it is; both a list of
//! manifests and a list of layers; a key that stands twice, also in another
//! spelling, because Go's JSON reader, which nearly every client uses, takes
//! `Layers` for `layers`; and digests that are not digests.

use pullgate_reference::Digest;
use serde_json::{Map, Value};

use crate::unique_json;

/// What a manifest is and what it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The media type to serve it as.
    pub media_type: String,
    /// Whether it lists other manifests or describes content itself.
    pub kind: ManifestKind,
    /// Everything it refers to but its subject: configuration, layers, other
    /// blobs, other manifests, in this order. A layer's `urls` are left out on
    /// purpose: they are never fetched.
    pub references: Vec<Descriptor>,
    /// The manifest that this one is about (a signature's image), if any. The
    /// subject need not exist.
    pub subject: Option<Digest>,
}

/// The kinds of manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestKind {
    /// An OCI image index or a Docker manifest list.
    Index,
    /// An OCI image manifest or a Docker image manifest (version 2, schema 2).
    Image,
    /// A type that Pullgate does not know.
    Other,
}

/// A reference from a manifest to content in the same repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The digest of the content.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub media_type: String,
    /// Where the content is asked for.
    pub points_to: PointsTo,
}

/// What a descriptor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointsTo {
    /// A blob: a configuration, a layer, an artifact's content.
    Blob,
    /// Another manifest.
    Manifest,
}

/// Why a manifest is not served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not JSON, or an object in it has a key twice.
    #[error("the manifest is not valid JSON: {0}")]
    NotJson(String),
    /// It is JSON, but not an object.
    #[error("the manifest is not a JSON object")]
    NotAnObject,
    /// It is of the first schema, which has no digests of its content that can
    /// be relied on, and which current clients refuse too.
    #[error(
        "the image has a manifest of Docker's schema 1, which is not supported; \
         it has to be pushed again with a current client"
    )]
    SchemaOne,
    /// Its `schemaVersion` is missing or unknown.
    #[error("the manifest has no `schemaVersion` 2")]
    SchemaVersion,
    /// Header and body disagree on what it is.
    #[error("the manifest is sent as `{sent_as}` and calls itself `{says}`")]
    MediaTypesDiffer {
        /// The media type in the `Content-Type` header.
        sent_as: String,
        /// The media type in the body.
        says: String,
    },
    /// Nothing says what it is.
    #[error("the manifest's media type is missing or says nothing (`{0}`)")]
    NoMediaType(String),
    /// It could be read as a list of manifests and as one manifest.
    #[error("the manifest has both `manifests` and `{0}`")]
    TwoKinds(&'static str),
    /// A field that its type requires is missing or is of another shape.
    #[error("the manifest's `{0}` is missing or not as the specification says")]
    Field(&'static str),
    /// A key that some programs read as another one.
    #[error("the manifest has a key that can be taken for `{0}`")]
    LookAlikeKey(&'static str),
}

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_SCHEMA_ONE: &str = "application/vnd.docker.distribution.manifest.v1+";

/// The types asked for. The last one makes a registry hand out an artifact
/// whose type nobody here knows.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, */*";

/// The media type of an OCI image index.
pub(crate) const INDEX_TYPE: &str = OCI_INDEX;

/// Reads a manifest that was sent with this `Content-Type`, and refuses it if
/// it can be read in more than one way.
pub fn inspect(bytes: &[u8], content_type: Option<&str>) -> Result<Inspected, ManifestError> {
    let value =
        unique_json::from_slice(bytes).map_err(|e| ManifestError::NotJson(e.to_string()))?;
    let Value::Object(manifest) = value else {
        return Err(ManifestError::NotAnObject);
    };
    refuse_look_alikes(&manifest, MANIFEST_KEYS)?;
    let sent_as = essence(content_type.unwrap_or_default());
    refuse_schema_one(&manifest, &sent_as)?;
    let media_type = media_type(&manifest, sent_as)?;
    let kind = match media_type.as_str() {
        OCI_INDEX | DOCKER_LIST => ManifestKind::Index,
        OCI_MANIFEST | DOCKER_MANIFEST => ManifestKind::Image,
        _ => ManifestKind::Other,
    };
    if manifest.contains_key("manifests") {
        for other in ["layers", "config", "fsLayers", "blobs"] {
            if manifest.contains_key(other) {
                return Err(ManifestError::TwoKinds(other));
            }
        }
    }
    require(&manifest, kind)?;
    Ok(Inspected {
        references: references(&manifest)?,
        subject: match manifest.get("subject") {
            None | Some(Value::Null) => None,
            Some(subject) => Some(descriptor(subject, "subject", PointsTo::Manifest)?.digest),
        },
        media_type,
        kind,
    })
}

fn refuse_schema_one(manifest: &Map<String, Value>, sent_as: &str) -> Result<(), ManifestError> {
    let version_one = manifest.get("schemaVersion").and_then(Value::as_u64) == Some(1);
    let says = manifest
        .get("mediaType")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if version_one
        || manifest.contains_key("fsLayers")
        || sent_as.starts_with(DOCKER_SCHEMA_ONE)
        || essence(says).starts_with(DOCKER_SCHEMA_ONE)
    {
        return Err(ManifestError::SchemaOne);
    }
    Ok(())
}

fn media_type(manifest: &Map<String, Value>, sent_as: String) -> Result<String, ManifestError> {
    let says = match manifest.get("mediaType") {
        None => None,
        Some(Value::String(says)) => Some(says),
        Some(_) => return Err(ManifestError::Field("mediaType")),
    };
    match says {
        Some(says) if !sent_as.is_empty() && *says != sent_as => {
            Err(ManifestError::MediaTypesDiffer {
                sent_as: shortened(&sent_as),
                says: shortened(says),
            })
        }
        Some(says) if is_specific(says) => Ok(says.clone()),
        None if is_specific(&sent_as) => Ok(sent_as),
        _ => Err(ManifestError::NoMediaType(shortened(&sent_as))),
    }
}

/// `application/json` and the like say that it is JSON, not which manifest.
fn is_specific(media_type: &str) -> bool {
    media_type
        .strip_prefix("application/")
        .and_then(|rest| rest.strip_suffix("+json"))
        .is_some_and(|name| {
            !name.is_empty()
                && name.len() <= 200
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
        })
}

/// A media type without its parameters.
fn essence(content_type: &str) -> String {
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type[..end].trim().to_ascii_lowercase()
}

fn require(manifest: &Map<String, Value>, kind: ManifestKind) -> Result<(), ManifestError> {
    let version = match manifest.get("schemaVersion") {
        None => None,
        Some(version) => Some(version.as_u64().ok_or(ManifestError::SchemaVersion)?),
    };
    let fields: &[&'static str] = match kind {
        ManifestKind::Index => &["manifests"],
        ManifestKind::Image => &["config", "layers"],
        ManifestKind::Other => &[],
    };
    if version != Some(2) && (version.is_some() || kind != ManifestKind::Other) {
        return Err(ManifestError::SchemaVersion);
    }
    match fields.iter().find(|field| !manifest.contains_key(**field)) {
        Some(missing) => Err(ManifestError::Field(missing)),
        None => Ok(()),
    }
}

fn references(manifest: &Map<String, Value>) -> Result<Vec<Descriptor>, ManifestError> {
    let mut all = Vec::new();
    if let Some(config) = manifest.get("config") {
        all.push(descriptor(config, "config", PointsTo::Blob)?);
    }
    for (field, points_to) in [
        ("layers", PointsTo::Blob),
        ("blobs", PointsTo::Blob),
        ("manifests", PointsTo::Manifest),
    ] {
        match manifest.get(field) {
            // How Go writes an empty list.
            None | Some(Value::Null) => {}
            Some(Value::Array(items)) => {
                for item in items {
                    all.push(descriptor(item, field, points_to)?);
                }
            }
            Some(_) => return Err(ManifestError::Field(field)),
        }
    }
    Ok(all)
}

fn descriptor(
    value: &Value,
    field: &'static str,
    points_to: PointsTo,
) -> Result<Descriptor, ManifestError> {
    let wrong = ManifestError::Field(field);
    let Value::Object(fields) = value else {
        return Err(wrong);
    };
    refuse_look_alikes(fields, DESCRIPTOR_KEYS)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let digest = text("digest").and_then(|digest| digest.parse().ok());
    let size = fields
        .get("size")
        .and_then(Value::as_u64)
        .filter(|size| i64::try_from(*size).is_ok());
    let media_type = text("mediaType").filter(|media_type| !media_type.is_empty());
    match (digest, size, media_type) {
        (Some(digest), Some(size), Some(media_type)) => Ok(Descriptor {
            digest,
            size,
            media_type: media_type.to_owned(),
            points_to,
        }),
        _ => Err(wrong),
    }
}

const MANIFEST_KEYS: &[&str] = &[
    "annotations",
    "artifactType",
    "blobs",
    "config",
    "fsLayers",
    "layers",
    "manifests",
    "mediaType",
    "schemaVersion",
    "subject",
];

const DESCRIPTOR_KEYS: &[&str] = &[
    "annotations",
    "artifactType",
    "data",
    "digest",
    "mediaType",
    "platform",
    "size",
    "urls",
];

fn refuse_look_alikes(
    object: &Map<String, Value>,
    known: &[&'static str],
) -> Result<(), ManifestError> {
    for key in object.keys() {
        let folded = folded(key);
        for name in known {
            if key != name && folded == name.to_ascii_lowercase() {
                return Err(ManifestError::LookAlikeKey(name));
            }
        }
    }
    Ok(())
}

/// As Go's `encoding/json` compares keys: without regard to case, where two
/// letters outside ASCII have an ASCII letter as their other case.
fn folded(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            _ => c.to_ascii_lowercase(),
        })
        .collect()
}

/// What somebody else wrote, cut to a length that fits into a message.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}
