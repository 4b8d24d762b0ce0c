//! The namespaces of an organization.

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::Place;
use crate::error::{Conflict, StoreError};
use crate::history::Action;
use crate::link::values;
use crate::store::Store;

/// A namespace of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Which repositories lie in it.
    pub pattern: Pattern,
    /// Since when it is the organization's.
    pub added_at: Timestamp,
}

impl Store {
    /// Gives an organization a namespace. Refused if some repository could lie
    /// in it and in another organization's. Nothing happens if it has it.
    pub async fn add_namespace(
        &self,
        organization: &OrganizationName,
        pattern: &Pattern,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        if change.insert_namespace(organization, pattern).await? == 0 {
            return Ok(());
        }
        change.commit(addition(organization, pattern)).await
    }

    /// Takes a namespace away.
    pub async fn remove_namespace(
        &self,
        organization: &OrganizationName,
        pattern: &Pattern,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let removed = change
            .link()
            .execute(
                "DELETE FROM namespaces WHERE pattern = $1 AND organization = $2",
                values![pattern, organization],
            )
            .await?;
        if removed == 0 {
            change.check_organization(organization).await?;
            return Err(StoreError::not_found("namespace", pattern));
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::NamespaceRemoved,
                subject: pattern.as_str(),
                before: Some(json!(pattern.as_str())),
                after: None,
            })
            .await
    }

    /// An organization's namespaces, by name.
    pub async fn namespaces(
        &self,
        organization: &OrganizationName,
    ) -> Result<Vec<Namespace>, StoreError> {
        let found: Vec<(String, i64)> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT pattern, added_at FROM namespaces WHERE organization = $1 ORDER BY pattern",
                values![organization],
            )
            .await?;
        let place = Place {
            what: "namespaces",
            name: organization.as_str(),
        };
        found
            .into_iter()
            .map(|(pattern, added_at)| {
                Ok(Namespace {
                    pattern: place.parse(&pattern)?,
                    added_at: place.time(added_at)?,
                })
            })
            .collect()
    }
}

/// What the history tells of a namespace that was added.
pub(crate) fn addition<'e>(organization: &'e OrganizationName, pattern: &'e Pattern) -> Entry<'e> {
    Entry {
        organization: Some(organization),
        action: Action::NamespaceAdded,
        subject: pattern.as_str(),
        before: None,
        after: Some(json!(pattern.as_str())),
    }
}

impl Change<'_> {
    /// Gives an organization a namespace, and says how many it has got: none
    /// if it had it.
    pub(crate) async fn insert_namespace(
        &mut self,
        organization: &OrganizationName,
        pattern: &Pattern,
    ) -> Result<u64, StoreError> {
        self.check_nobody_elses(organization, pattern).await?;
        let at = self.at();
        self.link()
            .execute(
                "INSERT INTO namespaces (pattern, organization, added_at) VALUES ($1, $2, $3)
                 ON CONFLICT (pattern) DO NOTHING",
                values![pattern, organization, at],
            )
            .await
    }

    /// That no repository could lie both in this namespace and in another
    /// organization's.
    pub(crate) async fn check_nobody_elses(
        &mut self,
        organization: &OrganizationName,
        wanted: &Pattern,
    ) -> Result<(), StoreError> {
        let others: Vec<(String, String)> = self
            .link()
            .all(
                "SELECT pattern, organization FROM namespaces WHERE organization <> $1",
                values![organization],
            )
            .await?;
        for (pattern, owner) in others {
            let place = Place {
                what: "namespaces",
                name: &owner,
            };
            let taken: Pattern = place.parse(&pattern)?;
            if taken.overlaps(wanted) {
                return Err(Conflict::NamespaceTaken {
                    wanted: wanted.clone(),
                    taken,
                    organization: place.parse(&owner)?,
                }
                .into());
            }
        }
        Ok(())
    }
}
