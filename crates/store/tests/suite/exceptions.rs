use pullgate_policy::{Covers, Role};
use pullgate_store::{ExceptionId, NewException, StoreError};
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
