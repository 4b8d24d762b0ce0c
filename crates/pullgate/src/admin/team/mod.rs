//! `pullgate team`: groups of members, and what they may pull beyond their
//! organization's policy.

mod additions;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use pullgate_policy::{OrganizationName, TeamName, Username};
use pullgate_reference::Pattern;
use pullgate_store::Team;

use super::choice::word;
use super::org::listed;
use super::site::{ACTOR, Site};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::Table;
use additions::Categories;

/// Teams: groups of members, who may pull more than others
///
/// What a team is allowed comes on top of its organization's policy and never
/// takes anything away.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate team create acme data
  pullgate team add acme data mia
  pullgate team allow acme data 'docker.io/jupyter/*'
  pullgate team set acme data --sponsored-oss allowed")]
pub(crate) enum TeamCommand {
    /// Create a team
    Create(Which),
    /// Delete a team, with what it may pull and the exceptions made for it
    Delete(Which),
    /// Put a member of the organization into a team
    Add {
        #[command(flatten)]
        which: Which,
        /// The member
        user: Username,
    },
    /// Take a member out of a team
    Remove {
        #[command(flatten)]
        which: Which,
        /// The member
        user: Username,
    },
    /// List the teams of an organization
    List {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
    },
    /// Put patterns on a team's own allowlist
    Allow {
        #[command(flatten)]
        which: Which,
        /// Repositories: docker.io/bitnami/nginx, 'docker.io/bitnami/*' or 'ghcr.io/acme/**'
        #[arg(value_name = "PATTERN", required = true)]
        patterns: Vec<Pattern>,
    },
    /// Take patterns off a team's own allowlist
    Disallow {
        #[command(flatten)]
        which: Which,
        /// Patterns as they are listed
        #[arg(value_name = "PATTERN", required = true)]
        patterns: Vec<Pattern>,
    },
    /// Allow a team categories that its organization restricts
    #[command(
        override_usage = "pullgate team set [OPTIONS] <ORG> <TEAM> --<CATEGORY> <allowed|inherit>..."
    )]
    Set {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        categories: Categories,
    },
}

/// Which team.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The organization
    #[arg(value_name = "ORG")]
    organization: OrganizationName,
    /// The team
    team: TeamName,
}

impl TeamCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = &Site::open(config).await?;
        match self {
            Self::Create(which) => create(site, &which).await,
            Self::Delete(which) => delete(site, &which).await,
            Self::Add { which, user } => add(site, &which, &user).await,
            Self::Remove { which, user } => remove(site, &which, &user).await,
            Self::List { organization } => list(site, &organization).await,
            Self::Allow { which, patterns } => additions::allow(site, &which, patterns).await,
            Self::Disallow { which, patterns } => {
                additions::disallow(site, &which, &patterns).await
            }
            Self::Set { which, categories } => additions::set(site, &which, &categories).await,
        }
    }
}

impl Which {
    async fn find(&self, site: &Site<'_>) -> Result<Team, Failure> {
        site.team(&self.organization, &self.team).await
    }
}

async fn create(site: &Site<'_>, which: &Which) -> Result<ExitCode, Failure> {
    let Which { organization, team } = which;
    site.organization(organization).await?;
    site.store.create_team(organization, team, ACTOR).await?;
    site.changed(format!("Created the team {team} of {organization}."))
        .await
}

async fn delete(site: &Site<'_>, which: &Which) -> Result<ExitCode, Failure> {
    let Which { organization, team } = which;
    which.find(site).await?;
    site.store.delete_team(organization, team, ACTOR).await?;
    site.changed(format!("Deleted the team {team} of {organization}."))
        .await
}

async fn add(site: &Site<'_>, which: &Which, user: &Username) -> Result<ExitCode, Failure> {
    let Which { organization, team } = which;
    which.find(site).await?;
    let members = site.store.members(organization).await?;
    if !members.iter().any(|member| member.username == *user) {
        site.person(user).await?;
        return Err(Failure::new(format!(
            "{user} does not belong to {organization}, and a team is made of its members"
        ))
        .hint(format!("first: pullgate member add {organization} {user}")));
    }
    site.store
        .add_team_member(organization, team, user, ACTOR)
        .await?;
    site.changed(format!(
        "{user} is in the team {team} of {organization} now."
    ))
    .await
}

async fn remove(site: &Site<'_>, which: &Which, user: &Username) -> Result<ExitCode, Failure> {
    let Which { organization, team } = which;
    if !which.find(site).await?.members.contains(user) {
        return Err(Failure::new(format!(
            "{user} is not in the team {team} of {organization}"
        ))
        .hint(format!("pullgate team list {organization} shows who is")));
    }
    site.store
        .remove_team_member(organization, team, user, ACTOR)
        .await?;
    site.changed(format!(
        "{user} is not in the team {team} of {organization} any more."
    ))
    .await
}

async fn list(site: &Site<'_>, organization: &OrganizationName) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let mut table = Table::new(&["TEAM", "MEMBERS", "ALSO ALLOWED"]);
    for team in site.store.teams(organization).await? {
        let categories = team.additions.categories.iter().map(word);
        let patterns = team.additions.allowlist.iter().map(ToString::to_string);
        let allowed = listed(categories.chain(patterns));
        table.row([
            team.name.to_string(),
            listed(team.members.iter().map(ToString::to_string)),
            allowed,
        ]);
    }
    table.print(format!(
        "{organization} has no teams yet. Create one with: pullgate team create {organization} TEAM"
    ))?;
    Ok(ExitCode::SUCCESS)
}
