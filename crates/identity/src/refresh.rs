//! Refresh tokens: signing in again without a password.
//!
//! Nothing is stored for one. It is a signed token with a `typ` of its own,
//! and it dies with the account, the password or the access token that it
//! rests on.

use crate::bearer::Bearer;
use crate::holder::Holder;
use crate::identity::Identity;
use crate::secret::Secret;
use crate::signed::{BearerError, Draft, IssueError, Purpose};
use crate::subject::Subject;

/// The audience of a refresh token: the token endpoint.
const TOKEN_ENDPOINT: &str = "pullgate-token";

impl Identity {
    /// A refresh token, for a person who has signed in with their password
    /// or a personal access token.
    pub fn issue_refresh(&self, subject: &Subject) -> Result<Secret, IssueError> {
        if !matches!(subject, Subject::Person { .. }) {
            return Err(IssueError::NotForThisSubject);
        }
        let Bearer { token, .. } = self.issue(&Draft {
            purpose: Purpose::Refresh,
            audience: TOKEN_ENDPOINT,
            holder: Holder::of(subject),
            lifetime: self.settings.refresh_lifetime,
            access: None,
        })?;
        Ok(token.into())
    }

    /// Who brings this refresh token, by the directory of this moment.
    pub fn redeem_refresh(&self, token: &str) -> Result<Subject, BearerError> {
        let subject = self.verify(Purpose::Refresh, TOKEN_ENDPOINT, token)?;
        if let Some(access_token) = subject.token_id() {
            self.record_use(access_token);
        }
        Ok(subject)
    }
}
