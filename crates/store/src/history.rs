//! The history: who changed what, when.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Username};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::column::Place;
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::search::Search;
use crate::store::Store;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An organization was made.
    OrganizationCreated,
    /// An organization was given a namespace.
    NamespaceAdded,
    /// A namespace was taken from an organization.
    NamespaceRemoved,
    /// A person was made.
    PersonCreated,
    /// A person has a new password. The history never holds its hash.
    PasswordChanged,
    /// A person can sign in again, or no more.
    AccountStatusChanged,
    /// A person became a site administrator, or is one no more.
    SiteRoleChanged,
    /// A person became a member.
    MemberAdded,
    /// A member got another role.
    RoleChanged,
    /// A membership ended.
    MemberRemoved,
    /// A team was made.
    TeamCreated,
    /// A team got another name or another description.
    TeamChanged,
    /// A team was deleted.
    TeamDeleted,
    /// A member was put into a team.
    TeamMemberAdded,
    /// A member was taken out of a team.
    TeamMemberRemoved,
    /// A team's additions were replaced.
    TeamAdditionsChanged,
    /// Somebody was invited. The history never holds the link's secret.
    InviteCreated,
    /// An invite got a new link, and its old one ended.
    InviteResent,
    /// An invite was withdrawn.
    InviteRevoked,
    /// An invite was accepted.
    InviteAccepted,
    /// Whoever had the link of an invite declined it.
    InviteDeclined,
    /// An organization's settings were changed.
    SettingsChanged,
    /// Registries got other names, or others were listed without being
    /// allowed. What may be pulled is the same.
    RegistryNamesChanged,
    /// A policy was made to be as a document says.
    PolicyApplied,
    /// An earlier change of a policy was taken back.
    ChangeUndone,
    /// Patterns were added to an allowlist.
    AllowlistAdded,
    /// Patterns were taken off an allowlist.
    AllowlistRemoved,
    /// An exception was made.
    ExceptionAdded,
    /// An exception was ended before its time.
    ExceptionEnded,
    /// A member asked for access to a repository.
    RequestMade,
    /// The same member asked for it again.
    RequestRepeated,
    /// A request was approved, and an exception made by it.
    RequestApproved,
    /// A request was declined.
    RequestDeclined,
    /// A request was taken back.
    RequestWithdrawn,
    /// An access token was made.
    TokenAdded,
    /// An access token was changed: its label, what it is for, or whether it
    /// is switched on.
    TokenChanged,
    /// An access token was revoked.
    TokenRevoked,
    /// A signing key was made.
    SigningKeyAdded,
    /// A signing key was retired.
    SigningKeyRetired,
    /// A signing key was deleted.
    SigningKeyDeleted,
}

impl Action {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "organization_created",
            Self::NamespaceAdded => "namespace_added",
            Self::NamespaceRemoved => "namespace_removed",
            Self::PersonCreated => "person_created",
            Self::PasswordChanged => "password_changed",
            Self::AccountStatusChanged => "account_status_changed",
            Self::SiteRoleChanged => "site_role_changed",
            Self::MemberAdded => "member_added",
            Self::RoleChanged => "role_changed",
            Self::MemberRemoved => "member_removed",
            Self::TeamCreated => "team_created",
            Self::TeamChanged => "team_changed",
            Self::TeamDeleted => "team_deleted",
            Self::TeamMemberAdded => "team_member_added",
            Self::TeamMemberRemoved => "team_member_removed",
            Self::TeamAdditionsChanged => "team_additions_changed",
            Self::InviteCreated => "invite_created",
            Self::InviteResent => "invite_resent",
            Self::InviteRevoked => "invite_revoked",
            Self::InviteAccepted => "invite_accepted",
            Self::InviteDeclined => "invite_declined",
            Self::SettingsChanged => "settings_changed",
            Self::RegistryNamesChanged => "registry_names_changed",
            Self::PolicyApplied => "policy_applied",
            Self::ChangeUndone => "change_undone",
            Self::AllowlistAdded => "allowlist_added",
            Self::AllowlistRemoved => "allowlist_removed",
            Self::ExceptionAdded => "exception_added",
            Self::ExceptionEnded => "exception_ended",
            Self::RequestMade => "request_made",
            Self::RequestRepeated => "request_repeated",
            Self::RequestApproved => "request_approved",
            Self::RequestDeclined => "request_declined",
            Self::RequestWithdrawn => "request_withdrawn",
            Self::TokenAdded => "token_added",
            Self::TokenChanged => "token_changed",
            Self::TokenRevoked => "token_revoked",
            Self::SigningKeyAdded => "signing_key_added",
            Self::SigningKeyRetired => "signing_key_retired",
            Self::SigningKeyDeleted => "signing_key_deleted",
        }
    }
}

