//! Calls, and what they ask for: a table for each kind, and one for each way
//! around a careless plugin that is known.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use pullgate_engine::{Asked, Call, Content, Headers, Refusal};

/// A call without a body, as Docker's command sends it.
fn bare(method: &str, uri: &str) -> Result<Call, Refusal> {
    let headers = Headers::from_iter([("Content-Length", "0"), ("Content-Type", "text/plain")]);
    Asked {
        method,
        uri,
        headers: &headers,
        body: b"",
    }
    .read()
}

/// A call with a JSON body that the Engine has shown.
fn with_body(uri: &str, body: &str) -> Result<Call, Refusal> {
    let length = body.len().to_string();
    let headers = Headers::from_iter([
        ("Content-Length", length.as_str()),
        ("Content-Type", "application/json"),
    ]);
    Asked {
        method: "POST",
        uri,
        headers: &headers,
        body: body.as_bytes(),
    }
    .read()
}

/// A call of those headers, of which the body was not shown.
fn hidden(uri: &str, headers: &[(&str, &str)]) -> Result<Call, Refusal> {
    let headers = headers.iter().copied().collect();
    Asked {
        method: "POST",
        uri,
        headers: &headers,
        body: b"",
    }
    .read()
}

/// The repository and the tag or digest that a pull asks for.
fn pulled(uri: &str) -> Result<(String, Option<String>), Refusal> {
    match bare("POST", uri)? {
        Call::Pull { repository, target } => Ok((
            repository.to_string(),
            target.map(|target| target.to_string()),
        )),
        other => panic!("{uri} is {other:?}"),
    }
}

/// The images that a container or a service is made of.
fn images(uri: &str, body: &str) -> Result<Vec<String>, Refusal> {
    let images = match with_body(uri, body)? {
        Call::Run(images) | Call::Service(images) => images,
        other => panic!("{body} is {other:?}"),
    };
    Ok(images
        .iter()
        .map(|image| match image.reference() {
            Some(reference) => reference.repository().to_string(),
            None => format!("the ID {}", image.as_str()),
        })
        .collect())
}

fn run(body: &str) -> Result<Vec<String>, Refusal> {
    images("/v1.41/containers/create?name=x", body)
}

const DIGEST: &str = "sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b";

#[test]
fn looking_at_lists_and_stopping_is_harmless() {
    for (method, uri) in [
        ("GET", "/_ping"),
        ("HEAD", "/_ping"),
        ("GET", "/v1.24/version"),
        ("GET", "/v1.51/info"),
        ("GET", "/v1.41/containers/json?all=1"),
        ("GET", "/images/json"),
        ("GET", "/v1.41/networks"),
        ("GET", "/v1.41/volumes?filters=%7B%7D"),
        ("POST", "/v1.41/containers/db/stop?t=1"),
        ("POST", "/containers/db/kill"),
    ] {
        assert_eq!(bare(method, uri), Ok(Call::Harmless), "{method} {uri}");
    }
}

#[test]
fn what_brings_nothing_in_is_ordinary() {
    for (method, uri) in [
        ("GET", "/v1.41/containers/db/json"),
        ("GET", "/v1.41/containers/db/logs?follow=1"),
        ("GET", "/v1.41/images/ghcr.io/org/app:1/json"),
        ("GET", "/v1.41/events"),
        ("GET", "/v1.41/distribution/evil/miner/json"),
        ("POST", "/v1.41/auth"),
        ("POST", "/v1.41/containers/db/start"),
        ("POST", "/v1.41/containers/db/exec"),
        ("POST", "/v1.41/exec/0123/start"),
        ("POST", "/v1.41/images/ghcr.io/org/app/push?tag=1"),
        ("POST", "/v1.41/images/prune"),
        ("POST", "/v1.41/networks/create"),
        ("POST", "/v1.41/volumes/create"),
        ("POST", "/v1.41/build/prune"),
        ("POST", "/v1.41/swarm/leave"),
        ("POST", "/v1.41/plugins/vendor/log:1/enable"),
        ("PUT", "/v1.41/containers/db/archive?path=/"),
        ("DELETE", "/v1.41/containers/db?force=1"),
        ("DELETE", "/v1.41/containers/db/checkpoints/one"),
    ] {
        assert_eq!(bare(method, uri), Ok(Call::Ordinary), "{method} {uri}");
    }
}

