use pullgate_signin::{Fault, Weight};

use crate::guarded::{Step, Weakness};

/// Something that is wrong with a source of the list of organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A name for it that does not change.
    pub name: &'static str,
    /// Where it is.
    pub path: String,
    /// What it does.
    pub severity: Severity,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

/// What a problem does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing; it is only not as it should be.
    Untidy,
    /// The sign-in is demanded, and whoever should not can end that.
    Weak,
    /// The sign-in is not demanded, or not as it was meant.
    Broken,
}

const ANEW: &str = "Write it anew: pullgate signin install --org ORGANIZATION";

impl Problem {
    pub(super) fn of_content(fault: &Fault, path: &str) -> Self {
        Self {
            name: fault.name(),
            path: path.to_owned(),
            severity: match fault.weight() {
                Weight::Untidy => Severity::Untidy,
                Weight::Broken => Severity::Broken,
            },
            what: sentence(&fault.to_string()),
            mend: ANEW.to_owned(),
        }
    }

    pub(super) fn of_weakness(weakness: Weakness, step: &Step) -> Self {
        let path = &step.path;
        Self {
            name: weakness.name(),
            path: path.clone(),
            severity: Severity::Weak,
            what: sentence(&weakness.to_string()),
            mend: match weakness {
                Weakness::Link | Weakness::FolderLink | Weakness::NotAFile => {
                    format!("Take {path} away. {ANEW}")
                }
                Weakness::Owner | Weakness::FolderOwner => format!("Run: chown root:root {path}"),
                Weakness::GroupWrites | Weakness::EverybodyWrites => {
                    format!("Run: chmod 0644 {path}")
                }
                Weakness::FolderGroupWrites => format!("Run: chmod g-w {path}"),
                Weakness::FolderEverybodyWrites => format!("Run: chmod go-w {path}"),
            },
        }
    }

    /// What people's programs cannot read demands nothing of them.
    pub(super) fn unreadable_by_people(step: &Step, is_file: bool) -> Option<Self> {
        let path = &step.path;
        let (needed, name, what, mode) = if is_file {
            (
                0o004,
                "not-readable",
                "People's programs cannot read it.",
                "a+r",
            )
        } else {
            (
                0o001,
                "folder-not-readable",
                "People's programs cannot look into this folder.",
                "a+rx",
            )
        };
        (step.seen.mode & needed == 0).then(|| Self {
            name,
            path: path.clone(),
            severity: Severity::Broken,
            what: what.to_owned(),
            mend: format!("Run: chmod {mode} {path}"),
        })
    }

    pub(super) fn unreadable(path: &str, why: &std::io::Error) -> Self {
        Self {
            name: "unreadable",
            path: path.to_owned(),
            severity: Severity::Broken,
            what: format!("It cannot be read: {why}."),
            mend: "Look again as root.".to_owned(),
        }
    }

    pub(super) fn absent(path: &str) -> Self {
        Self {
            name: "absent",
            path: path.to_owned(),
            severity: Severity::Broken,
            what: "It is not there, so nobody has to sign in.".to_owned(),
            mend: "Write it: pullgate signin install --org ORGANIZATION".to_owned(),
        }
    }

    pub(super) fn misplaced(path: &str) -> Self {
        Self {
            name: "misplaced",
            path: path.to_owned(),
            severity: Severity::Untidy,
            what: "Nothing looks for the file in this place.".to_owned(),
            mend: format!("Run: rm {path}"),
        }
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    format!("{}{}.", first.collect::<String>(), letters.as_str())
}
