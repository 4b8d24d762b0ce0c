use std::process::{Command, ExitCode};

use crate::cargo::{cargo, pullgate, with_pullgate};
use crate::display::Detail;
use crate::programs::Programs;
use crate::step::{Action, Step, run_all};
use crate::{browser, deny, engines, packages, python};

/// Something that can be asked for on the command line.
pub(crate) struct Task {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    steps: fn(&[String]) -> Vec<Step>,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        usage: "test",
        about: "Everything that has to pass: format, lints, licences, tests, the demo,\n\
                end-to-end tests with real clients, and the console in a browser. Installs\n\
                Debian packages that are missing (as root). Ends with the line `N passed, N failed`.",
        steps: |_| {
            let mut steps = vec![packages()];
            steps.extend([
                format(),
                lints(),
                deny(),
                tests(&[]),
                build(),
                demo(),
                python(),
                e2e(&[]),
                in_browser(),
            ]);
            steps
        },
    },
    Task {
        name: "check",
        usage: "check",
        about: "The quick part of test: format, lints, unit and integration tests.",
        steps: |_| vec![format(), lints(), tests(&[])],
    },
    Task {
        name: "packages",
        usage: "packages",
        about: "Installs the Debian packages that the tests need and that are missing, and gets\n\
                newer Docker Engines from Debian's other suites, below target/.",
        steps: |_| vec![packages()],
    },
    Task {
        name: "python",
        usage: "python",
        about: "Installs the Python packages that the tests need, below target/.",
        steps: |_| vec![packages(), python()],
    },
    Task {
        name: "format",
        usage: "format",
        about: "Checks that the code is formatted.",
        steps: |_| vec![format()],
    },
    Task {
        name: "lints",
        usage: "lints",
        about: "Runs clippy on everything; warnings are errors.",
        steps: |_| vec![lints()],
    },
    Task {
        name: "deny",
        usage: "deny",
        about: "Checks licences, banned crates and sources of all dependencies (deny.toml).",
        steps: |_| vec![deny()],
    },
    Task {
        name: "unit",
        usage: "unit [-p PACKAGE] [ARGUMENT…]",
        about: "Unit and integration tests of all crates, or of one: `cargo xtask unit -p pullgate-store`.",
        steps: |arguments| vec![tests(arguments)],
    },
    Task {
        name: "e2e",
        usage: "e2e [ARGUMENT…]",
        about: "End-to-end tests with the release build and real clients, as root. Arguments\n\
                go to cargo test: `cargo xtask e2e --test podman`.",
        steps: |arguments| vec![packages(), build(), python(), e2e(arguments)],
    },
    Task {
        name: "api",
        usage: "api",
        about: "Tries the API that is served against its own description, with schemathesis:\n\
                as an owner, as a member and as nobody.",
        steps: |_| vec![packages(), build(), python(), api()],
    },
    Task {
        name: "browser",
        usage: "browser",
        about: "The console in Chromium, with the release build: every page on a wide and a narrow\n\
                screen, light and dark, with axe, the keyboard, and hostile names.",
        steps: |_| vec![packages(), build(), in_browser()],
    },
    Task {
        name: "screenshots",
        usage: "screenshots",
        about: "Takes a picture of every page of the console, into docs/screenshots. Looks best\n\
                with Debian's fonts-inter and fonts-jetbrains-mono.",
        steps: |_| vec![packages(), build(), screenshots()],
    },
    Task {
        name: "demo-check",
        usage: "demo-check",
        about: "Runs `pullgate demo --once`, which fails if an outcome is not the policy's.",
        steps: |_| vec![build(), demo()],
    },
    Task {
        name: "fuzz",
        usage: "fuzz [TARGET [SECONDS]]",
        about: "Fuzzes the parser of image references (or another target) for 60 seconds.\n\
                Needs a nightly toolchain and cargo-fuzz.",
        steps: |arguments| vec![fuzz(arguments)],
    },
    Task {
        name: "bench",
        usage: "bench [ARGUMENT…]",
        about: "Side by side with nginx and docker-registry, on the release build.",
        steps: |arguments| vec![packages(), build(), bench(arguments)],
    },
    Task {
        name: "help",
        usage: "help",
        about: "Says what there is.",
        steps: |_| Vec::new(),
    },
];

/// The task of that name.
pub(crate) fn find(name: &str) -> Option<&'static Task> {
    let name = match name {
        "-h" | "--help" => "help",
        other => other,
    };
    TASKS.iter().find(|task| task.name == name)
}