#[test]
fn content_of_which_nothing_can_be_seen() {
    for (uri, content) in [
        ("/v1.41/images/load?quiet=1", Content::Load),
        ("/v1.41/images/create?fromSrc=-&repo=x", Content::Import),
        (
            "/images/create?fromSrc=https://evil.example/x",
            Content::Import,
        ),
        ("/images/create", Content::Import),
        ("/v1.41/plugins/create?name=x", Content::Import),
        ("/v1.41/build?t=x&version=1", Content::Build),
        ("/v1.41/build?t=x&version=2", Content::Build),
        (
            "/build?remote=https://evil.example/Dockerfile",
            Content::Build,
        ),
        ("/v1.41/session", Content::Build),
        ("/grpc", Content::Build),
        ("/v1.41/commit?container=db", Content::Commit),
        ("/v1.41/swarm/init", Content::Swarm),
        ("/v1.41/swarm/join", Content::Swarm),
    ] {
        assert_eq!(bare("POST", uri), Ok(Call::Content(content)), "{uri}");
    }
}

#[test]
fn a_pull_names_its_repository_and_its_tag() {
    for (query, repository, target) in [
        (
            "fromImage=nginx&tag=1.27",
            "docker.io/library/nginx",
            Some("1.27"),
        ),
        ("fromImage=nginx", "docker.io/library/nginx", None),
        (
            "fromImage=evil%2Fminer&tag=latest",
            "docker.io/evil/miner",
            Some("latest"),
        ),
        ("fromImage=evil/miner:2", "docker.io/evil/miner", Some("2")),
        (
            "tag=1&fromImage=ghcr.io%2Forg%2Fapp",
            "ghcr.io/org/app",
            Some("1"),
        ),
        (
            "fromImage=localhost:5000/app&tag=1",
            "localhost:5000/app",
            Some("1"),
        ),
        // Both an image and a source: the Engine pulls.
        (
            "fromImage=evil/miner&fromSrc=-&tag=1",
            "docker.io/evil/miner",
            Some("1"),
        ),
        // Other names of Docker Hub.
        (
            "fromImage=registry.hub.docker.com/evil/miner&tag=1",
            "docker.io/evil/miner",
            Some("1"),
        ),
        (
            "fromImage=index.docker.io/evil/miner&tag=1",
            "docker.io/evil/miner",
            Some("1"),
        ),
        // Escapes in the key are those of the value.
        (
            "%66rom%49mage=evil%2fminer&tag=1",
            "docker.io/evil/miner",
            Some("1"),
        ),
    ] {
        let expected = (repository.to_owned(), target.map(str::to_owned));
        let uri = format!("/v1.41/images/create?{query}");
        assert_eq!(pulled(&uri), Ok(expected), "{query}");
    }
    let by_digest = format!(
        "/images/create?fromImage=nginx&tag={}",
        DIGEST.replace(':', "%3A")
    );
    assert_eq!(
        pulled(&by_digest),
        Ok((
            "docker.io/library/nginx".to_owned(),
            Some(DIGEST.to_owned())
        ))
    );
}

#[test]
fn repeated_query_keys() {
    for query in [
        "fromImage=nginx&fromImage=evil/miner&tag=1",
        "fromImage=nginx&tag=1&%66romImage=evil/miner",
        "fromImage=nginx&tag=1&tag=2",
        "fromImage=&fromImage=evil/miner",
    ] {
        let read = bare("POST", &format!("/v1.41/images/create?{query}"));
        assert!(matches!(read, Err(Refusal::Twice(_))), "{query}: {read:?}");
    }
    let read = bare("POST", "/plugins/pull?remote=a/b&remote=evil/plugin");
    assert!(matches!(read, Err(Refusal::Twice(_))), "{read:?}");
}

#[test]
fn queries_that_can_be_read_in_two_ways() {
    for query in [
        "fromImage=nginx;fromImage=evil/miner",
        "a=1;fromImage=evil/miner&fromSrc=-",
        "fromImage=nginx&tag=%zz",
        "fromImage=nginx%",
        "fromImage=nginx%f",
        "fromImage=%ff",
    ] {
        let read = bare("POST", &format!("/v1.41/images/create?{query}"));
        assert_eq!(read, Err(Refusal::Query), "{query}");
    }
}

#[test]
fn names_that_are_none() {
    for query in [
        "fromImage=evil/miner:",
        "fromImage=evil//miner",
        "fromImage=../evil",
        "fromImage=Evil/miner%0a",
        "fromImage=nginx&tag=../../x",
        "fromImage=nginx&tag=sha256:12",
        "fromImage=nginx+x",
        &format!("fromImage={}", DIGEST.trim_start_matches("sha256:")),
    ] {
        let read = bare("POST", &format!("/v1.41/images/create?{query}"));
        assert!(
            matches!(read, Err(Refusal::NotAnImage { .. })),
            "{query}: {read:?}"
        );
    }
}

