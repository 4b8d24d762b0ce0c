//! Names of images, as people type them.

use std::collections::BTreeSet;
use std::sync::Arc;

use pullgate_policy::PolicyParts;
use pullgate_reference::{GatewayNames, Pattern, Reference};

use crate::admin::{Admin, Result};
use crate::error::AdminError;

impl Admin {
    /// The services, knowing by which hosts the gateway is reached: an image
    /// that is named through it is what the gateway serves by that name.
    #[must_use]
    pub fn with_gateway(mut self, gateway: GatewayNames) -> Self {
        self.gateway = Arc::new(gateway);
        self
    }

    /// Reads the name of an image as somebody types it to pull it, through the
    /// gateway or not.
    pub fn read_image(&self, typed: &str) -> Result<Reference> {
        self.gateway
            .read(typed)
            .map_err(|error| AdminError::Invalid(format!("{typed:?} is not an image: {error}")))
    }

    /// Refuses patterns that begin with the gateway's own host: no decision is
    /// ever made about such a name, so they would never match anything.
    pub(crate) fn check_patterns<'p>(
        &self,
        patterns: impl IntoIterator<Item = &'p Pattern>,
    ) -> Result<()> {
        for pattern in patterns {
            if let Some(meant) = self.gateway.pattern(pattern) {
                return Err(AdminError::Invalid(format!(
                    "{pattern} begins with the address of this gateway, and a policy names the registry behind it; write {meant}"
                )));
            }
        }
        Ok(())
    }

    /// Refuses those that are new in a policy.
    pub(crate) fn check_new_patterns(
        &self,
        before: &PolicyParts,
        after: &PolicyParts,
    ) -> Result<()> {
        let before: BTreeSet<&Pattern> = patterns(before).collect();
        self.check_patterns(patterns(after).filter(|pattern| !before.contains(pattern)))
    }
}

fn patterns(policy: &PolicyParts) -> impl Iterator<Item = &Pattern> {
    let teams = policy.teams.iter();
    let teams = teams.flat_map(|(_, additions)| &additions.allowlist);
    let lists = [
        &policy.allowlist,
        &policy.namespaces,
        &policy.settings.trusted,
    ];
    lists.into_iter().flatten().chain(teams)
}
