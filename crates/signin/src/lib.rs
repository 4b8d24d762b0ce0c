//! Files and scripts by which Docker Desktop demands a sign-in, for each
//! platform and each place where it looks, and the reading of these by somebody
//! who checks them. Pure.
//!
//! Docker Desktop reads a list of organizations, `allowedOrgs`, where only an
//! administrator can write it. Nobody uses it then who is not signed in as a
//! member of one of them. Several places can hold the list; the highest one
//! of a platform counts (see [`Form::rank`]).
//!
//! Source: Docker's documentation of sign-in enforcement.

mod artifact;
mod fault;
mod mac;
mod organizations;
mod platform;
mod property_list;
mod reading;
mod registry_export;
mod registry_json;
mod windows;

pub use artifact::{Artifact, Form, UnknownForm};
pub use fault::{Fault, Weight};
pub use mac::{MAC_PLIST, MAC_PROFILE};
pub use organizations::{InvalidOrganizations, Organizations};
pub use platform::{Platform, UnknownPlatform};
pub use property_list::ListShape;
pub use reading::Reading;
pub use registry_export::WINDOWS_KEY;
pub use registry_json::{LINUX_FILE, MAC_FILE, WINDOWS_FILE};

/// All forms for this platform, the one that counts most first.
pub fn artifacts(platform: Platform, organizations: &Organizations) -> Vec<Artifact> {
    match platform {
        Platform::Windows => windows::artifacts(organizations),
        Platform::Mac => mac::artifacts(organizations),
        Platform::Linux => registry_json::linux(organizations),
    }
}
