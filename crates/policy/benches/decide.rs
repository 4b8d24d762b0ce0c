//! What a decision costs, and that it costs the same however long the lists
//! are: `cargo bench -p pullgate-policy`.
//!
//! Each function is one way through the rules. Its rows differ in the number
//! of allowlist entries and exceptions. Where something allocates, `alloc`
//! stands below the row: so it does at the sentence for a person, which is
//! written only for those who are denied, and nowhere else.

#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up measures nothing"
)]

use std::fmt;

use divan::{AllocProfiler, Bencher, black_box};
use jiff::Timestamp;
use pullgate_policy::{
    Badge, Covers, Exception, Membership, Outcome, Policy, PolicyParts, Question, Role, Rule,
    Settings, Switch, TeamAdditions, TeamName, Username, decide,
};
use pullgate_reference::{Pattern, Repository};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// How long the lists are.
#[derive(Clone, Copy)]
struct Lists {
    allowlist: usize,
    exceptions: usize,
}

impl fmt::Display for Lists {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} entries, {} exceptions",
            self.allowlist, self.exceptions
        )
    }
}

const LISTS: [Lists; 6] = [
    lists(0, 0),
    lists(10, 10),
    lists(10_000, 10),
    lists(10, 10_000),
    lists(10_000, 10_000),
    lists(100_000, 100_000),
];

const fn lists(allowlist: usize, exceptions: usize) -> Lists {
    Lists {
        allowlist,
        exceptions,
    }
}

/// The lists that hold something to be found.
fn filled() -> impl Iterator<Item = Lists> {
    LISTS.into_iter().filter(|lists| lists.allowlist > 0)
}

fn repository(name: &str) -> Repository {
    Repository::parse(name).expect("a repository")
}

fn noon() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().expect("a moment")
}

/// A member of one team, in an organization with such lists.
struct Seat {
    policy: Policy,
    teams: Vec<TeamName>,
    person: Username,
}

impl Seat {
    fn new(lists: Lists) -> Self {
        let team: TeamName = "data".parse().expect("a name");
        let person: Username = "mia".parse().expect("a name");
        let mut settings = Settings::default();
        settings.iam.enabled = Switch::On;
        settings.iam.allowlist = Switch::On;
        settings.ram.enabled = Switch::On;
        let allowlist = (0..lists.allowlist).map(|number| {
            let wildcard = ["app", "*", "**"][number % 3];
            format!("listed{number}/{wildcard}")
                .parse()
                .expect("a pattern")
        });
        let exceptions = (0..lists.exceptions).map(|number| Exception {
            repository: repository(&format!("excepted{number}/app")),
            covers: match number % 3 {
                0 => Covers::Organization,
                1 => Covers::Team(team.clone()),
                _ => Covers::Person(person.clone()),
            },
            ends_at: "2027-01-01T00:00:00Z".parse().expect("a moment"),
        });
        let namespace: Pattern = "acme/**".parse().expect("a pattern");
        let policy = Policy::new(PolicyParts {
            organization: "acme".parse().expect("a name"),
            namespaces: vec![namespace],
            settings,
            allowlist: allowlist.collect(),
            exceptions: exceptions.collect(),
            teams: vec![(team.clone(), TeamAdditions::default())],
        });
        Self {
            policy,
            teams: vec![team],
            person,
        }
    }

    fn decide(&self, repository: &Repository, at: Timestamp) -> (Outcome, Rule) {
        let question = Question {
            repository,
            badge: Badge::None,
            person: Some(&self.person),
            at,
        };
        let membership = Membership {
            policy: &self.policy,
            role: Role::Member,
            teams: &self.teams,
        };
        let verdict = decide(black_box(&question), [membership]);
        (verdict.outcome, verdict.rule)
    }
}

/// Decides on one repository over and over.
fn bench(bencher: Bencher<'_, '_>, lists: Lists, name: &str, expected: (Outcome, Rule)) {
    let seat = Seat::new(lists);
    let repository = repository(name);
    let at = noon();
    assert_eq!(seat.decide(&repository, at), expected);
    bencher.bench_local(|| seat.decide(black_box(&repository), at));
}

/// Neither list names it: both have been searched in vain.
#[divan::bench(args = LISTS)]
fn a_official_image_allowed(bencher: Bencher<'_, '_>, lists: Lists) {
    bench(bencher, lists, "nginx", (Outcome::Allowed, Rule::Official));
}

/// The last entry of the allowlist.
#[divan::bench(args = filled())]
fn b_allowlist_entry_allowed(bencher: Bencher<'_, '_>, lists: Lists) {
    let name = format!("listed{}/app", lists.allowlist - 1);
    bench(bencher, lists, &name, (Outcome::Allowed, Rule::Allowlist));
}

/// The last exception.
#[divan::bench(args = filled())]
fn c_exception_allowed(bencher: Bencher<'_, '_>, lists: Lists) {
    let name = format!("excepted{}/app", lists.exceptions - 1);
    bench(bencher, lists, &name, (Outcome::Allowed, Rule::Exception));
}

/// What nothing allows.
#[divan::bench(args = LISTS)]
fn d_community_image_denied(bencher: Bencher<'_, '_>, lists: Lists) {
    bench(
        bencher,
        lists,
        "evil/miner",
        (Outcome::Denied, Rule::Community),
    );
}

/// A thousand exceptions in turn, so that the processor's caches help as
/// little as they do in a server. Longer lists have colder memory, and that
/// is all that grows.
#[divan::bench(args = filled(), sample_size = 1000)]
fn e_thousand_exceptions_in_turn(bencher: Bencher<'_, '_>, lists: Lists) {
    let seat = Seat::new(lists);
    let repositories: Vec<Repository> = (0..1000)
        .map(|turn| repository(&format!("excepted{}/app", turn * 7919 % lists.exceptions)))
        .collect();
    let at = noon();
    let mut turns = repositories.iter().cycle();
    bencher.bench_local(move || {
        let repository = turns.next();
        repository.map(|repository| seat.decide(repository, at))
    });
}

/// The sentence that a denied person reads.
#[divan::bench]
fn f_sentence_for_a_denial(bencher: Bencher<'_, '_>) {
    let seat = Seat::new(lists(10, 10));
    let repository = repository("evil/miner");
    let question = Question {
        repository: &repository,
        badge: Badge::None,
        person: None,
        at: noon(),
    };
    let membership = Membership {
        policy: &seat.policy,
        role: Role::Member,
        teams: &seat.teams,
    };
    let verdict = decide(&question, [membership]);
    bencher.bench_local(|| {
        black_box(&verdict).sentence(&repository, Some("https://pullgate.acme.example"))
    });
}
