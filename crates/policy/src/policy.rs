//! One organization's policy, compiled for deciding.

use std::collections::{BTreeSet, HashMap, HashSet};

use pullgate_reference::{Pattern, PatternSet, Registry, Repository};

use crate::additions::TeamAdditions;
use crate::category::{Badge, Category, PublisherCategory};
use crate::exception::{Exception, Exceptions};
use crate::grant::Grant;
use crate::name::{OrganizationName, TeamName};
use crate::settings::{Permission, Settings, Switch};

/// What a policy is made of, as it is stored.
#[derive(Clone, Debug)]
pub struct PolicyParts {
    /// Whose policy it is.
    pub organization: OrganizationName,
    /// The organization's own namespaces.
    pub namespaces: Vec<Pattern>,
    /// What the owners have set.
    pub settings: Settings,
    /// The organization's allowlist.
    pub allowlist: Vec<Pattern>,
    /// The exceptions, expired ones included or not.
    pub exceptions: Vec<Exception>,
    /// The additions of those teams that have any.
    pub teams: Vec<(TeamName, TeamAdditions)>,
}

/// One organization's policy, indexed so that a decision takes the same time
/// however long its lists are.
#[derive(Debug)]
pub struct Policy {
    organization: OrganizationName,
    settings: Settings,
    namespaces: PatternSet,
    allowlist: PatternSet,
    trusted: PatternSet,
    registries: HashSet<Registry>,
    pub(crate) exceptions: Exceptions,
    teams: HashMap<TeamName, Widened>,
}

/// A team's additions, indexed.
#[derive(Debug)]
struct Widened {
    allowlist: PatternSet,
    categories: HashSet<PublisherCategory>,
}

impl Policy {
    /// Compiles a policy. Done once for each change, never on a pull.
    pub fn new(parts: PolicyParts) -> Self {
        let teams = parts.teams.into_iter().map(|(team, additions)| {
            let widened = Widened {
                allowlist: additions.allowlist.into_iter().collect(),
                categories: additions.categories.into_iter().collect(),
            };
            (team, widened)
        });
        Self {
            organization: parts.organization,
            namespaces: parts.namespaces.into_iter().collect(),
            allowlist: parts.allowlist.into_iter().collect(),
            trusted: parts.settings.trusted.iter().cloned().collect(),
            registries: parts.settings.ram.registries.iter().cloned().collect(),
            exceptions: parts.exceptions.into_iter().collect(),
            teams: teams.collect(),
            settings: parts.settings,
        }
    }

    /// What it was made of; lists in no particular order, and of two exceptions
    /// for the same the one that ends later.
    pub fn parts(&self) -> PolicyParts {
        let teams = self.teams.iter().map(|(team, widened)| {
            let mut categories: Vec<_> = widened.categories.iter().copied().collect();
            categories.sort_unstable();
            let additions = TeamAdditions {
                allowlist: widened.allowlist.iter().cloned().collect(),
                categories,
            };
            (team.clone(), additions)
        });
        PolicyParts {
            organization: self.organization.clone(),
            namespaces: self.namespaces.iter().cloned().collect(),
            settings: self.settings.clone(),
            allowlist: self.allowlist.iter().cloned().collect(),
            exceptions: self.exceptions.iter().collect(),
            teams: teams.collect(),
        }
    }

    /// Whose policy it is.
    pub fn organization(&self) -> &OrganizationName {
        &self.organization
    }

    /// What the owners have set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the repository lies in a namespace of the organization.
    pub fn owns(&self, repository: &Repository) -> bool {
        self.namespaces.find(repository).is_some()
    }

    /// The teams whose members may get another answer about a repository than
    /// members of none: those with additions of their own, and those for which
    /// an exception was made. By name.
    pub fn teams_of_their_own(&self, repository: &Repository) -> BTreeSet<&TeamName> {
        let widened = self.teams.keys();
        widened.chain(self.exceptions.teams(repository)).collect()
    }

    /// The category of a repository, seen from this organization.
    pub fn category(&self, repository: &Repository, badge: Badge) -> Category {
        if self.owns(repository) {
            return Category::Organization;
        }
        let trusted =
            || !repository.registry().is_docker_hub() && self.trusted.find(repository).is_some();
        match Category::of(repository, badge) {
            Category::Community if trusted() => Category::VerifiedPublisher,
            category => category,
        }
    }

    /// The category of all repositories that a pattern names, seen from this
    /// organization; none if they may have different ones. The badge is that
    /// of the pattern's namespace on Docker Hub.
    pub fn category_of_all(&self, pattern: &Pattern, badge: Badge) -> Option<Category> {
        if self.namespaces.iter().any(|own| own.covers(pattern)) {
            return Some(Category::Organization);
        }
        let is_hub = pattern.registry().is_docker_hub();
        let mut own = self.namespaces.iter();
        if own.any(|own| own.overlaps(pattern)) || (is_hub && pattern.namespace().is_none()) {
            return None;
        }
        if !is_hub && self.trusted.iter().any(|trusted| trusted.covers(pattern)) {
            return Some(Category::VerifiedPublisher);
        }
        if !is_hub && self.trusted.iter().any(|trusted| trusted.overlaps(pattern)) {
            return None;
        }
        let samples = pattern.samples().into_iter();
        let mut categories = samples.map(|sample| Category::of(&sample, badge));
        let first = categories.next()?;
        categories.all(|other| other == first).then_some(first)
    }

    /// Whether Registry Access Management lets this registry be pulled from.
    pub(crate) fn lists(&self, registry: &Registry) -> bool {
        if registry.is_docker_hub() {
            self.settings.ram.docker_hub == Permission::Allowed
        } else {
            self.registries.contains(registry)
        }
    }

    /// The allowlist that names the repository, if it is on and one does: the
    /// organization's, or that of one of the teams.
    pub(crate) fn allowlisted<'p>(
        &'p self,
        repository: &Repository,
        teams: &'p [TeamName],
    ) -> Option<Grant<'p>> {
        if self.settings.iam.allowlist == Switch::Off {
            return None;
        }
        if self.allowlist.find(repository).is_some() {
            return Some(Grant::Organization);
        }
        self.widened(teams, |widened| {
            widened.allowlist.find(repository).is_some()
        })
        .map(Grant::Team)
    }

    /// The first of the teams for which the category is Allowed.
    pub(crate) fn widened_category<'p>(
        &'p self,
        category: PublisherCategory,
        teams: &'p [TeamName],
    ) -> Option<&'p TeamName> {
        self.widened(teams, |widened| widened.categories.contains(&category))
    }

    fn widened<'p>(
        &'p self,
        teams: &'p [TeamName],
        allows: impl Fn(&Widened) -> bool,
    ) -> Option<&'p TeamName> {
        teams
            .iter()
            .find(|team| self.teams.get(*team).is_some_and(&allows))
    }
}
