use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Folder;

/// A program that runs while a test does.
///
/// It ends when this is dropped, and when the test process ends in any way,
/// for it is started with a parent-death signal. Its output goes to a file;
/// the ends of all such files are shown when a test fails.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    child: Mutex<Option<Child>>,
}

/// How far what a program starts may spread.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shelter {
    /// The program starts nothing that could outlive it.
    None,
    /// The program starts others and mounts file systems: it gets process
    /// and mount namespaces of its own, and all of it goes when it goes.
    Namespaces,
}

impl Process {
    /// Starts `command`, whose output goes to `NAME.log` in `folder`.
    pub fn start(name: &str, command: &Command, shelter: Shelter, folder: &Folder) -> Self {
        show_logs_when_a_test_fails();
        let log = folder.join(format!("{name}.log"));
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("the log can be written");
        let mut sheltered = shelter.wrap(command);
        sheltered
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file can be shared"))
            .stderr(output);
        let child = spawn(sheltered);
        lock(&LOGS).push((name.to_owned(), log.clone()));
        Self {
            name: name.to_owned(),
            log,
            child: Mutex::new(Some(child)),
        }
    }

    /// Waits until `ready` says so.
    ///
    /// # Panics
    ///
    /// When the program has ended, or after 60 seconds.
    #[track_caller]
    pub fn wait_until(&self, what: &str, mut ready: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !ready() {
            if let Some(child) = lock(&self.child).as_mut() {
                let ended = child.try_wait().expect("a child can be asked");
                assert!(
                    ended.is_none(),
                    "{} ended before it was {what}:\n{}",
                    self.name,
                    self.log()
                );
            }
            assert!(
                Instant::now() < deadline,
                "{} was not {what} after a minute:\n{}",
                self.name,
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// All that it has printed.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        if let Some(child) = lock(&self.child).as_ref() {
            let _ = kill_process(pid(child), signal);
        }
    }

    /// How many files and connections it has open, with all that it has
    /// started.
    pub fn open_files(&self) -> usize {
        fn of(pid: i32) -> usize {
            let own = fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
            let tasks = fs::read_dir(format!("/proc/{pid}/task"));
            let children = tasks.into_iter().flatten().flatten().flat_map(|task| {
                let list = fs::read_to_string(task.path().join("children")).unwrap_or_default();
                let pids = list.split_whitespace().map(str::to_owned);
                pids.collect::<Vec<_>>()
            });
            let pids = children.filter_map(|pid| pid.parse().ok());
            own + pids.map(of).sum::<usize>()
        }
        lock(&self.child)
            .as_ref()
            .map_or(0, |child| of(pid(child).as_raw_nonzero().get()))
    }

    /// What it has started first and still runs.
    pub fn child(&self) -> Option<u32> {
        let guard = lock(&self.child);
        let pid = pid(guard.as_ref()?).as_raw_nonzero();
        let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        list.ok()?.split_whitespace().next()?.parse().ok()
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        lock(&self.child)
            .as_mut()
            .is_none_or(|child| child.try_wait().is_ok_and(|ended| ended.is_some()))
    }

    /// Whether it has ended with 0; none while it runs.
    pub fn ended_well(&self) -> Option<bool> {
        let mut guard = lock(&self.child);
        let ended = guard.as_mut()?.try_wait().ok()??;
        Some(ended.success())
    }

    /// Asks it to end, and waits for that; kills it after ten seconds.
    pub fn stop(&self) {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.has_ended() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
    }

    /// Ends it at once.
    pub fn kill(&self) {
        if let Some(mut child) = lock(&self.child).take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        lock(&LOGS).retain(|(_, log)| *log != self.log);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shelter {
    fn wrap(self, command: &Command) -> Command {
        let mut wrapped = Command::new("setpriv");
        wrapped.args(["--pdeathsig", "KILL", "--"]);
        if self == Self::Namespaces {
            wrapped.args([
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--",
            ]);
        }
        wrapped.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(name, value),
                None => wrapped.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            wrapped.current_dir(folder);
        }
        wrapped
    }
}

static LOGS: Mutex<Vec<(String, PathBuf)>> = Mutex::new(Vec::new());

/// Starts a program from a thread that never ends: the parent-death signal
/// is sent when the starting *thread* ends, and each test is a thread.
fn spawn(command: Command) -> Child {
    type Job = (Command, Sender<std::io::Result<Child>>);
    static SPAWNER: LazyLock<Mutex<Sender<Job>>> = LazyLock::new(|| {
        let (jobs, incoming) = channel::<Job>();
        std::thread::spawn(move || {
            for (mut command, answer) in incoming {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(jobs)
    });
    let (answer, child) = channel();
    let shown = format!("{command:?}");
    lock(&SPAWNER)
        .send((command, answer))
        .expect("the spawner runs");
    child
        .recv()
        .expect("the spawner answers")
        .unwrap_or_else(|error| panic!("{shown} cannot be started: {error}"))
}

fn show_logs_when_a_test_fails() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let shown_before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            shown_before(panic);
            let Ok(logs) = LOGS.try_lock() else { return };
            for (name, log) in logs.iter() {
                let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
                let lines: Vec<_> = text.lines().collect();
                let last = &lines[lines.len().saturating_sub(25)..];
                eprintln!("--- the end of {name}'s log:\n{}", last.join("\n"));
            }
        }));
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}
