//! Organizations, people and pulls by chance.
//!
//! Repositories, patterns, teams and people come from small sets, so that
//! they meet.

use jiff::{Timestamp, ToSpan};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use pullgate_policy::{
    Badge, Covers, Exception, Iam, Mode, Permission, PolicyParts, PublisherCategory, Ram, Role,
    Settings, Switch, TeamAdditions,
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
pub(crate) const PATTERNS: [&str; 11] = [
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
pub(crate) const TEAMS: [&str; 2] = ["data", "dev"];
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

pub(crate) fn exception() -> impl Strategy<Value = Exception> {
    (select(REPOSITORIES.to_vec()), covers(), around_noon()).prop_map(|(name, covers, ends_at)| {
        Exception {
            repository: repository(name),
            covers,
            ends_at,
        }
    })
}

pub(crate) fn additions() -> impl Strategy<Value = TeamAdditions> {
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
pub(crate) struct Place {
    pub(crate) parts: PolicyParts,
    pub(crate) role: Role,
    pub(crate) teams: Vec<&'static str>,
}

impl Place {
    pub(crate) fn seat(&self) -> Seat {
        Organization(self.parts.clone()).seat(self.role, &self.teams)
    }
}

pub(crate) fn place(name: &'static str) -> impl Strategy<Value = Place> {
    let role = prop_oneof![4 => Just(Role::Member), 1 => Just(Role::Owner)];
    let teams = subsequence(TEAMS.to_vec(), 0..=2).prop_shuffle();
    (parts(name), role, teams).prop_map(|(parts, role, teams)| Place { parts, role, teams })
}

/// A person in acme, and maybe in others.
pub(crate) fn places() -> impl Strategy<Value = Vec<Place>> {
    (
        place("acme"),
        option::of(place("other")),
        option::weighted(0.2, place("third")),
    )
        .prop_map(|(acme, other, third)| [Some(acme), other, third].into_iter().flatten().collect())
}

pub(crate) fn badge() -> impl Strategy<Value = Badge> {
    select(vec![
        Badge::VerifiedPublisher,
        Badge::SponsoredOss,
        Badge::None,
        Badge::Unknown,
    ])
}

pub(crate) fn pull() -> impl Strategy<Value = Pull> {
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
