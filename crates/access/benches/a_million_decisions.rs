//! What may be asked of a million recorded decisions, on SQLite and on
//! PostgreSQL: `cargo bench -p pullgate-access`.
//!
//! The decisions are of 30 days, 500 people in 20 teams, 20 machines and 2,000
//! repositories, few of which are pulled often. Each is a record of its own:
//! in real life those of one moment are one record with a count, and a pull is
//! several decisions about one repository, which makes the sums smaller than
//! they are here. Recording them takes a minute or two, and is timed, too.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a benchmark that cannot be set up measures nothing, and it says what it does"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "chance is not precise"
)]

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use divan::{Bencher, black_box};
use jiff::{SignedDuration, Timestamp};
use pullgate_access::{Clock, Door, DoorSettings, Recorder, RecorderSettings, Trial};
use pullgate_catalog::{Catalog, HubClient};
use pullgate_identity::Identity;
use pullgate_policy::{
    Badge, Category, Iam, Outcome, Permission, PolicyParts, Role, Rule, Settings, Switch,
};
use pullgate_store::{
    Actor, DatabaseUrl, Day, DecisionFilter, DecisionRecord, NewPerson, PersonId, Store,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

const DECISIONS: usize = 1_000_000;
const DAYS: i64 = 30;
const PEOPLE: usize = 500;
const MACHINES: usize = 20;
const TEAMS: usize = 20;
const REPOSITORIES: usize = 2_000;
const BY: &Actor = &Actor::CommandLine;

fn main() {
    divan::main();
}

/// Which database.
#[derive(Clone, Copy, Debug)]
enum On {
    Sqlite,
    Postgres,
}

impl fmt::Display for On {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

const BOTH: [On; 2] = [On::Sqlite, On::Postgres];

/// What an owner would do.
#[divan::bench(args = BOTH, sample_count = 7, sample_size = 1)]
fn preview_restricting_official_images(bencher: Bencher<'_, '_>, on: On) {
    preview(bencher, on, |iam| iam.official = Permission::Restricted);
}

/// What changes the most: all but the organization's own images is denied.
#[divan::bench(args = BOTH, sample_count = 7, sample_size = 1)]
fn preview_restricting_everything(bencher: Bencher<'_, '_>, on: On) {
    preview(bencher, on, |iam| {
        iam.official = Permission::Restricted;
        iam.verified_publisher = Permission::Restricted;
        iam.sponsored_oss = Permission::Restricted;
    });
}

fn preview(bencher: Bencher<'_, '_>, on: On, edit: fn(&mut Iam)) {
    let site = Site::on(on);
    let mut draft = site.policy.clone();
    edit(&mut draft.settings.iam);
    bencher.bench_local(|| {
        let trial = Trial {
            now: site.policy.clone(),
            draft: draft.clone(),
            // Not at midnight: a part of the first day is looked at one by one.
            since: site.start + SignedDuration::from_mins(1),
            until: None,
            most: 20,
        };
        let impact = site.runtime.block_on(site.door.replay(trial));
        let impact = impact.expect("an impact");
        assert!(impact.recorded.total() > 9 * DECISIONS as u64 / 10);
        assert!(impact.newly_denied.decisions > 0);
        impact
    });
}

/// The sums of an overview.
#[divan::bench(args = BOTH, sample_count = 50, sample_size = 1)]
fn overview_of_30_days(bencher: Bencher<'_, '_>, on: On) {
    let site = Site::on(on);
    let organization = &site.policy.organization;
    let last = Day::of(site.end());
    bencher.bench_local(|| {
        let totals = site
            .store
            .decision_totals(organization, last.minus(29), last, 10);
        let totals = site.runtime.block_on(totals).expect("totals");
        assert_eq!(totals.denied.len(), 10);
        black_box(totals)
    });
}

/// The first page of what was denied.
#[divan::bench(args = BOTH, sample_count = 50, sample_size = 1)]
fn page_of_100_denied(bencher: Bencher<'_, '_>, on: On) {
    let filter = DecisionFilter {
        outcome: Some(Outcome::Denied),
        ..DecisionFilter::default()
    };
    page(bencher, on, filter);
}

/// A page of an export, in the middle of it.
#[divan::bench(args = BOTH, sample_count = 50, sample_size = 1)]
fn page_of_1000_of_an_export(bencher: Bencher<'_, '_>, on: On) {
    let middle = Site::on(on).start + SignedDuration::from_hours(DAYS * 12);
    let filter = DecisionFilter {
        until: Some(middle),
        limit: 1_000,
        ..DecisionFilter::default()
    };
    page(bencher, on, filter);
}

fn page(bencher: Bencher<'_, '_>, on: On, filter: DecisionFilter) {
    let site = Site::on(on);
    let filter = DecisionFilter {
        organization: Some(site.policy.organization.clone()),
        ..filter
    };
    bencher.bench_local(|| {
        let found = site.runtime.block_on(site.store.decisions(&filter));
        let found = found.expect("a page");
        assert_eq!(found.len(), filter.limit as usize);
        found
    });
}

/// An organization with a million decisions.
struct Site {
    runtime: Runtime,
    store: Store,
    door: Door,
    policy: PolicyParts,
    start: Timestamp,
    _folder: TempDir,
}

impl Site {
    fn on(on: On) -> &'static Self {
        static SQLITE: LazyLock<Site> = LazyLock::new(|| Site::furnished(On::Sqlite));
        static POSTGRES: LazyLock<Site> = LazyLock::new(|| Site::furnished(On::Postgres));
        match on {
            On::Sqlite => &SQLITE,
            On::Postgres => &POSTGRES,
        }
    }

    fn end(&self) -> Timestamp {
        self.start + SignedDuration::from_hours(DAYS * 24 - 1)
    }

    fn furnished(on: On) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let url = match on {
            On::Sqlite => DatabaseUrl::sqlite(folder.path().join("db")),
            On::Postgres => {
                let url = pullgate_testpg::Server::shared().create_database();
                DatabaseUrl::parse(&url).expect("a URL")
            }
        };
        let start: Timestamp = "2026-10-01T00:00:00Z".parse().expect("a moment");
        let (store, door) = runtime.block_on(async {
            let store = Store::open(&url).await.expect("a store");
            let people = people(&store).await;
            let begin = Instant::now();
            let mut chance = Chance(1);
            for from in (0..DECISIONS).step_by(5_000) {
                let batch: Vec<_> = (from..from + 5_000)
                    .map(|number| decision(&mut chance, &people, start, number))
                    .collect();
                store.record_decisions(&batch).await.expect("recorded");
            }
            let took = begin.elapsed();
            eprintln!(
                "{on}: {DECISIONS} decisions recorded in {took:.1?}, {:.0} in a second",
                DECISIONS as f64 / took.as_secs_f64()
            );
            let door = open(&store, &folder).await;
            (store, door)
        });
        Self {
            runtime,
            store,
            door,
            policy: policy(),
            start,
            _folder: folder,
        }
    }
}

