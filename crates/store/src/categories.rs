//! What Docker Hub has said of its namespaces.

use jiff::Timestamp;
use pullgate_policy::Badge;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
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

impl Store {
    /// Keeps badges. What is known from a later moment stays. No change in the
    /// sense of the history.
    pub async fn save_badges(&self, _badges: &[LearntBadge]) -> Result<(), StoreError> {
        todo!()
    }

    /// All badges that are known, by namespace.
    pub async fn badges(&self) -> Result<Vec<LearntBadge>, StoreError> {
        todo!()
    }
}
