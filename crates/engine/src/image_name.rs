//! What stands where a call names an image.

use pullgate_reference::{NameError, Reference};

use crate::refusal::Refusal;

/// How many characters a whole image ID has.
const ID: usize = 64;

/// An image as a call names it: by a name, by its ID, or by the beginning of
/// its ID, which looks like a name. What it is here only the Engine can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    written: String,
    reference: Option<Reference>,
}

impl ImageName {
    pub(crate) fn read(written: &str) -> Result<Self, Refusal> {
        if written.is_empty() {
            return Err(Refusal::NoImage);
        }
        // What the Engine takes for an ID is never a name.
        if is_whole_id(written) {
            return Ok(Self {
                written: written.to_owned(),
                reference: None,
            });
        }
        let reference = written
            .parse()
            .map_err(|why: NameError| Refusal::not_an_image(written, &why))?;
        Ok(Self {
            written: written.to_owned(),
            reference: Some(reference),
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The image that is meant if it is a name and not an ID.
    pub fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref()
    }
}

fn is_whole_id(written: &str) -> bool {
    let hex = written.strip_prefix("sha256:").unwrap_or(written);
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    hex.len() == ID && hex.bytes().all(is_hex)
}
