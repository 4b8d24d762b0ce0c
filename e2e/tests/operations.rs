//! What whoever runs the server sees: health, readiness and metrics, while
//! the database goes and comes back.

use std::time::{Duration, Instant};

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{Postgres, Site};

fn operations(site: &Site, path: &str) -> Answer {
    ask("GET", path).to(site.gateway.operations())
}

/// The value of a counter, as Prometheus reads it.
fn metric(site: &Site, name: &str) -> u64 {
    value(site, name, "counter")
}

/// The value of a gauge.
fn gauge(site: &Site, name: &str) -> u64 {
    value(site, name, "gauge")
}

fn value(site: &Site, name: &str, kind: &str) -> u64 {
    let answer = operations(site, "/metrics");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    assert!(
        text.contains(&format!("# TYPE {name} {kind}\n")),
        "{name} has no type: {text}"
    );
    text.lines()
        .find_map(|line| line.strip_prefix(&format!("{name} ")))
        .unwrap_or_else(|| panic!("{name} is missing: {text}"))
        .parse()
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[track_caller]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Pulls once what is denied and once what is allowed: two decisions.
fn pull_twice(site: &Site, token: &str) {
    for (path, status) in [("evil/miner", 403), ("library/base", 200)] {
        let answer = ask("GET", &format!("/v2/{path}/manifests/1"))
            .bearer(token)
            .header("accept", site.image(path).manifest.media_type)
            .to(site.gateway.port());
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
}

#[test]
fn an_outage_of_the_database_is_seen_and_loses_nothing() {
    const DECIDED: &str = "pullgate_decisions_total";
    const WRITTEN: &str = "pullgate_decisions_written_total";
    const SPOOLED: &str = "pullgate_decisions_spooled_total";
    const LOST: &str = "pullgate_decisions_lost_total";
    const UP: &str = "pullgate_database_up";
    let mut postgres = Postgres::start();
    let site = Site::start_with(|setting| setting.database = Some(postgres.url()));
    let member = site.bearer(Some(&site.member));

    assert_eq!(operations(&site, "/healthz").status, 200);
    assert_eq!(operations(&site, "/readyz").status, 200);
    assert_eq!(gauge(&site, UP), 1);
    let before = metric(&site, DECIDED);
    pull_twice(&site, &member);
    assert_eq!(metric(&site, DECIDED), before + 2);
    eventually("what was decided is written", || {
        metric(&site, WRITTEN) == before + 2
    });
    assert_eq!(metric(&site, SPOOLED), 0);

    postgres.stop();
    // Ready all the same: it is away for all replicas, and pulls go on.
    eventually("said", || {
        let ready = operations(&site, "/readyz");
        assert_eq!(ready.status, 200, "{}", ready.text());
        ready.text().contains("by the last known policy")
    });
    let told = operations(&site, "/readyz").text();
    assert!(told.contains("the database does not answer"), "{told}");
    assert_eq!(gauge(&site, UP), 0);
    assert_eq!(
        operations(&site, "/healthz").status,
        200,
        "a restart would not help"
    );
    pull_twice(&site, &member);
    assert_eq!(metric(&site, DECIDED), before + 4);
    eventually("spooled", || metric(&site, SPOOLED) == 2);

    postgres.start_again();
    eventually("back again", || gauge(&site, UP) == 1);
    assert_eq!(operations(&site, "/readyz").text(), "ready\n");
    eventually("what was spooled is written", || {
        metric(&site, WRITTEN) == before + 4
    });
    assert_eq!(metric(&site, LOST), 0);
}

#[test]
fn operations_and_the_gateway_are_apart() {
    let site = Site::start();
    for path in ["/healthz", "/readyz", "/metrics"] {
        for port in [site.gateway.port(), site.gateway.control()] {
            assert_eq!(ask("GET", path).to(port).status, 404, "{path}");
        }
        assert_eq!(operations(&site, path).status, 200, "{path}");
        let changed = ask("POST", path).to(site.gateway.operations());
        assert_eq!(changed.status, 405, "{path}");
    }
    assert_eq!(operations(&site, "/v2/").status, 404);
}
