//! What members ask for, and what owners answer.

use pullgate_policy::{Covers, Exception, Role};
use pullgate_store::{
    AccessRequest, Action, Actor, Approval, ApprovedFor, Asking, ChangeRecord, Conflict,
    NewRequest, RequestFilter, RequestId, RequestState, StoreError, Window,
};
use rstest::rstest;
use serde_json::json;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, open, org, repository, team, time, user};

const WHOLE: Window = Window {
    offset: 0,
    limit: 1_000,
};

fn by(name: &str) -> Actor {
    Actor::Person(user(name))
}

fn wanted(image: &str, reason: &str) -> NewRequest {
    NewRequest {
        repository: repository(image.split(':').next().unwrap()),
        reference: image.to_owned(),
        reason: reason.to_owned(),
    }
}

fn for_an_hour(home: &Home, covers: ApprovedFor) -> Approval {
    Approval {
        covers,
        ends_at: home.now() + jiff::SignedDuration::from_hours(1),
        answer: String::new(),
    }
}

async fn ask(home: &Home, who: &str, image: &str, reason: &str) -> Result<Asking, StoreError> {
    home.store
        .ask_for_access(&org("acme"), &user(who), wanted(image, reason), &by(who))
        .await
}

async fn asked(home: &Home, who: &str, image: &str) -> RequestId {
    ask(home, who, image, "a test").await.unwrap().id()
}

async fn read(home: &Home, id: RequestId) -> AccessRequest {
    home.store.request(id).await.unwrap().unwrap()
}

async fn approve(home: &Home, id: RequestId, covers: ApprovedFor) -> Result<(), StoreError> {
    let approval = for_an_hour(home, covers);
    home.store
        .approve_request(&org("acme"), id, approval, &olivia())
        .await
}

async fn to_acme(home: &Home, state: Option<RequestState>) -> Vec<AccessRequest> {
    let filter = RequestFilter {
        organization: Some(org("acme")),
        state,
        ..RequestFilter::default()
    };
    home.store.requests(&filter, WHOLE).await.unwrap().entries
}

/// The exceptions that acme's policy is made of.
async fn in_force(home: &Home) -> Vec<Exception> {
    let mut snapshot = home.store.load().await.unwrap();
    snapshot.organizations.remove(0).policy.unwrap().exceptions
}

async fn last_change(home: &Home) -> ChangeRecord {
    home.store.changes(None, None, 1).await.unwrap().remove(0)
}

async fn with_max(on: Backend) -> Home {
    let home = Home::with_acme(on).await;
    home.person("max").await;
    home.store
        .set_member(&org("acme"), &user("max"), Role::Member, &olivia())
        .await
        .unwrap();
    home
}

#[rstest]
#[tokio::test]
async fn what_is_asked_is_approved_as_one_change(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let reason = "malware analysis,\n\t\"ticket\" 4711: näher ansehen 🔎";
    let asking = ask(&home, "mia", "docker.io/evil/miner:1.0", reason)
        .await
        .unwrap();
    let id = asking.id();
    assert_eq!(asking, Asking::Made(id));
    let request = read(&home, id).await;
    assert_eq!(request.state, RequestState::Open);
    assert_eq!(request.closed, None);
    assert_eq!(request.username, user("mia"));
    assert_eq!(request.repository, repository("docker.io/evil/miner"));
    let first = &request.asked[0];
    assert_eq!(first.reference, "docker.io/evil/miner:1.0");
    assert_eq!((first.reason.as_str(), first.at), (reason, home.now()));
    let change = last_change(&home).await;
    assert_eq!(
        (change.action, change.actor),
        (Action::RequestMade, by("mia"))
    );
    assert_eq!(change.after.unwrap()["reason"], reason);
    assert_eq!(in_force(&home).await, []);

    home.wait(60);
    let generation = home.store.generation().await.unwrap();
    approve(&home, id, ApprovedFor::WhoAsked).await.unwrap();
    assert_eq!(home.store.generation().await.unwrap(), generation + 1);
    let [exception] = &in_force(&home).await[..] else {
        panic!("one exception");
    };
    assert_eq!(exception.covers, Covers::Person(user("mia")));
    assert_eq!(exception.repository, repository("docker.io/evil/miner"));
    assert_eq!(exception.ends_at, time("2026-11-01T13:01:00Z"));
    let request = read(&home, id).await;
    assert_eq!(request.state, RequestState::Approved);
    let closed = request.closed.unwrap();
    assert_eq!((closed.by, closed.at), (olivia(), home.now()));
    let became = closed.became.unwrap();
    assert_eq!(became.covers, exception.covers);
    assert_eq!(became.ends_at, exception.ends_at);
    let record = home.store.exception(&org("acme"), became.exception).await;
    let record = record.unwrap().unwrap();
    assert_eq!(record.made_by, olivia());
    assert_eq!(record.reason, reason, "the owner has given none");
    let change = last_change(&home).await;
    assert_eq!(change.action, Action::RequestApproved);
    assert_eq!(change.subject, "docker.io/evil/miner");
    let after = change.after.unwrap();
    assert_eq!(after["id"], id.to_string());
    assert_eq!(after["person"], "mia");
    assert_eq!(after["exception"]["id"], became.exception.to_string());

    // The exception ends by itself, and the request says when.
    home.wait(3_600);
    assert_eq!(in_force(&home).await, []);
    assert_eq!(read(&home, id).await.state, RequestState::Approved);
}