#[test]
fn percent_escapes_in_the_path() {
    for uri in [
        "/v1.41/images/%63reate?fromImage=evil/miner&tag=1",
        "/%76%31.41/images%2fcreate?fromImage=evil/miner&tag=1",
        "/%69mages/create?fromImage=evil/miner&tag=1",
    ] {
        assert_eq!(pulled(uri).unwrap().0, "docker.io/evil/miner", "{uri}");
    }
    for uri in [
        "/v1.41/images//create?fromImage=x",
        "/v1.41/./images/create?fromImage=x",
        "/v1.41/x/../images/create?fromImage=x",
        "/v1.41/images/create/?fromImage=x",
        "/images/%2e%2e/images/create",
        "/images/%zz",
        "/images/create%00",
        "http://docker/v1.41/images/create?fromImage=x",
        "images/create",
        "*",
        "",
    ] {
        assert_eq!(bare("POST", uri), Err(Refusal::Address), "{uri}");
    }
}

#[test]
fn versions_in_the_path() {
    for prefix in ["", "/v1.24", "/v1.51", "/v9", "/v1..4"] {
        let uri = format!("{prefix}/images/create?fromImage=evil/miner&tag=1");
        assert_eq!(pulled(&uri).unwrap().0, "docker.io/evil/miner", "{prefix}");
    }
    for uri in [
        "/v1.41/v1.41/images/create",
        "/vx/images/create",
        "/V1.41/images/create",
    ] {
        assert!(
            matches!(bare("POST", uri), Err(Refusal::Unknown(_))),
            "{uri}"
        );
    }
}

#[test]
fn calls_that_are_not_known() {
    for (method, uri) in [
        ("POST", "/v1.99/images/fetch?from=evil/miner"),
        ("POST", "/containers/x/y/z"),
        ("GET", "/v1.99/pull/evil/miner"),
        ("PATCH", "/images/create"),
        ("get", "/_ping"),
        ("POST", "/_ping"),
        ("PUT", "/images/create"),
        ("DELETE", "/swarm"),
        ("CONNECT", "/images/create"),
    ] {
        let read = bare(method, uri);
        assert!(
            matches!(read, Err(Refusal::Unknown(_))),
            "{method} {uri}: {read:?}"
        );
    }
    let told = bare("POST", "/v1.99/images/fetch").unwrap_err().to_string();
    assert_eq!(
        told,
        "POST /images/fetch is no call that Pullgate knows, and what it does not know is denied"
    );
}

