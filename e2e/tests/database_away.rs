//! PostgreSQL away for a while: the last known policy decides, nothing denied
//! becomes allowed, and no decision is lost.

use std::time::{Duration, Instant};

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{Postgres, Site};

fn manifest(site: &Site, token: &str, path: &str) -> Answer {
    ask("GET", &format!("/v2/{path}/manifests/1"))
        .bearer(token)
        .header("accept", site.image(path).manifest.media_type)
        .to(site.gateway.port())
}

/// How many pulls of a repository were recorded as denied.
fn recorded(site: &Site, repository: &str) -> u64 {
    let shown = site.gateway.command(&[
        "decisions",
        "acme",
        "--user",
        "mia",
        "--outcome",
        "denied",
        "--limit",
        "1000",
        "--format",
        "json",
    ]);
    shown
        .expect_json()
        .as_array()
        .into_iter()
        .flatten()
        .filter(|decision| decision["repository"] == repository)
        .filter_map(|decision| decision["count"].as_u64())
        .sum()
}

#[test]
fn nothing_is_allowed_and_nothing_is_lost_while_the_database_is_away() {
    let mut postgres = Postgres::start();
    let site = Site::start_with(|setting| setting.database = Some(postgres.url()));
    let member = site.bearer(Some(&site.member));
    assert_eq!(manifest(&site, &member, "library/base").status, 200);
    assert_eq!(manifest(&site, &member, "evil/miner").status, 403);

    postgres.stop();
    let mut denied = 1;
    let back = Instant::now() + Duration::from_mins(1);
    while Instant::now() < back {
        let base = manifest(&site, &member, "library/base");
        assert_eq!(base.status, 200, "{}", base.text());
        let miner = manifest(&site, &member, "evil/miner");
        assert_eq!(miner.status, 403, "{}", miner.text());
        denied += 1;
        std::thread::sleep(Duration::from_millis(500));
    }
    // Signing in with an access token needs no database either.
    let again = site.bearer(Some(&site.member));
    assert_eq!(manifest(&site, &again, "evil/miner").status, 403);
    denied += 1;

    postgres.start_again();
    let deadline = Instant::now() + Duration::from_mins(2);
    while recorded(&site, "docker.io/evil/miner") != denied {
        assert!(
            Instant::now() < deadline,
            "{} of {denied} decisions were recorded",
            recorded(&site, "docker.io/evil/miner")
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    // And a change of policy is heard of again.
    site.set_policy(&["--official", "restricted"]);
    let deadline = Instant::now() + Duration::from_mins(1);
    while manifest(&site, &member, "library/base").status != 403 {
        assert!(
            Instant::now() < deadline,
            "the policy of before still decides"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_policy_that_is_too_old_allows_nothing() {
    let mut postgres = Postgres::start();
    let site = Site::start_with(|setting| {
        setting.database = Some(postgres.url());
        setting.top.push_str("hold_policy = '2s'\n");
    });
    let member = site.bearer(Some(&site.member));
    assert_eq!(manifest(&site, &member, "library/base").status, 200);
    postgres.stop();
    let deadline = Instant::now() + Duration::from_mins(1);
    while manifest(&site, &member, "library/base").status == 200 {
        assert!(
            Instant::now() < deadline,
            "a policy that nothing confirms still allows"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    for path in ["library/base", "acme/app", "evil/miner"] {
        let answer = manifest(&site, &member, path);
        assert_ne!(answer.status, 200, "{path}");
        assert_ne!(answer.status, 500, "{path}: {}", answer.text());
    }
    let ready = ask("GET", "/readyz").to(site.gateway.operations());
    assert_eq!(ready.status, 503, "nobody can pull here: {}", ready.text());
    postgres.start_again();
    let deadline = Instant::now() + Duration::from_mins(1);
    while manifest(&site, &member, "library/base").status != 200 {
        assert!(Instant::now() < deadline, "it does not recover");
        std::thread::sleep(Duration::from_millis(100));
    }
}
