//! Access tokens: how they look, and what of them is kept.
//!
//! `pgp_` (personal) or `pgo_` (organization), 36 random letters and digits
//! (more than 200 bits, so that nobody can guess one and no slow hash is
//! needed), and 6 of a checksum: the first 32 bits of the SHA-256 of all that
//! stands before it, in base 62, most significant digit first, padded with
//! `0`. The prefix and the checksum let a scanner find a token in a
//! repository, and tell it from a look-alike, without asking anybody.

use std::fmt;

use aws_lc_rs::digest;

use crate::keyed_hash::{HashKey, NoRandomness, random};
use crate::secret::Secret;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX: usize = 4;
const RANDOM: usize = 36;
const CHECKSUM: usize = 6;

/// Whom an access token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A person, whose rights it has.
    Personal,
    /// An organization: a machine that has the rights of a member.
    Organization,
}

impl TokenKind {
    /// What a token of this kind begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Personal => "pgp_",
            Self::Organization => "pgo_",
        }
    }

    /// The kind that `secret` claims to be by its prefix; none for a
    /// password. No password begins like this (see [`crate::WeakPassword`]).
    pub(crate) fn claimed_by(secret: &str) -> Option<Self> {
        [Self::Personal, Self::Organization]
            .into_iter()
            .find(|kind| secret.starts_with(kind.prefix()))
    }
}

/// A keyed hash of an access token: all that is ever stored of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; crate::keyed_hash::LENGTH]);

impl TokenHash {
    /// The bytes, as the store keeps them.
    pub fn as_bytes(&self) -> &[u8; crate::keyed_hash::LENGTH] {
        &self.0
    }

    /// A hash as the store has it.
    pub(crate) fn from_stored(bytes: [u8; crate::keyed_hash::LENGTH]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash(redacted)")
    }
}

/// Makes access tokens and finds them again.
#[derive(Debug)]
pub(crate) struct TokenMint {
    key: HashKey,
}

impl TokenMint {
    pub(crate) fn new(key: HashKey) -> Self {
        Self { key }
    }

    /// A new token and what is to be stored of it.
    pub(crate) fn mint(&self, kind: TokenKind) -> Result<(Secret, TokenHash), NoRandomness> {
        let mut text = String::with_capacity(PREFIX + RANDOM + CHECKSUM);
        text.push_str(kind.prefix());
        while text.len() < PREFIX + RANDOM {
            let bytes: [u8; RANDOM] = random()?;
            // Of 256 values only the first 248 fall evenly on 62 digits.
            let fair = bytes.into_iter().filter(|&byte| byte < 248);
            let wanted = PREFIX + RANDOM - text.len();
            text.extend(fair.take(wanted).map(|byte| digit(u32::from(byte))));
        }
        let sum = checksum(&text);
        text.extend(sum);
        let hash = self.hash(&text);
        Ok((Secret::new(text), hash))
    }

    /// The hash by which a given token is looked up; none if it was mistyped
    /// or cut, and cannot be one.
    pub(crate) fn look_up(&self, given: &Secret) -> Option<TokenHash> {
        let given = given.expose();
        let plain = given.len() == PREFIX + RANDOM + CHECKSUM && given.is_ascii();
        if !plain || TokenKind::claimed_by(given).is_none() {
            return None;
        }
        let (body, sum) = given.split_at(PREFIX + RANDOM);
        let right = checksum(body).into_iter().eq(sum.chars());
        right.then(|| self.hash(given))
    }

    fn hash(&self, text: &str) -> TokenHash {
        TokenHash(self.key.hash(&[text.as_bytes()]))
    }
}

fn digit(value: u32) -> char {
    char::from(DIGITS[value as usize % DIGITS.len()])
}

fn checksum(body: &str) -> [char; CHECKSUM] {
    let hash = digest::digest(&digest::SHA256, body.as_bytes());
    let mut rest = hash
        .as_ref()
        .iter()
        .take(4)
        .fold(0u32, |sum, &byte| (sum << 8) | u32::from(byte));
    let mut digits = ['0'; CHECKSUM];
    for place in digits.iter_mut().rev() {
        *place = digit(rest % 62);
        rest /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed_hash::ServerSecret;

    fn mint() -> TokenMint {
        TokenMint::new(ServerSecret::new(b"of this test").key_for("tokens"))
    }

    #[test]
    fn a_token_is_found_again_by_its_keyed_hash() {
        let mint = mint();
        for kind in [TokenKind::Personal, TokenKind::Organization] {
            let (secret, hash) = mint.mint(kind).unwrap();
            assert_eq!(secret.expose().len(), 46);
            assert!(secret.expose().starts_with(kind.prefix()));
            assert_eq!(mint.look_up(&secret), Some(hash));
        }
    }

    #[test]
    fn another_installation_has_another_hash_of_the_same_token() {
        let elsewhere = TokenMint::new(ServerSecret::new(b"of another").key_for("tokens"));
        let (secret, hash) = mint().mint(TokenKind::Personal).unwrap();
        assert_ne!(elsewhere.look_up(&secret), Some(hash));
    }

    #[test]
    fn the_checksum_catches_a_typo_in_every_place() {
        let mint = mint();
        let (secret, _) = mint.mint(TokenKind::Personal).unwrap();
        for place in 0..secret.expose().len() {
            let mut mistyped = secret.expose().to_owned().into_bytes();
            mistyped[place] = if mistyped[place] == b'x' { b'y' } else { b'x' };
            let mistyped = Secret::new(String::from_utf8(mistyped).unwrap());
            assert_eq!(mint.look_up(&mistyped), None, "at {place}");
        }
        let cut = Secret::new(&secret.expose()[..45]);
        assert_eq!(mint.look_up(&cut), None);
        let longer = Secret::new(format!("{}0", secret.expose()));
        assert_eq!(mint.look_up(&longer), None);
        let wide = Secret::new(format!("pgp_{}", "é".repeat(21)));
        assert_eq!(mint.look_up(&wide), None);
    }

    #[test]
    fn the_checksum_is_as_described() {
        // SHA-256 of the empty text begins with e3b0c442.
        let mut value = 0xe3b0_c442_u32;
        let mut expected = String::new();
        for _ in 0..CHECKSUM {
            expected.insert(0, digit(value % 62));
            value /= 62;
        }
        assert_eq!(checksum("").into_iter().collect::<String>(), expected);
        assert_eq!(value, 0, "six digits hold 32 bits");
    }
}
