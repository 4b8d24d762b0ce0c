//! Who changed the policy, when and how.

use std::process::ExitCode;

use pullgate_admin::differences;
use pullgate_policy::OrganizationName;
use pullgate_store::{Action, ChangeRecord};
use serde_json::Value as Json;

use crate::admin::choice::word;
use crate::admin::site::Site;
use crate::failure::Failure;
use crate::output::{self, date, one_line};

/// How many changes are read at once.
const PAGE: u32 = 200;

pub(super) async fn show(
    site: &Site<'_>,
    organization: &OrganizationName,
    limit: u32,
) -> Result<ExitCode, Failure> {
    let mut left = limit;
    let mut before = None;
    'pages: loop {
        let page = site.store.changes(Some(organization), before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.generation);
        for change in page.iter().filter(|change| decides(change.action)) {
            tell(change)?;
            left -= 1;
            if left == 0 {
                break 'pages;
            }
        }
    }
    if left == limit {
        output::note(format!(
            "Nobody has changed the policy of {organization} yet; pullgate policy set does."
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a change is one of what may be pulled; who belongs to the
/// organization and which tokens there are is told elsewhere.
fn decides(action: Action) -> bool {
    matches!(
        action,
        Action::OrganizationCreated
            | Action::NamespaceAdded
            | Action::NamespaceRemoved
            | Action::TeamAdditionsChanged
            | Action::TeamChanged
            | Action::TeamDeleted
            | Action::SettingsChanged
            | Action::PolicyApplied
            | Action::ChangeUndone
            | Action::AllowlistAdded
            | Action::AllowlistRemoved
            | Action::ExceptionAdded
            | Action::ExceptionEnded
            | Action::RequestApproved
    )
}

fn tell(change: &ChangeRecord) -> Result<(), Failure> {
    let actor = change.actor.to_string();
    let actor = actor.strip_prefix("person:").unwrap_or(&actor);
    let action = word(change.action).replace('_', " ");
    let subject = one_line(&change.subject);
    // There is only one allowlist, and only one set of settings.
    let subject = if action.contains(&subject) {
        String::new()
    } else {
        format!(": {subject}")
    };
    output::say(format!("{}  {actor}: {action}{subject}", date(change.at)))?;
    let none = Json::Null;
    let before = change.before.as_ref().unwrap_or(&none);
    let after = change.after.as_ref().unwrap_or(&none);
    for line in differences(before, after) {
        let repeated = line == change.subject;
        // What every organization begins with.
        let usual = change.action == Action::OrganizationCreated && line.starts_with("settings.");
        if !repeated && !usual {
            output::say(format!("    {}", one_line(&line)))?;
        }
    }
    Ok(())
}
