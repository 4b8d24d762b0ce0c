use std::io;

use pullgate_signin::{Platform, Reading};

use super::places::{Place, in_root, shown};
use super::problem::{Problem, Severity};
use super::report::{Looked, Presence, Rights, Source};
use crate::guarded::{Step, Weakness, guarded};
use crate::root::Kind;

/// A file, and who could change it.
pub(super) fn of_file(machine: &Looked<'_>, place: Place) -> io::Result<Source> {
    let (platform, root) = (machine.platform, machine.root);
    let path = in_root(root, platform, place.path)?;
    let mut source = Source {
        path: shown(platform, &path),
        presence: Presence::Absent,
        steps: Vec::new(),
        rights: match platform {
            Platform::Windows => Rights::Unseen,
            Platform::Mac | Platform::Linux => Rights::Seen,
        },
        organizations: Vec::new(),
        problems: Vec::new(),
    };
    let Some(steps) = guarded(root, &path, machine.owner)? else {
        return Ok(source);
    };
    let steps: Vec<Step> = steps
        .into_iter()
        .map(|step| as_seen(platform, step))
        .collect();
    rights(platform, &steps, &mut source);
    let is_a_file = steps
        .first()
        .is_some_and(|step| matches!(step.seen.kind, Kind::File | Kind::Link));
    source.steps = steps;
    source.presence = Presence::There;
    if !is_a_file {
        source
            .problems
            .push(Problem::absent(platform, &source.path));
        return Ok(source);
    }
    match root.read(&path) {
        Ok(Some(content)) => {
            if let Some(reading) = place.kind.read(&content) {
                take(platform, &reading, &mut source);
            } else {
                // It is there for other settings. Whoever may change these can
                // write a list into it, which counts more than one below.
                source.presence = Presence::Absent;
                let is_weak = |problem: &Problem| problem.severity == Severity::Weak;
                source.problems.retain(is_weak);
            }
        }
        // A link that leads nowhere.
        Ok(None) => source
            .problems
            .push(Problem::absent(platform, &source.path)),
        Err(error) => source
            .problems
            .push(Problem::unreadable(&source.path, &error)),
    }
    Ok(source)
}

/// A key of the registry, by what was exported of it. Who may change it is not
/// in there; below `Policies` administrators alone may, unless one of them has
/// changed that.
pub(super) fn of_export(machine: &Looked<'_>, place: Place) -> Source {
    let mut source = Source {
        path: place.path.to_owned(),
        presence: Presence::Unseen,
        steps: Vec::new(),
        rights: Rights::Unseen,
        organizations: Vec::new(),
        problems: Vec::new(),
    };
    let Some(export) = machine.registry else {
        source.problems.push(Problem::registry_unseen(place.path));
        return source;
    };
    source.presence = Presence::Absent;
    if let Some(reading) = place.kind.read(export) {
        source.presence = Presence::There;
        take(machine.platform, &reading, &mut source);
    }
    source
}

fn take(platform: Platform, reading: &Reading, source: &mut Source) {
    let faults = reading.faults().iter();
    let found = faults.map(|fault| Problem::of_content(platform, fault, &source.path));
    source.problems.extend(found);
    source.organizations = reading.organizations().to_vec();
}

fn rights(platform: Platform, steps: &[Step], source: &mut Source) {
    for step in steps {
        let weaknesses = step.weaknesses.iter();
        let found = weaknesses.map(|weakness| Problem::of_weakness(platform, *weakness, step));
        source.problems.extend(found);
        let is_read = matches!(step.seen.kind, Kind::File | Kind::Folder);
        if is_read && source.rights == Rights::Seen {
            let is_file = step.path == source.path;
            source
                .problems
                .extend(Problem::unreadable_by_people(step, is_file));
        }
    }
    if source.rights == Rights::Unseen {
        source.problems.push(Problem::owner_unseen(&source.path));
    }
}

/// A step as its platform writes it, without what only seems to be known.
fn as_seen(platform: Platform, mut step: Step) -> Step {
    step.path = shown(platform, &step.path);
    if platform == Platform::Windows {
        step.weaknesses.retain(|weakness| {
            matches!(
                weakness,
                Weakness::Link | Weakness::FolderLink | Weakness::NotAFile
            )
        });
    }
    step
}
