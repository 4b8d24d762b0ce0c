//! Two hundred members of an organization pull from two servers while its
//! owners change the policy as fast as they can. Times are printed and not
//! judged.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a story that cannot go on fails where it stands; measured times are printed"
)]

use std::time::{Duration, Instant};

use pullgate_e2e::wire::{Line, ask};
use pullgate_e2e::{Pair, eventually};

const MEMBERS: usize = 200;

/// Owners at work at once, and how often all of them together want to change
/// something.
const OWNERS: u32 = 10;
const CHANGES_PER_SECOND: u32 = 50;

/// How long it goes on.
const LOAD: Duration = Duration::from_secs(10);

/// Pauses as a client that polls makes them.
const PAUSE: Duration = Duration::from_millis(100);

#[test]
fn two_hundred_members_pull_while_owners_change_the_policy() {
    let pair = Pair::start_with(|setting| {
        setting.control.push_str("requests_per_minute = 100000\n");
    });
    let tokens = tokens_of_members(&pair);
    let owner = Pair::session(&pair.site.gateway, "olivia");
    let start = Instant::now();
    let (mut times, changes) = std::thread::scope(|scope| {
        let (pair, owner) = (&pair, &owner);
        let members: Vec<_> = tokens
            .iter()
            .zip(pair.ports().into_iter().cycle())
            .map(|(token, port)| scope.spawn(move || poll(pair, token, port, start)))
            .collect();
        let owners: Vec<_> = (0..OWNERS)
            .zip(pair.both().into_iter().cycle())
            .map(|(number, gateway)| {
                scope.spawn(move || change(gateway.control(), owner, number, start))
            })
            .collect();
        let times = members
            .into_iter()
            .flat_map(|member| member.join().unwrap());
        let times: Vec<Duration> = times.collect();
        let changes = owners.into_iter().map(|owner| owner.join().unwrap());
        (times, changes.sum::<u32>())
    });
    let took = start.elapsed().as_secs_f64();
    times.sort_unstable();
    let quantile = |hundredths: usize| times[(times.len() - 1) * hundredths / 100];
    eprintln!(
        "{MEMBERS} members, {:.0} requests/s: p50 {:?}, p99 {:?}; {:.1} changes/s",
        f64::from(u32::try_from(times.len()).unwrap()) / took,
        quantile(50),
        quantile(99),
        f64::from(changes) / took,
    );
    // Whatever was said last holds everywhere.
    for (allowed, status) in [(false, 403), (true, 200)] {
        let answer = Pair::official(&owner, allowed).to(pair.other.control());
        assert_eq!(answer.status, 200, "{}", answer.text());
        let request = pair.manifest(&tokens[0], "library/base");
        let holds = |port: u16| request.to(port).status == status;
        eventually("the last change", || pair.ports().into_iter().all(holds));
    }
}

/// Two hundred members, each signed in at one of the servers.
fn tokens_of_members(pair: &Pair) -> Vec<String> {
    // Accounts as `user create` makes them, with mia's password, without the
    // minutes that two hundred commands take.
    pair.postgres.query(&format!(
        "INSERT INTO people
             (id, username, email, password_hash, credentials_epoch, status, created_at)
         SELECT '01890000-0000-7000-8000-' || lpad(n::text, 12, '0'), 'member-' || n, '',
                password_hash, 1, 'active', created_at
         FROM people, generate_series(1, {MEMBERS}) AS n WHERE username = 'mia';
         INSERT INTO members (organization, person, role, since)
         SELECT 'acme', id, 'member', created_at FROM people WHERE username LIKE 'member-%'",
    ));
    // A change, with which they are read.
    let team = ["team", "create", "acme", "data"];
    pair.site.gateway.command(&team).expect_success();
    let sign_in = |(number, port): (usize, u16)| {
        let request = ask("GET", "/token?service=pullgate")
            .basic(&format!("member-{number}"), "a long passphrase of mia");
        let mut token = None;
        eventually("signed in", || {
            token = request.to(port).json()["token"].as_str().map(str::to_owned);
            token.is_some()
        });
        token.unwrap()
    };
    let ports = pair.ports().into_iter().cycle();
    (1..=MEMBERS).zip(ports).map(sign_in).collect()
}

/// Asks for an image again and again, as a client that polls does: nothing but
/// it and denials comes. Gives how long each answer took.
fn poll(pair: &Pair, token: &str, port: u16, start: Instant) -> Vec<Duration> {
    let media_type = pair.site.image("library/base").manifest.media_type;
    let mut times = Vec::new();
    let mut line = Line::to(port).unwrap();
    while start.elapsed() < LOAD {
        for method in ["HEAD", "GET"] {
            let request = ask(method, "/v2/library/base/manifests/1")
                .bearer(token)
                .header("accept", media_type);
            let asked = Instant::now();
            let answer = request.on(&mut line).unwrap();
            times.push(asked.elapsed());
            assert!([200, 403].contains(&answer.status), "{}", answer.text());
        }
        std::thread::sleep(PAUSE);
    }
    times
}

/// Changes the policy to and fro, as often as is this owner's share. Gives how
/// often that was.
fn change(port: u16, owner: &str, number: u32, start: Instant) -> u32 {
    let mut changes = 0_u32;
    let mut line = Line::to(port).unwrap();
    while start.elapsed() < LOAD {
        let allowed = (changes + number).is_multiple_of(2);
        let answer = Pair::official(owner, allowed).on(&mut line).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        changes += 1;
        let next = Duration::from_secs(1) * changes * OWNERS / CHANGES_PER_SECOND;
        std::thread::sleep(next.saturating_sub(start.elapsed()));
    }
    changes
}
