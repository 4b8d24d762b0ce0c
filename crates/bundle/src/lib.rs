//! What a machine takes along to decide by while its server is away. Pure.
//!
//! A [`Bundle`] is made by the server for one person: the policies that they
//! have to satisfy, what is known of Docker Hub's namespaces, and how the
//! gateway is named. A machine decides by it with [`Ready::decide`], which is
//! the rules of `pullgate-policy` and nothing else, until the bundle ends.
//! Whatever it cannot say (a policy that could not be read, a bundle that has
//! ended, a clock that was set back) it denies.
//!
//! Who keeps a bundle has to check its signature: that is done where the keys
//! are, in `pullgate-identity`.

mod badges;
mod content;
mod gateway_form;
mod ready;

pub use badges::KnownBadge;
pub use content::{Belonging, Bundle, BundledException, BundledPolicy, BundledTeam};
pub use ready::Ready;
