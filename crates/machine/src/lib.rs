//! What is on this machine, and changing it, read and written through the
//! folder that is its `/`.
//!
//! Everything begins with a [`Root`]: the machine itself, an image that is
//! mounted somewhere, or a folder that a test has filled. No path leads out of
//! it, whatever links are in it.
//!
//! * [`guarded`] says who could change a file: its owner, its permissions, and
//!   those of each folder above it;
//! * [`sign_in`] checks, writes and removes the file by which Docker Desktop
//!   and Pullgate's agent demand a sign-in;
//! * [`changes`] writes clients' configurations, keeps what was there before,
//!   and takes all of it back;
//! * [`doctor`] looks for ways around what Pullgate decides.
//!
//! Nothing here asks anybody over a network, and nothing starts a program.

pub mod changes;
pub mod doctor;
mod guarded;
mod owner;
mod people;
mod put;
mod root;
pub mod sign_in;

pub use guarded::{Step, Weakness, guarded};
pub use owner::Owner;
pub use people::People;
pub use put::{PutError, Removed};
pub use root::{Kind, Root, Seen};
