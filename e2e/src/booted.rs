use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::outcome::{run, run_with_input};
use crate::tool::needs_root;
use crate::{Folder, Outcome, Process, Shelter, pullgate, tool};

/// What boots it.
const SCRIPT: &str = include_str!("booted.sh");

/// Where control groups are.
const GROUPS: &str = "/sys/fs/cgroup";

/// A machine that a real systemd has booted, as its process 1, with Debian's
/// units of containerd and dockerd, and the program under test as
/// `/usr/local/bin/pullgate`.
///
/// It is a copy of this machine in namespaces and memory; it shares the
/// network, so that it reaches the test's servers on their loopback ports. On
/// it there is root, and mia, who belongs to the group `docker`.
#[derive(Debug)]
pub struct Booted {
    /// What it lives in; gone after it.
    _folder: Folder,
    name: String,
    process: Process,
    init: u32,
}

impl Booted {
    /// Boots it, and waits until its Docker Engine answers.
    pub fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        needs_root("a systemd of its own");
        tool("systemd", "systemd");
        tool("dockerd", "docker.io");
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pge-{}-{number}", std::process::id());
        let folder = Folder::new("booted");
        let script = folder.write("booted.sh", SCRIPT);
        let mut command = Command::new("sh");
        command
            .arg(script)
            .args([folder.path(), Path::new(&name)])
            .arg(pullgate().get_program());
        let process = Process::start("booted", &command, Shelter::None, &folder);
        let mut init = None;
        process.wait_until("booting", || {
            init = process.child().filter(|pid| is_systemd(*pid));
            init.is_some()
        });
        let booted = Self {
            _folder: folder,
            name,
            process,
            init: init.unwrap_or_default(),
        };
        booted.process.wait_until("ready", || {
            booted.run("docker version").succeeded() && booted.is_active("docker.service")
        });
        booted
    }

    /// A command of root's on it; words are parted by spaces.
    pub fn run(&self, words: &str) -> Outcome {
        run(&self.inside(&["env"], words))
    }

    /// The same, of mia's.
    pub fn as_mia(&self, words: &str) -> Outcome {
        self.as_mia_typing(words, "")
    }

    /// The same, with something on standard input.
    pub fn as_mia_typing(&self, words: &str, input: &str) -> Outcome {
        let become_mia = [
            "setpriv",
            "--reuid=mia",
            "--regid=mia",
            "--init-groups",
            "env",
            "HOME=/home/mia",
        ];
        run_with_input(&self.inside(&become_mia, words), input)
    }

    /// Where a path of it is seen from here.
    pub fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.init))
    }

    /// Whether a unit of it runs.
    pub fn is_active(&self, unit: &str) -> bool {
        self.run(&format!("systemctl is-active {unit}")).succeeded()
    }

    /// What systemd knows about a unit.
    pub fn property(&self, unit: &str, name: &str) -> String {
        let shown = self.run(&format!("systemctl show --value --property {name} {unit}"));
        shown.expect_success().trim().to_owned()
    }

    /// What a unit has logged.
    pub fn journal(&self, unit: &str) -> String {
        let journal = self.run(&format!("journalctl --no-pager --output cat --unit {unit}"));
        journal.text().to_owned()
    }

    fn inside(&self, before: &[&str], words: &str) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.init.to_string()])
            .args([
                "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--wd=/", "--",
            ])
            .args(before)
            .args(words.split(' '))
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
            .env("NO_COLOR", "1")
            .env("HOME", "/root");
        command
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        self.process.kill();
        let deadline = Instant::now() + Duration::from_secs(10);
        let groups = || {
            let one = Path::new(GROUPS).join(&self.name);
            let each = fs::read_dir(GROUPS).into_iter().flatten().flatten();
            let each = each.map(|hierarchy| hierarchy.path().join(&self.name));
            each.chain([one]).filter(|group| group.is_dir())
        };
        // A group is there until the last of its processes is gone.
        while groups().next().is_some() && Instant::now() < deadline {
            groups().for_each(|group| remove_group(&group));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn is_systemd(pid: u32) -> bool {
    let name = fs::read_to_string(format!("/proc/{pid}/comm"));
    name.is_ok_and(|name| name.trim() == "systemd")
}

/// Removes a control group and those in it, as far as they are empty.
fn remove_group(group: &Path) {
    let inner = fs::read_dir(group).into_iter().flatten().flatten();
    for folder in inner.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        remove_group(&folder);
    }
    let _ = fs::remove_dir(group);
}
