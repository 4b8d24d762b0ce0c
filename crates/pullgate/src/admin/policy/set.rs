//! Changing the settings.

use std::process::ExitCode;

use clap::Args;
use pullgate_admin::differences;
use pullgate_policy::{OrganizationName, Settings};
use serde_json::json;

use crate::admin::choice::{Allowance, Blocking, OnOff};
use crate::admin::site::{ACTOR, Site};
use crate::failure::Failure;
use crate::output;

/// What is to be changed: at least one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Changes {
    /// Image Access Management
    #[arg(long, value_enum, value_name = "on|off", hide_possible_values = true)]
    iam: Option<OnOff>,
    /// Whether what is denied is blocked, or only recorded
    #[arg(
        long,
        value_enum,
        value_name = "enforce|monitor",
        hide_possible_values = true
    )]
    mode: Option<Blocking>,
    /// Docker Official Images
    #[arg(
        long,
        value_enum,
        value_name = "allowed|restricted",
        hide_possible_values = true
    )]
    official: Option<Allowance>,
    /// Images of verified publishers
    #[arg(
        long,
        value_enum,
        value_name = "allowed|restricted",
        hide_possible_values = true
    )]
    verified_publisher: Option<Allowance>,
    /// Docker-Sponsored Open Source images
    #[arg(
        long,
        value_enum,
        value_name = "allowed|restricted",
        hide_possible_values = true
    )]
    sponsored_oss: Option<Allowance>,
    /// Whether the allowlist counts, that of teams included
    #[arg(long, value_enum, value_name = "on|off", hide_possible_values = true)]
    allowlist: Option<OnOff>,
    /// Registry Access Management
    #[arg(long, value_enum, value_name = "on|off", hide_possible_values = true)]
    ram: Option<OnOff>,
    /// Whether a registry that is not listed is blocked, or only recorded
    #[arg(
        long,
        value_enum,
        value_name = "enforce|monitor",
        hide_possible_values = true
    )]
    ram_mode: Option<Blocking>,
    /// Docker Hub, while Registry Access Management is on
    #[arg(
        long,
        value_enum,
        value_name = "allowed|restricted",
        hide_possible_values = true
    )]
    docker_hub: Option<Allowance>,
}

impl Changes {
    fn apply(&self, settings: &mut Settings) {
        put(&mut settings.iam.enabled, self.iam);
        put(&mut settings.iam.mode, self.mode);
        put(&mut settings.iam.official, self.official);
        put(
            &mut settings.iam.verified_publisher,
            self.verified_publisher,
        );
        put(&mut settings.iam.sponsored_oss, self.sponsored_oss);
        put(&mut settings.iam.allowlist, self.allowlist);
        put(&mut settings.ram.enabled, self.ram);
        put(&mut settings.ram.mode, self.ram_mode);
        put(&mut settings.ram.docker_hub, self.docker_hub);
    }
}

fn put<T, C: Into<T>>(setting: &mut T, choice: Option<C>) {
    if let Some(choice) = choice {
        *setting = choice.into();
    }
}

pub(super) async fn set(
    site: &Site<'_>,
    organization: &OrganizationName,
    changes: &Changes,
) -> Result<ExitCode, Failure> {
    change(site, organization, |settings| changes.apply(settings)).await
}

/// Changes the settings, and says what is different since.
pub(super) async fn change(
    site: &Site<'_>,
    organization: &OrganizationName,
    change: impl FnOnce(&mut Settings) + Send,
) -> Result<ExitCode, Failure> {
    let changed = site
        .store
        .change_settings(organization, ACTOR, change)
        .await?;
    let differences = differences(&json!(changed.before), &json!(changed.after));
    if differences.is_empty() {
        output::say(format!(
            "The policy of {organization} is so already; nothing was changed."
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    site.changed(format!(
        "Changed the policy of {organization} (version {}):\n  {}",
        changed.version,
        differences.join("\n  ")
    ))
    .await
}
