//! Test programs side by side: most of what they do is wait for servers.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;
use std::time::Duration;

use crate::cargo::{root, target};
use crate::display::Display;
use crate::step::follow;
use crate::tally::Tally;

/// The test programs of a package.
pub(crate) struct Programs {
    /// The package, and its folder.
    pub(crate) package: &'static str,
    pub(crate) folder: &'static str,
    /// The command of cargo that builds them and says where they are. The
    /// programs get what it gets in its environment.
    pub(crate) build: Command,
    /// Those that measure something: they run last, each by itself.
    pub(crate) alone: &'static [&'static str],
}

struct Program {
    name: String,
    path: PathBuf,
}

struct Running {
    name: String,
    /// Which of the places it has, from 0 on.
    place: usize,
    log: PathBuf,
    child: Child,
}

impl Programs {
    /// Builds and runs them all. What each has printed is shown when it ends,
    /// in one piece.
    pub(crate) fn run(&self, display: &mut Display, tally: &mut Tally) -> Result<(), String> {
        let log = follow("e2e", &self.build, display, tally)?;
        let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
        let (alone, together): (Vec<_>, Vec<_>) = programs(&text)
            .into_iter()
            .partition(|program| self.alone.contains(&program.name.as_str()));
        if together.is_empty() {
            return Err(format!("{} has no test programs", self.package));
        }
        let places = available_parallelism().map_or(1, usize::from) + 1;
        let mut failed = self.run_in(places, together, display, tally)?;
        failed.extend(self.run_in(1, alone, display, tally)?);
        if failed.is_empty() {
            return Ok(());
        }
        Err(format!(
            "in {}; all of their output is in {}",
            failed.join(", "),
            logs().display()
        ))
    }

    /// Runs programs in so many places; returns those that failed.
    fn run_in(
        &self,
        places: usize,
        programs: Vec<Program>,
        display: &mut Display,
        tally: &mut Tally,
    ) -> Result<Vec<String>, String> {
        let mut waiting = VecDeque::from(programs);
        let mut free: Vec<usize> = (0..places).rev().collect();
        let mut running: Vec<Running> = Vec::new();
        let mut failed = Vec::new();
        while !(waiting.is_empty() && running.is_empty()) {
            while !waiting.is_empty()
                && let Some(place) = free.pop()
                && let Some(program) = waiting.pop_front()
            {
                running.push(self.start(&program, place, places)?);
            }
            let mut still = Vec::new();
            for mut one in running {
                let Some(status) = one.child.try_wait().map_err(|error| error.to_string())? else {
                    still.push(one);
                    continue;
                };
                free.push(one.place);
                let output = fs::read(&one.log).map_err(|error| error.to_string())?;
                display.output(format!("\n     Running {}\n", one.name).as_bytes());
                display.output(&output);
                for line in String::from_utf8_lossy(&output).lines() {
                    tally.read(line);
                }
                if !status.success() {
                    failed.push(one.name);
                }
            }
            running = still;
            display.tick();
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(failed)
    }

    fn start(&self, program: &Program, place: usize, places: usize) -> Result<Running, String> {
        let log = logs().join(format!("{}.log", program.name));
        let output = fs::create_dir_all(logs())
            .and_then(|()| File::create(&log))
            .map_err(|error| format!("{} cannot be written: {error}", log.display()))?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new(&program.path);
        for (name, value) in self.build.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        // So that no two of them take the same port.
        command.env("PULLGATE_E2E_PLACE", format!("{place}/{places}"));
        // What they have measured stands in the log, too.
        let child = command
            .arg("--show-output")
            .current_dir(root().join(self.folder))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.path.display()))?;
        Ok(Running {
            name: program.name.clone(),
            place,
            log,
            child,
        })
    }
}

fn logs() -> PathBuf {
    target().join("xtask/e2e")
}

/// What `cargo test --no-run` says that it has built:
/// `Executable tests/podman.rs (target/debug/deps/podman-0123456789abcdef)`.
fn programs(text: &str) -> Vec<Program> {
    let built = text.lines().filter_map(|line| {
        let (source, path) = line.trim().strip_prefix("Executable ")?.split_once(" (")?;
        let path = root().join(path.strip_suffix(')')?);
        let source = Path::new(source.rsplit(' ').next()?);
        // Of one in several files the folder has the name.
        let name = match source.file_stem()? {
            main if main == "main" => source.parent()?.file_name()?,
            name => name,
        };
        Some(Program {
            name: name.to_string_lossy().into_owned(),
            path,
        })
    });
    built.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_has_built_is_read() {
        let text = "   Compiling pullgate-e2e v0.1.0\n    Finished `test` profile in 3s\n  \
            Executable unittests src/lib.rs (target/debug/deps/pullgate_e2e-01)\n  \
            Executable tests/podman.rs (/somewhere/debug/deps/podman-02)\n  \
            Executable tests/description/main.rs (target/debug/deps/description-03)\n";
        let found = programs(text);
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["lib", "podman", "description"]);
        assert_eq!(
            found[0].path,
            root().join("target/debug/deps/pullgate_e2e-01")
        );
        assert_eq!(found[1].path, Path::new("/somewhere/debug/deps/podman-02"));
    }
}
