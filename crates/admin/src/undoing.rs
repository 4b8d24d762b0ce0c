//! Taking back a past change of a policy.
//!
//! A change is taken back by itself: what was different before it becomes so
//! again, and what others have changed since stays. That is possible as long
//! as everything that it changed is still as it made it.

use std::collections::BTreeMap;

use pullgate_policy::{Settings, TeamAdditions, TeamName};
use pullgate_reference::Pattern;
use pullgate_store::{Action, ChangeRecord, PolicyEdit, WholePolicy};
use serde_json::{Map, Value as Json, json};

use crate::difference::{below, items, keys, label};

/// Why a change cannot be taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotUndo {
    /// Something that it changed is different by now.
    #[error("{0} was changed again since")]
    ChangedSince(String),
    /// It changed something that is not taken back here.
    #[error("{0}")]
    NotHere(&'static str),
}

/// What it takes to undo a change on the policy of now.
pub(crate) fn undoing(
    policy: &WholePolicy,
    change: &ChangeRecord,
) -> Result<PolicyEdit, CannotUndo> {
    let (before, after) = sections(change)?;
    let mut edit = PolicyEdit {
        undoes: Some(change.generation),
        ..PolicyEdit::default()
    };
    for section in keys(&before).union(&keys(&after)) {
        let (was, is) = (&before[*section], &after[*section]);
        match *section {
            "settings" => edit.settings = Some(settings(&policy.settings, was, is)?),
            "allowlist" => allowlist(&policy.allowlist, was, is, &mut edit)?,
            "teams" => edit.put_teams = teams(&policy.teams, was, is)?,
            _ => {
                return Err(CannotUndo::NotHere(
                    "it changed namespaces or exceptions as well, which are changed on their own pages",
                ));
            }
        }
    }
    Ok(edit)
}

/// What a change has changed, by sections, before and after.
fn sections(change: &ChangeRecord) -> Result<(Json, Json), CannotUndo> {
    let state = |state: &Option<Json>| state.clone().unwrap_or(Json::Null);
    let (before, after) = (state(&change.before), state(&change.after));
    match change.action {
        Action::SettingsChanged => {
            Ok((json!({ "settings": before }), json!({ "settings": after })))
        }
        Action::PolicyApplied
        | Action::ChangeUndone
        | Action::AllowlistAdded
        | Action::AllowlistRemoved => Ok((before, after)),
        Action::RegistryNamesChanged => Err(CannotUndo::NotHere(
            "it changed names of registries, and nothing that may be pulled",
        )),
        _ => Err(CannotUndo::NotHere("it is no change of the policy")),
    }
}

fn settings(now: &Settings, before: &Json, after: &Json) -> Result<Settings, CannotUndo> {
    const UNREADABLE: CannotUndo =
        CannotUndo::NotHere("what the settings were before cannot be read any more");
    if !before.is_object() || !after.is_object() {
        return Err(UNREADABLE);
    }
    let mut document = json!(now);
    take_back("", &mut document, before, after)?;
    serde_json::from_value(document).map_err(|_| UNREADABLE)
}

/// Takes back what is different, in a document.
fn take_back(path: &str, now: &mut Json, before: &Json, after: &Json) -> Result<(), CannotUndo> {
    let changed_since = || Err(CannotUndo::ChangedSince(label(path)));
    match (before, after) {
        (before, after) if before == after => Ok(()),
        (Json::Object(_), Json::Object(_)) => {
            for key in keys(before).union(&keys(after)) {
                let (path, mut value) = (below(path, key), now[*key].take());
                take_back(&path, &mut value, &before[*key], &after[*key])?;
                now[*key] = value;
            }
            // What had no value before has its own.
            if let Json::Object(fields) = now {
                fields.retain(|_, value| !value.is_null());
            }
            Ok(())
        }
        (Json::Array(_), Json::Array(_)) => {
            let within = |list: &Json, item: &Json| items(list).any(|other| other == item);
            let came: Vec<&Json> = items(after).filter(|item| !within(before, item)).collect();
            let went: Vec<&Json> = items(before).filter(|item| !within(after, item)).collect();
            let is_still_so = came.iter().all(|item| within(now, item))
                && !went.iter().any(|item| within(now, item));
            if !is_still_so {
                return changed_since();
            }
            let stays = items(now).filter(|item| !came.contains(item));
            *now = stays.chain(went).cloned().collect();
            Ok(())
        }
        (before, after) if now == after => {
            *now = before.clone();
            Ok(())
        }
        _ => changed_since(),
    }
}

fn allowlist(
    now: &BTreeMap<Pattern, String>,
    before: &Json,
    after: &Json,
    edit: &mut PolicyEdit,
) -> Result<(), CannotUndo> {
    const UNREADABLE: CannotUndo =
        CannotUndo::NotHere("what the allowlist was before cannot be read any more");
    for name in keys(before).union(&keys(after)) {
        let pattern: Pattern = name.parse().map_err(|_| UNREADABLE)?;
        let (was, is) = (before[*name].as_str(), after[*name].as_str());
        if now.get(&pattern).map(String::as_str) != is {
            return Err(CannotUndo::ChangedSince(format!(
                "{pattern} on the allowlist"
            )));
        }
        match was {
            Some(note) => {
                edit.put_allowlist.insert(pattern, note.to_owned());
            }
            None => edit.remove_allowlist.push(pattern),
        }
    }
    Ok(())
}

