//! Answering an invite, by whoever has its link.

use pullgate_policy::Username;
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::error::{Conflict, StoreError};
use crate::history::Action;
use crate::ids::PersonId;
use crate::invitees::Invitee;
use crate::invites::Invite;
use crate::link::values;
use crate::people::{NewPerson, SiteRole};
use crate::secret::PasswordHash;
use crate::store::Store;

/// Who accepts an invite.
#[derive(Clone, Debug)]
pub enum Joining {
    /// Somebody who has an account.
    Person(Username),
    /// Somebody who is to have one: the name that they have chosen, and their
    /// password. Their e-mail address is the one that was invited.
    New {
        /// The name by which they will sign in.
        username: Username,
        /// The hashed password.
        password_hash: PasswordHash,
    },
}

impl Store {
    /// Accepts the invite whose link has this secret: whoever it is belongs to
    /// the organization from then on, and the link ends. Of several who do so
    /// at once one succeeds.
    pub async fn accept_invite(
        &self,
        hash: &[u8; 32],
        joining: Joining,
    ) -> Result<Invite, StoreError> {
        let username = match &joining {
            Joining::Person(username) | Joining::New { username, .. } => username.clone(),
        };
        let actor = &Actor::Person(username.clone());
        let mut change = self.change(actor).await?;
        let invite = change.open_invite(hash).await?;
        if let Invitee::Username(invited) = &invite.invitee
            && *invited != username
        {
            return Err(Conflict::InvitedIsAnother.into());
        }
        let person = match joining {
            Joining::Person(username) => change.joining(&invite, &username).await?,
            Joining::New {
                username,
                password_hash,
            } => {
                let email = match &invite.invitee {
                    Invitee::Email(email) => email.as_str().to_owned(),
                    Invitee::Username(_) => String::new(),
                };
                let new = NewPerson {
                    username,
                    email,
                    password_hash: Some(password_hash),
                };
                let person = change.insert_person(new, SiteRole::None).await?;
                change.also(person.creation()).await?;
                person.id
            }
        };
        change.join(&invite, &username, person).await?;
        let after = Some(json!({"accepted_by": username}));
        change
            .end_invite(&invite, Action::InviteAccepted, after)
            .await?;
        Ok(invite)
    }

    /// Declines the invite whose link has this secret, and ends the link.
    pub async fn decline_invite(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        let mut change = self.change(&Actor::Invitee).await?;
        let invite = change.open_invite(hash).await?;
        change
            .end_invite(&invite, Action::InviteDeclined, None)
            .await
    }
}

impl Change<'_> {
    /// A person who is there, and may accept this invite: not if its address
    /// is somebody else's, nor if they belong to the organization already.
    async fn joining(
        &mut self,
        invite: &Invite,
        username: &Username,
    ) -> Result<PersonId, StoreError> {
        let person = self.person(username).await?;
        if let Invitee::Email(email) = &invite.invitee {
            let other: Option<(String,)> = self
                .link()
                .first(
                    "SELECT id FROM people WHERE lower(email) = lower($1) AND id <> $2",
                    values![email.as_str(), person.id],
                )
                .await?;
            if other.is_some() {
                return Err(Conflict::InvitedIsAnother.into());
            }
        }
        match self.role(&invite.organization, person.id).await? {
            None => Ok(person.id),
            Some(_) => Err(Conflict::AlreadyMember {
                organization: invite.organization.clone(),
            }
            .into()),
        }
    }

    /// Makes a person a member as an invite says.
    async fn join(
        &mut self,
        invite: &Invite,
        username: &Username,
        person: PersonId,
    ) -> Result<(), StoreError> {
        let organization = &invite.organization;
        self.put_member(organization, person, invite.role).await?;
        self.also(Entry {
            organization: Some(organization),
            action: Action::MemberAdded,
            subject: username.as_str(),
            before: None,
            after: Some(json!(invite.role)),
        })
        .await?;
        let Some(team) = &invite.team else {
            return Ok(());
        };
        self.put_team_member(organization, team, person).await?;
        self.also(Entry {
            organization: Some(organization),
            action: Action::TeamMemberAdded,
            subject: team.as_str(),
            before: None,
            after: Some(json!(username)),
        })
        .await
    }
}
