use jiff::{SignedDuration, Timestamp};
use pullgate_policy::{Badge, Category, Outcome, Rule};
use pullgate_store::{DecisionCursor, DecisionFilter, DecisionRecord, Store};
use rstest::rstest;
use uuid::Uuid;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, repository, team, time, user};

pub(crate) fn decision(image: &str, outcome: Outcome) -> DecisionRecord {
    DecisionRecord {
        id: Uuid::now_v7(),
        at: time("2026-11-01T12:00:00Z"),
        count: 1,
        subject: "person:mia".to_owned(),
        person: Some(Uuid::nil().into()),
        organization: Some(org("acme")),
        client: "docker/27.0 go/go1.22".to_owned(),
        address: "192.0.2.7".to_owned(),
        action: "manifest".to_owned(),
        repository: repository(image),
        reference: Some("latest".to_owned()),
        digest: None,
        category: Category::Community,
        badge: Badge::Unknown,
        rule: Rule::Community,
        outcome,
        team: None,
    }
}

fn after(seconds: i64, image: &str, outcome: Outcome) -> DecisionRecord {
    let mut later = decision(image, outcome);
    later.at += SignedDuration::from_secs(seconds);
    later
}

async fn found(store: &Store, filter: DecisionFilter) -> Vec<Timestamp> {
    let found = store.decisions(&filter).await.unwrap();
    found.into_iter().map(|decision| decision.at).collect()
}

#[rstest]
#[tokio::test]
async fn what_was_recorded_is_read_again(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut stranger = decision("evil/miner", Outcome::Denied);
    stranger.person = None;
    stranger.organization = None;
    stranger.rule = Rule::NotSignedIn;
    stranger.count = u32::MAX;
    stranger.digest = Some(format!("sha256:{}", "a".repeat(64)));
    stranger.team = Some("data".parse().unwrap());
    home.store
        .record_decisions(std::slice::from_ref(&stranger))
        .await
        .unwrap();
    let all = home.store.decisions(&DecisionFilter::default()).await;
    assert_eq!(all.unwrap(), [stranger]);
}

#[rstest]
#[tokio::test]
async fn recording_twice_records_once(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let batch: Vec<_> = (0..250)
        .map(|second| after(second, "nginx", Outcome::Allowed))
        .collect();
    home.store.record_decisions(&batch[..150]).await.unwrap();
    home.store.record_decisions(&batch).await.unwrap();
    home.store.record_decisions(&[]).await.unwrap();
    let all = DecisionFilter {
        limit: 1_000,
        ..DecisionFilter::default()
    };
    let mut kept = home.store.decisions(&all).await.unwrap();
    kept.reverse();
    assert_eq!(kept, batch);
}

#[rstest]
#[tokio::test]
async fn a_record_is_not_lost_for_what_a_client_sends(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut odd = decision("nginx", Outcome::Allowed);
    odd.client = format!("evil\0\r\nclient{}", "é".repeat(1_000));
    odd.reference = Some("x\0y".to_owned());
    home.store.record_decisions(&[odd]).await.unwrap();
    let all = home.store.decisions(&DecisionFilter::default()).await;
    let kept = all.unwrap().remove(0);
    assert!(
        kept.client
            .starts_with("evil\u{fffd}\u{fffd}\u{fffd}client")
    );
    assert_eq!(kept.client.chars().count(), 200);
    assert_eq!(kept.reference.unwrap(), "x\u{fffd}y");
}

