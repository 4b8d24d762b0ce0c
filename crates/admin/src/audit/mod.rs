//! What was done, and by whom: the audit log of an organization, and of one's
//! own account.
//!
//! It has two sources, the history of changes and the decisions that denied a
//! pull. Both are read a few at a time, newest first, and merged by time, so
//! that a page costs what stands before it and not what there is.

mod actions;
mod changes;
mod telling;

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use pullgate_identity::Subject;
use pullgate_policy::{OrganizationName, Outcome, Username};
use pullgate_store::{
    Actor, ChangeFilter, ChangeRecord, ChangesOf, DecisionFilter, DecisionRecord, PersonId, Store,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

pub use actions::{AuditAction, AuditGroup, ChangeKind};
pub use changes::{AllChanges, ChangePage, ChangeSearch, ToldChange};

/// How far into a log pages go, in entries.
const DEEPEST: usize = 10_000;

/// The most entries of a page.
const LARGEST: u32 = 100;

/// How many are read from a source at a time.
const AT_A_TIME: u32 = 200;

/// The most changes that are looked through for one page.
const MOST_CHANGES: usize = 50_000;

/// What is looked for in a log. What is `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSearch {
    /// The whole name of the action: `org.member.add`.
    pub action: Option<String>,
    /// What an entry is about.
    pub name: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Up to and without this moment.
    pub to: Option<Timestamp>,
    /// Which page, from 1 on.
    pub page: u32,
    /// How many entries it has.
    pub page_size: u32,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// In whose log it is.
    pub account: String,
    /// What was done: `org.member.add`.
    pub action: String,
    /// What it is about.
    pub name: String,
    /// Who did it.
    pub actor: String,
    /// What else is known: how it was before and after.
    pub data: BTreeMap<String, String>,
    /// When.
    pub at: Timestamp,
    /// All that in plain words.
    pub description: String,
}

/// Whose log it is.
enum Account {
    Organization(OrganizationName),
    Person(PersonId, Username),
}

impl Admin {
    /// The log of an organization, for its owners, or of one's own account.
    pub async fn audit_log(
        &self,
        caller: &Caller,
        account: &str,
        search: &AuditSearch,
    ) -> Result<Vec<AuditEntry>> {
        let of = self.account(caller, account)?;
        let (page, size) = (search.page as usize, search.page_size as usize);
        if page == 0 || !(1..=LARGEST).contains(&search.page_size) {
            return Err(AdminError::Invalid(format!(
                "pages are numbered from 1 on and have 1 to {LARGEST} entries"
            )));
        }
        let skipped = (page - 1).saturating_mul(size);
        if skipped.saturating_add(size) > DEEPEST {
            return Err(AdminError::Invalid(format!(
                "pages reach {DEEPEST} entries back; name a window of time with from and to to see older ones"
            )));
        }
        let mut changes = Changes::of(&self.store, &of, search);
        let mut denials = Denials::of(self, &of, search);
        let mut found = Vec::new();
        let mut matched = 0;
        while found.len() < size {
            let change = changes.peek().await?;
            let denial = denials.peek().await?;
            let entry = match (change, denial) {
                (None, None) => break,
                (Some(change), Some(denial)) if change >= denial => changes.take(account),
                (Some(_), None) => changes.take(account),
                (_, Some(_)) => denials.take(account),
            };
            let Some(entry) = entry.filter(|entry| search.matches(entry)) else {
                continue;
            };
            matched += 1;
            if matched > skipped {
                found.push(entry);
            }
        }
        Ok(found)
    }

    /// What can stand in that log, for who may read it.
    pub fn audit_actions(&self, caller: &Caller, account: &str) -> Result<Vec<AuditAction>> {
        Ok(actions::all(match self.account(caller, account)? {
            Account::Organization(_) => AuditGroup::Organization,
            Account::Person(..) => AuditGroup::Account,
        }))
    }

    /// Whose log the caller asks for: their own, or one of an organization
    /// that they own.
    fn account(&self, caller: &Caller, account: &str) -> Result<Account> {
        let organization: OrganizationName = account
            .parse()
            .map_err(|_| AdminError::NotFound(format!("there is no account {account:?}")))?;
        match (self.owner(caller, &organization), caller) {
            (Ok(_), _) => Ok(Account::Organization(organization)),
            (
                Err(AdminError::NotFound(_)),
                Caller::SignedIn(Subject::Person { id, username, .. }),
            ) if username.as_str() == account => Ok(Account::Person(*id, username.clone())),
            (Err(refused), _) => Err(refused),
        }
    }
}

impl AuditSearch {
    fn matches(&self, entry: &AuditEntry) -> bool {
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        is(&self.action, &entry.action)
            && is(&self.name, &entry.name)
            && is(&self.actor, &entry.actor)
    }

    /// Whether denied pulls are looked for.
    fn wants_denials(&self) -> bool {
        let denied = actions::PULL_DENIED.full_name();
        self.action.as_ref().is_none_or(|action| *action == denied)
    }

