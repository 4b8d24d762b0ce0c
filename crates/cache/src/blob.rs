use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use crate::growth::{Growth, Stage};
use crate::reader::Reader;
use crate::{BlobBody, FillError};

/// A blob that can be read: from disk, or as it arrives. Its size is known.
/// Cheap to clone; what it reads stays readable whatever happens to the cache.
#[derive(Clone)]
pub struct Blob {
    reader: Arc<Reader>,
    file: Arc<File>,
    size: u64,
    growth: Option<Growth>,
}

impl Blob {
    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads a range of it; what lies beyond its end is left out. The body's
    /// length is exact from the start.
    pub fn read(&self, range: Range<u64>) -> BlobBody {
        let end = range.end.min(self.size);
        BlobBody::new(
            self.reader.clone(),
            self.file.clone(),
            range.start.min(end)..end,
            self.growth.clone(),
        )
    }

    /// Reads all of it.
    pub fn read_all(&self) -> BlobBody {
        self.read(0..self.size)
    }

    pub(crate) fn stored(reader: Arc<Reader>, file: Arc<File>, size: u64) -> Self {
        Self {
            reader,
            file,
            size,
            growth: None,
        }
    }

    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// The blob that a fill brings, as soon as an answer can be begun.
    pub(crate) async fn arriving(
        reader: Arc<Reader>,
        mut growth: Growth,
    ) -> Result<Self, FillError> {
        let stage = match growth
            .wait_for(|progress| progress.stage.is_decided())
            .await
        {
            Ok(progress) => progress.stage.clone(),
            Err(_) => return Err(FillError::Abandoned),
        };
        match stage {
            Stage::Verified { file, size } => Ok(Self::stored(reader, file, size)),
            Stage::Receiving {
                file,
                size: Some(size),
            } => Ok(Self {
                reader,
                file,
                size,
                growth: Some(growth),
            }),
            Stage::Failed(error) => Err(error),
            Stage::Asking | Stage::Receiving { size: None, .. } => Err(FillError::Abandoned),
        }
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Blob")
            .field("size", &self.size)
            .field("arriving", &self.growth.is_some())
            .finish_non_exhaustive()
    }
}
