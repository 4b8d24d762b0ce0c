//! Documents that this installation signs, to be kept elsewhere and checked
//! there by its public keys.
//!
//! A JSON Web Signature (RFC 7515) by the same keys as tokens, with a `typ` of
//! its own, so that a document can be used as no token and no token as a
//! document. When a document ends is for its reader: it stands inside.

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::signed::{BearerError, IssueError};

const TYP: &str = "pullgate-document+jwt";

/// The longest document that is read, in bytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// The public keys of an installation, as a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentKeys {
    keys: Vec<PublicKey>,
}

/// One of them; what else stands there is of no use here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PublicKey {
    kid: String,
    x: String,
    y: String,
}

#[derive(Serialize)]
struct Written<'w, T> {
    iss: &'w str,
    aud: &'w str,
    iat: i64,
    document: &'w T,
}

#[derive(Deserialize)]
struct Read<T> {
    document: T,
}

impl Identity {
    /// Signs a document. `purpose` says what it is for: it is read for that
    /// alone.
    pub fn sign_document<T: Serialize>(
        &self,
        purpose: &str,
        document: &T,
    ) -> Result<String, IssueError> {
        let signing = |error: &dyn std::fmt::Display| IssueError::Signing(error.to_string());
        let now = self.now();
        let published_before = now
            .checked_sub(self.settings.key_activation)
            .map_err(|error| signing(&error))?;
        let keys = self.keys.load();
        let key = keys
            .signer(published_before)
            .ok_or_else(|| signing(&"there is no signing key"))?;
        let header = Header {
            typ: Some(TYP.to_owned()),
            kid: Some(key.kid.to_string()),
            ..Header::new(Algorithm::ES256)
        };
        let claims = Written {
            iss: &self.settings.issuer,
            aud: purpose,
            iat: now.as_second(),
            document,
        };
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(|error| signing(&error))
    }
}

impl DocumentKeys {
    /// Reads a document that was signed with one of these keys for this
    /// purpose.
    pub fn read<T: DeserializeOwned>(&self, signed: &str, purpose: &str) -> Result<T, BearerError> {
        if signed.len() > LONGEST {
            return Err(BearerError::Malformed);
        }
        let header = jsonwebtoken::decode_header(signed).map_err(|_| BearerError::Malformed)?;
        if header.alg != Algorithm::ES256 {
            return Err(BearerError::WrongAlgorithm);
        }
        if header.typ.as_deref() != Some(TYP) {
            return Err(BearerError::WrongType);
        }
        let kid = header.kid.ok_or(BearerError::Malformed)?;
        let key = self.keys.iter().find(|key| key.kid == kid);
        let key = key.ok_or(BearerError::UnknownKey)?;
        let key =
            DecodingKey::from_ec_components(&key.x, &key.y).map_err(|_| BearerError::UnknownKey)?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[purpose]);
        validation.set_required_spec_claims(&["aud"]);
        // Its end stands inside.
        validation.validate_exp = false;
        jsonwebtoken::decode::<Read<T>>(signed, &key, &validation)
            .map(|read| read.claims.document)
            .map_err(|error| reason(&error))
    }
}

fn reason(error: &jsonwebtoken::errors::Error) -> BearerError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => BearerError::WrongSignature,
        ErrorKind::InvalidAudience => BearerError::WrongAudience,
        _ => BearerError::Malformed,
    }
}
