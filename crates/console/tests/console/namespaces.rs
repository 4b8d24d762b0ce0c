use pullgate_store::{Actor, SiteRole};

use crate::world::{World, organization, username};

const NAMESPACES: &str = "/orgs/acme/namespaces";

#[tokio::test]
async fn a_site_administrator_gives_and_takes_namespaces() {
    let world = World::new().await;
    let by = &Actor::CommandLine;
    let administrator = SiteRole::Administrator;
    world
        .store
        .set_site_role(&username("olivia"), administrator, by)
        .await
        .unwrap();
    let others = "docker.io/other/**".parse().unwrap();
    world
        .store
        .add_namespace(&organization("other"), &others, by)
        .await
        .unwrap();
    let mut olivia = world.signed_in("olivia").await;
    let fields = [("namespace", "ghcr.io/acme")];
    let added = olivia.submit(NAMESPACES, NAMESPACES, &fields).await;
    assert_eq!(added.leads_to(), NAMESPACES, "{}", added.text);
    let page = olivia.get(NAMESPACES).await.text;
    assert!(page.contains("ghcr.io/acme/**"));
    for (typed, told) in [
        ("other", "belongs to another organization"),
        ("library", "Docker Official Images"),
        ("a b", "id=\"namespace-fault\""),
    ] {
        let refused = olivia
            .submit(NAMESPACES, NAMESPACES, &[("namespace", typed)])
            .await;
        assert_eq!(refused.status, 422, "{typed}");
        assert!(refused.text.contains(told), "{typed}: {}", refused.text);
        assert!(refused.text.contains("id=\"namespace-fault\""));
    }
    let path = format!("{NAMESPACES}/remove");
    let fields = [("namespace", "ghcr.io/acme/**")];
    let removed = olivia.submit(NAMESPACES, &path, &fields).await;
    assert_eq!(removed.status, 303);
    assert!(
        olivia
            .get(NAMESPACES)
            .await
            .text
            .contains("No namespaces yet")
    );
}

#[tokio::test]
async fn an_owner_and_a_member_read_them_and_learn_whom_to_ask() {
    let world = World::new().await;
    let acme = "docker.io/acme/**".parse().unwrap();
    world
        .store
        .add_namespace(&organization("acme"), &acme, &Actor::CommandLine)
        .await
        .unwrap();
    for name in ["olivia", "mia"] {
        let mut browser = world.signed_in(name).await;
        let page = browser.get(NAMESPACES).await.text;
        assert!(page.contains("docker.io/acme/**"), "{name}");
        assert!(page.contains("ask whoever runs this Pullgate"));
        assert!(!page.contains("Add namespace") && !page.contains("Remove"));
    }
}
