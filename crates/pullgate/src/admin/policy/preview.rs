//! `pullgate policy preview`: what a change would do, before it is made.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use pullgate_access::{Foremost, ImpactChange, OutcomeTally};
use pullgate_admin::Caller;
use pullgate_control::{AllowlistDraft, PolicyPreview, PolicyPreviewRequest};
use pullgate_policy::Category;
use pullgate_reference::Pattern;
use serde_json::json;

use super::Of;
use super::set::Changes;
use crate::admin::moment;
use crate::admin::site::Site;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, Format, Table, Tint, date, tinted};
use crate::remote;
use crate::server::Parts;

/// Show whom a change would stop, before it is made
///
/// Puts what was pulled in a period to the policy as it is and as it would be,
/// for the roles and teams that people have now. Changes nothing. Asks the
/// database if it is here, else the server that pullgate login has signed in
/// to.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate policy preview acme --official restricted --since 30d
  pullgate policy preview acme --allowlist on --allow 'docker.io/bitnami/*'
  pullgate policy preview acme --mode enforce --format json")]
pub(crate) struct PreviewCommand {
    #[command(flatten)]
    pub(super) of: Of,
    #[command(flatten)]
    changes: Changes,
    /// Patterns that would come on the allowlist
    #[arg(long, value_name = "PATTERN", group = "Changes")]
    allow: Vec<Pattern>,
    /// Patterns that would go from it
    #[arg(long, value_name = "PATTERN", group = "Changes")]
    disallow: Vec<Pattern>,
    /// From when on: a span such as 30d or 12h, or a date
    #[arg(long, value_name = "WHEN", default_value = "30d", value_parser = moment::earlier)]
    since: Timestamp,
    /// Until when; until now without this
    #[arg(long, value_name = "WHEN", value_parser = moment::earlier)]
    until: Option<Timestamp>,
    /// The most images, people and teams that are shown of each
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

impl PreviewCommand {
    pub(super) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let organization = &self.of.organization;
        let settings = self.changes.document();
        let request = PolicyPreviewRequest {
            settings: (settings != json!({})).then_some(settings),
            allowlist: AllowlistDraft {
                add: self.allow,
                remove: self.disallow,
            },
            since: Some(self.since),
            until: self.until,
            limit: Some(self.limit),
            ..PolicyPreviewRequest::default()
        };
        let preview = if Site::is_here(config)? {
            let parts = Parts::open(config).await?;
            Site::over(parts.store.clone(), config)
                .organization(organization)
                .await?;
            let (draft, of) = request.into_parts();
            let admin = parts.admin(config);
            let preview = admin.preview_policy(&Caller::CommandLine, organization, draft, of);
            preview.await?.into()
        } else {
            let Some(login) = remote::saved_login()? else {
                return Err(remote::nowhere_to_ask(config));
            };
            remote::preview(&login, organization, &request).await?
        };
        match self.format {
            Format::Json => output::json(&preview)?,
            Format::Human => print(&preview)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(preview: &PolicyPreview) -> Result<(), Failure> {
    let impact = &preview.impact;
    output::paragraph(&format!(
        "{} of {} from {} to {} UTC, by its policy of now and with the change:",
        decisions(preview.replayed),
        preview.organization,
        date(preview.since),
        date(preview.until),
    ))?;
    output::say("")?;
    let mut table = Table::new(&["", "ALLOWED", "MONITORED", "DENIED"]);
    let mut row = |name: &str, tally: OutcomeTally| {
        let OutcomeTally {
            allowed,
            monitored,
            denied,
        } = tally;
        table.row([
            name.to_owned(),
            allowed.to_string(),
            monitored.to_string(),
            denied.to_string(),
        ]);
    };
    row("as it was recorded", impact.recorded);
    row("by the policy of now", impact.now);
    row("with the change", impact.draft);
    table.print("")?;
    tell("Newly denied", Tint::Bad, &impact.newly_denied)?;
    tell("Newly allowed", Tint::Good, &impact.newly_allowed)?;
    tell("Newly monitored", Tint::Warning, &impact.newly_monitored)?;
    if impact.left_out.people > 0 {
        output::note(format!(
            "note: {} by people who are members no more or cannot sign in ({}) are left out",
            decisions(impact.left_out.decisions),
            impact.left_out.people
        ));
    }
    Ok(())
}

fn tell(title: &str, tint: Tint, change: &ImpactChange) -> Result<(), Failure> {
    output::say("")?;
    let Some(last) = change.last_at else {
        return output::say(format!("{title}: nothing."));
    };
    let title = tinted(tint, title);
    output::say(format!(
        "{title}: {}, the last {}.",
        decisions(change.decisions),
        date(last)
    ))?;
    let mut table = Table::new(&["WHO", "DECISIONS", "LAST", "IMAGE"]);
    for it in &change.repositories.results {
        table.row([
            it.subjects.to_string(),
            it.decisions.to_string(),
            date(it.last_at),
            format!("{} ({})", it.repository, word(it.category)),
        ]);
    }
    show(table, &change.repositories, "images")?;
    let mut table = Table::new(&["IMAGES", "DECISIONS", "LAST", "WHO"]);
    for it in &change.subjects.results {
        let who = it.subject.strip_prefix("person:").unwrap_or(&it.subject);
        table.row([
            it.repositories.to_string(),
            it.decisions.to_string(),
            date(it.last_at),
            who.to_owned(),
        ]);
    }
    show(table, &change.subjects, "people and machines")?;
    if change.teams.total == 0 {
        return Ok(());
    }
    let mut table = Table::new(&["PEOPLE", "DECISIONS", "LAST", "TEAM"]);
    for it in &change.teams.results {
        table.row([
            it.people.to_string(),
            it.decisions.to_string(),
            date(it.last_at),
            it.team.to_string(),
        ]);
    }
    show(table, &change.teams, "teams")
}

fn decisions(number: u64) -> String {
    match number {
        1 => "1 decision".to_owned(),
        number => format!("{number} decisions"),
    }
}

fn word(category: Category) -> String {
    category.to_string().replace('_', " ")
}

/// Prints the first of them, and how many more there are.
fn show<T>(table: Table, all: &Foremost<T>, what: &str) -> Result<(), Failure> {
    output::say("")?;
    table.print("")?;
    let more = all.total - all.results.len() as u64;
    if more > 0 {
        output::say(format!("and {more} more {what}"))?;
    }
    Ok(())
}
