//! The finer parts of the pull API, which some client uses sooner or later:
//! ranges, conditions, pages, referrers, and answers to `HEAD`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by a panic that says what went wrong"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use pullgate_e2e::wire::{Answer, Ask, ask};
use pullgate_e2e::{Blob, Image, Kind, Manifest, Platform, Site};
use serde_json::{Value, json};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn site() -> &'static Site {
    static SITE: LazyLock<Site> = LazyLock::new(Site::start);
    &SITE
}

fn member() -> &'static str {
    static TOKEN: LazyLock<String> = LazyLock::new(|| site().bearer(Some(&site().member)));
    &TOKEN
}

/// A request as mia, who takes manifests of every kind.
fn mia(method: &str, target: &str) -> Ask {
    let accepted = format!(
        "application/vnd.docker.distribution.manifest.v2+json, \
         application/vnd.oci.image.manifest.v1+json, {INDEX}"
    );
    ask(method, target)
        .header("accept", &accepted)
        .bearer(member())
}

fn port() -> u16 {
    site().gateway.port()
}

/// A number that no other test of this file has.
fn fresh() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// A blob that nobody has asked for yet, and its address.
fn cold_blob() -> (Blob, String) {
    let seed = fresh() * 1_000_000;
    let blob = Blob::new((seed..seed + 25_000).flat_map(u32::to_le_bytes).collect());
    site().registry.push_blob("library/base", &blob);
    let target = format!("/v2/library/base/blobs/{}", blob.digest);
    (blob, target)
}

/// An image that nobody has asked for yet, and its tag.
fn cold_image() -> (Image, String) {
    let tag = format!("cold-{}", fresh());
    let image = Image::new(&tag, Kind::Oci, Platform::Here);
    site().registry.push("library/base", &tag, &image);
    (image, tag)
}

/// The head of an answer and everything that follows it on the connection.
fn on_the_wire(method: &str, target: &str, token: Option<&str>) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port())).unwrap();
    let authorization = token.map_or_else(String::new, |token| {
        format!("authorization: Bearer {token}\r\n")
    });
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{authorization}\
         accept: */*\r\nconnection: close\r\n\r\n",
        port()
    )
    .unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = all.split_off(end + 4);
    (String::from_utf8(all).unwrap().to_ascii_lowercase(), body)
}

#[track_caller]
fn content_length(head: &str) -> u64 {
    head.lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap_or_else(|| panic!("no Content-Length: {head}"))
        .parse()
        .unwrap()
}

#[track_caller]
fn is_part(answer: &Answer, blob: &Blob, part: std::ops::Range<usize>, what: &str) {
    assert_eq!(answer.status, 206, "{what}: {}", answer.text());
    assert_eq!(
        answer.header("content-range"),
        Some(format!("bytes {}-{}/{}", part.start, part.end - 1, blob.bytes.len()).as_str()),
        "{what}"
    );
    assert_eq!(
        answer.header("content-length"),
        Some(part.len().to_string().as_str()),
        "{what}"
    );
    assert!(answer.body == blob.bytes[part], "{what}: other bytes");
}

#[track_caller]
fn is_whole(answer: &Answer, blob: &Blob, what: &str) {
    assert_eq!(answer.status, 200, "{what}: {}", answer.text());
    assert_eq!(
        answer.header("content-length"),
        Some(blob.bytes.len().to_string().as_str()),
        "{what}"
    );
    assert!(answer.body == blob.bytes, "{what}: other bytes");
}

#[test]
fn a_range_is_exactly_those_bytes_with_a_cold_and_a_warm_cache() {
    for (range, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=0-9", 0..10),
        ("bytes=40000-59999", 40_000..60_000),
        ("bytes=99999-99999", 99_999..100_000),
        ("bytes=99990-", 99_990..100_000),
        ("bytes=-7", 99_993..100_000),
        ("bytes=-200000", 0..100_000),
        ("bytes=99990-200000", 99_990..100_000),
    ] {
        let (blob, target) = cold_blob();
        for cache in ["cold", "warm"] {
            let answer = mia("GET", &target).header("range", range).to(port());
            is_part(&answer, &blob, part.clone(), &format!("{range} {cache}"));
        }
        let whole = mia("GET", &target).to(port());
        is_whole(&whole, &blob, &format!("all of it after {range}"));
    }
}

#[test]
fn a_range_outside_of_a_blob_is_told_its_size() {
    for range in ["bytes=100000-", "bytes=100000-100001", "bytes=-0"] {
        let (_, target) = cold_blob();
        for cache in ["cold", "warm"] {
            let answer = mia("GET", &target).header("range", range).to(port());
            assert_eq!(answer.status, 416, "{range} {cache}: {}", answer.text());
            assert_eq!(
                answer.header("content-range"),
                Some("bytes */100000"),
                "{range} {cache}"
            );
            assert_eq!(answer.json()["errors"][0]["code"], "RANGE_INVALID");
        }
    }
}

