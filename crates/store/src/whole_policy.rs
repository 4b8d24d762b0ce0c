//! The whole of an organization's policy, read and changed as one.
//!
//! Elsewhere a change is one setting or one entry. Here somebody brings a
//! document that says how everything is to be: what there is is read, and what
//! it takes to get there is done, in one transaction and as one row of history.

use std::collections::BTreeMap;

use pullgate_policy::{OrganizationName, Settings, TeamAdditions, TeamName};
use pullgate_reference::Pattern;
use serde_json::{Map, Value as Json, json};

use crate::actor::Actor;
use crate::allowlist::notes;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::db::Work;
use crate::error::{Conflict, StoreError};
use crate::exceptions::{ExceptionColumns, ExceptionRecord, NewException};
use crate::history::Action;
use crate::ids::ExceptionId;
use crate::link::values;
use crate::store::Store;

/// All that an organization's policy is made of, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholePolicy {
    /// What the owners have set.
    pub settings: Settings,
    /// The settings' version.
    pub version: i64,
    /// The organization's namespaces.
    pub namespaces: Vec<Pattern>,
    /// The allowlist, each entry with its note.
    pub allowlist: BTreeMap<Pattern, String>,
    /// All teams but the owners, those without additions included.
    pub teams: BTreeMap<TeamName, TeamAdditions>,
    /// The exceptions that have not ended, oldest first.
    pub exceptions: Vec<ExceptionRecord>,
}

/// What is to be different of it; what is empty stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyEdit {
    /// The settings as they are to be.
    pub settings: Option<Settings>,
    /// Namespaces that are new.
    pub add_namespaces: Vec<Pattern>,
    /// Namespaces that go.
    pub remove_namespaces: Vec<Pattern>,
    /// Entries of the allowlist that are new, or have another note.
    pub put_allowlist: BTreeMap<Pattern, String>,
    /// Entries of the allowlist that go.
    pub remove_allowlist: Vec<Pattern>,
    /// Teams that have other additions. One that is not there is made.
    pub put_teams: BTreeMap<TeamName, TeamAdditions>,
    /// Exceptions that are new.
    pub add_exceptions: Vec<NewException>,
    /// Exceptions that end now.
    pub end_exceptions: Vec<ExceptionId>,
    /// The change that is taken back by this, by its generation: the history
    /// says so.
    pub undoes: Option<i64>,
}

/// What becomes of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is kept.
    Kept,
    /// It is made and taken back, which tells whether it could be made.
    Tried,
}

impl Store {
    /// The whole of an organization's policy.
    pub async fn whole_policy(
        &self,
        organization: &OrganizationName,
    ) -> Result<WholePolicy, StoreError> {
        let now = self.now();
        let mut picture = self.db.picture().await?;
        read(&mut picture, organization, now).await
    }

    /// Reads the whole policy, asks `plan` what is to be different, and does
    /// that, with nobody in between. All of it is done or nothing; what `plan`
    /// returns beside the edit is handed back.
    pub async fn edit_policy<T, E: From<StoreError>>(
        &self,
        organization: &OrganizationName,
        actor: &Actor,
        effect: Effect,
        plan: impl FnOnce(&WholePolicy) -> Result<(PolicyEdit, T), E> + Send,
    ) -> Result<T, E> {
        let mut change = self.change(actor).await?;
        let at = change.at();
        let before = read(change.work(), organization, at).await?;
        let (edit, answer) = plan(&before)?;
        if edit == PolicyEdit::default() {
            return Ok(answer);
        }
        change
            .edit_policy(organization, &before, edit, effect)
            .await?;
        Ok(answer)
    }
}

