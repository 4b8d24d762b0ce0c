//! What was applied is what is exported, and what was exported changes
//! nothing.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use pullgate_admin::{Effect, Exceptions, PolicyFile};
use pullgate_store::Action;
use serde_json::{Value, json};

use crate::made_up;
use crate::world::{World, acme};

/// The sections of a file, as JSON.
fn sections(file: &PolicyFile) -> Value {
    json!(file)
}

#[tokio::test]
async fn many_policies_are_applied_one_after_the_other() {
    let world = World::new().await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let policy = made_up::policy().new_tree(&mut runner).unwrap().current();
        let file = PolicyFile::read(&policy.to_string()).unwrap();
        let before = world.export(Exceptions::Included).await;
        let tried = world.apply(&file, Effect::Tried).await;
        assert_eq!(world.export(Exceptions::Included).await, before);
        let done = world.apply(&file, Effect::Kept).await;
        assert_eq!(tried.differences, done.differences);
        let after = world.export(Exceptions::Included).await;
        assert_eq!(done.differences.is_empty(), before == after);

        // What the file has is so now, and all else is as it was.
        let (was, is, wanted) = (sections(&before), sections(&after), sections(&file));
        for (section, now) in is.as_object().unwrap() {
            let expected = wanted.get(section).unwrap_or(&was[section]);
            assert_eq!(now, expected, "{section} of {policy}");
        }
        // What was exported changes nothing, whether it was written or not.
        let again = PolicyFile::read(&after.to_yaml()).unwrap();
        let nothing = world.apply(&again, Effect::Kept).await;
        assert_eq!(nothing.differences, Vec::<String>::new());
        assert_eq!(nothing.state, done.state);
        assert_eq!(
            world.export(Exceptions::Included).await.to_yaml(),
            after.to_yaml()
        );
    }
}

#[tokio::test]
async fn one_file_is_one_change_and_says_what_it_changed() {
    let world = World::new().await;
    let generation = world.store.generation().await.unwrap();
    let example = include_str!("../../../../docs/examples/policy-as-files/acme.yaml");
    let file = PolicyFile::read(example).unwrap();
    let done = world.apply(&file, Effect::Kept).await;
    assert_eq!(
        done.differences,
        [
            "team data: is made, with no members yet",
            "allowlist: added docker.io/bitnami/redis (the cart of the shop)",
            "allowlist: added ghcr.io/acme-labs/**",
            "allowlist: off → on",
            "Image Access Management: off → on",
            "Registry Access Management: off → on",
            "registries: added ghcr.io",
            "registries: added quay.io",
            "registries: added registry.acme.example:5000",
            "team data, allowlist: added docker.io/jupyter/*",
            "team data, categories: added sponsored_oss",
            "trusted: added quay.io/prometheus/*",
        ]
    );
    assert_eq!(world.store.generation().await.unwrap(), generation + 1);
    let changes = world.store.changes(Some(&acme()), None, 1).await.unwrap();
    assert_eq!(changes[0].action, Action::PolicyApplied);
    let exported = world.export(Exceptions::LeftOut).await.to_yaml();
    assert_eq!(exported.replace("namespaces: []\n\n", ""), example);
}

#[tokio::test]
async fn an_exception_that_has_ended_makes_no_file_wrong() {
    let world = World::new().await;
    let line = |year: u32| json!({"repository": "evil/miner", "ends": format!("{year}-01-01"), "reason": "x"});
    let file = json!({
        "pullgate": "policy/v1", "organization": "acme", "exceptions": [line(2020), line(2099)],
    });
    let file = PolicyFile::read(&file.to_string()).unwrap();
    let done = world.apply(&file, Effect::Kept).await;
    assert_eq!(done.differences.len(), 1, "{done:?}");
    assert!(done.differences[0].contains("2099"), "{done:?}");
    let exported = world.export(Exceptions::Included).await.to_yaml();
    assert!(
        exported.contains("2099") && !exported.contains("2020"),
        "{exported}"
    );
    assert!(
        world
            .apply(&file, Effect::Kept)
            .await
            .differences
            .is_empty()
    );
    // A file without the section leaves it alone; one with an empty one ends it.
    let empty = r#"{"pullgate": "policy/v1", "organization": "acme"}"#;
    let done = world
        .apply(&PolicyFile::read(empty).unwrap(), Effect::Kept)
        .await;
    assert!(done.differences.is_empty());
    let none = r#"{"pullgate": "policy/v1", "organization": "acme", "exceptions": []}"#;
    let done = world
        .apply(&PolicyFile::read(none).unwrap(), Effect::Kept)
        .await;
    assert!(
        done.differences[0].contains("removed docker.io/evil/miner"),
        "{done:?}"
    );
}
