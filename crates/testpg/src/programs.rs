//! Where PostgreSQL's programs are, and as whom they run.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// PostgreSQL's programs.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// The user and group as whom they run, if that is another.
    postgres: Option<(u32, u32)>,
}

impl Programs {
    /// The newest ones of Debian's folders, or those of the path.
    pub(crate) fn find() -> Self {
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let mut folders: Vec<_> = debian
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
            .collect();
        folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
        let path = std::env::var_os("PATH").unwrap_or_default();
        folders.extend(std::env::split_paths(&path));
        let whole = |folder: &PathBuf| {
            ["initdb", "postgres", "pg_isready", "createdb"]
                .iter()
                .all(|program| folder.join(program).is_file())
        };
        let Some(folder) = folders.into_iter().find(whole) else {
            panic!("these tests need PostgreSQL; install it: apt-get install postgresql")
        };
        Self {
            folder,
            postgres: is_root().then(postgres_user),
        }
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// Gives a file to whom the programs run as.
    pub(crate) fn give(&self, path: &Path) -> io::Result<()> {
        match self.postgres {
            Some((user, group)) => chown(path, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    /// A command that runs as PostgreSQL does. `setpriv` takes options of its
    /// own, which stand first.
    pub(crate) fn command(&self, options: &[&str], program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("setpriv");
        command.args(options);
        if let Some((user, group)) = self.postgres {
            command
                .arg(format!("--reuid={user}"))
                .arg(format!("--regid={group}"))
                .arg("--clear-groups");
        }
        command.arg("--").arg(program).current_dir("/");
        command
    }

    /// Runs a program to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, program: &str, arguments: &[A]) -> Output {
        let mut command = self.command(&[], self.path(program));
        match command.args(arguments).output() {
            Ok(output) => output,
            Err(cause) => panic!(
                "{program} does not run: {cause}; install setpriv: apt-get install util-linux"
            ),
        }
    }
}

fn version(folder: &Path) -> u32 {
    let name = folder.parent().and_then(Path::file_name);
    let number = name.and_then(OsStr::to_str).map(str::parse);
    number.and_then(Result::ok).unwrap_or_default()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The numbers of the user `postgres`, which the package makes.
fn postgres_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let numbers = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    let Some(numbers) = numbers else {
        panic!(
            "PostgreSQL does not run as root and there is no user postgres; make one: apt-get install postgresql"
        )
    };
    numbers
}
