//! `pullgate signin verify`.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pullgate_machine::sign_in::{
    Looked, Presence, Problem, Report, Rights, Severity, Source, Verdict, verify_on,
};
use pullgate_machine::{Kind, Owner, People, Step};
use pullgate_policy::OrganizationName;
use pullgate_signin::Platform;
use serde::Serialize;

use super::PlatformName;
use crate::failure::{Exit, Failure};
use crate::machine::MachineArg;
use crate::output::{self, Format, Table, Tint, tinted};

/// What stands for what cannot be seen.
const NOT_SEEN: &str = "unseen";

/// Check that people of a machine have to sign in and cannot end it
///
/// Looks at every place where the list of organizations can stand, the one
/// that counts most first: owner and permissions of the file and of each
/// folder above it, links, byte-order mark, JSON or property list, names.
///
/// Without --for it is this Linux machine. Macs and Windows machines are looked
/// at from here, by their files: a mounted disk, or what was collected of one.
/// What cannot be seen of them is said: of Windows, who may change a file, and
/// the registry, unless it was exported.
///
/// Exit status: 0 if it is enforced, 1 if it is not, can be ended, or that
/// cannot be seen.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate signin verify
  pullgate signin verify --root /mnt/image --format json
  pullgate signin verify --for macos --root '/Volumes/Macintosh HD'
  pullgate signin verify --for windows --root /mnt/c --registry policies.reg

On Windows, the file for --registry is written by:
  reg export HKLM\\SOFTWARE\\Policies policies.reg")]
pub(crate) struct VerifyCommand {
    /// What the machine runs: linux, macos or windows
    #[arg(
        long = "for",
        value_enum,
        value_name = "PLATFORM",
        default_value = "linux",
        hide_possible_values = true
    )]
    platform: PlatformName,
    #[command(flatten)]
    machine: MachineArg,
    /// What was exported of the registry of a Windows machine
    #[arg(long, value_name = "FILE")]
    registry: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

impl VerifyCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let platform = Platform::from(self.platform);
        let root = self.machine.open()?;
        if platform != Platform::Linux && root.is_this_machine() {
            return Err(Failure::usage(format!(
                "this machine runs Linux, and {} was asked for",
                platform.name()
            ))
            .hint("name the folder that holds the other machine's files with --root"));
        }
        if platform != Platform::Windows && self.registry.is_some() {
            return Err(Failure::usage("only Windows has a registry")
                .hint("say --for windows, or leave --registry out"));
        }
        let registry = self.registry.as_deref().map(|file| {
            fs::read(file)
                .map_err(|error| Failure::usage(format!("cannot read {}: {error}", file.display())))
        });
        let registry = registry.transpose()?;
        let report = verify_on(&Looked {
            platform,
            root: &root,
            registry: registry.as_deref(),
            owner: Owner::ROOT,
        })?;
        let people = People::of(&root)?;
        match self.format {
            Format::Json => output::json(&Checked::of(&report, &people))?,
            Format::Human => print(&report, &people)?,
        }
        Ok(match report.verdict {
            Verdict::Enforced => ExitCode::SUCCESS,
            _ => Exit::No.into(),
        })
    }
}

fn print(report: &Report, people: &People) -> Result<(), Failure> {
    let mut table = Table::new(&["CHECK", "OWNER", "MODE", "PATH"]);
    for source in &report.sources {
        rows(&mut table, report, source, people);
    }
    let is_nothing = report
        .sources
        .iter()
        .all(|source| source.presence == Presence::Absent && source.steps.is_empty());
    if !is_nothing {
        table.print("")?;
        output::say("")?;
    }
    for problem in report.problems() {
        output::fields(&[
            (
                word(problem.severity),
                format!("{}: {}", problem.name, problem.path),
            ),
            ("", problem.what.clone()),
            ("do", problem.mend.clone()),
        ])?;
        output::say("")?;
    }
    let (tint, verdict) = verdict(report);
    output::say(tinted(tint, &verdict))
}

/// A source that counts step by step; of the others, what they are.
fn rows(table: &mut Table, report: &Report, source: &Source, people: &People) {
    let counts = report
        .counts()
        .is_some_and(|counts| std::ptr::eq(counts, source));
    if !counts {
        let word = match source.presence {
            Presence::Unseen => NOT_SEEN,
            // Another counts before it.
            Presence::There => "not used",
            Presence::Absent => "no list",
        };
        let blank = || "-".to_owned();
        table.row([word.to_owned(), blank(), blank(), source.path.clone()]);
        return;
    }
    let check = |path: &str| {
        let wrong = source.problems.iter().filter(|each| each.path == path);
        let worst = wrong.map(|problem| problem.severity).max();
        let good = match source.rights {
            Rights::Unseen if !source.steps.is_empty() => NOT_SEEN,
            Rights::Seen | Rights::Unseen => "good",
        };
        worst.map_or(good, word).to_owned()
    };
    if source.steps.is_empty() {
        let not_seen = || NOT_SEEN.to_owned();
        let path = source.path.clone();
        table.row([check(&source.path), not_seen(), not_seen(), path]);
    }
    for step in &source.steps {
        table.row([
            check(&step.path),
            owner(source, step, people).unwrap_or_else(|| NOT_SEEN.to_owned()),
            mode(source, step).unwrap_or_else(|| NOT_SEEN.to_owned()),
            step.path.clone(),
        ]);
    }
}

