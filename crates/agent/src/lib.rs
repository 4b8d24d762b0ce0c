//! The agent on a developer's machine: who is signed in there, and what the
//! Docker Engine may bring in for them.
//!
//! The Engine asks an authorization plugin before it does what it was asked
//! ([`plugin`]). What a call asks for is read by `pullgate-engine`; what it
//! names is looked up at the Engine where a name does not say where an image
//! came from ([`images`]); and whether that may come in is decided by the
//! server, at its one door, for whoever is signed in ([`deciding`]). While the
//! server cannot be asked, the bundle that it signed decides for a set time
//! ([`session`]), and what was decided is told to it later ([`spool`]).
//!
//! # Who is asked for
//!
//! On a plain Unix socket the Engine does not know who calls it. So the agent
//! decides for the machine: for the one person who is signed in on it, and if
//! several are, all of them have to be allowed. People sign in with
//! `pullgate login`, which hands its session over on a socket of the agent's
//! ([`local`]); whose it is there, the kernel says.
//!
//! # Fails closed
//!
//! A call that is not understood, an image of which the Engine cannot say what
//! it is, a server that was away for too long, a list of organizations that
//! cannot be read: denied, with a sentence that says so. The Engine itself
//! denies everything while the agent does not run.

mod agent;
mod deciding;
mod demand;
mod files;
mod images;
pub mod local;
mod login_socket;
mod origins;
mod plugin;
mod running;
mod server;
mod session;
mod sessions;
mod settings;
pub mod setup;
mod socket;
mod spool;
mod visitors;

pub use agent::{Agent, StartError};
pub use demand::Demand;
pub use settings::{CallSettings, Leave, Settings};
