//! Organizations, the people in them, and what they pull.

use jiff::Timestamp;
use pullgate_policy::{
    Badge, Covers, Exception, Membership, Outcome, Policy, PolicyParts, PublisherCategory,
    Question, Role, Rule, Settings, Switch, TeamAdditions, TeamName, Username, Verdict, decide,
};
use pullgate_reference::{Pattern, Repository};

/// The moment at which everything here is asked, if nothing else is said.
pub(crate) const NOON: &str = "2026-11-24T12:00:00Z";

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

pub(crate) fn repository(name: &str) -> Repository {
    Repository::parse(name).expect("a repository")
}

pub(crate) fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts
        .iter()
        .map(|text| text.parse().expect("a pattern"))
        .collect()
}

pub(crate) fn team(name: &str) -> TeamName {
    name.parse().expect("a team's name")
}

pub(crate) fn person(name: &str) -> Username {
    name.parse().expect("a person's name")
}

/// An organization as its owners set it up.
#[derive(Clone)]
pub(crate) struct Organization(pub(crate) PolicyParts);

impl Organization {
    /// An organization that has nothing and has set nothing.
    pub(crate) fn new(name: &str) -> Self {
        Self(PolicyParts {
            organization: name.parse().expect("an organization's name"),
            namespaces: Vec::new(),
            settings: Settings::default(),
            allowlist: Vec::new(),
            exceptions: Vec::new(),
            teams: Vec::new(),
        })
    }

    /// acme: two namespaces, Image Access Management on, all else as it is
    /// when an owner has touched nothing.
    pub(crate) fn acme() -> Self {
        Self::new("acme")
            .namespaces(&["acme/**", "registry.acme.example/**"])
            .set(|settings| settings.iam.enabled = Switch::On)
    }

    pub(crate) fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.0.settings);
        self
    }

    pub(crate) fn namespaces(mut self, texts: &[&str]) -> Self {
        self.0.namespaces.extend(patterns(texts));
        self
    }

    /// Adds entries and switches the allowlist on.
    pub(crate) fn allowlist(mut self, texts: &[&str]) -> Self {
        self.0.settings.iam.allowlist = Switch::On;
        self.0.allowlist.extend(patterns(texts));
        self
    }

    pub(crate) fn exception(mut self, name: &str, covers: Covers, ends_at: &str) -> Self {
        self.0.exceptions.push(Exception {
            repository: repository(name),
            covers,
            ends_at: moment(ends_at),
        });
        self
    }

    pub(crate) fn team(
        mut self,
        name: &str,
        allowlist: &[&str],
        categories: &[PublisherCategory],
    ) -> Self {
        let additions = TeamAdditions {
            allowlist: patterns(allowlist),
            categories: categories.to_vec(),
        };
        self.0.teams.push((team(name), additions));
        self
    }

    pub(crate) fn owner(&self) -> Seat {
        self.seat(Role::Owner, &[])
    }

    pub(crate) fn member(&self) -> Seat {
        self.seat(Role::Member, &[])
    }

    pub(crate) fn member_in(&self, teams: &[&str]) -> Seat {
        self.seat(Role::Member, teams)
    }

    pub(crate) fn seat(&self, role: Role, teams: &[&str]) -> Seat {
        Seat {
            policy: Policy::new(self.0.clone()),
            role,
            teams: teams.iter().map(|name| team(name)).collect(),
        }
    }
}

/// Somebody's place in an organization.
pub(crate) struct Seat {
    pub(crate) policy: Policy,
    pub(crate) role: Role,
    pub(crate) teams: Vec<TeamName>,
}

impl Seat {
    pub(crate) fn membership(&self) -> Membership<'_> {
        Membership {
            policy: &self.policy,
            role: self.role,
            teams: &self.teams,
        }
    }
}

/// What somebody pulls.
#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub(crate) repository: Repository,
    pub(crate) badge: Badge,
    pub(crate) person: Option<Username>,
    pub(crate) at: Timestamp,
}

/// Mia pulls an image of a namespace without a badge, at noon.
pub(crate) fn pull(name: &str) -> Pull {
    Pull {
        repository: repository(name),
        badge: Badge::None,
        person: Some(person("mia")),
        at: moment(NOON),
    }
}

impl Pull {
    pub(crate) fn badge(mut self, badge: Badge) -> Self {
        self.badge = badge;
        self
    }

    pub(crate) fn by(mut self, name: &str) -> Self {
        self.person = Some(person(name));
        self
    }

    /// A machine's token or an opened network asks.
    pub(crate) fn by_nobody(mut self) -> Self {
        self.person = None;
        self
    }

    pub(crate) fn at(mut self, text: &str) -> Self {
        self.at = moment(text);
        self
    }

    pub(crate) fn question(&self) -> Question<'_> {
        Question {
            repository: &self.repository,
            badge: self.badge,
            person: self.person.as_ref(),
            at: self.at,
        }
    }

    pub(crate) fn decided<'p>(&self, seats: &[&'p Seat]) -> Verdict<'p> {
        decide(&self.question(), seats.iter().map(|seat| seat.membership()))
    }

    /// What a member of one organization who is in no team gets.
    pub(crate) fn as_member_of(&self, organization: &Organization) -> (Outcome, Rule) {
        let member = organization.member();
        let verdict = self.decided(&[&member]);
        (verdict.outcome, verdict.rule)
    }
}
