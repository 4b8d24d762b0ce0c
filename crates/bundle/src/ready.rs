//! A bundle, compiled for deciding.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use pullgate_policy::{
    Badge, Membership, OrganizationName, Policy, Question, Role, TeamName, Username, Verdict,
    decide, refuse_unreadable,
};
use pullgate_reference::{GatewayNames, Repository};

use crate::content::{Belonging, Bundle};

/// By how much this machine's clock may be behind the server's.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(1);

/// A bundle, compiled for deciding.
#[derive(Debug)]
pub struct Ready {
    person: Username,
    made_at: Timestamp,
    ends_at: Timestamp,
    console: Option<String>,
    gateway: GatewayNames,
    belongs_to: Vec<Compiled>,
    badges: HashMap<String, (Badge, Timestamp)>,
}

#[derive(Debug)]
struct Compiled {
    organization: OrganizationName,
    role: Role,
    teams: Vec<TeamName>,
    policy: Option<Policy>,
}

impl From<Bundle> for Ready {
    fn from(bundle: Bundle) -> Self {
        let badges = bundle.badges.into_iter();
        Self {
            person: bundle.person,
            made_at: bundle.made_at,
            ends_at: bundle.ends_at,
            console: bundle.console,
            gateway: bundle.gateway,
            belongs_to: bundle.belongs_to.into_iter().map(Compiled::from).collect(),
            badges: badges
                .map(|known| (known.namespace, (known.badge, known.usable_until)))
                .collect(),
        }
    }
}

impl From<Belonging> for Compiled {
    fn from(belonging: Belonging) -> Self {
        let Belonging {
            organization,
            role,
            teams,
            policy,
        } = belonging;
        let policy = policy.map(|policy| Policy::new(policy.into_parts(organization.clone())));
        Self {
            organization,
            role,
            teams,
            policy,
        }
    }
}

impl Ready {
    /// Whom it is for.
    pub fn person(&self) -> &Username {
        &self.person
    }

    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// Where access can be requested.
    pub fn console(&self) -> Option<&str> {
        self.console.as_deref()
    }

    /// By which hosts the gateway is reached.
    pub fn gateway(&self) -> &GatewayNames {
        &self.gateway
    }

    /// The organizations that the person belongs to.
    pub fn organizations(&self) -> impl Iterator<Item = &OrganizationName> {
        self.belongs_to.iter().map(|one| &one.organization)
    }

    /// Whether it decides anything at that moment: not before it was made, by
    /// a clock that was set back, nor after its end.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        let earliest = self.made_at.checked_sub(CLOCK_SLACK);
        earliest.is_ok_and(|earliest| earliest <= at) && at < self.ends_at
    }

    /// Whether the person may pull, by the same rules as on the server.
    pub fn decide(&self, repository: &Repository, at: Timestamp) -> Verdict<'_> {
        let question = Question {
            repository,
            badge: self.badge(repository, at),
            person: Some(&self.person),
            at,
        };
        if !self.holds_at(at) {
            return refuse_unreadable(&question, None);
        }
        let unreadable = self.belongs_to.iter().find(|one| one.policy.is_none());
        if let Some(one) = unreadable {
            return refuse_unreadable(&question, Some(&one.organization));
        }
        let memberships = self.belongs_to.iter().filter_map(|one| {
            one.policy.as_ref().map(|policy| Membership {
                policy,
                role: one.role,
                teams: &one.teams,
            })
        });
        decide(&question, memberships)
    }

    fn badge(&self, repository: &Repository, at: Timestamp) -> Badge {
        if !repository.registry().is_docker_hub() || repository.is_official() {
            return Badge::None;
        }
        match self.badges.get(repository.namespace()) {
            Some((badge, usable_until)) if at < *usable_until => *badge,
            _ => Badge::Unknown,
        }
    }
}
