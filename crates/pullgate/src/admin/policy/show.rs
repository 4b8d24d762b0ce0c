//! Showing a policy.

use std::process::ExitCode;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Settings, Switch};
use serde_json::json;

use crate::admin::choice::word;
use crate::admin::org::listed;
use crate::admin::site::Site;
use crate::failure::Failure;
use crate::output::{self, Format, Table, date};

pub(super) async fn show(
    site: &Site<'_>,
    organization: &OrganizationName,
    format: Format,
) -> Result<ExitCode, Failure> {
    let stored = site.store.settings(organization).await?.ok_or_else(|| {
        Failure::new(format!(
            "{organization} has no policy; it was removed just now"
        ))
    })?;
    let allowlist = site.store.allowlist(organization).await?;
    let namespaces = site.store.namespaces(organization).await?;
    let namespaces = namespaces
        .into_iter()
        .map(|namespace| namespace.pattern.to_string());
    if format == Format::Json {
        let entry = |entry: &pullgate_store::AllowlistEntry| {
            json!({
                "pattern": entry.pattern.to_string(),
                "note": entry.note,
                "added_by": entry.added_by.to_string(),
                "added_at": entry.added_at,
            })
        };
        output::json(&json!({
            "organization": organization,
            "version": stored.version,
            "changed_at": stored.changed_at,
            "iam": stored.settings.iam,
            "ram": stored.settings.ram,
            "trusted": json!(stored.settings)["trusted"],
            "namespaces": namespaces.collect::<Vec<_>>(),
            "allowlist": allowlist.iter().map(entry).collect::<Vec<_>>(),
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let Settings { iam, ram, trusted } = &stored.settings;
    let entries = match allowlist.len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let registries = listed(ram.registries.iter().map(ToString::to_string));
    output::fields(&[
        ("policy of", organization.to_string()),
        (
            "version",
            format!("{}, changed {}", stored.version, date(stored.changed_at)),
        ),
        ("", String::new()),
        ("Image Access Management", word(iam.enabled)),
        ("  mode", word(iam.mode)),
        ("  official", word(iam.official)),
        ("  verified publisher", word(iam.verified_publisher)),
        ("  sponsored OSS", word(iam.sponsored_oss)),
        ("  community", "restricted".to_owned()),
        ("  allowlist", format!("{}, {entries}", word(iam.allowlist))),
        ("Registry Access Management", word(ram.enabled)),
        ("  mode", word(ram.mode)),
        ("  Docker Hub", word(ram.docker_hub)),
        ("  registries", registries),
        ("trusted", listed(trusted.iter().map(ToString::to_string))),
        ("namespaces", listed(namespaces)),
        ("exceptions", open_exceptions(site, organization).await?),
    ])?;
    if !allowlist.is_empty() {
        output::say("")?;
        let mut table = Table::new(&["ALLOWLIST", "ADDED", "NOTE"]);
        for entry in allowlist {
            let pattern = entry.pattern.to_string();
            table.row([pattern, date(entry.added_at), entry.note]);
        }
        table.print("")?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn open_exceptions(
    site: &Site<'_>,
    organization: &OrganizationName,
) -> Result<String, Failure> {
    let now = Timestamp::now();
    let exceptions = site.store.exceptions(organization).await?;
    let open = exceptions
        .iter()
        .filter(|record| now < record.exception.ends_at)
        .count();
    Ok(match open {
        0 => "none".to_owned(),
        open => format!("{open}, see pullgate exception list {organization}"),
    })
}

/// A policy in one line.
pub(in crate::admin) fn summary(settings: &Settings) -> String {
    let Settings { iam, ram, .. } = settings;
    let categories = match iam.enabled {
        Switch::Off => String::new(),
        Switch::On => format!(
            " ({}): official {}, verified publisher {}, sponsored OSS {}",
            word(iam.mode),
            word(iam.official),
            word(iam.verified_publisher),
            word(iam.sponsored_oss)
        ),
    };
    format!(
        "Image Access Management {}{categories}; Registry Access Management {}",
        word(iam.enabled),
        word(ram.enabled)
    )
}
