//! The keys that sign tokens.
//!
//! ES256 key pairs, kept in the store and shared by all replicas. A new key
//! is published first and signs only after `key_activation`, when every
//! replica has had time to load it; a retired one goes on verifying until the
//! last token it can have signed has ended. A key's id is the thumbprint of
//! its public half (RFC 7638).

use std::sync::Arc;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, EncodingKey};
use pullgate_store::{SecretBytes, SigningKey};
use serde_json::{Value, json};

use crate::keyed_hash::NoRandomness;

/// A key in the store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "the signing key {kid:?} in the store is not an ES256 key in PKCS#8 format: remove it and rotate"
)]
pub struct UnreadableKey {
    kid: String,
}

/// A fresh key pair: its id, and its private half in PKCS#8.
pub(crate) fn generate() -> Result<(String, SecretBytes), NoRandomness> {
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| NoRandomness)?;
    let public = Public::of(pkcs8.as_ref()).ok_or(NoRandomness)?;
    Ok((public.thumbprint(), pkcs8.as_ref().into()))
}

/// A key pair, ready for use.
pub(crate) struct LoadedKey {
    pub(crate) kid: Arc<str>,
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
    pub(crate) created_at: Timestamp,
    pub(crate) retired_at: Option<Timestamp>,
    public: Public,
}

impl LoadedKey {
    fn load(stored: &SigningKey) -> Result<Self, UnreadableKey> {
        let unreadable = || UnreadableKey {
            kid: stored.kid.clone(),
        };
        let public = Public::of(stored.private_der.reveal()).ok_or_else(unreadable)?;
        let decoding =
            DecodingKey::from_ec_components(&public.x, &public.y).map_err(|_| unreadable())?;
        Ok(Self {
            kid: stored.kid.as_str().into(),
            encoding: EncodingKey::from_ec_der(stored.private_der.reveal()),
            decoding,
            public,
            created_at: stored.created_at,
            retired_at: stored.retired_at,
        })
    }
}

/// All keys that verify, and which of them signs.
#[derive(Default)]
pub(crate) struct Keyring {
    /// Oldest first.
    keys: Vec<LoadedKey>,
}

impl Keyring {
    pub(crate) fn load(stored: &[SigningKey]) -> Result<Self, UnreadableKey> {
        let mut keys = stored
            .iter()
            .map(LoadedKey::load)
            .collect::<Result<Vec<_>, _>>()?;
        // The same order, and so the same choice, on all replicas.
        keys.sort_by(|a, b| (a.created_at, &a.kid).cmp(&(b.created_at, &b.kid)));
        Ok(Self { keys })
    }

    /// Whether these are its keys, in their state.
    pub(crate) fn is_of(&self, stored: &[SigningKey]) -> bool {
        let known = |key: &SigningKey| {
            self.find(&key.kid)
                .is_some_and(|known| known.retired_at == key.retired_at)
        };
        self.keys.len() == stored.len() && stored.iter().all(known)
    }

    /// The key that signs at this moment: of those not retired the newest
    /// that every replica knows by now, or else the oldest.
    pub(crate) fn signer(&self, published_before: Timestamp) -> Option<&LoadedKey> {
        let mut live = self.live();
        live.clone()
            .rfind(|key| key.created_at <= published_before)
            .or(live.next())
    }

    /// The key with this id, retired or not.
    pub(crate) fn find(&self, kid: &str) -> Option<&LoadedKey> {
        self.keys.iter().find(|key| &*key.kid == kid)
    }

    /// The keys that are not retired, oldest first.
    pub(crate) fn live(&self) -> impl DoubleEndedIterator<Item = &LoadedKey> + Clone {
        self.keys.iter().filter(|key| key.retired_at.is_none())
    }

    /// The keys that only verify.
    pub(crate) fn retired(&self) -> impl Iterator<Item = (&LoadedKey, Timestamp)> {
        self.keys
            .iter()
            .filter_map(|key| key.retired_at.map(|since| (key, since)))
    }

    /// The public halves, as a JSON Web Key Set (RFC 7517).
    pub(crate) fn published(&self) -> Value {
        let keys: Vec<Value> = self
            .keys
            .iter()
            .map(|key| {
                json!({
                    "kty": "EC",
                    "crv": "P-256",
                    "x": key.public.x,
                    "y": key.public.y,
                    "kid": &*key.kid,
                    "use": "sig",
                    "alg": "ES256",
                })
            })
            .collect();
        json!({ "keys": keys })
    }
}

/// Only ids.
impl std::fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids = self.keys.iter().map(|key| &key.kid);
        formatter.debug_list().entries(ids).finish()
    }
}

/// The public half of a key: a point's coordinates, in base64url.
struct Public {
    x: String,
    y: String,
}

impl Public {
    fn of(pkcs8: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?;
        // Uncompressed: 4, then both coordinates (SEC 1, section 2.3.3).
        let point = pair.public_key().as_ref().strip_prefix(&[4])?;
        let (x, y) = point.split_at_checked(32)?;
        Some(Self {
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        })
    }

    fn thumbprint(&self) -> String {
        let Self { x, y } = self;
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
    }
}
