//! `pullgate signin verify`.

use std::process::ExitCode;

use clap::Args;
use pullgate_machine::sign_in::{Problem, Report, Severity, Source, Verdict, verify};
use pullgate_machine::{Kind, Owner, People, Step};
use pullgate_policy::OrganizationName;
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::machine::MachineArg;
use crate::output::{self, Format, Table, Tint, tinted};

/// Check that people of this Linux machine have to sign in and cannot end it
///
/// Looks at every place where the list of organizations can stand, the one
/// that counts most first: owner and permissions of the file and of each
/// folder above it, links, byte-order mark, JSON, names.
///
/// Exit status: 0 if it is enforced, 1 if it is not or can be ended.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate signin verify
  pullgate signin verify --root /mnt/image --format json")]
pub(crate) struct VerifyCommand {
    #[command(flatten)]
    machine: MachineArg,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

impl VerifyCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let root = self.machine.open()?;
        let report = verify(&root, Owner::ROOT)?;
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
    let mut table = Table::new(&["PATH", "OWNER", "MODE", "CHECK"]);
    for source in &report.sources {
        for step in &source.steps {
            let wrong = source.problems.iter().filter(|each| each.path == step.path);
            let worst = wrong.map(|problem| problem.severity).max();
            table.row([
                step.path.clone(),
                owner(step, people),
                mode(step),
                worst.map_or("good", word).to_owned(),
            ]);
        }
    }
    if report.verdict != Verdict::Absent {
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
    let (tint, verdict) = match report.verdict {
        Verdict::Enforced => (
            Tint::Good,
            format!(
                "Enforced: people have to sign in as members of {}.",
                names(report.organizations()).join(", ")
            ),
        ),
        Verdict::Weak => (
            Tint::Bad,
            "Not enforced: people have to sign in, and can end that by themselves.".to_owned(),
        ),
        Verdict::Broken => (
            Tint::Bad,
            "Not enforced: the file is there and does not do what it is for.".to_owned(),
        ),
        Verdict::Absent => (
            Tint::Bad,
            "Not enforced: nobody has to sign in on this machine.".to_owned(),
        ),
    };
    output::say(tinted(tint, &verdict))
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Untidy => "untidy",
        Severity::Weak => "weak",
        Severity::Broken => "broken",
    }
}

fn owner(step: &Step, people: &People) -> String {
    let Step { seen, .. } = step;
    format!("{}:{}", people.user(seen.uid), people.group(seen.gid))
}

fn mode(step: &Step) -> String {
    match step.seen.kind {
        Kind::Link => "link".to_owned(),
        _ => format!("{:04o}", step.seen.mode),
    }
}

fn names(organizations: &[OrganizationName]) -> Vec<String> {
    organizations.iter().map(ToString::to_string).collect()
}

/// The answer for a program.
#[derive(Serialize)]
struct Checked {
    verdict: &'static str,
    allowed_orgs: Vec<String>,
    sources: Vec<CheckedSource>,
}

#[derive(Serialize)]
struct CheckedSource {
    path: String,
    present: bool,
    allowed_orgs: Vec<String>,
    steps: Vec<CheckedStep>,
    problems: Vec<CheckedProblem>,
}

#[derive(Serialize)]
struct CheckedStep {
    path: String,
    owner: String,
    mode: String,
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
            verdict: report.verdict.as_str(),
            allowed_orgs: names(report.organizations()),
            sources: sources
                .map(|source| CheckedSource::of(source, people))
                .collect(),
        }
    }
}

impl CheckedSource {
    fn of(source: &Source, people: &People) -> Self {
        let steps = source.steps.iter();
        Self {
            path: source.path.clone(),
            present: !source.steps.is_empty(),
            allowed_orgs: names(&source.organizations),
            steps: steps
                .map(|step| CheckedStep {
                    path: step.path.clone(),
                    owner: owner(step, people),
                    mode: mode(step),
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
