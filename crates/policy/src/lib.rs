//! The rules of Pullgate: may this person pull this image?
//!
//! This crate holds the words of the policy as types and one pure function,
//! [`decide`]. It does no I/O, has no clock of its own and knows nothing of
//! how a question arrived, so every rule can be tested as a table.
//!
//! An owner's choices are [`Settings`] (plain data, stored and shown as they
//! are). They are compiled once, when they change, into a [`Policy`] whose
//! lookups take the same time however long its lists are; a decision walks
//! the rules in their order and allocates nothing. Only the sentence for a
//! person is written anew each time, and only where somebody will read it.
//!
//! A decision is made on a [`pullgate_reference::Repository`], which only
//! parsing can construct: nothing here ever compares what somebody typed.
//!
//! # Where the description of the rules leaves a choice
//!
//! - A team's allowlist entries count only while the organization's allowlist
//!   switch is on: one switch turns every allowlist off. A team's categories
//!   do not hang on it.
//! - Registry Access Management has a mode of its own. Trying Image Access
//!   Management out must not open the registries, nor the other way round.
//!   A registry that is only monitored leaves the image to be decided.
//! - Additions and exceptions widen Image Access Management alone. A registry
//!   that is not listed stays closed to them, and to the organization's own
//!   images.
//! - Trusted registries and namespaces lie outside Docker Hub only. On Docker
//!   Hub the badge says who is a verified publisher, and the allowlist serves
//!   for the rest. A badge, in turn, means nothing outside Docker Hub.
//! - Who has signed in but belongs to no organization is denied
//!   ([`Rule::NoOrganization`]): no policy allows it.
//! - Of several organizations' verdicts the strictest holds, each
//!   organization's registries included. The owner of one who is a member of
//!   another is bound by the other.

mod additions;
mod category;
mod decide;
mod exception;
mod grant;
mod name;
mod policy;
mod sentence;
mod settings;
pub mod text;
mod verdict;

pub use additions::TeamAdditions;
pub use category::{Badge, Category, PublisherCategory, UnknownWord};
pub use decide::{
    Membership, Question, Role, decide, refuse_stranger, refuse_unlisted, refuse_unreadable,
};
pub use exception::{Covers, Exception};
pub use name::{InvalidName, OrganizationName, TeamName, Username};
pub use policy::{Policy, PolicyParts};
pub use sentence::MAX_SENTENCE;
pub use settings::{Iam, MAX_REGISTRIES, Mode, Permission, Ram, Settings, SettingsError, Switch};
pub use verdict::{Outcome, Rule, Verdict};
