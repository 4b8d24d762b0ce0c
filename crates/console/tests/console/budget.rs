//! That pages are answered in time where there is much: 10,000 members, a
//! million decisions, a thousand changes and entries. To furnish that takes
//! minutes, so this is run by itself and says what it measured:
//!
//! ```text
//! cargo test --release --workspace --test console -- --ignored --nocapture budget
//! ```

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "chance is not precise"
)]

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use pullgate_policy::{Badge, Category, Iam, Outcome, Permission, Role, Rule, Switch};
use pullgate_store::{Actor, DecisionRecord, NewPerson, PersonId};
use uuid::Uuid;

use crate::permissions::hidden;
use crate::world::{World, organization, username};

const MEMBERS: usize = 10_000;
const DECISIONS: usize = 1_000_000;
const REPOSITORIES: usize = 2_000;
const CHANGES: usize = 1_000;
const DAYS: i64 = 29;

/// How long a page may take.
const BUDGET: Duration = Duration::from_millis(50);

/// How often each is asked for.
const TIMES: usize = 21;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; see the command above"]
async fn budget_of_the_pages_of_a_large_organization() {
    let world = Box::pin(World::new()).await;
    furnish(&world).await;
    let world = Box::pin(world.another_replica()).await;
    let pages = [
        ("olivia", "/orgs/acme"),
        ("olivia", "/orgs/acme/permissions"),
        ("olivia", "/orgs/acme/permissions/allowlist"),
        ("olivia", "/orgs/acme/permissions/allowlist?search=image-9"),
        ("olivia", "/orgs/acme/permissions/allowlist?page=20"),
        ("olivia", "/orgs/acme/permissions/registries"),
        ("olivia", "/orgs/acme/permissions/history"),
        ("olivia", "/orgs/acme/lookup?image=evil/miner"),
        ("olivia", "/orgs/acme/requests"),
        ("olivia", "/orgs/acme/requests/exceptions"),
        ("olivia", "/orgs/acme/members"),
        ("olivia", "/orgs/acme/members?search=person-9"),
        ("olivia", "/orgs/acme/teams"),
        ("olivia", "/orgs/acme/activity"),
        ("olivia", "/orgs/acme/activity?outcome=denied"),
        ("olivia", "/orgs/acme/activity/changes"),
        ("mia", "/orgs/acme"),
        ("mia", "/orgs/acme/activity"),
        ("mia", "/orgs/acme/lookup?image=evil/miner"),
        ("mia", "/orgs/acme/permissions"),
        ("mia", "/orgs/acme/permissions/allowlist"),
    ];
    let mut slow = Vec::new();
    for (name, path) in pages {
        let mut browser = world.signed_in(name).await;
        let mut took = Vec::new();
        for _ in 0..TIMES {
            let begin = Instant::now();
            let answer = browser.get(path).await;
            took.push(begin.elapsed());
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.text.len() < 60_000, "{path}: {}", answer.text.len());
        }
        took.sort();
        let (least, median, most) = (took[0], took[TIMES / 2], took[TIMES - 1]);
        eprintln!("{least:>9.1?} to {most:>9.1?}, median {median:>9.1?}: {path} as {name}");
        if median > BUDGET {
            slow.push((path, median));
        }
    }
    // Not a page to be looked at but a question to a million decisions.
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get("/orgs/acme/permissions").await.text;
    let (was, version) = (hidden(&page, "was"), hidden(&page, "version"));
    let fields = [
        ("was", &*was),
        ("version", &*version),
        ("image_access", "on"),
        ("allowlist", "on"),
        ("official", "restricted"),
    ];
    let begin = Instant::now();
    let review = olivia
        .submit("/account", "/orgs/acme/permissions/review", &fields)
        .await;
    assert!(review.text.contains("Newly denied"), "{}", review.text);
    eprintln!("{:>10.1?} once: a review over 30 days", begin.elapsed());
    assert!(slow.is_empty(), "more than {BUDGET:?}: {slow:?}");
}

async fn furnish(world: &World) {
    let (acme, by, store) = (organization("acme"), &Actor::CommandLine, &world.store);
    let mut people = Vec::with_capacity(MEMBERS);
    for number in 0..MEMBERS {
        let person = NewPerson {
            username: username(&format!("person-{number}")),
            email: String::new(),
            password_hash: None,
        };
        let name = person.username.clone();
        people.push(store.create_person(person, by).await.unwrap().id);
        store
            .set_member(&acme, &name, Role::Member, by)
            .await
            .unwrap();
    }
    let start: Timestamp = "2026-11-25T11:00:00Z".parse().unwrap();
    let start = start - SignedDuration::from_hours(24 * DAYS);
    let mut chance = Chance(1);
    for from in (0..DECISIONS).step_by(5_000) {
        let batch: Vec<_> = (from..from + 5_000)
            .map(|number| decision(&mut chance, &people, start, number))
            .collect();
        store.record_decisions(&batch).await.unwrap();
    }
    let entries = (0..1_000).map(|number| (repository(number).parse().unwrap(), String::new()));
    let entries = entries.collect();
    store.add_to_allowlist(&acme, &entries, by).await.unwrap();
    for number in 0..CHANGES {
        let edit = |settings: &mut pullgate_policy::Settings| {
            settings.iam = Iam {
                enabled: Switch::On,
                allowlist: Switch::On,
                sponsored_oss: Permission::from(number % 2 == 0),
                ..Iam::default()
            };
        };
        store.change_settings(&acme, by, edit).await.unwrap();
    }
}

/// A third each are official, of verified publishers, and community.
fn repository(number: usize) -> String {
    match number % 3 {
        0 => format!("docker.io/library/image-{number}"),
        1 => format!("docker.io/publisher-{}/image-{number}", number % 97),
        _ => format!("docker.io/somebody-{}/image-{number}", number % 97),
    }
}

fn decision(
    chance: &mut Chance,
    people: &[PersonId],
    start: Timestamp,
    number: usize,
) -> DecisionRecord {
    let who = chance.few_often(people.len());
    let what = chance.few_often(REPOSITORIES);
    let (category, badge, rule, outcome) = match what % 3 {
        0 => (
            Category::Official,
            Badge::None,
            Rule::Official,
            Outcome::Allowed,
        ),
        1 => (
            Category::VerifiedPublisher,
            Badge::VerifiedPublisher,
            Rule::VerifiedPublisher,
            Outcome::Allowed,
        ),
        _ => (
            Category::Community,
            Badge::None,
            Rule::Community,
            Outcome::Denied,
        ),
    };
    let apart = DAYS * 24 * 3_600_000 / i64::try_from(DECISIONS).unwrap();
    let after = apart * i64::try_from(number).unwrap();
    DecisionRecord {
        id: Uuid::now_v7(),
        at: start + SignedDuration::from_millis(after),
        count: 1,
        subject: format!("person:person-{who}"),
        person: Some(people[who]),
        organization: Some(organization("acme")),
        client: "docker/27.3.1 go/go1.22.7 kernel/6.1.0 os/linux arch/amd64".to_owned(),
        address: "10.20.30.40".to_owned(),
        action: "manifest".to_owned(),
        repository: repository(what).parse().unwrap(),
        reference: Some("latest".to_owned()),
        digest: None,
        category,
        badge,
        rule,
        outcome,
        team: None,
    }
}

/// The same numbers in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below a limit; the small ones come often, as in Zipf's law.
    fn few_often(&mut self, limit: usize) -> usize {
        let number = (limit as f64 + 1.0).powf(self.next()) - 1.0;
        (number as usize).min(limit - 1)
    }
}
