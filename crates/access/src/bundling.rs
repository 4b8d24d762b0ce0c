//! What a machine takes along to decide by while the server is away.

use std::time::Duration;

use pullgate_bundle::{Belonging, Bundle, BundledPolicy, KnownBadge};
use pullgate_identity::Subject;
use pullgate_reference::GatewayNames;

use crate::door::Door;

impl Door {
    /// All that decides for one person, as it is now. None for who is no
    /// person, and while this door itself no longer knows what holds.
    pub fn bundle(
        &self,
        subject: &Subject,
        console: Option<&str>,
        gateway: &GatewayNames,
        lasts: Duration,
    ) -> Option<Bundle> {
        let person = subject.username()?;
        let at = (self.clock)();
        if self.is_stale(at) {
            return None;
        }
        let policies = self.policies.load();
        let directory = self.identity.directory();
        let belongs_to = directory
            .memberships(subject)
            .map(|(organization, role, teams)| Belonging {
                organization: organization.clone(),
                role,
                teams: teams.to_vec(),
                policy: policies
                    .of(organization)
                    .map(|policy| BundledPolicy::of(policy.parts(), person, teams)),
            })
            .collect();
        let badges = self.catalog.usable_badges().into_iter();
        let badges = badges.map(|known| KnownBadge {
            namespace: known.namespace,
            badge: known.badge,
            usable_until: known.until,
        });
        Some(Bundle {
            person: person.clone(),
            made_at: at,
            ends_at: at.checked_add(lasts).ok()?,
            console: console.map(str::to_owned),
            gateway: gateway.elsewhere(),
            belongs_to,
            badges: badges.collect(),
        })
    }
}
