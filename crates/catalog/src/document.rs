//! What was learnt, as a file, for sites without a way out.

use jiff::Timestamp;
use pullgate_policy::Badge;
use pullgate_store::{LearntBadge, LearntFrom, StoreError};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::memory::Kept;

/// The version of the document's form.
const VERSION: u32 = 1;

/// The longest namespace, in bytes: as long as a name can be.
const MAX_NAMESPACE: usize = 255;

/// What was learnt of Docker Hub's namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The form's version: 1.
    pub version: u32,
    /// When it was exported.
    pub exported_at: Timestamp,
    /// What was learnt.
    pub namespaces: Vec<DocumentEntry>,
}

/// What was learnt of one namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentEntry {
    /// The namespace on Docker Hub.
    pub namespace: String,
    /// Its badge.
    pub badge: Badge,
    /// When it was learnt. It ages from then on, here as where it comes from.
    pub learnt_at: Timestamp,
}

/// What an import has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// How many namespaces were taken over.
    pub imported: usize,
    /// How many were left alone because they were learnt later here.
    pub older_than_known: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A form that is not known.
    #[error("this document has version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// One entry makes no sense. Nothing was imported.
    #[error("entry {position} ({namespace:?}) cannot be imported: {reason}. Nothing was imported")]
    Entry {
        /// Its place in the list, from 1.
        position: usize,
        /// Its namespace.
        namespace: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// It could not be saved. Nothing was imported.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Catalog {
    /// Everything that was learnt.
    pub fn export(&self) -> Document {
        let namespaces = self
            .inner
            .memory
            .all()
            .into_iter()
            .map(|(namespace, learnt)| DocumentEntry {
                namespace,
                badge: learnt.badge,
                learnt_at: learnt.learnt_at,
            });
        Document {
            version: VERSION,
            exported_at: self.inner.now(),
            namespaces: namespaces.collect(),
        }
    }

    /// Takes over what another catalog has learnt, all of it or nothing.
    pub async fn import(&self, document: Document) -> Result<ImportReport, ImportError> {
        if document.version != VERSION {
            return Err(ImportError::Version(document.version));
        }
        let now = self.inner.now();
        let learnt = document
            .namespaces
            .into_iter()
            .enumerate()
            .map(|(index, entry)| checked(index + 1, entry, now))
            .collect::<Result<Vec<_>, _>>()?;
        self.inner.store.save_badges(&learnt).await?;
        let mut report = ImportReport::default();
        for learnt in &learnt {
            match self.inner.memory.keep(learnt, learnt.learnt_at) {
                Kept::New => report.imported += 1,
                Kept::OlderThanKnown => report.older_than_known += 1,
            }
        }
        Ok(report)
    }
}

fn checked(
    position: usize,
    entry: DocumentEntry,
    now: Timestamp,
) -> Result<LearntBadge, ImportError> {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let reason = if entry.namespace.is_empty()
        || entry.namespace.len() > MAX_NAMESPACE
        || !entry.namespace.bytes().all(plain)
    {
        Some(
            "this is not a namespace on Docker Hub: use lowercase letters, digits, '.', '_' and '-'",
        )
    } else if entry.namespace == "library" {
        Some("library is the namespace of official images and has no badge")
    } else if entry.badge == Badge::Unknown {
        Some("an unknown badge is nothing that was learnt")
    } else if entry.learnt_at > now {
        Some("it was learnt in the future")
    } else {
        None
    };
    match reason {
        Some(reason) => Err(ImportError::Entry {
            position,
            namespace: entry.namespace,
            reason,
        }),
        None => Ok(LearntBadge {
            namespace: entry.namespace,
            badge: entry.badge,
            learnt_at: entry.learnt_at,
            source: LearntFrom::Imported,
        }),
    }
}
