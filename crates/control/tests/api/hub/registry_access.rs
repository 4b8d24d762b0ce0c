//! Registry Access Management, by the calls of Docker's Terraform provider.

use std::slice;

use http::Method;
use pullgate_identity::{Reach, Subject, Via};
use pullgate_policy::Rule;
use serde_json::{Value, json};

use crate::world::{World, username};

const REGISTRIES: &str = "/v2/orgs/acme/settings/registry-access-management";

fn custom(address: &str, friendly_name: &str, allowed: bool) -> Value {
    json!({"address": address, "friendly_name": friendly_name, "allowed": allowed})
}

fn registries(enabled: bool, docker_hub: bool, custom: &[Value]) -> Value {
    json!({
        "enabled": enabled,
        "standard_registries": [{"id": "DockerHub", "allowed": docker_hub}],
        "custom_registries": custom,
    })
}

/// The rule by which mia's pull of an image is decided.
async fn rule(world: &World, image: &str) -> Rule {
    let mia = {
        let directory = world.identity.directory();
        let person = directory.person_named(username("mia").as_str()).unwrap();
        Subject::Person {
            id: person.id,
            username: person.username.clone(),
            epoch: person.credentials_epoch,
            via: Via::Password,
            reach: Reach::All,
        }
    };
    let decision = world.door.explain(&mia, &image.parse().unwrap()).await;
    decision.rule
}

/// Terraform compares what it reads with what it wrote: a difference is one
/// more change to make, for ever.
#[tokio::test]
async fn what_terraform_writes_is_what_it_reads_from_create_to_delete() {
    let world = World::new().await;
    let mine = custom("https://example.com", "My personal registry", true);
    let alt = custom("https://alternate.com", "My alt registry", false);
    let port = custom("registry.acme.example:5000", "Ours", true);
    for wanted in [
        registries(true, true, slice::from_ref(&mine)),
        registries(true, false, slice::from_ref(&mine)),
        registries(false, false, slice::from_ref(&mine)),
        registries(false, false, &[mine.clone(), alt.clone()]),
        registries(true, false, &[alt, port, mine]),
        registries(false, false, &[]),
        // What it sends to delete the resource.
        registries(false, true, &[]),
    ] {
        let put = world.put("olivia", REGISTRIES, &wanted).await;
        assert_eq!((put.status, &put.body), (200, &wanted));
        for path in [REGISTRIES.to_owned(), format!("{REGISTRIES}/")] {
            for who in ["olivia", "mia"] {
                let read = world.get(who, &path).await;
                assert_eq!((read.status, &read.body), (200, &wanted), "{who}");
            }
        }
    }
}

#[tokio::test]
async fn each_of_its_switches_changes_an_answer() {
    let world = World::new().await;
    let put = async |wanted: Value| {
        let answer = world.put("olivia", REGISTRIES, &wanted).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    let quay = |allowed| custom("https://Quay.io/", "Quay", allowed);
    put(registries(true, true, &[])).await;
    assert_eq!(rule(&world, "nginx").await, Rule::Disabled);
    assert_eq!(rule(&world, "quay.io/acme/app").await, Rule::Registry);
    put(registries(true, false, &[quay(true)])).await;
    assert_eq!(rule(&world, "nginx").await, Rule::Registry);
    assert_eq!(rule(&world, "quay.io/acme/app").await, Rule::Disabled);
    put(registries(true, true, &[quay(false)])).await;
    assert_eq!(
        rule(&world, "quay.io/acme/app").await,
        Rule::Registry,
        "listed, not allowed"
    );
    put(registries(false, false, &[quay(false)])).await;
    assert_eq!(rule(&world, "nginx").await, Rule::Disabled, "off");
}

#[tokio::test]
async fn a_member_changes_nothing_and_others_learn_nothing() {
    let world = World::new().await;
    let wanted = registries(true, false, &[]);
    let before = world.get("olivia", REGISTRIES).await.body;
    assert_eq!(before, registries(false, true, &[]));
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404), ("", 401)] {
        assert_eq!(
            world.put(who, REGISTRIES, &wanted).await.status,
            status,
            "{who:?}"
        );
    }
    for (who, status) in [("oscar", 404), ("sam", 404), ("", 401)] {
        assert_eq!(world.get(who, REGISTRIES).await.status, status, "{who:?}");
    }
    let order = json!({"token_label": "reader", "scopes": ["repo:read"]});
    let token = world.post("olivia", "/v2/access-tokens", &order).await;
    let session = world
        .sign_in("olivia", token.body["token"].as_str().unwrap())
        .await;
    let refused = world.ask_with(Method::PUT, Some(&session), REGISTRIES, Some(&wanted));
    assert_eq!(refused.await.status, 403);
    assert_eq!(world.get("olivia", REGISTRIES).await.body, before);
}

#[tokio::test]
async fn bad_input_gets_a_clear_error_and_changes_nothing() {
    let world = World::new().await;
    let before = registries(true, true, &[custom("quay.io", "Quay", true)]);
    assert_eq!(world.put("olivia", REGISTRIES, &before).await.status, 200);
    let many: Vec<_> = (0..101)
        .map(|number| custom(&format!("r{number}.example"), "one of many", false))
        .collect();
    let with = |custom: Value| registries(true, true, &[custom]);
    for (body, says) in [
        (json!({}), "enabled"),
        (
            json!({"enabled": true, "custom_registries": []}),
            "standard_registries",
        ),
        (
            json!({"enabled": true, "standard_registries": [], "custom_registries": []}),
            "DockerHub",
        ),
        (
            json!({"enabled": true, "standard_registries": [{"id": "Quay", "allowed": true}], "custom_registries": []}),
            "DockerHub",
        ),
        (with(custom("", "nothing", true)), "address of a registry"),
        (
            with(custom("https://quay.io/acme", "a path", true)),
            "address of a registry",
        ),
        (
            with(custom("me:pw@quay.io", "a user", true)),
            "address of a registry",
        ),
        (
            with(custom("index.docker.io", "Hub by another name", false)),
            "switch of its own",
        ),
        (with(custom("quay.io", &"x".repeat(201), true)), "too long"),
        (
            registries(
                true,
                true,
                &[
                    custom("quay.io", "a", true),
                    custom("https://QUAY.io:443", "b", false),
                ],
            ),
            "same registry",
        ),
        (registries(true, true, &many), "at most 100"),
    ] {
        let answer = world.put("olivia", REGISTRIES, &body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.text.contains(says), "{}", answer.text);
    }
    assert_eq!(world.get("olivia", REGISTRIES).await.body, before);
    let hundred = registries(true, true, &many[..100]);
    assert_eq!(
        world.put("olivia", REGISTRIES, &hundred).await.body,
        hundred
    );
}
