use crate::world::{Answer, Browser, World};

const TOKENS: &str = "/orgs/acme/tokens";

async fn make(owner: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    owner.submit(TOKENS, TOKENS, fields).await
}

fn address(list: &Answer) -> String {
    let id = list.between("<td><a href=\"/orgs/acme/tokens/", "\"");
    format!("{TOKENS}/{id}")
}

#[tokio::test]
async fn a_token_is_shown_once_switched_off_and_on_and_deleted() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    assert!(
        olivia
            .get(TOKENS)
            .await
            .text
            .contains("No organization tokens yet")
    );
    let fields = [
        ("label", "ci"),
        ("description", "Builds"),
        ("reach", "all"),
        ("end", "30"),
    ];
    let made = make(&mut olivia, &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let secret = made.between("id=\"secret\">", "<").to_owned();
    assert!(secret.starts_with("pgo_"), "{secret}");
    assert!(
        made.text
            .contains("docker login localhost:5000 -u acme --password-stdin")
    );
    let list = olivia.get(TOKENS).await;
    assert!(list.text.contains("1 token") && list.text.contains("all that the policy allows"));
    assert!(!list.text.contains(&secret), "it is not shown again");
    let path = address(&list);
    let signs_in = async || {
        let identity = world.identity().await;
        let secret = pullgate_identity::Secret::new(secret.as_str());
        identity
            .sign_in("acme", &secret, [127, 0, 0, 1].into())
            .await
            .is_ok()
    };
    assert!(signs_in().await);
    let off = olivia
        .submit(&path, &format!("{path}/switch"), &[("status", "off")])
        .await;
    assert_eq!(off.leads_to(), path);
    assert!(!signs_in().await, "it stops at once");
    assert!(olivia.get(TOKENS).await.text.contains(">Off</span>"));
    olivia
        .submit(&path, &format!("{path}/switch"), &[("status", "on")])
        .await;
    assert!(signs_in().await);
    let gone = olivia.submit(&path, &format!("{path}/delete"), &[]).await;
    assert_eq!(gone.leads_to(), TOKENS);
    assert!(!signs_in().await);
    assert_eq!(olivia.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_token_is_bounded_to_repositories_and_can_be_changed() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let bounded = [
        ("label", "cluster"),
        ("reach", "some"),
        ("resources", "acme/app\nghcr.io/acme/**"),
        ("end", "0"),
    ];
    assert_eq!(make(&mut olivia, &bounded).await.status, 200);
    let list = olivia.get(TOKENS).await;
    assert!(
        list.text.contains("acme/app, ghcr.io/acme/**"),
        "{}",
        list.text
    );
    let path = address(&list);
    let fields = [
        ("label", "cluster-2"),
        ("description", "<b>"),
        ("reach", "all"),
    ];
    let changed = olivia.submit(&path, &path, &fields).await;
    assert_eq!(changed.leads_to(), path, "{}", changed.text);
    let page = olivia.get(&path).await;
    assert!(page.text.contains("all that the policy allows"));
    assert!(page.text.contains("cluster-2") && !page.text.contains("<b>"));
    let wrong = [
        ("label", "cluster-2"),
        ("reach", "some"),
        ("resources", "NOT//A NAME"),
    ];
    let refused = olivia.submit(&path, &path, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("id=\"resources-fault\""),
        "{}",
        refused.text
    );
    for (field, fields) in [
        ("label", [("label", ""), ("reach", "all")]),
        ("resources", [("label", "x"), ("reach", "some")]),
    ] {
        let refused = make(&mut olivia, &fields).await;
        if field == "label" {
            assert_eq!(refused.status, 422);
            assert!(
                refused.text.contains("id=\"label-fault\""),
                "{}",
                refused.text
            );
        } else {
            // Bounded to nothing: it pulls nothing, and says so.
            assert_eq!(refused.status, 200);
            assert!(olivia.get(TOKENS).await.text.contains(">nothing</span>"));
        }
    }
}

#[tokio::test]
async fn tokens_are_for_owners() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    make(&mut olivia, &[("label", "ci"), ("reach", "all")]).await;
    let path = address(&olivia.get(TOKENS).await);
    let mut mia = world.signed_in("mia").await;
    let page = mia.get("/orgs/acme/members").await;
    assert!(
        !page.text.contains("Organization tokens"),
        "nothing leads there"
    );
    for page in [TOKENS, &path] {
        let refused = mia.get(page).await;
        assert_eq!(refused.status, 403, "{page}");
        assert!(refused.text.contains("Only an owner of acme"));
    }
    let mut oscar = world.signed_in("oscar").await;
    let id = path.rsplit('/').next().unwrap();
    let elsewhere = oscar.get(&format!("/orgs/other/tokens/{id}")).await;
    assert_eq!(
        elsewhere.status, 404,
        "not by another organization's address"
    );
}
