//! Two servers on one PostgreSQL database: what one does holds on the other.
//!
//! What is said to take a second at most is measured and printed, and given a
//! few more here: other work may have the machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a story that cannot go on fails where it stands; measured times are printed"
)]

use std::time::{Duration, Instant};

use pullgate_e2e::wire::ask;
use pullgate_e2e::{Gateway, Pair, Postgres, Setting};

/// The longest that a change may take here; a second is what is documented.
const LATEST: Duration = Duration::from_secs(5);

/// How long it takes until something holds, from now on.
#[track_caller]
fn measured(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < LATEST,
            "after {LATEST:?} still not: {what}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    eprintln!("{what}: {} ms", start.elapsed().as_millis());
}

fn administer(gateway: &Gateway, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    gateway.command(&words).expect_success().to_owned()
}

#[test]
fn a_change_on_one_replica_holds_on_the_other_within_a_second() {
    let pair = Pair::start();
    let (here, there) = (&pair.site.gateway, &pair.other);
    let token = pair.site.bearer(Some(&pair.site.member));
    let there_gives = |token: &str, path: &str| pair.manifest(token, path).to(there.port()).status;
    assert_eq!(
        there_gives(&token, "library/base"),
        200,
        "a token of the other"
    );

    let owner = Pair::session(here, "olivia");
    for round in 0..3 {
        for (allowed, status) in [(false, 403), (true, 200)] {
            let changed = Pair::official(&owner, allowed).to(here.control());
            assert_eq!(changed.status, 200, "{}", changed.text());
            // Where it was changed it holds with the answer.
            assert_eq!(
                pair.manifest(&token, "library/base").to(here.port()).status,
                status
            );
            measured(
                &format!("official images give {status}, round {round}"),
                || there_gives(&token, "library/base") == status,
            );
        }
    }
    // The command line, which tells the server of its own machine alone.
    administer(here, "policy set acme --official restricted");
    measured("a policy by the command line", || {
        there_gives(&token, "library/base") == 403
    });
    administer(there, "policy set acme --official allowed");
    let here_gives = || pair.manifest(&token, "library/base").to(here.port()).status;
    measured("and the other way round", || here_gives() == 200);

    administer(here, "member add acme mia --role owner");
    measured("a role", || there_gives(&token, "evil/miner") == 200);
    administer(here, "member remove acme mia");
    measured("a removal", || there_gives(&token, "evil/miner") == 403);
    administer(here, "member add acme mia");
    measured("a membership", || {
        there_gives(&token, "library/base") == 200
    });

    let listed = administer(here, "token list --user mia");
    let laptop = listed.lines().find(|line| line.contains("laptop")).unwrap();
    let id = laptop.split_whitespace().next().unwrap();
    administer(here, &format!("token revoke --user mia {id}"));
    measured("a revoked access token", || {
        there_gives(&token, "library/base") == 401
    });
    let owners = pair.site.bearer(Some(&pair.site.owner));
    assert_eq!(there_gives(&owners, "library/base"), 200);
    administer(here, "member add acme sam --role owner");
    administer(here, "user disable olivia");
    measured("a deactivated account", || {
        there_gives(&owners, "library/base") == 401
    });
}

#[test]
fn guesses_on_one_replica_throttle_on_the_other() {
    let pair = Pair::start();
    let [here, there] = pair.both();
    for number in 0..10 {
        let guess = Pair::sign_in(here, "mia", &format!("guess number {number}"));
        assert_eq!(guess.status, 401, "{}", guess.text());
    }
    for gateway in [there, here] {
        let right = Pair::sign_in(gateway, "mia", "a long passphrase of mia");
        assert_eq!(right.status, 429, "{}", right.text());
        assert!(right.header("retry-after").is_some());
        let registry = ask("GET", "/token?service=pullgate")
            .basic("mia", "a long passphrase of mia")
            .to(gateway.port());
        assert_eq!(registry.status, 429, "{}", registry.text());
        // An access token is no guess.
        let token = Pair::sign_in(gateway, "mia", &pair.site.member.secret);
        assert_eq!(token.status, 200, "{}", token.text());
        Pair::session(gateway, "olivia");
    }
    let rows = pair.postgres.query("SELECT count(*) FROM failed_sign_ins");
    assert_eq!(rows, "3", "an account, an address, and both together");
}

