//! Texts that people write.

use crate::admin::Result;
use crate::error::AdminError;

/// A text that has to be written; `hint` says what is expected of it.
pub(crate) fn demanded(what: &str, text: &str, hint: &str) -> Result<String> {
    if text.trim().is_empty() {
        return Err(AdminError::Invalid(format!("the {what} is empty; {hint}")));
    }
    Ok(unix_lines(text))
}

/// A text as it was written, but for the ends of its lines: browsers send two
/// characters for one.
pub(crate) fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
