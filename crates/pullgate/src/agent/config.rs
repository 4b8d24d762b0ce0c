//! The agent's file of settings.

use std::path::PathBuf;
use std::time::Duration;

use pullgate_agent::{CallSettings, Leave, Settings, local};
use serde::Deserialize;

use crate::config::duration;

/// The agent's file of settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentConfig {
    /// The server's control address.
    pub(super) server: String,
    /// The certificate of the authority that signed the server's, if it is of
    /// one's own; PEM.
    #[serde(default)]
    pub(super) ca: Option<PathBuf>,
    /// The file that demands a sign-in.
    #[serde(default = "allowed_orgs")]
    allowed_orgs: PathBuf,
    /// The Engine's own socket.
    #[serde(default = "engine")]
    engine: PathBuf,
    /// The socket on which the Engine asks.
    #[serde(default = "plugin_socket")]
    plugin_socket: PathBuf,
    /// The socket on which people sign in.
    #[serde(default = "login_socket")]
    login_socket: PathBuf,
    /// Where sessions and what is not yet reported are kept.
    #[serde(default = "state")]
    state: PathBuf,
    /// How long it is decided while the server is away.
    #[serde(default = "hold", deserialize_with = "duration::deserialize")]
    hold: Duration,
    /// How often the server is asked what is new.
    #[serde(default = "refresh", deserialize_with = "duration::deserialize")]
    refresh: Duration,
    /// How long the server may take to decide.
    #[serde(default = "patience", deserialize_with = "duration::deserialize")]
    patience: Duration,
    /// How long somebody stays signed in at most.
    #[serde(default = "sign_in_lasts", deserialize_with = "duration::deserialize")]
    sign_in_lasts: Duration,
    /// Calls that bring content in of which nothing can be seen.
    #[serde(default)]
    calls: CallsConfig,
}

/// Calls that bring content in of which nothing can be seen.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CallsConfig {
    load: LeaveWord,
    import: LeaveWord,
    build: LeaveWord,
    commit: LeaveWord,
    swarm: LeaveWord,
    made_here: LeaveWord,
}

/// `"allowed"` or `"denied"`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LeaveWord {
    Allowed,
    #[default]
    Denied,
}

impl From<LeaveWord> for Leave {
    fn from(word: LeaveWord) -> Self {
        match word {
            LeaveWord::Allowed => Self::Allowed,
            LeaveWord::Denied => Self::Denied,
        }
    }
}

fn allowed_orgs() -> PathBuf {
    pullgate_signin::LINUX_FILE.into()
}

fn engine() -> PathBuf {
    "/run/docker.sock".into()
}

fn plugin_socket() -> PathBuf {
    "/run/docker/plugins/pullgate.sock".into()
}

fn login_socket() -> PathBuf {
    local::SOCKET.into()
}

fn state() -> PathBuf {
    "/var/lib/pullgate-agent".into()
}

fn hold() -> Duration {
    Duration::from_hours(4)
}

fn refresh() -> Duration {
    Duration::from_mins(1)
}

fn patience() -> Duration {
    Duration::from_secs(10)
}

fn sign_in_lasts() -> Duration {
    Duration::from_hours(30 * 24)
}

impl AgentConfig {
    /// The settings, with the server's address in its one spelling.
    pub(super) fn settings(self, server: String) -> Settings {
        let calls = self.calls;
        Settings {
            server,
            allowed_orgs: self.allowed_orgs,
            engine: self.engine,
            plugin_socket: self.plugin_socket,
            login_socket: self.login_socket,
            state: self.state,
            hold: self.hold,
            refresh: self.refresh.max(Duration::from_secs(1)),
            patience: self.patience,
            sign_in_lasts: self.sign_in_lasts,
            calls: CallSettings {
                load: calls.load.into(),
                import: calls.import.into(),
                build: calls.build.into(),
                commit: calls.commit.into(),
                swarm: calls.swarm.into(),
                made_here: calls.made_here.into(),
            },
        }
    }
}

/// What a file of settings says about the machine, for a program that has to
/// know where the agent's things are; what it does not say, or says in another
/// way than the agent understands, is where it is by default.
pub(super) fn settings_of(text: &str) -> Settings {
    let read = toml::from_str::<AgentConfig>(text);
    let config = read.unwrap_or_else(|_| AgentConfig {
        server: String::new(),
        ca: None,
        allowed_orgs: allowed_orgs(),
        engine: engine(),
        plugin_socket: plugin_socket(),
        login_socket: login_socket(),
        state: state(),
        hold: hold(),
        refresh: refresh(),
        patience: patience(),
        sign_in_lasts: sign_in_lasts(),
        calls: CallsConfig::default(),
    });
    let server = config.server.clone();
    config.settings(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_closed_that_is_not_opened() {
        let config: AgentConfig = toml::from_str("server = 'x'").unwrap();
        let settings = config.settings("https://x".to_owned());
        assert_eq!(settings.calls, CallSettings::default());
        assert_eq!(settings.calls.build, Leave::Denied);
        assert_eq!(settings.hold, Duration::from_hours(4));
    }

    #[test]
    fn the_file_in_the_documentation_is_read() {
        let page = include_str!("../../../../docs/agent.md");
        let (_, from) = page.split_once("```toml\n").unwrap();
        let (file, _) = from.split_once("```").unwrap();
        let config: AgentConfig = toml::from_str(file).unwrap();
        let settings = config.settings("https://x".to_owned());
        assert_eq!(settings.calls.build, Leave::Allowed);
        assert_eq!(settings.calls.load, Leave::Denied);
    }

    #[test]
    fn where_things_are_is_known_without_a_file_that_can_be_read() {
        let state = |text| settings_of(text).state;
        assert_eq!(
            state("server = 'x'\nstate = '/srv/a'"),
            PathBuf::from("/srv/a")
        );
        for text in ["", "server = 'x'\nallow = 'everything'", "{"] {
            assert_eq!(
                state(text),
                PathBuf::from("/var/lib/pullgate-agent"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for text in [
            "",
            "server = 'x'\nallow = 'everything'",
            "server = 'x'\n[calls]\nbuild = true",
            "server = 'x'\n[calls]\nbuilds = 'allowed'",
            "server = 'x'\nhold = '4'",
        ] {
            assert!(toml::from_str::<AgentConfig>(text).is_err(), "{text}");
        }
    }
}
