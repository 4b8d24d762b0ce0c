//! What is known of an image, as several pages show it.

use jiff::Timestamp;
use pullgate_admin::{Decision, ImageFacts, Source, USE_DAYS};
use pullgate_policy::Category;

use crate::failure::sentence;
use crate::page::Moment;
use crate::words::{self, Word};

/// What an image is, seen from an organization.
pub(super) struct ImageView {
    pub(super) repository: String,
    pub(super) category: Word,
    /// Where the category is known from.
    pub(super) known: &'static str,
    /// When it was learnt from Docker Hub, if it was.
    pub(super) learnt: Option<(Moment, String)>,
    /// How often it was asked for; for owners.
    pub(super) used: Option<UseView>,
}

/// How often an image was asked for lately.
pub(super) struct UseView {
    pub(super) days: u32,
    pub(super) allowed: u64,
    pub(super) monitored: u64,
    pub(super) denied: u64,
    /// How many people and machines asked.
    pub(super) subjects: u64,
    pub(super) last: Option<(Moment, String)>,
}

impl ImageView {
    pub(super) fn new(facts: &ImageFacts, now: Timestamp) -> Self {
        let seen = |at| (Moment(at), Moment(at).seen_from(now));
        Self {
            repository: facts.repository.to_string(),
            category: words::category(facts.category),
            known: known_from(facts.category, facts.knowledge.source),
            learnt: facts.knowledge.learnt_at.map(seen),
            used: facts.used.map(|used| UseView {
                days: USE_DAYS,
                allowed: used.allowed,
                monitored: used.monitored,
                denied: used.denied,
                subjects: used.subjects,
                last: used.last_at.map(seen),
            }),
        }
    }
}

/// Where a category is known from, as a sentence.
fn known_from(category: Category, source: Source) -> &'static str {
    match (category, source) {
        (Category::Organization, _) => "It lies in a namespace of the organization itself.",
        (Category::VerifiedPublisher, Source::NotDockerHub) => {
            "An owner has listed its registry or namespace as trusted."
        }
        (Category::Official, _) => {
            "Its name says so: Docker Official Images are those directly in Docker Hub's library."
        }
        (_, Source::NameItself) => {
            "Its name says so: Docker Official Images are directly in Docker Hub's library, and this is below it."
        }
        (_, Source::NotDockerHub) => {
            "It is outside Docker Hub, where nothing has a category, and no owner has listed it as trusted."
        }
        (_, Source::Asked) => "Docker Hub says so of its namespace.",
        (_, Source::Imported) => "A catalog that was imported says so of its namespace.",
        (_, Source::NeverLearnt) => {
            "Docker Hub has not said yet who publishes it. Until it does, the category is unknown and counts as community."
        }
        (_, Source::TooOld) => {
            "What Docker Hub has said of it is too old to be used. Until it answers again, the category is unknown and counts as community."
        }
    }
}

/// Why it was decided so. What is allowed begins with the image's name, whose
/// case means something.
pub(super) fn why(decision: &Decision) -> String {
    let told = decision.sentence(None);
    if decision.permits() {
        told
    } else {
        sentence(&told)
    }
}
