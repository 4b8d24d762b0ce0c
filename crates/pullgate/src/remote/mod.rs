//! Working with a server from another machine, as somebody who has signed in.

mod explain;
mod login;
mod server;
mod session;
mod whoami;

pub(crate) use explain::explain;
pub(crate) use login::{LoginCommand, LogoutCommand, logout};
pub(crate) use session::saved as saved_login;
pub(crate) use whoami::WhoamiCommand;
