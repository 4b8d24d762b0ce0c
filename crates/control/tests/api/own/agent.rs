//! What a machine asks for the person who has signed in there.

use jiff::{SignedDuration, Timestamp};
use pullgate_identity::DocumentKeys;
use pullgate_policy::{Settings, Switch};
use pullgate_store::{Actor, DecisionFilter, DecisionRecord};
use serde_json::{Value, json};

use crate::world::{World, organization, username};

/// acme denies its members community images.
async fn acme() -> World {
    let world = World::new().await;
    let by = &Actor::CommandLine;
    let on = |settings: &mut Settings| settings.iam.enabled = Switch::On;
    let acme = organization("acme");
    world.store.change_settings(&acme, by, on).await.unwrap();
    world.door.reload().await.unwrap();
    world
}

async fn recorded(world: &World) -> Vec<DecisionRecord> {
    world.recorder.flush().await;
    let all = DecisionFilter::default();
    world.store.decisions(&all).await.unwrap()
}

#[tokio::test]
async fn each_image_is_decided_in_its_order_and_recorded() {
    let world = acme().await;
    world.knows("evil", pullgate_policy::Badge::None).await;
    let question = json!({"images": ["evil/miner:1", "nginx", "evil/miner"], "action": "run"});
    let answer = world.post("mia", "/api/v1/agent/decide", &question).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let decisions = answer.body["decisions"].as_array().unwrap();
    let outcomes: Vec<_> = decisions.iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["denied", "allowed", "denied"]);
    assert!(
        decisions[0]["sentence"]
            .as_str()
            .unwrap()
            .starts_with("pull denied: docker.io/evil/miner is a community image"),
        "{}",
        decisions[0]
    );
    assert_eq!(answer.body["organizations"], json!(["acme"]));
    let log = recorded(&world).await;
    assert_eq!(log.len(), 3);
    assert!(
        log.iter()
            .all(|one| one.action == "run" && one.subject == "person:mia")
    );

    // The owner is exempt, and a name that is none is refused as a whole.
    let answer = world
        .post("olivia", "/api/v1/agent/decide", &question)
        .await;
    assert_eq!(answer.body["decisions"][0]["rule"], "owner");
    for images in [
        json!([]),
        json!(["nginx", "Not/A Name"]),
        json!(vec!["nginx"; 33]),
    ] {
        let question = json!({"images": images, "action": "pull"});
        let answer = world.post("mia", "/api/v1/agent/decide", &question).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_bundle_is_signed_and_holds_what_concerns_the_person() {
    let world = acme().await;
    let answer = world.get("mia", "/api/v1/agent/bundle").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let keys: DocumentKeys = serde_json::from_value(answer.body["keys"].clone()).unwrap();
    let signed = answer.body["bundle"].as_str().unwrap();
    let bundle: Value = keys.read(signed, "pullgate-machine-bundle").unwrap();
    assert_eq!(bundle["person"], "mia");
    assert_eq!(bundle["belongs_to"][0]["organization"], "acme");
    assert_eq!(bundle["belongs_to"][0]["role"], "member");
    assert_eq!(
        bundle["belongs_to"][0]["policy"]["settings"]["iam"]["enabled"],
        "on"
    );
    let end: Timestamp = bundle["ends_at"].as_str().unwrap().parse().unwrap();
    assert!(end > Timestamp::now() && end < Timestamp::now() + SignedDuration::from_hours(25));

    let sams = world.get("sam", "/api/v1/agent/bundle").await;
    let bundle: Value = keys
        .read(
            sams.body["bundle"].as_str().unwrap(),
            "pullgate-machine-bundle",
        )
        .unwrap();
    assert_eq!(bundle["belongs_to"], json!([]));
}

#[tokio::test]
async fn a_report_is_recorded_as_one_and_only_where_the_person_belongs() {
    let world = acme().await;
    let report = |organization: &str, at: Timestamp| {
        json!({
            "at": at, "image": "evil/miner:1", "action": "pull", "outcome": "denied",
            "rule": "community", "organization": organization, "team": null,
        })
    };
    let yesterday = Timestamp::now() - SignedDuration::from_hours(24);
    let long_ago = Timestamp::now() - SignedDuration::from_hours(24 * 60);
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(24);
    let reports = json!({"reports": [
        report("acme", yesterday),
        report("other", yesterday),
        report("acme", long_ago),
    ]});
    let answer = world.post("mia", "/api/v1/agent/reports", &reports).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let log = recorded(&world).await;
    let mut organizations: Vec<_> = log.iter().map(|one| one.organization.clone()).collect();
    organizations.sort();
    assert_eq!(organizations, [None, Some(organization("acme"))]);
    for one in &log {
        assert_eq!(one.subject, "person:mia");
        assert_eq!(one.at.as_second(), yesterday.as_second());
        assert!(one.client.ends_with("(reported later)"), "{}", one.client);
    }

    let reports = json!({"reports": [report("acme", tomorrow)]});
    world.post("mia", "/api/v1/agent/reports", &reports).await;
    let log = recorded(&world).await;
    assert!(log.iter().all(|one| one.at <= Timestamp::now()));
}

#[tokio::test]
async fn a_session_is_renewed_until_what_it_rests_on_is_gone() {
    let world = acme().await;
    let renewed = world.post("mia", "/api/v1/agent/session", &json!({})).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let session = renewed.body["token"].as_str().unwrap().to_owned();
    let ask = |session: String| {
        let world = &world;
        async move {
            let path = "/api/v1/agent/bundle";
            world
                .ask_with(http::Method::GET, Some(&session), path, None)
                .await
                .status
        }
    };
    assert_eq!(ask(session.clone()).await, 200);
    let by = &Actor::CommandLine;
    let off = pullgate_store::AccountStatus::Deactivated;
    world
        .store
        .set_active(&username("mia"), off, by)
        .await
        .unwrap();
    world.door.reload().await.unwrap();
    assert_eq!(ask(session.clone()).await, 401);
}
