use std::fmt;
use std::io;

use crate::owner::Owner;
use crate::root::{Kind, Root, Seen};

/// The bit of a folder's mode by which only owners remove what is in it.
const STICKY: u32 = 0o1000;

/// A file, or a folder above it, and who could change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its path.
    pub path: String,
    /// What can be seen of it.
    pub seen: Seen,
    /// Why somebody could change what is read there; empty if nobody can.
    pub weaknesses: Vec<Weakness>,
}

/// Why somebody who should not could change what is read at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// The file is a link: what is read is somewhere else.
    Link,
    /// A folder above it is a link.
    FolderLink,
    /// It is no file.
    NotAFile,
    /// A person owns the file.
    Owner,
    /// The file's group writes it.
    GroupWrites,
    /// Everybody writes the file.
    EverybodyWrites,
    /// A person owns a folder above it, and can put another file there.
    FolderOwner,
    /// The group of a folder above it can put another file there.
    FolderGroupWrites,
    /// Everybody can put another file there.
    FolderEverybodyWrites,
}

impl Step {
    /// Why somebody but root could change what is there now. They cannot where
    /// everybody may add files and only their owners remove them, as in `/tmp`.
    pub fn ways_to_change(&self) -> impl Iterator<Item = Weakness> {
        let is_roots = self.seen.uid == Owner::ROOT.uid;
        let keeps = self.seen.kind == Kind::Folder && self.seen.mode & STICKY != 0;
        let weaknesses = self.weaknesses.iter().copied();
        weaknesses.filter(move |weakness| match weakness {
            Weakness::Owner | Weakness::FolderOwner => !is_roots,
            Weakness::FolderGroupWrites | Weakness::FolderEverybodyWrites => !keeps,
            _ => true,
        })
    }
}

impl Weakness {
    /// A name for it that does not change.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::FolderLink => "folder-link",
            Self::NotAFile => "not-a-file",
            Self::Owner => "owner",
            Self::GroupWrites => "group-writes",
            Self::EverybodyWrites => "everybody-writes",
            Self::FolderOwner => "folder-owner",
            Self::FolderGroupWrites => "folder-group-writes",
            Self::FolderEverybodyWrites => "folder-everybody-writes",
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Link => "it is a link, so what counts is somewhere else",
            Self::FolderLink => "this folder is a link, so what counts is somewhere else",
            Self::NotAFile => "it is not a file",
            Self::Owner => "its owner is not root and can change it",
            Self::GroupWrites => "its group can change it",
            Self::EverybodyWrites => "everybody can change it",
            Self::FolderOwner => "the folder's owner is not root and can put another file there",
            Self::FolderGroupWrites => "the folder's group can put another file there",
            Self::FolderEverybodyWrites => "everybody can put another file into this folder",
        })
    }
}

/// What is at this path and above it, the file first and `/` last; nothing if
/// the file is not there. Links are not followed: where one stands, the way
/// ends.
pub fn guarded(root: &Root, path: &str, owner: Owner) -> io::Result<Option<Vec<Step>>> {
    let mut steps = Vec::new();
    let mut prefix = String::new();
    let components: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    for number in 0..=components.len() {
        if let Some(part) = number.checked_sub(1).and_then(|last| components.get(last)) {
            prefix.push('/');
            prefix.push_str(part);
        }
        let Some(seen) = root.seen(&prefix)? else {
            return Ok(None);
        };
        let is_last = number == components.len();
        steps.push(Step {
            path: if prefix.is_empty() { "/" } else { &prefix }.to_owned(),
            seen,
            weaknesses: if is_last {
                of_file(seen, owner)
            } else {
                of_folder(seen, owner)
            },
        });
        if seen.kind == Kind::Link {
            break;
        }
    }
    steps.reverse();
    Ok(Some(steps))
}

fn of_file(seen: Seen, owner: Owner) -> Vec<Weakness> {
    match seen.kind {
        // What a link's own permissions are means nothing.
        Kind::Link => vec![Weakness::Link],
        Kind::Folder | Kind::Other => vec![Weakness::NotAFile],
        Kind::File | Kind::Socket => writers(
            seen,
            owner,
            [
                Weakness::Owner,
                Weakness::GroupWrites,
                Weakness::EverybodyWrites,
            ],
        ),
    }
}

fn of_folder(seen: Seen, owner: Owner) -> Vec<Weakness> {
    if seen.kind == Kind::Link {
        return vec![Weakness::FolderLink];
    }
    writers(
        seen,
        owner,
        [
            Weakness::FolderOwner,
            Weakness::FolderGroupWrites,
            Weakness::FolderEverybodyWrites,
        ],
    )
}

/// An owner counts whatever the permissions are: they can change those. A group
/// counts whichever it is: people can be in root's, too.
fn writers(seen: Seen, owner: Owner, [by_owner, by_group, by_all]: [Weakness; 3]) -> Vec<Weakness> {
    let mut found = Vec::new();
    if seen.uid != owner.uid {
        found.push(by_owner);
    }
    if seen.mode & 0o002 != 0 {
        found.push(by_all);
    } else if seen.mode & 0o020 != 0 {
        found.push(by_group);
    }
    found
}
