//! Which badge a Docker Hub namespace has: verified publisher, sponsored open
//! source or none.
//!
//! Docker Hub publishes no list of badges, so they are learnt one by one, when
//! somebody first pulls from a namespace. What is learnt is kept in memory and
//! in the store with its age. While it is fresh nobody waits; when it is older,
//! Docker Hub is asked again, in the background where possible; while Docker
//! Hub cannot be asked, it goes on being used up to a limit. A site without a
//! way out imports what another site has exported.
//!
//! # What is never asked
//!
//! That an image is official is said by its name, and other registries have no
//! badges. Official images can be pulled while Docker Hub's API is away.
//!
//! # Not known is not allowed
//!
//! An answer counts only if it is exactly what is expected: about the namespace
//! that was asked for, with a badge that is known here. Everything else (an
//! error, a redirect to somewhere unexpected, a login page, a new word) is the
//! same as no answer. Without an answer what is known is used while it is not
//! too old, and after that the badge is [`Badge::Unknown`], which is decided as
//! community. So a fault can deny a pull that would have been allowed, and
//! never allow one that would have been denied for longer than
//! [`Settings::usable_for`].
//!
//! # Who waits for what
//!
//! [`Catalog::known`] reads memory, without a lock and without allocating; it
//! is what a pull costs nearly always. [`Catalog::learn`] waits for Docker Hub,
//! but never longer than [`Settings::ask_timeout`]. All who want the same
//! namespace share one request, which goes on when they go away. A failure is
//! remembered for a while, for the namespace and, when Docker Hub does not
//! answer at all, for everything, so that an outage does not cost each pull
//! that time. The price is that a first pull can be denied for some seconds
//! after Docker Hub is back.
//!
//! [`Badge::Unknown`]: pullgate_policy::Badge::Unknown

mod asking;
mod catalog;
mod document;
mod error;
mod flights;
mod hub;
mod import;
mod knowledge;
mod memory;
mod namespace;
mod organization;
mod outage;
mod refresh;
mod settings;
mod taking_along;

pub use catalog::{Catalog, Clock};
pub use document::{Document, Entry};
pub use error::{CatalogError, ImportError};
pub use hub::{AddressError, HubClient};
pub use import::ImportReport;
pub use knowledge::{Knowledge, Source};
pub use namespace::{Namespace, NamespaceError};
pub use refresh::Refreshed;
pub use settings::{Settings, SettingsError};
pub use taking_along::UsableBadge;
