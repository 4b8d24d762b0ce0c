//! What Pullgate remembers: organizations, people, policies, tokens, categories
//! and decisions, on SQLite or PostgreSQL.
//!
//! # One text, two databases
//!
//! Every statement is one SQL text with `$1` parameters that runs on both.
//! What only one of them has (how a transaction begins, pragmas) stands in one
//! module, and the same tests run on both. Statements are checked by those
//! tests and not by the compiler, so that building needs no database.
//!
//! SQLite is the default: a file, one connection that writes and several that
//! read. Other processes may write to it at the same time, as the command line
//! does while the server runs: a writing transaction takes the write lock when
//! it begins, so it never finds out at its end that somebody was faster.
//! PostgreSQL is for several replicas.
//!
//! # No change without its history
//!
//! Whatever changes who may do what goes through one kind of transaction. It
//! raises the *generation* first, and can be committed only together with the
//! row of history that says who changed what, from what, to what. Raising the
//! generation locks the one row that holds it, so changes happen one after the
//! other on both databases. That costs throughput nobody needs for policies,
//! and buys that every check inside a change (the last owner, a namespace of
//! somebody else) sees the truth, and that a server which saw generation 7 has
//! missed nothing before it.
//!
//! [`Store::generation`] is one cheap question; when the answer has moved,
//! [`Store::load`] reads everything that deciding needs in one consistent
//! picture. On PostgreSQL a [`Listener`] is told of each change the moment it is
//! committed, whichever process has made it. The last use of a token, failed sign-ins, the categories learnt and the
//! decisions are no changes in this sense: they come too often, and no owner makes
//! them.
//!
//! # What cannot be read
//!
//! A policy that cannot be read is not an absent one. In a [`Snapshot`] such
//! an organization is still there, with the reason in place of its policy, so
//! that its members are denied rather than forgotten.

mod access_tokens;
mod actor;
mod allowlist;
mod categories;
mod change;
mod column;
mod console_sessions;
mod day;
mod db;
mod decision_questions;
mod decision_retention;
mod decision_search;
mod decision_sums;
mod decision_totals;
mod decisions;
mod device_sign_ins;
mod dialect;
mod error;
mod exception_list;
mod exceptions;
mod failed_sign_ins;
mod history;
mod ids;
mod invite_answers;
mod invite_list;
mod invitees;
mod invites;
mod link;
mod listed_registries;
mod listen;
mod member_list;
mod members;
mod migrations;
mod namespaces;
mod organization_rows;
mod organizations;
mod people;
mod policies;
mod policy_history;
mod repository_use;
mod requests;
mod search;
mod secret;
mod secrets;
mod set_up;
mod setup_links;
mod signing_keys;
mod snapshot;
mod store;
mod team_changes;
mod team_list;
mod teams;
mod token_change;
mod token_list;
mod token_resources;
mod url;
mod whole_policy;
mod window;

pub use access_tokens::{NewToken, Token, TokenOrigin, TokenOwner};
pub use actor::{Actor, UnknownActor};
pub use allowlist::AllowlistEntry;
pub use categories::{LearntBadge, LearntFrom};
pub use console_sessions::{ConsoleSession, LiveSession, NewConsoleSession};
pub use day::Day;
pub use decision_questions::RecordedQuestion;
pub use decision_search::{DecisionCursor, DecisionFilter, DecisionsFound, InvalidCursor};
pub use decision_totals::{DecisionTotals, RepositoryTotal, Total};
pub use decisions::DecisionRecord;
pub use device_sign_ins::{DeviceAnswer, DevicePoll, DeviceSignIn, NewDeviceSignIn};
pub use error::{Conflict, StoreError};
pub use exception_list::{ExceptionFilter, ExceptionState};
pub use exceptions::{ExceptionRecord, NewException};
pub use failed_sign_ins::{Failure, FailureBucket};
pub use history::{Action, ChangeFilter, ChangeRecord, ChangesOf};
pub use ids::{ExceptionId, InviteId, PersonId, RequestId, SessionId, TokenId};
pub use invite_answers::Joining;
pub use invite_list::InviteFilter;
pub use invitees::{EmailAddress, InvalidInvitee, Invitee};
pub use invites::{Backing, Invite, InviteOutcome, NewInvite, Run};
pub use listed_registries::{ListedRegistry, RegistryAccess};
pub use listen::Listener;
pub use member_list::{MemberEntry, MemberFilter, MemberKey, MemberSearch};
pub use members::{Belonging, Member};
pub use namespaces::Namespace;
pub use organizations::Organization;
pub use people::{AccountStatus, NewPerson, Person, SiteRole};
pub use policies::{SettingsChange, StoredSettings};
pub use repository_use::RepositoryUse;
pub use requests::{
    AccessRequest, Approval, ApprovedFor, Asked, Asking, Became, Closed, NewRequest, RequestFilter,
    RequestState,
};
pub use secret::{PasswordHash, SecretBytes};
pub use set_up::SetUp;
pub use signing_keys::{KeyAdded, SigningKey};
pub use snapshot::{OrganizationRow, Snapshot, TokenRow};
pub use store::{Clock, Store};
pub use team_changes::TeamEdit;
pub use team_list::{TeamFilter, TeamSummary};
pub use teams::Team;
pub use token_change::TokenEdit;
pub use token_resources::{ResourceKind, TokenResource};
pub use url::DatabaseUrl;
pub use whole_policy::{Effect, PolicyEdit, WholePolicy};
pub use window::{Part, Window};
