use std::io;

use pullgate_policy::OrganizationName;
use pullgate_signin::Platform;

use super::places::{PlaceKind, places, wrong_places};
use super::problem::{Problem, Severity};
use super::source::{of_export, of_file};
use crate::guarded::Step;
use crate::owner::Owner;
use crate::root::Root;

/// What makes people sign in on a machine, and how well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What the machine runs.
    pub platform: Platform,
    /// Every place where the list can stand, the one that counts most first.
    pub sources: Vec<Source>,
    /// What it comes to.
    pub verdict: Verdict,
}

/// One place where the list can stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file or the key, as the platform writes it.
    pub path: String,
    /// Whether there is a list.
    pub presence: Presence,
    /// The file and each folder above it; empty if the file is not there, and
    /// of what is no file.
    pub steps: Vec<Step>,
    /// Whether owners and permissions of these are the machine's own.
    pub rights: Rights,
    /// Whose members may use the machine's Docker.
    pub organizations: Vec<OrganizationName>,
    /// All that is wrong with it.
    pub problems: Vec<Problem>,
}

/// Whether a place holds a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It does.
    There,
    /// It does not.
    Absent,
    /// Whether it does cannot be seen from here.
    Unseen,
}

/// Whether it can be seen who may change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// It can.
    Seen,
    /// It cannot: what a mounted folder shows of Windows' owners is made up,
    /// and an export of its registry shows none.
    Unseen,
}

/// What all sources come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// People have to sign in, and cannot change that.
    Enforced,
    /// People have to sign in, until they change the file.
    Weak,
    /// People have to sign in, and whether they can end that, or whether a place
    /// that counts more says otherwise, could not be seen.
    Unseen,
    /// There is a file, and it does not do what it is for.
    Broken,
    /// There is no file.
    Absent,
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Weak => "weak",
            Self::Unseen => "unseen",
            Self::Broken => "broken",
            Self::Absent => "absent",
        }
    }
}

impl Report {
    /// All that is wrong with what counts, or with there being nothing that
    /// does. A list that another takes the place of does no harm.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        let counts = self.counts();
        let of = move |source: &&Source| match source.presence {
            Presence::There => counts.is_some_and(|counts| std::ptr::eq(counts, *source)),
            Presence::Absent | Presence::Unseen => true,
        };
        self.sources
            .iter()
            .filter(of)
            .flat_map(|source| &source.problems)
    }

    /// The source that counts.
    pub fn counts(&self) -> Option<&Source> {
        let mut sources = self.sources.iter();
        sources.find(|source| source.presence == Presence::There)
    }

    /// Whose members may use the machine's Docker, by the source that counts.
    pub fn organizations(&self) -> &[OrganizationName] {
        self.counts().map_or(&[], |source| &source.organizations)
    }
}

/// A machine that runs something else than Linux, or an image of one.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'l> {
    /// What it runs.
    pub platform: Platform,
    /// Its files. Of Windows, those of its drive `C:`.
    pub root: &'l Root,
    /// What was exported of its registry, if it is Windows and something was.
    pub registry: Option<&'l [u8]>,
    /// Who owns what counts.
    pub owner: Owner,
}

/// Looks at every source of a Linux machine.
pub fn verify(root: &Root, owner: Owner) -> io::Result<Report> {
    verify_on(&Looked {
        platform: Platform::Linux,
        root,
        registry: None,
        owner,
    })
}

/// Looks at every source of a machine, whatever it runs.
pub fn verify_on(machine: &Looked<'_>) -> io::Result<Report> {
    let mut sources = Vec::new();
    for place in places(machine.platform) {
        sources.push(match place.kind {
            PlaceKind::RegistryKey => of_export(machine, place),
            PlaceKind::RegistryJson | PlaceKind::PropertyList(_) => of_file(machine, place)?,
        });
    }
    let verdict = verdict(&sources);
    if let Some(first) = sources.first_mut() {
        if verdict == Verdict::Absent {
            let absent = Problem::absent(machine.platform, &first.path);
            first.problems.push(absent);
        }
        for wrong in wrong_places(machine.platform) {
            if machine.root.seen(wrong)?.is_some() {
                first.problems.push(Problem::misplaced(wrong));
            }
        }
    }
    Ok(Report {
        platform: machine.platform,
        sources,
        verdict,
    })
}

/// What counts is as good as what counts more could make it.
fn verdict(sources: &[Source]) -> Verdict {
    let is_there = |source: &Source| source.presence == Presence::There;
    let is_unseen = |source: &Source| source.presence == Presence::Unseen;
    let counts = sources.iter().position(is_there);
    let until = counts.map_or(sources.len(), |position| position + 1);
    let (seen, _) = sources.split_at(until);
    let problems = seen.iter().flat_map(|source| &source.problems);
    let worst = problems.map(|problem| problem.severity).max();
    if counts.is_none() {
        return if seen.iter().any(is_unseen) {
            Verdict::Unseen
        } else {
            Verdict::Absent
        };
    }
    match worst {
        Some(Severity::Broken) => Verdict::Broken,
        Some(Severity::Weak) => Verdict::Weak,
        Some(Severity::Unseen) => Verdict::Unseen,
        None | Some(Severity::Untidy) => Verdict::Enforced,
    }
}
