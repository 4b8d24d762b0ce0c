use std::sync::Arc;

use jiff::Timestamp;
use pullgate_reference::{Digest, Tag};
use serde::{Deserialize, Serialize};

use crate::cache::{Cache, Inner};
use crate::files;
use crate::{CacheError, Holder};

/// What a tag was when the upstream was last asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagEntry {
    /// The manifest that the tag named.
    pub digest: Digest,
    /// What that manifest is served as.
    pub media_type: Arc<str>,
    /// The length of that manifest, in bytes.
    pub size: u64,
    /// When the upstream said so.
    pub checked_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct TagRecord {
    digest: String,
    media_type: String,
    size: u64,
    checked_at: Timestamp,
}

impl Cache {
    /// Notes what a tag names under a holder.
    ///
    /// If the disk fails, the entry is served from memory for as long as it
    /// stays there, and the error says what was wrong.
    pub async fn set_tag(
        &self,
        holder: &Holder,
        tag: &Tag,
        entry: TagEntry,
    ) -> Result<(), CacheError> {
        let (holder, tag) = (holder.clone(), tag.clone());
        self.on_disk(move |inner| inner.set_tag(&holder, &tag, entry))
            .await?
    }

    /// Forgets a tag: the upstream has it no more.
    pub async fn remove_tag(&self, holder: &Holder, tag: &Tag) -> Result<(), CacheError> {
        let (holder, tag) = (holder.clone(), tag.clone());
        self.on_disk(move |inner| inner.remove_tag(&holder, &tag))
            .await?
    }

    /// What a tag named under a holder when that was last noted.
    pub async fn tag(&self, holder: &Holder, tag: &Tag) -> Option<TagEntry> {
        let remembered = self.inner.memory.tags.get(holder, tag);
        if remembered.is_some() {
            return remembered;
        }
        let (holder, tag) = (holder.clone(), tag.clone());
        self.on_disk(move |inner| inner.load_tag(&holder, &tag))
            .await
            .ok()?
    }
}

impl Inner {
    fn set_tag(&self, holder: &Holder, tag: &Tag, entry: TagEntry) -> Result<(), CacheError> {
        let path = self.disk.layout.tag(holder, tag);
        let record = TagRecord {
            digest: entry.digest.as_str().to_owned(),
            media_type: entry.media_type.as_ref().to_owned(),
            size: entry.size,
            checked_at: entry.checked_at,
        };
        // Without the lock, a reader could put what it read before this
        // change into memory after it.
        let _guard = self.disk.stripes.lock(&path);
        self.memory.tags.insert(holder, tag, entry);
        self.disk.write_record(&path, &record)
    }

    fn remove_tag(&self, holder: &Holder, tag: &Tag) -> Result<(), CacheError> {
        let path = self.disk.layout.tag(holder, tag);
        let _guard = self.disk.stripes.lock(&path);
        self.memory.tags.remove(holder, tag);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(CacheError::disk("remove", &path, error))
            }
            _ => Ok(()),
        }
    }

    fn load_tag(&self, holder: &Holder, tag: &Tag) -> Option<TagEntry> {
        let path = self.disk.layout.tag(holder, tag);
        let _guard = self.disk.stripes.lock(&path);
        let remembered = self.memory.tags.get(holder, tag);
        if remembered.is_some() {
            return remembered;
        }
        let record: TagRecord = files::read_record(&path)?;
        let entry = TagEntry {
            digest: record.digest.parse().ok()?,
            media_type: record.media_type.into(),
            size: record.size,
            checked_at: record.checked_at,
        };
        self.memory.tags.insert(holder, tag, entry.clone());
        Some(entry)
    }
}