#[test]
fn a_session_of_one_replica_is_one_of_the_other_and_ends_on_both() {
    let pair = Pair::start();
    let sessions = pair.both().map(|gateway| Pair::session(gateway, "mia"));
    let knows = |gateway: &Gateway, session: &str| {
        let user = ask("GET", "/v2/user/")
            .bearer(session)
            .to(gateway.control());
        assert!([200, 401].contains(&user.status), "{}", user.text());
        user.status == 200
    };
    for gateway in pair.both() {
        for session in &sessions {
            assert!(knows(gateway, session));
        }
    }
    // What docker login keeps, got from one and redeemed at the other.
    let refresh = ask("GET", "/token?service=pullgate&offline_token=true")
        .basic("mia", "a long passphrase of mia")
        .to(pair.site.gateway.port());
    let refresh = refresh.json()["refresh_token"].as_str().unwrap().to_owned();
    let redeem = || {
        let form = format!("grant_type=refresh_token&service=pullgate&refresh_token={refresh}");
        ask("POST", "/token")
            .body("application/x-www-form-urlencoded", form.as_bytes())
            .to(pair.other.port())
            .status
    };
    assert_eq!(redeem(), 200);
    pair.site
        .gateway
        .command_with_input(
            &["user", "password", "mia", "--password-stdin"],
            "another long passphrase of mia\n",
        )
        .expect_success();
    for gateway in pair.both() {
        measured("a session ends with the password", || {
            !sessions.iter().any(|session| knows(gateway, session))
        });
    }
    assert_eq!(redeem(), 401);
}

#[test]
fn a_link_of_one_replica_is_followed_on_the_other_and_used_once() {
    let pair = Pair::start();
    let [here, there] = pair.both();
    let account = |secret: &str, name: &str, gateway: &Gateway| {
        let body = format!(r#"{{"username":"{name}","password":"a long passphrase of {name}"}}"#);
        ask("POST", &format!("/api/v1/invites/{secret}/account"))
            .body("application/json", body.as_bytes())
            .to(gateway.control())
    };
    for round in 0..5 {
        let link = administer(
            here,
            &format!("invite create acme guest-{round}@acme.example"),
        );
        let (_, secret) = link.split_once("/invite/").unwrap();
        let secret = secret.split_whitespace().next().unwrap();
        let seen = ask("GET", &format!("/api/v1/invites/{secret}")).to(there.control());
        assert_eq!(seen.status, 200, "{}", seen.text());
        let names = [format!("ann-{round}"), format!("eve-{round}")];
        let answers = std::thread::scope(|scope| {
            let asked = [(&names[0], here), (&names[1], there)];
            let asked =
                asked.map(|(name, gateway)| scope.spawn(move || account(secret, name, gateway)));
            asked.map(|answer| answer.join().unwrap())
        });
        let mut statuses = answers.each_ref().map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 404], "{answers:?}");
        for gateway in pair.both() {
            let seen = ask("GET", &format!("/api/v1/invites/{secret}")).to(gateway.control());
            assert_eq!(seen.status, 404, "{}", seen.text());
        }
        let joined = usize::from(answers[1].status == 201);
        // At once where it was said, and for the owners wherever they look.
        let session = Pair::session(pair.both()[joined], &names[joined]);
        let seen = ask("GET", "/v2/orgs/acme/members")
            .bearer(&session)
            .to(pair.both()[joined].control());
        assert_eq!(seen.status, 200, "{}", seen.text());
        for gateway in pair.both() {
            let owner = Pair::session(gateway, "olivia");
            for (index, name) in names.iter().enumerate() {
                let member = ask("GET", &format!("/v2/orgs/acme/members/{name}"))
                    .bearer(&owner)
                    .to(gateway.control());
                let expected = if index == joined { 200 } else { 404 };
                assert_eq!(member.status, expected, "{name}: {}", member.text());
            }
        }
    }
}

#[test]
fn replicas_that_start_at_once_on_an_empty_database_are_one_installation() {
    let postgres = Postgres::start();
    let setting = Setting {
        hub: "http://127.0.0.1:1".to_owned(),
        database: Some(postgres.url()),
        ..Setting::default()
    };
    let replicas: Vec<Gateway> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| Gateway::start(&setting)))
            .collect();
        starting
            .into_iter()
            .map(|gateway| gateway.join().unwrap())
            .collect()
    });
    assert_eq!(postgres.query("SELECT count(*) FROM signing_keys"), "1");
    let tokens: Vec<String> = replicas
        .iter()
        .map(|gateway| {
            let answer = ask("GET", "/token?service=pullgate").to(gateway.port());
            answer.json()["token"].as_str().unwrap().to_owned()
        })
        .collect();
    for gateway in &replicas {
        for token in &tokens {
            let answer = ask("GET", "/v2/").bearer(token).to(gateway.port());
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
}
