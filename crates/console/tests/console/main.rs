//! The console, told as stories: an owner, a member and a stranger look at
//! pages, sign in and out, and send forms; another site tries to.

#![allow(
    clippy::unwrap_used,
    reason = "a story that cannot go on fails where it stands"
)]

mod account;
mod activity;
mod allowlist;
mod budget;
mod device;
mod forgery;
mod frame;
mod invited;
mod lookup;
mod members;
mod namespaces;
mod organization_tokens;
mod overview;
mod pages;
mod permissions;
mod rates;
mod requests;
mod rights;
mod set_up;
mod sign_in;
mod teams;
mod tokens;
mod world;
