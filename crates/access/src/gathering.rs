//! Putting an impact together, question by question.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use pullgate_policy::{Category, Rule, TeamName, Verdict};
use pullgate_reference::Repository;

use crate::impact::{Foremost, ImpactChange, RepositoryImpact, SubjectImpact, TeamImpact};

/// Who or what is meant, by their place in a list.
pub(crate) type Number = usize;

/// Decisions on one question that the draft answers otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Changed<'q> {
    pub(crate) repository: &'q Repository,
    pub(crate) subject: Number,
    /// The teams of the person.
    pub(crate) teams: &'q [TeamName],
    /// What the draft answers.
    pub(crate) draft: &'q Verdict<'q>,
    pub(crate) decisions: u64,
    pub(crate) last_at: Timestamp,
}

/// All that changes in the same way.
#[derive(Default)]
pub(crate) struct Gathered {
    whole: Sum,
    repositories: HashMap<Repository, OfRepository>,
    subjects: HashMap<Number, OfSubject>,
    teams: HashMap<TeamName, OfTeam>,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    decisions: u64,
    last_at: Option<Timestamp>,
}

struct OfRepository {
    number: Number,
    sum: Sum,
    subjects: HashSet<Number>,
    last: Last,
}

#[derive(Default)]
struct OfSubject {
    sum: Sum,
    repositories: HashSet<Number>,
}

#[derive(Default)]
struct OfTeam {
    sum: Sum,
    people: HashSet<Number>,
}

/// What the draft answered when a repository was asked for last.
#[derive(Clone, Copy)]
struct Last {
    at: Timestamp,
    category: Category,
    rule: Rule,
}

impl Last {
    /// Of two at the same moment the words decide, so that it makes no
    /// difference in which order questions come.
    fn order(&self) -> (Timestamp, &'static str, &'static str) {
        (self.at, self.category.as_str(), self.rule.as_str())
    }
}

impl Sum {
    fn add(&mut self, changed: &Changed<'_>) {
        self.decisions += changed.decisions;
        self.last_at = self.last_at.max(Some(changed.last_at));
    }

    /// For the last of something that there is.
    fn last_at(self) -> Timestamp {
        self.last_at.unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl Gathered {
    pub(crate) fn add(&mut self, changed: &Changed<'_>) {
        self.whole.add(changed);
        let last = Last {
            at: changed.last_at,
            category: changed.draft.category,
            rule: changed.draft.rule,
        };
        let number = self.repositories.len();
        let of_repository = self
            .repositories
            .entry(changed.repository.clone())
            .or_insert_with(|| OfRepository {
                number,
                sum: Sum::default(),
                subjects: HashSet::new(),
                last,
            });
        of_repository.sum.add(changed);
        of_repository.subjects.insert(changed.subject);
        if last.order() > of_repository.last.order() {
            of_repository.last = last;
        }
        let of_subject = self.subjects.entry(changed.subject).or_default();
        of_subject.sum.add(changed);
        of_subject.repositories.insert(of_repository.number);
        for team in changed.teams {
            if !self.teams.contains_key(team) {
                self.teams.insert(team.clone(), OfTeam::default());
            }
            if let Some(of_team) = self.teams.get_mut(team) {
                of_team.sum.add(changed);
                of_team.people.insert(changed.subject);
            }
        }
    }

    /// The change, with at most so many of each. `names` are those of the
    /// subjects.
    pub(crate) fn change(self, most: usize, names: &[String]) -> ImpactChange {
        ImpactChange {
            decisions: self.whole.decisions,
            last_at: self.whole.last_at,
            repositories: repositories(self.repositories, most),
            subjects: subjects(self.subjects, most, names),
            teams: teams(self.teams, most),
        }
    }
}

fn repositories(
    found: HashMap<Repository, OfRepository>,
    most: usize,
) -> Foremost<RepositoryImpact> {
    let all = found.into_iter().map(|(repository, of)| RepositoryImpact {
        repository,
        category: of.last.category,
        rule: of.last.rule,
        subjects: of.subjects.len() as u64,
        decisions: of.sum.decisions,
        last_at: of.sum.last_at(),
    });
    first(all.collect(), most, |one, other| {
        let order = |it: &RepositoryImpact| Reverse((it.subjects, it.decisions, it.last_at));
        order(one)
            .cmp(&order(other))
            .then_with(|| one.repository.as_str().cmp(other.repository.as_str()))
    })
}

fn subjects(
    found: HashMap<Number, OfSubject>,
    most: usize,
    names: &[String],
) -> Foremost<SubjectImpact> {
    let all = found.into_iter().map(|(subject, of)| SubjectImpact {
        subject: names.get(subject).cloned().unwrap_or_default(),
        repositories: of.repositories.len() as u64,
        decisions: of.sum.decisions,
        last_at: of.sum.last_at(),
    });
    first(all.collect(), most, |one, other| {
        let order = |it: &SubjectImpact| Reverse((it.decisions, it.repositories, it.last_at));
        order(one)
            .cmp(&order(other))
            .then_with(|| one.subject.cmp(&other.subject))
    })
}

fn teams(found: HashMap<TeamName, OfTeam>, most: usize) -> Foremost<TeamImpact> {
    let all = found.into_iter().map(|(team, of)| TeamImpact {
        team,
        people: of.people.len() as u64,
        decisions: of.sum.decisions,
        last_at: of.sum.last_at(),
    });
    first(all.collect(), most, |one, other| {
        let order = |it: &TeamImpact| Reverse((it.people, it.decisions, it.last_at));
        order(one)
            .cmp(&order(other))
            .then_with(|| one.team.cmp(&other.team))
    })
}

/// The first of all in an order.
fn first<T>(
    mut all: Vec<T>,
    most: usize,
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
) -> Foremost<T> {
    let total = all.len() as u64;
    all.sort_unstable_by(order);
    all.truncate(most);
    Foremost {
        total,
        results: all,
    }
}
