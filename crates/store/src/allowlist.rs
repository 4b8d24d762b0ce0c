//! An organization's allowlist.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;
use serde_json::{Map, Value as Json, json};

use crate::actor::Actor;
use crate::change::Entry;
use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::history::Action;
use crate::link::values;
use crate::store::Store;

/// An entry of an organization's allowlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowlistEntry {
    /// Which repositories may be pulled.
    pub pattern: Pattern,
    /// Why, in the words of whoever added it; may be empty.
    pub note: String,
    /// Who added it.
    pub added_by: Actor,
    /// When.
    pub added_at: Timestamp,
}

impl Store {
    /// An organization's allowlist, by pattern.
    pub async fn allowlist(
        &self,
        organization: &OrganizationName,
    ) -> Result<Vec<AllowlistEntry>, StoreError> {
        let found: Vec<Columns> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT pattern, note, added_by, added_at FROM allowlist WHERE organization = $1
                 ORDER BY pattern",
                values![organization],
            )
            .await?;
        read(organization, found)
    }

    /// A page of an organization's allowlist, by pattern, and how many entries
    /// there are on all pages. Of entries that have `search` in their pattern
    /// or note, in any case; an empty one is in all.
    pub async fn allowlist_page(
        &self,
        organization: &OrganizationName,
        search: &str,
        offset: u64,
        limit: u32,
    ) -> Result<(Vec<AllowlistEntry>, u64), StoreError> {
        let wanted = containing(search);
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let mut picture = self.db.picture().await?;
        let (count,): (i64,) = picture
            .link()
            .only(
                "SELECT count(*) FROM allowlist WHERE organization = $1
                 AND (lower(pattern) LIKE $2 ESCAPE '!' OR lower(note) LIKE $2 ESCAPE '!')",
                values![organization, &*wanted],
            )
            .await?;
        let found: Vec<Columns> = picture
            .link()
            .all(
                "SELECT pattern, note, added_by, added_at FROM allowlist WHERE organization = $1
                 AND (lower(pattern) LIKE $2 ESCAPE '!' OR lower(note) LIKE $2 ESCAPE '!')
                 ORDER BY pattern LIMIT $3 OFFSET $4",
                values![organization, &*wanted, i64::from(limit), offset],
            )
            .await?;
        picture.commit().await?;
        let entries = read(organization, found)?;
        Ok((entries, u64::try_from(count).unwrap_or_default()))
    }

    /// Adds patterns to an organization's allowlist, each with a note. Returns
    /// those that are new; those that were there keep their note.
    pub async fn add_to_allowlist(
        &self,
        organization: &OrganizationName,
        entries: &BTreeMap<Pattern, String>,
        actor: &Actor,
    ) -> Result<Vec<Pattern>, StoreError> {
        for note in entries.values() {
            check_text("note", note, 1_000)?;
        }
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let (at, added_by) = (change.at(), change.actor().to_string());
        let mut added = Vec::new();
        for (pattern, note) in entries {
            let new = change
                .link()
                .execute(
                    "INSERT INTO allowlist (organization, pattern, note, added_by, added_at)
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization, pattern) DO NOTHING",
                    values![organization, pattern, &**note, &*added_by, at],
                )
                .await?;
            if new > 0 {
                added.push((pattern, note));
            }
        }
        if added.is_empty() {
            return Ok(Vec::new());
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::AllowlistAdded,
                subject: "allowlist",
                before: None,
                after: Some(json!({"allowlist": notes(added.iter().copied())})),
            })
            .await?;
        Ok(added
            .into_iter()
            .map(|(pattern, _)| pattern.clone())
            .collect())
    }

    /// Takes patterns off an organization's allowlist. Returns those that were
    /// on it.
    pub async fn remove_from_allowlist(
        &self,
        organization: &OrganizationName,
        patterns: &[Pattern],
        actor: &Actor,
    ) -> Result<Vec<Pattern>, StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let mut removed = Vec::new();
        for pattern in patterns {
            let old: Option<(String,)> = change
                .link()
                .first(
                    "DELETE FROM allowlist WHERE organization = $1 AND pattern = $2
                     RETURNING note",
                    values![organization, pattern],
                )
                .await?;
            removed.extend(old.map(|(note,)| (pattern, note)));
        }
        if removed.is_empty() {
            return Ok(Vec::new());
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::AllowlistRemoved,
                subject: "allowlist",
                before: Some(json!({
                    "allowlist": notes(removed.iter().map(|(pattern, note)| (*pattern, note))),
                })),
                after: None,
            })
            .await?;
        Ok(removed
            .into_iter()
            .map(|(pattern, _)| pattern.clone())
            .collect())
    }
}

/// Pattern, note, who added it and when.
type Columns = (String, String, String, i64);

fn read(
    organization: &OrganizationName,
    found: Vec<Columns>,
) -> Result<Vec<AllowlistEntry>, StoreError> {
    let place = Place {
        what: "allowlist",
        name: organization.as_str(),
    };
    found
        .into_iter()
        .map(|(pattern, note, added_by, added_at)| {
            Ok(AllowlistEntry {
                pattern: place.parse(&pattern)?,
                note,
                added_by: place.parse(&added_by)?,
                added_at: place.time(added_at)?,
            })
        })
        .collect()
}

/// What `LIKE … ESCAPE '!'` finds a text with, wherever it stands.
fn containing(text: &str) -> String {
    let mut wanted = String::from("%");
    for character in text.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            wanted.push('!');
        }
        wanted.push(character);
    }
    wanted.push('%');
    wanted
}

/// What the history tells of entries: each pattern with its note.
pub(crate) fn notes<'e>(entries: impl IntoIterator<Item = (&'e Pattern, &'e String)>) -> Json {
    let entries = entries.into_iter();
    entries
        .map(|(pattern, note)| (pattern.to_string(), json!(note)))
        .collect::<Map<_, _>>()
        .into()
}
