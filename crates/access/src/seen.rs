//! What an organization's policy makes of the images that a pattern names.

use pullgate_policy::{Badge, Category, OrganizationName};
use pullgate_reference::Pattern;

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

impl Door {
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
