use pullgate_policy::{Role, Switch};
use pullgate_store::{Action, Actor, ChangeFilter, ChangesOf};
use rstest::rstest;
use serde_json::json;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, team, user};

#[rstest]
#[tokio::test]
async fn it_tells_who_changed_what_from_what_to_what(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    home.wait(60);
    store
        .change_settings(&acme, &olivia(), |settings| {
            settings.iam.enabled = Switch::On;
        })
        .await
        .unwrap();
    let changes = store.changes(Some(&acme), None, 10).await.unwrap();
    let actions: Vec<_> = changes.iter().map(|change| change.action).collect();
    assert_eq!(
        actions,
        [
            Action::SettingsChanged,
            Action::MemberAdded,
            Action::OrganizationCreated
        ]
    );
    let change = &changes[0];
    assert_eq!(change.actor, olivia());
    assert_eq!(change.at, home.now());
    assert_eq!(change.organization, Some(acme));
    assert_eq!(change.generation, store.generation().await.unwrap());
    assert_eq!(change.before.as_ref().unwrap()["iam"]["enabled"], "off");
    assert_eq!(change.after.as_ref().unwrap()["iam"]["enabled"], "on");
    assert_eq!(changes[1].subject, "mia");
    assert_eq!(changes[1].before, None);
    assert_eq!(changes[1].after, Some(json!("member")));
}

#[rstest]
#[tokio::test]
async fn it_goes_on_page_by_page(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    let mut pages = Vec::new();
    let mut before = None;
    loop {
        let page = home.store.changes(None, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.generation);
        pages.extend(page);
    }
    let generations: Vec<_> = pages.iter().map(|change| change.generation).collect();
    assert_eq!(generations, [5, 4, 3, 2, 1]);
    let actors: Vec<_> = pages.iter().map(|change| &change.actor).collect();
    assert_eq!(actors[1], &olivia());
    assert_eq!(actors[4], &Actor::CommandLine);
    let foreign = org("umbrella");
    let umbrellas = home.store.changes(Some(&foreign), None, 10).await.unwrap();
    assert_eq!(umbrellas.len(), 1);
}

#[rstest]
#[tokio::test]
async fn it_tells_what_ended_with_a_membership_and_no_secret(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, mia, store) = (org("acme"), user("mia"), &home.store);
    store
        .create_team(&acme, &team("data"), &olivia())
        .await
        .unwrap();
    store
        .add_team_member(&acme, &team("data"), &mia, &olivia())
        .await
        .unwrap();
    store
        .set_password_hash(&mia, &"$argon2id$secret".into(), &Actor::System)
        .await
        .unwrap();
    store.remove_member(&acme, &mia, &olivia()).await.unwrap();
    let changes = store.changes(None, None, 100).await.unwrap();
    assert_eq!(changes[0].action, Action::MemberRemoved);
    assert_eq!(
        changes[0].before,
        Some(json!({"role": Role::Member, "teams": ["data"], "exceptions": 0, "requests": 0}))
    );
    assert!(!format!("{changes:?}").contains("argon2"));
}

#[rstest]
#[tokio::test]
async fn what_was_refused_left_no_trace(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let before = store.changes(None, None, 100).await.unwrap();
    let generation = store.generation().await.unwrap();
    store
        .remove_member(&acme, &user("olivia"), &olivia())
        .await
        .unwrap_err();
    store
        .set_member(&acme, &user("mia"), Role::Member, &olivia())
        .await
        .unwrap();
    assert_eq!(store.changes(None, None, 100).await.unwrap(), before);
    assert_eq!(store.generation().await.unwrap(), generation);
}

#[rstest]
#[tokio::test]
async fn changes_of_one_kind_are_found(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let filter = |action| ChangeFilter {
        of: ChangesOf::Organization(org("acme")),
        actor: None,
        action: Some(action),
        since: None,
        until: None,
        before: None,
        limit: 10,
    };
    let added = home.store.find_changes(&filter(Action::MemberAdded)).await;
    let subjects: Vec<_> = added.unwrap().into_iter().map(|one| one.subject).collect();
    assert_eq!(subjects, ["mia"]);
    let none = home.store.find_changes(&filter(Action::TeamDeleted)).await;
    assert_eq!(none.unwrap(), []);
    assert_eq!(Action::named("member_added"), Some(Action::MemberAdded));
    assert_eq!(Action::named("nonsense"), None);
}
