use pullgate_store::{AccountStatus, Actor, Conflict, NewPerson, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, user};

#[rstest]
#[tokio::test]
async fn a_person_is_found_by_name_and_by_id(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mia = home.person("mia").await;
    assert_eq!(home.store.person(&user("mia")).await.unwrap().unwrap(), mia);
    assert_eq!(home.store.person_by_id(mia.id).await.unwrap().unwrap(), mia);
    assert_eq!(home.store.person(&user("max")).await.unwrap(), None);
    assert_eq!(home.store.people().await.unwrap(), [mia]);
}

#[rstest]
#[tokio::test]
async fn nobody_takes_a_name_or_an_address_twice(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    home.person("mia").await;
    let create = |name: &str, email: &str| {
        let person = NewPerson {
            username: user(name),
            email: email.to_owned(),
            password_hash: None,
        };
        let store = home.store.clone();
        async move { store.create_person(person, &Actor::System).await }
    };
    let error = create("mia", "other@example.com").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the person mia exists already; choose another name"
    );
    let error = create("max", "MIA@Example.com").await.unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::EmailTaken { .. })
    ));
    // Any number of people have none.
    create("robot-1", "").await.unwrap();
    create("robot-2", "").await.unwrap();
    assert_eq!(home.store.people().await.unwrap().len(), 3);
}

#[rstest]
#[tokio::test]
async fn a_new_password_and_deactivation_end_what_is_out(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let first = home.person("mia").await;
    let mia = user("mia");
    let set = async |status| {
        let actor = Actor::CommandLine;
        home.store.set_active(&mia, status, &actor).await.unwrap();
        home.store.person(&mia).await.unwrap().unwrap()
    };
    home.store
        .set_password_hash(&mia, &"$argon2id$new".into(), &Actor::Person(mia.clone()))
        .await
        .unwrap();
    let second = home.store.person(&mia).await.unwrap().unwrap();
    assert!(second.credentials_epoch > first.credentials_epoch);
    assert_eq!(second.password_hash.unwrap().reveal(), "$argon2id$new");
    let third = set(AccountStatus::Deactivated).await;
    assert_eq!(third.status, AccountStatus::Deactivated);
    assert!(third.credentials_epoch > second.credentials_epoch);
    let fourth = set(AccountStatus::Active).await;
    assert_eq!(fourth.credentials_epoch, third.credentials_epoch);
}

#[rstest]
#[tokio::test]
async fn who_is_not_there_cannot_be_changed(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let error = home
        .store
        .set_password_hash(&user("max"), &"x".into(), &Actor::System)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "there is no person max; check the name");
}

#[rstest]
#[tokio::test]
async fn a_text_that_cannot_be_kept_is_refused_and_not_an_outage(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::on(on).await;
    for email in ["a\0b@example.com".to_owned(), "x".repeat(255)] {
        let person = NewPerson {
            username: user("mia"),
            email,
            password_hash: None,
        };
        let error = home.store.create_person(person, &Actor::System).await;
        assert!(matches!(error, Err(StoreError::Text { .. })));
    }
}