/// What there is, for a person.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "cargo xtask [TASK] [--verbose] — what a person would otherwise type\n\n\
         The output of each step goes to target/xtask/STEP.log and is shown when the\n\
         step fails; --verbose shows it as it comes.\n\n",
    );
    for task in TASKS {
        text.push_str("  ");
        text.push_str(task.usage);
        text.push('\n');
        for line in task.about.lines() {
            text.push_str("      ");
            text.push_str(line.trim_start());
            text.push('\n');
        }
    }
    text
}

impl Task {
    /// Runs its steps, the first failure ending it.
    pub(crate) fn run(&self, arguments: &[String]) -> ExitCode {
        let (verbose, arguments): (Vec<String>, Vec<String>) = arguments
            .iter()
            .cloned()
            .partition(|argument| argument == "--verbose");
        let detail = if verbose.is_empty() {
            Detail::Brief
        } else {
            Detail::All
        };
        if self.name == "help" {
            print!("{}", help());
            return ExitCode::SUCCESS;
        }
        run_all(&(self.steps)(&arguments), detail)
    }
}

fn packages() -> Step {
    Step::new("packages", "Debian packages", Action::Do(packages::install))
}

fn format() -> Step {
    let command = cargo(&["fmt", "--all", "--check", "--", "--color=never"]);
    Step::new("format", "format", Action::Run(command)).mended_by("cargo fmt --all")
}

fn lints() -> Step {
    let command = cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    Step::new("lints", "lints", Action::Run(command))
}

fn deny() -> Step {
    Step::new(
        "deny",
        "licences, bans and sources",
        Action::Do(deny::check),
    )
}

fn tests(arguments: &[String]) -> Step {
    let mut command = cargo(&["test", "--no-fail-fast"]);
    if !arguments.iter().any(|argument| argument.starts_with("-p")) {
        command.args(["--workspace", "--exclude", "pullgate-e2e"]);
    }
    command.args(arguments);
    Step::new("unit", "unit and integration tests", Action::Run(command))
}

fn build() -> Step {
    let command = cargo(&["build", "--release", "--package", "pullgate"]);
    Step::new("build", "release build", Action::Run(command))
        .repeated_by("cargo build --release -p pullgate")
}

fn demo() -> Step {
    let mut command = pullgate();
    command.args(["demo", "--once"]);
    Step::new("demo-check", "demo", Action::Run(command))
}

fn e2e(arguments: &[String]) -> Step {
    let title = "end-to-end tests with real clients";
    let mut command = with_tools(cargo(&["test", "--package", "pullgate-e2e"]));
    if !arguments.is_empty() {
        command.arg("--no-fail-fast").args(arguments);
        return Step::new("e2e", title, Action::Run(command));
    }
    command.arg("--no-run");
    let programs = Programs {
        package: "pullgate-e2e",
        folder: "e2e",
        build: command,
        alone: &["agent_cost", "load", "replicas"],
    };
    Step::new("e2e", title, Action::Programs(programs))
}

/// Tells a command also where the Python packages' programs are, and the
/// Docker Engines.
fn with_tools(command: Command) -> Command {
    let mut command = with_pullgate(command);
    command
        .env("PULLGATE_SCHEMATHESIS", python::program("st"))
        .env("PULLGATE_ENGINES", engines::folder());
    command
}

fn python() -> Step {
    Step::new("python", "Python packages", Action::Do(python::install))
        .repeated_by("cargo xtask api")
}

fn api() -> Step {
    let mut command = with_tools(cargo(&["test", "--package", "pullgate-e2e"]));
    command.args(["--test", "description"]);
    Step::new(
        "api",
        "the API beside its description",
        Action::Show(command),
    )
}

fn in_browser() -> Step {
    Step::new(
        "browser",
        "the console in a browser",
        Action::Do(browser::test),
    )
}

fn screenshots() -> Step {
    Step::new(
        "screenshots",
        "pictures of the console",
        Action::Do(browser::screenshots),
    )
}

fn bench(arguments: &[String]) -> Step {
    let mut command = with_pullgate(cargo(&[
        "run",
        "--release",
        "--package",
        "pullgate-bench",
        "--",
    ]));
    command.args(arguments);
    Step::new("bench", "benchmark", Action::Show(command))
}

fn fuzz(arguments: &[String]) -> Step {
    let target = arguments.first().map_or("reference", String::as_str);
    let seconds = arguments.get(1).map_or("60", String::as_str);
    // Through rustup's cargo, which alone understands +nightly.
    let mut command = Command::new("cargo");
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .current_dir(crate::cargo::root())
        .args(["+nightly", "fuzz", "run", target, "--"])
        .arg(format!("-max_total_time={seconds}"));
    Step::new("fuzz", "fuzzing", Action::Show(command)).mended_by(
        "rustup toolchain install nightly && cargo install --locked cargo-fuzz, if one of them is missing",
    )
}
