//! What holds for every name there is.

use proptest::prelude::*;
use pullgate_reference::{
    Digest, Pattern, PatternSet, Reading, Reference, Registry, Repository, Tag, Target,
};

/// Names that are mostly valid: few components from a small alphabet, so that
/// aliases, patterns and repositories meet.
fn name() -> impl Strategy<Value = String> {
    let registry = prop_oneof![
        Just(String::new()),
        "(Docker|docker|index\\.docker|registry-1\\.docker)\\.io(:0?443|:5000)?/",
        "(hub|registry\\.hub)\\.docker\\.com(:443)?/",
        "[a-cA-C]{1,3}(:0{0,2}(443|80))?/",
        "[a-c]{1,2}[._-][a-c]{1,2}(:443)?/",
        "(localhost|LOCALHOST|127\\.0\\.0\\.1)(:[0-9]{1,5})?/",
        "\\[[0-9a-fA-F:]{1,12}\\](:443)?/",
        "[a-zA-Z0-9.:_-]{1,12}/",
    ];
    let path = "([a-b]{1,2}([._-]|__|--)?[a-b]{1,2}|library|a|b)(/[a-b]){0,3}";
    (registry, path).prop_map(|(registry, path)| registry + &path)
}

fn tail() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        ":[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,10}",
        "(:[a-z]{1,4})?@sha256:[0-9a-f]{64}",
        "@sha384:[0-9a-f]{96}",
        "@sha512:[0-9a-f]{128}",
        "[:@][ -~]{0,70}",
    ]
}

fn pattern_text() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        name().prop_map(|name| name + "/*"),
        name().prop_map(|name| name + "/**"),
        name().prop_map(|name| match name.split_once('/') {
            Some((registry, _)) => format!("{registry}/**"),
            None => "a/**".to_owned(),
        }),
    ]
}

/// Everything that reads a text, on one text.
fn check(text: &str) {
    if let Ok(reference) = Reference::parse(text) {
        let shown = reference.to_string();
        assert_eq!(Reference::parse(&shown).as_ref(), Ok(&reference));
        let repository = reference.repository();
        assert_eq!(
            Repository::parse(repository.as_str()).as_ref(),
            Ok(&repository)
        );
        assert_eq!(
            Target::parse(reference.target().as_str()),
            Ok(reference.target())
        );
        assert_eq!(
            Repository::new(repository.registry(), repository.path()).as_ref(),
            Ok(&repository)
        );
        assert!(Reading::parse(text).is_ok());
        assert_eq!(
            repository.is_official(),
            repository.components().count() == 2
                && repository.as_str().starts_with("docker.io/library/")
        );
    }
    if let Ok(repository) = Repository::parse(text) {
        assert_eq!(Repository::parse(repository.as_str()), Ok(repository));
    }
    if let Ok(registry) = Registry::parse(text) {
        assert_eq!(Registry::parse(registry.as_str()), Ok(registry));
    }
    if let Ok(pattern) = Pattern::parse(text) {
        assert_eq!(Pattern::parse(pattern.as_str()), Ok(pattern));
    }
    if let Ok(digest) = Digest::parse(text) {
        assert_eq!(digest.as_str(), text);
        assert_eq!(Digest::parse(&digest.to_string()), Ok(digest));
    }
    if let Ok(tag) = Tag::parse(text) {
        assert_eq!(tag.as_str(), text);
        assert_eq!(Target::parse(text), Ok(Target::Tag(tag)));
    }
    if let Err(error) = Reference::parse(text) {
        let message = error.to_string();
        assert!(
            message.bytes().all(|b| (b' '..=b'~').contains(&b)),
            "{message}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn no_printable_text_panics(text in "[ -~]{0,80}") {
        check(&text);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn what_is_shown_reads_back_to_itself(name in name(), tail in tail()) {
        check(&name);
        check(&(name + &tail));
    }

    #[test]
    fn a_shown_pattern_reads_back_to_itself(text in pattern_text()) {
        check(&text);
    }

    #[test]
    fn a_digest_reads_back_to_itself(text in "(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})") {
        prop_assert!(Digest::parse(&text).is_ok());
        check(&text);
    }

    /// A name in any case of its registry, with `:443`, means the same.
    #[test]
    fn case_and_default_port_of_a_registry_never_matter(name in name()) {
        if let Ok(repository) = Repository::parse(&name) {
            let registry = repository.registry_str().to_uppercase();
            let port = if registry.contains("]:") || (!registry.contains('[') && registry.contains(':')) {
                ""
            } else {
                ":443"
            };
            let again = format!("{registry}{port}/{}", repository.path());
            prop_assert_eq!(Repository::parse(&again), Ok(repository));
        }
    }

    #[test]
    fn a_set_agrees_with_a_naive_scan(
        texts in prop::collection::vec(pattern_text(), 0..12),
        names in prop::collection::vec(name(), 1..12),
    ) {
        let patterns: Vec<Pattern> = texts.iter().filter_map(|t| Pattern::parse(t).ok()).collect();
        let set: PatternSet = patterns.iter().cloned().collect();
        for repository in names.iter().filter_map(|n| Repository::parse(n).ok()) {
            let found = set.find(&repository);
            prop_assert_eq!(found.is_some(), patterns.iter().any(|p| p.matches(&repository)));
            prop_assert!(found.is_none_or(|p| p.matches(&repository) && patterns.contains(p)));
        }
    }

    #[test]
    fn patterns_that_match_one_repository_overlap(a in pattern_text(), b in pattern_text(), name in name()) {
        if let (Ok(a), Ok(b), Ok(repository)) =
            (Pattern::parse(&a), Pattern::parse(&b), Repository::parse(&name))
            && a.matches(&repository)
            && b.matches(&repository)
        {
            prop_assert!(a.overlaps(&b) && b.overlaps(&a));
        }
    }
}
