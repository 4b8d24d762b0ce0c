//! Policies and decisions by chance, about a few people, teams and images, so
//! that they meet.

use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use pullgate_policy::{
    Badge, Category, Covers, Exception, Iam, Mode, Outcome, Permission, PolicyParts,
    PublisherCategory, Ram, Role, Rule, Settings, Switch, TeamAdditions,
};
use pullgate_reference::Pattern;
use pullgate_store::{AccountStatus, Actor, DecisionRecord, NewPerson};

use crate::world::{World, acme, username};

const BY: &Actor = &Actor::CommandLine;

/// Who asks: an owner, members in no, one and two teams, one who has left,
/// one who cannot sign in, and those who are nobody.
const SUBJECTS: [&str; 8] = [
    "person:olivia",
    "person:mia",
    "person:dora",
    "person:dev",
    "person:gone",
    "person:off",
    "token:acme/ci",
    "anonymous:acme",
];
const TEAMS: [&str; 2] = ["data", "dev"];
const IMAGES: [&str; 8] = [
    "nginx",
    "redis",
    "bitnami/redis",
    "evil/miner",
    "acme/app",
    "ghcr.io/acme/app",
    "ghcr.io/partner/tool",
    "quay.io/a/b/c",
];
const PATTERNS: [&str; 7] = [
    "nginx",
    "docker.io/library/*",
    "bitnami/*",
    "evil/miner",
    "acme/**",
    "ghcr.io/**",
    "quay.io/a/b/c",
];

/// Makes those people what they are.
pub(super) async fn furnish(world: &World) {
    let store = &world.store;
    for name in ["dora", "dev", "gone", "off"] {
        let person = NewPerson {
            username: username(name),
            email: String::new(),
            password_hash: None,
        };
        store.create_person(person, BY).await.unwrap();
        store
            .set_member(&acme(), &username(name), Role::Member, BY)
            .await
            .unwrap();
    }
    for team in TEAMS {
        let team = team.parse().unwrap();
        store.create_team(&acme(), &team, BY).await.unwrap();
    }
    for (team, name) in [("data", "dora"), ("data", "dev"), ("dev", "dev")] {
        let team = team.parse().unwrap();
        store
            .add_team_member(&acme(), &team, &username(name), BY)
            .await
            .unwrap();
    }
    store
        .remove_member(&acme(), &username("gone"), BY)
        .await
        .unwrap();
    store
        .set_active(&username("off"), AccountStatus::Deactivated, BY)
        .await
        .unwrap();
    world.reload().await;
}

/// A policy, a draft, and what was decided before.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) now: PolicyParts,
    pub(super) draft: PolicyParts,
    asked: Vec<Asked>,
    /// From when to when, in hours.
    pub(super) period: [i64; 2],
    pub(super) most: usize,
}

#[derive(Clone, Debug)]
struct Asked {
    subject: &'static str,
    image: &'static str,
    badge: Badge,
    outcome: Outcome,
    count: u32,
    minutes: i64,
}

impl Case {
    /// The decisions, the first of them after this moment.
    pub(super) fn records(&self, world: &World, start: Timestamp) -> Vec<DecisionRecord> {
        let record = |asked: &Asked| DecisionRecord {
            id: uuid::Uuid::now_v7(),
            at: start + SignedDuration::from_mins(asked.minutes),
            count: asked.count,
            subject: asked.subject.to_owned(),
            person: asked.subject.strip_prefix("person:").map(|name| {
                let directory = world.identity.directory();
                directory.person_named(name).unwrap().id
            }),
            organization: Some(acme()),
            client: "docker/20.10".to_owned(),
            address: "192.0.2.7".to_owned(),
            action: "manifest".to_owned(),
            repository: asked.image.parse().unwrap(),
            reference: None,
            digest: None,
            category: Category::Community,
            badge: asked.badge,
            rule: Rule::Community,
            outcome: asked.outcome,
            team: None,
        };
        self.asked.iter().map(record).collect()
    }
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let hours = 0..24 * 16_i64;
    (
        parts(),
        parts(),
        vec(asked(), 0..60),
        (hours.clone(), hours),
        1..8_usize,
    )
        .prop_map(|(now, draft, asked, (one, other), most)| Case {
            now,
            draft,
            asked,
            period: [one.min(other), one.max(other)],
            most,
        })
}

