//! The query of a call, read as Go's `url.ParseQuery` reads it.

use crate::refusal::Refusal;

/// A query, undecoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'q>(&'q str);

impl<'q> Query<'q> {
    pub(crate) fn new(raw: &'q str) -> Self {
        Self(raw)
    }

    /// The value of a key, empty if it is not there, as the Engine takes it.
    ///
    /// Of several values the Engine takes the first: nobody who means well
    /// sends several, so that is refused. So is what Go has read in one way
    /// and then in another (a semicolon), and what it reports as broken.
    pub(crate) fn value(self, key: &'static str) -> Result<String, Refusal> {
        let mut found = None;
        for pair in self.0.split('&').filter(|pair| !pair.is_empty()) {
            if pair.contains(';') {
                return Err(Refusal::Query);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = unescape(name, ' ').ok_or(Refusal::Query)?;
            let value = unescape(value, ' ').ok_or(Refusal::Query)?;
            if name != key {
                continue;
            }
            if found.replace(value).is_some() {
                return Err(Refusal::Twice(key.to_owned()));
            }
        }
        Ok(found.unwrap_or_default())
    }
}

/// Decodes percent-escapes, and `+` to what it stands for here. None for what
/// is no escape and for what is no text.
pub(crate) fn unescape(raw: &str, plus: char) -> Option<String> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                decoded.push(u8::try_from(high * 16 + low).ok()?);
            }
            b'+' => decoded.push(u8::try_from(plus).ok()?),
            _ => decoded.push(byte),
        }
    }
    String::from_utf8(decoded).ok()
}
