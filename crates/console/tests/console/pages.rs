//! Connect a client, and Enforce sign-in.

use crate::world::World;

#[tokio::test]
async fn a_client_is_connected_by_the_name_that_the_console_is_reached_by() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    let page = browser.get("/connect/docker").await.text;
    assert!(
        page.contains("docker login localhost:5000 -u mia"),
        "{page}"
    );
    assert!(page.contains("This gateway is not encrypted"));
    let page = browser.get("/connect/containerd").await.text;
    assert!(
        page.contains("server = &#34;http://localhost:5000&#34;"),
        "{page}"
    );
    for client in ["podman", "buildkit", "kubernetes"] {
        let page = browser.get(&format!("/connect/{client}")).await;
        assert_eq!(page.status, 200, "{client}");
        assert!(page.text.contains("What it does not"), "{client}");
    }
    assert_eq!(browser.get("/connect/rkt").await.status, 404);
    assert_eq!(browser.get("/connect").await.leads_to(), "/connect/docker");
}

#[tokio::test]
async fn files_for_device_management_are_for_ones_own_organizations_and_those_one_names() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    let page = browser.get("/enforce").await.text;
    assert!(page.contains("allowedOrgs&#34;:[&#34;acme&#34;]"), "{page}");
    assert!(page.contains("com.docker.config") && page.contains("ProgramData"));
    let chosen = "/enforce?chosen=yes&platform=linux&organization=acme&others=acme-labs%2C%20more";
    let page = browser.get(chosen).await.text;
    let list = "[&#34;acme&#34;,&#34;acme-labs&#34;,&#34;more&#34;]";
    assert!(page.contains(list), "{page}");
    assert!(!page.contains("ProgramData"), "only what was chosen");
    for (query, told) in [
        ("chosen=yes&platform=mac", "no organization is named"),
        (
            "chosen=yes&organization=acme",
            "Choose at least one platform",
        ),
        ("chosen=yes&platform=mac&others=Acme", "is not the name"),
    ] {
        let page = browser.get(&format!("/enforce?{query}")).await.text;
        assert!(page.to_lowercase().contains(&told.to_lowercase()), "{told}");
        assert!(!page.contains("com.docker.config"), "{query}");
    }
}

#[tokio::test]
async fn who_belongs_to_no_organization_names_one() {
    let world = World::new().await;
    let mut sam = world.signed_in("sam").await;
    let page = sam.get("/enforce").await.text;
    assert!(page.contains("No organization is named"), "{page}");
    let page = sam
        .get("/enforce?chosen=yes&platform=mac&others=acme")
        .await
        .text;
    assert!(
        page.contains("<string>acme")
            || page.contains("&lt;string&gt;acme")
            || page.contains("&#60;string&#62;acme")
    );
}
