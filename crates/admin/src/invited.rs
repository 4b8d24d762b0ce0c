//! Answering an invite, for whoever has its link.

use pullgate_identity::{BrowserSecret, HashError, Secret};
use pullgate_policy::Username;
use pullgate_store::{Conflict, Invite, Joining, Organization, StoreError};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::console_sessions::{Browser, ConsoleSessions, Opened};
use crate::error::AdminError;

impl Admin {
    /// The invite whose link has this secret; for everybody who has it.
    pub async fn invite_of(&self, secret: &Secret) -> Result<Invite> {
        let hash = self.hash_of_link(secret)?;
        let found = self.store.invite_hashed(&hash).await?;
        let now = self.now();
        found
            .filter(|invite| invite.is_open(now))
            .ok_or_else(no_such_link)
    }

    /// The invite whose link has this secret, with the organization that it
    /// leads into; for everybody who has it.
    pub async fn received_invite(&self, secret: &Secret) -> Result<(Invite, Organization)> {
        let invite = self.invite_of(secret).await?;
        let found = self.store.organization(&invite.organization).await?;
        let organization = found.ok_or_else(no_such_link)?;
        Ok((invite, organization))
    }

    /// Accepts an invite as a new person, with a name and a password of their
    /// choice; for everybody who has the link.
    pub async fn accept_as_new(
        &self,
        secret: &Secret,
        username: Username,
        password: &Secret,
    ) -> Result<Invite> {
        let hash = self.hash_of_link(secret)?;
        // Nobody without a link makes this server hash passwords.
        self.invite_of(secret).await?;
        let password_hash = self
            .identity
            .hash_password(password)
            .await
            .map_err(unhashed)?;
        let joining = Joining::New {
            username,
            password_hash,
        };
        self.join(&hash, joining).await
    }

    /// Accepts an invite as who has signed in.
    pub async fn accept_invite(&self, caller: &Caller, secret: &Secret) -> Result<Invite> {
        let username = Self::person(caller)?.username().cloned();
        self.administrates(caller)?;
        let hash = self.hash_of_link(secret)?;
        let username = username.ok_or_else(no_such_link)?;
        self.join(&hash, Joining::Person(username)).await
    }

    /// Declines an invite; for everybody who has the link.
    pub async fn decline_invite(&self, secret: &Secret) -> Result<()> {
        let hash = self.hash_of_link(secret)?;
        self.store.decline_invite(&hash).await.map_err(unjoined)?;
        self.settle().await;
        Ok(())
    }

    fn hash_of_link(&self, secret: &Secret) -> Result<[u8; 32]> {
        let hash = self
            .identity
            .browser_secret_hash(BrowserSecret::Invite, secret);
        hash.ok_or_else(no_such_link)
    }

    async fn join(&self, hash: &[u8; 32], joining: Joining) -> Result<Invite> {
        let invite = self.store.accept_invite(hash, joining).await;
        let invite = invite.map_err(unjoined)?;
        self.settle().await;
        Ok(invite)
    }
}

impl ConsoleSessions {
    /// Accepts an invite as a new person, and signs them in; for everybody who
    /// has the link.
    pub async fn join_as_new(
        &self,
        link: &Secret,
        username: Username,
        password: &Secret,
        browser: Browser<'_>,
    ) -> Result<(Invite, Opened)> {
        let name = username.clone();
        let invite = self.admin.accept_as_new(link, username, password).await?;
        let person = self.admin.store.person(&name).await?;
        let person = person.ok_or_else(no_such_link)?;
        let opened = self.open(person.id, person.credentials_epoch, browser);
        Ok((invite, opened.await?))
    }
}

/// The same for a link that was used, has ended, was withdrawn, and for none.
fn no_such_link() -> AdminError {
    AdminError::NotFound(
        "this link invites nobody any more: it was used or withdrawn, or its time has passed; ask an owner of the organization for a new one".to_owned(),
    )
}

fn unjoined(error: StoreError) -> AdminError {
    match error {
        StoreError::NotFound { what: "invite", .. } => no_such_link(),
        StoreError::Conflict(Conflict::InvitedIsAnother) => {
            AdminError::Forbidden(Conflict::InvitedIsAnother.to_string())
        }
        StoreError::Conflict(Conflict::EmailTaken { .. }) => AdminError::Conflict(
            "somebody with the invited e-mail address has an account already; sign in, and accept the invite then".to_owned(),
        ),
        StoreError::Conflict(Conflict::AlreadyExists { name, .. }) => AdminError::Conflict(format!(
            "the user name {name} is taken; choose another, or sign in if it is yours, and accept the invite then"
        )),
        other => other.into(),
    }
}

fn unhashed(error: HashError) -> AdminError {
    match error {
        HashError::Weak(weak) => AdminError::Invalid(weak.to_string()),
        HashError::Busy => {
            AdminError::Unavailable("too many passwords are being hashed".to_owned())
        }
        HashError::Failed(reason) => AdminError::Unavailable(reason),
    }
}
