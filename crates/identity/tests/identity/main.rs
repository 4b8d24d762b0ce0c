//! Who somebody is, told as stories: an owner, a member, a machine and a
//! stranger sign in, bring tokens, and lose what they had.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod access_tokens;
mod browser;
mod devices;
mod documents;
mod keys;
mod outliving;
mod passwords;
mod replicas;
mod secrecy;
mod signed_tokens;
mod throttling;
mod world;
