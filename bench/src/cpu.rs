//! Processor time, as the kernel accounts for it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::failure::Failure;

/// The processor time that a process has used, with all that it has started:
/// workers that run, and those that have ended.
pub(crate) fn used_by(process: u32) -> Result<Duration, Failure> {
    let processes = Processes::read()?;
    Ok(ticks(processes.used_by(process)))
}

/// The processor time that this program itself has used, without what it has
/// started.
pub(crate) fn used_here() -> Result<Duration, Failure> {
    let path = Path::new("/proc/self/stat");
    let text = fs::read_to_string(path).map_err(Failure::file("read", path))?;
    Ok(parse(&text).map_or(Duration::ZERO, |found| ticks(found.own)))
}

/// The processor time of the whole machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    /// Spent on work of any process.
    pub(crate) busy: Duration,
    /// Taken away by the hypervisor.
    pub(crate) stolen: Duration,
    /// All there was.
    pub(crate) all: Duration,
}

/// The processor time of the whole machine, since it started.
pub(crate) fn whole() -> Result<Whole, Failure> {
    let path = Path::new("/proc/stat");
    let text = fs::read_to_string(path).map_err(Failure::file("read", path))?;
    let fields: Vec<u64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .filter_map(|field| field.parse().ok())
        .collect();
    // user nice system idle iowait irq softirq steal
    let field = |index: usize| fields.get(index).copied().unwrap_or(0);
    let busy = [0, 1, 2, 5, 6].into_iter().map(field).sum();
    let all = (0..8).map(field).sum();
    Ok(Whole {
        busy: ticks(busy),
        stolen: ticks(field(7)),
        all: ticks(all),
    })
}

/// The time of all processes at one moment, in ticks of the clock.
struct Processes {
    used: HashMap<u32, u64>,
    children: HashMap<u32, Vec<u32>>,
}

impl Processes {
    fn read() -> Result<Self, Failure> {
        let mut processes = Self {
            used: HashMap::new(),
            children: HashMap::new(),
        };
        let path = Path::new("/proc");
        for entry in fs::read_dir(path).map_err(Failure::file("read", path))? {
            let Ok(entry) = entry else { continue };
            let Some(number) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            else {
                continue;
            };
            // Processes may end while this looks at them.
            let Ok(text) = fs::read_to_string(entry.path().join("stat")) else {
                continue;
            };
            if let Some(found) = parse(&text) {
                processes.used.insert(number, found.own + found.waited_for);
                let children = processes.children.entry(found.parent);
                children.or_default().push(number);
            }
        }
        Ok(processes)
    }

    fn used_by(&self, process: u32) -> u64 {
        let own = self.used.get(&process).copied().unwrap_or(0);
        let children = self.children.get(&process).into_iter().flatten();
        own + children.map(|child| self.used_by(*child)).sum::<u64>()
    }
}

/// What `/proc/PID/stat` says of a process, in ticks.
#[derive(Debug, PartialEq)]
struct Found {
    parent: u32,
    own: u64,
    /// By children that have ended and that it has waited for.
    waited_for: u64,
}

/// Fields 4 and 14 to 17 of `/proc/PID/stat`.
fn parse(text: &str) -> Option<Found> {
    // The second field is a name that may hold anything, even blanks.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Found {
        parent: fields.get(1)?.parse().ok()?,
        own: field(14)? + field(15)?,
        waited_for: field(16)? + field(17)?,
    })
}

fn ticks(count: u64) -> Duration {
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_micros(count.saturating_mul(1_000_000) / per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_an_odd_name_is_read() {
        let text = "7 (a) b (c) S 3 7 7 0 -1 0 0 0 0 0 10 20 30 40 20 0 1 0 5 6 7";
        let found = parse(text).unwrap();
        assert_eq!((found.parent, found.own, found.waited_for), (3, 30, 70));
    }

    #[test]
    fn children_count_with_their_parent() {
        let processes = Processes {
            used: HashMap::from([(1, 5), (2, 7), (3, 11), (4, 100)]),
            children: HashMap::from([(1, vec![2]), (2, vec![3]), (0, vec![4])]),
        };
        assert_eq!(processes.used_by(1), 23);
    }

    #[test]
    fn this_very_process_uses_time() {
        assert!(whole().unwrap().busy <= whole().unwrap().all);
        used_by(std::process::id()).unwrap();
    }
}
