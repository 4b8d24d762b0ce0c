//! Trying a draft policy out on what was decided before.
//!
//! The decisions of a period are put together by question (who, which
//! repository, which badge), and each question is put to two policies: that
//! of now and the draft. Both answers come from the same rules as every pull's,
//! for the roles and teams that people have now. What was decided at the time,
//! by the policy of that time, is counted and compared with nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use pullgate_identity::{Directory, Person};
use pullgate_policy::{
    Membership, OrganizationName, Outcome, Policy, PolicyParts, Question, Role, TeamName, Username,
    Verdict, decide,
};
use pullgate_store::{AccountStatus, PersonId, RecordedQuestion, StoreError};

use crate::door::Door;
use crate::gathering::{Changed, Gathered, Number};
use crate::impact::{Impact, LeftOut, OutcomeTally};

/// A draft policy, and what it is tried out on.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The policy of now.
    pub now: PolicyParts,
    /// The same organization's, as it might be.
    pub draft: PolicyParts,
    /// What was decided from this moment on.
    pub since: Timestamp,
    /// And up to and without this one; without it, up to now.
    pub until: Option<Timestamp>,
    /// The most repositories, subjects and teams that are told of each.
    pub most: usize,
}

impl Door {
    /// Puts what was asked in a period to a draft and to the policy of now.
    ///
    /// Decides by this organization's policy alone: what others decide about
    /// people who belong to several is not theirs to know. Looks at decisions
    /// that were recorded as this organization's.
    pub async fn replay(&self, trial: Trial) -> Result<Impact, StoreError> {
        let Trial {
            now,
            draft,
            since,
            until,
            most,
        } = trial;
        // Few at once: the database has others to serve, too.
        let _turn = self.replays.acquire().await;
        let organization = now.organization.clone();
        let mut replay = Replay {
            cast: Cast::new(Arc::clone(&self.identity.directory()), organization.clone()),
            now: Policy::new(now),
            draft: Policy::new(draft),
            at: (self.clock)(),
            recorded: OutcomeTally::default(),
            tallies: [OutcomeTally::default(), OutcomeTally::default()],
            denied: Gathered::default(),
            allowed: Gathered::default(),
            monitored: Gathered::default(),
        };
        self.store
            .recorded_questions(&organization, since, until, |asked| replay.put(&asked))
            .await?;
        Ok(replay.impact(most))
    }
}

/// A replay under way.
struct Replay {
    cast: Cast,
    now: Policy,
    draft: Policy,
    at: Timestamp,
    recorded: OutcomeTally,
    /// Of the policy of now, and of the draft.
    tallies: [OutcomeTally; 2],
    denied: Gathered,
    allowed: Gathered,
    monitored: Gathered,
}

impl Replay {
    /// Puts one question to both policies.
    fn put(&mut self, asked: &RecordedQuestion) {
        let decisions = asked.allowed + asked.monitored + asked.denied;
        let Some(number) = self.cast.find(asked, decisions) else {
            return;
        };
        let part = self.cast.part(number);
        let question = Question {
            repository: &asked.repository,
            badge: asked.badge,
            person: part.person(),
            at: self.at,
        };
        let verdict = |policy| -> Verdict<'_> {
            let membership = Membership {
                policy,
                role: part.role,
                teams: &part.teams,
            };
            decide(&question, [membership])
        };
        let (now, draft) = (verdict(&self.now), verdict(&self.draft));
        self.recorded.allowed += asked.allowed;
        self.recorded.monitored += asked.monitored;
        self.recorded.denied += asked.denied;
        self.tallies[0].count(now.outcome, decisions);
        self.tallies[1].count(draft.outcome, decisions);
        let gathered = match (now.outcome, draft.outcome) {
            (Outcome::Allowed | Outcome::Monitored, Outcome::Denied) => &mut self.denied,
            (Outcome::Denied, Outcome::Allowed | Outcome::Monitored) => &mut self.allowed,
            (Outcome::Allowed, Outcome::Monitored) => &mut self.monitored,
            (Outcome::Monitored, Outcome::Allowed | Outcome::Monitored)
            | (Outcome::Allowed, Outcome::Allowed)
            | (Outcome::Denied, Outcome::Denied) => return,
        };
        gathered.add(&Changed {
            repository: &asked.repository,
            subject: number,
            teams: &part.teams,
            draft: &draft,
            decisions,
            last_at: asked.last_at,
        });
    }

    fn impact(self, most: usize) -> Impact {
        let [now, draft] = self.tallies;
        let names = &self.cast.names();
        Impact {
            recorded: self.recorded,
            now,
            draft,
            left_out: self.cast.left_out(),
            newly_denied: self.denied.change(most, names),
            newly_allowed: self.allowed.change(most, names),
            newly_monitored: self.monitored.change(most, names),
        }
    }
}