#[rstest]
#[tokio::test]
async fn asking_again_adds_and_does_not_multiply(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let id = ask(&home, "mia", "docker.io/evil/miner:1.0", "a test")
        .await
        .unwrap()
        .id();
    home.wait(60);
    let generation = home.store.generation().await.unwrap();
    let same = ask(&home, "mia", "docker.io/evil/miner:1.0", "a test").await;
    assert_eq!(same.unwrap(), Asking::SaidBefore(id));
    assert_eq!(home.store.generation().await.unwrap(), generation);
    let again = ask(&home, "mia", "docker.io/evil/miner:2.0", "a test").await;
    assert_eq!(again.unwrap(), Asking::Repeated(id));
    assert_eq!(last_change(&home).await.action, Action::RequestRepeated);
    let request = read(&home, id).await;
    let references: Vec<_> = request
        .asked
        .iter()
        .map(|it| it.reference.as_str())
        .collect();
    assert_eq!(
        references,
        ["docker.io/evil/miner:1.0", "docker.io/evil/miner:2.0"]
    );
    assert!(request.asked[0].at < request.asked[1].at);
    assert_eq!(to_acme(&home, None).await.len(), 1);

    for number in 2..10 {
        let reason = format!("reason {number}");
        ask(&home, "mia", "docker.io/evil/miner", &reason)
            .await
            .unwrap();
    }
    let error = ask(&home, "mia", "docker.io/evil/miner", "please")
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::AskedTooOften { most: 10 })
    ));
    // What is closed is asked anew.
    home.store
        .decline_request(&org("acme"), id, "no", &olivia())
        .await
        .unwrap();
    let anew = ask(&home, "mia", "docker.io/evil/miner", "please")
        .await
        .unwrap();
    assert!(matches!(anew, Asking::Made(new) if new != id), "{anew:?}");
}

