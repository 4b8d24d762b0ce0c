//! `pullgate explain` with the database.

use serde_json::{Value, json};

use super::site::Site;

fn site() -> Site {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on --official allowed");
    site
}

#[test]
fn a_member_reads_why_an_image_may_be_pulled() {
    let site = site();
    let done = site.run("explain nginx:1.27 --as mia");
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        done.out,
        "image         nginx:1.27
repository    docker.io/library/nginx
pulls         1.27
as            mia
category      official
rule          official
organization  acme
outcome       allowed

docker.io/library/nginx may be pulled: it is a Docker Official Image, and acme allows those.
"
    );
}

#[test]
fn a_member_reads_why_not_and_the_code_says_so() {
    let site = site();
    let done = site.run("explain ghcr.io/evil/miner --as mia");
    assert_eq!(done.code, 1, "{done:?}");
    for part in [
        "repository    ghcr.io/evil/miner\n",
        "category      community\n",
        "outcome       denied\n",
        "\n\npull denied: ghcr.io/evil/miner is outside Docker Hub",
        "https://pullgate.acme.example/request?image=ghcr.io/evil/miner\n",
    ] {
        assert!(done.out.contains(part), "{part:?} in:\n{}", done.out);
    }
    assert_eq!(
        site.run("explain ghcr.io/evil/miner --as olga").code,
        0,
        "owners may"
    );
}

#[test]
fn what_is_only_monitored_may_be_pulled() {
    let site = site();
    site.ok("policy set acme --mode monitor");
    let done = site.run("explain ghcr.io/evil/miner --as mia");
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("outcome       monitored"), "{done:?}");
}

#[test]
fn a_team_on_which_it_rests_is_named() {
    let site = site();
    site.ok("policy set acme --official restricted");
    site.ok("team create acme data");
    site.ok("team add acme data mia");
    site.ok("team set acme data --official allowed");
    let done = site.run("explain nginx --as mia");
    assert!(done.out.contains("\nteam          data\n"), "{done:?}");
}

#[test]
fn an_unknown_category_is_said_to_be_unknown() {
    let site = site();
    let done = site.run("explain evil/miner --as mia");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(
        done.out
            .contains("category      community (unknown: Docker Hub has not answered)\n"),
        "{done:?}"
    );
}

#[test]
fn a_disabled_user_is_pointed_out() {
    let site = site();
    site.ok("user disable mia");
    let done = site.run("explain nginx --as mia");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("mia is disabled"), "{done:?}");
}

#[test]
fn an_explanation_as_json() {
    let site = site();
    let done = site.run("explain Docker.io/nginx --as mia --format json");
    let answer: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        answer,
        json!({
            "image": "Docker.io/nginx",
            "subject": "person:mia",
            "repository": "docker.io/library/nginx",
            "outcome": "allowed",
            "rule": "official",
            "category": "official",
            "badge": "none",
            "organization": "acme",
            "team": null,
            "sentence": "docker.io/library/nginx may be pulled: it is a Docker Official Image, and acme allows those.",
        })
    );
    assert_eq!(
        site.ok("decisions --format json"),
        "[]\n",
        "asking is no pull"
    );
}
