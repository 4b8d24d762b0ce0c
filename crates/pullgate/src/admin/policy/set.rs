//! Changing the settings.

use std::process::ExitCode;

use clap::Args;
use pullgate_admin::differences;
use pullgate_policy::{Mode, OrganizationName, Permission, Settings, Switch};
use serde_json::{Value as Json, json};

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

impl Changes {
    /// The same as a document for a server.
    pub(super) fn document(&self) -> Json {
        let mut document = json!({});
        let mut put = |part: &str, setting: &str, word: Option<Json>| {
            if let Some(word) = word {
                document[part][setting] = word;
            }
        };
        let on_off = |choice: Option<OnOff>| choice.map(|it| json!(Switch::from(it)));
        let mode = |choice: Option<Blocking>| choice.map(|it| json!(Mode::from(it)));
        let allowance = |choice: Option<Allowance>| choice.map(|it| json!(Permission::from(it)));
        put("iam", "enabled", on_off(self.iam));
        put("iam", "mode", mode(self.mode));
        put("iam", "official", allowance(self.official));
        put(
            "iam",
            "verified_publisher",
            allowance(self.verified_publisher),
        );
        put("iam", "sponsored_oss", allowance(self.sponsored_oss));
        put("iam", "allowlist", on_off(self.allowlist));
        put("ram", "enabled", on_off(self.ram));
        put("ram", "mode", mode(self.ram_mode));
        put("ram", "docker_hub", allowance(self.docker_hub));
        document
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Typed {
        #[command(flatten)]
        changes: Changes,
    }

    #[test]
    fn a_document_says_what_would_be_set() {
        let typed = [
            "pullgate",
            "--iam=on",
            "--mode=monitor",
            "--official=restricted",
            "--verified-publisher=restricted",
            "--sponsored-oss=allowed",
            "--allowlist=on",
            "--ram=on",
            "--ram-mode=monitor",
            "--docker-hub=restricted",
        ];
        let changes = Typed::parse_from(typed).changes;
        let mut settings = Settings::default();
        changes.apply(&mut settings);
        let mut document = changes.document();
        document["ram"]["registries"] = json!([]);
        document["trusted"] = json!([]);
        assert_eq!(document, json!(settings), "all that can be set is in it");
        let one = Typed::parse_from(["pullgate", "--ram=off"]).changes;
        assert_eq!(one.document(), json!({"ram": {"enabled": "off"}}));
    }
}
