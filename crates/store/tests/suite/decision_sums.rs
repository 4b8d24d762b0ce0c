//! Sums of decisions, beside the decisions themselves.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use pullgate_policy::{Badge, Category, Outcome};
use pullgate_store::{Day, DecisionFilter, DecisionRecord, RecordedQuestion, RepositoryUse, Store};
use rstest::rstest;

use crate::decisions::decision;
use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, org, repository, time};

const START: &str = "2026-11-01T00:00:00Z";

/// Decisions every seven hours for ten days, about three images, by two people
/// and a machine, one of them of another organization.
fn ten_days() -> Vec<DecisionRecord> {
    let images = ["nginx", "evil/miner", "bitnami/redis"];
    let outcomes = [Outcome::Allowed, Outcome::Denied, Outcome::Monitored];
    (0..34)
        .map(|number: usize| {
            let mut one = decision(images[number % 3], outcomes[number % 2 + number % 5 / 4]);
            let hours = i64::try_from(number).unwrap() * 7;
            one.at = time(START) + SignedDuration::from_hours(hours);
            one.count = 1 + u32::try_from(number % 3).unwrap();
            one.badge = if number.is_multiple_of(4) {
                Badge::Unknown
            } else {
                Badge::None
            };
            if number.is_multiple_of(5) {
                one.person = None;
                "token:acme/ci".clone_into(&mut one.subject);
            }
            if number.is_multiple_of(11) {
                one.organization = Some(org("umbrella"));
            }
            one
        })
        .collect()
}