fn verdict(report: &Report) -> (Tint, String) {
    let names = names(report.organizations()).join(", ");
    match report.verdict {
        Verdict::Enforced => (
            Tint::Good,
            format!("Enforced: people have to sign in as members of {names}."),
        ),
        Verdict::Weak => (
            Tint::Bad,
            "Not enforced: people have to sign in, and can end that by themselves.".to_owned(),
        ),
        Verdict::Unseen if names.is_empty() => (
            Tint::Warning,
            "Not known: whether people have to sign in cannot be seen from here.".to_owned(),
        ),
        Verdict::Unseen => (
            Tint::Warning,
            format!(
                "Not known: a list names {names}; whether it counts and holds cannot be seen from \
                 here."
            ),
        ),
        Verdict::Broken => (
            Tint::Bad,
            "Not enforced: the list is there and does not do what it is for.".to_owned(),
        ),
        Verdict::Absent => (
            Tint::Bad,
            "Not enforced: nobody has to sign in on this machine.".to_owned(),
        ),
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Untidy => "untidy",
        Severity::Unseen => NOT_SEEN,
        Severity::Weak => "weak",
        Severity::Broken => "broken",
    }
}

fn owner(source: &Source, step: &Step, people: &People) -> Option<String> {
    let Step { seen, .. } = step;
    let owner = || format!("{}:{}", people.user(seen.uid), people.group(seen.gid));
    (source.rights == Rights::Seen).then(owner)
}

fn mode(source: &Source, step: &Step) -> Option<String> {
    match step.seen.kind {
        Kind::Link => Some("link".to_owned()),
        _ if source.rights == Rights::Unseen => None,
        _ => Some(format!("{:04o}", step.seen.mode)),
    }
}

fn names(organizations: &[OrganizationName]) -> Vec<String> {
    organizations.iter().map(ToString::to_string).collect()
}

/// The answer for a program.
#[derive(Serialize)]
struct Checked {
    platform: &'static str,
    verdict: &'static str,
    allowed_orgs: Vec<String>,
    sources: Vec<CheckedSource>,
}

#[derive(Serialize)]
struct CheckedSource {
    path: String,
    /// Whether there is a list; nothing where that cannot be seen.
    present: Option<bool>,
    /// Whether it is the one that counts.
    counts: bool,
    allowed_orgs: Vec<String>,
    steps: Vec<CheckedStep>,
    problems: Vec<CheckedProblem>,
}

#[derive(Serialize)]
struct CheckedStep {
    path: String,
    /// Nothing where it cannot be seen.
    owner: Option<String>,
    mode: Option<String>,
}

#[derive(Serialize)]
struct CheckedProblem {
    name: &'static str,
    severity: &'static str,
    path: String,
    what: String,
    mend: String,
}

impl Checked {
    fn of(report: &Report, people: &People) -> Self {
        let sources = report.sources.iter();
        Self {
            platform: match report.platform {
                Platform::Windows => "windows",
                Platform::Mac => "macos",
                Platform::Linux => "linux",
            },
            verdict: report.verdict.as_str(),
            allowed_orgs: names(report.organizations()),
            sources: sources
                .map(|source| CheckedSource::of(report, source, people))
                .collect(),
        }
    }
}

impl CheckedSource {
    fn of(report: &Report, source: &Source, people: &People) -> Self {
        let steps = source.steps.iter();
        Self {
            path: source.path.clone(),
            present: match source.presence {
                Presence::There => Some(true),
                Presence::Absent => Some(false),
                Presence::Unseen => None,
            },
            counts: report
                .counts()
                .is_some_and(|counts| std::ptr::eq(counts, source)),
            allowed_orgs: names(&source.organizations),
            steps: steps
                .map(|step| CheckedStep {
                    path: step.path.clone(),
                    owner: owner(source, step, people),
                    mode: mode(source, step),
                })
                .collect(),
            problems: source.problems.iter().map(CheckedProblem::from).collect(),
        }
    }
}

impl From<&Problem> for CheckedProblem {
    fn from(problem: &Problem) -> Self {
        Self {
            name: problem.name,
            severity: word(problem.severity),
            path: problem.path.clone(),
            what: problem.what.clone(),
            mend: problem.mend.clone(),
        }
    }
}
