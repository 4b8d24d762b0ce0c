use pullgate_policy::{Permission, Role};
use pullgate_store::{Action, Effect, PolicyEdit, WholePolicy};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, pattern, user};

#[rstest]
#[tokio::test]
async fn the_history_of_a_policy_is_of_nothing_else(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    store
        .change_settings(&acme, &olivia(), |settings| {
            settings.iam.official = Permission::Restricted;
        })
        .await
        .unwrap();
    store
        .set_member(&acme, &user("mia"), Role::Owner, &olivia())
        .await
        .unwrap();
    let entries = [(pattern("docker.io/bitnami/*"), String::new())].into();
    store
        .add_to_allowlist(&acme, &entries, &olivia())
        .await
        .unwrap();
    let changes = store.policy_changes(&acme, None, 10).await.unwrap();
    let actions: Vec<_> = changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::AllowlistAdded, Action::SettingsChanged]);
    let latest = changes[0].generation;
    let older = store.policy_changes(&acme, Some(latest), 10).await.unwrap();
    assert_eq!(older, changes[1..]);
    assert_eq!(
        store.policy_changes(&acme, None, 1).await.unwrap(),
        changes[..1]
    );
    assert!(
        store
            .policy_changes(&org("other"), None, 10)
            .await
            .unwrap()
            .is_empty()
    );

    let one = store.policy_change(&acme, latest).await.unwrap();
    assert_eq!(one.as_ref(), Some(&changes[0]));
    // A change of who belongs to it, one of others, and none.
    for (of, generation) in [("acme", latest - 1), ("other", latest), ("acme", i64::MAX)] {
        let none = store.policy_change(&org(of), generation).await.unwrap();
        assert_eq!(none, None, "{of} {generation}");
    }
}

#[rstest]
#[tokio::test]
async fn an_edit_that_undoes_says_which_change(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let acme = org("acme");
    let edit = PolicyEdit {
        put_allowlist: [(pattern("docker.io/bitnami/*"), String::new())].into(),
        undoes: Some(7),
        ..PolicyEdit::default()
    };
    let plan = |_: &WholePolicy| Ok::<_, pullgate_store::StoreError>((edit, ()));
    home.store
        .edit_policy(&acme, &olivia(), Effect::Kept, plan)
        .await
        .unwrap();
    let changes = home.store.policy_changes(&acme, None, 1).await.unwrap();
    assert_eq!(changes[0].action, Action::ChangeUndone);
    assert_eq!(changes[0].subject, "change 7");
    assert_eq!(changes[0].actor, olivia());
}
