//! Codes for signing a machine in from a browser (RFC 8628).
//!
//! The machine keeps a long code, of which nobody guesses one. Its person types
//! a short one, of letters that are told apart and make no words: 34 bits, for
//! some minutes and with few guesses (section 6.1).

use crate::browser::BrowserSecret;
use crate::identity::Identity;
use crate::keyed_hash::{LENGTH, NoRandomness, random};
use crate::secret::Secret;

/// Consonants, without those that look alike.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// How many letters a short code has.
const SHORT: usize = 8;

/// The two codes of a sign-in, and the keyed hashes by which they are found.
#[derive(Debug)]
pub struct DeviceCodes {
    /// What the machine keeps.
    pub device: Secret,
    /// Its hash.
    pub device_hash: [u8; LENGTH],
    /// What its person types: `BCDF-GHJK`.
    pub user: String,
    /// Its hash.
    pub user_hash: [u8; LENGTH],
}

impl Identity {
    /// Two new codes.
    pub fn new_device_codes(&self) -> Result<DeviceCodes, NoRandomness> {
        let (device, device_hash) = self.new_browser_secret(BrowserSecret::Device)?;
        let letters = letters()?;
        let user_hash = self.browser_keys.device_user.hash(&[letters.as_bytes()]);
        let (first, second) = letters.split_at(SHORT / 2);
        Ok(DeviceCodes {
            device,
            device_hash,
            user: format!("{first}-{second}"),
            user_hash,
        })
    }

    /// The hash by which a short code is looked up, as somebody has typed it:
    /// in any case, with any dashes and spaces. None if it cannot be one.
    pub fn device_user_hash(&self, typed: &str) -> Option<[u8; LENGTH]> {
        let letters: String = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let known = letters.bytes().all(|letter| LETTERS.contains(&letter));
        let is_one = known && letters.len() == SHORT;
        is_one.then(|| self.browser_keys.device_user.hash(&[letters.as_bytes()]))
    }
}

/// Random letters, each as likely as any other.
fn letters() -> Result<String, NoRandomness> {
    let mut letters = String::new();
    while letters.len() < SHORT {
        let bytes: [u8; LENGTH] = random()?;
        // What is left over above a multiple of 20 would favour some.
        let even = bytes.iter().filter(|byte| **byte < 240);
        let picked = even.map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]));
        letters.extend(picked.take(SHORT - letters.len()));
    }
    Ok(letters)
}
