//! What a team may pull beyond its organization's policy.

use std::process::ExitCode;

use clap::Args;
use pullgate_policy::{PublisherCategory, Switch, TeamAdditions};
use pullgate_reference::Pattern;

use super::Which;
use crate::admin::choice::{Addition, word};
use crate::admin::org::listed;
use crate::admin::site::{ACTOR, Site};
use crate::failure::Failure;
use crate::output;

/// Categories, of which at least one is to be set.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Categories {
    /// Docker Official Images
    #[arg(
        long,
        value_enum,
        value_name = "allowed|inherit",
        hide_possible_values = true
    )]
    official: Option<Addition>,
    /// Images of verified publishers
    #[arg(
        long,
        value_enum,
        value_name = "allowed|inherit",
        hide_possible_values = true
    )]
    verified_publisher: Option<Addition>,
    /// Docker-Sponsored Open Source images
    #[arg(
        long,
        value_enum,
        value_name = "allowed|inherit",
        hide_possible_values = true
    )]
    sponsored_oss: Option<Addition>,
}

pub(super) async fn allow(
    site: &Site<'_>,
    which: &Which,
    patterns: Vec<Pattern>,
) -> Result<ExitCode, Failure> {
    let Which { organization, team } = which;
    which.find(site).await?;
    let mut lines = Vec::new();
    change(site, which, |additions| {
        for pattern in patterns {
            if additions.allowlist.contains(&pattern) {
                lines.push(format!(
                    "{pattern} is on the allowlist of the team {team} already."
                ));
            } else {
                lines.push(format!(
                    "Added {pattern} to the allowlist of the team {team}."
                ));
                additions.allowlist.push(pattern);
            }
        }
    })
    .await?;
    let settings = site.store.settings(organization).await?;
    if settings.is_some_and(|stored| stored.settings.iam.allowlist == Switch::Off) {
        output::note(format!(
            "note: the allowlist of {organization} is off, and that of its teams with it; switch \
             it on with: pullgate policy set {organization} --allowlist on"
        ));
    }
    site.changed(lines.join("\n")).await
}

pub(super) async fn disallow(
    site: &Site<'_>,
    which: &Which,
    patterns: &[Pattern],
) -> Result<ExitCode, Failure> {
    let Which { organization, team } = which;
    which.find(site).await?;
    let mut missing = None;
    change(site, which, |additions| {
        let allowlist = &mut additions.allowlist;
        missing = patterns.iter().find(|pattern| !allowlist.contains(pattern));
        if missing.is_none() {
            allowlist.retain(|pattern| !patterns.contains(pattern));
        }
    })
    .await?;
    if let Some(missing) = missing {
        return Err(Failure::new(format!(
            "{missing} is not on the allowlist of the team {team}; nothing was changed"
        ))
        .hint(format!("pullgate team list {organization} shows what is")));
    }
    let names = listed(patterns.iter().map(ToString::to_string));
    site.changed(format!(
        "Took {names} off the allowlist of the team {team}."
    ))
    .await
}

pub(super) async fn set(
    site: &Site<'_>,
    which: &Which,
    categories: &Categories,
) -> Result<ExitCode, Failure> {
    which.find(site).await?;
    let wanted = [
        (PublisherCategory::Official, categories.official),
        (
            PublisherCategory::VerifiedPublisher,
            categories.verified_publisher,
        ),
        (PublisherCategory::SponsoredOss, categories.sponsored_oss),
    ];
    let mut lines = Vec::new();
    change(site, which, |additions| {
        let allowed = &mut additions.categories;
        for (category, wanted) in wanted {
            let Some(wanted) = wanted else { continue };
            allowed.retain(|other| *other != category);
            let name = word(category).replace('_', " ");
            match wanted {
                Addition::Allowed => {
                    allowed.push(category);
                    lines.push(format!("{name}: allowed for the team {}", which.team));
                }
                Addition::Inherit => lines.push(format!(
                    "{name}: for the team {} as for all of {}",
                    which.team, which.organization
                )),
            }
        }
        allowed.sort();
    })
    .await?;
    site.changed(lines.join("\n")).await
}

/// Changes a team's additions, with nobody in between.
async fn change(
    site: &Site<'_>,
    which: &Which,
    edit: impl FnOnce(&mut TeamAdditions) + Send,
) -> Result<(), Failure> {
    let Which { organization, team } = which;
    site.store
        .change_team_additions(organization, team, ACTOR, edit)
        .await?;
    Ok(())
}
