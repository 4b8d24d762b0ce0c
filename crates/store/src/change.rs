//! The transaction of every change, which cannot be committed without its row
//! of history.

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use serde_json::Value as Json;

use crate::actor::Actor;
use crate::db::Work;
use crate::error::StoreError;
use crate::history::Action;
use crate::link::{Link, values};
use crate::store::Store;

/// A change under way. Dropping it takes back what it did, the raised
/// generation included.
pub(crate) struct Change<'a> {
    work: Work,
    generation: i64,
    at: Timestamp,
    actor: &'a Actor,
}

/// What the history tells of a change.
pub(crate) struct Entry<'e> {
    pub(crate) organization: Option<&'e OrganizationName>,
    pub(crate) action: Action,
    pub(crate) subject: &'e str,
    pub(crate) before: Option<Json>,
    pub(crate) after: Option<Json>,
}

impl Store {
    /// Begins a change. From here to its end there is no other, in this
    /// process or another: SQLite has one writer, and on PostgreSQL the row of
    /// the generation is locked.
    pub(crate) async fn change<'a>(&self, actor: &'a Actor) -> Result<Change<'a>, StoreError> {
        let mut work = self.db.write().await?;
        let generation = raise(&mut work).await?;
        Ok(Change {
            work,
            generation,
            at: self.now(),
            actor,
        })
    }
}

impl Change<'_> {
    pub(crate) fn link(&mut self) -> Link<'_> {
        self.work.link()
    }

    /// The transaction, for what reads in others, too.
    pub(crate) fn work(&mut self) -> &mut Work {
        &mut self.work
    }

    /// When it happens.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    /// Who does it.
    pub(crate) fn actor(&self) -> &Actor {
        self.actor
    }

    /// A number for something new that tools know by a number.
    pub(crate) async fn next_number(&mut self) -> Result<i64, StoreError> {
        let (number,): (i64,) = self
            .link()
            .only(
                "UPDATE generation SET numbers = numbers + 1 WHERE id = 1 RETURNING numbers",
                values![],
            )
            .await?;
        Ok(number)
    }

    /// Writes a row of history and goes on, for what is several changes: each
    /// has its row and its generation, and all of them come true or none.
    pub(crate) async fn also(&mut self, entry: Entry<'_>) -> Result<(), StoreError> {
        self.record(entry).await?;
        self.generation = raise(&mut self.work).await?;
        Ok(())
    }

    /// Makes it true, with its row of history, and tells all who listen.
    pub(crate) async fn commit(mut self, entry: Entry<'_>) -> Result<(), StoreError> {
        self.record(entry).await?;
        if let Some(announcement) = self.link().dialect().announcement() {
            self.link().execute(announcement, values![]).await?;
        }
        self.work.commit().await
    }

    async fn record(&mut self, entry: Entry<'_>) -> Result<(), StoreError> {
        let text = |json: Option<Json>| json.map(|json| json.to_string());
        let (generation, at, actor) = (self.generation, self.at, self.actor.to_string());
        self.link()
            .execute(
                "INSERT INTO changes
                     (generation, at, actor, organization, action, subject, before_json, after_json)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values![
                    generation,
                    at,
                    actor,
                    entry.organization.map(OrganizationName::as_str),
                    entry.action.as_str(),
                    entry.subject,
                    text(entry.before),
                    text(entry.after),
                ],
            )
            .await?;
        Ok(())
    }
}

/// Raises the generation, and says what it is now.
async fn raise(work: &mut Work) -> Result<i64, StoreError> {
    let (generation,) = work
        .link()
        .only::<(i64,)>(
            "UPDATE generation SET value = value + 1 WHERE id = 1 RETURNING value",
            values![],
        )
        .await?;
    Ok(generation)
}
