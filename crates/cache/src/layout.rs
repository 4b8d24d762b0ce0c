use std::path::{Path, PathBuf};

use pullgate_reference::{Digest, Tag};

use crate::{Holder, View};

/// Where things are in the cache's folder. Every path is built from parsed
/// types, none of which can spell `.`, `..` or `/`.
pub(crate) struct Layout {
    pub(crate) blobs: PathBuf,
    pub(crate) fills: PathBuf,
    holders: PathBuf,
}

/// What is known about a digest under a holder.
#[derive(Clone, Copy)]
pub(crate) enum Record {
    Blob,
    Manifest,
}

impl Record {
    fn folder(self) -> &'static str {
        match self {
            Self::Blob => "_blobs",
            Self::Manifest => "_manifests",
        }
    }
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            blobs: root.join("blobs"),
            fills: root.join("fills"),
            holders: root.join("holders"),
        }
    }

    /// Where the content of a digest is, below [`Layout::blobs`].
    pub(crate) fn content_name(digest: &Digest) -> String {
        let hex = digest.hex();
        format!("{}/{}/{hex}", digest.algorithm().name(), &hex[..2])
    }

    pub(crate) fn content(&self, digest: &Digest) -> PathBuf {
        self.blobs.join(Self::content_name(digest))
    }

    pub(crate) fn partial(&self) -> PathBuf {
        self.fills.join(format!("{}.partial", uuid::Uuid::new_v4()))
    }

    pub(crate) fn record(&self, holder: &Holder, record: Record, digest: &Digest) -> PathBuf {
        let mut path = self.holder(holder);
        path.push(record.folder());
        path.push(digest.algorithm().name());
        path.push(digest.hex());
        path
    }

    pub(crate) fn tag(&self, holder: &Holder, tag: &Tag) -> PathBuf {
        let mut path = self.holder(holder);
        path.push("_tags");
        path.push(tag.as_str());
        path
    }

    /// Where it is noted that this registry itself has sent these bytes, to
    /// this view.
    pub(crate) fn sent(&self, holder: &Holder, digest: &Digest) -> PathBuf {
        let mut path = self.view(&holder.view);
        path.push(holder.repository.registry_str());
        path.push("_sent");
        path.push(digest.algorithm().name());
        path.push(digest.hex());
        path
    }

    fn view(&self, view: &View) -> PathBuf {
        match view {
            View::Public => self.holders.join("public"),
            View::Organization(name) => self.holders.join("organizations").join(name.as_str()),
        }
    }

    fn holder(&self, holder: &Holder) -> PathBuf {
        let mut path = self.view(&holder.view);
        path.extend(holder.repository.as_str().split('/'));
        path
    }
}
