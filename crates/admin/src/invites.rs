//! Inviting people into an organization, for its owners.
//!
//! There is no mail server behind this: an invite makes a link with a secret,
//! which the owner who made it is shown once and hands on. Whether somebody of
//! a name or an address has an account is told to nobody: who is no member of
//! the organization is invited in the same words, account or not.

use std::fmt;

use pullgate_identity::{BrowserSecret, Secret, Subject};
use pullgate_policy::{OrganizationName, Role, TeamName};
use pullgate_store::{Actor, Invite, InviteId, InviteOutcome, Invitee, NewInvite, Run, StoreError};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::members::impossible;
use crate::rights::machine;

/// How long the link of an invite counts, in days.
pub const INVITE_DAYS: i32 = 7;

/// The most people who are invited at once.
pub const MOST_INVITEES: usize = 1_000;

/// Who is to be invited, and to what.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// E-mail addresses and user names, as they were typed.
    pub invitees: Vec<String>,
    /// The role that they are to have.
    pub role: Role,
    /// The team that they are to be in; with `owners` they become owners.
    pub team: Option<TeamName>,
}

/// What became of one of those who were to be invited.
#[derive(Debug)]
pub struct Invited {
    /// The address or name, as it was typed.
    pub invitee: String,
    /// What became of it.
    pub result: InviteResult,
}

/// What became of one of those who were to be invited.
#[derive(Debug)]
pub enum InviteResult {
    /// They are invited.
    Invited {
        /// The invite.
        invite: Box<Invite>,
        /// Its link, shown only now; none if it was only tried.
        link: Option<InviteLink>,
    },
    /// They were invited before, and have not answered yet. The invite stays
    /// as it is; resending it makes a new link.
    InvitedBefore(Box<Invite>),
    /// They belong to the organization already.
    Member,
    /// It is neither an e-mail address nor a user name.
    Invalid,
}

/// The link of an invite, to be shown once to who has made it.
#[derive(Clone)]
pub struct InviteLink {
    secret: Secret,
    console: Option<std::sync::Arc<str>>,
}

impl InviteLink {
    /// The secret in it.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The whole address, where it is known at which people reach this server;
    /// its path, where it is not.
    pub fn url(&self) -> Secret {
        let console = self.console.as_deref().unwrap_or_default();
        Secret::new(format!("{console}/invite/{}", self.secret.expose()))
    }
}

impl fmt::Debug for InviteLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InviteLink(redacted)")
    }
}

impl Admin {
    /// The invites that nobody has answered yet, those whose link counts no
    /// more included; for owners.
    pub async fn invites(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<Vec<Invite>> {
        self.owner(caller, organization)?;
        Ok(self.store.invites(organization).await?)
    }

    /// Invites people, all that can be invited or nobody; for owners.
    pub async fn invite(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        invitation: Invitation,
        run: Run,
    ) -> Result<Vec<Invited>> {
        let actor = self.owner(caller, organization)?;
        let Invitation {
            invitees,
            role,
            team,
        } = invitation;
        if invitees.is_empty() || invitees.len() > MOST_INVITEES {
            return Err(AdminError::Invalid(format!(
                "between 1 and {MOST_INVITEES} people are invited at once, not {}",
                invitees.len()
            )));
        }
        if let Some(team) = &team {
            self.find_team(organization, team).await?;
        }
        let (role, team) = match team {
            Some(team) if team.as_str() == "owners" => (Role::Owner, None),
            team => (role, team),
        };
        let mut new = Vec::new();
        let mut links = Vec::new();
        for invitee in invitees.iter().filter_map(|typed| read(typed)) {
            let (secret, hash) = self.new_secret()?;
            new.push(NewInvite {
                invitee,
                role,
                team: team.clone(),
                hash,
                ends_at: self.end_of_invite(),
            });
            links.push(self.link(secret));
        }
        let outcomes = self
            .store
            .add_invites(organization, new, run, &actor)
            .await
            .map_err(impossible)?;
        self.settle().await;
        let mut outcomes = outcomes.into_iter().zip(links);
        let result = |typed: String| {
            let outcome = read(&typed).and_then(|_| outcomes.next());
            Invited {
                result: match outcome {
                    None => InviteResult::Invalid,
                    Some((InviteOutcome::Member, _)) => InviteResult::Member,
                    Some((InviteOutcome::There(invite), _)) => {
                        InviteResult::InvitedBefore(Box::new(invite))
                    }
                    Some((InviteOutcome::Made(invite), link)) => InviteResult::Invited {
                        invite: Box::new(invite),
                        link: (run == Run::Real).then_some(link),
                    },
                },
                invitee: typed,
            }
        };
        Ok(invitees.into_iter().map(result).collect())
    }

    /// Gives an invite a new link and a new end, and ends its link so far; for
    /// owners of its organization, any of them.
    pub async fn resend_invite(
        &self,
        caller: &Caller,
        id: InviteId,
    ) -> Result<(Invite, InviteLink)> {
        let (organization, actor) = self.owner_of_invite(caller, id).await?;
        let (secret, hash) = self.new_secret()?;
        let invite = self
            .store
            .renew_invite(&organization, id, &hash, self.end_of_invite(), &actor)
            .await
            .map_err(|error| gone(error, id))?;
        self.settle().await;
        Ok((invite, self.link(secret)))
    }

    /// Withdraws an invite; for owners of its organization.
    pub async fn revoke_invite(&self, caller: &Caller, id: InviteId) -> Result<()> {
        let (organization, actor) = self.owner_of_invite(caller, id).await?;
        self.store
            .revoke_invite(&organization, id, &actor)
            .await
            .map_err(|error| gone(error, id))?;
        self.settle().await;
        Ok(())
    }

    /// Lets owners of an invite's organization pass. To whoever does not
    /// belong to it the invite does not exist.
    async fn owner_of_invite(
        &self,
        caller: &Caller,
        id: InviteId,
    ) -> Result<(OrganizationName, Actor)> {
        if let Caller::SignedIn(subject) = caller
            && !matches!(subject, Subject::Person { .. })
        {
            return Err(machine());
        }
        let found = self.store.invite(id).await?;
        let organization = found.ok_or_else(|| no_such_invite(id))?.organization;
        match self.owner(caller, &organization) {
            Ok(actor) => Ok((organization, actor)),
            Err(AdminError::NotFound(_)) => Err(no_such_invite(id)),
            Err(error) => Err(error),
        }
    }

    fn end_of_invite(&self) -> jiff::Timestamp {
        let now = self.now();
        now.checked_add(jiff::SignedDuration::from_hours(
            24 * i64::from(INVITE_DAYS),
        ))
        .unwrap_or(now)
    }

    fn new_secret(&self) -> Result<(Secret, [u8; 32])> {
        self.identity
            .new_browser_secret(BrowserSecret::Invite)
            .map_err(|error| AdminError::Unavailable(error.to_string()))
    }

    fn link(&self, secret: Secret) -> InviteLink {
        InviteLink {
            secret,
            console: self.console.clone(),
        }
    }
}

fn read(typed: &str) -> Option<Invitee> {
    typed.trim().parse().ok()
}

/// The same for an invite of another organization and for none.
fn no_such_invite(id: InviteId) -> AdminError {
    AdminError::NotFound(format!(
        "there is no invite {id}, or it was answered or withdrawn"
    ))
}

/// Somebody was faster.
fn gone(error: StoreError, id: InviteId) -> AdminError {
    match error {
        StoreError::NotFound { .. } => no_such_invite(id),
        other => other.into(),
    }
}
