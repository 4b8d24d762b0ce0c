//! Working with a server from another machine, as somebody who has signed in.

mod device;
mod explain;
mod handing_over;
mod login;
mod policy;
mod preview;
mod requests;
mod server;
mod session;
mod whoami;

use crate::config::Config;
use crate::failure::Failure;

pub(crate) use explain::explain;
pub(crate) use login::{LoginCommand, LogoutCommand, logout};
pub(crate) use policy::{apply_policy, export_policy, test_policy};
pub(crate) use preview::preview;
pub(crate) use requests::RequestsThere;
pub(crate) use server::connections;
pub(crate) use session::{Session, saved as saved_login, saved_by as login_of, signed_in};
pub(crate) use whoami::{WhoamiCommand, who};

/// Neither a database here nor a server to ask.
pub(crate) fn nowhere_to_ask(config: &Config) -> Failure {
    Failure::new(format!(
        "there is no Pullgate database in {}, and you have not signed in to a server",
        config.data.display()
    ))
    .hint("sign in with pullgate login SERVER, or name the data folder with --data")
}
