//! An organization's policy as a file.
//!
//! The file holds what owners decide, in sections. A section that is there is
//! all there is of it; one that is left out stays as it is. So an organization
//! can keep its settings and its allowlist in a file and make exceptions in the
//! console, and neither ends the other's work.

mod differing;
mod edit;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pullgate_policy::{
    Covers, Iam, OrganizationName, PublisherCategory, Ram, TeamAdditions, TeamName, Username,
};
use pullgate_reference::{Pattern, Registry, Repository};
use pullgate_store::WholePolicy;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value as Json, json};

use crate::files::{self, AsText, FileError};

pub(crate) use edit::Edit;
pub(crate) use shape::{POLICY, POLICY_VERSION};

/// An organization's policy as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// What kind of file it is, and which version.
    pullgate: String,
    /// Whose policy it is.
    pub organization: OrganizationName,
    #[serde(skip_serializing_if = "Option::is_none")]
    iam: Option<Iam>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[serde(deserialize_with = "read_ram")]
    ram: Option<Ram>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted: Option<BTreeSet<AsText<Pattern>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespaces: Option<BTreeSet<AsText<Pattern>>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[serde(with = "allowlist")]
    allowlist: Option<BTreeMap<Pattern, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    teams: Option<BTreeMap<TeamName, Additions>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exceptions: Option<BTreeSet<ExceptionLine>>,
}

/// What a team is given; something, or the team is not in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Additions {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    categories: BTreeSet<PublisherCategory>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    allowlist: BTreeSet<AsText<Pattern>>,
}

/// An exception. Two that say the same are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionLine {
    repository: AsText<Repository>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<TeamName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Username>,
    ends: Timestamp,
    reason: String,
}

/// Whether a file has the exceptions of its organization. They are short-lived
/// and often made elsewhere; a file that has them is all there is of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exceptions {
    /// It has not: applying it leaves them as they are.
    LeftOut,
    /// It has.
    Included,
}

impl PolicyFile {
    /// Reads a file.
    pub fn read(text: &str) -> Result<Self, FileError> {
        files::read(text, &POLICY).map(|read| read.value)
    }

    /// The file as YAML.
    pub fn to_yaml(&self) -> String {
        files::write(&json!(self), &POLICY)
    }

    /// The file of a policy as it is.
    pub(crate) fn of(
        organization: &OrganizationName,
        policy: &WholePolicy,
        exceptions: Exceptions,
    ) -> Self {
        let settings = policy.settings.clone();
        let teams = policy.teams.iter().map(|(team, additions)| {
            let additions = Additions::from(additions);
            (team.clone(), additions)
        });
        let lines = policy.exceptions.iter().map(ExceptionLine::from);
        Self {
            pullgate: POLICY_VERSION.to_owned(),
            organization: organization.clone(),
            iam: Some(settings.iam),
            ram: Some(in_order(settings.ram)),
            trusted: Some(settings.trusted.into_iter().map(AsText).collect()),
            namespaces: Some(policy.namespaces.iter().cloned().map(AsText).collect()),
            allowlist: Some(policy.allowlist.clone()),
            teams: Some(
                teams
                    .filter(|(_, additions)| *additions != Additions::default())
                    .collect(),
            ),
            exceptions: match exceptions {
                Exceptions::LeftOut => None,
                Exceptions::Included => Some(lines.collect()),
            },
        }
    }

    /// What the policy is once this file has been applied to what is in the
    /// other: this one's sections, and the other's where this has none.
    pub(crate) fn over(&self, now: &Self) -> Self {
        let this = self.clone();
        let other = now.clone();
        Self {
            pullgate: this.pullgate,
            organization: this.organization,
            iam: this.iam.or(other.iam),
            ram: this.ram.or(other.ram),
            trusted: this.trusted.or(other.trusted),
            namespaces: this.namespaces.or(other.namespaces),
            allowlist: this.allowlist.or(other.allowlist),
            teams: this.teams.or(other.teams),
            exceptions: this.exceptions.or(other.exceptions),
        }
    }

