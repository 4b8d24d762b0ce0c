//! Invites that nobody has answered yet.
//!
//! An invite is for one person, by e-mail address or name, into one
//! organization. Its link has a secret of which only the keyed hash is here.
//! An answer or a withdrawal deletes the row, so a link is used at most once,
//! and what is left is the history.
//!
//! An invite counts no more when its time has passed, and when who made it is
//! no active owner any more: nobody leaves a way back in behind. It can be
//! seen and resent even then; who resends it stands for it from then on.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Role, TeamName};
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::error::StoreError;
use crate::history::Action;
use crate::ids::InviteId;
use crate::invite_list::{INVITES, InviteColumns, InviteFilter, search};
use crate::invitees::Invitee;
use crate::link::values;
use crate::members::role_word;
use crate::search::Search;
use crate::store::Store;

/// An invite that nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Which it is.
    pub id: InviteId,
    /// Into which organization.
    pub organization: OrganizationName,
    /// For whom.
    pub invitee: Invitee,
    /// In which role.
    pub role: Role,
    /// Into which team, beside the owners team.
    pub team: Option<TeamName>,
    /// Who made it, or resent it last.
    pub made_by: Actor,
    /// When it was made.
    pub made_at: Timestamp,
    /// From when on its link counts no more.
    pub ends_at: Timestamp,
    /// Whether who made it may still invite.
    pub backing: Backing,
}

/// Whether who made an invite may still invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// Yes: an active owner, or whoever has the database.
    Stands,
    /// No: the invite counts no more until somebody resends it.
    Lost,
}

/// An invite to be.
#[derive(Clone)]
pub struct NewInvite {
    /// For whom.
    pub invitee: Invitee,
    /// In which role.
    pub role: Role,
    /// Into which team, beside the owners team.
    pub team: Option<TeamName>,
    /// The keyed hash of its link's secret.
    pub hash: [u8; 32],
    /// From when on its link counts no more.
    pub ends_at: Timestamp,
}

/// What became of an invite that was to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InviteOutcome {
    /// It was made, or would be.
    Made(Invite),
    /// There is one for them already, which stays as it is.
    There(Invite),
    /// They belong to the organization already.
    Member,
}

/// Whether something is done or only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It is done.
    Real,
    /// Nothing is changed; the answer is what it would be.
    Dry,
}

impl Invite {
    /// Whether its link counts.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.backing == Backing::Stands && now < self.ends_at
    }

    /// What the history tells of it.
    pub(crate) fn tell(&self) -> Json {
        json!({
            "id": self.id,
            "role": self.role,
            "team": self.team,
            "ends_at": self.ends_at,
        })
    }
}

impl Store {
    /// Makes invites, all of them or none.
    pub async fn add_invites(
        &self,
        organization: &OrganizationName,
        invites: Vec<NewInvite>,
        run: Run,
        actor: &Actor,
    ) -> Result<Vec<InviteOutcome>, StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let mut outcomes = Vec::with_capacity(invites.len());
        // Told when the next is made, for the last one ends the change.
        let mut untold: Option<Invite> = None;
        for invite in invites {
            let outcome = change.add_invite(organization, invite).await?;
            if let InviteOutcome::Made(made) = &outcome
                && let Some(earlier) = untold.replace(made.clone())
            {
                change.also(created(&earlier)).await?;
            }
            outcomes.push(outcome);
        }
        match (run, untold) {
            (Run::Real, Some(last)) => change.commit(created(&last)).await?,
            // Dropped, and so taken back.
            (Run::Dry, _) | (Run::Real, None) => {}
        }
        Ok(outcomes)
    }

    /// Gives an invite of this organization another secret and another end.
    /// The link so far ends.
    pub async fn renew_invite(
        &self,
        organization: &OrganizationName,
        id: InviteId,
        hash: &[u8; 32],
        ends_at: Timestamp,
        actor: &Actor,
    ) -> Result<Invite, StoreError> {
        let mut change = self.change(actor).await?;
        let before = change.invite(organization, id).await?;
        change
            .link()
            .execute(
                "UPDATE invites SET hash = $1, ends_at = $2, made_by = $3 WHERE id = $4",
                values![&hash[..], ends_at, actor.to_string(), id],
            )
            .await?;
        let after = change.invite(organization, id).await?;
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::InviteResent,
                subject: after.invitee.as_str(),
                before: Some(before.tell()),
                after: Some(after.tell()),
            })
            .await?;
        Ok(after)
    }

    /// Withdraws an invite of this organization.
    pub async fn revoke_invite(
        &self,
        organization: &OrganizationName,
        id: InviteId,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let invite = change.invite(organization, id).await?;
        change
            .end_invite(&invite, Action::InviteRevoked, None)
            .await
    }
}

