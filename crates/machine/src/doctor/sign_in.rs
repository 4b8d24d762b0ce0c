//! Whether people have to sign in.

use super::check::{Findings, Machine};
use super::finding::{Finding, Verdict};
use crate::sign_in::{Severity, verify};

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let report = verify(machine.root, machine.owner)?;
    let mut findings: Vec<Finding> = report
        .problems()
        .map(|problem| Finding {
            name: named(problem.name),
            verdict: match problem.severity {
                Severity::Untidy => Verdict::Note,
                Severity::Weak | Severity::Broken => Verdict::Open,
            },
            subject: problem.path.clone(),
            what: problem.what.clone(),
            mend: problem.mend.clone(),
        })
        .collect();
    if report.verdict == crate::sign_in::Verdict::Enforced {
        let names = report.organizations().iter().map(ToString::to_string);
        let names = names.collect::<Vec<_>>().join(", ");
        findings.push(Finding::holds(
            "sign-in",
            pullgate_signin::LINUX_FILE,
            format!("People have to sign in as members of {names}."),
        ));
    }
    Ok(findings)
}

/// `sign-in-` and what is wrong, for what programs wait for most.
fn named(problem: &'static str) -> &'static str {
    match problem {
        "absent" => "sign-in-absent",
        "byte-order-mark" => "sign-in-byte-order-mark",
        "owner" | "folder-owner" => "sign-in-owner",
        "group-writes" | "folder-group-writes" => "sign-in-group-writes",
        "everybody-writes" | "folder-everybody-writes" => "sign-in-everybody-writes",
        "link" | "folder-link" => "sign-in-link",
        "not-readable" | "folder-not-readable" => "sign-in-not-readable",
        "misplaced" => "sign-in-misplaced",
        "name-twice" | "other-key" => "sign-in-untidy",
        _ => "sign-in-broken",
    }
}