#[rstest]
#[tokio::test]
async fn one_persons_requests_do_not_drown_the_others(#[values(Sqlite, Postgres)] on: Backend) {
    let home = with_max(on).await;
    let mut last = None;
    for number in 0..20 {
        last = Some(asked(&home, "mia", &format!("docker.io/evil/number-{number}")).await);
    }
    let error = ask(&home, "mia", "docker.io/evil/more", "a test")
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::TooManyRequests { most: 20 })
    ));
    // Adding to what is open is still possible, and so is asking for others.
    ask(&home, "mia", "docker.io/evil/number-3", "urgent")
        .await
        .unwrap();
    asked(&home, "max", "docker.io/evil/more").await;
    home.store
        .withdraw_request(&org("acme"), last.unwrap(), &by("mia"))
        .await
        .unwrap();
    asked(&home, "mia", "docker.io/evil/more").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_answer_at_once_one_wins_and_the_other_is_told(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, other) = (org("acme"), open(&home.address).await);
    for round in 0..10 {
        let id = asked(&home, "mia", &format!("docker.io/evil/round-{round}")).await;
        let before = home.store.generation().await.unwrap();
        let approval = for_an_hour(&home, ApprovedFor::WhoAsked);
        let approver = by("owen");
        let (approved, declined) = tokio::join!(
            home.store.approve_request(&acme, id, approval, &approver),
            other.decline_request(&acme, id, "no", &Actor::CommandLine),
        );
        let request = read(&home, id).await;
        let loser = match (approved, declined) {
            (Ok(()), Err(error)) => {
                assert_eq!(request.state, RequestState::Approved);
                assert_eq!(
                    error.to_string(),
                    "this request was approved already, by owen; nothing was changed"
                );
                error
            }
            (Err(error), Ok(())) => {
                assert_eq!(request.state, RequestState::Declined);
                assert_eq!(
                    error.to_string(),
                    "this request was declined already, by command line; nothing was changed"
                );
                error
            }
            both => panic!("{both:?}"),
        };
        assert!(matches!(
            loser,
            StoreError::Conflict(Conflict::RequestClosed { .. })
        ));
        let made = home.store.exceptions(&acme).await.unwrap();
        let made = made
            .iter()
            .filter(|it| it.exception.repository == request.repository);
        let expected = usize::from(request.state == RequestState::Approved);
        assert_eq!(made.count(), expected);
        assert_eq!(home.store.generation().await.unwrap(), before + 1);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_twice_at_once_has_one_request(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, mia, other) = (org("acme"), user("mia"), open(&home.address).await);
    for round in 0..10 {
        let image = format!("docker.io/evil/round-{round}");
        let actor = by("mia");
        let (one, two) = tokio::join!(
            home.store
                .ask_for_access(&acme, &mia, wanted(&image, "one"), &actor),
            other.ask_for_access(&acme, &mia, wanted(&image, "two"), &actor),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.id(), two.id());
        assert_eq!(read(&home, one.id()).await.asked.len(), 2);
        home.store
            .withdraw_request(&acme, one.id(), &actor)
            .await
            .unwrap();
    }
    assert_eq!(to_acme(&home, Some(RequestState::Open)).await, []);
}

#[rstest]
#[tokio::test]
async fn an_approval_for_a_team_is_for_one_that_who_asks_is_in(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = with_max(on).await;
    let (acme, data) = (org("acme"), team("data"));
    let mias = asked(&home, "mia", "docker.io/evil/miner").await;
    let maxs = asked(&home, "max", "docker.io/evil/miner").await;
    let else_asked = asked(&home, "mia", "docker.io/evil/other").await;
    let for_data = || ApprovedFor::Team(data.clone());
    let error = approve(&home, mias, for_data()).await.unwrap_err();
    assert!(
        matches!(error, StoreError::NotFound { what: "team", .. }),
        "{error}"
    );
    home.store
        .create_team(&acme, &data, &olivia())
        .await
        .unwrap();
    let error = approve(&home, mias, for_data()).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::NotInTeam { .. })),
        "{error}"
    );
    assert_eq!(in_force(&home).await, [], "what failed has made nothing");
    assert_eq!(read(&home, mias).await.state, RequestState::Open);
    home.store
        .add_team_member(&acme, &data, &user("mia"), &olivia())
        .await
        .unwrap();
    approve(&home, mias, for_data()).await.unwrap();
    assert_eq!(in_force(&home).await[0].covers, Covers::Team(data.clone()));
    assert_eq!(read(&home, mias).await.state, RequestState::Approved);
    assert_eq!(
        read(&home, maxs).await.state,
        RequestState::Open,
        "not in data"
    );
    assert_eq!(read(&home, else_asked).await.state, RequestState::Open);
}

#[rstest]
#[tokio::test]
async fn what_is_allowed_to_all_answers_all_who_asked(#[values(Sqlite, Postgres)] on: Backend) {
    let home = with_max(on).await;
    home.found("umbrella", "mia").await;
    let mias = asked(&home, "mia", "docker.io/evil/miner").await;
    let maxs = asked(&home, "max", "docker.io/evil/miner").await;
    let umbrellas = home
        .store
        .ask_for_access(
            &org("umbrella"),
            &user("mia"),
            wanted("docker.io/evil/miner", "a test"),
            &by("mia"),
        )
        .await
        .unwrap()
        .id();
    approve(&home, maxs, ApprovedFor::Organization)
        .await
        .unwrap();
    let one = read(&home, mias).await.closed.unwrap().became;
    assert!(one.is_some());
    assert_eq!(read(&home, maxs).await.closed.unwrap().became, one);
    assert_eq!(in_force(&home).await.len(), 1);
    assert_eq!(read(&home, umbrellas).await.state, RequestState::Open);
    let after = last_change(&home).await.after.unwrap();
    assert_eq!(after["requests"], json!([mias, maxs]));
}

