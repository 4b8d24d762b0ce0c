//! Everybody who can sign in, in memory.
//!
//! A directory never changes: when the store does, a new one is built from it
//! and takes the place of the old (see [`crate::Identity::replace_directory`]).
//! Every question is answered by a lookup or two, without a lock and without
//! an allocation, so every request can ask anew who somebody is and what they
//! belong to; nothing that was true a minute ago is remembered elsewhere.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Role, Switch, TeamName, Username};
use pullgate_reference::Repository;
use pullgate_store::{AccountStatus, PasswordHash, PersonId, SiteRole, TokenId, TokenOwner};

use crate::access_token::TokenHash;
use crate::resources::Repositories;
use crate::scope::Scope;
use crate::subject::{Reach, Subject, Via};

/// A person who has an account.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who it is.
    pub id: PersonId,
    /// The name by which they sign in.
    pub username: Username,
    /// Their password, if they have one.
    pub password: Option<PasswordHash>,
    /// Moves on when a password changes or an account is closed; what was
    /// signed in an earlier epoch is worth nothing.
    pub credentials_epoch: i64,
    /// Whether they can sign in.
    pub status: AccountStatus,
    /// Whether they look after the installation.
    pub site_role: SiteRole,
    /// The organizations they belong to.
    pub memberships: Vec<Membership>,
}

/// That a person belongs to an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The organization.
    pub organization: OrganizationName,
    /// Their role in it.
    pub role: Role,
    /// Their teams in it.
    pub teams: Vec<TeamName>,
}

/// An access token that has not been revoked.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// Its id.
    pub id: TokenId,
    /// Its keyed hash.
    pub hash: TokenHash,
    /// Whose it is.
    pub owner: TokenOwner,
    /// What its owner calls it.
    pub label: Arc<str>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// What it reaches.
    pub reach: Reach,
    /// The repositories that it is bounded to.
    pub repositories: Repositories,
    /// Off, it counts for nothing until it is switched on again.
    pub status: Switch,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

impl AccessToken {
    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        self.status == Switch::On && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Everybody who can sign in, as the store had them at one moment.
#[derive(Default)]
pub struct Directory {
    generation: i64,
    people: HashMap<PersonId, Arc<Person>>,
    by_username: HashMap<Username, Arc<Person>>,
    tokens: HashMap<TokenId, Arc<AccessToken>>,
    by_hash: HashMap<TokenHash, Arc<AccessToken>>,
}

impl Directory {
    /// A directory of these people and these unrevoked tokens.
    pub fn new(
        generation: i64,
        people: impl IntoIterator<Item = Person>,
        tokens: impl IntoIterator<Item = AccessToken>,
    ) -> Self {
        let mut directory = Self {
            generation,
            ..Self::default()
        };
        for person in people.into_iter().map(Arc::new) {
            let username = person.username.clone();
            directory.by_username.insert(username, Arc::clone(&person));
            directory.people.insert(person.id, person);
        }
        for token in tokens.into_iter().map(Arc::new) {
            directory.by_hash.insert(token.hash, Arc::clone(&token));
            directory.tokens.insert(token.id, token);
        }
        directory
    }

    /// Which state of the store this is.
    pub fn generation(&self) -> i64 {
        self.generation
    }

    /// The person with this id.
    pub fn person(&self, id: PersonId) -> Option<&Arc<Person>> {
        self.people.get(&id)
    }

    /// The person who signs in by this name, exactly as it is written.
    pub fn person_named(&self, username: &str) -> Option<&Arc<Person>> {
        self.by_username.get(username)
    }

    /// The unrevoked access token with this id, switched off or not.
    pub fn token(&self, id: TokenId) -> Option<&Arc<AccessToken>> {
        self.tokens.get(&id)
    }

    pub(crate) fn token_hashed(&self, hash: &TokenHash) -> Option<&Arc<AccessToken>> {
        self.by_hash.get(hash)
    }