fn asked() -> impl Strategy<Value = Asked> {
    let badges = [
        Badge::VerifiedPublisher,
        Badge::SponsoredOss,
        Badge::None,
        Badge::Unknown,
    ];
    let outcomes = [Outcome::Allowed, Outcome::Monitored, Outcome::Denied];
    (
        select(&SUBJECTS[..]),
        select(&IMAGES[..]),
        select(badges.to_vec()),
        select(outcomes.to_vec()),
        1..5_u32,
        0..60 * 24 * 14_i64,
    )
        .prop_map(|(subject, image, badge, outcome, count, minutes)| Asked {
            subject,
            image,
            badge,
            outcome,
            count,
            minutes,
        })
}

fn permission() -> impl Strategy<Value = Permission> {
    select(vec![Permission::Allowed, Permission::Restricted])
}

fn switch() -> impl Strategy<Value = Switch> {
    prop_oneof![3 => Just(Switch::On), 1 => Just(Switch::Off)]
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![3 => Just(Mode::Enforce), 1 => Just(Mode::Monitor)]
}

fn patterns() -> impl Strategy<Value = Vec<Pattern>> {
    subsequence(PATTERNS.to_vec(), 0..=2)
        .prop_map(|texts| texts.iter().map(|text| text.parse().unwrap()).collect())
}

fn settings() -> impl Strategy<Value = Settings> {
    let iam = (
        switch(),
        mode(),
        permission(),
        permission(),
        permission(),
        switch(),
    );
    let iam = iam.prop_map(
        |(enabled, mode, official, verified, sponsored, allowlist)| Iam {
            enabled,
            mode,
            official,
            verified_publisher: verified,
            sponsored_oss: sponsored,
            allowlist,
        },
    );
    let registries = subsequence(vec!["ghcr.io", "quay.io"], 0..=2);
    let ram = (switch(), mode(), permission(), registries).prop_map(
        |(enabled, mode, docker_hub, hosts)| Ram {
            enabled: match enabled {
                Switch::On => Switch::Off,
                Switch::Off => Switch::On,
            },
            mode,
            docker_hub,
            registries: hosts.iter().map(|host| host.parse().unwrap()).collect(),
        },
    );
    (iam, ram, patterns()).prop_map(|(iam, ram, trusted)| Settings { iam, ram, trusted })
}

fn exception() -> impl Strategy<Value = Exception> {
    let covers = prop_oneof![
        Just(Covers::Organization),
        select(&TEAMS[..]).prop_map(|name| Covers::Team(name.parse().unwrap())),
        select(vec!["mia", "dora"]).prop_map(|name| Covers::Person(username(name))),
    ];
    // Long past, or far away.
    let ends = select(vec!["2019-01-01T00:00:00Z", "2199-01-01T00:00:00Z"]);
    (select(&IMAGES[..]), covers, ends).prop_map(|(image, covers, ends)| Exception {
        repository: image.parse().unwrap(),
        covers,
        ends_at: ends.parse().unwrap(),
    })
}

fn additions() -> impl Strategy<Value = TeamAdditions> {
    let categories = subsequence(PublisherCategory::ALL.to_vec(), 0..=2);
    (patterns(), categories).prop_map(|(allowlist, categories)| TeamAdditions {
        allowlist,
        categories,
    })
}

fn parts() -> impl Strategy<Value = PolicyParts> {
    let teams = TEAMS.map(|name| option::of(additions()).prop_map(move |it| (name, it)));
    (
        patterns(),
        settings(),
        patterns(),
        vec(exception(), 0..3),
        teams,
    )
        .prop_map(
            |(namespaces, settings, allowlist, exceptions, teams)| PolicyParts {
                organization: acme(),
                namespaces,
                settings,
                allowlist,
                exceptions,
                teams: teams
                    .into_iter()
                    .filter_map(|(name, additions)| Some((name.parse().unwrap(), additions?)))
                    .collect(),
            },
        )
}
