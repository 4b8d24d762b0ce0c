//! `pullgate policy test`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use pullgate_admin::{Caller, CasesFile, PolicyFile, PolicyTest};
use pullgate_control::{PolicyTestReport, TestedCase};

use super::{Place, misread, text_of};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::output::{self, Format, Tint, one_line, tinted};
use crate::remote;

/// Test a policy: does it decide what it is meant to?
///
/// Decides each case of a file, as a pull would be decided, and compares. Asks
/// the database if it is here, else the server that pullgate login has signed
/// in to. Nothing is recorded and nothing changed.
///
/// Exit status: 0 if all cases are as they should be, 1 if one is not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate policy test -f cases.yaml
  pullgate policy test -f cases.yaml --policy acme.yaml    # not applied yet

A file of cases:
  pullgate: cases/v1
  organization: acme
  cases:
    - image: nginx:1.27
      role: member                # or user: mia, or team: data
      outcome: allowed
      rule: official              # if it matters; category as well
    - image: evil/miner
      role: member
      outcome: denied
      why: nobody has looked at it")]
pub(crate) struct TestCommand {
    /// The file of cases; - is standard input
    #[arg(long, short, value_name = "FILE")]
    file: PathBuf,
    /// A policy's file that has not been applied, to be tested in its place
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How to print what came out
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

impl TestCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let read = text_of(&self.file)?;
        let cases = CasesFile::read(&read).map_err(|error| misread(&self.file, &error))?;
        let policy = match &self.policy {
            None => None,
            Some(file) => Some(draft(file, &cases)?),
        };
        let organization = &cases.organization;
        let test = PolicyTest {
            cases: cases.cases,
            policy,
        };
        let report = match Place::find(config).await? {
            Place::Here(parts) => {
                let admin = parts.admin(config);
                let tested = admin
                    .test_policy(&Caller::CommandLine, organization, &test)
                    .await?;
                PolicyTestReport::new(&test.cases, tested, config.public_url.as_deref())
            }
            Place::There(session) => remote::test_policy(&session, organization, &test).await?,
        };
        match self.format {
            Format::Json => output::json(&report)?,
            Format::Human => print(&self.file, &cases.lines, &report)?,
        }
        Ok(if report.failed == 0 {
            ExitCode::SUCCESS
        } else {
            Exit::No.into()
        })
    }
}

fn draft(file: &Path, cases: &CasesFile) -> Result<PolicyFile, Failure> {
    let text = text_of(file)?;
    let policy = PolicyFile::read(&text).map_err(|error| misread(file, &error))?;
    if policy.organization != cases.organization {
        return Err(Failure::usage(format!(
            "the policy in {} is that of {}, and the cases are for {}",
            file.display(),
            policy.organization,
            cases.organization
        )));
    }
    Ok(policy)
}

fn print(file: &Path, lines: &[usize], report: &PolicyTestReport) -> Result<(), Failure> {
    for (number, case) in report.results.iter().enumerate() {
        tell(file, lines.get(number).copied(), case)?;
    }
    let PolicyTestReport { passed, failed, .. } = report;
    let all = passed + failed;
    output::say(match failed {
        0 => format!("{all} of {all} cases are as they should be."),
        _ => format!("{failed} of {all} cases are not as they should be."),
    })
}

fn tell(file: &Path, line: Option<usize>, case: &TestedCase) -> Result<(), Failure> {
    let (verdict, tint) = match case.failure {
        None => ("ok  ", Tint::Good),
        Some(_) => ("FAIL", Tint::Bad),
    };
    let decided = match &case.decision {
        None => String::new(),
        Some(decision) => {
            let team = decision.team.as_ref();
            let team = team.map(|team| format!(", of the team {team}"));
            format!(
                ": {}, {}{}",
                decision.outcome,
                decision.rule.to_string().replace('_', " "),
                team.unwrap_or_default()
            )
        }
    };
    output::say(format!(
        "{}  {}, {}{decided}",
        tinted(tint, verdict),
        one_line(&case.image),
        one_line(&case.who)
    ))?;
    let Some(failure) = &case.failure else {
        return Ok(());
    };
    output::say(format!("      {}", one_line(failure)))?;
    if let Some(why) = &case.why {
        output::say(format!("      {}", one_line(why)))?;
    }
    match line {
        Some(line) => output::say(format!("      {}:{line}", file.display())),
        None => Ok(()),
    }
}
