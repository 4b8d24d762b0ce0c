//! Searching, reading and exporting decisions, and their sums.

use pullgate_identity::Subject;
use pullgate_policy::Outcome;
use pullgate_store::{Actor, DecisionRecord};
use serde_json::Value;

use super::pulls::{person, pulled};
use crate::world::{World, organization};

const DECISIONS: &str = "/api/v1/orgs/acme/decisions";

/// Image Access Management is on in acme; its people and a machine have
/// pulled, and so has somebody of another organization.
async fn busy() -> World {
    let world = World::new().await;
    let on = |settings: &mut pullgate_policy::Settings| {
        settings.iam.enabled = pullgate_policy::Switch::On;
    };
    world
        .store
        .change_settings(&organization("acme"), &Actor::CommandLine, on)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
    let network = Subject::Anonymous {
        organization: organization("acme"),
    };
    for (subject, image) in [
        (person(&world, "mia"), "nginx"),
        (person(&world, "mia"), "quay.io/a/tool"),
        (person(&world, "olivia"), "nginx"),
        (network, "quay.io/a/tool"),
        (person(&world, "oscar"), "quay.io/secret/tool"),
    ] {
        pulled(&world, &subject, image).await;
    }
    world
}

fn who(results: &Value) -> Vec<String> {
    let results = results["results"].as_array().unwrap();
    let told = |it: &Value| {
        let subject = it["subject"].as_str().unwrap();
        format!("{subject} {}", it["repository"].as_str().unwrap())
    };
    results.iter().map(told).collect()
}

