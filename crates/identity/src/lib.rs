//! Who somebody is.
//!
//! Everybody proves who they are in one of three ways. A *password* is slow
//! to check on purpose, so it is checked at sign-in alone, in bounded number,
//! and remembered for a minute. An *access token* has so much randomness that
//! a lookup by its keyed hash is enough: no slow hash and no query. A *signed
//! token* (a bearer token for the registry, a session for the control API, a
//! refresh token) was issued at an earlier sign-in.
//!
//! # A token says who, never what
//!
//! A signed token holds ids and nothing else that counts: no name, no
//! organization, no role, no scope. Each time it is brought, its holder is
//! looked up in the [`Directory`], which is a picture of the store in memory
//! and is replaced when the store changes. So whatever somebody loses
//! (a membership, a role, an access token, an account) they have lost from the
//! next request on, with tokens already out. The price is that the directory
//! holds everybody: some hundred bytes for each person and each token.
//!
//! What never changes about a signed token is its signature, so that alone is
//! remembered: of a thousand requests with one token, one verifies it.
//!
//! # Guessing
//!
//! Failed sign-ins are throttled by account and by address, by all replicas of
//! a store together. The limits are on guessing, not on people: a right
//! access token is never throttled, so nobody can be locked out by a stranger
//! who fails on their account. An unknown user costs the same work as a known
//! one and gets the same answer.
//!
//! # Keys
//!
//! Signing keys are in the store, shared by all replicas and rotated; one
//! secret of the installation, from which a key for each kind of keyed hash is
//! derived, is there as well. Who can read the database can sign tokens: it
//! is to be kept as a password file is.

mod access_token;
mod bearer;
mod browser;
mod clock;
mod colleagues;
mod device;
mod directory;
mod document;
mod error;
mod holder;
mod identity;
mod issuing;
mod keyed_hash;
mod keys;
mod password;
mod refresh;
mod resources;
mod rotation;
mod scope;
mod secret;
mod settings;
mod sign_in;
mod signed;
mod snapshot;
mod subject;
mod throttle;
mod uses;

pub use access_token::{TokenHash, TokenKind};
pub use bearer::Bearer;
pub use browser::BrowserSecret;
pub use clock::{Clock, system_clock};
pub use device::DeviceCodes;
pub use directory::{AccessToken, Directory, Membership, Memberships, Person};
pub use document::DocumentKeys;
pub use error::IdentityError;
pub use identity::{Counters, Identity};
pub use issuing::{IssueTokenError, IssuedToken, TokenOrder};
pub use keyed_hash::NoRandomness;
pub use keys::UnreadableKey;
pub use password::{HashError, PasswordSettings, WeakPassword};
pub use pullgate_store::{
    AccountStatus, PasswordHash, PersonId, ResourceKind, SiteRole, TokenId, TokenOrigin,
    TokenOwner, TokenResource,
};
pub use resources::{Repositories, WrongResource, granted};
pub use scope::{Scope, UnknownScope};
pub use secret::Secret;
pub use settings::Settings;
pub use sign_in::SignInError;
pub use signed::{AccessClaim, BearerError, IssueError};
pub use subject::{Reach, Subject, Via};
pub use throttle::ThrottleSettings;
