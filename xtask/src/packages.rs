use std::path::Path;
use std::process::Command;

use crate::engines;

/// A file that the tests need, and the Debian package that has it. A `*`
/// stands for one folder of any name.
const NEEDED: &[(&str, &str)] = &[
    ("/usr/sbin/dockerd", "docker.io"),
    ("/usr/bin/containerd", "containerd"),
    ("/usr/sbin/runc", "runc"),
    ("/usr/bin/podman", "podman"),
    ("/usr/bin/buildah", "buildah"),
    ("/usr/bin/skopeo", "skopeo"),
    ("/usr/bin/docker-registry", "docker-registry"),
    ("/usr/sbin/nginx", "nginx-light"),
    ("/usr/bin/wrk", "wrk"),
    ("/usr/lib/postgresql/*/bin/initdb", "postgresql"),
    ("/bin/busybox", "busybox-static"),
    ("/sbin/iptables", "iptables"),
    ("/bin/tar", "tar"),
    ("/bin/gzip", "gzip"),
    ("/usr/bin/setpriv", "util-linux"),
    ("/lib/systemd/systemd", "systemd"),
    ("/usr/bin/openssl", "openssl"),
    ("/usr/bin/chromium", "chromium"),
    ("/usr/bin/node", "nodejs"),
    ("/usr/bin/npm", "npm"),
    ("/usr/bin/curl", "curl"),
    ("/usr/bin/shellcheck", "shellcheck"),
    ("/usr/bin/python3", "python3"),
    ("/usr/lib/*/ensurepip/__init__.py", "python3-venv"),
];

/// Packages' services are not started: the tests start servers of their own.
/// This is how Debian is told; the file is there only while apt-get runs.
const NO_SERVICES: &str = "/usr/sbin/policy-rc.d";

/// The commands that install what is missing, of this machine's suite and of
/// newer ones.
///
/// # Errors
///
/// When something is missing and cannot be installed from here: the command
/// for a person to run.
pub(crate) fn install() -> Result<Vec<Command>, String> {
    let mut commands = of_this_suite()?;
    commands.extend(engines::install()?);
    Ok(commands)
}

fn of_this_suite() -> Result<Vec<Command>, String> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(file, _)| !exists(file))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let packages = missing.join(" ");
    if !exists("/usr/bin/apt-get") {
        return Err(format!(
            "these are missing, and there is no apt-get to install them: {packages}. \
             The tests need Debian's packages: run them on Debian 12 or later, in a virtual machine or a container."
        ));
    }
    if !is_root() {
        return Err(format!(
            "packages are missing. Run this, and then the tests as root:\n  \
             sudo apt-get update && sudo apt-get install --yes --no-install-recommends {packages}"
        ));
    }
    let script = format!(
        "if [ ! -e {NO_SERVICES} ]; then\n\
           trap 'rm -f {NO_SERVICES}' EXIT\n\
           printf '#!/bin/sh\\nexit 101\\n' > {NO_SERVICES}\n\
           chmod 755 {NO_SERVICES}\n\
         fi\n\
         apt-get update && apt-get install --yes --no-install-recommends {packages}"
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", &script])
        .env("DEBIAN_FRONTEND", "noninteractive");
    Ok(vec![command])
}

fn exists(file: &str) -> bool {
    match file.split_once('*') {
        None => Path::new(file).exists(),
        Some((before, after)) => Path::new(before).read_dir().is_ok_and(|folders| {
            folders
                .flatten()
                .any(|folder| folder.path().join(after.trim_start_matches('/')).exists())
        }),
    }
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