#[test]
fn what_is_no_single_range_of_bytes_is_answered_with_the_whole() {
    let (blob, target) = cold_blob();
    for range in ["bytes=0-1,5-6", "bytes=9-1", "lines=1-2", "bytes=a-b"] {
        let answer = mia("GET", &target).header("range", range).to(port());
        is_whole(&answer, &blob, range);
    }
}

#[test]
fn a_range_of_another_content_is_not_served() {
    let (blob, target) = cold_blob();
    let whole = mia("GET", &target).to(port());
    let tag = whole.header("etag").expect("a blob has an ETag").to_owned();
    let with = |if_range: &str| {
        mia("GET", &target)
            .header("range", "bytes=5-9")
            .header("if-range", if_range)
            .to(port())
    };
    is_part(&with(&tag), &blob, 5..10, "its own tag");
    for other in [
        format!("\"sha256:{}\"", "0".repeat(64)),
        format!("W/{tag}"),
        "Wed, 21 Oct 2026 07:28:00 GMT".to_owned(),
    ] {
        is_whole(&with(&other), &blob, &other);
    }
}

#[test]
fn what_a_client_holds_already_is_not_sent_again() {
    let (image, tag) = cold_image();
    let digest = image.manifest.digest();
    let blob = &image.blobs[1].digest;
    for target in [
        format!("/v2/library/base/manifests/{tag}"),
        format!("/v2/library/base/manifests/{digest}"),
        format!("/v2/library/base/blobs/{blob}"),
    ] {
        for cache in ["cold", "warm"] {
            for method in ["HEAD", "GET"] {
                let of = if target.contains("/blobs/") {
                    blob
                } else {
                    digest
                };
                for (held, status) in [
                    (format!("\"{of}\""), 304),
                    (format!("\"other\", W/\"{of}\""), 304),
                    ("*".to_owned(), 304),
                    (format!("\"sha256:{}\"", "0".repeat(64)), 200),
                ] {
                    let answer = mia(method, &target)
                        .header("if-none-match", &held)
                        .to(port());
                    let what = format!("{method} {target} {cache} {held}");
                    assert_eq!(answer.status, status, "{what}");
                    let etag = format!("\"{of}\"");
                    assert_eq!(answer.header("etag"), Some(etag.as_str()), "{what}");
                }
            }
        }
    }
    // What one holds elsewhere says nothing about what is here.
    let miner = &site().image("evil/miner").blobs[1].digest;
    let answer = mia("GET", &format!("/v2/library/base/blobs/{miner}"))
        .header("if-none-match", &format!("\"{miner}\""))
        .to(port());
    assert_eq!(answer.status, 404, "{}", answer.text());
}

#[test]
fn asking_for_a_cold_blobs_size_fetches_nothing_and_does_not_spoil_it() {
    let (blob, target) = cold_blob();
    let fetched = || site().upstream.heard_with(&format!("GET {target}"));
    let head = mia("HEAD", &target).to(port());
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), Some("100000"));
    assert_eq!(
        head.header("docker-content-digest"),
        Some(blob.digest.as_str())
    );
    assert_eq!(fetched(), 0, "HEAD fetched the blob");
    is_whole(&mia("GET", &target).to(port()), &blob, "after HEAD");
    is_whole(&mia("GET", &target).to(port()), &blob, "once more");
    assert_eq!(fetched(), 1);
}

