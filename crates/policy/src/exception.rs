//! Allowances for one repository with an end.

use std::collections::HashMap;

use jiff::Timestamp;
use pullgate_reference::Repository;

use crate::decide::Membership;
use crate::grant::Grant;
use crate::name::{TeamName, Username};

/// An allowance for one repository, until a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The repository that may be pulled.
    pub repository: Repository,
    /// Who may pull it.
    pub covers: Covers,
    /// From this moment on it counts no more.
    pub ends_at: Timestamp,
}

/// Whom an exception is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Everybody in the organization.
    Organization,
    /// The members of one team.
    Team(TeamName),
    /// One person.
    Person(Username),
}

/// The exceptions of one organization, found by repository and by whom they
/// cover, so that ten thousand of them cost what one does.
#[derive(Debug, Default)]
pub(crate) struct Exceptions(HashMap<Repository, Ends>);

/// When the exceptions for one repository end, by whom they cover.
#[derive(Debug, Default)]
struct Ends {
    organization: Option<Timestamp>,
    teams: HashMap<TeamName, Timestamp>,
    people: HashMap<Username, Timestamp>,
}

impl Exceptions {
    /// The exception by which this repository may be pulled at that moment,
    /// if there is one for those who ask.
    pub(crate) fn find<'p>(
        &'p self,
        repository: &Repository,
        person: Option<&Username>,
        membership: &Membership<'p>,
        at: Timestamp,
    ) -> Option<Grant<'p>> {
        let ends = self.0.get(repository)?;
        let runs = |end: &Timestamp| at < *end;
        if ends.organization.as_ref().is_some_and(runs) {
            return Some(Grant::Organization);
        }
        if let Some(team) = membership
            .teams
            .iter()
            .find(|team| ends.teams.get(*team).is_some_and(runs))
        {
            return Some(Grant::Team(team));
        }
        let personal = person.and_then(|person| ends.people.get(person));
        personal.is_some_and(runs).then_some(Grant::Person)
    }

    /// The teams for whose members there is or was one for this repository.
    pub(crate) fn teams(&self, repository: &Repository) -> impl Iterator<Item = &TeamName> {
        let ends = self.0.get(repository).into_iter();
        ends.flat_map(|ends| ends.teams.keys())
    }
}

impl Exceptions {
    /// All of them, one by one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Exception> {
        self.0.iter().flat_map(|(repository, ends)| {
            let everybody = ends.organization.map(|end| (Covers::Organization, end));
            let teams = ends.teams.iter();
            let teams = teams.map(|(team, end)| (Covers::Team(team.clone()), *end));
            let people = ends.people.iter();
            let people = people.map(|(person, end)| (Covers::Person(person.clone()), *end));
            let all = everybody.into_iter().chain(teams).chain(people);
            all.map(|(covers, ends_at)| Exception {
                repository: repository.clone(),
                covers,
                ends_at,
            })
        })
    }
}

impl FromIterator<Exception> for Exceptions {
    fn from_iter<I: IntoIterator<Item = Exception>>(exceptions: I) -> Self {
        let mut found: HashMap<Repository, Ends> = HashMap::new();
        for Exception {
            repository,
            covers,
            ends_at,
        } in exceptions
        {
            let ends = found.entry(repository).or_default();
            let end = match covers {
                Covers::Organization => ends.organization.get_or_insert(ends_at),
                Covers::Team(team) => ends.teams.entry(team).or_insert(ends_at),
                Covers::Person(person) => ends.people.entry(person).or_insert(ends_at),
            };
            // Of two for the same, the one that ends later counts.
            *end = (*end).max(ends_at);
        }
        Self(found)
    }
}
