//! The policy is checked on every route: each route, method, way to name an
//! image and state of the cache, for each kind of person, by raw HTTP.
//!
//! Clients stop at the first refusal, so this is where it shows that each
//! later request would have been refused as well.

use std::sync::LazyLock;

use pullgate_e2e::wire::{Answer, Ask, ask};
use pullgate_e2e::{Image, Site};

fn site() -> &'static Site {
    static SITE: LazyLock<Site> = LazyLock::new(Site::start);
    &SITE
}

/// What can be asked of an image: the tail of the path, and a `Range` if any.
struct Route {
    tail: String,
    range: Option<&'static str>,
    status: u16,
}

fn routes(image: &Image) -> Vec<Route> {
    let route = |tail: String| Route {
        tail,
        range: None,
        status: 200,
    };
    let blob = |digest: &str| format!("blobs/{digest}");
    let mut routes = vec![
        route("manifests/1".to_owned()),
        route(format!("manifests/{}", image.manifest.digest())),
        route("tags/list".to_owned()),
        route("tags/list?n=1&last=0".to_owned()),
        route(format!("referrers/{}", image.manifest.digest())),
    ];
    for part in &image.blobs {
        routes.push(route(blob(&part.digest)));
        routes.push(Route {
            tail: blob(&part.digest),
            range: Some("bytes=0-3"),
            status: 206,
        });
    }
    routes
}

/// The ways to name a repository of Docker Hub: what stands before the tail,
/// and a query.
fn names(path: &str) -> Vec<(String, &'static str)> {
    vec![
        (format!("/v2/{path}"), ""),
        (format!("/v2/docker.io/{path}"), ""),
        (format!("/v2/registry-1.docker.io/{path}"), ""),
        (format!("/v2/Index.Docker.IO/{path}"), ""),
        (format!("/v2/docker.io:443/{path}"), ""),
        (format!("/v2/{path}"), "ns=docker.io"),
        (format!("/v2/{path}"), "ns=registry.hub.docker.com"),
    ]
}

fn request(method: &str, (name, query): &(String, &str), route: &Route) -> Ask {
    let separator = match (query.is_empty(), route.tail.contains('?')) {
        (true, _) => "",
        (false, true) => "&",
        (false, false) => "?",
    };
    let request = ask(method, &format!("{name}/{}{separator}{query}", route.tail))
        .header(
            "accept",
            "application/vnd.docker.distribution.manifest.v2+json",
        )
        .header("accept", "application/vnd.oci.image.manifest.v1+json");
    match route.range {
        Some(range) => request.header("range", range),
        None => request,
    }
}

/// Asks every route in every way, and hands each answer on.
fn ask_everything(site: &Site, path: &str, token: &str, judge: impl Fn(&str, &Route, &Answer)) {
    for name in names(path) {
        for route in routes(site.image(path)) {
            for method in ["GET", "HEAD"] {
                let answer = request(method, &name, &route)
                    .bearer(token)
                    .to(site.gateway.port());
                let what = format!(
                    "{method} {}/{} ?{} {:?}",
                    name.0, route.tail, name.1, route.range
                );
                judge(&what, &route, &answer);
            }
        }
    }
}

#[track_caller]
fn denied_everywhere(site: &Site, path: &str, token: &str, sentence: &str) {
    ask_everything(site, path, token, |what, _, answer| {
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        assert!(
            answer.reason.contains(sentence),
            "{what}: {}",
            answer.reason
        );
        if what.starts_with("GET") {
            let error = &answer.json()["errors"][0];
            assert_eq!(error["code"], "DENIED", "{what}");
            // Docker's client library takes a body with `details` for an
            // error of unknown kind, which podman and buildah try again.
            assert!(answer.json().get("details").is_none(), "{what}");
            let message = error["message"].as_str().unwrap_or_default();
            assert!(message.contains(sentence), "{what}: {message}");
        }
    });
}