impl Action {
    /// What this word stands for; none if for nothing.
    pub fn named(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRecord {
    /// The generation that began with it: no two changes have the same, and a
    /// later one has a higher one.
    pub generation: i64,
    /// When.
    pub at: Timestamp,
    /// Who changed it.
    pub actor: Actor,
    /// Whose it is; none for what belongs to no organization.
    pub organization: Option<OrganizationName>,
    /// What was done.
    pub action: Action,
    /// To what, by its name.
    pub subject: String,
    /// How it was, as JSON; none if it was not there.
    pub before: Option<serde_json::Value>,
    /// How it is since, as JSON; none if it is gone.
    pub after: Option<serde_json::Value>,
}

/// The columns of a change.
#[derive(sqlx::FromRow)]
pub(crate) struct ChangeRow {
    generation: i64,
    at: i64,
    actor: String,
    organization: Option<String>,
    action: String,
    subject: String,
    before_json: Option<String>,
    after_json: Option<String>,
}

impl ChangeRow {
    pub(crate) fn read(self) -> Result<ChangeRecord, StoreError> {
        let number = self.generation.to_string();
        let place = Place {
            what: "change",
            name: &number,
        };
        let json = |text: Option<&String>| text.map(|text| place.json(text)).transpose();
        Ok(ChangeRecord {
            generation: self.generation,
            at: place.time(self.at)?,
            actor: place.parse(&self.actor)?,
            organization: place.parse_some(self.organization.as_deref())?,
            action: place.word(&self.action)?,
            before: json(self.before_json.as_ref())?,
            after: json(self.after_json.as_ref())?,
            subject: self.subject,
        })
    }
}

/// Whose changes are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangesOf {
    /// Everybody's.
    All,
    /// An organization's.
    Organization(OrganizationName),
    /// Those of an account: of what belongs to no organization, what its
    /// person did, and what was done with it.
    Account(PersonId, Username),
}

/// Which changes are looked for. What is `None` is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Whose.
    pub of: ChangesOf,
    /// Who made them.
    pub actor: Option<Actor>,
    /// What was done.
    pub action: Option<Action>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Up to and without this moment.
    pub until: Option<Timestamp>,
    /// Older than this generation.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// The latest changes, newest first: of one organization or of all, older
    /// than a generation if one is given, at most `limit`.
    pub async fn changes(
        &self,
        organization: Option<&OrganizationName>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ChangeRecord>, StoreError> {
        let of = match organization {
            Some(organization) => ChangesOf::Organization(organization.clone()),
            None => ChangesOf::All,
        };
        self.find_changes(&ChangeFilter {
            of,
            actor: None,
            action: None,
            since: None,
            until: None,
            before,
            limit,
        })
        .await
    }

    /// The changes that match, newest first.
    pub async fn find_changes(
        &self,
        filter: &ChangeFilter,
    ) -> Result<Vec<ChangeRecord>, StoreError> {
        let mut search = Search::new(
            "SELECT generation, at, actor, organization, action, subject, before_json, after_json
             FROM changes",
        );
        match &filter.of {
            ChangesOf::All => {}
            ChangesOf::Organization(organization) => search.add("organization = ", organization),
            ChangesOf::Account(id, username) => {
                // A token's change says whose it is in its document, where a
                // quotation mark that somebody has typed is an escaped one.
                let owned = format!("%\"person\":\"{id}\"%");
                search.add_within(
                    "organization IS NULL AND (actor = ? OR subject = ? \
                     OR before_json LIKE ? OR after_json LIKE ?)",
                    [
                        Actor::Person(username.clone()).to_string().into(),
                        username.into(),
                        owned.clone().into(),
                        owned.into(),
                    ],
                );
            }
        }
        if let Some(actor) = &filter.actor {
            search.add("actor = ", actor.to_string());
        }
        if let Some(action) = filter.action {
            search.add("action = ", action.as_str());
        }
        if let Some(since) = filter.since {
            search.add("at >= ", since);
        }
        if let Some(until) = filter.until {
            search.add("at < ", until);
        }
        if let Some(before) = filter.before {
            search.add("generation < ", before);
        }
        let rows: Vec<ChangeRow> = search
            .page(
                self.db.reader().await?.link(),
                "generation DESC",
                filter.limit,
            )
            .await?;
        rows.into_iter().map(ChangeRow::read).collect()
    }
}