#[test]
fn a_container_is_made_of_an_image_by_name_or_by_id() {
    assert_eq!(
        run(r#"{"Image":"nginx"}"#).unwrap(),
        ["docker.io/library/nginx"]
    );
    assert_eq!(
        run("{\"Image\":\"evil/miner:1\"}\n").unwrap(),
        ["docker.io/evil/miner"]
    );
    let hex = DIGEST.trim_start_matches("sha256:");
    assert_eq!(
        run(&format!(r#"{{"Image":"{DIGEST}"}}"#)).unwrap(),
        [format!("the ID {DIGEST}")]
    );
    assert_eq!(
        run(&format!(r#"{{"Image":"{hex}"}}"#)).unwrap(),
        [format!("the ID {hex}")]
    );
    // The beginning of an ID looks like a name: the Engine has to be asked.
    assert_eq!(
        run(r#"{"Image":"6c3c624b58db"}"#).unwrap(),
        ["docker.io/library/6c3c624b58db"]
    );
    assert_eq!(
        run(&format!(r#"{{"Image":"evil/miner@{DIGEST}"}}"#)).unwrap(),
        ["docker.io/evil/miner"]
    );
}

#[test]
fn images_that_are_mounted() {
    for body in [
        r#"{"Image":"nginx","HostConfig":{"Mounts":[{"Type":"image","Source":"evil/miner"}]}}"#,
        r#"{"Image":"nginx","Mounts":[{"type":"IMAGE","source":"evil/miner","Target":"/x"}]}"#,
    ] {
        assert_eq!(
            run(body).unwrap(),
            ["docker.io/library/nginx", "docker.io/evil/miner"],
            "{body}"
        );
    }
    let bind = r#"{"Image":"nginx","HostConfig":{"Mounts":[{"Type":"bind","Source":"/srv"}],"Binds":null}}"#;
    assert_eq!(run(bind).unwrap(), ["docker.io/library/nginx"]);
}

#[test]
fn mixed_case_json_keys() {
    for body in [
        r#"{"image":"evil/miner"}"#,
        r#"{"IMAGE":"evil/miner"}"#,
        r#"{"iMaGe":"evil/miner","Cmd":["x"]}"#,
        r#"{"\u0049mage":"evil/miner"}"#,
    ] {
        assert_eq!(run(body).unwrap(), ["docker.io/evil/miner"], "{body}");
    }
    // Go folds the Kelvin sign to k and the long s to s.
    let odd =
        "{\"ta\u{17f}\u{212a}template\":{\"container\u{17f}pec\":{\"image\":\"evil/miner\"}}}";
    assert_eq!(
        images("/services/create", odd).unwrap(),
        ["docker.io/evil/miner"]
    );
}

#[test]
fn duplicate_json_keys() {
    for body in [
        r#"{"Image":"nginx","Image":"evil/miner"}"#,
        r#"{"Image":"nginx","image":"evil/miner"}"#,
        r#"{"image":"evil/miner","Image":"nginx"}"#,
        r#"{"Image":"nginx","IMAGE":null}"#,
        r#"{"Image":"nginx","HostConfig":{},"hostconfig":{"Mounts":[{"Type":"image","Source":"evil/miner"}]}}"#,
    ] {
        let read = run(body);
        assert!(matches!(read, Err(Refusal::Twice(_))), "{body}: {read:?}");
    }
    for body in [
        r#"{"TaskTemplate":{"ContainerSpec":{"Image":"nginx"}},"tasktemplate":{"ContainerSpec":{"Image":"evil/miner"}}}"#,
        r#"{"TaskTemplate":{"ContainerSpec":{"Image":"nginx"},"ContainerSpec":{"Image":"evil/miner"}}}"#,
    ] {
        let read = images("/services/create", body);
        assert!(matches!(read, Err(Refusal::Twice(_))), "{body}: {read:?}");
    }
    // What is said twice elsewhere decides nothing.
    assert!(run(r#"{"Image":"nginx","Cmd":["a"],"Cmd":["b"]}"#).is_ok());
}

#[test]
fn bodies_that_are_no_json_object() {
    for body in [
        r#"{"Image":"nginx"}{"Image":"evil/miner"}"#,
        r#"{"Image":"nginx"} trailing"#,
        r#"{"Image":["nginx"]}"#,
        r#"{"Image":1}"#,
        r#"[{"Image":"nginx"}]"#,
        "null",
        r#""nginx""#,
        r#"{"Image":"nginx""#,
        "\u{feff}{\"Image\":\"nginx\"}",
        r#"{"Image":"nginx","HostConfig":[]}"#,
        r#"{"Image":"nginx","HostConfig":{"Mounts":{}}}"#,
        r#"{"Image":"nginx\ud800"}"#,
    ] {
        let read = run(body);
        assert!(matches!(read, Err(Refusal::Body(_))), "{body}: {read:?}");
    }
    for body in [
        "{}",
        r#"{"Image":""}"#,
        r#"{"Image":null}"#,
        r#"{"Cmd":["x"]}"#,
    ] {
        assert_eq!(run(body), Err(Refusal::NoImage), "{body}");
    }
}

#[test]
fn empty_and_oversized_bodies() {
    for headers in [
        // Over 1 MiB, so an older Engine shows nothing and acts on it.
        &[
            ("Content-Type", "application/json"),
            ("Content-Length", "1048577"),
        ][..],
        // Streamed.
        &[("Content-Type", "application/json")],
        // Empty by its own word.
        &[
            ("Content-Type", "application/json"),
            ("Content-Length", "0"),
        ],
        &[("Content-Type", "text/plain"), ("Content-Length", "20")],
        &[],
    ] {
        for uri in [
            "/v1.41/containers/create",
            "/containers/create?x=/auth",
            "/v1.41/services/create",
            "/v1.41/services/web/update?version=1",
        ] {
            assert_eq!(
                hidden(uri, headers),
                Err(Refusal::BodyHidden),
                "{uri} {headers:?}"
            );
        }
    }
}

#[test]
fn form_encoded_bodies() {
    let form = "application/x-www-form-urlencoded";
    for uri in [
        "/v1.41/images/create?fromImage=nginx&tag=1",
        "/v1.41/plugins/pull?remote=vendor/plugin",
        "/v1.41/plugins/vendor/plugin/upgrade?remote=vendor/plugin",
    ] {
        for headers in [
            &[("Content-Type", form), ("Content-Length", "20")][..],
            &[("content-type", form)],
            // Of two types the Engine takes the first and tells the last.
            &[
                ("Content-Type", "application/json"),
                ("Content-Length", "20"),
            ],
            &[("Content-Type", "text/plain"), ("Content-Length", "20")],
            &[("Content-Type", "text/plain")],
            &[
                ("Content-Type", "multipart/form-data; boundary=x"),
                ("Content-Length", "90"),
            ],
        ] {
            assert_eq!(
                hidden(uri, headers),
                Err(Refusal::HiddenForm),
                "{uri} {headers:?}"
            );
        }
        for headers in [
            &[][..],
            &[("Content-Length", "0")],
            &[("Content-Type", "text/plain"), ("Content-Length", "0")],
            &[("Content-Type", form), ("Content-Length", "0")],
        ] {
            assert!(hidden(uri, headers).is_ok(), "{uri} {headers:?}");
        }
    }
}

#[test]
fn services_and_what_they_run() {
    let body = |spec: &str| format!(r#"{{"Name":"web","TaskTemplate":{{{spec}}}}}"#);
    let container = body(r#""ContainerSpec":{"Image":"evil/miner:1"}"#);
    for uri in [
        "/v1.41/services/create",
        "/v1.41/services/web/update?version=3",
    ] {
        assert_eq!(
            images(uri, &container).unwrap(),
            ["docker.io/evil/miner"],
            "{uri}"
        );
    }
    let plugin = body(r#""Runtime":"plugin","PluginSpec":{"Remote":"evil/plugin"}"#);
    assert_eq!(
        images("/services/create", &plugin).unwrap(),
        ["docker.io/evil/plugin"]
    );
    let both = body(r#""ContainerSpec":{"Image":"nginx"},"PluginSpec":{"Remote":"evil/plugin"}"#);
    assert_eq!(
        images("/services/create", &both).unwrap(),
        ["docker.io/library/nginx", "docker.io/evil/plugin"]
    );
    let mounted = body(
        r#""ContainerSpec":{"Image":"nginx","Mounts":[{"Type":"image","Source":"evil/miner"}]}"#,
    );
    assert_eq!(
        images("/services/create", &mounted).unwrap(),
        ["docker.io/library/nginx", "docker.io/evil/miner"]
    );
    for nothing in [
        "{}",
        &body(""),
        &body(r#""ContainerSpec":null"#),
        &body(r#""ContainerSpec":{}"#),
    ] {
        assert_eq!(
            with_body("/services/create", nothing),
            Err(Refusal::NoImage),
            "{nothing}"
        );
    }
}

#[test]
fn another_name_for_an_image_is_asked_of_the_image_that_gets_it() {
    let hex = DIGEST.trim_start_matches("sha256:");
    for (uri, name) in [
        (
            "/v1.51/images/evil/miner:1/tag?repo=acme/app",
            "evil/miner:1",
        ),
        ("/images/evil%2Fminer/tag?repo=acme/app", "evil/miner"),
        ("/images/6c3c624b58db/tag?repo=acme/app", "6c3c624b58db"),
        (&format!("/images/{hex}/tag?repo=x"), hex),
        (&format!("/images/{DIGEST}/tag?repo=x"), DIGEST),
    ] {
        match bare("POST", uri) {
            Ok(Call::Tag { image, .. }) => assert_eq!(image.as_str(), name, "{uri}"),
            other => panic!("{uri}: {other:?}"),
        }
    }
    for none in ["/images/Evil/tag?repo=x", "/images/x/tag?repo=Evil&tag=1"] {
        let read = bare("POST", none);
        assert!(matches!(read, Err(Refusal::NotAnImage { .. })), "{read:?}");
    }
    // Which image has that name so far matters, too.
    let given = bare("POST", "/images/a/b/tag?repo=evil%2Fminer&tag=1");
    match given {
        Ok(Call::Tag { name, .. }) => assert_eq!(name.as_str(), "evil/miner:1"),
        other => panic!("{other:?}"),
    }
    let form = &[("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(
        hidden("/images/a/b/tag?repo=x", form),
        Err(Refusal::HiddenForm)
    );
}

#[test]
fn an_image_that_loses_a_name_is_named() {
    for (uri, name) in [
        ("/v1.51/images/evil/miner:1?force=1", "evil/miner:1"),
        ("/images/nginx", "nginx"),
        ("/images/ghcr.io%2Forg%2Fapp", "ghcr.io/org/app"),
        (
            &format!("/images/evil/miner@{DIGEST}"),
            &*format!("evil/miner@{DIGEST}"),
        ),
        (&format!("/images/{DIGEST}"), DIGEST),
    ] {
        match bare("DELETE", uri) {
            Ok(Call::Untag(image)) => assert_eq!(image.as_str(), name, "{uri}"),
            other => panic!("{uri}: {other:?}"),
        }
    }
}

#[test]
fn no_engine_plugin_takes_the_agents_name() {
    for uri in [
        "/plugins/pull?remote=vendor/authz&name=pullgate",
        "/plugins/pull?remote=vendor/authz&name=pullgate:2",
        "/plugins/pull?remote=vendor/authz&name=docker.io%2Flibrary%2Fpullgate",
        "/plugins/pull?remote=vendor/authz&name=library/pullgate",
        "/plugins/pull?remote=vendor/authz&name=index.docker.io/pullgate",
        "/plugins/pull?remote=pullgate",
        "/plugins/pull?remote=pullgate:1",
        "/plugins/create?name=pullgate",
        "/plugins/create?name=pullgate:latest",
        "/plugins/pullgate/upgrade?remote=vendor/authz",
        "/plugins/pullgate:1/enable?timeout=0",
    ] {
        let read = bare("POST", uri);
        assert!(matches!(read, Err(Refusal::OwnName(_))), "{uri}: {read:?}");
    }
    for spec in [
        r#"{"Name":"pullgate","Remote":"vendor/authz"}"#,
        r#"{"Remote":"pullgate"}"#,
    ] {
        let body = format!(r#"{{"TaskTemplate":{{"PluginSpec":{spec}}}}}"#);
        let read = with_body("/services/create", &body);
        assert!(matches!(read, Err(Refusal::OwnName(_))), "{spec}: {read:?}");
    }
    for other in [
        "/plugins/pull?remote=vendor/authz&name=vendor/pullgate",
        "/plugins/pull?remote=acme/pullgate",
    ] {
        let read = bare("POST", other);
        assert!(matches!(read, Ok(Call::Plugin(_))), "{other}: {read:?}");
    }
    // It can be turned off and taken away.
    for (method, uri) in [
        ("POST", "/plugins/pullgate/disable"),
        ("DELETE", "/plugins/pullgate"),
    ] {
        assert_eq!(bare(method, uri), Ok(Call::Ordinary), "{uri}");
    }
}

#[test]
fn a_rollback_brings_back_what_no_call_names() {
    let body = r#"{"TaskTemplate":{"ContainerSpec":{"Image":"nginx"}}}"#;
    let update = "/v1.51/services/web/update?version=3";
    for rollback in ["rollback=previous", "rollback=x", "%72ollback=previous"] {
        let read = with_body(&format!("{update}&{rollback}"), body);
        assert_eq!(read, Err(Refusal::Rollback), "{rollback}");
    }
    let read = with_body(&format!("{update}&rollback=none&rollback=previous"), body);
    assert!(matches!(read, Err(Refusal::Twice(_))), "{read:?}");
    for none in ["", "&rollback=", "&rollback=none"] {
        let read = with_body(&format!("{update}{none}"), body);
        assert!(matches!(read, Ok(Call::Service(_))), "{none}: {read:?}");
    }
}

/// What a call does, in a word.
fn word(call: &Call) -> &'static str {
    match call {
        Call::Harmless => "harmless",
        Call::Ordinary => "ordinary",
        Call::Pull { .. } => "pull",
        Call::Plugin(_) => "plugin",
        Call::Run(_) => "run",
        Call::Service(_) => "service",
        Call::Tag { .. } => "tag",
        Call::Untag(_) => "untag",
        Call::Content(content) => content.as_str(),
    }
}

const IMAGE: &str = r#"{"Image":"nginx"}"#;
const TASK: &str = r#"{"TaskTemplate":{"ContainerSpec":{"Image":"nginx"}}}"#;

/// All calls of the Engine's API that change something, 1.24 to 1.56, from the
/// routes of moby 20.10, 26.1, 28.5 and 29, each with what it is read as. What
/// is not among them is refused.
const CHANGING: &[(&str, &str, &str, &str)] = &[
    ("POST", "/auth", "{}", "ordinary"),
    ("POST", "/build", "", "build"),
    ("POST", "/build/cancel?id=x", "", "ordinary"),
    ("POST", "/build/prune?all=1", "", "ordinary"),
    ("POST", "/session", "", "build"),
    ("POST", "/grpc", "", "build"),
    ("POST", "/commit?container=db", "{}", "commit"),
    ("POST", "/configs/create", "{}", "ordinary"),
    ("POST", "/configs/x/update?version=1", "{}", "ordinary"),
    ("DELETE", "/configs/x", "", "ordinary"),
    (
        "POST",
        "/containers/create?name=x&platform=linux/arm64",
        IMAGE,
        "run",
    ),
    ("POST", "/containers/prune?stream=1", "", "ordinary"),
    ("POST", "/containers/db/attach?stream=1", "", "ordinary"),
    ("GET", "/containers/db/attach/ws?stream=1", "", "ordinary"),
    ("POST", "/containers/db/checkpoints", "{}", "ordinary"),
    ("DELETE", "/containers/db/checkpoints/one", "", "ordinary"),
    ("POST", "/containers/db/copy", "{}", "ordinary"),
    ("PUT", "/containers/db/archive?path=/", "", "ordinary"),
    ("POST", "/containers/db/exec", "{}", "ordinary"),
    ("POST", "/containers/db/kill", "", "harmless"),
    ("POST", "/containers/db/pause", "", "ordinary"),
    ("POST", "/containers/db/rename?name=x", "", "ordinary"),
    ("POST", "/containers/db/resize?h=1&w=1", "", "ordinary"),
    ("POST", "/containers/db/restart", "", "ordinary"),
    (
        "POST",
        "/containers/db/start?checkpoint=one",
        "",
        "ordinary",
    ),
    ("POST", "/containers/db/stop", "", "harmless"),
    ("POST", "/containers/db/unpause", "", "ordinary"),
    ("POST", "/containers/db/update", "{}", "ordinary"),
    (
        "POST",
        "/containers/db/wait?condition=removed",
        "",
        "ordinary",
    ),
    ("DELETE", "/containers/db?force=1", "", "ordinary"),
    ("POST", "/exec/x/resize?h=1&w=1", "", "ordinary"),
    ("POST", "/exec/x/start", "{}", "ordinary"),
    (
        "POST",
        "/images/create?fromImage=nginx&tag=1&platform=x",
        "",
        "pull",
    ),
    (
        "POST",
        "/images/create?fromSrc=-&repo=x&changes=CMD%20x",
        "",
        "import",
    ),
    ("POST", "/images/load?quiet=1&platform=x", "", "load"),
    ("POST", "/images/prune", "", "ordinary"),
    ("POST", "/images/a/b/push?tag=1&platform=x", "", "ordinary"),
    ("POST", "/images/a/b/tag?repo=x&tag=1", "", "tag"),
    ("DELETE", "/images/a/b:1?force=1&platforms=x", "", "untag"),
    ("POST", "/networks/create", "{}", "ordinary"),
    ("POST", "/networks/prune", "", "ordinary"),
    ("POST", "/networks/x/connect", "{}", "ordinary"),
    ("POST", "/networks/x/disconnect", "{}", "ordinary"),
    ("DELETE", "/networks/x", "", "ordinary"),
    ("POST", "/nodes/x/update?version=1", "{}", "ordinary"),
    ("DELETE", "/nodes/x", "", "ordinary"),
    ("POST", "/plugins/create?name=x", "", "import"),
    ("GET", "/plugins/privileges?remote=a/b", "", "plugin"),
    ("POST", "/plugins/pull?remote=a/b", "[]", "plugin"),
    ("POST", "/plugins/a/b/disable", "", "ordinary"),
    ("POST", "/plugins/a/b/enable?timeout=0", "", "ordinary"),
    ("POST", "/plugins/a/b/push", "", "ordinary"),
    ("POST", "/plugins/a/b/set", "[]", "ordinary"),
    ("POST", "/plugins/a/b/upgrade?remote=a/b", "[]", "plugin"),
    ("DELETE", "/plugins/a/b", "", "ordinary"),
    ("POST", "/secrets/create", "{}", "ordinary"),
    ("POST", "/secrets/x/update?version=1", "{}", "ordinary"),
    ("DELETE", "/secrets/x", "", "ordinary"),
    ("POST", "/services/create", TASK, "service"),
    ("POST", "/services/x/update?version=1", TASK, "service"),
    ("DELETE", "/services/x", "", "ordinary"),
    ("POST", "/swarm/init", "{}", "swarm"),
    ("POST", "/swarm/join", "{}", "swarm"),
    ("POST", "/swarm/leave", "", "ordinary"),
    ("POST", "/swarm/unlock", "{}", "ordinary"),
    ("POST", "/swarm/update?version=1", "{}", "ordinary"),
    ("POST", "/volumes/create", "{}", "ordinary"),
    ("POST", "/volumes/prune", "", "ordinary"),
    ("PUT", "/volumes/x?version=1", "", "ordinary"),
    ("DELETE", "/volumes/x", "", "ordinary"),
];

#[test]
fn every_call_that_changes_something_is_known_for_what_it_does() {
    for &(method, path, body, expected) in CHANGING {
        for version in ["", "/v1.24", "/v1.41", "/v1.45", "/v1.51", "/v1.56"] {
            let uri = format!("{version}{path}");
            let read = match body {
                "" => bare(method, &uri),
                body => with_body(&uri, body),
            };
            assert_eq!(read.as_ref().map(word), Ok(expected), "{method} {uri}");
        }
    }
}

#[test]
fn every_call_that_only_looks_is_known() {
    for (path, expected) in [
        ("/_ping", "harmless"),
        ("/version", "harmless"),
        ("/info", "harmless"),
        ("/events", "ordinary"),
        ("/system/df?verbose=1", "ordinary"),
        ("/configs", "harmless"),
        ("/configs/x", "ordinary"),
        ("/containers/json", "harmless"),
        ("/containers/db/archive?path=/", "ordinary"),
        ("/containers/db/changes", "ordinary"),
        ("/containers/db/checkpoints", "ordinary"),
        ("/containers/db/export", "ordinary"),
        ("/containers/db/json", "ordinary"),
        ("/containers/db/logs", "ordinary"),
        ("/containers/db/stats", "ordinary"),
        ("/containers/db/top", "ordinary"),
        ("/debug/pprof/heap", "ordinary"),
        ("/debug/vars", "ordinary"),
        ("/distribution/a/b/json", "ordinary"),
        ("/exec/x/json", "ordinary"),
        ("/images/get?names=x", "ordinary"),
        ("/images/json?manifests=1&identity=1", "harmless"),
        ("/images/search?term=x", "ordinary"),
        ("/images/a/b/attestations", "ordinary"),
        ("/images/a/b/get", "ordinary"),
        ("/images/a/b/history", "ordinary"),
        ("/images/a/b/json?manifests=1", "ordinary"),
        ("/networks", "harmless"),
        ("/networks/x", "ordinary"),
        ("/nodes", "harmless"),
        ("/nodes/x", "ordinary"),
        ("/plugins", "harmless"),
        ("/plugins/a/b/json", "ordinary"),
        ("/secrets", "harmless"),
        ("/secrets/x", "ordinary"),
        ("/services", "harmless"),
        ("/services/x", "ordinary"),
        ("/services/x/logs", "ordinary"),
        ("/swarm", "ordinary"),
        ("/swarm/unlockkey", "ordinary"),
        ("/tasks", "harmless"),
        ("/tasks/x", "ordinary"),
        ("/tasks/x/logs", "ordinary"),
        ("/volumes", "harmless"),
        ("/volumes/x", "ordinary"),
    ] {
        let read = bare("GET", &format!("/v1.51{path}"));
        assert_eq!(read.as_ref().map(word), Ok(expected), "{path}");
    }
}

#[test]
fn engine_plugins_are_images_too() {
    for (method, uri) in [
        ("GET", "/v1.41/plugins/privileges?remote=evil/plugin"),
        ("POST", "/v1.41/plugins/pull?remote=evil/plugin&name=x"),
        (
            "POST",
            "/v1.41/plugins/some/plugin/upgrade?remote=evil/plugin",
        ),
    ] {
        match bare(method, uri) {
            Ok(Call::Plugin(plugin)) => {
                assert_eq!(plugin.repository().as_str(), "docker.io/evil/plugin");
            }
            other => panic!("{uri}: {other:?}"),
        }
    }
    assert_eq!(bare("POST", "/plugins/pull"), Err(Refusal::NoImage));
    // With the privileges in a body that was shown.
    assert!(matches!(
        with_body("/plugins/pull?remote=a/b", "[]"),
        Ok(Call::Plugin(_))
    ));
}