#[tokio::test]
async fn an_owner_sees_all_and_a_member_their_own() {
    let world = busy().await;
    let all = world.get("olivia", DECISIONS).await.body;
    assert_eq!(
        who(&all),
        [
            "anonymous:acme quay.io/a/tool",
            "person:olivia docker.io/library/nginx",
            "person:mia quay.io/a/tool",
            "person:mia docker.io/library/nginx",
        ]
    );
    assert_eq!(all["next"], Value::Null);
    let own = world.get("mia", DECISIONS).await.body;
    assert_eq!(who(&own), who(&all)[2..]);
    let decision = &own["results"][0];
    for (field, expected) in [
        ("organization", "acme"),
        ("outcome", "denied"),
        ("rule", "community"),
        ("category", "community"),
        ("client", "docker/27.3.1 go/go1.22.7"),
        ("reference", "1.0"),
        ("action", "manifest"),
    ] {
        assert_eq!(decision[field], expected, "{field} of {decision}");
    }
    // Others' are not a member's to see, by whatever way they ask.
    for query in ["?person=olivia", "?team=owners"] {
        let answer = world.get("mia", &format!("{DECISIONS}{query}")).await;
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    let path = format!("{DECISIONS}?subject=person:olivia");
    let none = world.get("mia", &path).await.body;
    assert_eq!(who(&none).len(), 0);
    let foreign = &all["results"][1]["id"].as_str().unwrap();
    let path = format!("{DECISIONS}/{foreign}");
    assert_eq!(world.get("mia", &path).await.status, 404);
    let told = world.get("olivia", &path).await.body;
    assert_eq!(
        told["sentence"],
        "docker.io/library/nginx may be pulled: owners of acme may pull any image."
    );
    assert_eq!(world.get("oscar", &path).await.status, 404);
}

#[tokio::test]
async fn each_filter_finds_what_it_says_and_a_misspelt_one_is_refused() {
    let world = busy().await;
    for (query, count) in [
        ("repository=nginx", 2),
        ("person=mia", 2),
        ("person=oscar", 0),
        ("person=ghost", 0),
        ("team=owners", 1),
        ("subject=anonymous:acme", 1),
        ("outcome=denied", 2),
        ("rule=owner", 1),
        ("category=official&person=mia", 1),
        ("client=DOCKER/27", 4),
        ("client=podman", 0),
        ("action=blob", 0),
        ("since=2020-01-01T00:00:00Z", 4),
        ("until=2020-01-01T00:00:00Z", 0),
    ] {
        let answer = world.get("olivia", &format!("{DECISIONS}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(who(&answer.body).len(), count, "{query}: {answer:?}");
    }
    for query in [
        "outcom=denied",
        "outcome=maybe",
        "since=yesterday",
        "repository=a:1",
        "page_size=0",
        "cursor=x",
        "action=push",
    ] {
        let answer = world.get("olivia", &format!("{DECISIONS}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
}

#[tokio::test]
async fn pages_lead_to_the_end() {
    let world = busy().await;
    let mut path = format!("{DECISIONS}?client=docker&page_size=3");
    let mut pages = Vec::new();
    loop {
        let page = world.get("olivia", &path).await.body;
        pages.push(who(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        assert!(next.contains("client=docker"), "{next}");
        path = next
            .strip_prefix("https://pullgate.example.com")
            .unwrap()
            .to_owned();
    }
    let sizes: Vec<_> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 1]);
    let all = world.get("olivia", DECISIONS).await.body;
    assert_eq!(pages.concat(), who(&all));
}

#[tokio::test]
async fn an_export_does_no_harm_in_a_spreadsheet() {
    let world = busy().await;
    let mut odd = template(&world).await;
    odd.id = uuid::Uuid::now_v7();
    odd.at = "2020-01-01T00:00:00Z".parse().unwrap();
    odd.client = "=HYPERLINK(\"http://evil.example\",A1)".to_owned();
    world.store.record_decisions(&[odd]).await.unwrap();
    let answer = world.get("olivia", &format!("{DECISIONS}/export")).await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<_> = answer.text.lines().collect();
    assert_eq!(lines.len(), 6, "{}", answer.text);
    assert!(lines[0].starts_with("id,at,count,subject,person,organization,"));
    assert!(
        lines[5].contains(",\"'=HYPERLINK(\"\"http://evil.example\"\",A1)\","),
        "{}",
        lines[5]
    );
    assert!(!answer.text.contains("secret"));
    // A member takes along what they see.
    let path = format!("{DECISIONS}/export?format=jsonl");
    let answer = world.get("mia", &path).await;
    assert_eq!(answer.headers["content-type"], "application/jsonl");
    let lines: Vec<Value> = answer
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["subject"] == "person:mia"));
    let path = format!("{DECISIONS}/export?person=olivia");
    assert_eq!(world.get("mia", &path).await.status, 403);
}

/// One of mia's decisions, to make others of.
async fn template(world: &World) -> DecisionRecord {
    let filter = pullgate_store::DecisionFilter {
        outcome: Some(Outcome::Denied),
        person: Some(match person(world, "mia") {
            Subject::Person { id, .. } => id,
            _ => unreachable!(),
        }),
        ..pullgate_store::DecisionFilter::default()
    };
    world.store.decisions(&filter).await.unwrap().remove(0)
}

/// Two hundred thousand rows, of which a few are in memory: the body gives
/// nothing before it is asked, and small parts then.
#[tokio::test]
async fn a_large_export_is_made_while_it_is_read() {
    use http_body_util::BodyExt;

    const ROWS: usize = 200_000;
    let world = busy().await;
    let template = template(&world).await;
    let mut batch = Vec::new();
    for number in 0..ROWS {
        let mut one = template.clone();
        one.id = uuid::Uuid::now_v7();
        one.at = "2020-01-01T00:00:00Z".parse().unwrap();
        one.at += jiff::SignedDuration::from_millis(i64::try_from(number / 3).unwrap());
        batch.push(one);
        if batch.len() == 5_000 {
            world.store.record_decisions(&batch).await.unwrap();
            batch.clear();
        }
    }
    let path = format!("{DECISIONS}/export?until=2021-01-01T00:00:00Z");
    let mut body = world.stream("olivia", &path).await;
    let (mut rows, mut largest) = (0, 0);
    while let Some(frame) = body.frame().await {
        let part = frame.unwrap().into_data().unwrap();
        largest = largest.max(part.len());
        rows += std::str::from_utf8(&part).unwrap().lines().count();
    }
    assert_eq!(rows, ROWS + 1);
    assert!(largest < 1024 * 1024, "{largest} bytes in one part");

    // Whoever loses the right in the middle of it gets no more, and no end.
    let mut body = world.stream("olivia", &path).await;
    body.frame().await.unwrap().unwrap();
    let by = &Actor::CommandLine;
    let (acme, mia) = (organization("acme"), crate::world::username("mia"));
    let owner = pullgate_policy::Role::Owner;
    world
        .store
        .set_member(&acme, &mia, owner, by)
        .await
        .unwrap();
    let olivia = crate::world::username("olivia");
    world.store.remove_member(&acme, &olivia, by).await.unwrap();
    world.door.catch_up().await.unwrap();
    let mut rest = 0;
    let broken = loop {
        match body.frame().await {
            Some(Ok(_)) => rest += 1,
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(broken && rest < 5, "{rest} parts more");
}

#[tokio::test]
async fn an_overview_is_for_owners_and_of_their_organization() {
    let world = busy().await;
    let path = format!("{DECISIONS}/summary");
    let told = world.get("olivia", &path).await.body;
    assert_eq!(told["until"], told["totals"][0]["day"]);
    let sum: u64 = told["totals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|total| total["decisions"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, 4);
    let denied = told["denied"].as_array().unwrap();
    assert_eq!(denied.len(), 1);
    assert_eq!(denied[0]["repository"], "quay.io/a/tool");
    assert_eq!(denied[0]["decisions"], 2);
    let path = format!("{DECISIONS}/summary?days=7&until=2020-01-07");
    let told = world.get("olivia", &path).await.body;
    assert_eq!(
        (&told["since"], &told["until"]),
        (&"2020-01-01".into(), &"2020-01-07".into())
    );
    assert_eq!(told["totals"].as_array().unwrap().len(), 0);
    for query in ["days=0", "days=1000", "until=tomorrow"] {
        let path = format!("{DECISIONS}/summary?{query}");
        assert_eq!(world.get("olivia", &path).await.status, 400, "{query}");
    }
}
