use std::path::{Path, PathBuf};

/// The folders of Debian's programs, in the order they are searched. `PATH`
/// is not: another `docker` may come first there.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The file of a program that the tests need.
///
/// # Panics
///
/// When it is not installed, with the command that installs its package.
pub fn tool(name: &str, package: &str) -> PathBuf {
    FOLDERS
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists())
        .unwrap_or_else(|| {
            panic!(
                "{name} is missing, and this test runs the real one. \
                 Install it: apt-get install --no-install-recommends {package}"
            )
        })
}

/// Fails a test early that could only fail in odd ways without root.
pub(crate) fn needs_root(what: &str) {
    assert!(
        rustix::process::geteuid().is_root(),
        "{what} needs root here. Run the end-to-end tests as root, in a container or a virtual machine."
    );
}
