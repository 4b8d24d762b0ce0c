//! What can be set about the agent.

use std::path::PathBuf;
use std::time::Duration;

use pullgate_engine::Content;

/// What can be set about the agent.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's address, without a trailing slash.
    pub server: String,
    /// The file that names the organizations of which somebody must be signed
    /// in.
    pub allowed_orgs: PathBuf,
    /// The Engine's own socket.
    pub engine: PathBuf,
    /// The socket on which the Engine asks.
    pub plugin_socket: PathBuf,
    /// The socket on which people sign in.
    pub login_socket: PathBuf,
    /// The folder where sessions and what is not yet reported are kept.
    pub state: PathBuf,
    /// How long it is decided without the server, counted from what it last
    /// said.
    pub hold: Duration,
    /// How often the server is asked whether anything has changed.
    pub refresh: Duration,
    /// How long the server may take to decide.
    pub patience: Duration,
    /// How long somebody stays signed in at most.
    pub sign_in_lasts: Duration,
    /// Calls that bring content in of which nothing can be seen.
    pub calls: CallSettings,
}

/// Whether a way in is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leave {
    /// It is open.
    Allowed,
    /// It is closed.
    #[default]
    Denied,
}

/// Calls that bring content in of which a plugin cannot see where it comes
/// from. All are denied unless the administrator has opened them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallSettings {
    /// `docker load`.
    pub load: Leave,
    /// `docker import`, and `docker plugin create`.
    pub import: Leave,
    /// `docker build`.
    pub build: Leave,
    /// `docker commit`.
    pub commit: Leave,
    /// `docker swarm init` and `docker swarm join`.
    pub swarm: Leave,
    /// Containers of images that came from no registry: built, loaded,
    /// imported or committed here.
    pub made_here: Leave,
}

impl CallSettings {
    /// Whether content may come in this way.
    pub fn of(&self, content: Content) -> Leave {
        match content {
            Content::Load => self.load,
            Content::Import => self.import,
            Content::Build => self.build,
            Content::Commit => self.commit,
            Content::Swarm => self.swarm,
        }
    }
}
