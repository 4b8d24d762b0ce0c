//! The table that the reference implementation made: every row must agree.

use pullgate_reference::{Algorithm, Digest, Reading, Tag};

const CASES: &str = include_str!("reference-cases.tsv");
const ROWS: usize = 1500;

/// One row as this crate reads the name.
fn row(name: &str) -> String {
    match Reading::parse(name) {
        Ok(reading) => [
            name,
            "ok",
            reading.registry().unwrap_or_default(),
            reading.path(),
            reading.tag().map_or("", Tag::as_str),
            reading.digest().map_or("", Digest::as_str),
        ]
        .join("\t"),
        Err(_) => format!("{name}\terr\t\t\t\t"),
    }
}

#[test]
fn every_row_agrees_with_the_reference_implementation() {
    let rows: Vec<&str> = CASES
        .strip_suffix('\n')
        .unwrap()
        .split('\n')
        .skip(1)
        .collect();
    let differing: Vec<String> = rows
        .iter()
        .filter_map(|expected| {
            let name = expected.split('\t').next().unwrap();
            let read = row(name);
            (read != *expected).then(|| {
                format!(
                    "expected {expected}\n    read {read} {:?}",
                    Reading::parse(name)
                )
            })
        })
        .collect();
    assert_eq!(rows.len(), ROWS);
    assert!(
        differing.is_empty(),
        "{} of {ROWS} rows differ:\n{}",
        differing.len(),
        differing.join("\n")
    );
}

/// What the table holds no row for, from the source of the reference
/// implementation.
#[test]
fn corners_of_the_grammar() {
    let hex64 = "0123456789abcdef".repeat(4);
    let long = |n: usize| "a".repeat(n);
    let cases: Vec<(String, Option<(&str, String)>)> = vec![
        ("nginx".into(), Some(("docker.io", "library/nginx".into()))),
        // A colon without a slash is a tag, never a port.
        (
            "localhost:5000".into(),
            Some(("docker.io", "library/localhost".into())),
        ),
        (
            "docker.io".into(),
            Some(("docker.io", "library/docker.io".into())),
        ),
        ("localhost/a".into(), Some(("localhost", "a".into()))),
        ("Localhost/a".into(), Some(("Localhost", "a".into()))),
        (
            "localhost2/a".into(),
            Some(("docker.io", "localhost2/a".into())),
        ),
        (
            "index.docker.io/a".into(),
            Some(("docker.io", "library/a".into())),
        ),
        (
            "Index.docker.io/a".into(),
            Some(("Index.docker.io", "a".into())),
        ),
        (
            "docker.io:443/a".into(),
            Some(("docker.io:443", "a".into())),
        ),
        (
            "[2001:DB8::1]/a".into(),
            Some(("[2001:DB8::1]", "a".into())),
        ),
        ("[]/a".into(), None),
        ("[::1/a".into(), None),
        ("[::1]5000/a".into(), None),
        ("[::1]:/a".into(), None),
        ("::1/a".into(), None),
        ("host:/a".into(), None),
        ("host:5:5/a".into(), None),
        ("docker.io./a".into(), None),
        ("ghcr.io/".into(), None),
        ("/a".into(), None),
        (":tag".into(), None),
        ("@".into(), None),
        ("a@".into(), None),
        ("a:".into(), None),
        // The whole name is refused as an id, a component is not.
        (hex64.clone(), None),
        (hex64.to_uppercase(), None),
        (
            format!("{hex64}:1"),
            Some(("docker.io", format!("library/{hex64}"))),
        ),
        (
            format!("library/{hex64}"),
            Some(("docker.io", format!("library/{hex64}"))),
        ),
        (
            hex64[1..].into(),
            Some(("docker.io", format!("library/{}", &hex64[1..]))),
        ),
        // The path alone is counted, with what the defaults put before it.
        (
            format!("ghcr.io/{}", long(255)),
            Some(("ghcr.io", long(255))),
        ),
        (format!("ghcr.io/{}", long(256)), None),
        (
            long(247),
            Some(("docker.io", format!("library/{}", long(247)))),
        ),
        (long(248), None),
        // Tags.
        ("a:_".into(), Some(("docker.io", "library/a".into()))),
        (
            format!("a:{}", long(128)),
            Some(("docker.io", "library/a".into())),
        ),
        (format!("a:{}", long(129)), None),
        // No registry at all.
        ("a_b.c/x".into(), Some(("", "a_b.c/x".into()))),
        ("a_b.c:5/x".into(), None),
    ];
    for (name, expected) in cases {
        let read = Reading::parse(&name).ok();
        let read = read
            .as_ref()
            .map(|r| (r.registry().unwrap_or_default(), r.path().to_owned()));
        assert_eq!(read, expected, "{name}");
    }
}

#[test]
fn a_digest_has_exactly_the_digits_of_its_algorithm() {
    for (name, algorithm, length) in [
        ("sha256", Algorithm::Sha256, 64),
        ("sha384", Algorithm::Sha384, 96),
        ("sha512", Algorithm::Sha512, 128),
    ] {
        let hex = "a".repeat(length);
        let digest = Digest::parse(&format!("{name}:{hex}")).unwrap();
        assert_eq!(
            (digest.algorithm(), digest.hex()),
            (algorithm, hex.as_str())
        );
        for wrong in [
            format!("{name}:{hex}a"),
            format!("{name}:{}", &hex[1..]),
            format!("{name}:{}A", &hex[1..]),
            format!("{name}:{}g", &hex[1..]),
            format!("{name}:"),
            format!("{}:{hex}", name.to_uppercase()),
            format!("{name}+b64:{hex}"),
            format!(" {name}:{hex}"),
            format!("{name}:{hex}\n"),
            hex.clone(),
        ] {
            assert!(Digest::parse(&wrong).is_err(), "{wrong}");
        }
    }
    assert!(Digest::parse(&format!("md5:{}", "a".repeat(32))).is_err());
}
