use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::Secret;
use crate::config::ConfigError;

/// Which credentials a request uses. The caller decides: the site's own, or
/// those of the organization that the repository belongs to.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// None: what anybody can pull.
    Anonymous,
    /// A user name and password at the upstream.
    Login(Arc<Login>),
}

/// A user name and password at an upstream registry.
#[derive(Debug)]
pub struct Login {
    id: Arc<str>,
    username: String,
    password: Secret,
    fingerprint: u64,
}

impl Login {
    /// `id` names whose credentials these are ("site", "organization acme"):
    /// tokens got with one `id` are never used for another.
    ///
    /// Fails where the user name holds a colon, which Basic authentication
    /// can not carry (RFC 7617).
    pub fn new(
        id: impl Into<Arc<str>>,
        username: impl Into<String>,
        password: Secret,
    ) -> Result<Self, ConfigError> {
        let username = username.into();
        if username.is_empty() || username.contains(':') || username.contains(char::is_control) {
            return Err(ConfigError::Username);
        }
        if password.reveal().contains(char::is_control) {
            return Err(ConfigError::Password);
        }
        let fingerprint = FINGERPRINTS.hash_one((&username, password.reveal()));
        Ok(Self {
            id: id.into(),
            username,
            password,
            fingerprint,
        })
    }

    /// Whose credentials these are.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The user name at the upstream.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The `Authorization` header of the Basic scheme.
    pub(crate) fn basic(&self) -> Option<HeaderValue> {
        let pair = Zeroizing::new(format!("{}:{}", self.username, self.password.reveal()));
        let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
        sensitive(&text)
    }
}

/// Keyed by this process's own random key, so that a fingerprint tells nothing
/// about the password.
static FINGERPRINTS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// What tokens are kept by: whose credentials got them. A changed password is
/// another key, so a token got with the old one is not used any more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CredentialsKey {
    Anonymous,
    Login { id: Arc<str>, fingerprint: u64 },
}

impl Credentials {
    pub(crate) fn key(&self) -> CredentialsKey {
        match self {
            Self::Anonymous => CredentialsKey::Anonymous,
            Self::Login(login) => CredentialsKey::Login {
                id: Arc::clone(&login.id),
                fingerprint: login.fingerprint,
            },
        }
    }
}

/// A header value that HTTP libraries leave out of what they print.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
