use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

/// A folder under `/tmp` that is gone when the test process is.
///
/// Its path is short, because sockets live in it. A folder that is held by a
/// static is never dropped; therefore a small shell outlives this process by
/// a moment and removes what is left. `PULLGATE_E2E_KEEP=1` keeps all of them.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a new empty folder, with `name` in its path for people who look.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/tmp/pge-{}-{number}-{name}", std::process::id()));
        sweep_later(&path);
        fs::create_dir(&path)
            .unwrap_or_else(|error| panic!("{} cannot be made: {error}", path.display()));
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of something in it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Makes a folder in it, if it is not there yet.
    pub fn subfolder(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(&path)
            .unwrap_or_else(|error| panic!("{} cannot be made: {error}", path.display()));
        path
    }

    /// Writes a file in it, and says where.
    pub fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, text)
            .unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !kept() {
            // What is still in use now goes with the sweeper.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn kept() -> bool {
    std::env::var_os("PULLGATE_E2E_KEEP").is_some()
}

/// Reads paths until this process is gone, then removes them. Several tries,
/// for what was running in them may take a moment to be gone as well.
const SWEEPER: &str = r#"
set --
while IFS= read -r path; do set -- "$@" "$path"; done
for try in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf -- "$@" && exit 0
    sleep 0.5
done
"#;

fn sweep_later(path: &Path) {
    static SWEEPER_INPUT: LazyLock<Mutex<ChildStdin>> = LazyLock::new(|| {
        #[allow(
            clippy::zombie_processes,
            reason = "it outlives this process, which is its purpose"
        )]
        let mut sweeper = Command::new("sh")
            .args(["-c", SWEEPER])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C ends the tests and leaves the sweeper its work.
            .process_group(0)
            .spawn()
            .expect("sh starts");
        Mutex::new(sweeper.stdin.take().expect("stdin is a pipe"))
    });
    if kept() {
        eprintln!("kept: {}", path.display());
        return;
    }
    let mut input = SWEEPER_INPUT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    writeln!(input, "{}", path.display()).expect("the sweeper reads");
}