/// Who asked, and what they are to the organization now.
struct Cast {
    directory: Arc<Directory>,
    organization: OrganizationName,
    parts: Vec<Part>,
    people: HashMap<PersonId, Number>,
    machines: HashMap<String, Number>,
    gone: HashSet<PersonId>,
    left_out: u64,
}

/// What somebody is to the organization.
struct Part {
    who: Who,
    role: Role,
    teams: Vec<TeamName>,
}

enum Who {
    Person(Arc<Person>),
    /// A token or an opened network, by the name in the log. A revoked token is
    /// one, too: the policy looks at none, and another may do its work now.
    Machine(String),
}

impl Part {
    fn person(&self) -> Option<&Username> {
        match &self.who {
            Who::Person(person) => Some(&person.username),
            Who::Machine(_) => None,
        }
    }
}

impl Cast {
    fn new(directory: Arc<Directory>, organization: OrganizationName) -> Self {
        Self {
            directory,
            organization,
            parts: Vec::new(),
            people: HashMap::new(),
            machines: HashMap::new(),
            gone: HashSet::new(),
            left_out: 0,
        }
    }

    /// Who asked; nobody if they could not ask any more.
    fn find(&mut self, asked: &RecordedQuestion, decisions: u64) -> Option<Number> {
        let Some(id) = asked.person else {
            return Some(self.machine(&asked.subject));
        };
        if let Some(number) = self.people.get(&id) {
            return Some(*number);
        }
        let Some(part) = self.member(id) else {
            self.gone.insert(id);
            self.left_out += decisions;
            return None;
        };
        let number = self.parts.len();
        self.parts.push(part);
        self.people.insert(id, number);
        Some(number)
    }

    fn machine(&mut self, subject: &str) -> Number {
        if let Some(number) = self.machines.get(subject) {
            return *number;
        }
        let number = self.parts.len();
        self.parts.push(Part {
            who: Who::Machine(subject.to_owned()),
            role: Role::Member,
            teams: Vec::new(),
        });
        self.machines.insert(subject.to_owned(), number);
        number
    }

    /// A person who can sign in and belongs to the organization.
    fn member(&self, id: PersonId) -> Option<Part> {
        let person = self.directory.person(id)?;
        if person.status != AccountStatus::Active {
            return None;
        }
        let membership = person
            .memberships
            .iter()
            .find(|membership| membership.organization == self.organization)?;
        Some(Part {
            who: Who::Person(Arc::clone(person)),
            role: membership.role,
            teams: membership.teams.clone(),
        })
    }

    fn part(&self, number: Number) -> &Part {
        &self.parts[number]
    }

    /// The names of all, as the log has them.
    fn names(&self) -> Vec<String> {
        let name = |part: &Part| match &part.who {
            Who::Person(person) => format!("person:{}", person.username),
            Who::Machine(subject) => subject.clone(),
        };
        self.parts.iter().map(name).collect()
    }

    fn left_out(&self) -> LeftOut {
        LeftOut {
            people: self.gone.len() as u64,
            decisions: self.left_out,
        }
    }
}
