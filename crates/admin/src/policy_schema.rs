//! What other programs are told of the files.

use serde_json::Value as Json;

use crate::files::{self, Shape};
use crate::policy_cases::{CASES, DRAFT_TEST};
use crate::policy_file::POLICY;

/// A kind of file, or of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// An organization's policy.
    Policy,
    /// Cases that a policy is tested with.
    Cases,
    /// Cases and the policy they are for, as the API takes them.
    Test,
}

/// The JSON schema of a kind of file, draft 2020-12. It says what the reader
/// says, but for what only the parser of a name knows.
pub fn file_schema(kind: FileKind) -> Json {
    let (id, title, shape): (_, _, Shape) = match kind {
        FileKind::Policy => ("urn:pullgate:policy:v1", "Pullgate policy", POLICY),
        FileKind::Cases => ("urn:pullgate:cases:v1", "Pullgate policy test cases", CASES),
        FileKind::Test => ("urn:pullgate:test:v1", "Pullgate policy test", DRAFT_TEST),
    };
    files::document(id, title, &shape)
}