impl Change<'_> {
    async fn edit_policy(
        mut self,
        organization: &OrganizationName,
        before: &WholePolicy,
        edit: PolicyEdit,
        effect: Effect,
    ) -> Result<(), StoreError> {
        let (was, is) = told(before, &edit);
        if let Some(settings) = &edit.settings {
            settings.check()?;
            let at = self.at();
            self.link()
                .execute(
                    "UPDATE policies SET settings = $1, version = $2, changed_at = $3
                     WHERE organization = $4",
                    values![
                        json!(settings).to_string(),
                        before.version + 1,
                        at,
                        organization
                    ],
                )
                .await?;
        }
        self.edit_namespaces(organization, &edit).await?;
        self.edit_allowlist(organization, &edit).await?;
        self.edit_teams(organization, &edit).await?;
        // After the teams: an exception may be for one that is new.
        for exception in edit.add_exceptions {
            self.insert_exception(organization, exception).await?;
        }
        let at = self.at();
        for id in edit.end_exceptions {
            self.link()
                .execute(
                    "UPDATE exceptions SET ends_at = $1
                     WHERE organization = $2 AND id = $3 AND ends_at > $1",
                    values![at, organization, id],
                )
                .await?;
        }
        if effect == Effect::Tried {
            return Ok(());
        }
        let (action, subject) = match edit.undoes {
            None => (Action::PolicyApplied, "policy".to_owned()),
            Some(change) => (Action::ChangeUndone, format!("change {change}")),
        };
        self.commit(Entry {
            organization: Some(organization),
            action,
            subject: &subject,
            before: Some(was),
            after: Some(is),
        })
        .await
    }

    async fn edit_namespaces(
        &mut self,
        organization: &OrganizationName,
        edit: &PolicyEdit,
    ) -> Result<(), StoreError> {
        for pattern in &edit.remove_namespaces {
            self.link()
                .execute(
                    "DELETE FROM namespaces WHERE pattern = $1 AND organization = $2",
                    values![pattern, organization],
                )
                .await?;
        }
        let at = self.at();
        for pattern in &edit.add_namespaces {
            self.check_nobody_elses(organization, pattern).await?;
            self.link()
                .execute(
                    "INSERT INTO namespaces (pattern, organization, added_at) VALUES ($1, $2, $3)
                     ON CONFLICT (pattern) DO NOTHING",
                    values![pattern, organization, at],
                )
                .await?;
        }
        Ok(())
    }

    async fn edit_allowlist(
        &mut self,
        organization: &OrganizationName,
        edit: &PolicyEdit,
    ) -> Result<(), StoreError> {
        for pattern in &edit.remove_allowlist {
            self.link()
                .execute(
                    "DELETE FROM allowlist WHERE organization = $1 AND pattern = $2",
                    values![organization, pattern],
                )
                .await?;
        }
        let (at, added_by) = (self.at(), self.actor().to_string());
        for (pattern, note) in &edit.put_allowlist {
            check_text("note", note, 1_000)?;
            self.link()
                .execute(
                    "INSERT INTO allowlist (organization, pattern, note, added_by, added_at)
                     VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (organization, pattern) DO UPDATE SET note = excluded.note",
                    values![organization, pattern, &**note, &*added_by, at],
                )
                .await?;
        }
        Ok(())
    }

    async fn edit_teams(
        &mut self,
        organization: &OrganizationName,
        edit: &PolicyEdit,
    ) -> Result<(), StoreError> {
        let at = self.at();
        for (team, additions) in &edit.put_teams {
            if team.as_str() == "owners" {
                return Err(Conflict::OwnersTeam.into());
            }
            let number = self.next_number().await?;
            self.link()
                .execute(
                    "INSERT INTO teams (organization, name, additions, created_at, number)
                     VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (organization, name) DO UPDATE SET additions = excluded.additions",
                    values![organization, team, json!(additions).to_string(), at, number],
                )
                .await?;
        }
        Ok(())
    }
}

