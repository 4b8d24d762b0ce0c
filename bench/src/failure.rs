use std::io;
use std::path::{Path, PathBuf};

/// Why the benchmark could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something that is needed is not installed.
    #[error(
        "these programs are missing: {programs}. Install them with\n  \
         apt-get update && apt-get install --yes --no-install-recommends {packages}"
    )]
    Missing {
        /// The programs.
        programs: String,
        /// The Debian packages that have them.
        packages: String,
    },

    /// There is no Pullgate to measure.
    #[error(
        "there is no Pullgate at {}. Build it with\n  cargo build --release -p pullgate\n\
         or name it with --pullgate or PULLGATE_BIN",
        .0.display()
    )]
    NoPullgate(PathBuf),

    /// The folder is in memory, which no cache is in real life.
    #[error(
        "{} is on {file_system}, where caches behave unlike on a disk. \
         Name a folder on a disk with --folder",
        folder.display()
    )]
    NotADisk {
        /// The folder.
        folder: PathBuf,
        /// What it is on.
        file_system: &'static str,
    },

    /// Another run uses the folder.
    #[error(
        "{} is in use by another benchmark, and two at a time measure each other. \
         Wait until it ends",
        .0.display()
    )]
    Busy(PathBuf),

    /// Something with a file.
    #[error("cannot {what} {}: {error}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },

    /// Something with the system that has no file.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system says.
        error: io::Error,
    },

    /// A program did not do what it was asked.
    #[error("{program} failed: {reason}")]
    Program {
        /// Which one.
        program: String,
        /// What it said.
        reason: String,
    },

    /// A server answered what it should not have.
    #[error("{server} answered {path} wrongly: {reason}")]
    Answer {
        /// Which one.
        server: String,
        /// What was asked for.
        path: String,
        /// What was wrong.
        reason: String,
    },
}

impl Failure {
    /// For `map_err`, about a file.
    pub(crate) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { what, path, error }
    }

    /// For `map_err`, about the system.
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::System { what, error }
    }

    /// About a program.
    pub(crate) fn program(program: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Program {
            program: program.into(),
            reason: reason.into(),
        }
    }
}