    /// Whether changes are.
    fn wants_changes(&self) -> bool {
        let denied = actions::PULL_DENIED.full_name();
        self.action.as_ref().is_none_or(|action| *action != denied)
    }
}

/// Changes, a few at a time.
struct Changes<'s> {
    store: &'s Store,
    /// None when there are no more.
    next: Option<ChangeFilter>,
    read: VecDeque<ChangeRecord>,
    looked_at: usize,
}

impl<'s> Changes<'s> {
    fn of(store: &'s Store, account: &Account, search: &AuditSearch) -> Self {
        let of = match account {
            Account::Organization(name) => ChangesOf::Organization(name.clone()),
            Account::Person(id, username) => ChangesOf::Account(*id, username.clone()),
        };
        let actor = search.actor.as_deref().map(actor_named);
        let nobody = matches!(actor, Some(None));
        let filter = ChangeFilter {
            of,
            actor: actor.flatten(),
            action: None,
            since: search.from,
            until: search.to,
            before: None,
            limit: AT_A_TIME,
        };
        Self {
            store,
            next: (search.wants_changes() && !nobody).then_some(filter),
            read: VecDeque::new(),
            looked_at: 0,
        }
    }

    /// When the next one was made.
    async fn peek(&mut self) -> Result<Option<Timestamp>> {
        if self.read.is_empty()
            && let Some(filter) = self.next.take()
        {
            let found = self.store.find_changes(&filter).await?;
            self.looked_at += found.len();
            let last = found.last().map(|change| change.generation);
            let whole = found.len() == AT_A_TIME as usize;
            if whole && self.looked_at < MOST_CHANGES {
                self.next = Some(ChangeFilter {
                    before: last,
                    ..filter
                });
            }
            self.read = found.into();
        }
        Ok(self.read.front().map(|change| change.at))
    }

    fn take(&mut self, account: &str) -> Option<AuditEntry> {
        let change = self.read.pop_front()?;
        Some(telling::change(account, &change))
    }
}

/// Denied pulls, a few at a time.
struct Denials<'s> {
    store: &'s Store,
    /// None when there are no more.
    next: Option<DecisionFilter>,
    read: VecDeque<DecisionRecord>,
}

impl<'s> Denials<'s> {
    fn of(admin: &'s Admin, account: &Account, search: &AuditSearch) -> Self {
        let filter = DecisionFilter {
            outcome: Some(Outcome::Denied),
            since: search.from,
            until: search.to,
            limit: AT_A_TIME,
            ..DecisionFilter::default()
        };
        let filter = match account {
            Account::Organization(name) => DecisionFilter {
                organization: Some(name.clone()),
                ..filter
            },
            Account::Person(id, _) => DecisionFilter {
                person: Some(*id),
                ..filter
            },
        };
        let filter = search.wants_denials().then_some(filter);
        let filter = filter.and_then(|filter| by_actor(admin, filter, search.actor.as_deref()));
        Self {
            store: &admin.store,
            next: filter.and_then(|filter| about(filter, search.name.as_deref())),
            read: VecDeque::new(),
        }
    }

    /// When the next one was decided.
    async fn peek(&mut self) -> Result<Option<Timestamp>> {
        if self.read.is_empty()
            && let Some(filter) = self.next.take()
        {
            let found = self.store.decisions(&filter).await?;
            if found.len() == AT_A_TIME as usize {
                self.next = Some(DecisionFilter {
                    before: found.last().map(DecisionRecord::cursor),
                    ..filter
                });
            }
            self.read = found.into();
        }
        Ok(self.read.front().map(|decision| decision.at))
    }

    fn take(&mut self, account: &str) -> Option<AuditEntry> {
        let decision = self.read.pop_front()?;
        Some(telling::denial(account, &decision))
    }
}

/// Who is called so; nobody if that is no name. The command line and the
/// system are no people.
fn actor_named(name: &str) -> Option<Actor> {
    let person = name.parse().map(Actor::Person);
    name.parse::<Actor>().ok().or(person.ok())
}

/// Those of one actor; none if nobody of that name could have pulled.
fn by_actor(admin: &Admin, filter: DecisionFilter, actor: Option<&str>) -> Option<DecisionFilter> {
    let Some(actor) = actor else {
        return Some(filter);
    };
    if actor.contains(':') {
        return Some(DecisionFilter {
            subject: Some(actor.to_owned()),
            ..filter
        });
    }
    let directory = admin.identity.directory();
    let person = directory.person_named(actor)?.id;
    match filter.person {
        Some(own) if own != person => None,
        _ => Some(DecisionFilter {
            person: Some(person),
            ..filter
        }),
    }
}

/// Those about one repository; none if that is the name of none.
fn about(filter: DecisionFilter, name: Option<&str>) -> Option<DecisionFilter> {
    let Some(name) = name else {
        return Some(filter);
    };
    Some(DecisionFilter {
        repository: Some(name.parse().ok()?),
        ..filter
    })
}
