//! What goes wrong upstream never becomes an answer that is wrong: nothing
//! denied becomes allowed, and nothing else is served than what was asked for.

use std::time::{Duration, Instant};

use pullgate_e2e::wire::{Answer, End, ask};
use pullgate_e2e::{Blob, Fault, Route, Site};

const BROKEN: [Fault; 7] = [
    Fault::Away,
    Fault::Cut,
    Fault::WrongBytes,
    Fault::LengthTooLong,
    Fault::LengthTooShort,
    Fault::TooManyRequests,
    Fault::Error,
];

fn get(site: &Site, token: &str, target: &str) -> Option<Answer> {
    ask("GET", target)
        .bearer(token)
        .header("accept", site.image("library/base").manifest.media_type)
        .send(site.gateway.port())
        .ok()
}

/// Whether an answer came as a whole and said that it was good.
fn whole(answer: &Answer) -> bool {
    answer.status == 200 && answer.end == End::Whole
}

#[track_caller]
fn still_denied(site: &Site, token: &str) {
    let image = site.image("evil/miner");
    for tail in ["manifests/1", &format!("blobs/{}", image.blobs[1].digest)] {
        let answer = get(site, token, &format!("/v2/evil/miner/{tail}"));
        let answer = answer.unwrap_or_else(|| panic!("{tail} was not answered"));
        assert_eq!(answer.status, 403, "{tail}: {}", answer.text());
    }
}

#[test]
fn a_broken_blob_is_never_served_as_a_whole_and_leaves_nothing_behind() {
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    for (number, fault) in BROKEN.into_iter().enumerate() {
        let content: Vec<u8> = (0..300_000u32)
            .flat_map(|word| (word ^ u32::try_from(number).unwrap_or(0)).to_le_bytes())
            .collect();
        let blob = Blob::new(content);
        site.registry.push_blob("library/base", &blob);
        let target = format!("/v2/library/base/blobs/{}", blob.digest);
        for _ in 0..2 {
            site.upstream.set_fault(fault, Route::Blobs);
            if let Some(answer) = get(&site, &member, &target) {
                assert!(!whole(&answer), "{fault:?}: a broken blob was served");
                assert_ne!(answer.status, 500, "{fault:?}: {}", answer.text());
                assert_ne!(answer.status, 403, "{fault:?} is no denial");
            }
            still_denied(&site, &member);
        }
        site.upstream.set_fault(Fault::None, Route::Any);
        let mended = get(&site, &member, &target).expect("it is mended");
        assert!(
            whole(&mended),
            "{fault:?}: {} {}",
            mended.status,
            mended.reason
        );
        assert!(
            mended.body == blob.bytes,
            "{fault:?}: other bytes are served"
        );
    }
}

#[test]
fn a_broken_manifest_is_never_served() {
    for fault in BROKEN {
        let site = Site::start();
        let member = site.bearer(Some(&site.member));
        let manifest = &site.image("library/base").manifest;
        let digest = format!("/v2/library/base/manifests/{}", manifest.digest());
        site.upstream.set_fault(fault, Route::Manifests);
        for target in ["/v2/library/base/manifests/1", &digest] {
            if let Some(answer) = get(&site, &member, target) {
                assert!(!whole(&answer), "{fault:?} {target}: {}", answer.text());
                assert_ne!(answer.status, 500, "{fault:?}: {}", answer.text());
                assert_ne!(answer.status, 403, "{fault:?} is no denial");
            }
        }
        still_denied(&site, &member);
        site.upstream.set_fault(Fault::None, Route::Any);
        for target in ["/v2/library/base/manifests/1", &digest] {
            let mended = get(&site, &member, target).expect("it is mended");
            assert!(
                whole(&mended),
                "{fault:?} {target}: {} {}",
                mended.status,
                mended.text()
            );
            assert_eq!(mended.body, manifest.blob.bytes);
        }
    }
}

#[test]
fn a_slow_upstream_is_waited_for() {
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    site.upstream
        .set_fault(Fault::Slow(Duration::from_secs(2)), Route::Any);
    let image = site.image("library/base");
    let manifest = get(&site, &member, "/v2/library/base/manifests/1").expect("an answer comes");
    assert_eq!(manifest.body, image.manifest.blob.bytes);
    let layer = &image.blobs[1];
    let blob = get(
        &site,
        &member,
        &format!("/v2/library/base/blobs/{}", layer.digest),
    );
    assert!(blob.expect("an answer comes").body == layer.bytes);
    still_denied(&site, &member);
}

