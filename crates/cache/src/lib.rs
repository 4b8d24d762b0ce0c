//! Fill once, serve many: what upstreams have served, kept on disk.
//!
//! # Who may be served what
//!
//! Content is kept once, by its digest, but nobody is served by digest alone.
//! A [`Holder`] is a repository as seen through a [`View`]: what the upstream
//! serves to everyone, or what it serves to one organization's credentials. A
//! blob, a manifest or a tag is found only under a holder of which the
//! upstream has confirmed that it holds it, whatever the disk has by that
//! digest from elsewhere. When a second repository turns out to hold what its
//! registry has already sent through the same view, [`Cache::confirm`] (or a
//! [`Cache::fill`] whose source the upstream opens) binds it without fetching
//! it again. What another registry sent, or another view saw, has to be sent
//! again: whoever knows a digest and a size could else claim to hold it.
//!
//! A manifest names blobs, and a registry can be made to serve a manifest that
//! names anything. So nothing is served because a manifest refers to it.
//!
//! # What is served was verified
//!
//! Bytes enter the shared content only after their digest was checked, by a
//! rename within one file system, after `fsync`: a fill that fails, is cut or
//! is killed leaves at most a file in `fills/`, which the next start removes.
//! The `fsync` costs nobody time, since by then every reader has the whole
//! verified blob from the page cache; without it a power failure could leave
//! a file of the right length and the wrong content. The small records beside
//! it are not synced: a lost or torn record reads as absent and is asked for
//! again. A manifest is hashed again whenever it comes from disk; a blob is
//! not (that would cost as much as serving it), but its length is compared
//! with the length that was verified.
//!
//! While a blob is on its way it is served as it arrives, yet its last bytes,
//! and the last bytes of every range of it, are held back until its digest is
//! known to be right. Whoever is given something wrong is given a cut answer
//! and never a whole one. The price is that a short range of a blob that is
//! not there yet waits for all of it.
//!
//! # Serving bytes fast
//!
//! A warm blob is opened and read on the async thread, with system calls that
//! refuse rather than wait for the disk (`RESOLVE_CACHED`, `RWF_NOWAIT`); only
//! what is not in memory moves to a blocking thread. That saves two thread
//! hops per chunk and keeps the copy in cache; see `benches/warm_read.rs`.
//! Manifests, tags and bindings are answered from bounded memory first, and
//! nothing on a warm path takes a lock that others share.
//!
//! # Folder
//!
//! ```text
//! blobs/sha256/ab/<hex>                       verified content, shared
//! fills/<uuid>.partial                        what is being written
//! holders/public/<registry>/<path…>/          one holder …
//! holders/organizations/<name>/<registry>/<path…>/
//!     _blobs/<algorithm>/<hex>                … holds this blob, of this size
//!     _manifests/<algorithm>/<hex>            … serves this manifest as this media type
//!     _tags/<tag>                             … had this tag at this digest, then
//! holders/…/<registry>/_sent/<algorithm>/<hex>  this registry has sent this itself
//! ```
//!
//! No component of a repository's name begins with `_`, so none of these can
//! be mistaken for a repository. Paths are built from parsed types alone.
//! Several processes may use one folder at once, as they do for a moment
//! during a restart.
//!
//! # Eviction, later
//!
//! Content may be removed at any time, without a word to anybody: a binding
//! whose content is gone is a miss, a reader has its file open, and the next
//! fill brings it back. So eviction needs only an order (the access time of
//! the content, or a sketch of the digests that [`Cache::blob`] was asked for)
//! and `Disk::remove_content`, driven by [`Usage::bytes`].

mod blob;
mod body;
mod buffers;
mod cache;
mod disk;
mod error;
mod files;
mod fill;
mod growth;
mod hash;
mod holder;
mod intake;
mod layout;
mod manifest;
mod memory;
mod partial;
mod reader;
mod resident;
mod settings;
mod stripes;
mod tag;
mod usage;

pub use blob::Blob;
pub use body::BlobBody;
pub use cache::Cache;
pub use error::{CacheError, FillError, ReadError};
pub use fill::BlobSource;
pub use holder::{Holder, View};
pub use manifest::{MANIFEST_LIMIT, Manifest};
pub use settings::Settings;
pub use tag::TagEntry;
pub use usage::Usage;
