//! A change of a policy that is looked at before it is made.

use std::collections::BTreeMap;

use pullgate_reference::Pattern;
use pullgate_store::WholePolicy;
use serde::{Deserialize, Serialize};

use crate::admin::Result;
use crate::error::AdminError;
use crate::settings_edit::SettingsEdit;

/// The most entries of the allowlist that are added or removed at a time.
pub const MOST_ENTRIES: usize = 1_000;

/// A change of a policy: of its settings, or of its allowlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyChange {
    /// Settings are to be different.
    Settings(SettingsEdit),
    /// Entries come on the allowlist, each with a note that may be empty.
    Allow(BTreeMap<Pattern, String>),
    /// Entries go from it.
    Disallow(Vec<Pattern>),
}

/// The same as it is carried from a page to the next.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Settings(SettingsEdit),
    Allow(BTreeMap<String, String>),
    Disallow(Vec<String>),
}

impl PolicyChange {
    /// The change as a text, to be kept for a while.
    pub fn to_text(&self) -> String {
        let written = match self {
            Self::Settings(edit) => Written::Settings(edit.clone()),
            Self::Allow(entries) => {
                let entries = entries.iter();
                Written::Allow(
                    entries
                        .map(|(pattern, note)| (pattern.to_string(), note.clone()))
                        .collect(),
                )
            }
            Self::Disallow(patterns) => {
                Written::Disallow(patterns.iter().map(Pattern::to_string).collect())
            }
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads such a text.
    pub fn read(text: &str) -> Result<Self> {
        let unreadable =
            |_| AdminError::Invalid("the change cannot be read; make it again".to_owned());
        let change = match serde_json::from_str(text).map_err(unreadable)? {
            Written::Settings(edit) => Self::Settings(edit),
            Written::Allow(entries) => {
                let entries = entries.into_iter();
                let entries = entries.map(|(pattern, note)| Ok((pattern_of(&pattern)?, note)));
                Self::Allow(entries.collect::<Result<_>>()?)
            }
            Written::Disallow(patterns) => {
                let patterns = patterns.iter().map(|pattern| pattern_of(pattern));
                Self::Disallow(patterns.collect::<Result<_>>()?)
            }
        };
        change.check()?;
        Ok(change)
    }

    /// Whether it can be made at a time.
    pub(crate) fn check(&self) -> Result<()> {
        let entries = match self {
            Self::Settings(_) => 0,
            Self::Allow(entries) => entries.len(),
            Self::Disallow(patterns) => patterns.len(),
        };
        if entries > MOST_ENTRIES {
            return Err(AdminError::Invalid(format!(
                "{entries} entries are too many at a time; change at most {MOST_ENTRIES} of the allowlist at once"
            )));
        }
        Ok(())
    }

    /// The policy as it would be. What is there already, or gone already,
    /// stays so.
    pub(crate) fn on(&self, mut policy: WholePolicy) -> WholePolicy {
        match self {
            Self::Settings(edit) => edit.apply(&mut policy.settings),
            Self::Allow(entries) => {
                for (pattern, note) in entries {
                    let entry = policy.allowlist.entry(pattern.clone());
                    entry.or_insert_with(|| note.clone());
                }
            }
            Self::Disallow(patterns) => {
                for pattern in patterns {
                    policy.allowlist.remove(pattern);
                }
            }
        }
        policy
    }
}

fn pattern_of(text: &str) -> Result<Pattern> {
    text.parse()
        .map_err(|error| AdminError::Invalid(format!("{error}")))
}

#[cfg(test)]
mod tests {
    use pullgate_policy::Switch;

    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written() {
        let edit = SettingsEdit {
            image_access: Some(Switch::On),
            list: vec!["quay.io".parse().unwrap()],
            ..SettingsEdit::default()
        };
        let pattern: Pattern = "docker.io/bitnami/*".parse().unwrap();
        for change in [
            PolicyChange::Settings(edit),
            PolicyChange::Allow([(pattern.clone(), "charts \"<".to_owned())].into()),
            PolicyChange::Disallow(vec![pattern]),
        ] {
            assert_eq!(PolicyChange::read(&change.to_text()).unwrap(), change);
        }
    }

    #[test]
    fn what_is_no_change_is_refused() {
        let many: Vec<String> = (0..=MOST_ENTRIES).map(|n| format!("a/b{n}")).collect();
        let many = serde_json::json!({ "disallow": many }).to_string();
        for text in [
            "",
            "{}",
            "[]",
            r#"{"settings":{"iam":"on"}}"#,
            r#"{"settings":{"official":"maybe"}}"#,
            r#"{"allow":{"a/*/b":""}}"#,
            r#"{"owner":"mia"}"#,
            &many,
        ] {
            assert!(
                matches!(PolicyChange::read(text), Err(AdminError::Invalid(_))),
                "{text}"
            );
        }
    }
}
