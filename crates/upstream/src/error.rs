use std::time::Duration;

/// Why an upstream gave no content. None of the texts holds a credential, a
/// token, or the query of an address (signed addresses carry their signature
/// there).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// The upstream says that it does not have it (404).
    #[error("the upstream registry does not have it")]
    NotFound,

    /// The upstream or its token service refused access with the credentials
    /// that were used (401 or 403). Many registries answer so for a repository
    /// that does not exist, too.
    #[error("the upstream registry refuses access with the credentials it was given")]
    Denied,

    /// The upstream asks for fewer requests (429).
    #[error("the upstream registry answered that it got too many requests")]
    TooManyRequests {
        /// How long it asks to wait, if it says so.
        retry_after: Option<Duration>,
    },

    /// The upstream could not be reached, took too long, broke off, or answered
    /// with an error of its own. Trying again later may help.
    #[error("the upstream registry is not available: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },

    /// Pullgate did not do what the upstream's answer asks for, because the
    /// configuration does not permit it.
    #[error("not followed: {reason}")]
    Refused {
        /// What was asked for, and which setting would permit it.
        reason: String,
    },

    /// The upstream's answer contradicts itself, the request, or the
    /// specification. Its content is not used.
    #[error("the upstream registry's answer is not valid: {reason}")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
}

impl UpstreamError {
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            reason: reason.into(),
        }
    }

    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused {
            reason: reason.into(),
        }
    }

    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid {
            reason: reason.into(),
        }
    }
}
