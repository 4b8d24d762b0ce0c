//! What came out, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::contest::Outcome;
use crate::load::Load;
use crate::machine::Machine;
use crate::options::{Format, Receiving};
use crate::peer::Peer;
use crate::programs::Versions;
use crate::scenario::{Bound, Goal};
use crate::tally::spread;

/// How wide the table is.
const LABEL: usize = 32;
const COLUMN: usize = 16;

/// The result of a run.
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) versions: Versions,
    pub(crate) rounds: u32,
    pub(crate) clients: Receiving,
    pub(crate) load: Load,
    /// How many decisions Pullgate recorded meanwhile.
    pub(crate) decisions: u64,
    pub(crate) results: Vec<Outcome>,
}

impl Report {
    /// The text that is printed.
    pub(crate) fn show(&self, format: Format) -> String {
        match format {
            Format::Table => self.table(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    fn table(&self) -> String {
        let versions = &self.versions;
        let mut text = format!(
            "Pullgate {}, nginx {}, docker-registry {}\n{}\n\
             Medians of {} rounds in turn. Other work had {:.1} % of the processors,\n\
             other machines {:.1} %. Pullgate recorded {} decisions.\n",
            versions.pullgate,
            versions.nginx,
            versions.docker_registry,
            self.machine.line(),
            self.rounds,
            self.load.others * 100.0,
            self.load.stolen * 100.0,
            self.decisions,
        );
        for outcome in &self.results {
            // Writing to a string does not fail.
            let _ = write_outcome(&mut text, outcome);
        }
        text
    }

    fn json(&self) -> Value {
        let results: Vec<Value> = self.results.iter().map(outcome_json).collect();
        json!({
            "machine": self.machine.json(),
            "versions": self.versions.json(),
            "rounds": self.rounds,
            "clients": match self.clients {
                Receiving::Discard => "discard",
                Receiving::Copy => "copy",
            },
            "load": { "others": self.load.others, "stolen": self.load.stolen },
            "decisions_recorded": self.decisions,
            "scenarios": results,
        })
    }
}

fn write_outcome(text: &mut String, outcome: &Outcome) -> std::fmt::Result {
    write!(text, "\n{}\n{:LABEL$}", outcome.title, "")?;
    for peer in Peer::ALL {
        write!(text, "{:>COLUMN$}", peer.name())?;
    }
    writeln!(text)?;
    for (index, measure) in outcome.measures.iter().enumerate() {
        let label = match measure.unit {
            "" => measure.name.to_owned(),
            unit => format!("{} ({unit})", measure.name),
        };
        write!(text, "  {label:<width$}", width = LABEL - 2)?;
        for peer in Peer::ALL {
            let median = outcome.median(peer, index);
            write!(text, "{median:>COLUMN$.0$}", measure.digits)?;
        }
        write!(text, "\n{:LABEL$}{:>COLUMN$}", "", "that is")?;
        for peer in [Peer::Nginx, Peer::DockerRegistry] {
            let ratio = outcome.ratio(index, peer);
            write!(text, "{:>COLUMN$}", format!("{} ×", short(ratio)))?;
        }
        writeln!(text)?;
    }
    for goal in outcome.goals {
        writeln!(text, "  {}", goal_line(outcome, goal))?;
    }
    Ok(())
}

/// A ratio with the digits that mean something.
fn short(ratio: f64) -> String {
    match ratio {
        large if large >= 10.0 => format!("{large:.0}"),
        small if small < 0.1 => format!("{small:.4}"),
        usual => format!("{usual:.2}"),
    }
}

fn goal_line(outcome: &Outcome, goal: &Goal) -> String {
    let name = outcome.measures[goal.measure].name;
    let value = outcome.value(goal);
    let verdict = if goal.bound.is_met_by(value) {
        "reached"
    } else {
        "missed"
    };
    let line = match goal.bound {
        Bound::AtLeast(line) => format!("at least {line}"),
        Bound::AtMost(line) => format!("at most {line}"),
    };
    let of = match goal.against {
        Some(peer) => format!(" × {}'s", peer.name()),
        None => String::new(),
    };
    format!("goal {verdict}: {name} {line}{of}")
}

fn outcome_json(outcome: &Outcome) -> Value {
    let measures: Vec<Value> = outcome
        .measures
        .iter()
        .enumerate()
        .map(|(index, measure)| {
            let of = |peer| {
                let rounds = outcome.rounds(peer, index);
                let (smallest, largest) = spread(&rounds);
                json!({
                    "median": outcome.median(peer, index),
                    "smallest": smallest,
                    "largest": largest,
                    "rounds": rounds,
                })
            };
            json!({
                "measure": measure.name,
                "unit": measure.unit,
                "pullgate": of(Peer::Pullgate),
                "nginx": of(Peer::Nginx),
                "docker_registry": of(Peer::DockerRegistry),
                "ratio_to_nginx": outcome.ratio(index, Peer::Nginx),
                "ratio_to_docker_registry": outcome.ratio(index, Peer::DockerRegistry),
            })
        })
        .collect();
    let goals: Vec<Value> = outcome
        .goals
        .iter()
        .map(|goal| goal_json(outcome, goal))
        .collect();
    json!({
        "scenario": outcome.name,
        "title": outcome.title,
        "measures": measures,
        "goals": goals,
    })
}

fn goal_json(outcome: &Outcome, goal: &Goal) -> Value {
    let value = outcome.value(goal);
    let mut json = json!({
        "measure": outcome.measures[goal.measure].name,
        "against": goal.against.map(Peer::name),
        "value": value,
    });
    match goal.bound {
        Bound::AtLeast(line) => json["at_least"] = line.into(),
        Bound::AtMost(line) => json["at_most"] = line.into(),
    }
    json["reached"] = goal.bound.is_met_by(value).into();
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_keep_the_digits_that_mean_something() {
        for (ratio, expected) in [(254.3, "254"), (1.608, "1.61"), (0.0039, "0.0039")] {
            assert_eq!(short(ratio), expected);
        }
    }
}
