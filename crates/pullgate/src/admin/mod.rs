//! Running an organization from the terminal.
//!
//! These commands work on the database of the server's configuration, as a
//! site administrator who has that database: there is no sign-in. A server
//! that runs on the same data folder has a change before the command that
//! made it returns.

mod catalog;
mod choice;
mod decisions;
mod exception;
mod identifier;
mod invite;
mod member;
mod moment;
mod namespace;
mod org;
mod password;
mod policy;
mod site;
mod team;
mod token;
mod user;

pub(crate) use catalog::CatalogCommand;
pub(crate) use decisions::DecisionsCommand;
pub(crate) use exception::ExceptionCommand;
pub(crate) use identifier::{pick, short};
pub(crate) use invite::InviteCommand;
pub(crate) use member::MemberCommand;
pub(crate) use moment::later;
pub(crate) use namespace::NamespaceCommand;
pub(crate) use org::OrgCommand;
pub(crate) use password::read_from_stdin as read_password_from_stdin;
pub(crate) use policy::PolicyCommand;
pub(crate) use site::Site;
pub(crate) use team::TeamCommand;
pub(crate) use token::TokenCommand;
pub(crate) use user::UserCommand;