type Key = (String, String, &'static str);

async fn asked(
    store: &Store,
    since: Timestamp,
    until: Option<Timestamp>,
) -> BTreeMap<Key, RecordedQuestion> {
    let mut found: BTreeMap<Key, RecordedQuestion> = BTreeMap::new();
    store
        .recorded_questions(&org("acme"), since, until, |question| {
            let key = (
                question.repository.to_string(),
                question.subject.clone(),
                question.badge.as_str(),
            );
            let Some(before) = found.get_mut(&key) else {
                found.insert(key, question);
                return;
            };
            before.allowed += question.allowed;
            before.monitored += question.monitored;
            before.denied += question.denied;
            before.last_at = before.last_at.max(question.last_at);
        })
        .await
        .unwrap();
    found
}

/// The same, decision by decision.
fn counted(
    all: &[DecisionRecord],
    since: Timestamp,
    until: Timestamp,
) -> BTreeMap<Key, RecordedQuestion> {
    let mut found: BTreeMap<Key, RecordedQuestion> = BTreeMap::new();
    let acmes = |one: &&DecisionRecord| {
        one.organization == Some(org("acme")) && since <= one.at && one.at < until
    };
    for one in all.iter().filter(acmes) {
        let key = (
            one.repository.to_string(),
            one.subject.clone(),
            one.badge.as_str(),
        );
        let question = found.entry(key).or_insert_with(|| RecordedQuestion {
            subject: one.subject.clone(),
            person: one.person,
            repository: one.repository.clone(),
            badge: one.badge,
            allowed: 0,
            monitored: 0,
            denied: 0,
            last_at: one.at,
        });
        question.last_at = question.last_at.max(one.at);
        *match one.outcome {
            Outcome::Allowed => &mut question.allowed,
            Outcome::Monitored => &mut question.monitored,
            Outcome::Denied => &mut question.denied,
        } += u64::from(one.count);
    }
    found
}

#[rstest]
#[tokio::test]
async fn how_often_a_repository_was_asked_for_is_that_of_its_decisions(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::on(on).await;
    let all = ten_days();
    home.store.record_decisions(&all).await.unwrap();
    let (first, last) = (date(2026, 11, 2), date(2026, 11, 8));
    let miner = repository("docker.io/evil/miner");
    let acme = org("acme");
    let used = home
        .store
        .repository_use(&acme, &miner, first.into(), last.into())
        .await
        .unwrap();
    let of = all.iter().filter(|one| {
        let day = Day::of(one.at);
        one.organization == Some(org("acme"))
            && one.repository == miner
            && Day::from(first) <= day
            && day <= Day::from(last)
    });
    let of: Vec<_> = of.collect();
    let count = |outcome| {
        let like = of.iter().filter(|one| one.outcome == outcome);
        like.map(|one| u64::from(one.count)).sum::<u64>()
    };
    let subjects: std::collections::BTreeSet<_> = of.iter().map(|one| &one.subject).collect();
    assert!(
        of.len() > 3 && subjects.len() > 1,
        "there is something to sum"
    );
    let expected = RepositoryUse {
        allowed: count(Outcome::Allowed),
        monitored: count(Outcome::Monitored),
        denied: count(Outcome::Denied),
        subjects: subjects.len() as u64,
        last_at: of.iter().map(|one| one.at).max(),
    };
    assert_eq!(used, expected);
    let never = repository("docker.io/evil/other");
    let used = home
        .store
        .repository_use(&org("acme"), &never, first.into(), last.into())
        .await
        .unwrap();
    assert_eq!(used, RepositoryUse::default());
}

#[rstest]
#[tokio::test]
async fn questions_are_those_of_the_decisions_wherever_a_period_begins(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::on(on).await;
    let all = ten_days();
    for batch in all.chunks(5) {
        home.store.record_decisions(batch).await.unwrap();
    }
    let start = time(START);
    let at = |hours| start + SignedDuration::from_hours(hours);
    let mut seen = 0;
    for (since, until) in [
        (0, 240),
        (24, 72),
        (1, 239),
        (7, 14),
        (25, 47),
        (23, 49),
        (48, 48),
        (-500, 500),
    ] {
        let expected = counted(&all, at(since), at(until));
        seen += expected.len();
        let found = asked(&home.store, at(since), Some(at(until))).await;
        assert_eq!(found, expected, "{since} to {until}");
        let found = asked(&home.store, at(since), None).await;
        assert_eq!(
            found,
            counted(&all, at(since), at(1_000)),
            "{since} to the end"
        );
    }
    assert!(seen > 30, "{seen}");
}

#[rstest]
#[tokio::test]
async fn what_is_recorded_twice_counts_once(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut all = ten_days();
    home.store.record_decisions(&all[..20]).await.unwrap();
    // As when an answer of the database was lost: some anew, one of them twice.
    let mut again = all[10..].to_vec();
    again.push(all[33].clone());
    home.store.record_decisions(&again).await.unwrap();
    let begin = time(START);
    assert_eq!(
        asked(&home.store, begin, None).await,
        counted(&all, begin, Timestamp::MAX)
    );
    // What comes late, from a spool, is of its day.
    let mut late = all[3].clone();
    late.id = uuid::Uuid::now_v7();
    home.store
        .record_decisions(std::slice::from_ref(&late))
        .await
        .unwrap();
    all.push(late);
    assert_eq!(
        asked(&home.store, begin, None).await,
        counted(&all, begin, Timestamp::MAX)
    );
}

/// As several servers on one database, whose people pull the same images.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_many_write_at_the_same_moment_is_all_there(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..6 {
        let store = crate::home::open(&home.address).await;
        tasks.spawn(async move {
            for turn in 0..10 {
                let mut batch = ten_days();
                if (writer + turn) % 2 == 0 {
                    batch.reverse();
                }
                store.record_decisions(&batch).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let all: Vec<_> = (0..60).flat_map(|_| ten_days()).collect();
    let begin = time(START);
    assert_eq!(
        asked(&home.store, begin, None).await,
        counted(&all, begin, Timestamp::MAX)
    );
}

#[rstest]
#[tokio::test]
async fn an_overview_is_of_one_organization_and_its_days(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut all = ten_days();
    // Denied more often than anything else, on the second day.
    let mut worst = decision("evil/worst", Outcome::Denied);
    worst.at = time("2026-11-02T10:00:00Z");
    worst.count = 100;
    all.push(worst);
    home.store.record_decisions(&all).await.unwrap();
    let (first, last) = (Day::from(date(2026, 11, 2)), Day::from(date(2026, 11, 4)));
    let found = home
        .store
        .decision_totals(&org("acme"), first, last, 2)
        .await
        .unwrap();
    let mut expected: BTreeMap<(Day, &str), u64> = BTreeMap::new();
    for one in &all {
        let day = Day::of(one.at);
        if one.organization == Some(org("acme")) && (first..=last).contains(&day) {
            *expected.entry((day, one.outcome.as_str())).or_default() += u64::from(one.count);
        }
    }
    let told: BTreeMap<_, _> = found
        .totals
        .iter()
        .map(|total| {
            assert_eq!(total.category, Category::Community);
            ((total.day, total.outcome.as_str()), total.decisions)
        })
        .collect();
    assert_eq!(told, expected);
    assert!(expected.len() > 5, "{expected:?}");
    assert_eq!(found.denied.len(), 2);
    assert_eq!(found.denied[0].repository.as_str(), "docker.io/evil/worst");
    assert_eq!(found.denied[0].decisions, 100);
    assert_eq!(found.denied[0].last_at, time("2026-11-02T10:00:00Z"));
    assert!(!found.monitored.is_empty());
    let none = home
        .store
        .decision_totals(&org("nobody"), first, last, 2)
        .await;
    assert!(none.unwrap().totals.is_empty());
}

#[rstest]
#[tokio::test]
async fn the_oldest_are_forgotten_a_few_at_a_time(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let all = ten_days();
    home.store.record_decisions(&all).await.unwrap();
    let end = time("2026-11-04T12:00:00Z");
    let mut calls = 0;
    while home.store.forget_decisions(end, 3).await.unwrap() == 3 {
        calls += 1;
        assert!(calls < 100, "it comes to an end");
    }
    assert!(calls > 5, "few at a time: {calls}");
    let kept = home
        .store
        .decisions(&DecisionFilter::default())
        .await
        .unwrap();
    assert!(kept.iter().all(|one| one.at >= end));
    let young = all.iter().filter(|one| one.at >= end).count();
    assert_eq!(kept.len(), young);
    let day = Day::of(end);
    let questions = asked(&home.store, time(START), None).await;
    assert_eq!(
        questions,
        counted(&all, time("2026-11-04T00:00:00Z"), Timestamp::MAX),
        "the sums of the day on which it ends stay"
    );
    let totals = home
        .store
        .decision_totals(&org("acme"), day.minus(30), day.minus(1), 5)
        .await
        .unwrap();
    assert_eq!((totals.totals.len(), totals.denied.len()), (0, 0));
    let totals = home
        .store
        .decision_totals(&org("acme"), day, day.next(), 5)
        .await;
    assert!(!totals.unwrap().totals.is_empty());
}

/// What the migration does with decisions that are older than the sums.
#[rstest]
#[tokio::test]
async fn decisions_of_before_are_in_the_sums_too(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let all = ten_days();
    home.store.record_decisions(&all).await.unwrap();
    let begin = time(START);
    let (first, last) = (Day::of(begin), Day::of(begin).next());
    let before = asked(&home.store, begin, None).await;
    let acme = org("acme");
    let totals = home.store.decision_totals(&acme, first, last, 5).await;
    for table in ["question_days", "decision_questions", "decision_totals"] {
        home.meddle(&format!("DELETE FROM {table}")).await;
    }
    // One version made the sums, a later one put their questions apart.
    let sums = include_str!("../../migrations/0005_decision_days.sql");
    let numbers = include_str!("../../migrations/0013_questions.sql");
    let statement = |text: &'static str, begin: &str| {
        let found = text
            .split(';')
            .find_map(|one| Some(&one[one.find(begin)?..]));
        found.unwrap_or_else(|| panic!("{begin}"))
    };
    for statement in [
        statement(sums, "CREATE TABLE decision_days"),
        statement(sums, "INSERT INTO decision_days"),
        statement(sums, "INSERT INTO decision_totals"),
        statement(numbers, "INSERT INTO decision_questions"),
        statement(numbers, "INSERT INTO question_days"),
        statement(numbers, "DROP TABLE decision_days"),
    ] {
        home.meddle(statement).await;
    }
    assert_eq!(asked(&home.store, begin, None).await, before);
    assert_eq!(
        home.store
            .decision_totals(&acme, first, last, 5)
            .await
            .unwrap(),
        totals.unwrap()
    );
}
