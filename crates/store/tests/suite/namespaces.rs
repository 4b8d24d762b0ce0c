use pullgate_store::{Conflict, StoreError};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, olivia, org, pattern};

#[rstest]
#[tokio::test]
async fn a_namespace_belongs_to_one_organization_alone(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    let (acme, umbrella, store) = (org("acme"), org("umbrella"), &home.store);
    for text in ["acme/*", "ghcr.io/acme/**"] {
        store
            .add_namespace(&acme, &pattern(text), &olivia())
            .await
            .unwrap();
    }
    for text in [
        "docker.io/acme/*",
        "index.docker.io/acme/*",
        "acme/app",
        "acme/**",
        "ghcr.io/acme/deep/down/*",
        "ghcr.io/**",
    ] {
        let error = store
            .add_namespace(&umbrella, &pattern(text), &olivia())
            .await
            .unwrap_err();
        let taken = matches!(
            error,
            StoreError::Conflict(Conflict::NamespaceTaken { ref organization, .. })
                if *organization == acme
        );
        assert!(taken, "{text}: {error}");
        let named = error
            .to_string()
            .contains("belongs to another organization");
        assert!(named, "{error}");
    }
    store
        .add_namespace(&umbrella, &pattern("ghcr.io/acme-evil/**"), &olivia())
        .await
        .unwrap();
    // Its own may overlap, and adding one twice is no change.
    store
        .add_namespace(&acme, &pattern("ghcr.io/acme/team/*"), &olivia())
        .await
        .unwrap();
    let generation = store.generation().await.unwrap();
    store
        .add_namespace(&acme, &pattern("acme/*"), &olivia())
        .await
        .unwrap();
    assert_eq!(store.generation().await.unwrap(), generation);
}

#[rstest]
#[tokio::test]
async fn a_namespace_that_was_given_up_is_free(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::with_acme(on).await;
    home.found("umbrella", "mia").await;
    let (acme, umbrella, store) = (org("acme"), org("umbrella"), &home.store);
    let namespace = pattern("ghcr.io/acme/**");
    store
        .add_namespace(&acme, &namespace, &olivia())
        .await
        .unwrap();
    let error = store
        .remove_namespace(&umbrella, &namespace, &olivia())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    store
        .remove_namespace(&acme, &namespace, &olivia())
        .await
        .unwrap();
    store
        .add_namespace(&umbrella, &namespace, &olivia())
        .await
        .unwrap();
    assert!(store.namespaces(&acme).await.unwrap().is_empty());
    assert_eq!(
        store.namespaces(&umbrella).await.unwrap()[0].pattern,
        namespace
    );
}