#[test]
fn a_cold_image_is_served_by_digest_and_by_tag_whatever_comes_first() {
    for (method, by_tag) in [
        ("GET", false),
        ("HEAD", false),
        ("GET", true),
        ("HEAD", true),
    ] {
        let (image, tag) = cold_image();
        let digest = image.manifest.digest();
        let name = if by_tag { tag.as_str() } else { digest };
        let first = mia(method, &format!("/v2/library/base/manifests/{name}")).to(port());
        assert_eq!(first.status, 200, "{method} {name}: {}", first.text());
        assert_eq!(first.header("docker-content-digest"), Some(digest));
        for name in [&tag, digest] {
            let answer = mia("GET", &format!("/v2/library/base/manifests/{name}")).to(port());
            assert_eq!(answer.status, 200, "{name}: {}", answer.text());
            assert_eq!(
                answer.header("content-type"),
                Some(image.manifest.media_type)
            );
            assert_eq!(answer.body, image.manifest.blob.bytes, "{name}");
        }
        for blob in &image.blobs {
            let answer = mia("GET", &format!("/v2/library/base/blobs/{}", blob.digest)).to(port());
            is_whole(&answer, blob, "a blob of it");
        }
    }
}

#[test]
fn head_has_the_length_of_get_and_never_a_body() {
    let image = site().image("library/base");
    let missing = format!("sha256:{}", "0".repeat(64));
    let mia = Some(member());
    for (target, token, status) in [
        ("/v2/".to_owned(), mia, 200),
        ("/v2/library/base/manifests/1".to_owned(), mia, 200),
        (
            format!("/v2/library/base/manifests/{}", image.manifest.digest()),
            mia,
            200,
        ),
        (
            format!("/v2/library/base/blobs/{}", image.blobs[0].digest),
            mia,
            200,
        ),
        (
            format!("/v2/library/base/blobs/{}", image.blobs[1].digest),
            mia,
            200,
        ),
        ("/v2/library/multi/tags/list".to_owned(), mia, 200),
        (
            format!("/v2/library/base/referrers/{}", image.manifest.digest()),
            mia,
            200,
        ),
        ("/.well-known/jwks.json".to_owned(), None, 200),
        ("/v2/".to_owned(), None, 401),
        ("/v2/library/base/manifests/1".to_owned(), None, 401),
        ("/v2/evil/miner/manifests/1".to_owned(), mia, 403),
        (
            format!("/v2/evil/miner/blobs/{}", image.blobs[0].digest),
            mia,
            403,
        ),
        ("/v2/library/base/manifests/none".to_owned(), mia, 404),
        (format!("/v2/library/base/blobs/{missing}"), mia, 404),
        ("/v2/library/base/manifests/-bad".to_owned(), mia, 400),
        ("/v3/".to_owned(), mia, 404),
    ] {
        for cache in ["cold", "warm"] {
            let (head, nothing) = on_the_wire("HEAD", &target, token);
            let (get, body) = on_the_wire("GET", &target, token);
            for head in [&head, &get] {
                let starts = format!("http/1.1 {status} ");
                assert!(head.starts_with(&starts), "{target} {cache}: {head}");
            }
            assert!(nothing.is_empty(), "HEAD {target} {cache} has a body");
            assert_eq!(content_length(&get), body.len() as u64, "{target} {cache}");
            assert_eq!(
                content_length(&head),
                content_length(&get),
                "{target} {cache}"
            );
        }
    }
}

/// The tags of a page, and the address of the next one.
fn page(target: &str) -> (Vec<String>, Option<String>) {
    let answer = mia("GET", target).to(port());
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    let tags = serde_json::from_value(answer.json()["tags"].clone()).unwrap();
    let next = answer.header("link").map(|link| {
        let (address, relation) = link
            .strip_prefix('<')
            .and_then(|link| link.split_once('>'))
            .unwrap_or_else(|| panic!("{target}: {link}"));
        assert_eq!(relation.trim(), "; rel=\"next\"", "{target}");
        address.to_owned()
    });
    (tags, next)
}

