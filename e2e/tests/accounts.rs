//! An organization's own private images: its account at the registry is used
//! for its people and its namespaces alone, and what came with it is nobody
//! else's.

use pullgate_e2e::wire::{Answer, Ask, ask};
use pullgate_e2e::{Person, Site};

/// Everything that can be asked of acme's image, with what it should give.
fn requests(site: &Site) -> Vec<(String, Ask, u16)> {
    let image = site.image("acme/app");
    let mut tails = vec![
        ("manifests/1".to_owned(), None),
        (format!("manifests/{}", image.manifest.digest()), None),
    ];
    for blob in &image.blobs {
        tails.push((format!("blobs/{}", blob.digest), None));
        tails.push((format!("blobs/{}", blob.digest), Some("bytes=0-3")));
    }
    tails.push(("tags/list".to_owned(), None));
    let mut requests = Vec::new();
    for (tail, range) in tails {
        for method in ["GET", "HEAD"] {
            let mut request = ask(method, &format!("/v2/acme/app/{tail}"))
                .header("accept", image.manifest.media_type);
            if let Some(range) = range {
                request = request.header("range", range);
            }
            let status = match (method, range) {
                ("GET", Some(_)) => 206,
                _ => 200,
            };
            requests.push((format!("{method} {tail} {range:?}"), request, status));
        }
    }
    requests
}

#[track_caller]
fn served(site: &Site, token: &str, who: &str) {
    let image = site.image("acme/app");
    for (what, request, status) in requests(site) {
        let answer = request.bearer(token).to(site.gateway.port());
        assert_eq!(answer.status, status, "{who}: {what}: {}", answer.text());
        let parts = image.blobs.iter().chain([&image.manifest.blob]);
        for part in parts.filter(|part| what == format!("GET blobs/{} None", part.digest)) {
            assert_eq!(answer.body, part.bytes, "{who}: {what}");
        }
    }
}

/// Not there, as if it did not exist: no status, header or body of it.
#[track_caller]
fn not_there(site: &Site, token: &str, who: &str) {
    for (what, request, _) in requests(site) {
        let answer = request.bearer(token).to(site.gateway.port());
        shows_nothing(site, &answer, &format!("{who}: {what}"));
        assert_eq!(answer.status, 404, "{who}: {what}: {}", answer.text());
    }
}

#[track_caller]
fn shows_nothing(site: &Site, answer: &Answer, what: &str) {
    let image = site.image("acme/app");
    assert!(
        answer.header("docker-content-digest").is_none() && answer.header("etag").is_none(),
        "{what} names content: {:?}",
        answer.headers
    );
    for part in image.blobs.iter().chain([&image.manifest.blob]) {
        let begin = part.bytes.get(..4).unwrap_or_default();
        assert!(!answer.body.starts_with(begin), "{what} gave content");
    }
    assert_ne!(
        answer
            .header("content-length")
            .and_then(|length| length.parse().ok()),
        Some(image.manifest.blob.bytes.len()),
        "{what} tells a size"
    );
}

/// nina, of a second organization whose policy allows everything.
fn member_of_another_organization(site: &Site) -> Person {
    let owner = site.newcomer("otto");
    let member = site.newcomer("nina");
    administer(
        site,
        &format!("org create globex --owner {}", owner.username),
    );
    administer(site, &format!("member add globex {}", member.username));
    member
}

/// The same person with a token that reads what is public.
fn public_only(site: &Site, owner: [&str; 2], username: &str) -> Person {
    let [kind, name] = owner;
    let printed = administer(
        site,
        &format!("token create {kind} {name} --label narrow --scope repo:public_read"),
    );
    let secret = printed
        .split_whitespace()
        .find(|word| word.starts_with("pgp_") || word.starts_with("pgo_"))
        .unwrap_or_else(|| panic!("no token was printed: {printed}"));
    Person {
        username: username.to_owned(),
        secret: secret.to_owned(),
        home: "narrow".to_owned(),
    }
}

#[track_caller]
fn administer(site: &Site, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    site.gateway.command(&words).expect_success().to_owned()
}

/// How many requests came with the robot's secret.
fn by_the_robot(site: &Site) -> usize {
    let authorization = site.robot.authorization();
    site.upstream
        .requests()
        .iter()
        .filter(|heard| heard.header("authorization") == Some(&authorization))
        .count()
}

