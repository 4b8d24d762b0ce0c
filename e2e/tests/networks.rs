//! Networks that a site's administrator has opened: there, and only there,
//! who has not signed in pulls by an organization's policy.

use std::time::{Duration, Instant};

use pullgate_e2e::Site;
use pullgate_e2e::wire::{Ask, ask};

/// A site that opens a network for acme.
fn opened(network: &str) -> Site {
    Site::start_with(|setting| {
        setting.tables =
            format!("[[opened_networks]]\nnetwork = '{network}'\norganization = 'acme'\n");
    })
}

fn request(site: &Site, path: &str) -> Ask {
    ask("GET", &format!("/v2/{path}/manifests/1"))
        .header("accept", site.image(path).manifest.media_type)
}

#[track_caller]
fn refuses_strangers(site: &Site, token: &str, when: &str) {
    for path in ["library/base", "evil/miner", "acme/app"] {
        for (name, value) in [
            ("user-agent", "a test"),
            ("x-forwarded-for", "10.20.0.1"),
            ("x-real-ip", "10.20.0.1"),
            ("forwarded", "for=10.20.0.1"),
        ] {
            let answer = request(site, path)
                .header(name, value)
                .bearer(token)
                .to(site.gateway.port());
            assert_eq!(answer.status, 403, "{when}: {path}: {}", answer.text());
            let sentence = Site::not_signed_in(path);
            assert!(
                answer.reason.starts_with(&sentence),
                "{when}: {}",
                answer.reason
            );
        }
    }
}

#[test]
fn in_an_opened_network_the_organizations_policy_decides_and_is_recorded() {
    let site = opened("127.0.0.0/8");
    let token = site.bearer(None);
    let allowed = request(&site, "library/base")
        .bearer(&token)
        .to(site.gateway.port());
    assert_eq!(allowed.status, 200, "{}", allowed.text());
    let digest = site.image("library/base").manifest.digest();
    assert_eq!(allowed.header("docker-content-digest"), Some(digest));
    let denied = request(&site, "evil/miner")
        .bearer(&token)
        .to(site.gateway.port());
    assert_eq!(denied.status, 403, "{}", denied.text());
    assert_eq!(denied.reason, site.community("evil/miner"));
    assert_eq!(site.upstream.heard_with("evil/miner"), 0);

    // A change of acme's policy holds there too.
    site.set_policy(&["--official", "restricted"]);
    let restricted = request(&site, "library/base")
        .bearer(&token)
        .to(site.gateway.port());
    assert_eq!(restricted.status, 403, "{}", restricted.text());

    expect_recorded(
        &site,
        "127.0.0.1",
        &[
            ("docker.io/library/base", "official", "allowed"),
            ("docker.io/evil/miner", "community", "denied"),
            ("docker.io/library/base", "official", "denied"),
        ],
    );
}

/// Waits until these decisions stand in acme's log, as made for nobody known
/// at that address.
#[track_caller]
fn expect_recorded(site: &Site, address: &str, expected: &[(&str, &str, &str)]) {
    // Recording is batched; a decision is there within a second or so.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let recorded = site
            .gateway
            .command(&["decisions", "acme", "--format", "json"])
            .expect_json();
        let decisions = recorded.as_array().map_or(&[][..], Vec::as_slice);
        let stands = |(repository, rule, outcome): &(&str, &str, &str)| {
            decisions.iter().any(|decision| {
                decision["repository"] == *repository
                    && decision["rule"] == *rule
                    && decision["outcome"] == *outcome
                    && decision["organization"] == "acme"
                    && decision["subject"] == "anonymous:acme"
                    && decision["address"] == address
            })
        };
        if expected.iter().all(stands) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "not all are recorded: {recorded}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn outside_the_opened_network_a_stranger_pulls_nothing_whatever_headers_say() {
    let site = opened("10.20.0.0/16");
    refuses_strangers(&site, &site.bearer(None), "outside");
    // Who has signed in needs no opened network.
    let member = request(&site, "library/base")
        .bearer(&site.bearer(Some(&site.member)))
        .to(site.gateway.port());
    assert_eq!(member.status, 200, "{}", member.text());
    assert_eq!(site.upstream.heard_with("evil/miner"), 0);
}

#[test]
fn a_token_from_an_opened_network_is_worth_nothing_elsewhere() {
    let mut site = opened("127.0.0.0/8");
    let token = site.bearer(None);
    let inside = request(&site, "library/base")
        .bearer(&token)
        .to(site.gateway.port());
    assert_eq!(inside.status, 200, "{}", inside.text());

    // The same keys and the same token; the client is elsewhere now, seen
    // from what is opened.
    site.gateway.reconfigure("'127.0.0.0/8'", "'10.20.0.0/16'");
    site.gateway.restart();
    refuses_strangers(&site, &token, "with a token from inside");
}

#[test]
fn a_trusted_proxy_says_from_where_its_clients_come() {
    let site = Site::start_with(|setting| {
        setting.top = "trusted_proxies = ['127.0.0.0/8']\n".to_owned();
        setting.tables =
            "[[opened_networks]]\nnetwork = '10.20.0.0/16'\norganization = 'acme'\n".to_owned();
    });
    let token = |forwarded: &str| {
        ask("GET", "/token?scope=repository:library/base:pull")
            .header("x-forwarded-for", forwarded)
            .to(site.gateway.port())
            .json()["token"]
            .as_str()
            .map(str::to_owned)
            .expect("a token")
    };
    let pull = |forwarded: &str| {
        request(&site, "library/base")
            .header("x-forwarded-for", forwarded)
            .bearer(&token(forwarded))
            .to(site.gateway.port())
            .status
    };
    assert_eq!(pull("10.20.0.5"), 200);
    assert_eq!(pull("192.0.2.1, 10.20.0.5"), 200);
    // What the client itself wrote in front of it opens nothing.
    assert_eq!(pull("10.20.0.5, 192.0.2.1"), 403);
    assert_eq!(pull("192.0.2.1"), 403);

    let allowed = ("docker.io/library/base", "official", "allowed");
    expect_recorded(&site, "10.20.0.5", &[allowed]);
}
