//! What was decided: searched, read, handed out whole, and summed up.

use jiff::Timestamp;
use jiff::civil::Date;
use pullgate_identity::Subject;
use pullgate_policy::{Category, OrganizationName, Outcome, Rule, TeamName, Username, Verdict};
use pullgate_reference::Repository;
use pullgate_store::{
    Day, DecisionCursor, DecisionFilter, DecisionRecord, DecisionTotals, PersonId,
};
use uuid::Uuid;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::rights::Standing;

/// The most decisions of one page.
const LARGEST: u32 = 1_000;

/// How many decisions are read at a time when all are handed out.
const AT_A_TIME: u32 = 1_000;

/// How many decisions are looked at for one page at most: a few milliseconds'
/// work for the database.
const LOOKED_AT: u32 = 5_000;

/// The most days of one overview.
const MOST_DAYS: u32 = 366;

/// How many repositories an overview names as denied most often.
const MOST_DENIED: u32 = 20;

/// Which decisions are looked for. What is `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionSearch {
    /// About which repository.
    pub repository: Option<Repository>,
    /// Who asked.
    pub person: Option<Username>,
    /// In which team those are now who asked; `owners` is one.
    pub team: Option<TeamName>,
    /// Who asked, as the log names them: `token:acme/ci`.
    pub subject: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The rule that decided.
    pub rule: Option<Rule>,
    /// The category.
    pub category: Option<Category>,
    /// A part of what the client calls itself, in any case.
    pub client: Option<String>,
    /// What was asked for.
    pub action: Option<String>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Up to and without this moment.
    pub until: Option<Timestamp>,
}

/// Some decisions, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionPage {
    /// The decisions.
    pub decisions: Vec<DecisionRecord>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<DecisionCursor>,
}

/// What was found by looking through a bounded number of decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionsLookedThrough {
    /// Those that match, newest first.
    pub decisions: Vec<DecisionRecord>,
    /// Where to go on; none if there are no older ones.
    pub next: Option<DecisionCursor>,
    /// How far back was looked, where the search ended before the page was
    /// full, and older ones may match.
    pub looked_to: Option<Timestamp>,
}

/// A decision with all that can be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldDecision {
    /// The decision.
    pub decision: DecisionRecord,
    /// What whoever asked was told, or would have been.
    pub sentence: String,
}

/// How much was decided how in some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionSummary {
    /// The first of the days, in UTC.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// The sums.
    pub totals: DecisionTotals,
}

/// Whose decisions somebody may see.
#[derive(Clone, Copy)]
enum Sight {
    /// Those of everybody in the organization.
    All,
    /// Their own.
    Own(PersonId),
}

impl Admin {
    /// Decisions of the organization's policy, newest first: an owner sees
    /// all, a member their own.
    pub async fn decisions(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        search: &DecisionSearch,
        before: Option<DecisionCursor>,
        limit: u32,
    ) -> Result<DecisionPage> {
        if !(1..=LARGEST).contains(&limit) {
            return Err(AdminError::Invalid(format!(
                "a page has 1 to {LARGEST} decisions"
            )));
        }
        let Some(filter) = self.filter(caller, organization, search)? else {
            return Ok(DecisionPage {
                decisions: Vec::new(),
                next: None,
            });
        };
        let filter = DecisionFilter {
            before,
            // One more says whether there is a next page.
            limit: limit + 1,
            ..filter
        };
        let mut decisions = self.store.decisions(&filter).await?;
        let more = decisions.len() > limit as usize;
        decisions.truncate(limit as usize);
        let last = decisions.last().filter(|_| more);
        Ok(DecisionPage {
            next: last.map(DecisionRecord::cursor),
            decisions,
        })
    }

    /// Decisions of the organization's policy, newest first, as
    /// [`Admin::decisions`] finds them, but looked for among so many at most
    /// that an answer is there at once, however few match.
    pub async fn look_for_decisions(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        search: &DecisionSearch,
        before: Option<DecisionCursor>,
        limit: u32,
    ) -> Result<DecisionsLookedThrough> {
        let Some(filter) = self.filter(caller, organization, search)? else {
            return Ok(DecisionsLookedThrough {
                decisions: Vec::new(),
                next: None,
                looked_to: None,
            });
        };
        let filter = DecisionFilter {
            before,
            // One more says whether there is a next page.
            limit: limit.saturating_add(1),
            ..filter
        };
        let found = self.store.look_for_decisions(&filter, LOOKED_AT).await?;
        let mut decisions = found.decisions;
        let more = decisions.len() > limit as usize;
        decisions.truncate(limit as usize);
        let last = decisions.last().filter(|_| more);
        Ok(DecisionsLookedThrough {
            next: last.map(DecisionRecord::cursor).or(found.looked_to),
            looked_to: found.looked_to.map(|cursor| cursor.at),
            decisions,
        })
    }

    /// All decisions that are found, to be taken a few at a time: however many
    /// there are, a few are in memory. Those that are made meanwhile are not
    /// among them.
    pub fn all_decisions(
        &self,
        caller: Caller,
        organization: OrganizationName,
        search: DecisionSearch,
    ) -> AllDecisions {
        AllDecisions {
            admin: self.clone(),
            caller,
            organization,
            search,
            place: Place::Begin,
        }
    }

