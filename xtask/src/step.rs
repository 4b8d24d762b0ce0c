use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::cargo::target;
use crate::display::{Detail, Display};
use crate::programs::Programs;
use crate::tally::Tally;

/// One thing that has to succeed.
pub(crate) struct Step {
    /// The task that runs this alone, and the name of the log.
    name: &'static str,
    title: &'static str,
    action: Action,
    repeat: Option<&'static str>,
    mend: Option<&'static str>,
}

/// How a step is done.
pub(crate) enum Action {
    /// A command whose output is kept, and shown when it fails.
    Run(Command),
    /// A command whose output is what was asked for.
    Show(Command),
    /// Test programs side by side, whose output is kept as well.
    Programs(Programs),
    /// Code of ours, which gives the commands to run one after the other.
    Do(fn() -> Result<Vec<Command>, String>),
}

impl Step {
    pub(crate) fn new(name: &'static str, title: &'static str, action: Action) -> Self {
        Self {
            name,
            title,
            action,
            repeat: None,
            mend: None,
        }
    }

    /// The command that runs this step alone, where `cargo xtask NAME` is not it.
    pub(crate) fn repeated_by(mut self, command: &'static str) -> Self {
        self.repeat = Some(command);
        self
    }

    /// The command that mends what this step finds.
    pub(crate) fn mended_by(mut self, command: &'static str) -> Self {
        self.mend = Some(command);
        self
    }
}

/// Runs steps until one fails; then says what failed and how to repeat it.
/// The last line that it prints is `N passed, N failed`, of tests where a
/// step runs tests; a step without tests that fails counts as one failure.
pub(crate) fn run_all(steps: &[Step], detail: Detail) -> ExitCode {
    let started = Instant::now();
    let mut tally = Tally::default();
    let mut failed = false;
    for (index, step) in steps.iter().enumerate() {
        let detail = match step.action {
            Action::Show(_) => Detail::All,
            _ => detail,
        };
        let mut display = Display::start(index + 1, steps.len(), step.title, detail);
        let before = tally;
        match run(step, &mut display, &mut tally) {
            Ok(()) => display.passed(tally.since(before)),
            Err(failure) => {
                display.failed(&failure);
                if tally.failed == before.failed {
                    tally.failed += 1;
                }
                if let Some(mend) = step.mend {
                    println!("To mend it:    {mend}");
                }
                match step.repeat {
                    Some(repeat) => println!("To repeat it:  {repeat}"),
                    None => println!("To repeat it:  cargo xtask {} --verbose", step.name),
                }
                failed = true;
                break;
            }
        }
    }
    println!("\n{:.0} s in all", started.elapsed().as_secs_f64());
    if tally.is_empty() && !failed {
        return ExitCode::SUCCESS;
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn run(step: &Step, display: &mut Display, tally: &mut Tally) -> Result<(), String> {
    match &step.action {
        Action::Run(command) | Action::Show(command) => {
            follow(step.name, command, display, tally).map(drop)
        }
        Action::Programs(programs) => programs.run(display, tally),
        Action::Do(action) => {
            for command in action()? {
                follow(step.name, &command, display, tally)?;
            }
            Ok(())
        }
    }
}

/// Runs a command with its output in a file, and reads along. Returns the file.
pub(crate) fn follow(
    name: &str,
    command: &Command,
    display: &mut Display,
    tally: &mut Tally,
) -> Result<PathBuf, String> {
    let folder = target().join("xtask");
    let path = folder.join(format!("{name}.log"));
    let log = fs::create_dir_all(&folder)
        .and_then(|()| File::create(&path))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    let shared = log.try_clone().map_err(|error| error.to_string())?;
    let mut reader = File::open(&path).map_err(|error| error.to_string())?;
    let mut child = copy(command)
        .stdin(Stdio::null())
        .stdout(shared)
        .stderr(log)
        .spawn()
        .map_err(|error| {
            format!(
                "{} cannot be started: {error}",
                command.get_program().display()
            )
        })?;
    let mut line = Vec::new();
    loop {
        let ended = child.try_wait().map_err(|error| error.to_string())?;
        let mut news = Vec::new();
        reader
            .read_to_end(&mut news)
            .map_err(|error| error.to_string())?;
        display.output(&news);
        for byte in news {
            if byte == b'\n' {
                tally.read(&String::from_utf8_lossy(&line));
                line.clear();
            } else {
                line.push(byte);
            }
        }
        match ended {
            Some(status) if status.success() => return Ok(path),
            Some(status) => {
                return Err(format!(
                    "{status}; all of its output is in {}",
                    path.display()
                ));
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
        display.tick();
    }
}

fn copy(command: &Command) -> Command {
    let mut copy = Command::new(command.get_program());
    copy.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => copy.env(name, value),
            None => copy.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        copy.current_dir(folder);
    }
    copy
}
