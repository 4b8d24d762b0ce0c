//! `pullgate member`: who belongs to an organization.

use std::process::ExitCode;

use clap::Subcommand;
use pullgate_policy::{OrganizationName, Role, Username};
use pullgate_store::AccountStatus;

use super::choice::{RoleChoice, word};
use super::site::{ACTOR, Site};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{Table, date};

/// Members: who belongs to an organization, and in which role
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate member add acme mia
  pullgate member add acme mia --role owner
  pullgate member list acme

Owners set the policy and are exempt from it; members are bound by it.")]
pub(crate) enum MemberCommand {
    /// Make a user a member of an organization, or give a member another role
    Add {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// The user
        user: Username,
        /// The role
        #[arg(long, value_enum, default_value_t = RoleChoice::Member, value_name = "owner|member", hide_possible_values = true)]
        role: RoleChoice,
    },
    /// End a membership, with its places in teams
    Remove {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// The member
        user: Username,
    },
    /// List the members of an organization
    List {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
    },
}

impl MemberCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = Site::open(config).await?;
        match self {
            Self::Add {
                organization,
                user,
                role,
            } => add(&site, &organization, &user, role.into()).await,
            Self::Remove { organization, user } => remove(&site, &organization, &user).await,
            Self::List { organization } => list(&site, &organization).await,
        }
    }
}

async fn add(
    site: &Site<'_>,
    organization: &OrganizationName,
    user: &Username,
    role: Role,
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    site.person(user).await?;
    let before = role_of(site, organization, user).await?;
    site.store
        .set_member(organization, user, role, ACTOR)
        .await?;
    let to = word(role);
    site.changed(match before {
        None => format!("{user} belongs to {organization} now, as {to}."),
        Some(before) if before == role => {
            format!("{user} belongs to {organization} already, as {to}; nothing was changed.")
        }
        Some(before) => format!("{user} in {organization}: {} → {to}", word(before)),
    })
    .await
}

async fn remove(
    site: &Site<'_>,
    organization: &OrganizationName,
    user: &Username,
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    if role_of(site, organization, user).await?.is_none() {
        return Err(
            Failure::new(format!("{user} does not belong to {organization}")).hint(format!(
                "pullgate member list {organization} shows who does"
            )),
        );
    }
    site.store.remove_member(organization, user, ACTOR).await?;
    site.changed(format!(
        "{user} does not belong to {organization} any more."
    ))
    .await
}

async fn role_of(
    site: &Site<'_>,
    organization: &OrganizationName,
    user: &Username,
) -> Result<Option<Role>, Failure> {
    let members = site.store.members(organization).await?;
    let member = members.into_iter().find(|member| member.username == *user);
    Ok(member.map(|member| member.role))
}

async fn list(site: &Site<'_>, organization: &OrganizationName) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let mut table = Table::new(&["MEMBER", "ROLE", "SINCE", "EMAIL"]);
    for member in site.store.members(organization).await? {
        let disabled = match member.status {
            AccountStatus::Active => "",
            AccountStatus::Deactivated => " (disabled)",
        };
        table.row([
            format!("{}{disabled}", member.username),
            word(member.role),
            date(member.since),
            member.email,
        ]);
    }
    table.print(format!(
        "{organization} has no members yet. Add one with: pullgate member add {organization} USER"
    ))?;
    Ok(ExitCode::SUCCESS)
}