    /// One decision; of a member's own, if it is no owner who asks.
    pub async fn decision(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        id: Uuid,
    ) -> Result<ToldDecision> {
        let sight = self.sight(caller, organization)?;
        let found = self.store.decision(organization, id).await?;
        let seen = |decision: &DecisionRecord| match sight {
            Sight::All => true,
            Sight::Own(person) => decision.person == Some(person),
        };
        let Some(decision) = found.filter(seen) else {
            return Err(AdminError::NotFound(format!(
                "there is no decision {id} in {organization}, or it is none of yours"
            )));
        };
        let sentence = sentence(&decision, self.console.as_deref());
        Ok(ToldDecision { decision, sentence })
    }

    /// How much was decided how, day by day, and what was denied most often;
    /// for owners. So many days up to the last one, which is today unless
    /// said.
    pub async fn decision_summary(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        last: Option<Date>,
        days: u32,
    ) -> Result<DecisionSummary> {
        self.owner(caller, organization)?;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(AdminError::Invalid(format!(
                "an overview is of 1 to {MOST_DAYS} days"
            )));
        }
        let last = last.map_or_else(|| Day::of(self.now()), Day::from);
        let first = last.minus(days - 1);
        let (Some(begin), Some(end)) = (first.date(), last.date()) else {
            return Err(AdminError::Invalid(
                "there are no such days in the calendar".to_owned(),
            ));
        };
        let totals = self
            .store
            .decision_totals(organization, first, last, MOST_DENIED)
            .await?;
        Ok(DecisionSummary {
            first: begin,
            last: end,
            totals,
        })
    }

    fn sight(&self, caller: &Caller, organization: &OrganizationName) -> Result<Sight> {
        let (standing, _) = self.insider(caller, organization)?;
        match (standing, caller) {
            (Standing::Member, Caller::SignedIn(Subject::Person { id, .. })) => Ok(Sight::Own(*id)),
            // The command line counts as an owner, and nobody else passes.
            (Standing::Owner | Standing::Member, _) => Ok(Sight::All),
        }
    }

    /// What is looked for, as the caller may see it; none if nothing can be
    /// found.
    fn filter(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        search: &DecisionSearch,
    ) -> Result<Option<DecisionFilter>> {
        let sight = self.sight(caller, organization)?;
        let named = search.person.as_ref().map(|name| {
            self.identity
                .directory()
                .person_named(name.as_str())
                .map(|person| person.id)
        });
        let person = match (sight, named) {
            (Sight::All, None) => None,
            // Whether there is such a person elsewhere is not theirs to know.
            (Sight::All, Some(None)) => return Ok(None),
            (Sight::All, Some(Some(person))) => Some(person),
            (Sight::Own(own), None) => Some(own),
            (Sight::Own(own), Some(Some(person))) if own == person => Some(own),
            (Sight::Own(_), Some(_)) => return Err(others(organization)),
        };
        if matches!(sight, Sight::Own(_)) && search.team.is_some() {
            return Err(others(organization));
        }
        Ok(Some(DecisionFilter {
            organization: Some(organization.clone()),
            repository: search.repository.clone(),
            person,
            team: search.team.clone(),
            subject: search.subject.clone(),
            outcome: search.outcome,
            rule: search.rule,
            category: search.category,
            client: search.client.clone(),
            action: search.action.clone(),
            since: search.since,
            until: search.until,
            ..DecisionFilter::default()
        }))
    }
}

fn others(organization: &OrganizationName) -> AdminError {
    AdminError::Forbidden(format!(
        "only an owner of {organization} may see what was decided about others; \
         leave person and team out to see your own"
    ))
}

fn sentence(decision: &DecisionRecord, console: Option<&str>) -> String {
    let verdict = Verdict {
        outcome: decision.outcome,
        rule: decision.rule,
        category: decision.category,
        badge: decision.badge,
        organization: decision.organization.as_ref(),
        team: decision.team.as_ref(),
    };
    verdict.sentence(&decision.repository, console)
}

/// All decisions that are found. The right to see them is asked for again with
/// each part.
#[derive(Debug)]
pub struct AllDecisions {
    admin: Admin,
    caller: Caller,
    organization: OrganizationName,
    search: DecisionSearch,
    place: Place,
}

/// How far they have been taken.
#[derive(Clone, Copy, Debug)]
enum Place {
    Begin,
    Before(DecisionCursor),
    End,
}

impl AllDecisions {
    /// The next of them; empty when all have been taken.
    pub async fn next(&mut self) -> Result<Vec<DecisionRecord>> {
        let before = match self.place {
            Place::Begin => None,
            Place::Before(cursor) => Some(cursor),
            Place::End => return Ok(Vec::new()),
        };
        let page = self
            .admin
            .decisions(
                &self.caller,
                &self.organization,
                &self.search,
                before,
                AT_A_TIME,
            )
            .await?;
        self.place = page.next.map_or(Place::End, Place::Before);
        Ok(page.decisions)
    }
}
