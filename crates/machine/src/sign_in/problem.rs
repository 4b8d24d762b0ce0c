use pullgate_signin::{Fault, Platform, Weight};

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
    /// Whether it does anything could not be seen.
    Unseen,
    /// The sign-in is demanded, and whoever should not can end that.
    Weak,
    /// The sign-in is not demanded, or not as it was meant.
    Broken,
}

/// What writes the list.
fn write(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "pullgate signin install --org ORGANIZATION",
        Platform::Mac => "pullgate signin generate --org ORGANIZATION --for macos",
        Platform::Windows => "pullgate signin generate --org ORGANIZATION --for windows",
    }
}

/// A path as a word of a command.
fn word(path: &str) -> String {
    if path.contains(' ') {
        format!("'{path}'")
    } else {
        path.to_owned()
    }
}

/// How to see the registry from elsewhere.
const EXPORT: &str = "On the machine: reg export HKLM\\SOFTWARE\\Policies policies.reg; then name that \
                      file with --registry";

impl Problem {
    pub(super) fn of_content(platform: Platform, fault: &Fault, path: &str) -> Self {
        Self {
            name: fault.name(),
            path: path.to_owned(),
            severity: match fault.weight() {
                Weight::Untidy => Severity::Untidy,
                Weight::Broken => Severity::Broken,
            },
            what: sentence(&fault.to_string()),
            mend: match fault {
                Fault::NotCovered | Fault::NotRegistryExport(_) => EXPORT.to_owned(),
                _ => format!("Write it anew: {}", write(platform)),
            },
        }
    }

    pub(super) fn of_weakness(platform: Platform, weakness: Weakness, step: &Step) -> Self {
        let path = &step.path;
        let owner = match platform {
            Platform::Mac => "root:wheel",
            Platform::Linux | Platform::Windows => "root:root",
        };
        let named = word(path);
        Self {
            name: weakness.name(),
            path: path.clone(),
            severity: Severity::Weak,
            what: sentence(&weakness.to_string()),
            mend: match weakness {
                Weakness::Link | Weakness::FolderLink | Weakness::NotAFile => {
                    format!("Take {path} away. Write it anew: {}", write(platform))
                }
                Weakness::Owner | Weakness::FolderOwner => format!("Run: chown {owner} {named}"),
                Weakness::GroupWrites | Weakness::EverybodyWrites => {
                    format!("Run: chmod 0644 {named}")
                }
                Weakness::FolderGroupWrites => format!("Run: chmod g-w {named}"),
                Weakness::FolderEverybodyWrites => format!("Run: chmod go-w {named}"),
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
            mend: format!("Run: chmod {mode} {}", word(path)),
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

    pub(super) fn absent(platform: Platform, path: &str) -> Self {
        Self {
            name: "absent",
            path: path.to_owned(),
            severity: Severity::Broken,
            what: "It is not there, so nobody has to sign in.".to_owned(),
            mend: format!("Write it: {}", write(platform)),
        }
    }

    /// The registry counts more than any file, and nothing was exported of it.
    pub(super) fn registry_unseen(path: &str) -> Self {
        Self {
            name: "registry-unseen",
            path: path.to_owned(),
            severity: Severity::Unseen,
            what: "It counts before any file, and whether a list stands there is in no file."
                .to_owned(),
            mend: EXPORT.to_owned(),
        }
    }

    /// A mounted folder shows owners of Windows' files that it has made up.
    pub(super) fn owner_unseen(path: &str) -> Self {
        Self {
            name: "owner-unseen",
            path: path.to_owned(),
            severity: Severity::Unseen,
            what: "Who may change it cannot be seen from here.".to_owned(),
            mend: format!("Look on the machine itself: icacls {path}"),
        }
    }

    pub(super) fn misplaced(path: &str) -> Self {
        Self {
            name: "misplaced",
            path: path.to_owned(),
            severity: Severity::Untidy,
            what: "Nothing looks for the file in this place.".to_owned(),
            mend: format!("Run: rm {}", word(path)),
        }
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    format!("{}{}.", first.collect::<String>(), letters.as_str())
}
