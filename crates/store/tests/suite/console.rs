//! Sessions of the console, and setting up.

use pullgate_policy::Role;
use pullgate_store::{
    Action, Actor, Conflict, NewConsoleSession, NewPerson, Person, SetUp, SiteRole, StoreError,
};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, open, org, pattern, time, user};

fn session(person: &Person, hash: u8) -> NewConsoleSession {
    NewConsoleSession {
        hash: [hash; 32],
        person: person.id,
        credentials_epoch: person.credentials_epoch,
        ends_at: time("2026-11-08T12:00:00Z"),
        user_agent: "Firefox".to_owned(),
        address: "192.0.2.7".to_owned(),
    }
}

async fn counts(home: &Home, hash: u8) -> bool {
    let long_ago = time("2026-10-01T00:00:00Z");
    let found = home.store.console_session(&[hash; 32], long_ago).await;
    found.unwrap().is_some()
}

#[rstest]
#[tokio::test]
async fn a_session_is_found_by_its_hash_until_it_ends(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mia = home.person("mia").await;
    let store = &home.store;
    let id = store.add_console_session(session(&mia, 1)).await.unwrap();
    let begun = home.now();
    home.wait(60);
    let found = store
        .console_session(&[1; 32], begun - jiff::SignedDuration::from_secs(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.session.id, found.session.person), (id, mia.id));
    assert_eq!(found.session.seen_at, begun);
    assert_eq!(found.session.user_agent, "Firefox");
    assert_eq!(found.session.address, "192.0.2.7");
    assert_eq!((found.username, found.credentials_epoch), (user("mia"), 1));
    // Another's hash finds nothing, and neither does one unused for too long.
    assert!(!counts(&home, 2).await);
    assert_eq!(store.console_session(&[1; 32], begun).await.unwrap(), None);
    store.touch_console_session(id).await.unwrap();
    assert!(
        store
            .console_session(&[1; 32], begun)
            .await
            .unwrap()
            .is_some()
    );
    home.wait(7 * 24 * 3600);
    assert!(!counts(&home, 1).await, "its end has come");
    let none = store.console_sessions_of(mia.id, begun).await.unwrap();
    assert_eq!(none, []);
}

#[rstest]
#[tokio::test]
async fn a_session_ends_with_what_it_rests_on(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let (mia, sam) = (home.person("mia").await, home.person("sam").await);
    let store = &home.store;
    for (person, hash) in [(&mia, 1), (&mia, 2), (&sam, 3)] {
        store
            .add_console_session(session(person, hash))
            .await
            .unwrap();
    }
    // Another process changes the password: nobody has to be told.
    let elsewhere = open(&home.address).await;
    let by = Actor::CommandLine;
    elsewhere
        .set_password_hash(&user("mia"), &"$new".into(), &by)
        .await
        .unwrap();
    assert!(!counts(&home, 1).await && !counts(&home, 2).await);
    assert!(counts(&home, 3).await, "sam's is another");
    let stale = store.add_console_session(session(&mia, 4)).await;
    assert!(matches!(stale, Err(StoreError::NotFound { .. })));
    elsewhere
        .set_active(
            &user("sam"),
            pullgate_store::AccountStatus::Deactivated,
            &by,
        )
        .await
        .unwrap();
    assert!(!counts(&home, 3).await);
    elsewhere
        .set_active(&user("sam"), pullgate_store::AccountStatus::Active, &by)
        .await
        .unwrap();
    assert!(!counts(&home, 3).await, "it does not come back to life");
}

