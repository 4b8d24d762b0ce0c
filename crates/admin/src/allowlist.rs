//! An organization's allowlist.

use std::collections::BTreeMap;

use pullgate_access::Seen;
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;
use pullgate_store::AllowlistEntry;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// An entry of the allowlist, with what is known of its images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedImages {
    /// The entry.
    pub entry: AllowlistEntry,
    /// What category they have, were they not on the list.
    pub seen: Seen,
}

/// A page of the allowlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowlistPage {
    /// The entries on it, by pattern.
    pub entries: Vec<ListedImages>,
    /// How many there are on all pages.
    pub count: u64,
}

impl Admin {
    /// A page of the allowlist; for owners and members. Of the entries that
    /// have `search` in their pattern or note; an empty one is in all.
    pub async fn allowlist(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        search: &str,
        offset: u64,
        limit: u32,
    ) -> Result<AllowlistPage> {
        self.insider(caller, organization)?;
        if search.contains(char::is_control) {
            return Err(AdminError::Invalid(
                "the search has control characters, and no entry has; leave them out".to_owned(),
            ));
        }
        let (entries, count) = self
            .store
            .allowlist_page(organization, search, offset, limit)
            .await?;
        let entries = entries.into_iter().map(|entry| ListedImages {
            seen: self.door.see(organization, &entry.pattern),
            entry,
        });
        Ok(AllowlistPage {
            entries: entries.collect(),
            count,
        })
    }

    /// Puts patterns on the allowlist, each with a note that may be empty; for
    /// owners. Returns those that are new; the others keep their note.
    pub async fn add_to_allowlist(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        entries: &BTreeMap<Pattern, String>,
    ) -> Result<Vec<Pattern>> {
        let actor = self.owner(caller, organization)?;
        self.check_patterns(entries.keys())?;
        let added = self
            .store
            .add_to_allowlist(organization, entries, &actor)
            .await?;
        self.settle().await;
        Ok(added)
    }

    /// Takes a pattern off the allowlist; for owners.
    pub async fn remove_from_allowlist(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        patterns: &[Pattern],
    ) -> Result<Vec<Pattern>> {
        let actor = self.owner(caller, organization)?;
        let removed = self
            .store
            .remove_from_allowlist(organization, patterns, &actor)
            .await?;
        if removed.is_empty() {
            let names: Vec<&str> = patterns.iter().map(Pattern::as_str).collect();
            return Err(AdminError::NotFound(format!(
                "the allowlist of {organization} does not name {}; it says patterns as they are listed",
                names.join(", ")
            )));
        }
        self.settle().await;
        Ok(removed)
    }
}
