use pullgate_policy::{Permission, Settings, Switch};
use pullgate_store::{Actor, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, open, org, pattern};

#[rstest]
#[tokio::test]
async fn an_owner_switches_image_access_management_on(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let first = store.settings(&acme).await.unwrap().unwrap();
    assert_eq!((first.settings, first.version), (Settings::default(), 1));
    let done = store
        .change_settings(&acme, &olivia(), |settings| {
            settings.iam.enabled = Switch::On;
        })
        .await
        .unwrap();
    assert_eq!(done.version, 2);
    assert_eq!(done.before.iam.enabled, Switch::Off);
    assert_eq!(done.after.iam.enabled, Switch::On);
    let kept = store.settings(&acme).await.unwrap().unwrap();
    assert_eq!((kept.settings, kept.version), (done.after, 2));
    assert_eq!(store.settings(&org("other")).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn settings_that_are_refused_or_the_same_change_nothing(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let generation = store.generation().await.unwrap();
    let refused = store
        .change_settings(&acme, &olivia(), |settings| {
            settings.trusted.push(pattern("docker.io/bitnami/*"));
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Settings(_))));
    let same = store.change_settings(&acme, &olivia(), |_| {}).await;
    assert_eq!(same.unwrap().version, 1);
    assert_eq!(store.generation().await.unwrap(), generation);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_settings_at_once_lose_nothing(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let other = open(&home.address).await;
    let add = |store: pullgate_store::Store, who: &'static str| async move {
        for number in 0..20 {
            store
                .change_settings(&org("acme"), &olivia(), |settings| {
                    let trusted = pattern(&format!("{who}.example/team-{number}/**"));
                    settings.trusted.push(trusted);
                })
                .await
                .unwrap();
        }
    };
    let one = tokio::spawn(add(home.store.clone(), "one"));
    let two = tokio::spawn(add(other, "two"));
    one.await.unwrap();
    two.await.unwrap();
    let kept = home.store.settings(&org("acme")).await.unwrap().unwrap();
    assert_eq!((kept.settings.trusted.len(), kept.version), (40, 41));
}

#[rstest]
#[tokio::test]
async fn settings_that_cannot_be_read_are_named_and_can_be_replaced(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    home.meddle("UPDATE policies SET settings = '{\"iam\":{\"enabled\":\"maybe\"}}'")
        .await;
    let read = store.settings(&acme).await.unwrap_err();
    let change = store
        .change_settings(&acme, &olivia(), |_| {})
        .await
        .unwrap_err();
    for error in [read, change] {
        let named = matches!(&error, StoreError::Corrupt { name, .. } if name == "acme");
        assert!(named, "{error}");
    }
    let mut settings = Settings::default();
    settings.iam.official = Permission::Restricted;
    let version = store
        .replace_settings(&acme, &settings, &olivia())
        .await
        .unwrap();
    let kept = store.settings(&acme).await.unwrap().unwrap();
    assert_eq!((kept.settings, kept.version), (settings, version));
}

#[rstest]
#[tokio::test]
async fn who_changes_an_outdated_version_changes_nothing(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let expecting = |wanted: i64| {
        store.try_change_settings(&acme, &Actor::CommandLine, move |version, settings| {
            settings.iam.enabled = Switch::On;
            if version == wanted {
                Ok(())
            } else {
                Err(StoreError::Text {
                    what: "version",
                    why: "it is another",
                })
            }
        })
    };
    assert!(expecting(2).await.is_err());
    let kept = store.settings(&acme).await.unwrap().unwrap();
    assert_eq!((kept.settings, kept.version), (Settings::default(), 1));
    let done = expecting(1).await.unwrap();
    let kept = store.settings(&acme).await.unwrap().unwrap();
    assert_eq!((done.version, done.changed_at), (2, kept.changed_at));
}

#[rstest]
#[tokio::test]
async fn an_allowlist_grows_and_shrinks(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let both = [pattern("docker.io/acme/x"), pattern("docker.io/bitnami/*")];
    let noted = |note: &str| {
        both.clone()
            .map(|pattern| (pattern, note.to_owned()))
            .into()
    };
    let added = store
        .add_to_allowlist(&acme, &noted("the build"), &olivia())
        .await;
    assert_eq!(added.unwrap(), both);
    let again = store
        .add_to_allowlist(&acme, &noted("again"), &olivia())
        .await;
    assert_eq!(again.unwrap(), []);
    let list = store.allowlist(&acme).await.unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(list[0].pattern, both[0]);
    assert_eq!(list[1].note, "the build");
    assert_eq!(list[1].added_by, olivia());
    assert_eq!(list[1].added_at, home.now());
    let gone = [both[1].clone(), pattern("docker.io/never/there")];
    let removed = store.remove_from_allowlist(&acme, &gone, &olivia()).await;
    assert_eq!(removed.unwrap(), both[1..]);
    assert_eq!(store.allowlist(&acme).await.unwrap().len(), 1);
    // Who takes it back has to know what it was.
    let change = store.changes(Some(&acme), None, 1).await.unwrap().remove(0);
    let before = change.before.unwrap();
    assert_eq!(before["allowlist"]["docker.io/bitnami/*"], "the build");
}

#[rstest]
#[tokio::test]
async fn an_allowlist_is_searched_page_by_page(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let entries = [
        ("docker.io/bitnami/nginx", "the Shop"),
        ("docker.io/bitnami/redis", ""),
        ("docker.io/data_x/a", "100% shop"),
        ("docker.io/datasx/a", ""),
    ];
    let entries = entries.map(|(text, note)| (pattern(text), note.to_owned()));
    store
        .add_to_allowlist(&acme, &entries.into(), &olivia())
        .await
        .unwrap();
    for (search, count) in [
        ("", 4),
        ("BITNAMI", 2),
        ("shop", 2),
        ("data_x", 1),
        ("0%", 1),
        ("!", 0),
        ("none", 0),
    ] {
        let (found, all) = store.allowlist_page(&acme, search, 0, 10).await.unwrap();
        assert_eq!((found.len(), all), (count, count as u64), "{search}");
    }
    let (second, all) = store.allowlist_page(&acme, "", 1, 2).await.unwrap();
    let second: Vec<&str> = second.iter().map(|entry| entry.pattern.as_str()).collect();
    assert_eq!(second, ["docker.io/bitnami/redis", "docker.io/data_x/a"]);
    assert_eq!(all, 4);
    let (beyond, _) = store.allowlist_page(&acme, "", u64::MAX, 2).await.unwrap();
    assert_eq!(beyond, []);
}