#[rstest]
#[tokio::test]
async fn who_leaves_asks_for_nothing_any_more(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, mia) = (org("acme"), user("mia"));
    let id = asked(&home, "mia", "docker.io/evil/miner").await;
    home.store
        .remove_member(&acme, &mia, &olivia())
        .await
        .unwrap();
    assert_eq!(last_change(&home).await.before.unwrap()["requests"], 1);
    let request = read(&home, id).await;
    assert_eq!(request.state, RequestState::Withdrawn);
    assert_eq!(request.closed.unwrap().by, olivia());
    let error = approve(&home, id, ApprovedFor::Organization)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    let error = ask(&home, "mia", "docker.io/evil/miner", "x")
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::NotFound { what: "member", .. }),
        "{error}"
    );
}

#[rstest]
#[tokio::test]
async fn only_the_organization_that_was_asked_answers(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    let id = asked(&home, "mia", "docker.io/evil/miner").await;
    let (umbrella, store) = (org("umbrella"), &home.store);
    let approval = for_an_hour(&home, ApprovedFor::Organization);
    for refused in [
        store
            .approve_request(&umbrella, id, approval, &by("mia"))
            .await,
        store.decline_request(&umbrella, id, "no", &by("mia")).await,
        store.withdraw_request(&umbrella, id, &by("mia")).await,
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    }
    assert_eq!(read(&home, id).await.state, RequestState::Open);
}

#[rstest]
#[tokio::test]
async fn texts_that_cannot_be_kept_are_refused(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let long = "ä".repeat(1_001);
    for reason in ["a\0b", "\u{1b}[2J", &long] {
        let error = ask(&home, "mia", "docker.io/evil/miner", reason)
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Text { .. }), "{error}");
    }
    let longest = "ä".repeat(1_000);
    let id = ask(&home, "mia", "docker.io/evil/miner", &longest)
        .await
        .unwrap()
        .id();
    assert_eq!(read(&home, id).await.asked[0].reason, longest);
    let (acme, olivia) = (org("acme"), olivia());
    for answer in ["a\0b", &long] {
        let declined = home.store.decline_request(&acme, id, answer, &olivia);
        assert!(matches!(declined.await, Err(StoreError::Text { .. })));
        let approval = Approval {
            answer: answer.to_owned(),
            ..for_an_hour(&home, ApprovedFor::WhoAsked)
        };
        let approved = home.store.approve_request(&acme, id, approval, &olivia);
        assert!(matches!(approved.await, Err(StoreError::Text { .. })));
    }
}

#[rstest]
#[tokio::test]
async fn open_requests_come_first_then_the_newest(#[values(Sqlite, Postgres)] on: Backend) {
    let home = with_max(on).await;
    let mut ids = Vec::new();
    for (number, who) in ["mia", "max", "mia", "max", "mia"].into_iter().enumerate() {
        ids.push(asked(&home, who, &format!("docker.io/evil/number-{number}")).await);
    }
    for (id, answer) in [(ids[1], "no"), (ids[4], "never")] {
        home.store
            .decline_request(&org("acme"), id, answer, &olivia())
            .await
            .unwrap();
    }
    let order = [ids[3], ids[2], ids[0], ids[4], ids[1]];
    let listed: Vec<_> = to_acme(&home, None).await.iter().map(|it| it.id).collect();
    assert_eq!(listed, order);
    let mias = RequestFilter {
        person: Some(read(&home, ids[0]).await.person),
        ..RequestFilter::default()
    };
    let window = Window {
        offset: 1,
        limit: 1,
    };
    let part = home.store.requests(&mias, window).await.unwrap();
    assert_eq!((part.count, part.entries.len()), (3, 1));
    assert_eq!(part.entries[0].id, ids[0]);
    let miner = RequestFilter {
        repository: Some(repository("docker.io/evil/number-2")),
        ..mias
    };
    let part = home.store.requests(&miner, WHOLE).await.unwrap();
    assert_eq!((part.count, part.entries[0].id), (1, ids[2]));
    let open = async |name| home.store.count_open_requests(&org(name)).await.unwrap();
    assert_eq!((open("acme").await, open("umbrella").await), (3, 0));
    let declined = to_acme(&home, Some(RequestState::Declined)).await;
    assert_eq!(declined.len(), 2);
    assert_eq!(declined[0].closed.as_ref().unwrap().answer, "never");
}
