//! `pullgate policy`: what members may pull.

mod history;
mod lists;
mod preview;
mod set;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use pullgate_policy::OrganizationName;
use pullgate_reference::{Pattern, Registry};

use super::site::Site;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::Format;
use crate::policy_files::TestCommand;
use preview::PreviewCommand;
use set::Changes;

pub(super) use show::summary;

/// Policies: what the members of an organization may pull
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate policy set acme --iam on --mode monitor
  pullgate policy preview acme --official restricted --since 30d
  pullgate policy set acme --mode enforce --verified-publisher restricted
  pullgate policy allow acme 'docker.io/bitnami/*' --note 'charts of the shop'
  pullgate policy set acme --allowlist on
  pullgate policy registry add acme ghcr.io
  pullgate policy history acme
  pullgate policy test -f cases.yaml

A change holds from the next pull on, also for who is signed in already.
Owners are exempt from the policy. pullgate export and pullgate apply keep a
policy in a file.")]
pub(crate) enum PolicyCommand {
    #[command(flatten)]
    OnSite(OnSite),
    Preview(PreviewCommand),
    Test(TestCommand),
}

/// What is done on the database alone.
#[derive(Debug, Subcommand)]
pub(crate) enum OnSite {
    /// Show an organization's policy
    Show {
        #[command(flatten)]
        of: Of,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
        format: Format,
    },
    /// Change an organization's settings; what is not named stays as it is
    #[command(override_usage = "pullgate policy set [OPTIONS] <ORG> --<SETTING> <VALUE>...")]
    Set {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        changes: Changes,
    },
    /// Put patterns on the allowlist
    Allow {
        #[command(flatten)]
        of: Of,
        /// Repositories: docker.io/bitnami/nginx, 'docker.io/bitnami/*' or 'ghcr.io/acme/**'
        #[arg(value_name = "PATTERN", required = true)]
        patterns: Vec<Pattern>,
        /// Why
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        note: String,
    },
    /// Take patterns off the allowlist
    Disallow {
        #[command(flatten)]
        of: Of,
        /// Patterns as they are listed
        #[arg(value_name = "PATTERN", required = true)]
        patterns: Vec<Pattern>,
    },
    /// Count images outside Docker Hub as those of verified publishers
    Trust {
        #[command(flatten)]
        of: Of,
        /// A registry or a namespace on one: 'quay.io/prometheus/*', 'ghcr.io/acme/**'
        #[arg(value_name = "PATTERN", required = true)]
        patterns: Vec<Pattern>,
    },
    /// Count them as community images again
    Untrust {
        #[command(flatten)]
        of: Of,
        /// Patterns as they are listed
        #[arg(value_name = "PATTERN", required = true)]
        patterns: Vec<Pattern>,
    },
    /// Registry Access Management's list of registries
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Show who changed the policy, when and how, newest first
    History {
        #[command(flatten)]
        of: Of,
        /// The most changes that are shown
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
}

/// Whose policy.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The organization
    #[arg(value_name = "ORG")]
    organization: OrganizationName,
}

/// The registries that may be pulled from while Registry Access Management is
/// on
#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// List a registry, so that it may be pulled from
    Add {
        #[command(flatten)]
        of: Of,
        /// A registry such as ghcr.io; Docker Hub has a switch of its own
        registry: Registry,
    },
    /// List a registry no more
    Remove {
        #[command(flatten)]
        of: Of,
        /// The registry
        registry: Registry,
    },
}

impl PolicyCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        match self {
            Self::OnSite(command) => command.run(config).await,
            Self::Preview(command) => command.run(config).await,
            Self::Test(command) => command.run(config).await,
        }
    }
}

impl OnSite {
    async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = &Site::open(config).await?;
        site.organization(self.organization()).await?;
        match self {
            Self::Show { of, format } => show::show(site, &of.organization, format).await,
            Self::Set { of, changes } => set::set(site, &of.organization, &changes).await,
            Self::Allow { of, patterns, note } => {
                lists::allow(site, &of.organization, &patterns, &note).await
            }
            Self::Disallow { of, patterns } => {
                lists::disallow(site, &of.organization, &patterns).await
            }
            Self::Trust { of, patterns } => {
                set::change(site, &of.organization, |settings| {
                    add(&mut settings.trusted, patterns);
                })
                .await
            }
            Self::Untrust { of, patterns } => {
                set::change(site, &of.organization, |settings| {
                    settings
                        .trusted
                        .retain(|pattern| !patterns.contains(pattern));
                })
                .await
            }
            Self::Registry(RegistryCommand::Add { of, registry }) => {
                set::change(site, &of.organization, |settings| {
                    add(&mut settings.ram.registries, vec![registry]);
                })
                .await
            }
            Self::Registry(RegistryCommand::Remove { of, registry }) => {
                set::change(site, &of.organization, |settings| {
                    settings.ram.registries.retain(|listed| *listed != registry);
                })
                .await
            }
            Self::History { of, limit } => history::show(site, &of.organization, limit).await,
        }
    }

    fn organization(&self) -> &OrganizationName {
        let (Self::Show { of, .. }
        | Self::Set { of, .. }
        | Self::Allow { of, .. }
        | Self::Disallow { of, .. }
        | Self::Trust { of, .. }
        | Self::Untrust { of, .. }
        | Self::Registry(RegistryCommand::Add { of, .. } | RegistryCommand::Remove { of, .. })
        | Self::History { of, .. }) = self;
        &of.organization
    }
}

/// Adds what is not there yet, in order.
fn add<T: Ord>(list: &mut Vec<T>, new: Vec<T>) {
    list.extend(new);
    list.sort();
    list.dedup();
}
