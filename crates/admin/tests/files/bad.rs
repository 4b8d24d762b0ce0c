//! What is wrong with a file, as its author reads it.

use pullgate_admin::{CasesFile, FileError, PolicyFile};

/// A file with something wrong in it.
struct Bad {
    title: &'static str,
    text: &'static str,
}

/// The files, each under a line that says of which kind it is and what is
/// wrong. The end-to-end tests read them, too.
fn bad_files() -> Vec<Bad> {
    let all = include_str!("bad.txt").strip_prefix("--- ").unwrap();
    let files = all.split("\n--- ").map(|file| {
        let (title, text) = file.split_once('\n').unwrap_or((file, ""));
        Bad { title, text }
    });
    files.collect()
}

fn read(bad: &Bad) -> Result<(), FileError> {
    if bad.title.starts_with("cases") {
        CasesFile::read(bad.text).map(drop)
    } else {
        PolicyFile::read(bad.text).map(drop)
    }
}

#[test]
fn each_is_refused_with_a_place_and_a_reason() {
    let mut told = String::new();
    for bad in bad_files() {
        let error = read(&bad).expect_err(bad.title);
        assert!(error.complaints().count() >= 1);
        told.extend(["--- ", bad.title, "\n", &error.render("acme.yaml"), "\n\n"]);
    }
    assert!(!told.contains('\u{1b}'), "an escape reaches the terminal");
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("bad_files", told);
    });
}

#[test]
fn a_file_that_is_too_large_too_deep_or_too_long_is_refused() {
    let head = "pullgate: policy/v1\norganization: acme\n";
    let large = format!("{head}# {}\n", "x".repeat(3 * 1024 * 1024));
    let deep = format!("{head}trusted: {}{}\n", "[".repeat(100), "]".repeat(100));
    let deeper = format!("{head}trusted: {}\n", "[".repeat(100_000));
    let long = format!("{head}trusted: [{}]\n", "a,".repeat(250_000));
    for (text, part) in [
        (large, "bytes"),
        (deep, "deep"),
        (deeper, "deep"),
        (long, "values"),
    ] {
        let error = PolicyFile::read(&text).unwrap_err().to_string();
        assert!(error.contains(part), "{part}: {error}");
    }
    let registries: Vec<String> = (0..101)
        .map(|number| format!("    - r{number}.example\n"))
        .collect();
    let many = format!(
        "{head}ram:\n  enabled: on\n  mode: enforce\n  docker_hub: allowed\n  registries:\n{}",
        registries.concat()
    );
    let error = PolicyFile::read(&many).unwrap_err().to_string();
    assert!(
        error.starts_with("line 108, column 7: registries has 101 items"),
        "{error}"
    );
}

#[test]
fn of_very_many_mistakes_the_first_are_told() {
    let text = format!(
        "pullgate: policy/v1\norganization: acme\ntrusted:\n{}",
        "  - quay.io/*/x\n".repeat(5_000)
    );
    let error = PolicyFile::read(&text).unwrap_err();
    assert_eq!(error.complaints().count(), 20);
    assert_eq!(error.complaints().next().unwrap().place.line, 4);
}
