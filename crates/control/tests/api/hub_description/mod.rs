//! Our description of the API beside Docker Hub's own, operation by
//! operation.
//!
//! The Hub's description is Docker's and not part of this repository. Where
//! it is at hand (`PULLGATE_HUB_OPENAPI`, or `../shared/data/hub-openapi.yaml`
//! beside the workspace) all of it is compared; where it is not, the test
//! says so and compares methods, paths and statuses with `operations.txt`.
//! What differs has to stand in `meant.rs`, with a reason; `--nocapture`
//! shows all of it.
#![allow(
    clippy::print_stdout,
    reason = "the list of what differs is to be read"
)]

mod contract;
mod differences;
mod meant;
mod shape;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use self::contract::{Contract, contracts, listed};
use self::meant::{ABSENT, MEANT, names};
use crate::document::document;

pub(crate) use self::contract::anonymous;

const OPERATIONS: &str = include_str!("operations.txt");

type Contracts = BTreeMap<String, Contract>;

/// Where the Hub's description is, if it is at hand.
fn description() -> Option<PathBuf> {
    if let Some(file) = std::env::var_os("PULLGATE_HUB_OPENAPI") {
        return Some(file.into());
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = workspace.join("../shared/data/hub-openapi.yaml");
    file.is_file().then_some(file)
}

#[test]
fn what_differs_from_docker_hubs_description_is_meant() {
    let Some(file) = description() else {
        // Past the test's captured output: this is to be read.
        let _ = writeln!(
            std::io::stderr(),
            "\n*** Docker Hub's own description of its API is not here, so shapes and parameters \
             are NOT compared with it.\n*** Say where it is: PULLGATE_HUB_OPENAPI=…/hub-openapi.yaml\n"
        );
        return;
    };
    let hub = contracts(&yaml::read(&file));
    assert!(hub.len() > 50, "{} has few operations", file.display());
    let unused = compare(&hub, differences::all);
    assert!(
        unused.is_empty(),
        "differences that are meant and are not there any more; take them out of meant.rs:\n  {}",
        unused.join("\n  ")
    );
}

#[test]
fn methods_paths_and_statuses_are_docker_hubs() {
    compare(&listed(OPERATIONS), differences::in_statuses);
}

#[test]
fn the_list_of_docker_hubs_operations_is_that_of_its_description() {
    let Some(file) = description() else {
        return;
    };
    let statuses = |contracts: &Contracts| -> BTreeMap<String, BTreeSet<String>> {
        let all = contracts.iter();
        all.map(|(name, contract)| (name.clone(), contract.answers.keys().cloned().collect()))
            .collect()
    };
    assert_eq!(
        statuses(&listed(OPERATIONS)),
        statuses(&contracts(&yaml::read(&file)))
    );
}

/// Fails for what differs and is not meant. Says what of `MEANT` is not there.
fn compare(hub: &Contracts, differ: fn(&Contract, &Contract) -> Vec<String>) -> Vec<String> {
    let ours = contracts(&document());
    let mut unmeant = Vec::new();
    let mut used = BTreeSet::new();
    for (name, theirs) in hub {
        let Some(our) = ours.get(name) else {
            let absent = ABSENT.iter().find(|(pattern, _)| names(pattern, name));
            match absent {
                Some((_, reason)) => println!("{name}: not here: {reason}"),
                None => unmeant.push(format!("{name}: not here")),
            }
            continue;
        };
        for difference in differ(theirs, our) {
            let meant = MEANT
                .iter()
                .position(|one| names(one.operation, name) && names(one.difference, &difference));
            match meant {
                Some(index) => {
                    used.insert(index);
                    let one = &MEANT[index];
                    // What holds everywhere is said once, in the list.
                    if one.operation != "*" {
                        println!("{name}: {difference}: meant: {}", one.reason);
                    }
                }
                None => unmeant.push(format!("{name}: {difference}")),
            }
        }
    }
    for name in ours.keys().filter(|name| name.contains(" /v2/")) {
        if !hub.contains_key(name) {
            println!("{name}: the Hub's description does not have it");
        }
    }
    assert!(
        unmeant.is_empty(),
        "what differs from Docker Hub, and is not meant. Mend it, or say in meant.rs why it is:\n  {}",
        unmeant.join("\n  ")
    );
    let unused = MEANT.iter().enumerate();
    unused
        // What holds for all operations is not noticed in each.
        .filter(|(index, one)| one.operation != "*" && !used.contains(index))
        .map(|(_, one)| format!("{}: {}", one.operation, one.difference))
        .collect()
}

#[test]
fn a_pattern_names_what_it_says() {
    for (pattern, text, expected) in [
        ("GET /v2/user", "GET /v2/user", true),
        ("GET /v2/user", "GET /v2/user/orgs", false),
        ("* /v2/scim/*", "PUT /v2/scim/2.0/Users/{}", true),
        ("* /v2/scim/*", "PUT /v2/scam/2.0/Users/{}", false),
        ("*", "anything", true),
        (
            "200: *.email is not there",
            "200: results[].email is not there",
            true,
        ),
        (
            "200: *.email is not there",
            "200: results[].mail is not there",
            false,
        ),
    ] {
        assert_eq!(names(pattern, text), expected, "{pattern} {text}");
    }
}
