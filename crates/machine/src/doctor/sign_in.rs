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
                Severity::Unseen => Verdict::Unknown,
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

/// `sign-in-` and what is wrong, by the name that `pullgate signin verify` has
/// for it.
fn named(problem: &'static str) -> &'static str {
    match problem {
        "absent" => "sign-in-absent",
        "misplaced" => "sign-in-misplaced",
        "owner" => "sign-in-owner",
        "group-writes" => "sign-in-group-writes",
        "everybody-writes" => "sign-in-everybody-writes",
        "folder-owner" => "sign-in-folder-owner",
        "folder-group-writes" => "sign-in-folder-group-writes",
        "folder-everybody-writes" => "sign-in-folder-everybody-writes",
        "link" => "sign-in-link",
        "folder-link" => "sign-in-folder-link",
        "not-a-file" => "sign-in-not-a-file",
        "not-readable" => "sign-in-not-readable",
        "folder-not-readable" => "sign-in-folder-not-readable",
        "unreadable" => "sign-in-unreadable",
        "byte-order-mark" => "sign-in-byte-order-mark",
        "not-utf-8" => "sign-in-not-utf-8",
        "not-json" => "sign-in-not-json",
        "not-an-object" => "sign-in-not-an-object",
        "empty" => "sign-in-empty",
        "too-long" => "sign-in-too-long",
        "no-allowed-orgs" => "sign-in-no-allowed-orgs",
        "wrong-key" => "sign-in-wrong-key",
        "key-twice" => "sign-in-key-twice",
        "not-a-list" => "sign-in-not-a-list",
        "no-organizations" => "sign-in-no-organizations",
        "not-a-name" => "sign-in-not-a-name",
        "uppercase-name" => "sign-in-uppercase-name",
        "name-twice" => "sign-in-name-twice",
        "other-key" => "sign-in-other-key",
        // Of other platforms.
        "not-plist" => "sign-in-not-plist",
        "not-reg" => "sign-in-not-reg",
        "not-covered" => "sign-in-not-covered",
        "owner-unseen" => "sign-in-owner-unseen",
        "registry-unseen" => "sign-in-registry-unseen",
        // What has no name of its own here yet.
        _ => "sign-in-broken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page lists what can be wrong; each has its name here.
    #[test]
    fn each_thing_that_can_be_wrong_with_the_sign_in_has_a_name_of_its_own() {
        let page = include_str!("../../../../docs/sign-in-enforcement.md");
        let (_, table) = page.split_once("| name | what is wrong |").unwrap();
        let rows = table
            .lines()
            .take_while(|line| line.is_empty() || line.starts_with('|'));
        let cells = rows.filter_map(|row| row.split('|').nth(1));
        let names: Vec<&str> = cells
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            let name: &'static str = name;
            assert_eq!(named(name), format!("sign-in-{name}"));
        }
    }
}
