//! What a call to the Docker Engine asks for: does it bring an image in, and
//! which? Pure.
//!
//! An authorization plugin sees a call as it was sent, and the Engine acts on
//! it as Go's libraries read it. Whoever reads it differently can be walked
//! around, so this crate reads as the Engine does: a version before the path,
//! percent-escapes anywhere, form-encoded bodies that override the query, JSON
//! keys in any case. Where the Engine's own versions differ, or where two
//! readings are possible, nothing is guessed: the call is refused.
//!
//! # Not understood is denied
//!
//! Calls are known one by one. A call that is not known, a body that was not
//! shown where it matters, a key that stands there twice, a name that is none:
//! each is a [`Refusal`], with a sentence for whoever sent it.
//!
//! Sources: the Engine's API description (1.24 to 1.56) and the routes of
//! moby 20.10 to 29; CVE-2024-41110 and CVE-2026-34040 for bodies that a
//! plugin does not get to see.

mod asked;
mod call;
mod image_name;
mod json;
mod path;
mod query;
mod refusal;
mod routes;

pub use asked::{Asked, Headers};
pub use call::{Call, Content};
pub use image_name::ImageName;
pub use refusal::Refusal;