fn created(invite: &Invite) -> Entry<'_> {
    Entry {
        organization: Some(&invite.organization),
        action: Action::InviteCreated,
        subject: invite.invitee.as_str(),
        before: None,
        after: Some(invite.tell()),
    }
}

impl Change<'_> {
    async fn add_invite(
        &mut self,
        organization: &OrganizationName,
        new: NewInvite,
    ) -> Result<InviteOutcome, StoreError> {
        if let Some(team) = &new.team {
            self.check_team(organization, team).await?;
        }
        if self.is_member(organization, &new.invitee).await? {
            return Ok(InviteOutcome::Member);
        }
        let mut same = search(INVITES, organization, InviteFilter::default())?;
        same.add_within("lower(invitee) = lower(?)", [new.invitee.as_str().into()]);
        let same: Option<InviteColumns> = same.first(self.link()).await?;
        if let Some(there) = same {
            return Ok(InviteOutcome::There(there.read()?));
        }
        let (id, at, made_by) = (InviteId::generate(), self.at(), self.actor().to_string());
        self.link()
            .execute(
                "INSERT INTO invites
                     (id, organization, invitee, role, team, hash, made_by, made_at, ends_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                values![
                    id,
                    organization,
                    new.invitee.as_str(),
                    role_word(new.role),
                    new.team.as_ref().map(TeamName::as_str),
                    &new.hash[..],
                    made_by,
                    at,
                    new.ends_at,
                ],
            )
            .await?;
        self.invite(organization, id).await.map(InviteOutcome::Made)
    }

    async fn is_member(
        &mut self,
        organization: &OrganizationName,
        invitee: &Invitee,
    ) -> Result<bool, StoreError> {
        let mut search =
            Search::new("SELECT COUNT(*) FROM members JOIN people ON people.id = members.person");
        search.add("members.organization = ", organization);
        match invitee {
            Invitee::Email(email) => {
                search.add_within("lower(people.email) = lower(?)", [email.as_str().into()]);
            }
            Invitee::Username(name) => search.add("people.username = ", name),
        }
        Ok(search.count(self.link()).await? != 0)
    }

    /// An invite of this organization, which must be there.
    async fn invite(
        &mut self,
        organization: &OrganizationName,
        id: InviteId,
    ) -> Result<Invite, StoreError> {
        let mut search = search(INVITES, organization, InviteFilter::default())?;
        search.add("id = ", id);
        let found: Option<InviteColumns> = search.first(self.link()).await?;
        found
            .ok_or_else(|| StoreError::not_found("invite", &id))?
            .read()
    }

    /// The invite whose link has this secret, which must count.
    pub(crate) async fn open_invite(&mut self, hash: &[u8; 32]) -> Result<Invite, StoreError> {
        let mut search = Search::new(INVITES);
        search.add("hash = ", &hash[..]);
        let found: Option<InviteColumns> = search.first(self.link()).await?;
        let found = found.map(InviteColumns::read).transpose()?;
        let at = self.at();
        found
            .filter(|invite| invite.is_open(at))
            .ok_or_else(|| StoreError::not_found("invite", "of this link"))
    }

    /// Deletes an invite, and ends the change.
    pub(crate) async fn end_invite(
        mut self,
        invite: &Invite,
        action: Action,
        after: Option<Json>,
    ) -> Result<(), StoreError> {
        self.link()
            .execute("DELETE FROM invites WHERE id = $1", values![invite.id])
            .await?;
        self.commit(Entry {
            organization: Some(&invite.organization),
            action,
            subject: invite.invitee.as_str(),
            before: Some(invite.tell()),
            after,
        })
        .await
    }
}
