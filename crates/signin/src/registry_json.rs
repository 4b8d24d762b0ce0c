//! `registry.json`, and shell scripts that put it where it belongs.
//!
//! It is UTF-8 without a byte-order mark, and only the administrator may
//! write it: with a mark, or writable by others, it is worth nothing.

use crate::artifact::{Artifact, Form};
use crate::organizations::Organizations;

pub(crate) const MAC_FOLDER: &str = "/Library/Application Support/com.docker.docker";
const LINUX_FOLDER: &str = "/usr/share/docker-desktop/registry";

/// Where `registry.json` stands on Linux.
pub const LINUX_FILE: &str = "/usr/share/docker-desktop/registry/registry.json";

/// The text of the file.
pub(crate) fn text(organizations: &Organizations) -> String {
    format!("{{\"allowedOrgs\":[{}]}}", organizations.json())
}

pub(crate) fn linux(organizations: &Organizations) -> Vec<Artifact> {
    vec![
        Artifact {
            form: Form::Shell,
            file_name: "docker-desktop-sign-in.sh",
            path: LINUX_FILE,
            permissions: "root alone writes, everybody reads (0644)",
            how: "Run it with sudo. Docker Desktop looks at its next start.",
            text: script(organizations, LINUX_FOLDER, "root:root"),
        },
        Artifact {
            form: Form::RegistryJson,
            file_name: "registry.json",
            path: LINUX_FILE,
            permissions: "root alone writes, everybody reads (0644)",
            how: "Put it there with your own tools, as UTF-8 without a byte-order mark.",
            text: text(organizations) + "\n",
        },
    ]
}

/// A script for a POSIX shell. The folder is taken from whoever may have made
/// it, for who may write it may put another file there; and the file comes
/// into being under another name, so that it is never there half, and never
/// written through a link that somebody has left.
pub(crate) fn script(organizations: &Organizations, folder: &str, owner: &str) -> String {
    let json = text(organizations);
    format!(
        "#!/bin/sh\n\
         # Run as root.\n\
         set -eu\n\
         umask 022\n\
         folder='{folder}'\n\
         if [ -L \"$folder\" ]; then\n  \
           echo \"$folder is a link; remove it first\" >&2\n  \
           exit 1\n\
         fi\n\
         mkdir -p \"$folder\"\n\
         chown {owner} \"$folder\"\n\
         chmod 755 \"$folder\"\n\
         new=$(mktemp \"$folder/.registry.json.XXXXXX\")\n\
         printf '%s\\n' '{json}' > \"$new\"\n\
         chown {owner} \"$new\"\n\
         chmod 644 \"$new\"\n\
         mv -f \"$new\" \"$folder/registry.json\"\n"
    )
}
