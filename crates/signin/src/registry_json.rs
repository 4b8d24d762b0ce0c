//! `registry.json`, and shell scripts that put it where it belongs.
//!
//! It is UTF-8 without a byte-order mark, and only the administrator may
//! write it: with a mark, or writable by others, it is worth nothing.

use crate::artifact::{Artifact, Form};
use crate::organizations::Organizations;

pub(crate) const MAC_FOLDER: &str = "/Library/Application Support/com.docker.docker";
const LINUX_FOLDER: &str = "/usr/share/docker-desktop/registry";

/// The text of the file.
pub(crate) fn text(organizations: &Organizations) -> String {
    format!("{{\"allowedOrgs\":[{}]}}", organizations.json())
}

pub(crate) fn linux(organizations: &Organizations) -> Vec<Artifact> {
    vec![
        Artifact {
            form: Form::Shell,
            file_name: "docker-desktop-sign-in.sh",
            path: "/usr/share/docker-desktop/registry/registry.json",
            permissions: "root alone writes, everybody reads (0644)",
            how: "Run it with sudo. Docker Desktop looks at its next start.",
            text: script(organizations, LINUX_FOLDER, "root:root"),
        },
        Artifact {
            form: Form::RegistryJson,
            file_name: "registry.json",
            path: "/usr/share/docker-desktop/registry/registry.json",
            permissions: "root alone writes, everybody reads (0644)",
            how: "Put it there with your own tools, as UTF-8 without a byte-order mark.",
            text: text(organizations) + "\n",
        },
    ]
}

/// A script for a POSIX shell.
pub(crate) fn script(organizations: &Organizations, folder: &str, owner: &str) -> String {
    let json = text(organizations);
    format!(
        "#!/bin/sh\n\
         set -eu\n\
         folder='{folder}'\n\
         mkdir -p \"$folder\"\n\
         printf '%s\\n' '{json}' > \"$folder/registry.json\"\n\
         chown {owner} \"$folder/registry.json\"\n\
         chmod 644 \"$folder/registry.json\"\n"
    )
}
