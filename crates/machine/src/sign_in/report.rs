use std::io;

use pullgate_policy::OrganizationName;
use pullgate_signin::{LINUX_FILE, Reading};

use super::problem::{Problem, Severity};
use crate::guarded::{Step, guarded};
use crate::owner::Owner;
use crate::root::{Kind, Root};

/// The places where the list can stand on this platform, the one that counts
/// most first. On Linux there is one.
const SOURCES: [&str; 1] = [LINUX_FILE];

/// Where people put the file, and nothing looks.
const WRONG_PLACES: [&str; 5] = [
    "/usr/share/docker-desktop/registry.json",
    "/etc/docker/registry.json",
    "/etc/docker-desktop/registry.json",
    "/usr/local/share/docker-desktop/registry/registry.json",
    "/Library/Application Support/com.docker.docker/registry.json",
];

/// What makes people sign in on a machine, and how well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Every place where the list can stand, the one that counts most first.
    pub sources: Vec<Source>,
    /// What it comes to.
    pub verdict: Verdict,
}

/// One place where the list can stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: String,
    /// The file and each folder above it; empty if the file is not there.
    pub steps: Vec<Step>,
    /// Whose members may use the machine's Docker.
    pub organizations: Vec<OrganizationName>,
    /// All that is wrong with it.
    pub problems: Vec<Problem>,
}

/// What all sources come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// People have to sign in, and cannot change that.
    Enforced,
    /// People have to sign in, until they change the file.
    Weak,
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
            Self::Broken => "broken",
            Self::Absent => "absent",
        }
    }
}

impl Report {
    /// All that is wrong, of all sources.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.sources.iter().flat_map(|source| &source.problems)
    }

    /// Whose members may use the machine's Docker, by the source that counts.
    pub fn organizations(&self) -> &[OrganizationName] {
        let mut there = self.sources.iter();
        let counts = there.find(|source| !source.steps.is_empty());
        counts.map_or(&[], |source| &source.organizations)
    }
}

/// Looks at every source.
pub fn verify(root: &Root, owner: Owner) -> io::Result<Report> {
    let mut sources = Vec::new();
    for path in SOURCES {
        sources.push(source(root, path, owner)?);
    }
    let is_there = |source: &&Source| !source.steps.is_empty();
    let verdict = match sources.iter().find(is_there) {
        None => Verdict::Absent,
        Some(counts) => match counts.problems.iter().map(|each| each.severity).max() {
            None | Some(Severity::Untidy) => Verdict::Enforced,
            Some(Severity::Weak) => Verdict::Weak,
            Some(Severity::Broken) => Verdict::Broken,
        },
    };
    if let Some(first) = sources.first_mut() {
        for wrong in WRONG_PLACES {
            if root.seen(wrong)?.is_some() {
                first.problems.push(Problem::misplaced(wrong));
            }
        }
    }
    Ok(Report { sources, verdict })
}

fn source(root: &Root, path: &str, owner: Owner) -> io::Result<Source> {
    let mut source = Source {
        path: path.to_owned(),
        steps: Vec::new(),
        organizations: Vec::new(),
        problems: Vec::new(),
    };
    let Some(steps) = guarded(root, path, owner)? else {
        source.problems.push(Problem::absent(path));
        return Ok(source);
    };
    let problems = &mut source.problems;
    for step in &steps {
        let is_file = step.path == path;
        let weaknesses = step.weaknesses.iter();
        problems.extend(weaknesses.map(|weakness| Problem::of_weakness(*weakness, step)));
        if matches!(step.seen.kind, Kind::File | Kind::Folder) {
            problems.extend(Problem::unreadable_by_people(step, is_file));
        }
    }
    let is_a_file = steps
        .first()
        .is_some_and(|step| matches!(step.seen.kind, Kind::File | Kind::Link));
    if is_a_file {
        match root.read(path) {
            Ok(Some(content)) => {
                let reading = Reading::of(&content);
                let faults = reading.faults().iter();
                problems.extend(faults.map(|fault| Problem::of_content(fault, path)));
                source.organizations = reading.organizations().to_vec();
            }
            // A link that leads nowhere.
            Ok(None) => problems.push(Problem::absent(path)),
            Err(error) => problems.push(Problem::unreadable(path, &error)),
        }
    } else {
        problems.push(Problem::absent(path));
    }
    source.steps = steps;
    Ok(source)
}
