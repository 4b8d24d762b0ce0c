//! What holds for every policy, every person and every repository.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use pullgate_policy::{
    Badge, Mode, Outcome, Permission, PolicyParts, PublisherCategory, Role, Rule, Settings, Switch,
};

use crate::acme::{Pull, Seat, patterns, team};
use crate::chance::{PATTERNS, Place, TEAMS, additions, badge, exception, place, places, pull};

fn outcome(pull: &Pull, places: &[Place]) -> Outcome {
    let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
    let seats: Vec<&Seat> = seats.iter().collect();
    pull.decided(&seats).outcome
}

/// The outcome before and after a change of acme's policy.
fn around(
    pull: &Pull,
    places: &[Place],
    change: impl FnOnce(&mut PolicyParts),
) -> (Outcome, Outcome) {
    let before = outcome(pull, places);
    let mut changed = places.to_vec();
    change(&mut changed[0].parts);
    (before, outcome(pull, &changed))
}

fn restrict(settings: &mut Settings, category: PublisherCategory) {
    match category {
        PublisherCategory::Official => settings.iam.official = Permission::Restricted,
        PublisherCategory::VerifiedPublisher => {
            settings.iam.verified_publisher = Permission::Restricted;
        }
        PublisherCategory::SponsoredOss => settings.iam.sponsored_oss = Permission::Restricted,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn restricting_a_category_never_allows_what_was_denied(
        places in places(),
        pull in pull(),
        category in select(PublisherCategory::ALL.to_vec()),
    ) {
        let (before, after) = around(&pull, &places, |parts| {
            restrict(&mut parts.settings, category);
        });
        prop_assert!(after >= before, "{before} became {after}");
    }

    #[test]
    fn switching_image_access_management_on_never_allows_what_was_denied(
        places in places(),
        pull in pull(),
    ) {
        let (before, after) = around(&pull, &places, |parts| {
            parts.settings.iam.enabled = Switch::On;
        });
        prop_assert!(after >= before, "{before} became {after}");
    }

    #[test]
    fn closing_registries_never_allows_what_was_denied(
        places in places(),
        pull in pull(),
    ) {
        let (before, after) = around(&pull, &places, |parts| {
            parts.settings.ram.enabled = Switch::On;
            parts.settings.ram.docker_hub = Permission::Restricted;
            parts.settings.ram.registries.clear();
        });
        prop_assert!(after >= before, "{before} became {after}");
    }

    #[test]
    fn an_allowlist_entry_never_denies_what_was_allowed(
        places in places(),
        pull in pull(),
        pattern in select(PATTERNS.to_vec()),
    ) {
        let (before, after) = around(&pull, &places, |parts| {
            parts.allowlist.extend(patterns(&[pattern]));
        });
        prop_assert!(after <= before, "{before} became {after}");
    }

    #[test]
    fn switching_the_allowlist_on_never_denies_what_was_allowed(
        places in places(),
        pull in pull(),
    ) {
        let (before, after) = around(&pull, &places, |parts| {
            parts.settings.iam.allowlist = Switch::On;
        });
        prop_assert!(after <= before, "{before} became {after}");
    }

    #[test]
    fn an_exception_never_denies_what_was_allowed(
        places in places(),
        pull in pull(),
        exception in exception(),
    ) {
        let (before, after) = around(&pull, &places, |parts| parts.exceptions.push(exception));
        prop_assert!(after <= before, "{before} became {after}");
    }

    #[test]
    fn a_teams_addition_never_denies_what_was_allowed(
        places in places(),
        pull in pull(),
        name in select(TEAMS.to_vec()),
        more in additions(),
    ) {
        let (before, after) = around(&pull, &places, |parts| {
            match parts.teams.iter_mut().find(|(held, _)| held.as_str() == name) {
                Some((_, additions)) => {
                    additions.allowlist.extend(more.allowlist);
                    additions.categories.extend(more.categories);
                }
                None => parts.teams.push((team(name), more)),
            }
        });
        prop_assert!(after <= before, "{before} became {after}");
    }

    #[test]
    fn joining_a_team_never_denies_what_was_allowed(
        places in places(),
        pull in pull(),
        name in select(TEAMS.to_vec()),
    ) {
        let before = outcome(&pull, &places);
        let mut joined = places;
        joined[0].teams.push(name);
        let after = outcome(&pull, &joined);
        prop_assert!(after <= before, "{before} became {after}");
    }

    #[test]
    fn monitoring_never_denies(places in places(), pull in pull()) {
        let (before, after) = around(&pull, &places, |parts| parts.settings.iam.mode = Mode::Monitor);
        prop_assert!(after <= before, "images: {before} became {after}");
        let (before, after) = around(&pull, &places, |parts| parts.settings.ram.mode = Mode::Monitor);
        prop_assert!(after <= before, "registries: {before} became {after}");

        let mut monitoring = places;
        for place in &mut monitoring {
            place.parts.settings.iam.mode = Mode::Monitor;
            place.parts.settings.ram.mode = Mode::Monitor;
        }
        prop_assert_ne!(outcome(&pull, &monitoring), Outcome::Denied);
    }

    #[test]
    fn monitoring_records_exactly_what_enforcing_would_deny(
        places in places(),
        pull in pull(),
    ) {
        let with = |mode: Mode| {
            let mut places = places.clone();
            for place in &mut places {
                place.parts.settings.iam.mode = mode;
                place.parts.settings.ram.mode = mode;
            }
            outcome(&pull, &places)
        };
        match with(Mode::Enforce) {
            Outcome::Denied => prop_assert_eq!(with(Mode::Monitor), Outcome::Monitored),
            allowed => prop_assert_eq!(with(Mode::Monitor), allowed),
        }
    }

    #[test]
    fn a_decision_is_the_strictest_of_the_single_decisions_in_any_order(
        places in places().prop_shuffle(),
        pull in pull(),
    ) {
        let strictest = places
            .iter()
            .map(|place| outcome(&pull, std::slice::from_ref(place)))
            .max();
        prop_assert_eq!(Some(outcome(&pull, &places)), strictest);

        // And what is told is one of the single verdicts.
        let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
        let all: Vec<&Seat> = seats.iter().collect();
        let told = pull.decided(&all);
        prop_assert!(seats.iter().any(|seat| pull.decided(&[seat]) == told));
    }

    #[test]
    fn a_decision_is_what_the_table_says(place in place("acme"), pull in pull()) {
        let seat = place.seat();
        let verdict = pull.decided(&[&seat]);
        let (outcome, rule, team) = crate::table::read(&place.parts, place.role, &seat.teams, &pull);
        prop_assert_eq!((verdict.outcome, verdict.rule), (outcome, rule));
        prop_assert_eq!(verdict.team.cloned(), team);
    }

    #[test]
    fn an_owner_of_all_their_organizations_is_always_allowed(
        places in places(),
        pull in pull(),
    ) {
        let mut owned = places;
        for place in &mut owned {
            place.role = Role::Owner;
        }
        let seats: Vec<Seat> = owned.iter().map(Place::seat).collect();
        let seats: Vec<&Seat> = seats.iter().collect();
        let verdict = pull.decided(&seats);
        prop_assert_eq!((verdict.outcome, verdict.rule), (Outcome::Allowed, Rule::Owner));
    }

    #[test]
    fn knowing_a_badge_never_denies_what_was_allowed_without_knowing(
        places in places(),
        pull in pull(),
        badge in badge(),
    ) {
        let unknown = outcome(&pull.clone().badge(Badge::Unknown), &places);
        let known = outcome(&pull.badge(badge), &places);
        prop_assert!(known <= unknown, "{unknown} became {known}");
    }

    #[test]
    fn docker_hub_is_worth_waiting_for_wherever_its_answer_changes_the_outcome(
        places in places(),
        pull in pull(),
        badge in badge(),
    ) {
        let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
        let seats: Vec<&Seat> = seats.iter().collect();
        let unknown = pull.clone().badge(Badge::Unknown);
        let verdict = unknown.decided(&seats);
        if !verdict.rests_on_badge() {
            prop_assert_eq!(verdict.outcome, pull.badge(badge).decided(&seats).outcome);
        }
    }

    #[test]
    fn community_is_allowed_by_name_alone(places in places(), pull in pull()) {
        let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
        let seats: Vec<&Seat> = seats.iter().collect();
        let verdict = pull.decided(&seats);
        if verdict.rule == Rule::Community {
            prop_assert_ne!(verdict.outcome, Outcome::Allowed);
        }
    }

    #[test]
    fn every_sentence_is_printable(
        places in places(),
        pull in pull(),
        console in option::of(any::<String>()),
    ) {
        let seats: Vec<Seat> = places.iter().map(Place::seat).collect();
        let seats: Vec<&Seat> = seats.iter().collect();
        let line = pull.decided(&seats).sentence(&pull.repository, console.as_deref());
        prop_assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{line:?}");
        prop_assert!(line.len() < pullgate_policy::MAX_SENTENCE);
    }
}
