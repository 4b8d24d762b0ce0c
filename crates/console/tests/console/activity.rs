use jiff::{SignedDuration, Timestamp};
use pullgate_policy::{Badge, Category, Outcome, Rule};
use pullgate_store::{DecisionRecord, PersonId};
use uuid::Uuid;

use crate::world::{World, organization, username};

const ACTIVITY: &str = "/orgs/acme/activity";

/// A decision about mia, so many minutes before noon.
async fn decision(world: &World, minutes: i64) -> DecisionRecord {
    let mia = world.store.person(&username("mia")).await.unwrap().unwrap();
    about(mia.id, minutes)
}

fn about(person: PersonId, minutes: i64) -> DecisionRecord {
    let noon: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    DecisionRecord {
        id: Uuid::now_v7(),
        at: noon - SignedDuration::from_mins(minutes),
        count: 1,
        subject: "person:mia".to_owned(),
        person: Some(person),
        organization: Some(organization("acme")),
        client: "docker/27.0".to_owned(),
        address: "10.0.0.7".to_owned(),
        action: "manifest".to_owned(),
        repository: "docker.io/evil/miner".parse().unwrap(),
        reference: Some("latest".to_owned()),
        digest: None,
        category: Category::Community,
        badge: Badge::None,
        rule: Rule::Community,
        outcome: Outcome::Denied,
        team: None,
    }
}

async fn record(world: &World, decisions: &[DecisionRecord]) {
    world.store.record_decisions(decisions).await.unwrap();
}

