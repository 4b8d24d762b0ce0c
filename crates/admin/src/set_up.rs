//! The first minutes: who comes by the link that the server printed names the
//! organization and becomes its owner.
//!
//! There is no default password. While there are no people, nobody can sign
//! in; the link is for whoever can read what the server prints. Its secret is
//! kept as a hash, ends, and works once, on whichever server.

use std::time::Duration;

use pullgate_identity::{BrowserSecret, HashError, PasswordHash, Secret};
use pullgate_policy::{OrganizationName, Username};
use pullgate_reference::Pattern;
use pullgate_store::{Conflict, NewPerson, SetUp, StoreError};

use crate::admin::{Admin, Result};
use crate::console_sessions::{Browser, ConsoleSessions, Opened};
use crate::error::AdminError;

/// How long a link can be used.
const LIFETIME: Duration = Duration::from_hours(24);

/// What the first person says, as they typed it.
#[derive(Debug)]
pub struct SetUpAnswers<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// Its name as people write it; the name itself if this is empty.
    pub display_name: &'a str,
    /// Its first namespace, as `acme` or `ghcr.io/acme`; none if this is empty.
    pub namespace: &'a str,
    /// The name to sign in with.
    pub username: &'a str,
    /// The e-mail address; none if this is empty.
    pub email: &'a str,
    /// The password.
    pub password: &'a Secret,
}

/// Which answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUpField {
    /// The organization's name.
    Organization,
    /// Its name as people write it.
    DisplayName,
    /// Its first namespace.
    Namespace,
    /// The name to sign in with.
    Username,
    /// The e-mail address.
    Email,
    /// The password.
    Password,
}

/// Why nothing was set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// Some answers cannot be used, each with what is wrong with it.
    #[error("some answers cannot be used")]
    Answers(Vec<(SetUpField, String)>),
    /// The link was used, has ended or never was one.
    #[error(
        "this set-up link has ended or was used; restart Pullgate, which prints a new one while there are no people"
    )]
    Link,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] AdminError),
}

impl Admin {
    /// The secret of a new set-up link and how long it can be used; none if
    /// there are people, who could add others.
    pub async fn new_setup_link(&self) -> Result<Option<(Secret, Duration)>> {
        let made = self.identity.new_browser_secret(BrowserSecret::SetUp);
        let (secret, hash) = made.map_err(|error| AdminError::Unavailable(error.to_string()))?;
        let ends_at = self.now().checked_add(LIFETIME).unwrap_or(self.now());
        let kept = self.store.add_setup_link(&hash, ends_at).await?;
        Ok(kept.then_some((secret, LIFETIME)))
    }

    /// Whether a set-up link with this secret can be used.
    pub async fn is_setup_link(&self, brought: &Secret) -> Result<bool> {
        match self
            .identity
            .browser_secret_hash(BrowserSecret::SetUp, brought)
        {
            Some(hash) => Ok(self.store.has_setup_link(&hash).await?),
            None => Ok(false),
        }
    }
}

impl ConsoleSessions {
    /// Makes the first organization and its owner, by the link with this
    /// secret, and signs the owner in.
    pub async fn set_up(
        &self,
        link: &Secret,
        answers: &SetUpAnswers<'_>,
        browser: Browser<'_>,
    ) -> std::result::Result<Opened, SetUpError> {
        // Before anything costly: whoever has no link is nobody.
        if !self.admin.is_setup_link(link).await? {
            return Err(SetUpError::Link);
        }
        let hash = self
            .admin
            .identity
            .browser_secret_hash(BrowserSecret::SetUp, link)
            .ok_or(SetUpError::Link)?;
        let set_up = self.read(answers).await?;
        let made = self.admin.store.set_up(&hash, set_up).await;
        let owner = made.map_err(|error| match error {
            StoreError::NotFound { .. } | StoreError::Conflict(Conflict::SetUpBefore) => {
                SetUpError::Link
            }
            other => SetUpError::Failed(other.into()),
        })?;
        self.admin.settle().await;
        let opened = self.open(owner.id, owner.credentials_epoch, browser);
        Ok(opened.await?)
    }

    async fn read(&self, answers: &SetUpAnswers<'_>) -> std::result::Result<SetUp, SetUpError> {
        let mut wrong = Vec::new();
        let organization = check(&mut wrong, SetUpField::Organization, || {
            name::<OrganizationName>(answers.organization, "acme")
        });
        let username = check(&mut wrong, SetUpField::Username, || {
            name::<Username>(answers.username, "olivia")
        });
        let namespace = check(&mut wrong, SetUpField::Namespace, || {
            namespace(answers.namespace)
        });
        let email = check(&mut wrong, SetUpField::Email, || email(answers.email));
        let display_name = check(&mut wrong, SetUpField::DisplayName, || {
            display_name(answers.display_name)
        });
        let password = match self.hash(answers.password).await? {
            Ok(hash) => Some(hash),
            Err(message) => {
                wrong.push((SetUpField::Password, message));
                None
            }
        };
        let (Some(organization), Some(username), Some(namespace), Some(email), Some(display), true) = (
            organization,
            username,
            namespace,
            email,
            display_name,
            password.is_some(),
        ) else {
            return Err(SetUpError::Answers(wrong));
        };
        Ok(SetUp {
            display_name: if display.is_empty() {
                organization.to_string()
            } else {
                display
            },
            organization,
            namespace,
            owner: NewPerson {
                username,
                email,
                password_hash: password,
            },
        })
    }

    /// The password's hash, or what is wrong with it.
    async fn hash(
        &self,
        password: &Secret,
    ) -> std::result::Result<std::result::Result<PasswordHash, String>, SetUpError> {
        match self.admin.identity.hash_password(password).await {
            Ok(hash) => Ok(Ok(hash)),
            Err(HashError::Weak(weak)) => Ok(Err(weak.to_string())),
            Err(other) => Err(AdminError::Unavailable(other.to_string()).into()),
        }
    }
}

fn check<T>(
    wrong: &mut Vec<(SetUpField, String)>,
    field: SetUpField,
    read: impl FnOnce() -> std::result::Result<T, String>,
) -> Option<T> {
    read().map_err(|message| wrong.push((field, message))).ok()
}

fn name<T: std::str::FromStr>(text: &str, example: &str) -> std::result::Result<T, String> {
    text.parse().map_err(|_| {
        format!(
            "use lowercase letters, digits, dots, dashes and underscores, as in {example}; at most 64, and a letter or a digit first"
        )
    })
}

/// `acme` is a namespace on Docker Hub, `ghcr.io/acme` one elsewhere; patterns
/// are taken as they are.
fn namespace(text: &str) -> std::result::Result<Option<Pattern>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let stem = text.trim_end_matches('/');
    let pattern = if stem.contains('*') {
        Pattern::parse(stem)
    } else {
        Pattern::parse(&format!("{stem}/**"))
    };
    pattern
        .map(Some)
        .map_err(|error| format!("{error}; write it as acme or ghcr.io/acme"))
}

fn email(text: &str) -> std::result::Result<String, String> {
    let plausible = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let plain = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    if text.is_empty() || (plausible && plain && text.len() <= 254) {
        Ok(text.to_owned())
    } else {
        Err("write it as name@example.com, or leave it empty".to_owned())
    }
}

fn display_name(text: &str) -> std::result::Result<String, String> {
    let text = text.trim();
    if text.chars().count() <= 200 && !text.contains(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("use at most 200 characters on one line".to_owned())
    }
}
