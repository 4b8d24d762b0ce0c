//! The same answer, found the slow way: each decision by itself, and each list
//! by looking through all that has changed.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;
use pullgate_access::{
    Foremost, Impact, ImpactChange, LeftOut, OutcomeTally, RepositoryImpact, SubjectImpact,
    TeamImpact, Trial,
};
use pullgate_identity::AccountStatus;
use pullgate_policy::{
    Category, Membership, Outcome, Policy, Question, Role, Rule, TeamName, Username, decide,
};
use pullgate_reference::Repository;
use pullgate_store::DecisionRecord;

use crate::world::{World, acme};

/// A decision, and what two policies say to it.
struct Answered {
    repository: Repository,
    subject: String,
    teams: Vec<TeamName>,
    count: u64,
    at: Timestamp,
    now: Outcome,
    draft: Outcome,
    category: Category,
    rule: Rule,
}

pub(super) fn one_by_one(world: &World, trial: &Trial, records: &[DecisionRecord]) -> Impact {
    let (now, draft) = (
        Policy::new(trial.now.clone()),
        Policy::new(trial.draft.clone()),
    );
    let mut answered = Vec::new();
    let mut recorded = OutcomeTally::default();
    let mut gone = BTreeSet::new();
    let mut left_out = 0;
    for record in records {
        if record.at < trial.since || record.at >= trial.until.unwrap() {
            continue;
        }
        let Some((person, role, teams)) = part(world, record) else {
            gone.insert(record.person);
            left_out += u64::from(record.count);
            continue;
        };
        count(&mut recorded, record.outcome, record.count.into());
        let question = Question {
            repository: &record.repository,
            badge: record.badge,
            person: person.as_ref(),
            at: world.now(),
        };
        let ask = |policy| {
            let teams = &teams;
            decide(
                &question,
                [Membership {
                    policy,
                    role,
                    teams,
                }],
            )
        };
        let (by_now, by_draft) = (ask(&now), ask(&draft));
        answered.push(Answered {
            repository: record.repository.clone(),
            subject: record.subject.clone(),
            count: record.count.into(),
            at: record.at,
            now: by_now.outcome,
            draft: by_draft.outcome,
            category: by_draft.category,
            rule: by_draft.rule,
            teams,
        });
    }
    let tally = |of: fn(&Answered) -> Outcome| {
        let mut tally = OutcomeTally::default();
        for one in &answered {
            count(&mut tally, of(one), one.count);
        }
        tally
    };
    let most = trial.most;
    let change = |changed: fn(Outcome, Outcome) -> bool| {
        let some: Vec<_> = answered
            .iter()
            .filter(|one| changed(one.now, one.draft))
            .collect();
        change(&some, most)
    };
    Impact {
        recorded,
        now: tally(|one| one.now),
        draft: tally(|one| one.draft),
        left_out: LeftOut {
            people: gone.len() as u64,
            decisions: left_out,
        },
        newly_denied: change(|now, draft| now != Outcome::Denied && draft == Outcome::Denied),
        newly_allowed: change(|now, draft| now == Outcome::Denied && draft != Outcome::Denied),
        newly_monitored: change(|now, draft| {
            now == Outcome::Allowed && draft == Outcome::Monitored
        }),
    }
}

/// What whoever asked is now: their name, role and teams.
fn part(world: &World, record: &DecisionRecord) -> Option<(Option<Username>, Role, Vec<TeamName>)> {
    let Some(id) = record.person else {
        return Some((None, Role::Member, Vec::new()));
    };
    let directory = world.identity.directory();
    let person = directory.person(id)?;
    if person.status == AccountStatus::Deactivated {
        return None;
    }
    let membership = person
        .memberships
        .iter()
        .find(|membership| membership.organization == acme())?;
    let name = Some(person.username.clone());
    Some((name, membership.role, membership.teams.clone()))
}

fn count(tally: &mut OutcomeTally, outcome: Outcome, decisions: u64) {
    match outcome {
        Outcome::Allowed => tally.allowed += decisions,
        Outcome::Monitored => tally.monitored += decisions,
        Outcome::Denied => tally.denied += decisions,
    }
}

fn change(some: &[&Answered], most: usize) -> ImpactChange {
    let repositories: BTreeSet<_> = some.iter().map(|one| &one.repository).collect();
    let repositories = repositories.into_iter().map(|repository| {
        let of = |one: &&&Answered| one.repository == *repository;
        let (decisions, last_at) = sum(some, of);
        let subjects: BTreeSet<_> = some.iter().filter(of).map(|one| &one.subject).collect();
        let last = some
            .iter()
            .filter(of)
            .max_by_key(|one| (one.at, one.category.as_str(), one.rule.as_str()))
            .unwrap();
        RepositoryImpact {
            repository: repository.clone(),
            category: last.category,
            rule: last.rule,
            subjects: subjects.len() as u64,
            decisions,
            last_at,
        }
    });
    let mut repositories: Vec<_> = repositories.collect();
    // Stable: what is equal stays in order of the name.
    repositories.sort_by_key(|it| Reverse((it.subjects, it.decisions, it.last_at)));

    let subjects: BTreeSet<_> = some.iter().map(|one| &one.subject).collect();
    let subjects = subjects.into_iter().map(|subject| {
        let of = |one: &&&Answered| one.subject == *subject;
        let (decisions, last_at) = sum(some, of);
        let repositories: BTreeSet<_> = some.iter().filter(of).map(|one| &one.repository).collect();
        SubjectImpact {
            subject: subject.clone(),
            repositories: repositories.len() as u64,
            decisions,
            last_at,
        }
    });
    let mut subjects: Vec<_> = subjects.collect();
    subjects.sort_by_key(|it| Reverse((it.decisions, it.repositories, it.last_at)));

    let teams: BTreeSet<_> = some.iter().flat_map(|one| &one.teams).collect();
    let teams = teams.into_iter().map(|team| {
        let of = |one: &&&Answered| one.teams.contains(team);
        let (decisions, last_at) = sum(some, of);
        let people: BTreeSet<_> = some.iter().filter(of).map(|one| &one.subject).collect();
        TeamImpact {
            team: team.clone(),
            people: people.len() as u64,
            decisions,
            last_at,
        }
    });
    let mut teams: Vec<_> = teams.collect();
    teams.sort_by_key(|it| Reverse((it.people, it.decisions, it.last_at)));

    ImpactChange {
        decisions: some.iter().map(|one| one.count).sum(),
        last_at: some.iter().map(|one| one.at).max(),
        repositories: first(repositories, most),
        subjects: first(subjects, most),
        teams: first(teams, most),
    }
}

fn sum(some: &[&Answered], of: impl Fn(&&&Answered) -> bool) -> (u64, Timestamp) {
    let some: Vec<_> = some.iter().filter(of).collect();
    let last = some.iter().map(|one| one.at).max().unwrap();
    (some.iter().map(|one| one.count).sum(), last)
}

fn first<T>(mut all: Vec<T>, most: usize) -> Foremost<T> {
    let total = all.len() as u64;
    all.truncate(most);
    Foremost {
        total,
        results: all,
    }
}