#[test]
fn a_member_gets_it_and_the_registry_shows_it_to_nobody_else() {
    let site = Site::start();
    let direct = |target: &str| ask("GET", target).to(port_of(&site.upstream.url()));
    assert_eq!(direct("/v2/acme/app/manifests/1").status, 401);
    assert_eq!(direct("/v2/library/base/tags/list").status, 200);
    for (who, person) in [("member", &site.member), ("owner", &site.owner)] {
        let token = site.bearer(Some(person));
        served(&site, &token, who);
        served(&site, &token, who);
    }
    assert!(by_the_robot(&site) > 0);
}

#[test]
fn a_member_of_another_organization_finds_nothing_cold_or_warm() {
    let site = Site::start();
    let nina = site.bearer(Some(&member_of_another_organization(&site)));
    // Nothing in globex's policy is against it.
    let allowed = ask("GET", "/v2/evil/miner/manifests/1")
        .bearer(&nina)
        .header("accept", site.image("evil/miner").manifest.media_type)
        .to(site.gateway.port());
    assert_eq!(allowed.status, 200, "{}", allowed.text());

    not_there(&site, &nina, "a stranger to acme, cold");
    assert_eq!(
        by_the_robot(&site),
        0,
        "the robot's secret went out for globex"
    );
    served(&site, &site.bearer(Some(&site.member)), "member");
    let before = by_the_robot(&site);
    not_there(&site, &nina, "a stranger to acme, warm");
    assert_eq!(
        by_the_robot(&site),
        before,
        "the robot's secret went out for globex"
    );
    served(
        &site,
        &site.bearer(Some(&site.member)),
        "member, afterwards",
    );
}

#[test]
fn a_token_for_what_is_public_finds_nothing_private() {
    let site = Site::start();
    let narrow = [
        public_only(&site, ["--user", "mia"], "mia"),
        public_only(&site, ["--user", "olivia"], "olivia"),
        public_only(&site, ["--org", "acme"], "acme"),
    ]
    .map(|person| (person.username.clone(), site.bearer(Some(&person))));
    for (who, token) in &narrow {
        not_there(&site, token, &format!("{who}, cold"));
    }
    assert_eq!(by_the_robot(&site), 0);
    served(&site, &site.bearer(Some(&site.member)), "member");
    for (who, token) in &narrow {
        not_there(&site, token, &format!("{who}, warm"));
        let public = ask("GET", "/v2/library/base/tags/list")
            .bearer(token)
            .to(site.gateway.port());
        assert_eq!(public.status, 200, "{who}: {}", public.text());
    }
}

#[test]
fn the_robots_secret_goes_out_for_its_own_namespace_alone() {
    let site = Site::start();
    for person in [&site.member, &site.owner] {
        let token = site.bearer(Some(person));
        for path in ["library/base", "bitnami/tool", "evil/miner", "acme/app"] {
            let image = site.image(path);
            for target in [
                "manifests/1".to_owned(),
                "tags/list".to_owned(),
                format!("blobs/{}", image.blobs[1].digest),
            ] {
                let _ = ask("GET", &format!("/v2/{path}/{target}"))
                    .bearer(&token)
                    .header("accept", image.manifest.media_type)
                    .to(site.gateway.port());
            }
        }
    }
    let heard = site.upstream.requests();
    for path in ["library/base", "bitnami/tool", "evil/miner", "acme/app"] {
        assert!(
            heard.iter().any(|heard| heard.target.contains(path)),
            "{path} was never asked for"
        );
    }
    for request in heard {
        let authorization = request.header("authorization");
        if !request.target.starts_with("/v2/acme/") {
            assert_eq!(authorization, None, "{} {}", request.method, request.target);
        }
    }
    assert!(by_the_robot(&site) > 0);
    assert!(!site.gateway.process().log().contains(&site.robot.password));
}

#[test]
fn a_namespace_that_is_taken_away_is_served_no_more() {
    let site = Site::start();
    // The policy allows everything, so that the namespace alone decides.
    administer(&site, "policy set acme --iam off");
    let member = site.bearer(Some(&site.member));
    let owner = site.bearer(Some(&site.owner));
    served(&site, &member, "member");
    administer(&site, "namespace remove acme docker.io/acme/**");
    let before = by_the_robot(&site);
    not_there(&site, &member, "member of what is not acme's any more");
    not_there(&site, &owner, "owner of what is not acme's any more");
    assert_eq!(by_the_robot(&site), before);
    administer(&site, "namespace add acme docker.io/acme/**");
    served(&site, &member, "member of what is acme's again");
}

fn port_of(url: &str) -> u16 {
    url.rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .unwrap_or_else(|| panic!("{url} has no port"))
}