    /// The file without the exceptions that have ended: they say nothing any
    /// more, and a file does not become wrong by time passing.
    pub(crate) fn at(mut self, now: Timestamp) -> Self {
        if let Some(exceptions) = &mut self.exceptions {
            exceptions.retain(|line| line.ends > now);
        }
        self
    }

    /// Whether the file gives something to a team, which is there then.
    pub(crate) fn gives_to(&self, team: &TeamName) -> bool {
        self.teams
            .as_ref()
            .is_some_and(|teams| teams.contains_key(team))
    }

    /// Whether applying the file says which exceptions there are.
    pub(crate) fn has_exceptions(&self) -> bool {
        self.exceptions.is_some()
    }
}

fn in_order(mut ram: Ram) -> Ram {
    let registries: BTreeSet<Registry> = ram.registries.drain(..).collect();
    ram.registries.extend(registries);
    ram
}

fn read_ram<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Ram>, D::Error> {
    Ok(Option::<Ram>::deserialize(deserializer)?.map(in_order))
}

impl From<&TeamAdditions> for Additions {
    fn from(additions: &TeamAdditions) -> Self {
        Self {
            categories: additions.categories.iter().copied().collect(),
            allowlist: additions.allowlist.iter().cloned().map(AsText).collect(),
        }
    }
}

impl From<&Additions> for TeamAdditions {
    fn from(additions: &Additions) -> Self {
        let patterns = additions.allowlist.iter();
        Self {
            allowlist: patterns.map(|AsText(pattern)| pattern.clone()).collect(),
            categories: additions.categories.iter().copied().collect(),
        }
    }
}

impl ExceptionLine {
    fn covers(&self) -> Covers {
        match (&self.team, &self.user) {
            (Some(team), _) => Covers::Team(team.clone()),
            (None, Some(user)) => Covers::Person(user.clone()),
            (None, None) => Covers::Organization,
        }
    }

    /// As the history tells of it.
    fn told(&self) -> Json {
        json!({
            "repository": self.repository,
            "team": self.team,
            "person": self.user,
            "ends_at": self.ends,
            "reason": self.reason,
        })
    }
}

impl From<&pullgate_store::ExceptionRecord> for ExceptionLine {
    fn from(record: &pullgate_store::ExceptionRecord) -> Self {
        let exception = &record.exception;
        let (team, user) = match &exception.covers {
            Covers::Organization => (None, None),
            Covers::Team(team) => (Some(team.clone()), None),
            Covers::Person(user) => (None, Some(user.clone())),
        };
        Self {
            repository: AsText(exception.repository.clone()),
            team,
            user,
            ends: exception.ends_at,
            reason: record.reason.clone(),
        }
    }
}

/// The allowlist as a list of patterns with notes.
mod allowlist {
    use std::collections::BTreeMap;

    use pullgate_reference::Pattern;
    use serde::de::{Deserialize, Deserializer};
    use serde::ser::Serializer;
    use serde::{Deserialize as Read, Serialize as Write};

    use crate::files::AsText;

    #[derive(Read, Write)]
    #[serde(deny_unknown_fields)]
    struct Line {
        pattern: AsText<Pattern>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    }

    #[allow(clippy::ref_option, reason = "serde calls it with the field as it is")]
    pub(super) fn serialize<S: Serializer>(
        entries: &Option<BTreeMap<Pattern, String>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let entries = entries.iter().flatten();
        serializer.collect_seq(entries.map(|(pattern, note)| Line {
            pattern: AsText(pattern.clone()),
            note: note.clone(),
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<BTreeMap<Pattern, String>>, D::Error> {
        let lines = Vec::<Line>::deserialize(deserializer)?;
        let entries = lines
            .into_iter()
            .map(|Line { pattern, note }| (pattern.0, note));
        Ok(Some(entries.collect()))
    }
}
