//! Passwords that are given on standard input, or made here.

use std::io::{self, BufRead, Read};

use aws_lc_rs::rand;
use pullgate_identity::Secret;

use crate::failure::Failure;

/// Letters and digits that nobody takes for another: 32, so that 5 bits of a
/// random byte choose one evenly.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Groups of letters, for whoever has to copy a password by hand.
const GROUPS: usize = 5;
const GROUP: usize = 5;

/// The most bytes of a line that is taken for a password.
const LONGEST: u64 = 64 * 1024;

/// A password that nobody can guess: 125 random bits.
pub(crate) fn generate() -> Result<Secret, Failure> {
    let mut bytes = [0; GROUPS * GROUP];
    rand::fill(&mut bytes)
        .map_err(|_| Failure::new("the operating system gave no random bytes for a password"))?;
    let mut password = String::with_capacity(GROUPS * (GROUP + 1));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[usize::from(byte & 31)]));
    }
    Ok(Secret::new(password))
}

/// The first line of standard input.
pub(crate) fn read_from_stdin() -> Result<Secret, Failure> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .take(LONGEST)
        .read_line(&mut line)
        .map_err(|error| {
            Failure::usage(format!(
                "the password on standard input cannot be read: {error}"
            ))
        })?;
    // Cut in place: a copy would be left in memory.
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    if line.is_empty() {
        return Err(Failure::usage("there is no password on standard input")
            .hint("write it there, as one line"));
    }
    Ok(Secret::from(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_made_here_is_long_and_its_own() {
        let [one, other] = [generate().unwrap(), generate().unwrap()];
        assert_eq!(one.expose().len(), GROUPS * GROUP + GROUPS - 1);
        assert_ne!(one.expose(), other.expose());
    }
}