#[rstest]
#[tokio::test]
async fn people_end_their_own_sessions_and_nobody_elses(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let (mia, sam) = (home.person("mia").await, home.person("sam").await);
    let store = &home.store;
    let first = store.add_console_session(session(&mia, 1)).await.unwrap();
    home.wait(5);
    let second = store.add_console_session(session(&mia, 2)).await.unwrap();
    let sams = store.add_console_session(session(&sam, 3)).await.unwrap();
    let long_ago = time("2026-10-01T00:00:00Z");
    let mine = store.console_sessions_of(mia.id, long_ago).await.unwrap();
    let ids: Vec<_> = mine.iter().map(|session| session.id).collect();
    assert_eq!(ids, [second, first], "the one used last first");
    let others = store.end_console_session(mia.id, sams).await;
    assert!(matches!(others, Err(StoreError::NotFound { .. })));
    assert!(counts(&home, 3).await);
    store.end_console_session(mia.id, first).await.unwrap();
    assert!(!counts(&home, 1).await && counts(&home, 2).await);
    assert_eq!(store.end_console_sessions_of(mia.id).await.unwrap(), 1);
    assert!(!counts(&home, 2).await && counts(&home, 3).await);
}

fn acme() -> SetUp {
    SetUp {
        organization: org("acme"),
        display_name: "Acme Ltd".to_owned(),
        namespace: Some(pattern("acme/**")),
        owner: NewPerson {
            username: user("olivia"),
            email: "olivia@example.com".to_owned(),
            password_hash: Some("$hash".into()),
        },
    }
}

#[rstest]
#[tokio::test]
async fn the_first_person_sets_up_by_a_link_that_works_once(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::on(on).await;
    let store = &home.store;
    let tomorrow = time("2026-11-02T12:00:00Z");
    assert!(store.add_setup_link(&[1; 32], tomorrow).await.unwrap());
    // Another replica has printed another.
    let elsewhere = open(&home.address).await;
    assert!(elsewhere.add_setup_link(&[2; 32], tomorrow).await.unwrap());
    assert!(store.has_setup_link(&[2; 32]).await.unwrap());
    let wrong = store.set_up(&[3; 32], acme()).await;
    assert!(matches!(wrong, Err(StoreError::NotFound { .. })));
    assert_eq!(store.people().await.unwrap(), [], "nothing of it was kept");

    let olivia = store.set_up(&[2; 32], acme()).await.unwrap();
    assert_eq!(olivia.site_role, SiteRole::Administrator);
    let members = store.members(&org("acme")).await.unwrap();
    assert_eq!(members[0].role, Role::Owner);
    let namespaces = store.namespaces(&org("acme")).await.unwrap();
    assert_eq!(namespaces[0].pattern, pattern("docker.io/acme/**"));
    let told = store.changes(None, None, 10).await.unwrap();
    let actions: Vec<_> = told.iter().rev().map(|change| change.action).collect();
    assert_eq!(
        actions,
        [
            Action::PersonCreated,
            Action::OrganizationCreated,
            Action::NamespaceAdded
        ]
    );
    assert!(
        told.iter()
            .all(|change| change.actor == crate::home::olivia())
    );

    for hash in [[1; 32], [2; 32]] {
        assert!(!store.has_setup_link(&hash).await.unwrap());
        let again = store.set_up(&hash, acme()).await;
        assert!(matches!(
            again,
            Err(StoreError::Conflict(Conflict::SetUpBefore))
        ));
    }
    assert!(
        !store.add_setup_link(&[4; 32], tomorrow).await.unwrap(),
        "where somebody is, there is nothing to set up"
    );
}

#[rstest]
#[tokio::test]
async fn a_set_up_link_ends(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let end = time("2026-11-01T12:01:00Z");
    assert!(home.store.add_setup_link(&[1; 32], end).await.unwrap());
    home.wait(60);
    assert!(!home.store.has_setup_link(&[1; 32]).await.unwrap());
    let late = home.store.set_up(&[1; 32], acme()).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_set_up_at_once_one_does(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let tomorrow = time("2030-11-02T12:00:00Z");
    for hash in [[1; 32], [2; 32]] {
        home.store.add_setup_link(&hash, tomorrow).await.unwrap();
    }
    let elsewhere = open(&home.address).await;
    let mut other = acme();
    other.organization = org("other");
    other.owner.username = user("oscar");
    other.owner.email = String::new();
    let (one, two) = tokio::join!(
        home.store.set_up(&[1; 32], acme()),
        elsewhere.set_up(&[2; 32], other)
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(home.store.people().await.unwrap().len(), 1);
    assert_eq!(home.store.organizations().await.unwrap().len(), 1);
}
