//! PostgreSQL away while two servers are pulled from.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a story that cannot go on fails where it stands; measured times are printed"
)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use pullgate_e2e::wire::{Line, ask};
use pullgate_e2e::{Pair, eventually};

/// How many decisions the database has.
fn recorded(pair: &Pair) -> u64 {
    let sum = "SELECT coalesce(sum(count), 0) FROM decisions";
    pair.postgres.query(sum).parse().unwrap()
}

#[test]
fn no_decision_is_lost_and_nothing_denied_allowed_while_postgresql_is_away_under_load() {
    let mut pair = Pair::start();
    let token = pair.site.bearer(Some(&pair.site.member));
    let ports = pair.ports();
    let asked = ["library/base", "evil/miner"].map(|path| pair.manifest(&token, path));
    let over = AtomicBool::new(false);
    let answered = AtomicU64::new(0);
    let before = recorded(&pair);
    std::thread::scope(|scope| {
        for number in 0..4_usize {
            let (asked, over, answered) = (&asked, &over, &answered);
            scope.spawn(move || {
                let mut line = Line::to(ports[number % 2]).unwrap();
                while !over.load(Ordering::Relaxed) {
                    for (request, status) in asked.iter().zip([200, 403]) {
                        let answer = request.on(&mut line).unwrap();
                        assert_eq!(answer.status, status, "{}", answer.text());
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
        }
        let stop = OnDrop(&over);
        let some_more = |what: &str| {
            let seen = answered.load(Ordering::Relaxed);
            eventually(what, || answered.load(Ordering::Relaxed) > seen + 400);
        };
        for round in 0..2 {
            some_more("load");
            pair.postgres.stop();
            for gateway in [&pair.site.gateway, &pair.other] {
                eventually("spooled", || {
                    gateway.metric("pullgate_decisions_spooled_total") > Some(round)
                });
            }
            some_more("load without a database");
            pair.postgres.start_again();
        }
        some_more("load again");
        drop(stop);
    });
    let answered = answered.load(Ordering::Relaxed);
    eventually("every answer's decision is recorded", || {
        recorded(&pair) - before == answered
    });
    eprintln!("{answered} requests answered, as many decisions recorded");
    for gateway in pair.both() {
        assert_eq!(gateway.metric("pullgate_decisions_lost_total"), Some(0));
        // And changes are heard of again.
        gateway
            .command(&["policy", "set", "acme", "--official", "restricted"])
            .expect_success();
    }
    eventually("denied by both", || {
        ports.iter().all(|port| asked[0].to(*port).status == 403)
    });
}

#[test]
fn beyond_the_time_that_a_policy_holds_everything_is_denied_and_it_comes_back() {
    let mut pair = Pair::start_with(|setting| setting.top.push_str("hold_policy = '2s'\n"));
    let [member, owner] =
        [&pair.site.member, &pair.site.owner].map(|person| pair.site.bearer(Some(person)));
    let asked = [
        pair.manifest(&member, "library/base"),
        pair.manifest(&member, "acme/app"),
        pair.manifest(&owner, "evil/miner"),
    ];
    let all = |status: u16, ports: [u16; 2]| {
        let answers = |port: u16| {
            asked
                .iter()
                .all(|request| request.to(port).status == status)
        };
        ports.into_iter().all(answers)
    };
    assert!(all(200, pair.ports()));
    pair.postgres.stop();
    eventually("everything denied by both", || all(403, pair.ports()));
    for gateway in pair.both() {
        let ready = ask("GET", "/readyz").to(gateway.operations());
        assert_eq!(ready.status, 503, "{}", ready.text());
    }
    assert!(all(403, pair.ports()), "and stays so");
    pair.postgres.start_again();
    eventually("everything as before", || all(200, pair.ports()));
}

/// Ends the threads of a scope, also when what they were for has failed.
struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
