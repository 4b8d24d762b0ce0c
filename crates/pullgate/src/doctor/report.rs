use pullgate_machine::doctor::{Finding, Verdict};
use serde::Serialize;

use super::pulls::Tried;
use crate::failure::Failure;
use crate::output::{self, Tint, tinted};

/// All that was found out.
#[derive(Serialize)]
pub(super) struct Report {
    /// The worst of all.
    verdict: &'static str,
    findings: Vec<Found>,
    /// Pulls of an image that the policy denies.
    pulls: Vec<Tried>,
    #[serde(skip)]
    worst: Verdict,
}

#[derive(Serialize)]
struct Found {
    name: &'static str,
    verdict: &'static str,
    subject: String,
    what: String,
    mend: String,
    #[serde(skip)]
    rank: Verdict,
}

impl Report {
    /// The worst first.
    pub(super) fn new(findings: Vec<Finding>, pulls: Vec<Tried>) -> Self {
        let mut findings: Vec<Found> = findings.into_iter().map(Found::from).collect();
        findings.sort_by_key(|found| std::cmp::Reverse(found.rank));
        let worst = findings
            .first()
            .map_or(Verdict::Unknown, |found| found.rank);
        Self {
            verdict: worst.as_str(),
            findings,
            pulls,
            worst,
        }
    }

    pub(super) fn worst(&self) -> Verdict {
        self.worst
    }

    pub(super) fn print(&self) -> Result<(), Failure> {
        for found in &self.findings {
            let title = format!("{}: {}", found.name, found.subject);
            // As wide as the longest word, so that all texts begin below each
            // other.
            let mut fields = vec![("       ", found.what.clone())];
            if !found.mend.is_empty() {
                fields.push(("do", found.mend.clone()));
            }
            let tint = match found.rank {
                Verdict::Holds => Tint::Good,
                Verdict::Note => Tint::Strong,
                Verdict::Unknown => Tint::Warning,
                Verdict::Open => Tint::Bad,
            };
            let word = format!("{:7}", found.verdict);
            output::say(format!(
                "{}  {}",
                tinted(tint, &word),
                output::one_line(&title)
            ))?;
            output::fields(&fields)?;
            output::say("")?;
        }
        let count = |rank: Verdict| {
            self.findings
                .iter()
                .filter(|found| found.rank == rank)
                .count()
        };
        let (open, unknown) = (count(Verdict::Open), count(Verdict::Unknown));
        output::say(match (open, unknown) {
            (0, 0) => tinted(Tint::Good, "Nothing was found that could be walked around."),
            (0, unknown) => tinted(
                Tint::Warning,
                &format!("No way around was found; could not be found out: {unknown}."),
            ),
            (open, 0) => tinted(Tint::Bad, &format!("Ways around: {open}.")),
            (open, unknown) => tinted(
                Tint::Bad,
                &format!("Ways around: {open}; could not be found out: {unknown}."),
            ),
        })
    }
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        Self {
            name: finding.name,
            verdict: finding.verdict.as_str(),
            subject: finding.subject,
            what: finding.what,
            mend: finding.mend,
            rank: finding.verdict,
        }
    }
}
