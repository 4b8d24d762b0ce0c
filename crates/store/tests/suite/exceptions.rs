use pullgate_policy::{Covers, Role};
use pullgate_store::{
    ExceptionFilter, ExceptionId, ExceptionState, NewException, StoreError, Window,
};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, repository, team, time, user};

fn until_new_year(covers: Covers) -> NewException {
    NewException {
        repository: repository("docker.io/evil/miner"),
        covers,
        ends_at: time("2027-01-01T00:00:00Z"),
        reason: "an investigation".to_owned(),
    }
}

async fn add(home: &Home, covers: Covers) -> Result<ExceptionId, StoreError> {
    home.store
        .add_exception(&org("acme"), until_new_year(covers), &olivia())
        .await
}

#[rstest]
#[tokio::test]
async fn an_exception_says_who_made_it_and_why(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let id = add(&home, Covers::Person(user("mia"))).await.unwrap();
    let all = home.store.exceptions(&org("acme")).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].id, id);
    assert_eq!(all[0].exception.covers, Covers::Person(user("mia")));
    assert_eq!(all[0].reason, "an investigation");
    assert_eq!(all[0].made_by, olivia());
    assert_eq!(all[0].made_at, home.now());
}

#[rstest]
#[tokio::test]
async fn it_is_made_for_who_is_there(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.person("max").await;
    for covers in [Covers::Person(user("max")), Covers::Team(team("data"))] {
        let error = add(&home, covers).await.unwrap_err();
        assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    }
}

#[rstest]
#[tokio::test]
async fn only_its_own_organization_ends_it(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    let id = add(&home, Covers::Organization).await.unwrap();
    let foreign = home
        .store
        .end_exception(&org("umbrella"), id, &olivia())
        .await;
    assert!(matches!(foreign, Err(StoreError::NotFound { .. })));
    home.wait(60);
    home.store
        .end_exception(&org("acme"), id, &olivia())
        .await
        .unwrap();
    let all = home.store.exceptions(&org("acme")).await.unwrap();
    assert_eq!(all[0].exception.ends_at, home.now());
}

#[rstest]
#[tokio::test]
async fn who_comes_back_finds_no_old_allowance(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, mia, data) = (org("acme"), user("mia"), team("data"));
    home.store
        .create_team(&acme, &data, &olivia())
        .await
        .unwrap();
    add(&home, Covers::Person(mia.clone())).await.unwrap();
    add(&home, Covers::Team(data.clone())).await.unwrap();
    add(&home, Covers::Organization).await.unwrap();
    home.store
        .remove_member(&acme, &mia, &olivia())
        .await
        .unwrap();
    home.store
        .delete_team(&acme, &data, &olivia())
        .await
        .unwrap();
    home.store
        .set_member(&acme, &mia, Role::Member, &olivia())
        .await
        .unwrap();
    home.store
        .create_team(&acme, &data, &olivia())
        .await
        .unwrap();
    let mut snapshot = home.store.load().await.unwrap();
    let policy = snapshot.organizations.remove(0).policy.unwrap();
    let covers: Vec<_> = policy.exceptions.into_iter().map(|it| it.covers).collect();
    assert_eq!(covers, [Covers::Organization]);
}

/// Half of them have ended; mia is covered by name, by her team, as everybody.
#[rstest]
#[tokio::test]
async fn a_page_of_them_is_what_it_would_be_in_the_whole_list(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, mia, by) = (org("acme"), user("mia"), &olivia());
    for name in ["data", "web"] {
        home.store
            .create_team(&acme, &team(name), by)
            .await
            .unwrap();
    }
    home.store
        .add_team_member(&acme, &team("data"), &mia, &olivia())
        .await
        .unwrap();
    let id = home.store.person(&mia).await.unwrap().unwrap().id;
    let covers = [
        Covers::Person(mia.clone()),
        Covers::Person(user("olivia")),
        Covers::Team(team("data")),
        Covers::Team(team("web")),
        Covers::Organization,
    ];
    for (number, covers) in covers.iter().cycle().take(20).enumerate() {
        let ends = if number < 10 {
            "2026-11-02"
        } else {
            "2027-01-01"
        };
        let exception = NewException {
            repository: repository(&format!("docker.io/evil/number_{number}")),
            covers: covers.clone(),
            ends_at: time(&format!("{ends}T00:00:00Z")),
            reason: "one of many".to_owned(),
        };
        home.store
            .add_exception(&acme, exception, by)
            .await
            .unwrap();
    }
    let found = async |filter: &ExceptionFilter, offset, limit| {
        let window = Window { offset, limit };
        let part = home.store.exceptions_in(&acme, filter, window).await;
        let part = part.unwrap();
        let names = part.entries.iter().map(|it| {
            let name = it.exception.repository.as_str();
            name.trim_start_matches("docker.io/evil/number_")
                .parse::<u32>()
                .unwrap()
        });
        (part.count, names.collect::<Vec<_>>())
    };
    let all = ExceptionFilter::default();
    assert_eq!(found(&all, 0, 3).await, (20, vec![19, 18, 17]));
    assert_eq!(found(&all, 18, 5).await, (20, vec![1, 0]));
    assert_eq!(found(&all, 30, 5).await, (20, vec![]));
    let at = time("2026-11-02T00:00:00Z");
    let state = |state| ExceptionFilter {
        state: Some((state, at)),
        ..ExceptionFilter::default()
    };
    let current = state(ExceptionState::Current);
    assert_eq!(found(&current, 0, 2).await, (10, vec![19, 18]));
    let ended = state(ExceptionState::Ended);
    assert_eq!(
        found(&ended, 0, 2).await,
        (10, vec![9, 8]),
        "from its end on"
    );
    let mias = ExceptionFilter {
        covering: Some((id, mia)),
        ..current
    };
    assert_eq!(found(&mias, 0, 50).await, (6, vec![19, 17, 15, 14, 12, 10]));
    let searched = |text: &str| ExceptionFilter {
        search: Some(text.to_owned()),
        ..ExceptionFilter::default()
    };
    assert_eq!(found(&searched("NUMBER_1"), 0, 1).await, (11, vec![19]));
    assert_eq!(found(&searched("r%1"), 0, 1).await.0, 0);
    home.found("umbrella", "mia").await;
    let none = home
        .store
        .exceptions_in(
            &org("umbrella"),
            &all,
            Window {
                offset: 0,
                limit: 5,
            },
        )
        .await
        .unwrap();
    assert_eq!(none.count, 0, "each organization has its own");
}