#[test]
fn tags_come_in_pages_however_the_repository_is_named() {
    for (name, query) in [
        ("library/multi", ""),
        ("docker.io/library/multi", ""),
        ("library/multi", "&ns=docker.io"),
        ("library/multi", "&ns=index.docker.io"),
    ] {
        let mut next = Some(format!("/v2/{name}/tags/list?n=1{query}"));
        let mut all = Vec::new();
        while let Some(target) = next {
            assert_eq!(
                target.contains("&ns="),
                !query.is_empty(),
                "the next page names another registry: {target}"
            );
            let (tags, link) = page(&target);
            assert!(tags.len() <= 1, "{target}: n=1 gave {tags:?}");
            all.extend(tags);
            next = link;
            assert!(
                all.len() <= 2,
                "{name}{query}: the pages do not end: {all:?}"
            );
        }
        all.sort();
        assert_eq!(all, ["list", "oci"], "{name}{query}");
    }
    let (mut all, link) = page("/v2/library/multi/tags/list");
    all.sort();
    assert_eq!(all, ["list", "oci"]);
    assert_eq!(link, None, "there is no next page");
    let (after, link) = page("/v2/library/multi/tags/list?last=list");
    assert_eq!((after, link), (vec!["oci".to_owned()], None));
}

#[test]
fn referrers_are_found_under_the_fallback_tag_and_by_type() {
    const SIGNATURE: &str = "application/vnd.example.signature.v1";
    const SBOM: &str = "application/vnd.example.sbom.v1+json";
    let (subject, _) = cold_image();
    let entries: Vec<Value> = [SIGNATURE, SBOM]
        .iter()
        .map(|kind| {
            let (artifact, _) = cold_image();
            json!({
                "mediaType": artifact.manifest.media_type,
                "digest": artifact.manifest.digest(),
                "size": artifact.manifest.blob.bytes.len(),
                "artifactType": kind,
            })
        })
        .collect();
    let index = Manifest {
        media_type: INDEX,
        blob: Blob::new(
            json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
                .to_string()
                .into_bytes(),
        ),
    };
    let fallback = subject.manifest.digest().replacen(':', "-", 1);
    site()
        .registry
        .push_manifest("library/base", &fallback, &index);

    let referrers = |query: &str| {
        let digest = subject.manifest.digest();
        let answer = mia(
            "GET",
            &format!("/v2/library/base/referrers/{digest}{query}"),
        )
        .to(port());
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some(INDEX), "{query}");
        assert_eq!(answer.json()["schemaVersion"], 2, "{query}");
        let filters = answer.header("oci-filters-applied").map(str::to_owned);
        (answer.json()["manifests"].clone(), filters)
    };
    let applied = Some("artifactType".to_owned());
    assert_eq!(referrers(""), (json!(entries), None));
    assert_eq!(
        referrers(&format!("?artifactType={SIGNATURE}")),
        (json!([entries[0]]), applied.clone())
    );
    assert_eq!(
        referrers(&format!(
            "?ns=docker.io&artifactType={}",
            SBOM.replace('+', "%2B")
        )),
        (json!([entries[1]]), applied.clone())
    );
    assert_eq!(
        referrers("?artifactType=application/vnd.example.other"),
        (json!([]), applied)
    );

    let (alone, _) = cold_image();
    let answer = mia(
        "GET",
        &format!("/v2/library/base/referrers/{}", alone.manifest.digest()),
    )
    .to(port());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["manifests"], json!([]));
}

#[test]
fn the_published_keys_verify_a_token_and_hold_nothing_private() {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as base64url;

    // Whoever wants to verify a token has none.
    let answer = ask("GET", "/.well-known/jwks.json").to(port());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let keys = answer.json()["keys"].as_array().cloned().unwrap();
    assert!(!keys.is_empty());
    for key in &keys {
        for (field, value) in [
            ("kty", "EC"),
            ("crv", "P-256"),
            ("use", "sig"),
            ("alg", "ES256"),
        ] {
            assert_eq!(key[field], value, "{field} of {key}");
        }
        for private in ["d", "k", "p", "q"] {
            assert!(key.get(private).is_none(), "{private} is published");
        }
    }

    let token = member();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let read = |text: &str| base64url.decode(text).unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let head: Value = serde_json::from_slice(&read(head)).unwrap();
    let key = keys
        .iter()
        .find(|key| key["kid"] == head["kid"])
        .unwrap_or_else(|| panic!("no key has the kid of {head}"));
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(read(key[coordinate].as_str().unwrap()));
    }
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &read(signature))
        .expect("the published key verifies the token");
}