/// What the history tells: what differs, as it was and as it is.
fn told(before: &WholePolicy, edit: &PolicyEdit) -> (Json, Json) {
    let (mut was, mut is) = (Map::new(), Map::new());
    let mut tell = |what: &str, old: Json, new: Json| {
        was.insert(what.to_owned(), old);
        is.insert(what.to_owned(), new);
    };
    if let Some(settings) = &edit.settings {
        tell("settings", json!(before.settings), json!(settings));
    }
    if !edit.add_namespaces.is_empty() || !edit.remove_namespaces.is_empty() {
        tell(
            "namespaces",
            names(&edit.remove_namespaces),
            names(&edit.add_namespaces),
        );
    }
    if !edit.put_allowlist.is_empty() || !edit.remove_allowlist.is_empty() {
        let changed = edit.put_allowlist.keys().chain(&edit.remove_allowlist);
        let old = changed.filter_map(|pattern| before.allowlist.get_key_value(pattern));
        tell("allowlist", notes(old), notes(&edit.put_allowlist));
    }
    if !edit.put_teams.is_empty() {
        let old = edit.put_teams.keys();
        let old: BTreeMap<_, _> = old
            .filter_map(|team| before.teams.get_key_value(team))
            .collect();
        tell("teams", json!(old), json!(edit.put_teams));
    }
    if !edit.add_exceptions.is_empty() || !edit.end_exceptions.is_empty() {
        let ended = before.exceptions.iter();
        let ended = ended.filter(|record| edit.end_exceptions.contains(&record.id));
        let ended: Vec<Json> = ended.map(ExceptionRecord::tell).collect();
        let added = edit.add_exceptions.iter();
        let added: Vec<Json> = added
            .map(|new| {
                let mut told = new.tell();
                told["repository"] = json!(new.repository.as_str());
                told
            })
            .collect();
        tell("exceptions", json!(ended), json!(added));
    }
    (Json::Object(was), Json::Object(is))
}

fn names(patterns: &[Pattern]) -> Json {
    patterns.iter().map(Pattern::as_str).collect()
}

async fn read(
    work: &mut Work,
    organization: &OrganizationName,
    now: jiff::Timestamp,
) -> Result<WholePolicy, StoreError> {
    let place = |what| Place {
        what,
        name: organization.as_str(),
    };
    let settings: Option<(String, i64)> = work
        .link()
        .first(
            "SELECT settings, version FROM policies WHERE organization = $1",
            values![organization],
        )
        .await?;
    let (settings, version) =
        settings.ok_or_else(|| StoreError::not_found("organization", organization))?;
    let namespaces: Vec<(String,)> = work
        .link()
        .all(
            "SELECT pattern FROM namespaces WHERE organization = $1",
            values![organization],
        )
        .await?;
    let allowlist: Vec<(String, String)> = work
        .link()
        .all(
            "SELECT pattern, note FROM allowlist WHERE organization = $1",
            values![organization],
        )
        .await?;
    let teams: Vec<(String, String)> = work
        .link()
        .all(
            "SELECT name, additions FROM teams WHERE organization = $1",
            values![organization],
        )
        .await?;
    let exceptions: Vec<ExceptionColumns> = work
        .link()
        .all(
            "SELECT id, repository, team, person, ends_at, reason, made_by, made_at
             FROM exceptions WHERE organization = $1 AND ends_at > $2 ORDER BY id",
            values![organization, now],
        )
        .await?;
    let namespaces = namespaces.iter();
    let namespaces = namespaces.map(|(pattern,)| place("namespaces").parse(pattern));
    let mut namespaces = namespaces.collect::<Result<Vec<Pattern>, _>>()?;
    namespaces.sort();
    let allowlist = allowlist.into_iter();
    let allowlist =
        allowlist.map(|(pattern, note)| Ok((place("allowlist").parse(&pattern)?, note)));
    let teams = teams.iter().map(|(team, additions)| {
        let place = place("teams");
        Ok((place.parse(team)?, place.json(additions)?))
    });
    let exceptions = exceptions.into_iter();
    let exceptions = exceptions.map(|columns| columns.read(place("exceptions")));
    Ok(WholePolicy {
        settings: place("settings").json(&settings)?,
        version,
        namespaces,
        allowlist: allowlist.collect::<Result<_, StoreError>>()?,
        teams: teams.collect::<Result<_, StoreError>>()?,
        exceptions: exceptions.collect::<Result<_, _>>()?,
    })
}
