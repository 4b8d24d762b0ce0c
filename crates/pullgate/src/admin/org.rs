//! `pullgate org`: organizations.

use std::process::ExitCode;

use clap::Subcommand;
use pullgate_policy::{OrganizationName, Role, Username};

use super::policy::summary;
use super::site::{ACTOR, Site};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, Table, date};

/// Organizations: the people who share one policy
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate user create olga
  pullgate org create acme --owner olga --display-name 'Acme Ltd'
  pullgate org show acme")]
pub(crate) enum OrgCommand {
    /// Create an organization with its first owner
    ///
    /// Its policy is off until it is switched on: pullgate policy set NAME --iam on
    Create {
        /// The organization's name: lowercase letters, digits, '.', '_', '-'
        name: OrganizationName,
        /// A user, who is to set the policy and is exempt from it
        #[arg(long, value_name = "USER")]
        owner: Username,
        /// The name as people write it
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
    },
    /// List the organizations
    List,
    /// Show an organization at a glance: people, teams, namespaces, policy
    Show {
        /// The organization's name
        name: OrganizationName,
    },
}

impl OrgCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = Site::open(config).await?;
        match self {
            Self::Create {
                name,
                owner,
                display_name,
            } => create(&site, &name, &owner, display_name).await,
            Self::List => list(&site).await,
            Self::Show { name } => show(&site, &name).await,
        }
    }
}

async fn create(
    site: &Site<'_>,
    name: &OrganizationName,
    owner: &Username,
    display_name: Option<String>,
) -> Result<ExitCode, Failure> {
    site.person(owner).await?;
    let display_name = display_name.unwrap_or_else(|| name.to_string());
    site.store
        .create_organization(name, &display_name, owner, ACTOR)
        .await?;
    site.changed(format!(
        "Created the organization {name} with the owner {owner}. Its policy is off; switch it on \
         with: pullgate policy set {name} --iam on"
    ))
    .await
}

async fn list(site: &Site<'_>) -> Result<ExitCode, Failure> {
    let mut table = Table::new(&["ORGANIZATION", "MEMBERS", "SINCE", "NAME"]);
    for organization in site.store.organizations().await? {
        let members = site.store.members(&organization.name).await?.len();
        table.row([
            organization.name.to_string(),
            members.to_string(),
            date(organization.created_at),
            organization.display_name,
        ]);
    }
    table.print(
        "There are no organizations yet. Create one with: pullgate org create NAME --owner USER",
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn show(site: &Site<'_>, name: &OrganizationName) -> Result<ExitCode, Failure> {
    let organization = site.organization(name).await?;
    let members = site.store.members(name).await?;
    let owners = members
        .iter()
        .filter(|member| member.role == Role::Owner)
        .map(|member| member.username.to_string());
    let teams = site.store.teams(name).await?;
    let teams = teams.into_iter().map(|team| team.name.to_string());
    let namespaces = site.store.namespaces(name).await?;
    let namespaces = namespaces
        .into_iter()
        .map(|namespace| namespace.pattern.to_string());
    let policy = match site.store.settings(name).await? {
        Some(stored) => summary(&stored.settings),
        None => "none".to_owned(),
    };
    output::fields(&[
        ("organization", name.to_string()),
        ("name", organization.display_name),
        ("since", date(organization.created_at)),
        ("members", members.len().to_string()),
        ("owners", listed(owners)),
        ("teams", listed(teams)),
        ("namespaces", listed(namespaces)),
        ("policy", policy),
    ])?;
    Ok(ExitCode::SUCCESS)
}

/// Names in a row.
pub(super) fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
