//! What a site administrator sees of the cache and the upstreams.

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{Fault, Route, Site};
use serde_json::{Value, json};

fn pull(site: &Site, bearer: &str, path: &str) -> Answer {
    ask("GET", &format!("/v2/{path}/manifests/1"))
        .bearer(bearer)
        .header("accept", site.image(path).manifest.media_type)
        .to(site.gateway.port())
}

#[test]
fn an_upstream_is_told_of_as_it_was_last_seen_and_no_secret_is() {
    let site = Site::start();
    let login = json!({"username": "sam", "password": "a long passphrase of sam"});
    let session = ask("POST", "/v2/users/login")
        .body("application/json", login.to_string().as_bytes())
        .to(site.gateway.control())
        .json()["token"]
        .to_string();
    let session = session.trim_matches('"').to_owned();
    let read = |path: &str| ask("GET", path).bearer(&session).to(site.gateway.control());
    for path in ["/api/v1/upstreams", "/api/v1/cache"] {
        assert_eq!(read(path).status, 403, "{path}");
    }
    let command = ["user", "set", "sam", "--site-administrator", "on"];
    site.gateway.command(&command).expect_success();
    let hub = || -> Value { read("/api/v1/upstreams").json()["upstreams"][0].clone() };
    assert_eq!(
        hub(),
        json!({"registry": "docker.io", "reachable": null, "last_seen": null, "last_error": null})
    );

    let member = site.bearer(Some(&site.member));
    // acme's own account is used for it.
    assert_eq!(pull(&site, &member, "acme/app").status, 200);
    let seen = hub();
    assert_eq!(seen["reachable"], true, "{seen}");
    assert!(seen["last_seen"].is_string(), "{seen}");
    let layer = site.image("acme/app").blobs[0].digest.clone();
    let blob = ask("GET", &format!("/v2/acme/app/blobs/{layer}"))
        .bearer(&member)
        .to(site.gateway.port());
    assert_eq!(blob.status, 200);
    // What was served is kept a moment later.
    site.gateway.process().wait_until("the blob is kept", || {
        let cache = read("/api/v1/cache").json();
        cache["entries"] == 1 && cache["fills"] == 1 && cache["bytes"].as_u64() > Some(0)
    });

    site.upstream.set_fault(Fault::Away, Route::Any);
    assert_ne!(pull(&site, &member, "library/base").status, 200);
    let away = hub();
    assert_eq!(away["reachable"], false, "{away}");
    let error = away["last_error"].as_str().unwrap_or_default();
    assert!(!error.is_empty());
    let told = read("/api/v1/upstreams").text();
    assert!(!told.contains(&site.robot.password), "{told}");
    assert!(!told.contains(&site.robot.authorization()), "{told}");
}
