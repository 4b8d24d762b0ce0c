//! Several registries behind one gateway: whichever way a request names one,
//! the same is decided, that one is asked, and no other.

use pullgate_e2e::wire::{Answer, Ask, ask};
use pullgate_e2e::{Elsewhere, Image, Setting, Site};

const VIRTUAL_HOSTS: &str =
    "virtual_hosts = { 'hub.test' = 'docker.io', 'other.test' = 'REGISTRY' }\n";

/// A site with a second registry, and a host name for each.
fn start() -> (Site, Elsewhere) {
    let elsewhere = Elsewhere::on_a_port();
    let site = Site::start_with(|setting: &mut Setting| {
        elsewhere.add_to(setting);
        setting.gateway = VIRTUAL_HOSTS.replace("REGISTRY", &elsewhere.name);
    });
    (site, elsewhere)
}

/// The three ways to name a registry, for one of its paths: what stands
/// before the tail, a query, and a `Host`.
fn ways(registry: &str, host: &str, path: &str) -> [(String, String, Option<String>); 5] {
    [
        (format!("/v2/{registry}/{path}"), String::new(), None),
        (format!("/v2/{path}"), format!("?ns={registry}"), None),
        (format!("/v2/{path}"), String::new(), Some(host.to_owned())),
        (
            format!("/v2/{path}"),
            String::new(),
            Some(format!("{}.:5000", host.to_ascii_uppercase())),
        ),
        (
            format!("/v2/{path}"),
            format!("?ns={registry}"),
            Some(host.to_owned()),
        ),
    ]
}

fn of(way: &(String, String, Option<String>), tail: &str, image: &Image) -> Ask {
    let request = ask("GET", &format!("{}/{tail}{}", way.0, way.1))
        .header("accept", image.manifest.media_type);
    match &way.2 {
        Some(host) => request.header("host", host),
        None => request,
    }
}

fn manifest(site: &Site, token: &str, target: &str) -> Answer {
    ask("GET", target)
        .header("accept", "application/vnd.oci.image.manifest.v1+json")
        .bearer(token)
        .to(site.gateway.port())
}

#[track_caller]
fn administer(site: &Site, command: &str) {
    let words: Vec<&str> = command.split(' ').collect();
    site.gateway.command(&words).expect_success();
}

/// How often each of the two was asked for that path.
fn heard(site: &Site, elsewhere: &Elsewhere, path: &str) -> (usize, usize) {
    let path = format!("/v2/{path}/");
    (
        site.upstream.heard_with(&path),
        elsewhere.upstream.heard_with(&path),
    )
}

#[test]
fn the_same_image_is_denied_and_served_whichever_way_it_is_named() {
    let (site, elsewhere) = start();
    let (member, owner) = (
        site.bearer(Some(&site.member)),
        site.bearer(Some(&site.owner)),
    );
    let image = elsewhere.image("org/app");
    let sentence = format!(
        "pull denied: {}/org/app is outside Docker Hub and not listed as trusted, so it counts \
         as a community image, and community images are restricted by acme",
        elsewhere.name
    );
    let ways = ways(&elsewhere.name, "other.test", "org/app");
    let tails = [
        "manifests/1".to_owned(),
        format!("manifests/{}", image.manifest.digest()),
        format!("blobs/{}", image.blobs[1].digest),
    ];
    let denied_everywhere = |when: &str| {
        for way in &ways {
            for tail in &tails {
                let answer = of(way, tail, image).bearer(&member).to(site.gateway.port());
                assert_eq!(answer.status, 403, "{when}: {way:?}: {}", answer.text());
                assert!(
                    answer.reason.starts_with(&sentence),
                    "{when}: {way:?}: {}",
                    answer.reason
                );
            }
        }
    };
    denied_everywhere("cold");
    assert_eq!(heard(&site, &elsewhere, "org/app"), (0, 0));

    let served_everywhere = |token: &str, who: &str| {
        for way in &ways {
            let answers = [0, 2].map(|tail| {
                let answer = of(way, &tails[tail], image)
                    .bearer(token)
                    .to(site.gateway.port());
                assert_eq!(answer.status, 200, "{who}: {way:?}: {}", answer.text());
                answer
            });
            assert_eq!(answers[0].body, image.manifest.blob.bytes, "{who}: {way:?}");
            assert_eq!(answers[1].body, image.blobs[1].bytes, "{who}: {way:?}");
        }
    };
    served_everywhere(&owner, "owner");
    let (of_hub, of_elsewhere) = heard(&site, &elsewhere, "org/app");
    assert_eq!(of_hub, 0, "{:?}", site.upstream.heard());
    // However it is named, it is one image in the cache.
    assert_eq!(of_elsewhere, 2, "{:?}", elsewhere.upstream.heard());
    denied_everywhere("warm");

    administer(
        &site,
        &format!("policy allow acme {}/org/app", elsewhere.name),
    );
    administer(&site, "policy set acme --allowlist on");
    served_everywhere(&member, "member, by the allowlist");
    assert_eq!(elsewhere.front.heard(), [""; 0], "asked where it is not");
}

