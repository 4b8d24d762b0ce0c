//! What applying a file changes, in lines; and by what a state is known again.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value as Json, json};

use super::{Edit, PolicyFile};
use crate::difference::differences;
use crate::expected::Expected;

impl Edit {
    /// What differs, one line for each thing.
    pub(crate) fn differences(&self) -> Vec<String> {
        let made = self.new_teams.iter();
        let made = made.map(|team| format!("team {team}: is made, with no members yet"));
        let changed = differences(&self.before.told(), &self.after.told());
        made.chain(changed).collect()
    }
}

impl PolicyFile {
    /// The policy as [`differences`] reads it.
    fn told(&self) -> Json {
        let mut told = json!(self);
        told["allowlist"] = self
            .allowlist
            .iter()
            .flatten()
            .map(|(pattern, note)| (pattern.to_string(), json!(note)))
            .collect::<Map<_, _>>()
            .into();
        let exceptions = self.exceptions.iter().flatten();
        told["exceptions"] = exceptions.map(super::ExceptionLine::told).collect();
        told
    }

    /// By what the state of a policy is known again, of a file that has all
    /// sections: two words, the second of the exceptions, so that whoever
    /// leaves them alone is not stopped by one that has ended.
    pub(crate) fn state(&self) -> String {
        let mut rest = self.clone();
        let exceptions = rest.exceptions.take();
        format!("{}-{}", word(&json!(rest)), word(&json!(exceptions)))
    }

    /// Whether the state is one that was meant by whoever applies this file.
    pub(crate) fn is_for(&self, expected: &Expected, state: &str) -> bool {
        if self.has_exceptions() {
            return expected.is(state);
        }
        let rest = |state: &str| state.split('-').next().unwrap_or_default().to_owned();
        match expected {
            Expected::Anything => true,
            Expected::OneOf(states) => {
                Expected::OneOf(states.iter().map(|state| rest(state)).collect()).is(&rest(state))
            }
        }
    }
}

/// Twelve digits that are others for another value.
fn word(value: &Json) -> String {
    let hash = digest(&SHA256, value.to_string().as_bytes());
    let six = hash.as_ref().iter().take(6);
    let number = six.fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}