#[tokio::test]
async fn an_owner_sees_what_everybody_pulled_and_a_member_their_own() {
    let world = World::new().await;
    let denied = decision(&world, 5).await;
    let olivia = world.store.person(&username("olivia")).await.unwrap();
    let others = DecisionRecord {
        repository: "docker.io/library/nginx".parse().unwrap(),
        category: Category::Official,
        outcome: Outcome::Allowed,
        rule: Rule::Owner,
        subject: "person:olivia".to_owned(),
        ..about(olivia.unwrap().id, 3)
    };
    record(&world, &[denied.clone(), others.clone()]).await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get(ACTIVITY).await.text;
    for shown in [
        "docker.io/evil/miner:latest",
        "docker.io/library/nginx:latest",
        "Denied",
        "Docker Official Image",
        "mia",
        "Changes",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let mut mia = world.signed_in("mia").await;
    let page = mia.get(ACTIVITY).await.text;
    assert!(page.contains("evil/miner") && !page.contains("nginx:latest"));
    assert!(!page.contains("activity/changes") && !page.contains("Person or token"));
    for (query, status) in [("person=olivia", 200), ("team=owners", 200)] {
        // What a member's page does not ask for is not looked at.
        let page = mia.get(&format!("{ACTIVITY}?{query}")).await;
        assert_eq!(page.status, status);
        assert!(!page.text.contains("nginx:latest"));
    }
    let one = |decision: &DecisionRecord| format!("{ACTIVITY}/decisions/{}", decision.id);
    let page = mia.get(&one(&denied)).await;
    assert_eq!(page.status, 200);
    for shown in [
        "docker.io/evil/miner",
        "community images are restricted by acme",
        "docker/27.0",
        "10.0.0.7",
        "always restricted",
    ] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert_eq!(mia.get(&one(&others)).await.status, 404);
    assert_eq!(olivia.get(&one(&others)).await.status, 200);
    let mut oscar = world.signed_in("oscar").await;
    let elsewhere = one(&denied).replace("acme", "other");
    assert_eq!(oscar.get(&elsewhere).await.status, 404);
}

#[tokio::test]
async fn what_is_looked_for_stands_in_the_address() {
    let world = World::new().await;
    let mut decisions = Vec::new();
    for (number, (outcome, category, rule)) in [
        (Outcome::Allowed, Category::Official, Rule::Official),
        (
            Outcome::Monitored,
            Category::SponsoredOss,
            Rule::SponsoredOss,
        ),
        (Outcome::Denied, Category::Community, Rule::Community),
    ]
    .into_iter()
    .enumerate()
    {
        decisions.push(DecisionRecord {
            repository: format!("docker.io/some/image{number}").parse().unwrap(),
            client: format!("client{number}/1"),
            outcome,
            category,
            rule,
            ..decision(&world, 60 * 24 * i64::try_from(number).unwrap()).await
        });
    }
    decisions[2].subject = "token:acme/ci".to_owned();
    decisions[2].person = None;
    record(&world, &decisions).await;
    let mut olivia = world.signed_in("olivia").await;
    for (query, found) in [
        ("", vec![0, 1, 2]),
        ("outcome=denied", vec![2]),
        ("outcome=monitored", vec![1]),
        ("category=official", vec![0]),
        ("rule=sponsored_oss", vec![1]),
        ("image=some/image1", vec![1]),
        ("image=some%2Fimage1%3A1.2", vec![1]),
        ("person=mia", vec![0, 1]),
        ("person=token:acme/ci", vec![2]),
        ("person=olivia", vec![]),
        ("client=CLIENT2", vec![2]),
        ("action=blob", vec![]),
        ("team=owners", vec![]),
        ("from=2026-11-25", vec![0]),
        ("to=2026-11-24", vec![1, 2]),
        ("from=2026-11-24&to=2026-11-24&outcome=monitored", vec![1]),
        ("outcome=nonsense", vec![0, 1, 2]),
    ] {
        let page = olivia.get(&format!("{ACTIVITY}?{query}")).await.text;
        for number in 0..3 {
            let shown = page.contains(&format!("docker.io/some/image{number}:latest"));
            assert_eq!(shown, found.contains(&number), "{query} {number}");
        }
        let table = olivia.get(&format!("{ACTIVITY}/export/csv?{query}")).await;
        assert_eq!(table.text.lines().count(), found.len() + 1, "{query}");
    }
    for (query, field) in [
        ("image=UPPER//x", "image"),
        ("person=Not%20A%20Name", "person"),
        ("team=Not%20A%20Name", "team"),
        ("from=yesterday", "from"),
    ] {
        let page = olivia.get(&format!("{ACTIVITY}?{query}")).await;
        assert!(
            page.text.contains(&format!("id=\"{field}-fault\"")),
            "{query}"
        );
        assert!(
            !page.text.contains("some/image0"),
            "nothing else is shown for it"
        );
        let table = olivia.get(&format!("{ACTIVITY}/export/csv?{query}")).await;
        assert_eq!(table.status, 422, "{query}");
    }
}

#[tokio::test]
async fn older_decisions_are_on_further_pages() {
    let world = World::new().await;
    let mut decisions = Vec::new();
    for number in 0..120 {
        decisions.push(DecisionRecord {
            reference: Some(format!("v{number}")),
            ..decision(&world, number).await
        });
    }
    record(&world, &decisions).await;
    let mut olivia = world.signed_in("olivia").await;
    let mut address = format!("{ACTIVITY}?outcome=denied");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = olivia.get(&address).await;
        let tags = page.text.split("docker.io/evil/miner:v").skip(1);
        seen.extend(tags.map(|rest| rest.split('<').next().unwrap().to_owned()));
        if seen.len() < 120 {
            let (before, _) = page.text.split_once("\" rel=\"next\"").unwrap();
            let href = before.rsplit("href=\"").next().unwrap();
            address = href.replace("&#38;", "&");
            assert!(address.contains("outcome=denied"), "{address}");
        } else {
            assert!(!page.text.contains("rel=\"next\""));
            assert!(page.text.contains("Newest</a>"));
        }
    }
    let expected: Vec<String> = (0..120).map(|number| number.to_string()).collect();
    assert_eq!(seen, expected);
    let broken = olivia.get(&format!("{ACTIVITY}?before=nonsense")).await;
    assert_eq!(broken.status, 404);
}

#[tokio::test]
async fn the_tail_brings_what_is_new_and_nothing_while_nothing_is() {
    let world = World::new().await;
    record(&world, &[decision(&world, 5).await]).await;
    let mut olivia = world.signed_in("olivia").await;
    let still = olivia.get(ACTIVITY).await;
    assert!(!still.text.contains("hx-get"), "nothing moves by itself");
    assert!(still.text.contains("live=on"), "unless one wants it");
    let live = olivia
        .get(&format!("{ACTIVITY}?live=on&outcome=denied"))
        .await;
    let tail = live.between("hx-get=\"", "\"").replace("&#38;", "&");
    assert!(tail.contains("outcome=denied"), "{tail}");
    let nothing = olivia.get(&tail).await;
    assert_eq!((nothing.status, nothing.text.as_str()), (204, ""));
    let older = DecisionRecord {
        reference: Some("late".to_owned()),
        ..decision(&world, 7).await
    };
    record(&world, &[older]).await;
    let news = olivia.get(&tail).await;
    assert_eq!(news.status, 200);
    assert!(
        news.text.contains("evil/miner:late"),
        "also what arrives late"
    );
    let next = news.between("hx-get=\"", "\"").replace("&#38;", "&");
    assert_ne!(next, tail);
    assert_eq!(olivia.get(&next).await.status, 204);
}

