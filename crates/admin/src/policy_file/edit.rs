//! From a policy as it is to one as a file says.

use std::collections::BTreeSet;

use pullgate_policy::{OrganizationName, PolicyParts, Settings, TeamAdditions, TeamName};
use pullgate_reference::Pattern;
use pullgate_store::{NewException, PolicyEdit, WholePolicy};

use super::{ExceptionLine, Exceptions, PolicyFile};
use crate::files::AsText;

/// What it takes to get there.
#[derive(Debug)]
pub(crate) struct Edit {
    /// The policy as it is.
    pub(crate) before: PolicyFile,
    /// The policy as it is to be.
    pub(crate) after: PolicyFile,
    /// Teams that are made by it.
    pub(crate) new_teams: Vec<TeamName>,
    /// What is to be done.
    pub(crate) steps: PolicyEdit,
}

impl Edit {
    /// What it takes to get from a policy to that of a file, from which ended
    /// exceptions have been taken.
    pub(crate) fn new(file: &PolicyFile, policy: &WholePolicy) -> Self {
        let before = PolicyFile::of(&file.organization, policy, Exceptions::Included);
        let after = file.over(&before);
        let mut steps = PolicyEdit::default();
        let settings = after.settings();
        if settings != before.settings() {
            steps.settings = Some(settings);
        }
        if let Some(wanted) = &file.namespaces {
            let wanted: BTreeSet<&Pattern> = wanted.iter().map(|AsText(pattern)| pattern).collect();
            let there: BTreeSet<&Pattern> = policy.namespaces.iter().collect();
            steps.add_namespaces = (&wanted - &there).into_iter().cloned().collect();
            steps.remove_namespaces = (&there - &wanted).into_iter().cloned().collect();
        }
        if let Some(wanted) = &file.allowlist {
            let new = wanted.iter();
            let new = new.filter(|(pattern, note)| policy.allowlist.get(pattern) != Some(*note));
            steps.put_allowlist = new
                .map(|(pattern, note)| (pattern.clone(), note.clone()))
                .collect();
            let there = policy.allowlist.keys();
            let gone = there.filter(|pattern| !wanted.contains_key(pattern));
            steps.remove_allowlist = gone.cloned().collect();
        }
        let mut new_teams = Vec::new();
        if let Some(wanted) = &file.teams {
            for (team, additions) in wanted {
                if !policy.teams.contains_key(team) {
                    new_teams.push(team.clone());
                }
                if before.teams.as_ref().and_then(|teams| teams.get(team)) != Some(additions) {
                    steps.put_teams.insert(team.clone(), additions.into());
                }
            }
            for (team, additions) in &policy.teams {
                if !wanted.contains_key(team) && *additions != TeamAdditions::default() {
                    steps
                        .put_teams
                        .insert(team.clone(), TeamAdditions::default());
                }
            }
        }
        if let Some(wanted) = &file.exceptions {
            let there: BTreeSet<ExceptionLine> = policy.exceptions.iter().map(Into::into).collect();
            let new = wanted.difference(&there);
            steps.add_exceptions = new.map(NewException::from).collect();
            let gone = policy.exceptions.iter();
            let gone = gone.filter(|record| !wanted.contains(&ExceptionLine::from(*record)));
            steps.end_exceptions = gone.map(|record| record.id).collect();
        }
        Self {
            before,
            after,
            new_teams,
            steps,
        }
    }
}

impl PolicyFile {
    /// The settings of a file that has all sections.
    fn settings(&self) -> Settings {
        let trusted = self.trusted.iter().flatten();
        Settings {
            iam: self.iam.clone().unwrap_or_default(),
            ram: self.ram.clone().unwrap_or_default(),
            trusted: trusted.map(|AsText(pattern)| pattern.clone()).collect(),
        }
    }

    /// What a policy is made of that is as a file with all sections says.
    pub(crate) fn parts(&self, organization: &OrganizationName) -> PolicyParts {
        let namespaces = self.namespaces.iter().flatten();
        let teams = self.teams.iter().flatten();
        let exceptions = self.exceptions.iter().flatten();
        PolicyParts {
            organization: organization.clone(),
            namespaces: namespaces.map(|AsText(pattern)| pattern.clone()).collect(),
            settings: self.settings(),
            allowlist: self
                .allowlist
                .iter()
                .flat_map(|list| list.keys())
                .cloned()
                .collect(),
            exceptions: exceptions
                .map(|line| pullgate_policy::Exception {
                    repository: line.repository.0.clone(),
                    covers: line.covers(),
                    ends_at: line.ends,
                })
                .collect(),
            teams: teams
                .map(|(team, additions)| (team.clone(), additions.into()))
                .collect(),
        }
    }
}

impl From<&ExceptionLine> for NewException {
    fn from(line: &ExceptionLine) -> Self {
        Self {
            repository: line.repository.0.clone(),
            covers: line.covers(),
            ends_at: line.ends,
            reason: line.reason.clone(),
        }
    }
}
