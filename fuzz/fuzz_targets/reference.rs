//! Names of images, from any bytes: nothing panics, what is shown reads back to
//! itself, and matching agrees with the names' components.
//!
//! Run from the root of the project, with a nightly toolchain:
//!
//! ```sh
//! mkdir -p fuzz/corpus/reference
//! cut -f1 crates/reference/tests/reference-cases.tsv |
//!   split -l 1 -a 3 - fuzz/corpus/reference/
//! cargo +nightly fuzz run reference -- -max_total_time=60
//! ```

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullgate_reference::{
    Digest, Pattern, PatternSet, Reading, Reference, Registry, Repository, Tag, Target,
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // A line break splits the input into a pattern and a name.
    let (first, second) = text.split_once('\n').unwrap_or((text, text));
    reads_back(first);
    reads_back(second);
    requests(first, second);
    matching(first, second);
});

fn reads_back(text: &str) {
    match Reference::parse(text) {
        Ok(reference) => {
            assert_eq!(
                Reference::parse(&reference.to_string()).as_ref(),
                Ok(&reference)
            );
            assert_eq!(
                Target::parse(reference.target().as_str()),
                Ok(reference.target())
            );
            let repository = reference.repository();
            assert_eq!(
                Repository::parse(repository.as_str()).as_ref(),
                Ok(&repository)
            );
            assert!(Reading::parse(text).is_ok());
        }
        Err(error) => assert!(
            error
                .to_string()
                .bytes()
                .all(|b| (b' '..=b'~').contains(&b))
        ),
    }
    if let Ok(registry) = Registry::parse(text) {
        assert_eq!(Registry::parse(registry.as_str()), Ok(registry));
    }
    if let Ok(pattern) = Pattern::parse(text) {
        assert_eq!(Pattern::parse(pattern.as_str()), Ok(pattern));
    }
    if let Ok(digest) = Digest::parse(text) {
        assert_eq!(digest.as_str(), text);
    }
    if let Ok(tag) = Tag::parse(text) {
        assert_eq!(tag.as_str(), text);
    }
}

fn requests(registry: &str, path: &str) {
    let hub = Registry::docker_hub();
    for registry in Registry::parse(registry).into_iter().chain([hub]) {
        if let Ok(repository) = Repository::new(&registry, path) {
            assert_eq!(repository.registry(), &registry);
            assert!(repository.path() == path || repository.is_official());
            assert_eq!(Repository::parse(repository.as_str()), Ok(repository));
        }
    }
}

fn matching(pattern: &str, name: &str) {
    let (Ok(pattern), Ok(repository)) = (Pattern::parse(pattern), Repository::parse(name)) else {
        return;
    };
    let set: PatternSet = [pattern.clone()].into_iter().collect();
    assert_eq!(
        set.find(&repository).is_some(),
        pattern.matches(&repository)
    );
    if pattern.matches(&repository) {
        assert_eq!(pattern.registry(), repository.registry());
        assert!(pattern.overlaps(&Pattern::from(&repository)));
    }
}
