//! Bearer tokens of the registry, and sessions of the control API.

use std::time::Duration;

use jiff::Timestamp;

use crate::holder::Holder;
use crate::identity::Identity;
use crate::signed::{AccessClaim, BearerError, Draft, Expected, IssueError, Purpose};
use crate::subject::Subject;

/// The audience of a session: the control API.
const CONTROL: &str = "pullgate-control";

/// How long a session for a single errand lasts, as on Docker Hub.
const SHORT_SESSION: Duration = Duration::from_mins(10);

/// A signed token that was issued just now.
#[derive(Clone)]
pub struct Bearer {
    /// The token itself. It is as good as a password while it lasts.
    pub token: String,
    /// How long it lasts.
    pub expires_in: Duration,
    /// Since when.
    pub issued_at: Timestamp,
}

/// Without the token.
impl std::fmt::Debug for Bearer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Bearer")
            .field("expires_in", &self.expires_in)
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// A bearer token for requests to the registry `service`.
    ///
    /// It says who the subject is, and repeats in `access` what was asked
    /// for because clients expect that; it grants nothing. Whoever has not
    /// signed in gets one too, and an opened network's says no more than a
    /// stranger's: see [`Self::verify_bearer`].
    pub fn issue_bearer(
        &self,
        subject: &Subject,
        service: &str,
        access: &[AccessClaim],
    ) -> Result<Bearer, IssueError> {
        self.issue(&Draft {
            purpose: Purpose::Bearer,
            audience: service,
            holder: Holder::of(subject),
            lifetime: self.settings.bearer_lifetime,
            access: Some(access),
        })
    }

    /// Who brings this bearer token to the registry `service`.
    ///
    /// Asked of the directory of this moment: a person whose account was
    /// closed or whose password changed, and a revoked or expired access
    /// token, are [`BearerError::Revoked`]. A token that was issued without
    /// credentials is [`Subject::Stranger`]'s, and whether its network is an
    /// opened one is for the caller to find by the request's address.
    pub fn verify_bearer(&self, token: &str, service: &str) -> Result<Subject, BearerError> {
        self.verify(Purpose::Bearer, service, token)
    }

    /// A session of the control API, for who has signed in.
    pub fn issue_session(&self, subject: &Subject) -> Result<Bearer, IssueError> {
        self.session_for(subject, self.settings.session_lifetime)
    }

    /// The same for a single errand: of ten minutes.
    pub fn issue_short_session(&self, subject: &Subject) -> Result<Bearer, IssueError> {
        self.session_for(subject, SHORT_SESSION.min(self.settings.session_lifetime))
    }

    fn session_for(&self, subject: &Subject, lifetime: Duration) -> Result<Bearer, IssueError> {
        if !subject.is_signed_in() {
            return Err(IssueError::NotForThisSubject);
        }
        self.issue(&Draft {
            purpose: Purpose::Session,
            audience: CONTROL,
            holder: Holder::of(subject),
            lifetime,
            access: None,
        })
    }

    /// Whose session of the control API this is, by the directory of this
    /// moment, as with [`Self::verify_bearer`].
    pub fn verify_session(&self, token: &str) -> Result<Subject, BearerError> {
        self.verify(Purpose::Session, CONTROL, token)
    }

    pub(crate) fn issue(&self, draft: &Draft<'_>) -> Result<Bearer, IssueError> {
        let now = self.now();
        let token = self.signatures.sign(draft, &self.keys.load(), now)?;
        Ok(Bearer {
            token,
            expires_in: draft.lifetime,
            issued_at: now,
        })
    }

    pub(crate) fn verify(
        &self,
        purpose: Purpose,
        audience: &str,
        token: &str,
    ) -> Result<Subject, BearerError> {
        let now = self.now();
        let expected = Expected {
            purpose,
            audience,
            now,
        };
        self.signatures
            .verify(token, expected, &self.keys.load())?
            .resolve(&self.directory(), now)
            .ok_or(BearerError::Revoked)
    }
}
