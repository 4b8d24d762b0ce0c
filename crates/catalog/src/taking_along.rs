//! What a machine takes along, to decide by while nobody can be asked.

use jiff::Timestamp;
use pullgate_policy::Badge;

use crate::catalog::Catalog;
use crate::settings::Age;

/// The most namespaces without a badge. They are decided as unknown ones are,
/// so it costs a sentence and no decision if one is left out.
const MOST_WITHOUT: usize = 2_000;

/// What is known of a namespace, and until when that is used if Docker Hub
/// cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsableBadge {
    /// The namespace.
    pub namespace: String,
    /// Its badge, or that it has none.
    pub badge: Badge,
    /// Until when it is used.
    pub until: Timestamp,
}

impl Catalog {
    /// All namespaces that have a badge, and of those without one the ones that
    /// were pulled from last.
    pub fn usable_badges(&self) -> Vec<UsableBadge> {
        let shared = self.shared();
        let (settings, now) = (&shared.settings, shared.now());
        let mut known = shared.memory.all();
        known.retain(|(_, learnt, _)| settings.age(learnt.at, now) != Age::TooOld);
        let (mut without, with): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|(_, learnt, _)| learnt.badge == Badge::None);
        without.sort_unstable_by_key(|(_, _, used_at)| std::cmp::Reverse(*used_at));
        without.truncate(MOST_WITHOUT);
        with.into_iter()
            .chain(without)
            .map(|(namespace, learnt, _)| UsableBadge {
                namespace: namespace.as_str().to_owned(),
                badge: learnt.badge,
                until: learnt.at.checked_add(settings.usable_for).unwrap_or(now),
            })
            .collect()
    }
}
