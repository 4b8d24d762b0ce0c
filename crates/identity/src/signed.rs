//! Signed tokens: JSON Web Tokens (RFC 7519), written and read.
//!
//! There are three purposes, each with a `typ` of its own, so that none can
//! be used as another. The algorithm is ES256 and nothing else; the key is
//! the one of ours that `kid` names, and a header that brings or points to a
//! key of its own is refused. A token whose signature has been verified is
//! remembered by its hash: its content cannot change, so what is left to ask
//! each time is whether it is still in time, whether its key is still ours,
//! and who its holder is now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_lc_rs::digest;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation};
use moka::sync::Cache;
use pullgate_store::TokenId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::holder::Holder;
use crate::keys::Keyring;
use crate::settings::Settings;

/// The longest token that is read at all, in bytes. Ours have a few hundred,
/// and more for each repository that a client names.
const LONGEST: usize = 16 * 1024;
/// The most verified tokens that are remembered.
const MOST_REMEMBERED: u64 = 100_000;

/// What a signed token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Requests to the registry.
    Bearer,
    /// Requests to the control API.
    Session,
    /// Getting new bearer tokens.
    Refresh,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::Bearer, Self::Session, Self::Refresh];

    fn typ(self) -> &'static str {
        match self {
            Self::Bearer => "at+jwt",
            Self::Session => "pullgate-session+jwt",
            Self::Refresh => "pullgate-refresh+jwt",
        }
    }
}

/// One entry of a bearer token's `access` claim. Clients of registries read
/// it; Pullgate decides each request anew and never does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaim {
    /// `repository` or `registry`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The repository's name, as the client wrote it.
    pub name: String,
    /// What was asked for: `pull`.
    pub actions: Vec<String>,
}

/// Why a signed token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// It is not a token of ours by its shape.
    #[error("the token is not one that Pullgate issues: sign in again")]
    Malformed,
    /// It is signed with another algorithm than ES256.
    #[error("the token is signed with an algorithm that Pullgate does not use: sign in again")]
    WrongAlgorithm,
    /// It was issued for another purpose.
    #[error("the token was issued for another purpose: sign in again")]
    WrongType,
    /// It names a key that is not ours, or no longer.
    #[error("the token is signed with an unknown key: sign in again")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("the token's signature is wrong: sign in again")]
    WrongSignature,
    /// It was issued by another installation.
    #[error("the token was issued by another installation: sign in again")]
    WrongIssuer,
    /// It was issued for another service.
    #[error("the token was issued for another service: sign in again")]
    WrongAudience,
    /// Its time is over.
    #[error("the token has expired: sign in again")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet: check the clock, and sign in again")]
    NotYetValid,
    /// What it rests on is gone: the account, the password of then, the
    /// access token.
    #[error("the token was revoked with what it was issued for: sign in again")]
    Revoked,
}

/// Why no token was issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Such a token is not issued to this kind of subject.
    #[error("such a token is issued only to who has signed in with credentials of their own")]
    NotForThisSubject,
    /// There is no key to sign with, or signing failed.
    #[error("the token could not be signed: {0}")]
    Signing(String),
}

/// What is to be signed.
pub(crate) struct Draft<'d> {
    pub(crate) purpose: Purpose,
    pub(crate) audience: &'d str,
    pub(crate) holder: Holder,
    pub(crate) lifetime: Duration,
    pub(crate) access: Option<&'d [AccessClaim]>,
}

/// What is expected of a token.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'e> {
    pub(crate) purpose: Purpose,
    pub(crate) audience: &'e str,
    pub(crate) now: Timestamp,
}

/// Writes and reads signed tokens.
#[derive(Debug)]
pub(crate) struct Signatures {
    issuer: String,
    leeway: Duration,
    key_activation: Duration,
    validation: Validation,
    remembered: Cache<[u8; 32], Arc<Verified>>,
    verified: AtomicU64,
}

/// What a token with a right signature says.
#[derive(Debug)]
struct Verified {
    kid: String,
    purpose: Purpose,
    audience: String,
    /// In seconds.
    not_before: i64,
    /// In seconds.
    expires: i64,
    holder: Holder,
}

#[derive(Serialize, Deserialize)]
struct Claims<A> {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_id: Option<TokenId>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    access: Option<A>,
}

impl Signatures {
    pub(crate) fn new(settings: &Settings) -> Self {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_required_spec_claims(&["iss", "sub", "aud", "exp", "nbf"]);
        // Times and audience are asked of every token each time, also of one
        // that is remembered: see `Verified::check`.
        validation.validate_exp = false;
        validation.validate_aud = false;
        let remembered = Cache::builder()
            .max_capacity(MOST_REMEMBERED)
            .time_to_live(settings.bearer_lifetime.saturating_add(settings.leeway))
            .build();
        Self {
            issuer: settings.issuer.clone(),
            leeway: settings.leeway,
            key_activation: settings.key_activation,
            validation,
            remembered,
            verified: AtomicU64::new(0),
        }
    }

