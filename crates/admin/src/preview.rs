//! What a change of the policy would do, before it is made.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pullgate_access::{Impact, Trial};
use pullgate_policy::{OrganizationName, PolicyParts, Settings, TeamAdditions, TeamName};
use pullgate_reference::Pattern;
use pullgate_store::WholePolicy;
use serde_json::Value as Json;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// How far back is looked unless said otherwise.
const USUAL_PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The most repositories, subjects and teams that an answer names of each.
const LARGEST: u32 = 1_000;

/// What is to be different from the policy of now; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyDraft {
    /// Settings, as a document that holds what is to be different: a value
    /// takes the place of the one there is, a list that of the whole list.
    pub settings: Option<Json>,
    /// Patterns that come on the allowlist.
    pub allow: Vec<Pattern>,
    /// Patterns that go from it.
    pub disallow: Vec<Pattern>,
    /// Teams that get other additions.
    pub teams: BTreeMap<TeamName, TeamAdditions>,
}

/// On what a draft is tried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreviewOf {
    /// From when on; the last 30 days unless said.
    pub since: Option<Timestamp>,
    /// Up to and without when; up to now unless said.
    pub until: Option<Timestamp>,
    /// How many repositories, people and teams are told of each; 20 unless
    /// said.
    pub most: Option<u32>,
}

/// What a draft would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Whose policy.
    pub organization: OrganizationName,
    /// From when on decisions were replayed.
    pub since: Timestamp,
    /// And up to when.
    pub until: Timestamp,
    /// What would be different.
    pub impact: Impact,
}

impl Admin {
    /// Replays what was decided in a period, by the draft and by the policy of
    /// now; for owners. Changes nothing.
    pub async fn preview_policy(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        draft: PolicyDraft,
        of: PreviewOf,
    ) -> Result<Preview> {
        self.owner(caller, organization)?;
        let now = self.now();
        let until = of.until.unwrap_or(now);
        let usual = until.checked_sub(USUAL_PERIOD).unwrap_or(Timestamp::MIN);
        let since = of.since.unwrap_or(usual);
        if since >= until {
            return Err(AdminError::Invalid(format!(
                "nothing was decided between {since} and {until}, for the first is not before the second"
            )));
        }
        let most = of.most.unwrap_or(20);
        if !(1..=LARGEST).contains(&most) {
            return Err(AdminError::Invalid(format!(
                "an answer names 1 to {LARGEST} repositories, people and teams of each"
            )));
        }
        let policy = self.store.whole_policy(organization).await?;
        let drafted = draft.on(policy.clone())?;
        self.check_new_patterns(
            &parts(organization, policy.clone()),
            &parts(organization, drafted.clone()),
        )?;
        let period = Period {
            since,
            until,
            open: of.until.is_none_or(|until| until >= now),
        };
        self.tried(organization, [policy, drafted], period, most)
            .await
    }

    /// Replays a period by the policy of now and by another.
    pub(crate) async fn tried(
        &self,
        organization: &OrganizationName,
        [now, draft]: [WholePolicy; 2],
        period: Period,
        most: u32,
    ) -> Result<Preview> {
        let Period { since, until, open } = period;
        let trial = Trial {
            now: parts(organization, now),
            draft: parts(organization, draft),
            since,
            until: (!open).then_some(until),
            most: most as usize,
        };
        Ok(Preview {
            organization: organization.clone(),
            since,
            until,
            impact: self.door.replay(trial).await?,
        })
    }
}

/// The decisions on which a draft is tried out.
pub(crate) struct Period {
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    /// Whether it reaches up to now.
    pub(crate) open: bool,
}

impl PolicyDraft {
    /// The policy as it would be.
    fn on(self, mut policy: WholePolicy) -> Result<WholePolicy> {
        if let Some(different) = self.settings {
            policy.settings = changed(&policy.settings, different)?;
        }
        for pattern in self.disallow {
            if policy.allowlist.remove(&pattern).is_none() {
                return Err(AdminError::Invalid(format!(
                    "{pattern} is not on the allowlist, so it cannot be taken off it"
                )));
            }
        }
        for pattern in self.allow {
            policy.allowlist.entry(pattern).or_default();
        }
        for (team, additions) in self.teams {
            match policy.teams.get_mut(&team) {
                Some(before) => *before = additions,
                None => {
                    return Err(AdminError::Invalid(format!(
                        "there is no team {team}; make it first, or check its name"
                    )));
                }
            }
        }
        Ok(policy)
    }
}

/// Settings with something different in them.
fn changed(settings: &Settings, different: Json) -> Result<Settings> {
    let unusable = |error: &dyn std::fmt::Display| {
        AdminError::Invalid(format!("there are no such settings: {error}"))
    };
    let mut document = serde_json::to_value(settings).map_err(|error| unusable(&error))?;
    if holds_a_list_for_a_map(&document, &different) {
        return Err(unusable(
            &"expected names with values, and found a sequence",
        ));
    }
    merge(&mut document, different);
    let changed: Settings = serde_json::from_value(document).map_err(|error| unusable(&error))?;
    changed
        .check()
        .map_err(|error| AdminError::Invalid(error.to_string()))?;
    Ok(changed)
}

/// Whether a list stands where names with values belong. Read as a setting, an
/// empty one would be all defaults.
fn holds_a_list_for_a_map(settings: &Json, different: &Json) -> bool {
    match (settings, different) {
        (Json::Object(settings), Json::Object(different)) => {
            different.iter().any(|(name, value)| {
                let setting = settings.get(name);
                setting.is_some_and(|setting| holds_a_list_for_a_map(setting, value))
            })
        }
        (Json::Object(_), Json::Array(_)) => true,
        _ => false,
    }
}

/// Puts what a document says into another. Nothing is taken out: what is null
/// there has no setting that could be null.
fn merge(into: &mut Json, different: Json) {
    match (into, different) {
        (Json::Object(into), Json::Object(different)) => {
            for (name, value) in different {
                merge(into.entry(name).or_insert(Json::Null), value);
            }
        }
        (into, different) => *into = different,
    }
}

/// A policy as it is compiled from.
fn parts(organization: &OrganizationName, policy: WholePolicy) -> PolicyParts {
    PolicyParts {
        organization: organization.clone(),
        namespaces: policy.namespaces,
        settings: policy.settings,
        allowlist: policy.allowlist.into_keys().collect(),
        exceptions: policy
            .exceptions
            .into_iter()
            .map(|record| record.exception)
            .collect(),
        teams: policy.teams.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use pullgate_policy::{Permission, Switch};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_stays() {
        let mut settings = Settings::default();
        settings.iam.enabled = Switch::On;
        settings.trusted = vec!["quay.io/**".parse().unwrap()];
        let after = changed(&settings, json!({"iam": {"official": "restricted"}})).unwrap();
        assert_eq!(after.iam.official, Permission::Restricted);
        settings.iam.official = Permission::Restricted;
        assert_eq!(after, settings);
        let after = changed(&settings, json!({"trusted": []})).unwrap();
        assert!(after.trusted.is_empty());
    }

    #[test]
    fn settings_that_cannot_be_kept_are_refused() {
        for (different, named) in [
            (json!({"iam": {"oficial": "allowed"}}), "oficial"),
            (json!({"iam": {"official": "maybe"}}), "maybe"),
            (json!({"iam": null}), "null"),
            (json!([]), "sequence"),
            (json!({"iam": []}), "sequence"),
            (json!({"ram": {"registries": ["docker.io"]}}), "docker.io"),
        ] {
            let error = changed(&Settings::default(), different).unwrap_err();
            assert!(matches!(error, AdminError::Invalid(_)));
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
