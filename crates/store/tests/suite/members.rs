use pullgate_policy::Role;
use pullgate_store::{AccountStatus, Actor, Conflict, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, open, org, user};

fn is_last_owner(result: &Result<(), StoreError>) -> bool {
    matches!(
        result,
        Err(StoreError::Conflict(Conflict::LastOwner { .. }))
    )
}

#[rstest]
#[tokio::test]
async fn an_organization_begins_with_its_owner(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let members = home.store.members(&org("acme")).await.unwrap();
    let roles: Vec<_> = members
        .iter()
        .map(|member| (member.username.as_str(), member.role))
        .collect();
    assert_eq!(roles, [("mia", Role::Member), ("olivia", Role::Owner)]);
    let error = home
        .store
        .create_organization(&org("acme"), "Acme", &user("mia"), &olivia())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the organization acme exists already; choose another name"
    );
    let error = home
        .store
        .create_organization(&org("other"), "Other", &user("nobody"), &olivia())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "person", .. }));
    assert_eq!(home.store.organization(&org("other")).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn the_last_owner_can_be_neither_removed_nor_demoted(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let (olivia_name, mia) = (user("olivia"), user("mia"));
    let demote = store
        .set_member(&acme, &olivia_name, Role::Member, &olivia())
        .await;
    assert!(is_last_owner(&demote));
    let remove = store.remove_member(&acme, &olivia_name, &olivia()).await;
    assert!(is_last_owner(&remove));
    // An owner who cannot sign in is no owner to rely on.
    store
        .set_member(&acme, &mia, Role::Owner, &olivia())
        .await
        .unwrap();
    store
        .set_active(&mia, AccountStatus::Deactivated, &Actor::CommandLine)
        .await
        .unwrap();
    let remove = store.remove_member(&acme, &olivia_name, &olivia()).await;
    assert!(is_last_owner(&remove));
    store
        .set_active(&mia, AccountStatus::Active, &Actor::CommandLine)
        .await
        .unwrap();
    store
        .remove_member(&acme, &olivia_name, &olivia())
        .await
        .unwrap();
    let members = store.members(&acme).await.unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].username, mia);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_remove_each_other_at_once_leave_one(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, other) = (org("acme"), open(&home.address).await);
    for _ in 0..10 {
        for name in ["olivia", "mia"] {
            home.store
                .set_member(&acme, &user(name), Role::Owner, &Actor::CommandLine)
                .await
                .unwrap();
        }
        let (mia, olivia_name) = (user("mia"), user("olivia"));
        let (one, two) = tokio::join!(
            home.store.remove_member(&acme, &mia, &Actor::System),
            other.remove_member(&acme, &olivia_name, &Actor::System),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(home.store.members(&acme).await.unwrap().len(), 1);
    }
}

#[rstest]
#[tokio::test]
async fn who_is_not_there_is_no_member(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.person("max").await;
    for (organization, name, message) in [
        (
            "acme",
            "nobody",
            "there is no person nobody; check the name",
        ),
        (
            "other",
            "mia",
            "there is no organization other; check the name",
        ),
    ] {
        let error = home
            .store
            .set_member(&org(organization), &user(name), Role::Member, &olivia())
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let error = home
        .store
        .remove_member(&org("acme"), &user("max"), &olivia())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no member max of acme; check the name"
    );
}
