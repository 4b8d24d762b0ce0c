//! What the forms of an organization's tokens say.

use std::time::Duration;

use jiff::Timestamp;
use pullgate_store::{ResourceKind, TokenResource};

use crate::fields::Fields;
use crate::page::Typed;

/// After how many days a token ends, as the form offers it.
pub(super) const ENDS: [(&str, &str); 4] = [
    ("30", "in 30 days"),
    ("90", "in 90 days"),
    ("365", "in a year"),
    ("0", "never"),
];

/// What lets a token pull, in Docker Hub's words.
const PULL: &str = "repo-pull";

/// What was typed.
pub(super) struct Wanted {
    pub(super) label: Typed,
    pub(super) description: Typed,
    /// Whether it is bounded to some repositories.
    pub(super) is_bounded: bool,
    /// Their paths, one in each line.
    pub(super) resources: Typed,
    /// After how many days it ends.
    pub(super) end: String,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            label: Typed::default(),
            description: Typed::default(),
            is_bounded: false,
            resources: Typed::default(),
            end: "90".to_owned(),
        }
    }
}

impl Wanted {
    pub(super) fn read(fields: &Fields) -> Self {
        Self {
            label: Typed::new(fields.text("label")),
            description: Typed::new(fields.text("description")),
            is_bounded: fields.text("reach") == "some",
            resources: Typed::new(fields.text("resources")),
            end: fields.text("end").to_owned(),
        }
    }

    /// What it is bounded to; none for all that the policy allows.
    pub(super) fn resources(&self) -> Option<Vec<TokenResource>> {
        let paths = self.resources.value.split_whitespace();
        let paths = paths.map(|path| path.trim_end_matches(','));
        self.is_bounded.then(|| paths.map(resource).collect())
    }

    /// When it ends, if it does by itself.
    pub(super) fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let days: u64 = self.end.parse().unwrap_or(90);
        let lasts = Duration::from_hours(days.saturating_mul(24));
        (days > 0).then(|| now.checked_add(lasts).unwrap_or(now))
    }

    /// Tells what the service says is wrong, at the field that it is about.
    pub(super) fn mistake(&mut self, message: &str) {
        let about = |word: &str| message.contains(word);
        let typed = if about("names no repositories") || about("resources") {
            &mut self.resources
        } else if about("description") {
            &mut self.description
        } else {
            &mut self.label
        };
        message.clone_into(&mut typed.error);
    }
}

/// All that the policy allows, as a resource.
pub(super) fn everything() -> TokenResource {
    resource("*/*")
}

fn resource(path: &str) -> TokenResource {
    TokenResource {
        kind: ResourceKind::Repositories,
        path: path.to_owned(),
        scopes: vec![PULL.to_owned()],
    }
}

/// The paths of resources, as people read them.
pub(super) fn paths(resources: &[TokenResource]) -> Vec<String> {
    let path = |resource: &TokenResource| match resource.path.as_str() {
        "*/*" => "all that the policy allows".to_owned(),
        "*/*/public" => "public images".to_owned(),
        path => path.to_owned(),
    };
    resources.iter().map(path).collect()
}
