//! All policies, compiled, as one immutable snapshot.

use std::collections::HashMap;

use pullgate_policy::{OrganizationName, Policy};
use pullgate_store::OrganizationRow;

/// The policies of all organizations at one generation of the store.
#[derive(Debug)]
pub(crate) struct Policies {
    pub(crate) generation: i64,
    organizations: HashMap<OrganizationName, Option<Policy>>,
}

impl Policies {
    pub(crate) fn new(generation: i64, rows: impl IntoIterator<Item = OrganizationRow>) -> Self {
        let compiled = rows.into_iter().map(|row| {
            let policy = match row.policy {
                Ok(parts) => Some(Policy::new(parts)),
                Err(reason) => {
                    tracing::error!(
                        organization = %row.name,
                        reason,
                        "the policy of this organization cannot be read: all its members' pulls are denied"
                    );
                    None
                }
            };
            (row.name, policy)
        });
        Self {
            generation,
            organizations: compiled.collect(),
        }
    }

    /// Whether there is such an organization, its policy readable or not.
    pub(crate) fn has(&self, organization: &OrganizationName) -> bool {
        self.organizations.contains_key(organization)
    }

    /// An organization's policy; none if it does not exist or cannot be read.
    pub(crate) fn of(&self, organization: &OrganizationName) -> Option<&Policy> {
        self.organizations.get(organization)?.as_ref()
    }
}
