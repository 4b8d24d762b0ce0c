//! Handing what was learnt to another site, and taking it from one.

use std::collections::HashMap;

use jiff::Timestamp;
use pullgate_store::LearntFrom;
use serde::Serialize;

use crate::catalog::{Catalog, to_millisecond};
use crate::document::{Document, Entry};
use crate::error::ImportError;
use crate::memory::{Learnt, Taken};
use crate::namespace::Namespace;
use crate::settings::{Age, CLOCK_DIFFERENCE};

/// What has become of a document that was imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// The entries that are used from now on.
    pub imported: usize,
    /// The entries that were passed over, since what is known of the namespace
    /// is as recent or more so.
    pub already_known: usize,
    /// The entries that were passed over, since they are older than what is
    /// used at all ([`crate::Settings::usable_for`]).
    pub too_old: usize,
}

impl Catalog {
    /// Everything that has been learnt, in the order of the namespaces.
    pub fn export(&self) -> Document {
        let shared = self.shared();
        let mut entries: Vec<_> = shared
            .memory
            .all()
            .into_iter()
            .map(|(namespace, learnt, _)| Entry::new(namespace, learnt.badge, learnt.at))
            .collect();
        entries.sort_by(|one, other| one.namespace().cmp(other.namespace()));
        Document::new(shared.now(), entries)
    }

    /// Takes what another site has learnt, unless more recent things are known
    /// here. What is imported ages like what was asked for, counted from when
    /// the other site learnt it.
    ///
    /// All of the document is checked before any of it is kept.
    pub async fn import(&self, document: &Document) -> Result<ImportReport, ImportError> {
        let shared = self.shared();
        let now = shared.now();
        let offered = check(document.entries(), now)?;
        let mut report = ImportReport::default();
        let mut wanted = Vec::with_capacity(offered.len());
        for (namespace, learnt) in offered {
            let known = shared.memory.recall(namespace.as_str());
            if shared.settings.age(learnt.at, now) == Age::TooOld {
                report.too_old += 1;
            } else if known.is_some_and(|known| known.at >= learnt.at) {
                report.already_known += 1;
            } else {
                wanted.push((namespace, learnt));
            }
        }
        let rows: Vec<_> = wanted
            .iter()
            .map(|(namespace, learnt)| learnt.of(namespace))
            .collect();
        shared.store.save_badges(&rows).await?;
        for (namespace, learnt) in &wanted {
            match shared.memory.offer(namespace, *learnt) {
                Taken::Yes => report.imported += 1,
                // Asked for while the rows were written.
                Taken::No => report.already_known += 1,
            }
        }
        tracing::info!(
            imported = report.imported,
            already_known = report.already_known,
            too_old = report.too_old,
            "badges were imported"
        );
        Ok(report)
    }
}

/// What a document says, if all of it can be taken.
fn check(entries: &[Entry], now: Timestamp) -> Result<Vec<(Namespace, Learnt)>, ImportError> {
    let mut first = HashMap::with_capacity(entries.len());
    let mut checked = Vec::with_capacity(entries.len());
    for (index, entry) in (1..).zip(entries) {
        if let Some(first) = first.insert(entry.namespace(), index) {
            return Err(ImportError::Duplicate {
                index,
                namespace: entry.namespace().clone(),
                first,
            });
        }
        if entry.learnt_at().duration_since(now) > CLOCK_DIFFERENCE {
            return Err(ImportError::Future {
                index,
                namespace: entry.namespace().clone(),
                learnt_at: entry.learnt_at(),
            });
        }
        let learnt = Learnt {
            badge: entry.badge(),
            at: to_millisecond(entry.learnt_at().min(now)),
            source: LearntFrom::Imported,
        };
        checked.push((entry.namespace().clone(), learnt));
    }
    Ok(checked)
}