#[track_caller]
fn allowed_everywhere(site: &Site, path: &str, token: &str) {
    let image = site.image(path);
    ask_everything(site, path, token, |what, route, answer| {
        if route.tail.starts_with("referrers/") {
            // The registry behind is too old to know them, so there are none.
            assert_eq!(answer.status, 200, "{what}: {}", answer.text());
            if what.starts_with("GET") {
                assert_eq!(answer.json()["manifests"], serde_json::json!([]), "{what}");
            }
            return;
        }
        // A range of a HEAD is ignored by some and answered by others; both fit the specification.
        let fits =
            answer.status == route.status || (what.starts_with("HEAD") && answer.status == 200);
        assert!(fits, "{what}: {} {}", answer.status, answer.text());
        assert!(
            answer.header("content-length").is_some(),
            "{what} has no length"
        );
        if what.starts_with("GET") && route.range.is_none() {
            let parts = image.blobs.iter().chain([&image.manifest.blob]);
            for part in parts.filter(|part| route.tail.ends_with(&part.digest)) {
                assert_eq!(answer.body, part.bytes, "{what} gave other bytes");
            }
        }
    });
}

#[test]
fn what_is_denied_is_denied_on_every_route_with_a_cold_and_a_warm_cache() {
    // A site of its own, whose registry nobody else asks for the image.
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    let outsider = site.bearer(Some(&site.outsider));
    let stranger = site.bearer(None);
    let all = |path: &str| {
        denied_everywhere(&site, path, &member, &site.community(path));
        denied_everywhere(
            &site,
            path,
            &outsider,
            "your account belongs to no organization",
        );
        denied_everywhere(&site, path, &stranger, &Site::not_signed_in(path));
    };
    all("evil/miner");
    assert_eq!(
        site.upstream.heard_with("evil/miner"),
        0,
        "the registry was asked for an image that was denied: {:?}",
        site.upstream.heard()
    );
    allowed_everywhere(&site, "evil/miner", &site.bearer(Some(&site.owner)));
    all("evil/miner");
}

#[test]
fn what_is_allowed_is_served_on_every_route_with_a_cold_and_a_warm_cache() {
    let member = site().bearer(Some(&site().member));
    for path in ["library/base", "acme/app"] {
        allowed_everywhere(site(), path, &member);
        allowed_everywhere(site(), path, &member);
        denied_everywhere(
            site(),
            path,
            &site().bearer(None),
            &Site::not_signed_in(path),
        );
    }
}

#[test]
fn without_a_token_every_route_challenges() {
    for path in ["evil/miner", "library/base"] {
        for name in names(path) {
            for route in routes(site().image(path)) {
                for method in ["GET", "HEAD"] {
                    let answer = request(method, &name, &route).to(site().gateway.port());
                    assert_eq!(answer.status, 401, "{}", route.tail);
                    let challenge = answer.header("www-authenticate").unwrap_or_default();
                    assert!(challenge.starts_with("Bearer realm="), "{challenge}");
                }
            }
        }
    }
}

