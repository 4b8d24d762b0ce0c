//! How our contract for an operation differs from Docker Hub's.

use std::collections::{BTreeMap, BTreeSet};

use super::contract::{Content, Contract, Parameter};
use super::shape::Field;

/// The differences in statuses alone.
pub(super) fn in_statuses(hub: &Contract, ours: &Contract) -> Vec<String> {
    let mut found = Vec::new();
    for status in hub.answers.keys() {
        if !ours.answers.contains_key(status) {
            found.push(format!("never answers {status}"));
        }
    }
    for status in ours.answers.keys() {
        if !hub.answers.contains_key(status) {
            found.push(format!("also answers {status}"));
        }
    }
    found
}

/// All differences that a tool written for the Hub could notice.
pub(super) fn all(hub: &Contract, ours: &Contract) -> Vec<String> {
    let mut found = in_statuses(hub, ours);
    match (hub.signed_in, ours.signed_in) {
        (true, false) => found.push("is for everybody".to_owned()),
        (false, true) => found.push("is only for people who have signed in".to_owned()),
        _ => {}
    }
    parameters(&hub.parameters, &ours.parameters, &mut found);
    match (&hub.body, &ours.body) {
        (Some(hub), Some(ours)) => asked(hub, ours, &mut found),
        (Some(_), None) => found.push("takes no body".to_owned()),
        (None, Some(_)) => found.push("takes a body".to_owned()),
        (None, None) => {}
    }
    for (status, theirs) in &hub.answers {
        match (theirs, ours.answers.get(status)) {
            (Some(theirs), Some(Some(ours))) => answered(status, theirs, ours, &mut found),
            (Some(_), Some(None)) => found.push(format!("{status}: no body")),
            (None, Some(Some(_))) => found.push(format!("{status}: a body")),
            _ => {}
        }
    }
    found
}

fn parameters(
    hub: &BTreeMap<String, Parameter>,
    ours: &BTreeMap<String, Parameter>,
    found: &mut Vec<String>,
) {
    for (name, theirs) in hub {
        let Some(our) = ours.get(name) else {
            found.push(format!("parameter {name}: not known"));
            continue;
        };
        if our.required && !theirs.required {
            found.push(format!("parameter {name}: required"));
        }
        if !takes(&our.kind, &theirs.kind) {
            found.push(format!(
                "parameter {name}: {} instead of {}",
                our.kind, theirs.kind
            ));
        }
        choices(
            &format!("parameter {name}"),
            &theirs.choices,
            &our.choices,
            found,
        );
    }
    for (name, our) in ours {
        if our.required && !hub.contains_key(name) {
            found.push(format!("parameter {name}: required, and the Hub has none"));
        }
    }
}

/// A body that a client of the Hub's sends has to be taken.
fn asked(hub: &Content, ours: &Content, found: &mut Vec<String>) {
    formats("body", hub, ours, found);
    for (at, theirs) in &hub.shape.fields {
        let Some(our) = ours.shape.fields.get(at) else {
            found.push(format!("body: {at} is not known"));
            continue;
        };
        if our.required && !theirs.required {
            found.push(format!("body: {at} is required"));
        }
        if theirs.required && !our.required {
            found.push(format!("body: {at} is not required"));
        }
        if !takes(&our.kind, &theirs.kind) {
            found.push(format!(
                "body: {at} is {} instead of {}",
                our.kind, theirs.kind
            ));
        }
        choices(&format!("body: {at}"), &theirs.choices, &our.choices, found);
    }
    for (at, our) in &ours.shape.fields {
        if our.required && !hub.shape.fields.contains_key(at) && parent_is_known(at, hub) {
            found.push(format!("body: {at} is required, and the Hub has none"));
        }
    }
}

/// A client of the Hub's has to find all that it looks for in an answer.
fn answered(status: &str, hub: &Content, ours: &Content, found: &mut Vec<String>) {
    formats(status, hub, ours, found);
    for (at, theirs) in &hub.shape.fields {
        let Some(our) = ours.shape.fields.get(at) else {
            if parent_is_known(at, ours) {
                found.push(format!("{status}: {at} is not there"));
            }
            continue;
        };
        if theirs.required && !our.required {
            found.push(format!("{status}: {at} may be left out"));
        }
        if our.nullable && !theirs.nullable {
            found.push(format!("{status}: {at} may be null"));
        }
        if !takes(&theirs.kind, &our.kind) {
            found.push(format!(
                "{status}: {at} is {} instead of {}",
                our.kind, theirs.kind
            ));
        }
        if !theirs.choices.is_empty() {
            let surprising = our.choices.difference(&theirs.choices);
            for value in surprising {
                found.push(format!("{status}: {at} may be {value:?}"));
            }
            if our.choices.is_empty() {
                found.push(format!("{status}: {at} may be anything"));
            }
        }
    }
}

/// What is said of a field says enough of all that stands in it.
fn parent_is_known(at: &str, there: &Content) -> bool {
    let fields: &BTreeMap<String, Field> = &there.shape.fields;
    let end = at.rfind(['.', '[']).unwrap_or_default();
    fields.contains_key(&at[..end])
}

fn formats(what: &str, hub: &Content, ours: &Content, found: &mut Vec<String>) {
    for format in hub.formats.difference(&ours.formats) {
        found.push(format!("{what}: no {format}"));
    }
}

fn choices(what: &str, hub: &BTreeSet<String>, ours: &BTreeSet<String>, found: &mut Vec<String>) {
    // Whoever takes any text takes these.
    if !ours.is_empty() {
        for value in hub.difference(ours) {
            found.push(format!("{what}: {value:?} is not taken"));
        }
    }
}

/// Whether a place for `place` takes a `value`.
fn takes(place: &str, value: &str) -> bool {
    place == value || place.is_empty() || (place == "number" && value == "integer")
}
