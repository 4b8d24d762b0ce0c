//! `pullgate decisions`: what was decided.

use std::process::ExitCode;

use clap::Args;
use pullgate_policy::{OrganizationName, Username};
use pullgate_reference::Digest;
use pullgate_store::{DecisionFilter, DecisionRecord};

use super::choice::OutcomeChoice;
use super::site::Site;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, Format, Table, date};

/// Show who pulled what, and how it was decided
///
/// The newest come first. A decision is here within a second of being made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate decisions acme --outcome denied
  pullgate decisions acme --user mia --limit 20
  pullgate decisions --format json --limit 1000")]
pub(crate) struct DecisionsCommand {
    /// The organization whose policy decided; without this, all
    #[arg(value_name = "ORG")]
    organization: Option<OrganizationName>,
    /// Who pulled
    #[arg(long)]
    user: Option<Username>,
    /// How it ended
    #[arg(
        long,
        value_enum,
        value_name = "allowed|monitored|denied",
        hide_possible_values = true
    )]
    outcome: Option<OutcomeChoice>,
    /// The most that are shown
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

impl DecisionsCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = Site::open(config).await?;
        if let Some(organization) = &self.organization {
            site.organization(organization).await?;
        }
        let person = match &self.user {
            Some(user) => Some(site.person(user).await?.id),
            None => None,
        };
        let filter = DecisionFilter {
            organization: self.organization,
            person,
            outcome: self.outcome.map(Into::into),
            limit: self.limit,
            ..DecisionFilter::default()
        };
        let decisions = site.store.decisions(&filter).await?;
        match self.format {
            Format::Json => output::json(&decisions)?,
            Format::Human => table(&decisions)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(decisions: &[DecisionRecord]) -> Result<(), Failure> {
    let mut table = Table::new(&["WHEN", "WHO", "OUTCOME", "RULE", "IMAGE"]);
    for decision in decisions {
        table.row([
            date(decision.at),
            who(decision).to_owned(),
            decision.outcome.to_string(),
            decision.rule.to_string(),
            image(decision),
        ]);
    }
    table.print("There are no such decisions. Each pull through the gateway makes one.")
}

fn who(decision: &DecisionRecord) -> &str {
    let subject = decision.subject.as_str();
    subject.strip_prefix("person:").unwrap_or(subject)
}

/// The image as it would be typed, a digest cut to what tells it apart; what
/// was done with it, unless it was what people call a pull; and how often.
fn image(decision: &DecisionRecord) -> String {
    let repository = &decision.repository;
    let target = match decision.reference.as_deref() {
        None => String::new(),
        Some(reference) => match reference.parse::<Digest>() {
            Ok(digest) => format!("@{}", digest.hex().get(..12).unwrap_or_default()),
            Err(_) => format!(":{reference}"),
        },
    };
    let action = match decision.action.as_str() {
        "manifest" => String::new(),
        action => format!(" ({action})"),
    };
    let count = match decision.count {
        1 => String::new(),
        count => format!(" ×{count}"),
    };
    format!("{repository}{target}{action}{count}")
}
