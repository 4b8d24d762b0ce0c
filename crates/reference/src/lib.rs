//! Names of images: which registry, which repository, which tag or digest.
//!
//! Every decision of Pullgate is about a [`Repository`], so this crate answers
//! the question that comes before all others: what does a name mean? It does so
//! in two steps that stay apart.
//!
//! 1. [`Reading`] is what the reference grammar of Docker and containerd reads
//!    in a name (<https://github.com/distribution/reference>), defaults such as
//!    `docker.io/library/` and `latest` included. It adds nothing of ours, so
//!    that it can be compared with the reference implementation row by row.
//! 2. [`Reference`], [`Repository`] and [`Registry`] are *canonical*: one
//!    repository has one spelling, whatever alias of Docker Hub, letter case,
//!    trailing dot or default port was typed. Equality, hashing and
//!    [`Pattern`]s work on that spelling alone, so a second spelling is not a
//!    way around a policy.
//!
//! Where images are pulled through a gateway, its own host stands before their
//! names; [`GatewayNames`] takes the second step for those, too.
//!
//! The second step is stricter than the first where the grammar lets a name
//! through that no client could pull by (see [`NameError::NoRegistry`]).
//! Whatever is wrong is refused and never repaired.
//!
//! The parser is written by hand. The grammar is regular and small, a name is
//! read in one pass without backtracking, and a mistake can be told to a person
//! as "this component, for this reason", which a regular expression cannot.
//!
//! All types are cheap to clone (their text is shared) and every canonical type
//! parses its own `Display` back to itself.

#![forbid(unsafe_code)]

mod digest;
mod error;
mod gateway_names;
mod grammar;
mod pattern;
mod pattern_set;
mod reading;
mod reference;
mod registry;
mod repository;
mod tag;
mod target;

pub use digest::{Algorithm, Digest};
pub use error::{Excerpt, NameError};
pub use gateway_names::{GatewayNames, hostname};
pub use pattern::Pattern;
pub use pattern_set::PatternSet;
pub use reading::Reading;
pub use reference::Reference;
pub use registry::Registry;
pub use repository::Repository;
pub use tag::Tag;
pub use target::Target;
