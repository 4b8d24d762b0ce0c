//! What a person sees and changes of their own account.

use pullgate_identity::{HashError, Secret, SignInError, Subject, WeakPassword};
use pullgate_policy::Username;
use pullgate_store::{Actor, Belonging, SiteRole};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::console_sessions::{Browser, ConsoleSessions, Opened, Visitor};
use crate::error::AdminError;

/// A person's own account.
#[derive(Clone, Debug)]
pub struct MyAccount {
    /// The name by which they sign in.
    pub username: Username,
    /// The e-mail address; empty if there is none.
    pub email: String,
    /// Whether they look after the installation.
    pub site_role: SiteRole,
    /// The organizations they belong to, by name.
    pub organizations: Vec<Belonging>,
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password was not right, or could not be compared.
    #[error(transparent)]
    Current(SignInError),
    /// The new one cannot be a password.
    #[error(transparent)]
    New(WeakPassword),
    /// The new one is the current one.
    #[error("that is your current password; choose another")]
    Same,
    /// It could not be kept.
    #[error(transparent)]
    Failed(#[from] AdminError),
}

impl Admin {
    /// The caller's own account; for people.
    pub async fn my_account(&self, caller: &Caller) -> Result<MyAccount> {
        let Subject::Person { id, .. } = Self::person(caller)? else {
            return Err(gone());
        };
        let (person, organizations) = tokio::join!(
            self.store.person_by_id(*id),
            self.store.organizations_of(*id),
        );
        let person = person?.ok_or_else(gone)?;
        Ok(MyAccount {
            username: person.username,
            email: person.email,
            site_role: person.site_role,
            organizations: organizations?,
        })
    }
}

impl ConsoleSessions {
    /// Gives the visitor a new password, for the current one. It ends all
    /// sessions and sign-ins of theirs, and begins a new one for this browser.
    /// Wrong guesses at the current password are throttled as sign-ins are.
    pub async fn change_password(
        &self,
        visitor: &Visitor,
        current: &Secret,
        new: &Secret,
        browser: Browser<'_>,
    ) -> std::result::Result<Opened, ChangePasswordError> {
        let (identity, store) = (&self.admin.identity, &self.admin.store);
        let username = visitor.username();
        let subject = identity
            .sign_in(username.as_str(), current, browser.address)
            .await
            .map_err(ChangePasswordError::Current)?;
        if subject.token_id().is_some() {
            return Err(ChangePasswordError::Current(SignInError::Wrong));
        }
        if current.expose() == new.expose() {
            return Err(ChangePasswordError::Same);
        }
        let hash = identity.hash_password(new).await.map_err(unusable)?;
        let actor = Actor::Person(username.clone());
        let changed = store.set_password_hash(username, &hash, &actor).await;
        changed.map_err(AdminError::from)?;
        self.admin.settle().await;
        let ended = store.end_console_sessions_of(visitor.person()).await;
        ended.map_err(AdminError::from)?;
        let person = store.person_by_id(visitor.person()).await;
        let person = person.map_err(AdminError::from)?.ok_or_else(gone)?;
        let opened = self.open(person.id, person.credentials_epoch, browser);
        Ok(opened.await?)
    }
}

fn unusable(error: HashError) -> ChangePasswordError {
    match error {
        HashError::Weak(weak) => ChangePasswordError::New(weak),
        HashError::Busy => ChangePasswordError::Current(SignInError::Busy),
        HashError::Failed(reason) => AdminError::Unavailable(reason).into(),
    }
}

fn gone() -> AdminError {
    AdminError::NotFound("your account is not there any more; ask an owner".to_owned())
}
