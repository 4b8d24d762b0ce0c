//! Docker Hub's API away: what cannot be classified is community, and what
//! was learnt before stays known.

use std::time::{Duration, Instant};

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{HubFault, Site};

const FAULTS: [HubFault; 5] = [
    HubFault::Error,
    HubFault::TooManyRequests,
    HubFault::Nonsense,
    HubFault::Slow(Duration::from_secs(20)),
    HubFault::Away,
];

fn manifest(site: &Site, token: &str, path: &str) -> Answer {
    ask("GET", &format!("/v2/{path}/manifests/1"))
        .bearer(token)
        .header("accept", site.image(path).manifest.media_type)
        .to(site.gateway.port())
}

#[test]
fn what_cannot_be_classified_is_community_until_it_can() {
    // A namespace is asked about again after some seconds, so all at a time.
    std::thread::scope(|scope| {
        for fault in FAULTS {
            scope.spawn(move || cannot_be_classified(fault));
        }
    });
}

fn cannot_be_classified(fault: HubFault) {
    let site = Site::start();
    site.set_policy(&["--verified-publisher", "allowed"]);
    let member = site.bearer(Some(&site.member));
    site.hub.set_fault(fault);
    let unknown = manifest(&site, &member, "bitnami/tool");
    assert_eq!(unknown.status, 403, "{fault:?}: {}", unknown.text());
    let sentence = "pull denied: Docker Hub could not say who publishes docker.io/bitnami/tool";
    assert!(
        unknown.reason.starts_with(sentence),
        "{fault:?}: {}",
        unknown.reason
    );
    // What needs no asking is as always.
    for (path, status) in [
        ("library/base", 200),
        ("acme/app", 200),
        ("evil/miner", 403),
    ] {
        assert_eq!(
            manifest(&site, &member, path).status,
            status,
            "{fault:?} {path}"
        );
    }
    site.hub.set_fault(HubFault::None);
    let deadline = Instant::now() + Duration::from_mins(2);
    while manifest(&site, &member, "bitnami/tool").status != 200 {
        assert!(
            Instant::now() < deadline,
            "{fault:?}: it is never asked again"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_category_learnt_is_used_while_docker_hub_is_away() {
    let site = Site::start();
    site.set_policy(&["--verified-publisher", "allowed"]);
    let member = site.bearer(Some(&site.member));
    assert_eq!(manifest(&site, &member, "bitnami/tool").status, 200);
    for fault in FAULTS {
        site.hub.set_fault(fault);
        assert_eq!(
            manifest(&site, &member, "bitnami/tool").status,
            200,
            "{fault:?}"
        );
    }
}

#[test]
fn many_people_are_one_question_about_a_namespace() {
    let site = Site::start();
    site.hub.set_fault(HubFault::Slow(Duration::from_secs(1)));
    let member = site.bearer(Some(&site.member));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| manifest(&site, &member, "evil/miner"));
        }
    });
    assert_eq!(site.hub.asked_about("evil"), 1);
}