fn teams(
    now: &BTreeMap<TeamName, TeamAdditions>,
    before: &Json,
    after: &Json,
) -> Result<BTreeMap<TeamName, TeamAdditions>, CannotUndo> {
    let empty = Map::new();
    let mut put = BTreeMap::new();
    for (name, is) in after.as_object().unwrap_or(&empty) {
        let Ok(additions) = serde_json::from_value(before[name].clone()) else {
            return Err(CannotUndo::NotHere("it made a team; delete that instead"));
        };
        let team: Option<TeamName> = name.parse().ok();
        let unchanged = team.filter(|team| now.get(team).is_some_and(|now| json!(now) == *is));
        let Some(team) = unchanged else {
            return Err(CannotUndo::ChangedSince(format!(
                "what the team {name} may pull"
            )));
        };
        put.insert(team, additions);
    }
    Ok(put)
}

#[cfg(test)]
mod tests {
    use pullgate_policy::{Permission, Switch};
    use pullgate_store::Actor;

    use super::*;

    fn policy(settings: &Settings) -> WholePolicy {
        WholePolicy {
            settings: settings.clone(),
            version: 1,
            namespaces: Vec::new(),
            allowlist: BTreeMap::new(),
            teams: BTreeMap::new(),
            exceptions: Vec::new(),
        }
    }

    fn change(action: Action, before: Json, after: Json) -> ChangeRecord {
        ChangeRecord {
            generation: 7,
            at: jiff::Timestamp::UNIX_EPOCH,
            actor: Actor::CommandLine,
            organization: None,
            action,
            subject: String::new(),
            before: Some(before),
            after: Some(after),
        }
    }

    fn edited(edit: impl FnOnce(&mut Settings)) -> Settings {
        let mut settings = Settings::default();
        edit(&mut settings);
        settings
    }

    #[test]
    fn what_others_changed_since_stays() {
        let was = Settings::default();
        let restricted = edited(|settings| {
            settings.iam.official = Permission::Restricted;
            settings.ram.registries = vec!["quay.io".parse().unwrap()];
        });
        let mut now = restricted.clone();
        now.iam.enabled = Switch::On;
        now.ram.registries.push("ghcr.io".parse().unwrap());
        let done = change(Action::SettingsChanged, json!(was), json!(restricted));
        let edit = undoing(&policy(&now), &done).unwrap();
        let after = edit.settings.unwrap();
        assert_eq!(after.iam.official, Permission::Allowed);
        assert_eq!(after.iam.enabled, Switch::On);
        assert_eq!(after.ram.registries, ["ghcr.io".parse().unwrap()]);
        assert_eq!(edit.undoes, Some(7));
    }

    #[test]
    fn what_was_changed_again_is_not_taken_back() {
        let was = Settings::default();
        let is = edited(|settings| {
            settings.iam.official = Permission::Restricted;
            settings.trusted = vec!["quay.io/**".parse().unwrap()];
        });
        let done = change(Action::SettingsChanged, json!(was), json!(is));
        for (now, named) in [
            (
                edited(|now| now.trusted.clone_from(&is.trusted)),
                "official",
            ),
            (
                edited(|now| now.iam.official = Permission::Restricted),
                "trusted",
            ),
        ] {
            let refused = undoing(&policy(&now), &done).unwrap_err();
            assert_eq!(refused, CannotUndo::ChangedSince(named.to_owned()));
        }
    }

    #[test]
    fn entries_come_back_with_their_notes() {
        let pattern: Pattern = "docker.io/bitnami/*".parse().unwrap();
        let entry = json!({"allowlist": {"docker.io/bitnami/*": "charts"}});
        let removed = change(Action::AllowlistRemoved, entry.clone(), Json::Null);
        let mut now = policy(&Settings::default());
        let edit = undoing(&now, &removed).unwrap();
        assert_eq!(
            edit.put_allowlist,
            [(pattern.clone(), "charts".to_owned())].into()
        );
        let added = change(Action::AllowlistAdded, Json::Null, entry);
        assert!(matches!(
            undoing(&now, &added),
            Err(CannotUndo::ChangedSince(_))
        ));
        now.allowlist.insert(pattern.clone(), "charts".to_owned());
        assert_eq!(undoing(&now, &added).unwrap().remove_allowlist, [pattern]);
        assert!(matches!(
            undoing(&now, &removed),
            Err(CannotUndo::ChangedSince(_))
        ));
    }

    #[test]
    fn what_others_look_after_is_not_taken_back_here() {
        let now = policy(&Settings::default());
        let namespaces = change(
            Action::PolicyApplied,
            json!({"namespaces": []}),
            json!({"namespaces": ["docker.io/acme/**"]}),
        );
        let names = change(Action::RegistryNamesChanged, json!([]), json!([]));
        let unreadable = change(Action::SettingsChanged, json!("{"), json!(now.settings));
        for change in [namespaces, names, unreadable] {
            assert!(matches!(
                undoing(&now, &change),
                Err(CannotUndo::NotHere(_))
            ));
        }
    }
}
