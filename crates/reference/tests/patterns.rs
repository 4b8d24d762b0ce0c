//! Patterns match parsed components, never strings.

use pullgate_reference::{Pattern, PatternSet, Repository};

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn repository(name: &str) -> Repository {
    Repository::parse(name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn a_pattern_has_one_spelling() {
    for (written, canonical) in [
        ("nginx", "docker.io/library/nginx"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("bitnami/*", "docker.io/bitnami/*"),
        ("registry-1.docker.io/bitnami/**", "docker.io/bitnami/**"),
        ("docker.io/*", "docker.io/library/*"),
        ("library/*", "docker.io/library/*"),
        ("docker.io/**", "docker.io/**"),
        ("Docker.io:443/**", "docker.io/**"),
        ("hub.docker.com/*", "docker.io/library/*"),
        ("GHCR.io/acme/**", "ghcr.io/acme/**"),
        ("ghcr.io/*", "ghcr.io/*"),
        ("registry.acme.example/**", "registry.acme.example/**"),
        ("localhost/*", "localhost/*"),
        ("localhost:5000/**", "localhost:5000/**"),
        ("FOO/**", "foo:443/**"),
        ("foo/**", "docker.io/foo/**"),
        ("[::1]:5000/a/*", "[::1]:5000/a/*"),
    ] {
        assert_eq!(pattern(written).as_str(), canonical, "{written}");
        assert_eq!(pattern(canonical), pattern(written));
    }
}

#[test]
fn a_wildcard_is_the_whole_last_component_of_a_named_registry() {
    for text in [
        "",
        "*",
        "**",
        "/*",
        "/**",
        "***",
        "ghcr.io/***",
        "ghcr.io/acme*",
        "ghcr.io/*/app",
        "ghcr.io/**/app",
        "*/app",
        "*.io/app",
        "*.io/**",
        "**/*",
        "*/**",
        "ghcr.io/acme/*:1",
        "ghcr.io/acme/*/",
        "ghcr.io//*",
        "ghcr.io/acme/app:1",
        "ghcr.io/acme:1/*",
        "nginx:latest",
        "ghcr.io/Acme/*",
        "ghcr.io/../*",
        "https://ghcr.io/*",
        "a_b.c/*",
        "ghcr.io/ac%6de/*",
        "dоcker.io/**",
    ] {
        assert!(Pattern::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_pattern_covers_another_exactly_if_all_of_that_are_its_own() {
    let patterns = [
        "nginx",
        "ghcr.io/acme/app",
        "ghcr.io/acme/team/app",
        "ghcr.io/acme/*",
        "ghcr.io/acme/**",
        "ghcr.io/acme/team/*",
        "ghcr.io/acme-evil/**",
        "ghcr.io/**",
    ];
    let covered = |of: &str| -> Vec<&str> {
        let of = pattern(of);
        let patterns = patterns.iter().copied();
        patterns
            .filter(|other| of.covers(&pattern(other)))
            .collect()
    };
    assert_eq!(covered("nginx"), ["nginx"]);
    assert_eq!(covered("ghcr.io/acme/app"), ["ghcr.io/acme/app"]);
    assert_eq!(
        covered("ghcr.io/acme/*"),
        ["ghcr.io/acme/app", "ghcr.io/acme/*"]
    );
    assert_eq!(covered("ghcr.io/acme/**"), patterns[1..6]);
    assert_eq!(covered("ghcr.io/**"), patterns[1..]);
}

#[test]
fn a_pattern_has_samples_of_what_it_matches() {
    for (text, namespace, samples) in [
        ("nginx", Some("library"), &["docker.io/library/nginx"][..]),
        ("bitnami/*", Some("bitnami"), &["docker.io/bitnami/x"]),
        (
            "ghcr.io/acme/**",
            Some("acme"),
            &["ghcr.io/acme/x", "ghcr.io/acme/x/x"],
        ),
        (
            "docker.io/**",
            None,
            &["docker.io/library/x", "docker.io/x/x"],
        ),
        ("ghcr.io/*", None, &["ghcr.io/x"]),
    ] {
        let pattern = pattern(text);
        assert_eq!(pattern.namespace(), namespace, "{text}");
        let found = pattern.samples();
        assert!(found.iter().all(|sample| pattern.matches(sample)));
        let found: Vec<&str> = found.iter().map(Repository::as_str).collect();
        assert_eq!(found, samples, "{text}");
    }
}

#[test]
fn look_alike_names_do_not_match() {
    for (text, matching, other) in [
        (
            "docker.io/library/nginx",
            &["nginx", "registry-1.docker.io/nginx"][..],
            &[
                "nginx2",
                "library/nginx/x",
                "acme/nginx",
                "ghcr.io/library/nginx",
                "docker.io.evil.example/library/nginx",
            ][..],
        ),
        (
            "docker.io/bitnami/*",
            &["bitnami/redis", "Docker.io:443/bitnami/redis"],
            &[
                "bitnami",
                "bitnami/a/b",
                "bitnami-evil/redis",
                "acme/bitnami/redis",
                "ghcr.io/bitnami/redis",
                "docker.io:5000/bitnami/redis",
            ],
        ),
        (
            "ghcr.io/acme/**",
            &["ghcr.io/acme/app", "GHCR.io/acme/a/b/c"],
            &[
                "ghcr.io/acme",
                "ghcr.io/acme-evil/app",
                "ghcr.io/acmeevil/app",
                "ghcr.io.evil.example/acme/app",
                "evilghcr.io/acme/app",
                "ghcr.io:5000/acme/app",
                "acme/app",
            ],
        ),
        (
            "registry.acme.example/**",
            &["registry.acme.example/app", "registry.acme.example:443/a/b"],
            &[
                "registry.acme.example.evil.example/app",
                "registry.acme.example:5000/app",
                "nginx",
                "acme/app",
            ],
        ),
        (
            "docker.io/**",
            &["nginx", "acme/app", "acme/a/b"],
            &["ghcr.io/acme/app", "FOO/app"],
        ),
        ("docker.io/*", &["nginx"], &["acme/app"]),
    ] {
        let alone: PatternSet = [pattern(text)].into_iter().collect();
        for (names, expected) in [(matching, true), (other, false)] {
            for name in names {
                assert_eq!(
                    pattern(text).matches(&repository(name)),
                    expected,
                    "{text} {name}"
                );
                assert_eq!(
                    alone.find(&repository(name)).is_some(),
                    expected,
                    "{text} {name}"
                );
            }
        }
    }
}

#[test]
fn a_set_finds_the_most_specific_pattern() {
    let all = [
        "docker.io/**",
        "acme/**",
        "acme/*",
        "acme/app",
        "acme/app/**",
    ];
    let mut set: PatternSet = all.into_iter().map(pattern).collect();
    assert_eq!(set.len(), all.len());
    for (name, found) in [
        ("acme/app", "docker.io/acme/app"),
        ("acme/web", "docker.io/acme/*"),
        ("acme/web/x", "docker.io/acme/**"),
        ("acme/app/x", "docker.io/acme/app/**"),
        ("nginx", "docker.io/**"),
    ] {
        assert_eq!(set.find(&repository(name)).unwrap().as_str(), found);
    }
    assert!(set.find(&repository("ghcr.io/acme/app")).is_none());

    assert!(!set.insert(pattern("docker.io/acme/*")));
    assert!(set.remove(&pattern("acme/*")));
    assert!(!set.remove(&pattern("acme/*")));
    assert!(!set.contains(&pattern("acme/*")));
    assert!(set.contains(&pattern("acme/**")));
    assert_eq!(
        set.find(&repository("acme/web")).unwrap().as_str(),
        "docker.io/acme/**"
    );
    assert_eq!(set.iter().count(), set.len());
    assert!(PatternSet::new().is_empty());
}

#[test]
fn patterns_overlap_where_one_repository_could_match_both() {
    for (a, b, overlap) in [
        ("acme/app", "acme/app", true),
        ("acme/app", "acme/web", false),
        ("acme/app", "acme/*", true),
        ("acme/app/x", "acme/*", false),
        ("acme/app", "acme/app/*", false),
        ("acme/app", "acme/**", true),
        ("acme/*", "acme/**", true),
        ("acme/*", "acme/app/**", false),
        ("acme/**", "acme/app/**", true),
        ("acme/**", "acme-evil/**", false),
        ("docker.io/**", "acme/*", true),
        ("docker.io/**", "ghcr.io/**", false),
    ] {
        let (a, b) = (pattern(a), pattern(b));
        assert_eq!(a.overlaps(&b), overlap, "{a} {b}");
        assert_eq!(b.overlaps(&a), overlap, "{b} {a}");
    }
}

#[test]
fn a_pattern_names_its_registry() {
    assert!(pattern("acme/*").registry().is_docker_hub());
    assert_eq!(pattern("GHCR.io/**").registry().as_str(), "ghcr.io");
    assert_eq!(Pattern::from(&repository("nginx")), pattern("nginx"));
}