#[tokio::test]
async fn decisions_are_taken_along_as_csv_and_as_json_lines() {
    let world = World::new().await;
    let evil = DecisionRecord {
        client: "=HYPERLINK(\"http://evil\")".to_owned(),
        ..decision(&world, 5).await
    };
    record(&world, std::slice::from_ref(&evil)).await;
    let mut olivia = world.signed_in("olivia").await;
    let csv = olivia.get(&format!("{ACTIVITY}/export/csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"acme-decisions.csv\""
    );
    assert!(
        csv.text.contains("\"'=HYPERLINK"),
        "no formula: {}",
        csv.text
    );
    let lines = olivia.get(&format!("{ACTIVITY}/export/jsonl")).await;
    assert_eq!(lines.header("content-type"), "application/jsonl");
    let line: serde_json::Value = serde_json::from_str(lines.text.trim()).unwrap();
    assert_eq!(line["id"], evil.id.to_string());
    assert_eq!(line["repository"], "docker.io/evil/miner");
    assert_eq!(line["outcome"], "denied");
    assert_eq!(
        olivia.get(&format!("{ACTIVITY}/export/xml")).await.status,
        404
    );
}

#[tokio::test]
async fn changes_are_told_with_how_it_was_and_how_it_is() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let fields = [("member", "mia"), ("role", "owner")];
    olivia
        .submit("/orgs/acme/members", "/orgs/acme/members/role", &fields)
        .await;
    let fields = [("name", "builders"), ("description", "<i>Who</i> builds")];
    olivia
        .submit("/orgs/acme/teams", "/orgs/acme/teams", &fields)
        .await;
    let changes = format!("{ACTIVITY}/changes");
    let page = olivia.get(&changes).await;
    for shown in [
        "Member Role Changed",
        "member → owner",
        "Team Created",
        "builders",
    ] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert!(!page.text.contains("<i>"));
    let only = olivia
        .get(&format!("{changes}?action=role_changed&by=olivia"))
        .await;
    assert!(only.text.contains("member → owner") && !only.text.contains("<strong>Team Created"));
    let nobody = olivia.get(&format!("{changes}?by=mia")).await;
    assert!(nobody.text.contains("No change is found"));
    let line = olivia.get(&format!("{changes}?by=command+line")).await;
    assert!(line.text.contains("Organization Created"));

    let number = only.between("<td><a href=\"/orgs/acme/activity/changes/", "\"");
    let one = olivia.get(&format!("{changes}/{number}")).await;
    assert_eq!(one.status, 200);
    for shown in [
        "olivia",
        "id=\"was\">member<",
        "id=\"since\">owner<",
        "org.member.role.change",
    ] {
        assert!(one.text.contains(shown), "{shown}: {}", one.text);
    }
    assert_eq!(olivia.get(&format!("{changes}/999999")).await.status, 404);
    let table = olivia
        .get(&format!("{changes}/export/jsonl?action=role_changed"))
        .await;
    let line: serde_json::Value = serde_json::from_str(table.text.trim()).unwrap();
    assert_eq!(
        (&line["before"], &line["after"]),
        (&"member".into(), &"owner".into())
    );
    // Another organization's change is not told by its number.
    let mut oscar = world.signed_in("oscar").await;
    let elsewhere = oscar
        .get(&format!("/orgs/other/activity/changes/{number}"))
        .await;
    assert_eq!(elsewhere.status, 404);
}

#[tokio::test]
async fn a_search_that_finds_little_ends_and_says_how_far_it_looked() {
    let world = World::new().await;
    let person = decision(&world, 0).await.person.unwrap();
    let mut decisions: Vec<DecisionRecord> = (0..5_100)
        .map(|number| DecisionRecord {
            id: Uuid::now_v7(),
            client: "docker/27.0".to_owned(),
            ..about(person, number)
        })
        .collect();
    decisions[5_050].client = "rare/1".to_owned();
    decisions[5_050].reference = Some("rare".to_owned());
    record(&world, &decisions).await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get(&format!("{ACTIVITY}?client=rare")).await;
    assert!(page.text.contains("Looked back to"), "{}", page.text);
    let (before, _) = page.text.split_once("\" rel=\"next\"").unwrap();
    let href = before
        .rsplit("href=\"")
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let further = olivia.get(&href).await;
    assert!(further.text.contains("evil/miner:rare"), "{}", further.text);
    assert!(!further.text.contains("Looked back to"), "to the end");
}