    /// The organizations that the subject belongs to now: a person's own; a
    /// machine's and an opened network's organization, as a member of no
    /// team; none for a stranger, a person whose account was closed and a
    /// token that is gone.
    pub fn memberships<'d>(&'d self, subject: &'d Subject) -> Memberships<'d> {
        match subject {
            Subject::Person { id, .. } => self
                .people
                .get(id)
                .filter(|person| person.status == AccountStatus::Active)
                .map_or_else(Memberships::none, |person| {
                    Memberships::of(&person.memberships)
                }),
            Subject::OrganizationToken { id, .. } => match self.tokens.get(id).map(|t| &t.owner) {
                Some(TokenOwner::Organization(organization)) => Memberships::in_one(organization),
                _ => Memberships::none(),
            },
            Subject::Anonymous { organization } => Memberships::in_one(organization),
            Subject::Stranger => Memberships::none(),
        }
    }

    /// What the subject's credential reaches of a repository, whatever the
    /// policy says; none if its access token is bounded to others.
    pub fn reach(&self, subject: &Subject, repository: &Repository) -> Option<Reach> {
        let reach = subject.reach();
        let bounded = match subject {
            Subject::OrganizationToken { id, .. } => self.tokens.get(id),
            _ => None,
        };
        let Some(token) = bounded else {
            return Some(reach);
        };
        match (reach, token.repositories.reach(repository)?) {
            (Reach::All, Reach::All) => Some(Reach::All),
            _ => Some(Reach::PublicOnly),
        }
    }

    /// Whether what proved who asks may be used to change anything: a
    /// password, or a personal access token with the scope `repo:admin`.
    pub fn administrates(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Person {
                via: Via::Password, ..
            } => true,
            Subject::Person {
                via: Via::Token(id),
                ..
            } => {
                let token = self.tokens.get(id);
                token.is_some_and(|token| token.scopes.contains(&Scope::RepoAdmin))
            }
            _ => false,
        }
    }

    /// Whether the subject looks after the installation.
    pub fn is_site_administrator(&self, subject: &Subject) -> bool {
        let Subject::Person { id, .. } = subject else {
            return false;
        };
        self.active(*id)
            .is_some_and(|person| person.site_role == SiteRole::Administrator)
    }

    /// The subject that an access token stands for, if its owner is there and
    /// active.
    pub(crate) fn subject_of_token(&self, token: &AccessToken) -> Option<Subject> {
        match &token.owner {
            TokenOwner::Person(id) => {
                let person = self.active(*id)?;
                Some(subject_of(person, Via::Token(token.id), token.reach))
            }
            TokenOwner::Organization(organization) => Some(Subject::OrganizationToken {
                id: token.id,
                organization: organization.clone(),
                label: Arc::clone(&token.label),
                reach: token.reach,
            }),
        }
    }

    /// The person with this id, unless their account was closed.
    pub(crate) fn active(&self, id: PersonId) -> Option<&Arc<Person>> {
        self.people
            .get(&id)
            .filter(|person| person.status == AccountStatus::Active)
    }
}

/// The subject that a person is who proved themselves in this way.
pub(crate) fn subject_of(person: &Person, via: Via, reach: Reach) -> Subject {
    Subject::Person {
        id: person.id,
        username: person.username.clone(),
        epoch: person.credentials_epoch,
        via,
        reach,
    }
}

/// Only numbers: a directory holds hashes of everybody's secrets.
impl fmt::Debug for Directory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Directory")
            .field("generation", &self.generation)
            .field("people", &self.people.len())
            .field("tokens", &self.tokens.len())
            .finish_non_exhaustive()
    }
}

/// What a subject belongs to: organization, role and teams, one by one.
#[derive(Clone, Debug)]
pub struct Memberships<'d> {
    one: Option<&'d OrganizationName>,
    rest: std::slice::Iter<'d, Membership>,
}

impl<'d> Memberships<'d> {
    fn none() -> Self {
        Self::of(&[])
    }

    fn in_one(organization: &'d OrganizationName) -> Self {
        Self {
            one: Some(organization),
            ..Self::none()
        }
    }

    fn of(memberships: &'d [Membership]) -> Self {
        Self {
            one: None,
            rest: memberships.iter(),
        }
    }
}

impl<'d> Iterator for Memberships<'d> {
    type Item = (&'d OrganizationName, Role, &'d [TeamName]);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(organization) = self.one.take() {
            return Some((organization, Role::Member, &[]));
        }
        self.rest.next().map(|membership| {
            let Membership {
                organization,
                role,
                teams,
            } = membership;
            (organization, *role, teams.as_slice())
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.one.is_some()) + self.rest.len();
        (left, Some(left))
    }
}

impl ExactSizeIterator for Memberships<'_> {}
