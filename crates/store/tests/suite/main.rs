//! What the store remembers, told as stories on SQLite and on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    reason = "a story that cannot go on fails where it stands"
)]

mod categories;
mod console;
mod decision_sums;
mod decisions;
mod device_sign_ins;
mod exceptions;
mod failed_sign_ins;
mod history;
mod home;
mod invites;
mod keys;
mod listening;
mod many;
mod member_list;
mod members;
mod migrating;
mod namespaces;
mod outage;
mod people;
mod policies;
mod policy_history;
mod processes;
mod registries;
mod requests;
mod snapshot;
mod team_changes;
mod teams;
mod tokens;
mod whole_policy;
