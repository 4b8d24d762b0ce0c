//! Each switch changes an answer, and each right ends with its cause: with
//! the token that is already out, from the next request on.

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{Person, Site};

fn manifest(site: &Site, token: &str, path: &str) -> Answer {
    ask("GET", &format!("/v2/{path}/manifests/1"))
        .bearer(token)
        .header("accept", site.image(path).manifest.media_type)
        .to(site.gateway.port())
}

#[track_caller]
fn expect(site: &Site, token: &str, path: &str, status: u16, when: &str) {
    let answer = manifest(site, token, path);
    assert_eq!(answer.status, status, "{path} {when}: {}", answer.text());
}

/// Runs a command for administration.
#[track_caller]
fn administer(site: &Site, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    site.gateway.command(&words).expect_success().to_owned()
}

#[test]
fn each_switch_of_the_policy_changes_an_answer() {
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    for (path, on, off) in [
        (
            "library/base",
            "--official restricted",
            "--official allowed",
        ),
        (
            "bitnami/tool",
            "--verified-publisher restricted",
            "--verified-publisher allowed",
        ),
        (
            "sponsored/lib",
            "--sponsored-oss restricted",
            "--sponsored-oss allowed",
        ),
        ("evil/miner", "--iam on", "--iam off"),
        ("evil/miner", "--mode enforce", "--mode monitor"),
        (
            "library/base",
            "--ram on --docker-hub restricted",
            "--ram off",
        ),
        (
            "library/base",
            "--ram on --docker-hub restricted",
            "--docker-hub allowed",
        ),
        (
            "library/base",
            "--ram on --docker-hub restricted --ram-mode enforce",
            "--ram-mode monitor",
        ),
    ] {
        for round in 0..2 {
            let when = format!("{on}, round {round}");
            administer(&site, &format!("policy set acme {on}"));
            expect(&site, &member, path, 403, &when);
            administer(&site, &format!("policy set acme {off}"));
            expect(&site, &member, path, 200, &when);
        }
        administer(
            &site,
            "policy set acme --iam on --mode enforce --official allowed \
             --verified-publisher restricted --sponsored-oss restricted \
             --ram off --docker-hub allowed --ram-mode enforce",
        );
    }
}

#[test]
fn an_allowlist_an_exception_and_a_team_let_through_what_they_name() {
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    administer(&site, "policy set acme --allowlist on");
    expect(&site, &member, "evil/miner", 403, "at first");
    administer(&site, "policy allow acme docker.io/evil/*");
    expect(&site, &member, "evil/miner", 200, "on the allowlist");
    expect(&site, &member, "bitnami/tool", 403, "beside the allowlist");
    administer(&site, "policy set acme --allowlist off");
    expect(&site, &member, "evil/miner", 403, "with the allowlist off");

    administer(
        &site,
        "exception add acme evil/miner --until 1d --reason test --user mia",
    );
    expect(&site, &member, "evil/miner", 200, "with an exception");

    administer(&site, "team create acme data");
    administer(&site, "team set acme data --verified-publisher allowed");
    expect(&site, &member, "bitnami/tool", 403, "outside the team");
    administer(&site, "team add acme data mia");
    expect(&site, &member, "bitnami/tool", 200, "in the team");
    administer(&site, "team remove acme data mia");
    expect(
        &site,
        &member,
        "bitnami/tool",
        403,
        "outside the team again",
    );
}

#[test]
fn rights_end_with_their_cause() {
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    expect(&site, &member, "library/base", 200, "as a member");
    administer(&site, "member remove acme mia");
    expect(&site, &member, "library/base", 403, "no longer a member");
    administer(&site, "member add acme mia");
    expect(&site, &member, "library/base", 200, "a member again");

    expect(&site, &member, "evil/miner", 403, "as a member");
    administer(&site, "member add acme mia --role owner");
    expect(&site, &member, "evil/miner", 200, "as an owner");
    administer(&site, "member add acme mia --role member");
    expect(&site, &member, "evil/miner", 403, "no longer an owner");

    administer(&site, "namespace remove acme docker.io/acme/**");
    expect(&site, &member, "acme/app", 403, "not acme's any more");
    administer(&site, "namespace add acme docker.io/acme/**");
    expect(&site, &member, "acme/app", 200, "acme's again");

    administer(&site, "user disable mia");
    let after = manifest(&site, &member, "library/base");
    assert!([401, 403].contains(&after.status), "{}", after.text());
    let sign_in = ask("GET", "/token")
        .basic(&site.member.username, &site.member.secret)
        .to(site.gateway.port());
    assert_eq!(sign_in.status, 401, "{}", sign_in.text());
}

