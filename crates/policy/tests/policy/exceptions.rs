//! Allowances with an end.

use pullgate_policy::{Covers, Outcome, Rule, Verdict};

use crate::acme::{Organization, Pull, Seat, person, pull, team};

const END: &str = "2026-11-30T18:00:00Z";

fn outcome(pull: &Pull, seat: &Seat) -> (Outcome, Rule) {
    let Verdict { outcome, rule, .. } = pull.decided(&[seat]);
    (outcome, rule)
}

const ALLOWED: (Outcome, Rule) = (Outcome::Allowed, Rule::Exception);
const DENIED: (Outcome, Rule) = (Outcome::Denied, Rule::Community);

#[test]
fn one_for_the_organization_covers_every_member_and_its_machines() {
    let acme = Organization::acme().exception("evil/miner", Covers::Organization, END);
    let member = acme.member();
    assert_eq!(outcome(&pull("evil/miner").by("mia"), &member), ALLOWED);
    assert_eq!(outcome(&pull("evil/miner").by("ola"), &member), ALLOWED);
    assert_eq!(outcome(&pull("evil/miner").by_nobody(), &member), ALLOWED);
    assert_eq!(pull("evil/miner").decided(&[&member]).team, None);
}

#[test]
fn one_for_a_team_covers_its_members_and_names_the_team() {
    let acme = Organization::acme().exception("evil/miner", Covers::Team(team("data")), END);
    let inside = acme.member_in(&["dev", "data"]);
    let verdict = pull("evil/miner").decided(&[&inside]);
    assert_eq!((verdict.outcome, verdict.rule), ALLOWED);
    assert_eq!(verdict.team, Some(&team("data")));

    let outside = acme.member_in(&["dev"]);
    let verdict = pull("evil/miner").decided(&[&outside]);
    assert_eq!((verdict.outcome, verdict.rule), DENIED);
    assert_eq!(verdict.team, None);
}

#[test]
fn one_for_a_person_covers_nobody_else() {
    let acme = Organization::acme().exception("evil/miner", Covers::Person(person("mia")), END);
    let member = acme.member_in(&["mia"]);
    assert_eq!(outcome(&pull("evil/miner").by("mia"), &member), ALLOWED);
    assert_eq!(outcome(&pull("evil/miner").by("mia2"), &member), DENIED);
    assert_eq!(outcome(&pull("evil/miner").by_nobody(), &member), DENIED);
}

#[test]
fn one_for_a_team_does_not_cover_a_person_of_that_name() {
    let acme = Organization::acme().exception("evil/miner", Covers::Team(team("mia")), END);
    assert_eq!(
        outcome(&pull("evil/miner").by("mia"), &acme.member()),
        DENIED
    );
}

#[test]
fn it_counts_until_its_end_and_not_at_it() {
    for covers in [
        Covers::Organization,
        Covers::Team(team("data")),
        Covers::Person(person("mia")),
    ] {
        let member = Organization::acme()
            .exception("evil/miner", covers, END)
            .member_in(&["data"]);
        for (at, expected) in [
            ("2026-11-30T17:59:59.999999999Z", ALLOWED),
            ("2026-11-30T18:00:00Z", DENIED),
            ("2026-11-30T18:00:00.000000001Z", DENIED),
            ("2030-01-01T00:00:00Z", DENIED),
        ] {
            assert_eq!(
                outcome(&pull("evil/miner").at(at), &member),
                expected,
                "{at}"
            );
        }
    }
}

#[test]
fn of_two_the_later_end_counts_in_whatever_order_they_are_stored() {
    let later = "2026-12-31T00:00:00Z";
    for covers in [
        Covers::Organization,
        Covers::Team(team("data")),
        Covers::Person(person("mia")),
    ] {
        for ends in [[END, later], [later, END]] {
            let mut acme = Organization::acme();
            for end in ends {
                acme = acme.exception("evil/miner", covers.clone(), end);
            }
            let member = acme.member_in(&["data"]);
            let between = pull("evil/miner").at("2026-12-15T00:00:00Z");
            assert_eq!(outcome(&between, &member), ALLOWED);
            assert_eq!(outcome(&pull("evil/miner").at(later), &member), DENIED);
        }
    }
}

#[test]
fn an_expired_one_does_not_hide_one_that_runs() {
    let past = "2026-11-01T00:00:00Z";
    let table = [
        (Covers::Organization, Covers::Team(team("data"))),
        (Covers::Organization, Covers::Person(person("mia"))),
        (Covers::Team(team("data")), Covers::Person(person("mia"))),
        (Covers::Team(team("dev")), Covers::Team(team("data"))),
        (Covers::Person(person("mia")), Covers::Organization),
    ];
    for (expired, runs) in table {
        let member = Organization::acme()
            .exception("evil/miner", expired, past)
            .exception("evil/miner", runs, END)
            .member_in(&["dev", "data"]);
        assert_eq!(outcome(&pull("evil/miner"), &member), ALLOWED);
    }
}

#[test]
fn it_needs_no_allowlist_switch() {
    let acme = Organization::acme().exception("evil/miner", Covers::Organization, END);
    assert_eq!(acme.0.settings.iam.allowlist, pullgate_policy::Switch::Off);
    assert_eq!(pull("evil/miner").as_member_of(&acme), ALLOWED);
}
