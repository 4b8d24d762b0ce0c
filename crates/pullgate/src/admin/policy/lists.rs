//! The allowlist.

use std::process::ExitCode;

use pullgate_policy::{OrganizationName, Switch};
use pullgate_reference::Pattern;

use crate::admin::org::listed;
use crate::admin::site::{ACTOR, Site};
use crate::failure::Failure;
use crate::output;

pub(super) async fn allow(
    site: &Site<'_>,
    organization: &OrganizationName,
    patterns: &[Pattern],
    note: &str,
) -> Result<ExitCode, Failure> {
    let entries = patterns.iter().cloned();
    let entries = entries.map(|pattern| (pattern, note.to_owned())).collect();
    let added = site
        .store
        .add_to_allowlist(organization, &entries, ACTOR)
        .await?;
    let lines: Vec<String> = patterns
        .iter()
        .map(|pattern| {
            if added.contains(pattern) {
                format!("Added {pattern} to the allowlist of {organization}.")
            } else {
                format!("{pattern} is on the allowlist of {organization} already.")
            }
        })
        .collect();
    let settings = site.store.settings(organization).await?;
    if settings.is_some_and(|stored| stored.settings.iam.allowlist == Switch::Off) {
        output::note(format!(
            "note: the allowlist of {organization} is off and counts for nothing; switch it on \
             with: pullgate policy set {organization} --allowlist on"
        ));
    }
    site.changed(lines.join("\n")).await
}

pub(super) async fn disallow(
    site: &Site<'_>,
    organization: &OrganizationName,
    patterns: &[Pattern],
) -> Result<ExitCode, Failure> {
    let before = on_list(site, organization).await?;
    if let Some(missing) = patterns.iter().find(|pattern| !before.contains(pattern)) {
        return Err(Failure::new(format!(
            "{missing} is not on the allowlist of {organization}; nothing was changed"
        ))
        .hint(format!("pullgate policy show {organization} shows what is")));
    }
    site.store
        .remove_from_allowlist(organization, patterns, ACTOR)
        .await?;
    let names = listed(patterns.iter().map(ToString::to_string));
    site.changed(format!("Took {names} off the allowlist of {organization}."))
        .await
}

async fn on_list(
    site: &Site<'_>,
    organization: &OrganizationName,
) -> Result<Vec<Pattern>, Failure> {
    let entries = site.store.allowlist(organization).await?;
    Ok(entries.into_iter().map(|entry| entry.pattern).collect())
}