#[test]
fn who_belongs_to_two_organizations_must_satisfy_both() {
    let site = Site::start();
    let nina = site.newcomer("nina");
    administer(&site, "org create globex --owner sam");
    administer(&site, "member add globex nina");
    let token = site.bearer(Some(&nina));
    for path in ["library/base", "evil/miner"] {
        expect(&site, &token, path, 200, "in globex, whose IAM is off");
    }
    expect(&site, &token, "acme/app", 404, "private, and not globex's");

    administer(&site, "member add acme nina");
    expect(&site, &token, "library/base", 200, "in both");
    expect(
        &site,
        &token,
        "acme/app",
        200,
        "acme's own, and she is in it",
    );
    let denied = manifest(&site, &token, "evil/miner");
    assert_eq!(denied.status, 403, "{}", denied.text());
    assert_eq!(denied.reason, site.community("evil/miner"));

    // What acme allows as its own, globex restricts as community.
    administer(&site, "policy set globex --iam on --official restricted");
    for (path, kind) in [
        ("acme/app", "a community image"),
        ("library/base", "a Docker Official Image"),
    ] {
        let denied = manifest(&site, &token, path);
        assert_eq!(denied.status, 403, "{path}: {}", denied.text());
        let sentence = format!("pull denied: docker.io/{path} is {kind}");
        assert!(denied.reason.starts_with(&sentence), "{}", denied.reason);
        assert!(
            denied.reason.contains("restricted by globex"),
            "{}",
            denied.reason
        );
    }
    // An owner of one is bound by the other.
    administer(&site, "member add acme nina --role owner");
    expect(&site, &token, "library/base", 403, "acme's owner in globex");
    administer(&site, "member remove globex nina");
    expect(&site, &token, "evil/miner", 200, "acme's owner alone");
}

#[test]
fn a_revoked_access_token_ends_what_was_signed_in_with_it() {
    let site = Site::start();
    let created = administer(&site, "token create --user mia --label phone");
    let secret = created
        .split_whitespace()
        .find(|word| word.starts_with("pgp_"));
    let phone = Person {
        secret: secret.expect("a token is printed").to_owned(),
        ..site.member.clone()
    };
    let (on_phone, on_laptop) = (site.bearer(Some(&phone)), site.bearer(Some(&site.member)));
    expect(&site, &on_phone, "library/base", 200, "before");
    let listed = administer(&site, "token list --user mia");
    let id = listed
        .lines()
        .find(|line| line.contains("phone"))
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or_else(|| panic!("the token is not listed: {listed}"));
    administer(&site, &format!("token revoke --user mia {id}"));
    let after = manifest(&site, &on_phone, "library/base");
    assert!([401, 403].contains(&after.status), "{}", after.text());
    expect(&site, &on_laptop, "library/base", 200, "another token");
}

#[test]
fn a_machine_pulls_by_the_policy_of_its_organization() {
    let site = Site::start();
    let created = administer(&site, "token create --org acme --label ci");
    let secret = created
        .split_whitespace()
        .find(|word| word.starts_with("pgo_"));
    let machine = Person {
        username: "acme".to_owned(),
        secret: secret.expect("a token is printed").to_owned(),
        home: "ci".to_owned(),
    };
    let token = site.bearer(Some(&machine));
    expect(&site, &token, "library/base", 200, "official");
    expect(&site, &token, "acme/app", 200, "own");
    let denied = manifest(&site, &token, "evil/miner");
    assert_eq!(denied.status, 403);
    assert_eq!(denied.reason, site.community("evil/miner"));
}

#[test]
fn every_decision_is_recorded() {
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    for path in ["library/base", "evil/miner", "acme/app"] {
        let _ = manifest(&site, &member, path);
    }
    // Recording is batched; a decision is there within a second or so.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let recorded = site
            .gateway
            .command(&["decisions", "acme", "--user", "mia", "--format", "json"])
            .expect_json();
        let of = |repository: &str| {
            let decisions = recorded.as_array().expect("it is a list");
            let decision = decisions
                .iter()
                .find(|decision| decision["repository"] == repository)?;
            Some((decision["rule"].clone(), decision["outcome"].clone()))
        };
        let found = [
            of("docker.io/library/base"),
            of("docker.io/evil/miner"),
            of("docker.io/acme/app"),
        ];
        if found.iter().all(Option::is_some) {
            let expected = [
                ("official", "allowed"),
                ("community", "denied"),
                ("organization_image", "allowed"),
            ];
            assert_eq!(
                found,
                expected.map(|(rule, outcome)| Some((rule.into(), outcome.into())))
            );
            return;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "not all are recorded: {recorded}"
        );
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}