#[rstest]
#[tokio::test]
async fn an_owner_searches(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let start = time("2026-11-01T12:00:00Z");
    let at = |seconds| start + SignedDuration::from_secs(seconds);
    let mut foreign = after(4, "nginx", Outcome::Denied);
    foreign.organization = Some(org("umbrella"));
    foreign.person = None;
    let mut batch = [
        after(1, "nginx", Outcome::Allowed),
        after(2, "evil/miner", Outcome::Denied),
        after(3, "evil/miner", Outcome::Monitored),
        foreign,
    ];
    batch[0].rule = Rule::Official;
    batch[1].client = r"dock_r/27% \o/".to_owned();
    batch[2].action = "blob".to_owned();
    home.store.record_decisions(&batch).await.unwrap();
    let any = DecisionFilter::default;
    let acmes = DecisionFilter {
        organization: Some(org("acme")),
        ..any()
    };
    let cases = [
        (any(), vec![4, 3, 2, 1]),
        (acmes.clone(), vec![3, 2, 1]),
        (
            DecisionFilter {
                repository: Some(repository("docker.io/library/nginx")),
                ..any()
            },
            vec![4, 1],
        ),
        (
            DecisionFilter {
                person: batch[0].person,
                outcome: Some(Outcome::Denied),
                ..any()
            },
            vec![2],
        ),
        (
            DecisionFilter {
                outcome: Some(Outcome::Monitored),
                ..acmes.clone()
            },
            vec![3],
        ),
        (
            DecisionFilter {
                since: Some(at(2)),
                until: Some(at(4)),
                ..any()
            },
            vec![3, 2],
        ),
        (
            DecisionFilter {
                before: Some(batch[2].cursor()),
                limit: 1,
                ..acmes.clone()
            },
            vec![2],
        ),
        (
            DecisionFilter {
                client: Some("OCK_R/27%".to_owned()),
                ..acmes.clone()
            },
            vec![2],
        ),
        (
            DecisionFilter {
                rule: Some(Rule::Official),
                ..acmes.clone()
            },
            vec![1],
        ),
        (
            DecisionFilter {
                category: Some(Category::Community),
                action: Some("blob".to_owned()),
                ..acmes
            },
            vec![3],
        ),
    ];
    for (filter, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(at).collect();
        assert_eq!(
            found(&home.store, filter.clone()).await,
            expected,
            "{filter:?}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn pages_leave_nothing_out_within_one_moment(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let batch: Vec<_> = (0..25)
        .map(|_| decision("nginx", Outcome::Allowed))
        .collect();
    home.store.record_decisions(&batch).await.unwrap();
    let mut filter = DecisionFilter {
        limit: 10,
        ..DecisionFilter::default()
    };
    let mut ids = Vec::new();
    loop {
        let page = home.store.decisions(&filter).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some(last.cursor());
        ids.extend(page.iter().map(|decision| decision.id));
    }
    let mut all: Vec<_> = batch.iter().map(|decision| decision.id).collect();
    all.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(ids, all);
}

#[rstest]
#[tokio::test]
async fn a_team_is_those_who_are_in_it_now(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let store = &home.store;
    store
        .create_team(&org("acme"), &team("data"), &olivia())
        .await
        .unwrap();
    store
        .add_team_member(&org("acme"), &team("data"), &user("mia"), &olivia())
        .await
        .unwrap();
    let mut batch = [
        after(1, "nginx", Outcome::Allowed),
        after(2, "nginx", Outcome::Allowed),
    ];
    for (one, name) in batch.iter_mut().zip(["olivia", "mia"]) {
        one.person = Some(store.person(&user(name)).await.unwrap().unwrap().id);
    }
    store.record_decisions(&batch).await.unwrap();
    for (name, expected) in [
        ("owners", vec![batch[0].at]),
        ("data", vec![batch[1].at]),
        ("nobody", vec![]),
    ] {
        let filter = DecisionFilter {
            organization: Some(org("acme")),
            team: Some(team(name)),
            ..DecisionFilter::default()
        };
        assert_eq!(found(store, filter).await, expected, "{name}");
    }
}

#[rstest]
#[tokio::test]
async fn an_id_of_another_organization_is_none(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let one = decision("nginx", Outcome::Allowed);
    home.store
        .record_decisions(std::slice::from_ref(&one))
        .await
        .unwrap();
    let of = async |name| home.store.decision(&org(name), one.id).await.unwrap();
    assert_eq!(of("acme").await.as_ref(), Some(&one));
    assert_eq!(of("umbrella").await, None);
}

#[test]
fn a_cursor_is_read_as_it_is_written() {
    let cursor = decision("nginx", Outcome::Allowed).cursor();
    let text = cursor.to_string();
    assert_eq!(text.parse::<DecisionCursor>().unwrap(), cursor);
    for bad in ["", "1", "x.y", &text[1..20], &format!("{text}0")] {
        assert!(bad.parse::<DecisionCursor>().is_err(), "{bad}");
    }
}

#[test]
fn a_record_survives_a_file() {
    let record = decision("evil/miner", Outcome::Denied);
    let line = serde_json::to_string(&record).unwrap();
    assert!(line.contains(r#""repository":"docker.io/evil/miner""#));
    assert_eq!(
        serde_json::from_str::<DecisionRecord>(&line).unwrap(),
        record
    );
}

#[rstest]
#[tokio::test]
async fn a_search_looks_at_so_many_and_says_where_it_ended(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let mut made: Vec<_> = (0..40)
        .map(|second| after(second, "nginx", Outcome::Allowed))
        .collect();
    for (place, client) in [(3, "Rare/1"), (17, "rare/2"), (38, "rare/3")] {
        made[place].client = client.to_owned();
    }
    // Several of the same moment, of which the search ends within.
    for place in 10..=14 {
        made[place].at = made[14].at;
    }
    made[20].outcome = Outcome::Denied;
    home.store.record_decisions(&made).await.unwrap();
    let rare = |before: Option<DecisionCursor>| DecisionFilter {
        organization: Some(org("acme")),
        client: Some("RARE".to_owned()),
        before,
        limit: 10,
        ..DecisionFilter::default()
    };
    let mut clients = Vec::new();
    let (mut cursor, mut rounds) = (None, 0);
    loop {
        let found = home.store.look_for_decisions(&rare(cursor), 12).await;
        let found = found.unwrap();
        clients.extend(found.decisions.into_iter().map(|one| one.client));
        rounds += 1;
        cursor = found.looked_to;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(clients, ["rare/3", "rare/2", "Rare/1"]);
    assert_eq!(rounds, 4, "forty are looked at in twelves");

    // What an index leads to is not counted: the one denied is found at once.
    let denied = DecisionFilter {
        outcome: Some(Outcome::Denied),
        ..rare(None)
    };
    let found = home.store.look_for_decisions(&denied, 12).await.unwrap();
    assert_eq!((found.decisions.len(), found.looked_to), (0, None));
    // A full page is no end of a search.
    let all = DecisionFilter {
        client: None,
        ..rare(None)
    };
    let found = home.store.look_for_decisions(&all, 12).await.unwrap();
    assert_eq!((found.decisions.len(), found.looked_to), (10, None));
}