    /// How many signatures have been verified.
    pub(crate) fn verified(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    pub(crate) fn sign(
        &self,
        draft: &Draft<'_>,
        keys: &Keyring,
        now: Timestamp,
    ) -> Result<String, IssueError> {
        let signing = |error: &dyn std::fmt::Display| IssueError::Signing(error.to_string());
        let published_before = now
            .checked_sub(self.key_activation)
            .map_err(|error| signing(&error))?;
        let key = keys
            .signer(published_before)
            .ok_or_else(|| signing(&"there is no signing key"))?;
        let (sub, epoch, token_id) = draft.holder.claims();
        let issued = now.as_second();
        let claims = Claims {
            iss: self.issuer.clone(),
            sub,
            aud: draft.audience.to_owned(),
            exp: issued.saturating_add_unsigned(draft.lifetime.as_secs()),
            nbf: issued,
            iat: issued,
            jti: Uuid::new_v4().to_string(),
            epoch,
            token_id,
            access: draft.access,
        };
        let header = Header {
            typ: Some(draft.purpose.typ().to_owned()),
            kid: Some(key.kid.to_string()),
            ..Header::new(Algorithm::ES256)
        };
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(|error| signing(&error))
    }

    /// The holder of a token that is what is expected.
    pub(crate) fn verify(
        &self,
        token: &str,
        expected: Expected<'_>,
        keys: &Keyring,
    ) -> Result<Holder, BearerError> {
        if token.len() > LONGEST {
            return Err(BearerError::Malformed);
        }
        let mut fingerprint = [0; 32];
        let hash = digest::digest(&digest::SHA256, token.as_bytes());
        fingerprint.copy_from_slice(hash.as_ref());
        if let Some(verified) = self.remembered.get(&fingerprint) {
            if keys.find(&verified.kid).is_none() {
                return Err(BearerError::UnknownKey);
            }
            return verified.check(expected, self.leeway);
        }
        let verified = self.read(token, keys)?;
        let holder = verified.check(expected, self.leeway)?;
        self.remembered.insert(fingerprint, Arc::new(verified));
        Ok(holder)
    }

    fn read(&self, token: &str, keys: &Keyring) -> Result<Verified, BearerError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| BearerError::Malformed)?;
        if header.alg != Algorithm::ES256 {
            return Err(BearerError::WrongAlgorithm);
        }
        let brings_a_key = header.jwk.is_some()
            || header.jku.is_some()
            || header.x5u.is_some()
            || header.x5c.is_some();
        if brings_a_key || header.crit.is_some() {
            return Err(BearerError::Malformed);
        }
        let purpose = Purpose::ALL
            .into_iter()
            .find(|purpose| header.typ.as_deref() == Some(purpose.typ()))
            .ok_or(BearerError::WrongType)?;
        let kid = header.kid.ok_or(BearerError::Malformed)?;
        let key = keys.find(&kid).ok_or(BearerError::UnknownKey)?;
        self.verified.fetch_add(1, Ordering::Relaxed);
        let claims = jsonwebtoken::decode::<Claims<()>>(token, &key.decoding, &self.validation)
            .map_err(|error| reason(&error))?
            .claims;
        let holder = Holder::from_claims(&claims.sub, claims.epoch, claims.token_id)
            .ok_or(BearerError::Malformed)?;
        Ok(Verified {
            kid,
            purpose,
            audience: claims.aud,
            not_before: claims.nbf,
            expires: claims.exp,
            holder,
        })
    }
}

impl Verified {
    fn check(&self, expected: Expected<'_>, leeway: Duration) -> Result<Holder, BearerError> {
        let now = expected.now.as_second();
        let leeway = leeway.as_secs();
        if self.purpose != expected.purpose {
            return Err(BearerError::WrongType);
        }
        if self.audience != expected.audience {
            return Err(BearerError::WrongAudience);
        }
        if now >= self.expires.saturating_add_unsigned(leeway) {
            return Err(BearerError::Expired);
        }
        if now < self.not_before.saturating_sub_unsigned(leeway) {
            return Err(BearerError::NotYetValid);
        }
        Ok(self.holder)
    }
}

fn reason(error: &jsonwebtoken::errors::Error) -> BearerError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => BearerError::WrongSignature,
        ErrorKind::InvalidIssuer => BearerError::WrongIssuer,
        ErrorKind::InvalidAlgorithm => BearerError::WrongAlgorithm,
        _ => BearerError::Malformed,
    }
}
