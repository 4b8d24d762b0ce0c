//! A client of other registries: the pull half of the OCI distribution
//! specification, as the gateway needs it.
//!
//! An [`Upstream`] is one registry that somebody configured. It fetches
//! manifests, blobs, tags and referrers, answers the registry's challenges
//! with tokens, and follows its redirects. What it hands back as a manifest
//! was checked ([`inspect`]) and has the digest it claims; a blob is a stream
//! whose digest the cache checks while it writes it.
//!
//! # Who may be contacted, and with what
//!
//! A registry's answers name other hosts: a token service in a challenge, a
//! storage service in a redirect, a "foreign" address in a layer. Each of
//! these has been used to make a proxy hand over its credentials or connect
//! into the network it stands in. So nothing is followed because an answer
//! says so:
//!
//! - Credentials go to the configured origin, and to a token service that is
//!   on the same registrable domain or that the configuration lists
//!   ([`UpstreamConfig::realms`]). They never travel along a redirect.
//! - A redirect is followed by hand, five times at most, without credentials
//!   once the origin has changed, and only to public addresses unless the
//!   configuration lists the host ([`UpstreamConfig::redirects`]). The address
//!   is checked in the resolver that the connection itself uses: between the
//!   check and the use there is no second look-up that could answer
//!   differently.
//! - A layer's `urls` are not even read.
//!
//! Behind an outgoing proxy ([`ProxySetting::System`]) it is the proxy that
//! resolves names; then only addresses written as numbers are checked here,
//! and the proxy's own rules have to keep it out of the inner network.
//!
//! # Where "the same registrable domain" comes from
//!
//! The public suffix list, built in by the `psl` crate. Counting labels is not
//! enough (`co.uk`), and a short list of our own would miss the next hosting
//! company. The list is a few megabytes of generated matching code, some
//! seconds of compile time, and no I/O. It does not know the services that
//! rent out registries side by side under one domain (`azurecr.io`), so those
//! are added by hand in `realm.rs`; and a name under a suffix that it does not
//! know (`registry.corp`) has no registrable domain at all: there a token
//! service on another host has to be listed.
//!
//! # What is left to the caller
//!
//! Which credentials a request uses ([`Credentials`]), whether the person may
//! pull at all, caching, and joining equal requests. Tokens alone are kept
//! here, in memory, until shortly before they expire.

mod address;
mod answer;
mod blob;
mod challenge;
mod clients;
mod config;
mod credentials;
mod error;
mod exchange;
mod fetch;
mod grants;
mod manifest;
mod origin;
mod realm;
mod referrers;
mod resolver;
mod secret;
mod seen;
mod tags;
mod token;
mod unique_json;
mod upstream;
mod upstreams;

pub use blob::{BlobHead, BlobStream};
pub use config::{BaseUrl, ConfigError, ProxySetting, UpstreamConfig, read_password};
pub use credentials::{Credentials, Login};
pub use error::UpstreamError;
pub use fetch::{FetchedManifest, MANIFEST_LIMIT, ManifestHead};
pub use manifest::{Descriptor, Inspected, ManifestError, ManifestKind, PointsTo, inspect};
pub use origin::HostPort;
pub use referrers::Referrers;
pub use resolver::SystemNames;
pub use secret::Secret;
pub use seen::Seen;
pub use tags::TagPage;
pub use upstream::{Clock, Parts, Upstream};
pub use upstreams::Upstreams;
