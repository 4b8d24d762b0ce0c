//! The overview, and the first page after signing in.

use pullgate_policy::{Badge, Category, Outcome, Rule, Switch};
use pullgate_store::{Actor, DecisionRecord};
use uuid::Uuid;

use crate::world::{World, organization, username};

/// Somebody has asked acme's policy for an image, so often and on that day.
async fn asked(world: &World, name: &str, image: &str, outcome: Outcome, times: u32, day: &str) {
    let person = world.store.person(&username(name)).await.unwrap().unwrap();
    let category = if image.contains("library") {
        Category::Official
    } else {
        Category::Community
    };
    let decision = DecisionRecord {
        id: Uuid::now_v7(),
        at: format!("{day}T10:00:00Z").parse().unwrap(),
        count: times,
        subject: format!("person:{name}"),
        person: Some(person.id),
        organization: Some(organization("acme")),
        client: "docker/27".to_owned(),
        address: "10.0.0.1".to_owned(),
        action: "manifest".to_owned(),
        repository: image.parse().unwrap(),
        reference: Some("latest".to_owned()),
        digest: None,
        category,
        badge: Badge::None,
        rule: Rule::Community,
        outcome,
        team: None,
    };
    world.store.record_decisions(&[decision]).await.unwrap();
}

#[tokio::test]
async fn the_owner_of_a_fresh_organization_is_shown_the_next_steps() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let first = olivia.get("/").await;
    assert_eq!(first.leads_to(), "/orgs/acme");
    let page = olivia.get("/orgs/acme").await.text;
    assert!(page.contains("Next steps") && page.contains("Try it out in monitor mode"));
    assert!(page.contains("Nothing was pulled yet"));
    assert!(page.contains("<strong>Off</strong>"));
    // mia is in already; nothing else is done.
    assert_eq!(page.matches("is-done").count(), 1, "{page}");
    // The last step is gone to, and then there is nothing left to be told.
    assert!(page.contains("href=\"/orgs/acme/permissions\">Open permissions"));
    asked(
        &world,
        "mia",
        "docker.io/library/nginx",
        Outcome::Allowed,
        1,
        "2026-11-25",
    )
    .await;
    let by = Actor::CommandLine;
    let on = |settings: &mut pullgate_policy::Settings| settings.iam.enabled = Switch::On;
    world
        .store
        .change_settings(&organization("acme"), &by, on)
        .await
        .unwrap();
    let page = olivia.get("/orgs/acme").await.text;
    assert!(!page.contains("Next steps"), "{page}");
    assert!(page.contains("<strong>Enforcing</strong>"));
}

#[tokio::test]
async fn an_owner_sees_what_was_decided_day_by_day_and_what_was_blocked() {
    let world = World::new().await;
    let nginx = "docker.io/library/nginx";
    asked(&world, "mia", nginx, Outcome::Allowed, 1_200, "2026-11-24").await;
    asked(&world, "olivia", nginx, Outcome::Allowed, 34, "2026-11-25").await;
    asked(
        &world,
        "mia",
        "docker.io/evil/miner",
        Outcome::Denied,
        7,
        "2026-11-25",
    )
    .await;
    asked(
        &world,
        "mia",
        "docker.io/odd/one",
        Outcome::Denied,
        9,
        "2026-10-01",
    )
    .await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get("/orgs/acme").await.text;
    assert!(
        page.contains("<span class=\"total\">1,234</span>"),
        "{page}"
    );
    assert!(page.contains("<title>24 Nov: 1,200 allowed</title>"));
    assert!(page.contains("<title>25 Nov: 7 denied</title>"));
    assert!(!page.contains("Would be denied"), "nothing was monitored");
    assert!(
        page.contains("<dt>Docker Official Image</dt><dd>34 allowed</dd>"),
        "the table"
    );
    assert!(page.contains("<code>docker.io/evil/miner</code>"));
    assert!(!page.contains("odd/one"), "too long ago");
    let allow = "/orgs/acme/permissions/allowlist?pattern=docker.io%2Fevil%2Fminer";
    assert!(page.contains(allow), "{page}");
    let form = olivia.get(allow).await.text;
    assert!(
        form.contains("name=\"pattern\" type=\"text\" value=\"docker.io/evil/miner\""),
        "{form}"
    );
    asked(
        &world,
        "mia",
        "docker.io/evil/two",
        Outcome::Monitored,
        8,
        "2026-11-25",
    )
    .await;
    let page = olivia.get("/orgs/acme").await.text;
    assert!(page.contains("<title>25 Nov: 8 would be denied</title>"));
}

#[tokio::test]
async fn a_member_sees_their_own_denials_and_nobody_elses() {
    let world = World::new().await;
    asked(
        &world,
        "mia",
        "docker.io/evil/miner",
        Outcome::Denied,
        1,
        "2026-11-25",
    )
    .await;
    asked(
        &world,
        "olivia",
        "docker.io/secret/thing",
        Outcome::Denied,
        1,
        "2026-11-25",
    )
    .await;
    let mut mia = world.signed_in("mia").await;
    let page = mia.get("/orgs/acme").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<code>docker.io/evil/miner</code>"));
    assert!(
        page.text
            .contains("/request?image=docker.io%2Fevil%2Fminer")
    );
    for others in ["secret/thing", "Pulls by day", "Next steps", "<title>25"] {
        assert!(!page.text.contains(others), "{others}");
    }
    assert!(page.text.contains("decided by the policies as they are"));
    for name in ["oscar", "sam"] {
        let mut stranger = world.signed_in(name).await;
        assert_eq!(stranger.get("/orgs/acme").await.status, 404, "{name}");
    }
    assert_eq!(
        world.browser().get("/orgs/acme").await.status,
        303,
        "who has not signed in"
    );
}
