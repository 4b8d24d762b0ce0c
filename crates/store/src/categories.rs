//! What Docker Hub has said of its namespaces.

use jiff::Timestamp;
use pullgate_policy::Badge;
use serde::{Deserialize, Serialize};

use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::link::values;
use crate::store::Store;

/// A namespace's badge, and how it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearntBadge {
    /// The namespace on Docker Hub, such as `bitnami`.
    pub namespace: String,
    /// Its badge.
    pub badge: Badge,
    /// When it was so.
    pub learnt_at: Timestamp,
    /// How it is known.
    pub source: LearntFrom,
}

/// How a badge is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LearntFrom {
    /// Docker Hub was asked.
    Asked,
    /// It was imported from a file.
    Imported,
}

impl LearntFrom {
    /// The word used in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Imported => "imported",
        }
    }
}

impl Store {
    /// Keeps badges. What is known from a later moment stays. No change in the
    /// sense of the history.
    pub async fn save_badges(&self, badges: &[LearntBadge]) -> Result<(), StoreError> {
        if badges.is_empty() {
            return Ok(());
        }
        // In one order, so that two who do the same do not wait for each other.
        let mut badges: Vec<_> = badges.iter().collect();
        badges.sort_by(|one, other| one.namespace.cmp(&other.namespace));
        let mut work = self.db.write().await?;
        for learnt in badges {
            check_text("namespace", &learnt.namespace, 255)?;
            work.link()
                .execute(
                    "INSERT INTO badges (namespace, badge, learnt_at, source)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (namespace) DO UPDATE
                     SET badge = excluded.badge, learnt_at = excluded.learnt_at,
                         source = excluded.source
                     WHERE excluded.learnt_at >= badges.learnt_at",
                    values![
                        &*learnt.namespace,
                        learnt.badge.as_str(),
                        learnt.learnt_at,
                        learnt.source.as_str(),
                    ],
                )
                .await?;
        }
        work.commit().await
    }

    /// All badges that are known, by namespace. One that cannot be read is left
    /// out, for then it is not known.
    pub async fn badges(&self) -> Result<Vec<LearntBadge>, StoreError> {
        let found: Vec<(String, String, i64, String)> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT namespace, badge, learnt_at, source FROM badges ORDER BY namespace",
                values![],
            )
            .await?;
        let read = |(namespace, badge, learnt_at, source): (String, String, i64, String)| {
            let place = Place {
                what: "badge",
                name: &namespace,
            };
            Ok::<_, StoreError>(LearntBadge {
                badge: place.parse(&badge)?,
                learnt_at: place.time(learnt_at)?,
                source: place.word(&source)?,
                namespace,
            })
        };
        Ok(found
            .into_iter()
            .filter_map(|columns| match read(columns) {
                Ok(badge) => Some(badge),
                Err(error) => {
                    tracing::error!(%error, "a badge is left out");
                    None
                }
            })
            .collect())
    }
}
