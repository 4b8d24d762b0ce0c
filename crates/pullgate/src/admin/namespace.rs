//! `pullgate namespace`: which repositories are an organization's own.

use std::process::ExitCode;

use clap::Subcommand;
use pullgate_admin::namespace;
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;

use super::site::{ACTOR, Site};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{Table, date};

/// Namespaces: the repositories that are an organization's own
///
/// Members may always pull what lies in a namespace of their organization.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate namespace add acme docker.io/acme ghcr.io/acme
  pullgate namespace add acme registry.acme.example
  pullgate namespace remove acme ghcr.io/acme

A name without a wildcard means everything below it: docker.io/acme is
docker.io/acme/**.")]
pub(crate) enum NamespaceCommand {
    /// Give an organization namespaces
    Add {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// Namespaces: docker.io/acme, ghcr.io/acme, registry.acme.example
        #[arg(value_name = "PATTERN", required = true, value_parser = namespace)]
        patterns: Vec<Pattern>,
    },
    /// Take namespaces away from an organization
    Remove {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// Namespaces as they are listed
        #[arg(value_name = "PATTERN", required = true, value_parser = namespace)]
        patterns: Vec<Pattern>,
    },
    /// List the namespaces of an organization
    List {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
    },
}

impl NamespaceCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = &Site::open(config).await?;
        match self {
            Self::Add {
                organization,
                patterns,
            } => add(site, &organization, &patterns).await,
            Self::Remove {
                organization,
                patterns,
            } => remove(site, &organization, &patterns).await,
            Self::List { organization } => list(site, &organization).await,
        }
    }
}

async fn add(
    site: &Site<'_>,
    organization: &OrganizationName,
    patterns: &[Pattern],
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let mut code = ExitCode::SUCCESS;
    for pattern in patterns {
        site.store
            .add_namespace(organization, pattern, ACTOR)
            .await?;
        code = site
            .changed(format!("{pattern} is a namespace of {organization} now."))
            .await?;
    }
    Ok(code)
}

async fn remove(
    site: &Site<'_>,
    organization: &OrganizationName,
    patterns: &[Pattern],
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let namespaces = site.store.namespaces(organization).await?;
    let missing = patterns
        .iter()
        .find(|pattern| !namespaces.iter().any(|known| known.pattern == **pattern));
    if let Some(missing) = missing {
        return Err(Failure::new(format!(
            "{missing} is not a namespace of {organization}; nothing was changed"
        ))
        .hint(format!(
            "pullgate namespace list {organization} shows which there are"
        )));
    }
    let mut code = ExitCode::SUCCESS;
    for pattern in patterns {
        site.store
            .remove_namespace(organization, pattern, ACTOR)
            .await?;
        code = site
            .changed(format!(
                "{pattern} is not a namespace of {organization} any more."
            ))
            .await?;
    }
    Ok(code)
}

async fn list(site: &Site<'_>, organization: &OrganizationName) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let mut table = Table::new(&["NAMESPACE", "SINCE"]);
    for namespace in site.store.namespaces(organization).await? {
        table.row([namespace.pattern.to_string(), date(namespace.added_at)]);
    }
    table.print(format!(
        "{organization} has no namespaces yet. Add one with: pullgate namespace add {organization} docker.io/{organization}"
    ))?;
    Ok(ExitCode::SUCCESS)
}
