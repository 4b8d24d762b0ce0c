//! What a change would do, as the review shows it.

use pullgate_admin::{ImpactChange, Preview, RepositoryImpact};
use pullgate_policy::Rule;

use crate::page::{counted, grouped};
use crate::words::{self, Word};

/// What a change would do, tried out on what was asked before.
pub(super) struct ImpactView {
    /// What it was tried out on.
    pub(super) tried_on: String,
    /// What was left out; empty if nothing was.
    pub(super) left_out: String,
    /// Whether nothing at all was asked.
    pub(super) is_untried: bool,
    /// What would be decided otherwise; empty if nothing would.
    pub(super) changes: Vec<ChangeView>,
}

/// What would be decided otherwise in the same way.
pub(super) struct ChangeView {
    pub(super) word: &'static str,
    pub(super) tone: &'static str,
    pub(super) title: &'static str,
    pub(super) images: String,
    pub(super) subjects: String,
    pub(super) times: String,
    pub(super) repositories: Vec<RepositoryRow>,
    /// How many more there are; empty for none.
    pub(super) more_repositories: String,
    pub(super) names: Vec<String>,
    pub(super) more_names: String,
    /// Teams with how many of their people.
    pub(super) teams: Vec<String>,
}

/// A repository about which would be decided otherwise.
pub(super) struct RepositoryRow {
    pub(super) name: String,
    pub(super) category: Word,
    pub(super) is_by_registry: bool,
    pub(super) subjects: String,
    pub(super) times: String,
}

impl ImpactView {
    pub(super) fn new(preview: &Preview, days: u32) -> Self {
        let impact = &preview.impact;
        let asked = impact.recorded.total();
        let gone = &impact.left_out;
        let changes = [
            ChangeView::new("denied", "bad", "Newly denied", &impact.newly_denied),
            ChangeView::new("allowed", "good", "Newly allowed", &impact.newly_allowed),
            ChangeView::new(
                "monitored",
                "caution",
                "Newly recorded as would be denied",
                &impact.newly_monitored,
            ),
        ];
        Self {
            tried_on: format!(
                "Tried out on {} of the last {days} days, for the roles and teams that people have now.",
                counted(asked, "request", "requests")
            ),
            left_out: match gone.people {
                0 => String::new(),
                people => format!(
                    "{} of {} were left out, who have gone or cannot sign in.",
                    counted(gone.decisions, "request", "requests"),
                    counted(people, "person", "people"),
                ),
            },
            is_untried: asked == 0,
            changes: changes.into_iter().flatten().collect(),
        }
    }
}

impl ChangeView {
    /// None if there is no such decision.
    fn new(
        word: &'static str,
        tone: &'static str,
        title: &'static str,
        change: &ImpactChange,
    ) -> Option<Self> {
        if change.decisions == 0 {
            return None;
        }
        let (repositories, subjects, teams) =
            (&change.repositories, &change.subjects, &change.teams);
        let team = |team: &pullgate_admin::TeamImpact| {
            format!(
                "{} ({})",
                team.team,
                counted(team.people, "person", "people")
            )
        };
        Some(Self {
            word,
            tone,
            title,
            images: counted(repositories.total, "image", "images"),
            subjects: counted(subjects.total, "person or machine", "people and machines"),
            times: counted(change.decisions, "request", "requests"),
            more_repositories: more(repositories.total, repositories.results.len()),
            repositories: repositories
                .results
                .iter()
                .map(RepositoryRow::new)
                .collect(),
            more_names: more(subjects.total, subjects.results.len()),
            names: subjects
                .results
                .iter()
                .map(|each| words::subject(&each.subject))
                .collect(),
            teams: teams.results.iter().map(team).collect(),
        })
    }
}

impl RepositoryRow {
    fn new(repository: &RepositoryImpact) -> Self {
        Self {
            name: repository.repository.to_string(),
            category: words::category(repository.category),
            is_by_registry: repository.rule == Rule::Registry,
            subjects: grouped(repository.subjects),
            times: grouped(repository.decisions),
        }
    }
}

fn more(total: u64, shown: usize) -> String {
    match total.saturating_sub(shown as u64) {
        0 => String::new(),
        more => format!("and {} more", grouped(more)),
    }
}
