//! `registry.json`, and shell scripts that put it where it belongs.
//!
//! It is UTF-8 without a byte-order mark, and only the administrator may
//! write it: with a mark, or writable by others, it is worth nothing.

use crate::artifact::{Artifact, Form};
use crate::organizations::Organizations;

/// Docker Desktop's own folders above the file, the outer first.
const LINUX_FOLDERS: [&str; 2] = [
    "/usr/share/docker-desktop",
    "/usr/share/docker-desktop/registry",
];
const MAC_FOLDERS: [&str; 1] = ["/Library/Application Support/com.docker.docker"];

/// Where `registry.json` stands on macOS.
pub const MAC_FILE: &str = "/Library/Application Support/com.docker.docker/registry.json";

/// Where `registry.json` stands on Windows.
pub const WINDOWS_FILE: &str = r"C:\ProgramData\DockerDesktop\registry.json";

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
            text: script(organizations, &LINUX_FOLDERS, "root", ""),
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

/// The script for macOS, where root's group is `wheel`.
pub(crate) fn mac_script(organizations: &Organizations) -> String {
    // A folder's maker may have given themselves more by a list of rights,
    // which macOS keeps beside the permissions.
    let rights = "    if [ \"$(uname)\" = Darwin ]; then\n        chmod -N \"$1\"\n    fi\n";
    script(organizations, &MAC_FOLDERS, "wheel", rights)
}

/// A script for a POSIX shell.
///
/// Each folder of Docker Desktop's is taken from whoever may have made it, the
/// outer first, for who may write one may put something else there. Links are
/// refused, and so is anything but a file in the file's place: `mv` would move
/// into a folder, or into one that a link leads to, and call that done. (Its
/// `-T`, which would not, is GNU's alone.) The file comes into being under
/// another name, so that it is never there half; and what is there in the end
/// is looked at, for the script ends with 0 only if it enforces something.
/// `rights` are more lines about each folder.
fn script(organizations: &Organizations, folders: &[&str], group: &str, rights: &str) -> String {
    let json = text(organizations);
    let folder = folders.last().copied().unwrap_or_default();
    let each = |what: &str| -> String {
        let lines = folders.iter().map(|path| format!("{what} '{path}'\n"));
        lines.collect()
    };
    let (take, check) = (each("take"), each("check"));
    format!(
        r#"#!/bin/sh
# Run as root.
set -eu
umask 022
group='{group}'
folder='{folder}'
file="$folder/registry.json"
json='{json}'

refuse() {{
    echo "$1" >&2
    exit 1
}}

# A folder is root's, whoever has made it.
take() {{
    if [ -L "$1" ]; then
        refuse "$1 is a link; remove it and run this again"
    fi
    mkdir -p "$1"
    chown "root:$group" "$1"
    chmod u=rwx,go=rx "$1"
{rights}}}

check() {{
    if [ -z "$(find "$1" -prune -type d -user root ! -perm -020 ! -perm -002)" ]; then
        refuse "$1 can be changed by others than root: nothing is enforced"
    fi
}}

{take}
# A folder, or a link to one, would take the new file into itself.
if [ -L "$file" ]; then
    refuse "$file is a link; remove it and run this again"
fi
if [ -e "$file" ] && [ ! -f "$file" ]; then
    refuse "$file is not a file; remove it and run this again"
fi

new=$(mktemp "$folder/.registry.json.XXXXXX")
trap 'rm -f "$new"' EXIT
printf '%s\n' "$json" > "$new"
chown "root:$group" "$new"
chmod 644 "$new"
mv -f "$new" "$file"

# What counts is what is there now.
{check}if [ -z "$(find "$file" -prune -type f -user root -group "$group" -perm 644)" ]; then
    refuse "$file is not root's alone to change: nothing is enforced"
fi
if [ "$(cat "$file")" != "$json" ]; then
    refuse "$file does not hold what was written: nothing is enforced"
fi
"#
    )
}