/// The people of acme, in its teams.
async fn people(store: &Store) -> Vec<PersonId> {
    let acme = "acme".parse().expect("a name");
    let mut ids = Vec::new();
    for number in 0..PEOPLE {
        let person = NewPerson {
            username: format!("person-{number}").parse().expect("a name"),
            email: String::new(),
            password_hash: None,
        };
        let username = person.username.clone();
        let person = store.create_person(person, BY).await.expect("a person");
        ids.push(person.id);
        if number == 0 {
            let founded = store.create_organization(&acme, "Acme", &username, BY);
            founded.await.expect("an organization");
            continue;
        }
        let joined = store.set_member(&acme, &username, Role::Member, BY);
        joined.await.expect("a member");
        let team = format!("team-{}", number % TEAMS).parse().expect("a name");
        if number <= TEAMS {
            let made = store.create_team(&acme, &team, BY).await;
            made.expect("a team");
        }
        let added = store.add_team_member(&acme, &team, &username, BY);
        added.await.expect("a member of a team");
    }
    ids
}

async fn open(store: &Store, folder: &TempDir) -> Door {
    let clock: Clock = Arc::new(Timestamp::now);
    let settings = pullgate_identity::Settings::default();
    let identity = Identity::open(store.clone(), settings, Arc::clone(&clock)).await;
    let settings = pullgate_catalog::Settings::default();
    let hub = HubClient::new("http://127.0.0.1:1", &settings).expect("a client");
    let catalog = Catalog::open(store.clone(), hub, settings, Arc::clone(&clock)).await;
    let recorder = Recorder::new(
        store.clone(),
        Arc::clone(&clock),
        RecorderSettings::new(folder.path().join("spool")),
    );
    Door::open(
        store.clone(),
        Arc::new(identity.expect("an identity")),
        Arc::new(catalog.expect("a catalog")),
        Arc::new(recorder),
        clock,
        DoorSettings::default(),
    )
    .await
    .expect("a door")
}

/// Image Access Management is on, and 200 repositories are on the allowlist.
fn policy() -> PolicyParts {
    let allowlist = (0..200).map(|number| repository(number * 10).parse().expect("a pattern"));
    PolicyParts {
        organization: "acme".parse().expect("a name"),
        namespaces: Vec::new(),
        settings: Settings {
            iam: Iam {
                enabled: Switch::On,
                allowlist: Switch::On,
                ..Iam::default()
            },
            ..Settings::default()
        },
        allowlist: allowlist.collect(),
        exceptions: Vec::new(),
        teams: Vec::new(),
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
    let who = chance.few_often(PEOPLE + MACHINES);
    let what = chance.few_often(REPOSITORIES);
    let person = people.get(who).copied();
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
    let apart = DAYS * 24 * 3_600_000 / i64::try_from(DECISIONS).expect("not so many");
    let after = apart * i64::try_from(number).expect("not so many");
    DecisionRecord {
        id: Uuid::now_v7(),
        at: start + SignedDuration::from_millis(after),
        count: 1,
        subject: match person {
            Some(_) => format!("person:person-{who}"),
            None => format!("token:acme/machine-{who}"),
        },
        person,
        organization: Some("acme".parse().expect("a name")),
        client: "docker/27.3.1 go/go1.22.7 kernel/6.1.0 os/linux arch/amd64".to_owned(),
        address: "10.20.30.40".to_owned(),
        action: "manifest".to_owned(),
        repository: repository(what).parse().expect("a repository"),
        reference: Some("latest".to_owned()),
        digest: Some(format!("sha256:{}", "a".repeat(64))),
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
