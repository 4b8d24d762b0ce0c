use pullgate_policy::{PublisherCategory, TeamAdditions};
use pullgate_store::{Conflict, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, open, org, pattern, team, user};

#[rstest]
#[tokio::test]
async fn a_team_has_members_and_additions(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, data, store) = (org("acme"), team("data"), &home.store);
    let additions = TeamAdditions {
        allowlist: vec![pattern("docker.io/bitnami/*")],
        categories: vec![PublisherCategory::SponsoredOss],
    };
    store.create_team(&acme, &data, &olivia()).await.unwrap();
    store
        .add_team_member(&acme, &data, &user("mia"), &olivia())
        .await
        .unwrap();
    store
        .set_team_additions(&acme, &data, &additions, &olivia())
        .await
        .unwrap();
    let teams = store.teams(&acme).await.unwrap();
    assert_eq!(teams.len(), 1);
    assert_eq!(teams[0].members, [user("mia")]);
    assert_eq!(teams[0].additions, additions);
    let error = store.create_team(&acme, &data, &olivia()).await;
    assert!(matches!(
        error,
        Err(StoreError::Conflict(Conflict::AlreadyExists { .. }))
    ));
    store
        .remove_team_member(&acme, &data, &user("mia"), &olivia())
        .await
        .unwrap();
    assert!(store.teams(&acme).await.unwrap()[0].members.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_who_give_a_team_more_at_once_lose_nothing(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, data) = (org("acme"), team("data"));
    home.store
        .create_team(&acme, &data, &olivia())
        .await
        .unwrap();
    let other = open(&home.address).await;
    let add = |store: pullgate_store::Store, who: &'static str| async move {
        for number in 0..20 {
            let new = pattern(&format!("{who}.example/app-{number}"));
            store
                .change_team_additions(&org("acme"), &team("data"), &olivia(), |additions| {
                    additions.allowlist.push(new);
                })
                .await
                .unwrap();
        }
    };
    let one = tokio::spawn(add(home.store.clone(), "one"));
    let two = tokio::spawn(add(other, "two"));
    one.await.unwrap();
    two.await.unwrap();
    let kept = home.store.team_additions(&acme, &data).await.unwrap();
    assert_eq!(kept.unwrap().allowlist.len(), 40);
    let nobodys = home.store.team_additions(&acme, &team("ops")).await;
    assert_eq!(nobodys.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_place_in_a_team_begins_and_ends_with_the_membership(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    home.person("max").await;
    let (acme, data, store) = (org("acme"), team("data"), &home.store);
    store.create_team(&acme, &data, &olivia()).await.unwrap();
    let error = store
        .add_team_member(&acme, &data, &user("max"), &olivia())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "member", .. }));
    store
        .add_team_member(&acme, &data, &user("mia"), &olivia())
        .await
        .unwrap();
    store
        .remove_member(&acme, &user("mia"), &olivia())
        .await
        .unwrap();
    assert!(store.teams(&acme).await.unwrap()[0].members.is_empty());
}

#[rstest]
#[tokio::test]
async fn the_owners_team_is_made_of_roles(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, owners, mia) = (org("acme"), team("owners"), user("mia"));
    let results = [
        home.store.create_team(&acme, &owners, &olivia()).await,
        home.store.delete_team(&acme, &owners, &olivia()).await,
        home.store
            .add_team_member(&acme, &owners, &mia, &olivia())
            .await,
    ];
    for result in results {
        assert!(matches!(
            result,
            Err(StoreError::Conflict(Conflict::OwnersTeam))
        ));
    }
}

#[rstest]
#[tokio::test]
async fn a_team_of_one_organization_is_none_of_another(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    let data = team("data");
    home.store
        .create_team(&org("umbrella"), &data, &olivia())
        .await
        .unwrap();
    let error = home
        .store
        .add_team_member(&org("acme"), &data, &user("mia"), &olivia())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "team", .. }));
}
