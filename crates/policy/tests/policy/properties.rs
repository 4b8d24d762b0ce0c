//! What holds for every policy, every person and every repository.
//!
//! Repositories, patterns, teams and people come from small sets, so that
//! they meet.

use jiff::{Timestamp, ToSpan};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use pullgate_policy::{
    Badge, Covers, Exception, Iam, Mode, Outcome, Permission, PolicyParts, PublisherCategory, Ram,
    Role, Rule, Settings, Switch, TeamAdditions,
};
use pullgate_reference::Pattern;

use crate::acme::{NOON, Organization, Pull, Seat, moment, patterns, person, repository, team};

const REPOSITORIES: [&str; 9] = [
    "nginx",
    "docker.io/library/a/b",
    "bitnami/redis",
    "evil/miner",
    "acme/app",
    "ghcr.io/acme/app",
    "ghcr.io/partner/tool",
    "quay.io/a/b/c",
    "registry.acme.example:5000/app",
];
const PATTERNS: [&str; 11] = [
    "nginx",
    "docker.io/library/*",
    "bitnami/*",
    "evil/miner",
    "acme/**",
    "ghcr.io/acme/**",
    "ghcr.io/partner/*",
    "ghcr.io/**",
    "quay.io/**",
    "quay.io/a/b/c",
    "registry.acme.example:5000/**",
];
const REGISTRIES: [&str; 3] = ["ghcr.io", "quay.io", "registry.acme.example:5000"];
const TEAMS: [&str; 2] = ["data", "dev"];
const PEOPLE: [&str; 2] = ["mia", "ola"];

/// A moment from two hours before noon to two hours after.
fn around_noon() -> impl Strategy<Value = Timestamp> {
    (-120_i64..=120).prop_map(|minutes| moment(NOON) + minutes.minutes())
}

fn permission() -> impl Strategy<Value = Permission> {
    select(vec![Permission::Allowed, Permission::Restricted])
}

fn switch() -> impl Strategy<Value = Switch> {
    select(vec![Switch::On, Switch::Off])
}

fn mode() -> impl Strategy<Value = Mode> {
    select(vec![Mode::Enforce, Mode::Monitor])
}

fn some_patterns() -> impl Strategy<Value = Vec<Pattern>> {
    subsequence(PATTERNS.to_vec(), 0..=3).prop_map(|texts| patterns(&texts))
}

fn settings() -> impl Strategy<Value = Settings> {
    let iam = (
        switch(),
        mode(),
        permission(),
        permission(),
        permission(),
        switch(),
    )
        .prop_map(
            |(enabled, mode, official, verified, sponsored, allowlist)| Iam {
                enabled,
                mode,
                official,
                verified_publisher: verified,
                sponsored_oss: sponsored,
                allowlist,
            },
        );
    let registries = subsequence(REGISTRIES.to_vec(), 0..=3);
    let ram = (switch(), mode(), permission(), registries).prop_map(
        |(enabled, mode, docker_hub, hosts)| Ram {
            enabled,
            mode,
            docker_hub,
            registries: hosts
                .iter()
                .map(|host| host.parse().expect("a registry"))
                .collect(),
        },
    );
    (iam, ram, some_patterns()).prop_map(|(iam, ram, trusted)| Settings { iam, ram, trusted })
}

fn covers() -> impl Strategy<Value = Covers> {
    prop_oneof![
        Just(Covers::Organization),
        select(TEAMS.to_vec()).prop_map(|name| Covers::Team(team(name))),
        select(PEOPLE.to_vec()).prop_map(|name| Covers::Person(person(name))),
    ]
}

fn exception() -> impl Strategy<Value = Exception> {
    (select(REPOSITORIES.to_vec()), covers(), around_noon()).prop_map(|(name, covers, ends_at)| {
        Exception {
            repository: repository(name),
            covers,
            ends_at,
        }
    })
}

fn additions() -> impl Strategy<Value = TeamAdditions> {
    let categories = subsequence(PublisherCategory::ALL.to_vec(), 0..=3);
    (some_patterns(), categories).prop_map(|(allowlist, categories)| TeamAdditions {
        allowlist,
        categories,
    })
}

fn parts(name: &'static str) -> impl Strategy<Value = PolicyParts> {
    let teams = TEAMS.map(|name| option::of(additions()).prop_map(move |it| (name, it)));
    (
        some_patterns(),
        settings(),
        some_patterns(),
        vec(exception(), 0..4),
        teams,
    )
        .prop_map(
            move |(namespaces, settings, allowlist, exceptions, teams)| PolicyParts {
                organization: name.parse().expect("a name"),
                namespaces,
                settings,
                allowlist,
                exceptions,
                teams: teams
                    .into_iter()
                    .filter_map(|(name, additions)| Some((team(name), additions?)))
                    .collect(),
            },
        )
}

/// Somebody's place in an organization, with the organization as it is set up.
#[derive(Clone, Debug)]
struct Place {
    parts: PolicyParts,
    role: Role,
    teams: Vec<&'static str>,
}

impl Place {
    fn seat(&self) -> Seat {
        Organization(self.parts.clone()).seat(self.role, &self.teams)
    }
}

fn place(name: &'static str) -> impl Strategy<Value = Place> {
    let role = prop_oneof![4 => Just(Role::Member), 1 => Just(Role::Owner)];
    let teams = subsequence(TEAMS.to_vec(), 0..=2).prop_shuffle();
    (parts(name), role, teams).prop_map(|(parts, role, teams)| Place { parts, role, teams })
}

/// A person in acme, and maybe in others.
fn places() -> impl Strategy<Value = Vec<Place>> {
    (
        place("acme"),
        option::of(place("other")),
        option::weighted(0.2, place("third")),
    )
        .prop_map(|(acme, other, third)| [Some(acme), other, third].into_iter().flatten().collect())
}

fn badge() -> impl Strategy<Value = Badge> {
    select(vec![
        Badge::VerifiedPublisher,
        Badge::SponsoredOss,
        Badge::None,
        Badge::Unknown,
    ])
}

fn pull() -> impl Strategy<Value = Pull> {
    (
        select(REPOSITORIES.to_vec()),
        badge(),
        option::of(select(PEOPLE.to_vec())),
        around_noon(),
    )
        .prop_map(|(name, badge, who, at)| Pull {
            repository: repository(name),
            badge,
            person: who.map(person),
            at,
        })
}

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
