use crate::failure::Failure;
use crate::peer::{EachPeer, Peer};
use crate::scenario::{Goal, Measure, Scenario};
use crate::server::Servers;
use crate::tally::median;

/// The order in which servers are measured.
pub(crate) struct Contest {
    rounds: u32,
}

/// What came out of one scenario.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) title: String,
    pub(crate) measures: &'static [Measure],
    pub(crate) goals: &'static [Goal],
    /// The figures of each round, one for each measure.
    pub(crate) figures: EachPeer<Vec<Vec<f64>>>,
}

impl Contest {
    /// Measures each server in that many rounds.
    pub(crate) fn new(rounds: u32) -> Self {
        Self { rounds }
    }

    /// Measures one scenario after the other.
    pub(crate) fn run(
        &self,
        scenarios: Vec<Box<dyn Scenario>>,
        servers: &Servers,
    ) -> Result<Vec<Outcome>, Failure> {
        scenarios
            .into_iter()
            .map(|scenario| self.measure(scenario, servers))
            .collect()
    }

    fn measure(
        &self,
        mut scenario: Box<dyn Scenario>,
        servers: &Servers,
    ) -> Result<Outcome, Failure> {
        let measures = scenario.measures();
        let mut outcome = Outcome {
            name: scenario.name(),
            title: scenario.title(),
            measures,
            goals: scenario.goals(),
            figures: EachPeer::default(),
        };
        for round in 0..=self.rounds {
            match round {
                0 => eprintln!("{}: warming up", outcome.title),
                _ => eprintln!("{}: round {round} of {}", outcome.title, self.rounds),
            }
            scenario.prepare()?;
            // Who comes first, and after whom, is different in each round.
            let first = usize::try_from(round).unwrap_or(0);
            for turn in 0..Peer::ALL.len() {
                let peer = Peer::ALL[(first + turn) % Peer::ALL.len()];
                // What the one before has written is not for this one to pay.
                rustix::fs::sync();
                let figures = scenario.measure(servers.of(peer))?;
                // The first round warms servers up and is not counted.
                if round > 0 {
                    outcome.figures.of_mut(peer).push(figures);
                }
            }
            scenario.clear()?;
        }
        Ok(outcome)
    }
}

impl Outcome {
    /// The figures of one measure of one server, by rounds.
    pub(crate) fn rounds(&self, peer: Peer, measure: usize) -> Vec<f64> {
        let rounds = self.figures.of(peer).iter();
        rounds
            .filter_map(|figures| figures.get(measure).copied())
            .collect()
    }

    /// The median of one measure of one server.
    pub(crate) fn median(&self, peer: Peer, measure: usize) -> f64 {
        median(&self.rounds(peer, measure))
    }

    /// Pullgate's median of a measure, divided by that of another server.
    pub(crate) fn ratio(&self, measure: usize, other: Peer) -> f64 {
        self.median(Peer::Pullgate, measure) / self.median(other, measure)
    }

    /// What a goal is about.
    pub(crate) fn value(&self, goal: &Goal) -> f64 {
        match goal.against {
            None => self.median(Peer::Pullgate, goal.measure),
            Some(peer) => self.ratio(goal.measure, peer),
        }
    }
}
