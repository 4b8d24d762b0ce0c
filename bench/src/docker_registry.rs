//! Debian's docker-registry as a proxy, with what it keeps in memory by
//! default configuration files of the project.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::process::{Ending, Process};
use crate::programs::Programs;

/// Starts it with its files in that folder.
pub(crate) fn start(
    programs: &Programs,
    folder: &Path,
    port: u16,
    upstream: u16,
) -> Result<Process, Failure> {
    let path = folder.join("config.yml");
    let configuration = format!(
        "version: 0.1\n\
         log:\n  level: error\n  accesslog:\n    disabled: true\n\
         storage:\n  cache:\n    blobdescriptor: inmemory\n  \
           filesystem:\n    rootdirectory: \"{}/storage\"\n\
         http:\n  addr: 127.0.0.1:{port}\n\
         proxy:\n  remoteurl: http://127.0.0.1:{upstream}\n",
        folder.display()
    );
    fs::write(&path, configuration).map_err(Failure::file("write", &path))?;
    let path = path.display().to_string();
    Process::start(
        "docker-registry",
        &programs.docker_registry,
        &["serve", &path],
        folder,
        port,
        Ending::Kill,
    )
}
