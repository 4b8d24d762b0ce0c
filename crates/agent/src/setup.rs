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

/// Why the unit cannot run a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// It is in a folder that the unit does not see.
    #[error("{0} is in a folder that the unit is kept from")]
    Hidden(String),
    /// Its path would mean something else in a unit.
    #[error("{0} is no full path of plain letters, digits and . _ + -")]
    Odd(String),
}

/// What people have for themselves, and the unit does not see.
const HIDDEN: [&str; 5] = ["/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"];

fn usable(program: &str) -> Result<(), ProgramError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._+-".contains(&byte);
    if !program.starts_with('/') || !program.bytes().all(plain) {
        return Err(ProgramError::Odd(program.to_owned()));
    }
    if HIDDEN.iter().any(|folder| program.starts_with(folder)) {
        return Err(ProgramError::Hidden(program.to_owned()));
    }
    Ok(())
}

/// The systemd unit, for the program at this path.
///
/// The Engine is started only when the agent answers (`Type=notify`): it looks
/// for its plugins when it starts and when it reads its configuration anew, and
/// while it finds one missing it lets everything through, and then ends.
///
/// The agent needs to read root's files, two sockets, the Engine's and the
/// network, and is kept from everything else. It stays root, without any of
/// root's capabilities: the folder of plugins and the Engine's socket are
/// root's, and whoever may use the latter is as good as root. Users are not
/// mapped (`PrivateUsers`): by their numbers the kernel says who signs in. Nor
/// is `RestrictSUIDSGID` set, which forbids `openat2`, by which
/// `registry.json` is read without following a link. Where the agent writes is
/// closed to others, or its file system heeds no such bits.
pub fn unit(program: &str) -> Result<String, ProgramError> {
    usable(program)?;
    Ok(format!(
        "\
[Unit]
Description=Pullgate agent: what the Docker Engine may bring in
Before=docker.service
StartLimitIntervalSec=0

[Service]
Type=notify
# The Engine's folder of plugins is made here, outside of the sandbox.
ExecStartPre=+/bin/mkdir -p /run/docker/plugins
ExecStart={program} agent run
Restart=always
RestartSec=1
# The Engine waits for the agent when the machine starts, and not for ever.
TimeoutStartSec=20
TimeoutStopSec=10
RuntimeDirectory=pullgate-agent
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=restart
StateDirectory=pullgate-agent
StateDirectoryMode=0700
UMask=0077
LimitNOFILE=65536

CapabilityBoundingSet=
DevicePolicy=closed
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateMounts=yes
PrivateTmp=yes
ProcSubset=pid
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
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target docker.service
"
    ))
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

    #[test]
    fn the_unit_runs_no_program_that_it_does_not_see_or_that_reads_otherwise() {
        let unit = unit("/usr/local/bin/pullgate").unwrap();
        assert!(unit.contains("\nExecStart=/usr/local/bin/pullgate agent run\n"));
        for hidden in ["/home/mia/pullgate", "/root/pullgate", "/tmp/pullgate"] {
            let refused = super::unit(hidden);
            assert_eq!(refused, Err(ProgramError::Hidden(hidden.to_owned())));
        }
        for odd in [
            "pullgate",
            "",
            "/opt/my programs/pullgate",
            "/opt/%h/pullgate",
            "/opt/$HOME/pullgate",
            "/opt/a\nUser=mia/pullgate",
            "/opt/\"a/pullgate",
        ] {
            let refused = super::unit(odd);
            assert_eq!(refused, Err(ProgramError::Odd(odd.to_owned())));
        }
    }
}
