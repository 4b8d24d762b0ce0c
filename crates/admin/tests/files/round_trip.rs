//! A file that is written and read again is the same.

use proptest::prelude::*;
use pullgate_admin::{CasesFile, PolicyFile};

use crate::made_up;

const POLICY: &str = include_str!("../../../../docs/examples/policy-as-files/acme.yaml");
const CASES: &str = include_str!("../../../../docs/examples/policy-as-files/cases.yaml");

#[test]
fn the_example_is_written_as_it_stands() {
    let file = PolicyFile::read(POLICY).unwrap();
    assert_eq!(file.organization.as_str(), "acme");
    assert_eq!(file.to_yaml(), POLICY);
    let cases = CasesFile::read(CASES).unwrap();
    assert_eq!(cases.cases.len(), cases.lines.len());
    assert_eq!(cases.lines[..2], [6, 10]);
    assert_eq!(cases.cases[4].who(), "team data");
}

#[test]
fn comments_order_and_style_are_the_authors_and_not_the_files() {
    let by_hand = r#"
# Ours.
organization: "acme"
pullgate: 'policy/v1'
teams: {data: {allowlist: [jupyter/*], categories: [sponsored_oss]}}
allowlist:
- {pattern: "ghcr.io/acme-labs/**"}
- note: >-
    the cart
    of the shop
  pattern: bitnami/redis
trusted: [ quay.io/prometheus/* ]   # metrics
ram: {registries: [quay.io, registry.acme.example:5000, GHCR.io], docker_hub: allowed,
      mode: enforce, enabled: on}
iam:
    allowlist: on
    sponsored_oss: restricted
    verified_publisher: allowed
    official: allowed
    mode: enforce
    enabled: on
"#;
    assert_eq!(PolicyFile::read(by_hand).unwrap().to_yaml(), POLICY);
}

#[test]
fn json_is_read_as_well() {
    let file = PolicyFile::read(POLICY).unwrap();
    for json in [
        serde_json::to_string(&file).unwrap(),
        serde_json::to_string_pretty(&file).unwrap(),
    ] {
        assert_eq!(PolicyFile::read(&json).unwrap(), file);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_written_is_read_the_same(policy in made_up::policy()) {
        let file = PolicyFile::read(&policy.to_string()).unwrap();
        let text = file.to_yaml();
        let again = PolicyFile::read(&text);
        prop_assert_eq!(again.as_ref(), Ok(&file), "{}", text);
        prop_assert_eq!(again.unwrap().to_yaml(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z0-9 \\n\\t:#\\-\\[\\]{},&*!|>'\"%@`?\\\\]{0,200}") {
        let _ = PolicyFile::read(&text);
        let _ = CasesFile::read(&text);
    }

    #[test]
    fn no_part_of_a_file_makes_the_reader_panic(from in 0..POLICY.len(), to in 0..POLICY.len(), other in any::<char>()) {
        if POLICY.is_char_boundary(from) && from <= to {
            let _ = PolicyFile::read(&POLICY[from..to]);
            let _ = PolicyFile::read(&format!("{}{other}{}", &POLICY[..from], &POLICY[from..]));
        }
    }
}
