use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256, SHA384, SHA512};
use pullgate_reference::{Algorithm, Digest};

/// Computes the digest of bytes as they pass, by the algorithm of the digest
/// they are expected to have.
pub(crate) struct Hasher {
    expected: Digest,
    context: Context,
}

impl Hasher {
    pub(crate) fn expecting(expected: Digest) -> Self {
        let algorithm = match expected.algorithm() {
            Algorithm::Sha256 => &SHA256,
            Algorithm::Sha384 => &SHA384,
            Algorithm::Sha512 => &SHA512,
        };
        Self {
            expected,
            context: Context::new(algorithm),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
    }

    /// Whether the bytes are what was expected.
    pub(crate) fn finish(self) -> Result<Digest, Mismatch> {
        let mut hex = String::with_capacity(128);
        for byte in self.context.finish().as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        if hex == self.expected.hex() {
            return Ok(self.expected);
        }
        Err(Mismatch {
            actual: format!("{}:{hex}", self.expected.algorithm().name()),
            expected: self.expected,
        })
    }
}

/// Bytes are not what they were expected to be.
pub(crate) struct Mismatch {
    pub(crate) expected: Digest,
    pub(crate) actual: String,
}

/// Whether these bytes have that digest.
pub(crate) fn verify(expected: &Digest, bytes: &[u8]) -> Result<(), Mismatch> {
    let mut hasher = Hasher::expecting(expected.clone());
    hasher.update(bytes);
    hasher.finish().map(drop)
}
