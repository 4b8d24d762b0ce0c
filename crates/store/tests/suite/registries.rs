use pullgate_policy::{MAX_REGISTRIES, Mode, Permission, Switch};
use pullgate_store::{Action, ListedRegistry, RegistryAccess, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org};

fn listed(registry: &str, friendly_name: &str, permission: Permission) -> ListedRegistry {
    ListedRegistry {
        registry: registry.parse().unwrap(),
        address: format!("https://{registry}"),
        friendly_name: friendly_name.to_owned(),
        permission,
    }
}

fn access(registries: Vec<ListedRegistry>) -> RegistryAccess {
    RegistryAccess {
        enabled: Switch::On,
        docker_hub: Permission::Restricted,
        registries,
    }
}

async fn last_action(home: &Home) -> Action {
    home.store.changes(None, None, 1).await.unwrap()[0].action
}

#[rstest]
#[tokio::test]
async fn what_is_written_is_read_and_what_is_allowed_decides(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let before = store.registry_access(&acme).await.unwrap().unwrap();
    assert_eq!((before.enabled, before.registries.len()), (Switch::Off, 0));
    assert_eq!(store.registry_access(&org("other")).await.unwrap(), None);

    let mut wanted = access(vec![
        listed("quay.io", "Quay", Permission::Allowed),
        listed("ghcr.io", "GitHub", Permission::Restricted),
        listed("registry.acme.example:5000", "Ours", Permission::Allowed),
    ]);
    store
        .set_registry_access(&acme, &wanted, &olivia())
        .await
        .unwrap();
    assert_eq!(store.registry_access(&acme).await.unwrap().unwrap(), wanted);
    assert_eq!(last_action(&home).await, Action::SettingsChanged);
    let ram = store.settings(&acme).await.unwrap().unwrap().settings.ram;
    assert_eq!(
        (ram.enabled, ram.docker_hub),
        (Switch::On, Permission::Restricted)
    );
    let names: Vec<_> = ram.registries.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["quay.io", "registry.acme.example:5000"]);

    let generation = store.generation().await.unwrap();
    store
        .set_registry_access(&acme, &wanted, &olivia())
        .await
        .unwrap();
    assert_eq!(
        store.generation().await.unwrap(),
        generation,
        "nothing is different"
    );
    wanted.registries[0].friendly_name = "Red Hat's".to_owned();
    wanted.registries.swap(0, 2);
    store
        .set_registry_access(&acme, &wanted, &olivia())
        .await
        .unwrap();
    assert_eq!(store.registry_access(&acme).await.unwrap().unwrap(), wanted);
    assert_eq!(last_action(&home).await, Action::RegistryNamesChanged);
}

/// Others change the settings, too: the command line, policies as files.
#[rstest]
#[tokio::test]
async fn names_never_say_otherwise_than_the_settings(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let wanted = access(vec![
        listed("quay.io", "Quay", Permission::Allowed),
        listed("ghcr.io", "GitHub", Permission::Restricted),
        listed("gcr.io", "Google", Permission::Restricted),
    ]);
    store
        .set_registry_access(&acme, &wanted, &olivia())
        .await
        .unwrap();
    let edit = |settings: &mut pullgate_policy::Settings| {
        settings.ram.mode = Mode::Monitor;
        settings.ram.registries = ["gcr.io", "registry.acme.example"]
            .map(|name| name.parse().unwrap())
            .to_vec();
    };
    store.change_settings(&acme, &olivia(), edit).await.unwrap();
    let read = store.registry_access(&acme).await.unwrap().unwrap();
    let unnamed = ListedRegistry {
        address: "registry.acme.example".to_owned(),
        ..listed(
            "registry.acme.example",
            "registry.acme.example",
            Permission::Allowed,
        )
    };
    let expected = access(vec![
        listed("ghcr.io", "GitHub", Permission::Restricted),
        listed("gcr.io", "Google", Permission::Allowed),
        unnamed,
    ]);
    assert_eq!(read, expected);
    store
        .set_registry_access(&acme, &access(Vec::new()), &olivia())
        .await
        .unwrap();
    let ram = store.settings(&acme).await.unwrap().unwrap().settings.ram;
    assert_eq!(
        (ram.mode, ram.registries.len()),
        (Mode::Monitor, 0),
        "the mode stays"
    );
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_kept_changes_nothing(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    let (acme, store) = (org("acme"), &home.store);
    let generation = store.generation().await.unwrap();
    let many = (0..=MAX_REGISTRIES).map(|number| {
        listed(
            &format!("r{number}.example"),
            "one of many",
            Permission::Allowed,
        )
    });
    let long = "x".repeat(201);
    for registries in [
        vec![listed("docker.io", "Hub", Permission::Allowed)],
        vec![listed("docker.io", "Hub", Permission::Restricted)],
        vec![listed("quay.io", &long, Permission::Allowed)],
        many.collect(),
    ] {
        let refused = store
            .set_registry_access(&acme, &access(registries), &olivia())
            .await;
        assert!(
            matches!(
                refused,
                Err(StoreError::Settings(_) | StoreError::Text { .. })
            ),
            "{refused:?}"
        );
    }
    let nowhere = store
        .set_registry_access(&org("other"), &access(Vec::new()), &olivia())
        .await;
    assert!(matches!(nowhere, Err(StoreError::NotFound { .. })));
    assert_eq!(store.generation().await.unwrap(), generation);
}