#[test]
fn what_is_known_is_served_while_the_upstream_is_broken() {
    let site = Site::start_with(|setting| {
        setting.gateway.push_str("tag_fresh_for = '1ms'\n");
    });
    let member = site.bearer(Some(&site.member));
    let image = site.image("library/base");
    let targets = [
        "/v2/library/base/manifests/1".to_owned(),
        format!("/v2/library/base/manifests/{}", image.manifest.digest()),
        format!("/v2/library/base/blobs/{}", image.blobs[1].digest),
    ];
    let everything_is_served = |when: &str| {
        for target in &targets {
            let answer = get(&site, &member, target).expect("an answer comes");
            assert!(
                whole(&answer),
                "{when} {target}: {} {}",
                answer.status,
                answer.text()
            );
        }
    };
    everything_is_served("at first");
    for fault in [
        Fault::Away,
        Fault::Cut,
        Fault::TooManyRequests,
        Fault::Error,
    ] {
        site.upstream.set_fault(fault, Route::Any);
        everything_is_served(&format!("{fault:?}"));
        still_denied(&site, &member);
    }
}

#[test]
fn a_tag_that_moved_is_followed() {
    let site = Site::start_with(|setting| {
        setting.gateway.push_str("tag_fresh_for = '1ms'\n");
    });
    let member = site.bearer(Some(&site.member));
    let target = "/v2/library/base/manifests/1";
    let before = get(&site, &member, target).expect("an answer comes");
    let moved = pullgate_e2e::Image::new(
        "moved",
        pullgate_e2e::Kind::Docker,
        pullgate_e2e::Platform::Here,
    );
    site.registry.push("library/base", "1", &moved);
    let after = get(&site, &member, target).expect("an answer comes");
    assert_ne!(before.body, after.body);
    assert_eq!(after.body, moved.manifest.blob.bytes);
    assert_eq!(
        after.header("docker-content-digest"),
        Some(moved.manifest.digest())
    );
    // The decision names a digest, and that digest was served.
    let served = [&before, &after].map(|answer| {
        let digest = answer.header("docker-content-digest");
        digest.expect("a manifest has a digest").to_owned()
    });
    assert_ne!(served[0], served[1]);
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let decided = decided(&site, "docker.io/library/base", "1");
        if decided == served {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "served {served:?}, decided {decided:?}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The digests that mia's pulls of a tag were decided on, oldest first.
fn decided(site: &Site, repository: &str, tag: &str) -> Vec<String> {
    let shown = site
        .gateway
        .command(&["decisions", "acme", "--user", "mia", "--format", "json"])
        .expect_json();
    let pulls = shown.as_array().into_iter().flatten().rev();
    pulls
        .filter(|pull| pull["repository"] == repository && pull["reference"] == tag)
        .map(|pull| {
            assert_eq!(pull["outcome"], "allowed", "{pull}");
            pull["digest"].as_str().unwrap_or("none").to_owned()
        })
        .collect()
}

#[test]
fn many_clients_of_one_cold_blob_are_one_request_upstream() {
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    let blob = Blob::new((0..2_000_000u32).flat_map(u32::to_le_bytes).collect());
    site.registry.push_blob("library/base", &blob);
    site.upstream
        .set_fault(Fault::Slow(Duration::from_secs(1)), Route::Blobs);
    let target = format!("/v2/library/base/blobs/{}", blob.digest);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| get(&site, &member, &target).expect("an answer comes")))
            .collect();
        for client in clients {
            let answer = client.join().expect("the client ends");
            assert!(whole(&answer) && answer.body == blob.bytes);
        }
    });
    assert_eq!(site.upstream.heard_with(&format!("GET {target}")), 1);
}

#[test]
fn a_gateway_that_was_killed_in_a_fill_serves_nothing_wrong_afterwards() {
    let mut site = Site::start();
    let blob = Blob::new((0..1_000_000u32).flat_map(u32::to_le_bytes).collect());
    site.registry.push_blob("library/base", &blob);
    let target = format!("/v2/library/base/blobs/{}", blob.digest);
    let member = site.bearer(Some(&site.member));
    // Half of it comes, and then the gateway is gone.
    site.upstream.set_fault(Fault::Cut, Route::Blobs);
    let _ = get(&site, &member, &target);
    site.gateway.process().kill();
    site.gateway.restart();
    site.upstream.set_fault(Fault::None, Route::Any);
    let member = site.bearer(Some(&site.member));
    let answer = get(&site, &member, &target).expect("an answer comes");
    assert!(whole(&answer) && answer.body == blob.bytes);
}