#[test]
fn one_path_in_two_registries_is_two_images() {
    let (site, elsewhere) = start();
    let (member, owner) = (
        site.bearer(Some(&site.member)),
        site.bearer(Some(&site.owner)),
    );
    let (hubs, others) = (site.image("library/base"), elsewhere.image("library/base"));
    for round in ["cold", "warm"] {
        for (registry, host, image) in [
            ("docker.io", "hub.test", hubs),
            (elsewhere.name.as_str(), "other.test", others),
        ] {
            for way in ways(registry, host, "library/base") {
                let by_owner = of(&way, "manifests/1", image)
                    .bearer(&owner)
                    .to(site.gateway.port());
                assert_eq!(by_owner.status, 200, "{round} {way:?}: {}", by_owner.text());
                assert_eq!(by_owner.body, image.manifest.blob.bytes, "{round} {way:?}");
                // Official is what Docker Hub calls official, and nothing else.
                let by_member = of(&way, "manifests/1", image)
                    .bearer(&member)
                    .to(site.gateway.port());
                let expected = if registry == "docker.io" { 200 } else { 403 };
                assert_eq!(by_member.status, expected, "{round} {way:?}");
            }
        }
    }
    // What one registry holds is not there under the other's name.
    let layer = &others.blobs[1].digest;
    let foreign = manifest(&site, &owner, &format!("/v2/library/base/blobs/{layer}"));
    assert_eq!(foreign.status, 404, "{}", foreign.text());
}

#[test]
fn a_host_and_an_ns_that_disagree_name_nothing() {
    let (site, elsewhere) = start();
    let owner = site.bearer(Some(&site.owner));
    for (host, ns) in [
        ("hub.test", elsewhere.name.as_str()),
        ("other.test", "docker.io"),
    ] {
        let answer = ask("GET", &format!("/v2/library/base/manifests/1?ns={ns}"))
            .header("host", host)
            .bearer(&owner)
            .to(site.gateway.port());
        assert_eq!(answer.status, 400, "{host} {ns}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["code"], "NAME_INVALID");
    }
    assert_eq!(heard(&site, &elsewhere, "library/base"), (0, 0));
}

#[test]
fn registry_access_management_decides_by_the_registry_however_it_is_named() {
    let (site, elsewhere) = start();
    let member = site.bearer(Some(&site.member));
    let image = elsewhere.image("org/app");
    site.set_policy(&["--iam", "off", "--ram", "on", "--docker-hub", "allowed"]);
    let sentence = format!(
        "pull denied: {name}/org/app is in the registry {name}, which is not among those that acme allows",
        name = elsewhere.name
    );
    let everywhere = |status: u16, when: &str| {
        for way in ways(&elsewhere.name, "other.test", "org/app") {
            let answer = of(&way, "manifests/1", image)
                .bearer(&member)
                .to(site.gateway.port());
            assert_eq!(answer.status, status, "{when}: {way:?}: {}", answer.text());
            if status == 403 {
                assert!(answer.reason.starts_with(&sentence), "{}", answer.reason);
            }
        }
    };
    everywhere(403, "not listed");
    assert_eq!(elsewhere.upstream.heard(), [""; 0]);
    administer(
        &site,
        &format!("policy registry add acme {}", elsewhere.name),
    );
    everywhere(200, "listed");
    administer(
        &site,
        &format!("policy registry remove acme {}", elsewhere.name),
    );
    everywhere(403, "listed no more");

    // Docker Hub's switch is Docker Hub's alone, whatever host name it has.
    administer(
        &site,
        &format!("policy registry add acme {}", elsewhere.name),
    );
    site.set_policy(&["--docker-hub", "restricted"]);
    everywhere(200, "with Docker Hub restricted");
    let base = site.image("library/base");
    for way in ways("docker.io", "hub.test", "library/base") {
        let answer = of(&way, "manifests/1", base)
            .bearer(&member)
            .to(site.gateway.port());
        assert_eq!(answer.status, 403, "{way:?}: {}", answer.text());
    }
}

#[test]
fn a_registry_that_is_not_configured_is_never_contacted() {
    // It would serve everybody, and nobody told the gateway of it.
    let unknown = Elsewhere::on_a_port();
    let (site, elsewhere) = start();
    let (member, owner) = (
        site.bearer(Some(&site.member)),
        site.bearer(Some(&site.owner)),
    );
    let targets = [
        format!("/v2/{}/org/app/manifests/1", unknown.name),
        format!("/v2/org/app/manifests/1?ns={}", unknown.name),
        format!("/v2/{}/org/app/tags/list", unknown.name),
        format!(
            "/v2/{}/org/app/blobs/{}",
            unknown.name,
            unknown.image("org/app").blobs[1].digest
        ),
    ];
    let all = |token: &str, status: u16, sentence: &str, when: &str| {
        for target in &targets {
            let answer = manifest(&site, token, target);
            assert_eq!(answer.status, status, "{when}: {target}: {}", answer.text());
            let message = answer.json()["errors"][0]["message"].to_string();
            assert!(message.contains(sentence), "{when}: {target}: {message}");
        }
    };
    let not_configured = format!("this gateway does not pull from {}", unknown.name);
    let community = "community images are restricted by acme";
    let not_listed = "which is not among those that acme allows";
    all(&member, 403, community, "IAM on");
    all(&owner, 404, &not_configured, "an owner");
    site.set_policy(&["--iam", "off"]);
    all(&member, 404, &not_configured, "IAM off");
    site.set_policy(&["--ram", "on"]);
    all(&member, 403, not_listed, "not listed");
    administer(&site, &format!("policy registry add acme {}", unknown.name));
    all(&member, 404, &not_configured, "listed");
    all(&owner, 404, &not_configured, "an owner, listed");

    for tap in [
        &unknown.front,
        &unknown.upstream,
        &site.upstream,
        &elsewhere.upstream,
    ] {
        assert_eq!(tap.heard(), [""; 0]);
    }
}
