//! How a machine is set up, as texts. Pure.

use serde_json::{Map, Value, json};

/// The name by which the Engine knows the plugin.
pub const PLUGIN: &str = "pullgate";

/// Where everything belongs.
pub const SETTINGS_FILE: &str = "/etc/pullgate/agent.toml";
/// The certificate authority of the server, if it is of one's own.
pub const CA_FILE: &str = "/etc/pullgate/agent-ca.pem";
/// The unit.
pub const UNIT_FILE: &str = "/etc/systemd/system/pullgate-agent.service";
/// The Engine's configuration.
pub const DAEMON_FILE: &str = "/etc/docker/daemon.json";
/// What that was before.
pub const DAEMON_BACKUP: &str = "/etc/docker/daemon.json.before-pullgate";

const PLUGINS: &str = "authorization-plugins";

/// Why the Engine's configuration is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DaemonError {
    /// It is no JSON object.
    #[error("it is not the JSON object that the Engine expects: {0}")]
    Unreadable(String),
    /// The list of plugins is none.
    #[error("{PLUGINS} in it is no list of names")]
    Plugins,
}

/// The Engine's configuration with the plugin in it, last of all plugins; none
/// if it is there already. The text so far is empty where there is no file.
pub fn with_plugin(before: &str) -> Result<Option<String>, DaemonError> {
    let (mut daemon, mut plugins) = read(before)?;
    if plugins.iter().any(|name| name == PLUGIN) {
        return Ok(None);
    }
    plugins.push(PLUGIN.to_owned());
    daemon.insert(PLUGINS.to_owned(), json!(plugins));
    Ok(Some(written(&daemon)))
}

/// The Engine's configuration without the plugin, and otherwise as it is; none
/// if it is not there.
pub fn without_plugin(before: &str) -> Result<Option<String>, DaemonError> {
    let (mut daemon, mut plugins) = read(before)?;
    let there = plugins.len();
    plugins.retain(|name| name != PLUGIN);
    if plugins.len() == there {
        return Ok(None);
    }
    if plugins.is_empty() {
        daemon.remove(PLUGINS);
    } else {
        daemon.insert(PLUGINS.to_owned(), json!(plugins));
    }
    Ok(Some(written(&daemon)))
}

fn read(text: &str) -> Result<(Map<String, Value>, Vec<String>), DaemonError> {
    if text.trim().is_empty() {
        return Ok((Map::new(), Vec::new()));
    }
    let daemon: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| DaemonError::Unreadable(error.to_string()))?;
    let plugins = match daemon.get(PLUGINS) {
        None => Vec::new(),
        Some(plugins) => {
            serde_json::from_value(plugins.clone()).map_err(|_| DaemonError::Plugins)?
        }
    };
    Ok((daemon, plugins))
}

fn written(daemon: &Map<String, Value>) -> String {
    // A map of JSON values can always be written.
    let text = serde_json::to_string_pretty(daemon).unwrap_or_default();
    format!("{text}\n")
}

/// The systemd unit, for the program at this path.
///
/// It starts before the Engine, which denies everything while nobody answers.
/// The agent needs files of root's, two sockets and the network, and is kept
/// from everything else.
pub fn unit(program: &str) -> String {
    format!(
        "\
[Unit]
Description=Pullgate agent: who is signed in here, and what the Docker Engine may bring in
Before=docker.service
StartLimitIntervalSec=0

[Service]
Type=exec
# The Engine's folder of plugins is made here, outside of the sandbox.
ExecStartPre=+/bin/mkdir -p /run/docker/plugins
ExecStart={program} agent run
Restart=always
RestartSec=1
RuntimeDirectory=pullgate-agent
RuntimeDirectoryMode=0755
StateDirectory=pullgate-agent
StateDirectoryMode=0700
UMask=0077
LimitNOFILE=65536

CapabilityBoundingSet=
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
ReadWritePaths=/run/docker/plugins
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target docker.service
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_configuration_keeps_what_else_is_in_it() {
        let before = "{\"debug\": true, \"authorization-plugins\": [\"other\"]}";
        let after = with_plugin(before).unwrap().unwrap();
        let read: Value = serde_json::from_str(&after).unwrap();
        assert_eq!(
            read,
            json!({"debug": true, "authorization-plugins": ["other", "pullgate"]})
        );
        assert_eq!(with_plugin(&after), Ok(None), "once is enough");
        let undone = without_plugin(&after).unwrap().unwrap();
        let read: Value = serde_json::from_str(&undone).unwrap();
        assert_eq!(read, serde_json::from_str::<Value>(before).unwrap());
        assert_eq!(without_plugin(&undone), Ok(None));
    }

    #[test]
    fn where_there_was_nothing_nothing_is_left() {
        let after = with_plugin("").unwrap().unwrap();
        assert_eq!(
            after,
            "{\n  \"authorization-plugins\": [\n    \"pullgate\"\n  ]\n}\n"
        );
        assert_eq!(without_plugin(&after), Ok(Some("{}\n".to_owned())));
    }

    #[test]
    fn what_cannot_be_read_is_not_touched() {
        for text in ["{", "[]", "{\"debug\": true} x"] {
            assert!(
                matches!(with_plugin(text), Err(DaemonError::Unreadable(_))),
                "{text}"
            );
        }
        let text = "{\"authorization-plugins\": \"other\"}";
        assert_eq!(with_plugin(text), Err(DaemonError::Plugins));
    }
}