#[test]
fn nothing_can_be_pushed_deleted_or_mounted_by_anybody() {
    let image = site().image("evil/miner");
    let layer = &image.blobs[1].digest;
    let owner = site().bearer(Some(&site().owner));
    for (method, target) in [
        ("PUT", "/v2/evil/miner/manifests/1".to_owned()),
        ("DELETE", "/v2/evil/miner/manifests/1".to_owned()),
        ("DELETE", format!("/v2/evil/miner/blobs/{layer}")),
        ("POST", "/v2/evil/miner/blobs/uploads/".to_owned()),
        ("PATCH", "/v2/evil/miner/blobs/uploads/1".to_owned()),
        (
            "PUT",
            format!("/v2/evil/miner/blobs/uploads/1?digest={layer}"),
        ),
        (
            "POST",
            format!("/v2/library/base/blobs/uploads/?mount={layer}&from=evil/miner"),
        ),
    ] {
        let answer = ask(method, &target)
            .bearer(&owner)
            .body("application/octet-stream", b"x")
            .to(site().gateway.port());
        assert_eq!(answer.status, 405, "{method} {target}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["code"], "UNSUPPORTED");
    }
}

#[test]
fn a_shared_blob_store_leaks_nothing_between_repositories() {
    let owner = site().bearer(Some(&site().owner));
    allowed_everywhere(site(), "evil/miner", &owner);
    let member = site().bearer(Some(&site().member));
    let image = site().image("evil/miner");
    let missing = format!("sha256:{}", "0".repeat(64));
    for (kind, digest) in [
        ("blobs", &image.blobs[0].digest),
        ("blobs", &image.blobs[1].digest),
        ("manifests", &image.manifest.blob.digest),
    ] {
        // The same for an owner: the repository does not have it.
        for token in [&member, &owner] {
            for method in ["GET", "HEAD"] {
                for range in [None, Some("bytes=0-3")] {
                    let of = |digest: &str| {
                        let request =
                            ask(method, &format!("/v2/library/base/{kind}/{digest}")).bearer(token);
                        let request = match range {
                            Some(range) => request.header("range", range),
                            None => request,
                        };
                        request.to(site().gateway.port())
                    };
                    let (foreign, nothing) = (of(digest), of(&missing));
                    assert_eq!(foreign.status, 404, "{method} {kind}: {}", foreign.text());
                    assert_eq!(nothing.status, 404, "{method} {kind}: {}", nothing.text());
                    assert_eq!(
                        foreign.text().replace(digest.as_str(), ""),
                        nothing.text().replace(&missing, ""),
                        "what is elsewhere looks different from what is nowhere"
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_can_be_enumerated() {
    for person in [None, Some(&site().member), Some(&site().owner)] {
        let token = site().bearer(person);
        for target in [
            "/v2/_catalog",
            "/v2/_catalog?n=100000",
            "/v2/docker.io/_catalog",
        ] {
            let answer = ask("GET", target).bearer(&token).to(site().gateway.port());
            assert!(
                (400..500).contains(&answer.status),
                "{target}: {}",
                answer.status
            );
            assert!(
                !answer.text().contains("evil/miner"),
                "{target}: {}",
                answer.text()
            );
        }
    }
    let member = site().bearer(Some(&site().member));
    for n in ["-1", "0", "x", "99999999999999999999"] {
        let answer = ask("GET", &format!("/v2/library/base/tags/list?n={n}"))
            .bearer(&member)
            .to(site().gateway.port());
        assert_eq!(answer.status, 400, "n={n}: {}", answer.text());
    }
    let many = ask("GET", "/v2/library/base/tags/list?n=4000000000")
        .bearer(&member)
        .to(site().gateway.port());
    assert_eq!(many.status, 200, "{}", many.text());
    for heard in site().upstream.heard() {
        assert!(
            !heard.contains("4000000000"),
            "n was handed on unbounded: {heard}"
        );
    }
}

#[test]
fn look_alike_names_are_no_way_around() {
    // A site of its own, whose registry nobody else asks for the image.
    let site = Site::start();
    let member = site.bearer(Some(&site.member));
    let digest = site.image("evil/miner").manifest.digest().to_owned();
    for name in [
        "evil%2fminer",
        "evil%2Fminer",
        "%65vil/miner",
        "library/../evil/miner",
        "library/base/../../evil/miner",
        "library/%2e%2e/evil/miner",
        "/evil/miner",
        "evil//miner",
        "./evil/miner",
        "evil/./miner",
        "Evil/miner",
        "evil/MINER",
        "evil\\miner",
        "evil/miner%00",
        "evil/miner%20",
        "\u{435}vil/miner",
        "docker.io./evil/miner",
        "docker.io:443/evil/miner",
        "docker.io:0443/evil/miner",
        "docker.io:80/evil/miner",
        "DOCKER.IO/evil/miner",
        "docker.io.evil.example/library/base",
        "evil.example/library/base",
        "localhost/library/base",
        "127.0.0.1:1/library/base",
        "[::1]:1/library/base",
        "docker.io@evil.example/library/base",
        "library/base@evil/miner",
        "docker.io/docker.io/evil/miner",
        "library/evil/miner",
    ] {
        for target in ["1", digest.as_str()] {
            let answer = ask("GET", &format!("/v2/{name}/manifests/{target}"))
                .bearer(&member)
                .to(site.gateway.port());
            assert!(
                (400..500).contains(&answer.status),
                "{name} {target}: {} {}",
                answer.status,
                answer.text()
            );
        }
    }
    for query in [
        "ns=evil.example",
        "ns=docker.io&ns=evil.example",
        "ns=127.0.0.1:1",
        "ns=",
        "ns=docker.io/evil",
        "ns=http://evil.example",
        "%6es=docker.io&ns=ghcr.io",
    ] {
        let answer = ask("GET", &format!("/v2/library/base/manifests/1?{query}"))
            .bearer(&member)
            .to(site.gateway.port());
        assert!(
            (400..500).contains(&answer.status),
            "{query}: {}",
            answer.text()
        );
    }
    for name in ["miner", "MINER"] {
        assert_eq!(
            site.upstream.heard_with(name),
            0,
            "{:?}",
            site.upstream.heard()
        );
    }
}

/// Bad requests, and what each of them gets: a status and an error code.
#[rustfmt::skip]
fn bad_requests(token: &str) -> Vec<(&'static str, Ask, u16, &'static str)> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let none = format!("sha256:{}", "0".repeat(64));
    let mia = |target: &str| ask("GET", target).bearer(token);
    let of = |tail: &str| mia(&format!("/v2/library/base/{tail}"));
    let form = |text: &[u8]| ask("POST", "/token").body(FORM, text);
    vec![
        ("a name that is too long", mia(&format!("/v2/{}/manifests/1", "a".repeat(5_000))), 400, "NAME_INVALID"),
        ("two registries", of("manifests/1?ns=docker.io&ns=ghcr.io"), 400, "NAME_INVALID"),
        ("a bad tag", of("manifests/-bad"), 400, "TAG_INVALID"),
        ("a manifest's short digest", of("manifests/sha256:short"), 400, "DIGEST_INVALID"),
        ("a blob's short digest", of("blobs/sha256:short"), 400, "DIGEST_INVALID"),
        ("an unknown algorithm", of(&format!("blobs/md5:{}", "0".repeat(32))), 400, "DIGEST_INVALID"),
        ("a subject's short digest", of("referrers/sha256:short"), 400, "DIGEST_INVALID"),
        ("no number of tags", of("tags/list?n=x"), 400, "PAGINATION_NUMBER_INVALID"),
        ("an unknown tag", of("manifests/unknown"), 404, "MANIFEST_UNKNOWN"),
        ("an unknown manifest", of(&format!("manifests/{none}")), 404, "MANIFEST_UNKNOWN"),
        ("an unknown blob", of(&format!("blobs/{none}")), 404, "BLOB_UNKNOWN"),
        ("what the API does not have", of("unknown/1"), 404, "NAME_UNKNOWN"),
        ("another API", mia("/v3/"), 404, "NAME_UNKNOWN"),
        ("an unknown method", ask("BREW", "/v2/library/base/manifests/1").bearer(token), 405, "UNSUPPORTED"),
        ("another method for a token", ask("PUT", "/token"), 405, "UNSUPPORTED"),
        ("a huge form", form(&vec![b'a'; 4 << 20]), 400, "UNSUPPORTED"),
        ("JSON for a form", ask("POST", "/token").body("application/json", b"{"), 400, "UNSUPPORTED"),
        ("no form", form(b""), 400, "UNSUPPORTED"),
        ("half of a form", form(b"grant_type=password"), 400, "UNSUPPORTED"),
        ("a grant that does not exist", form(b"grant_type=kindness"), 400, "UNSUPPORTED"),
        ("a field given twice", form(b"grant_type=password&grant_type=refresh_token"), 400, "UNSUPPORTED"),
        ("a form that is not text", form(b"grant_type=\xff\xfe"), 400, "UNSUPPORTED"),
        ("no refresh token", form(b"grant_type=refresh_token&refresh_token=x"), 401, "UNAUTHORIZED"),
        ("no credentials", ask("GET", "/token").header("authorization", "Basic ???"), 401, "UNAUTHORIZED"),
        ("two people at once", of("manifests/1").bearer(token), 401, "UNAUTHORIZED"),
    ]
}

#[test]
fn bad_input_gets_a_clear_error_and_never_a_500() {
    let token = site().bearer(Some(&site().member));
    for (what, request, status, code) in bad_requests(&token) {
        let answer = request
            .send(site().gateway.port())
            .unwrap_or_else(|error| panic!("{what} was not answered: {error}"));
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        let error = &answer.json()["errors"][0];
        assert_eq!(error["code"], code, "{what}: {}", answer.text());
        let message = error["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "{what}: {}", answer.text());
        still_serves(&token);
    }
    // Only of these may the connection be closed without a word.
    let long = "a".repeat(1 << 20);
    let mia = |target: &str| ask("GET", target).bearer(&token);
    let base = "/v2/library/base";
    for (what, request) in [
        ("a long name", mia(&format!("/v2/{long}/manifests/1"))),
        ("a long tag", mia(&format!("{base}/manifests/{long}"))),
        ("a long query", ask("GET", &format!("/token?scope={long}"))),
        (
            "a long header",
            mia(&format!("{base}/manifests/1")).header("x-large", &long),
        ),
    ] {
        if let Ok(answer) = request.send(site().gateway.port()) {
            assert!(
                [414, 431].contains(&answer.status),
                "{what}: {}",
                answer.status
            );
        }
        still_serves(&token);
    }
    assert!(
        !site().gateway.process().log().contains("panicked"),
        "{}",
        site().gateway.process().log()
    );
}

#[track_caller]
fn still_serves(token: &str) {
    let answer = ask("GET", "/v2/").bearer(token).to(site().gateway.port());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn a_token_is_worth_what_its_signature_is() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as base64url;

    let token = site().bearer(Some(&site().member));
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else {
        panic!("not a JWT: {token}");
    };
    let read = |part: &str| String::from_utf8(base64url.decode(part).unwrap()).unwrap();
    let encode = |text: &str| base64url.encode(text);
    let owner = site().bearer(Some(&site().owner));
    let owners = owner.split('.').nth(1).expect("a JWT has claims");
    let longer = encode(&read(claims).replacen(r#""exp":1"#, r#""exp":2"#, 1));
    let none = encode(&read(head).replace("ES256", "none"));
    let hmac = encode(&read(head).replace("ES256", "HS256"));
    let own_key = encode(&read(head).replacen(
        '{',
        r#"{"jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},"jku":"http://127.0.0.1:1/","#,
        1,
    ));
    let altered = {
        let (at, letter) = signature.char_indices().nth(20).expect("it is longer");
        let other = if letter == 'A' { 'B' } else { 'A' };
        format!("{}{other}{}", &signature[..at], &signature[at + 1..])
    };
    assert_ne!(longer, *claims, "the forgery is none");
    let shown = |token: &str| {
        ask("GET", "/v2/library/base/manifests/1")
            .bearer(token)
            .to(site().gateway.port())
    };
    // The genuine ones first: what the gateway then remembers of them must
    // not let a token pass that only resembles one of them.
    for genuine in [&token, &owner] {
        let answer = shown(genuine);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    for forged in [
        format!("{head}.{owners}.{signature}"),
        format!("{head}.{longer}.{signature}"),
        format!("{head}.{claims}.{altered}"),
        format!("{head}.{owners}.{altered}"),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{none}.{owners}."),
        format!("{hmac}.{claims}.{signature}"),
        format!("{own_key}.{claims}.{signature}"),
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!("{token}."),
        format!("{token}A"),
        token[..token.len() - 1].to_owned(),
        "..".to_owned(),
        String::new(),
        site().member.secret.clone(),
    ] {
        let answer = shown(&forged);
        assert_eq!(answer.status, 401, "{forged}: {}", answer.text());
    }
    for genuine in [&token, &owner] {
        let answer = shown(genuine);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

#[test]
fn a_log_holds_no_secret() {
    let people = [&site().owner, &site().member, &site().outsider];
    let tokens: Vec<String> = people
        .iter()
        .map(|person| site().bearer(Some(person)))
        .collect();
    for token in &tokens {
        let _ = ask("GET", "/v2/evil/miner/manifests/1")
            .bearer(token)
            .to(site().gateway.port());
    }
    let log = site().gateway.process().log();
    for person in people {
        assert!(
            !log.contains(&person.secret),
            "an access token is in the log"
        );
        let passphrase = format!("a long passphrase of {}", person.username);
        assert!(!log.contains(&passphrase), "a password is in the log");
    }
    for token in tokens {
        assert!(!log.contains(&token), "a bearer token is in the log");
    }
}
