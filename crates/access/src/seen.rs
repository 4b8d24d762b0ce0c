//! What an organization's policy makes of the images that a pattern names.

use pullgate_policy::{Badge, Category, OrganizationName};
use pullgate_reference::{Pattern, Repository};

use crate::door::Door;

/// What is known of the images that a pattern names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Their category, seen from the organization; none if they may have
    /// different ones.
    pub category: Option<Category>,
    /// What is known of their namespace on Docker Hub. While it is
    /// [`Badge::Unknown`], a category of community is a guess.
    pub badge: Badge,
}

/// What a repository is, for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its category, seen from an organization, or apart from any.
    pub category: Category,
    /// What is known of its namespace on Docker Hub.
    pub badge: Badge,
}

impl Door {
    /// What a repository is, seen from an organization or apart from any. Asks
    /// nobody and waits for nothing.
    pub fn category(
        &self,
        repository: &Repository,
        organization: Option<&OrganizationName>,
    ) -> Known {
        let badge = self.catalog.known(repository).badge;
        let policies = self.policies.load();
        let policy = organization.and_then(|organization| policies.of(organization));
        let category = match policy {
            Some(policy) => policy.category(repository, badge),
            None => Category::of(repository, badge),
        };
        Known { category, badge }
    }

    /// What is known of the images that a pattern names, seen from an
    /// organization. Asks nobody and waits for nothing.
    pub fn see(&self, organization: &OrganizationName, pattern: &Pattern) -> Seen {
        let namespace_is_known =
            !pattern.registry().is_docker_hub() || pattern.namespace().is_some();
        let sample = pattern.samples().into_iter().next();
        let badge = match sample.filter(|_| namespace_is_known) {
            Some(sample) => self.catalog.known(&sample).badge,
            None => Badge::Unknown,
        };
        let policies = self.policies.load();
        let category = policies
            .of(organization)
            .and_then(|policy| policy.category_of_all(pattern, badge));
        Seen { category, badge }
    }
}
