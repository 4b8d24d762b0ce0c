use crate::world::World;

/// Makes a token, and returns its secret as the page shows it.
async fn make(browser: &mut crate::world::Browser, label: &str) -> String {
    let fields = [("label", label), ("use", "repo:read"), ("end", "90")];
    let made = browser
        .submit("/account/tokens", "/account/tokens", &fields)
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(made.header("cache-control"), "no-store");
    let (_, after) = made.text.split_once("id=\"secret\">").unwrap();
    after.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_deleted() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    assert!(
        browser
            .get("/account/tokens")
            .await
            .text
            .contains("No access tokens yet")
    );
    let secret = make(&mut browser, "laptop").await;
    assert!(secret.starts_with("pgp_"), "{secret}");
    let page = browser.get("/account/tokens").await.text;
    assert!(page.contains("<strong>laptop</strong>"));
    assert!(!page.contains(&secret), "it is not shown again");
    // docker signs in with it; this console does not.
    let docker = world.browser().sign_in("mia", &secret).await;
    assert!(
        docker.text.contains("That is an access token"),
        "{}",
        docker.text
    );

    let (_, after) = page.split_once("name=\"token\" value=\"").unwrap();
    let id = after.split('"').next().unwrap();
    let gone = browser
        .submit(
            "/account/tokens",
            "/account/tokens/delete",
            &[("token", id)],
        )
        .await;
    assert_eq!(gone.leads_to(), "/account/tokens");
    let page = browser.get("/account/tokens").await.text;
    assert!(page.contains("The access token is deleted"));
    assert!(!page.contains("laptop</strong>"));
    let docker = world.browser().sign_in("mia", &secret).await;
    assert!(docker.text.contains("is not right"), "it stopped at once");
}

#[tokio::test]
async fn nobody_sees_or_deletes_anothers_token() {
    let world = World::new().await;
    let mut mia = world.signed_in("mia").await;
    make(&mut mia, "laptop").await;
    let page = mia.get("/account/tokens").await.text;
    let (_, after) = page.split_once("name=\"token\" value=\"").unwrap();
    let id = after.split('"').next().unwrap().to_owned();
    let mut olivia = world.signed_in("olivia").await;
    assert!(
        !olivia
            .get("/account/tokens")
            .await
            .text
            .contains("laptop</strong>")
    );
    let answer = olivia
        .submit(
            "/account/tokens",
            "/account/tokens/delete",
            &[("token", &id)],
        )
        .await;
    assert_eq!(answer.status, 404);
    assert!(
        mia.get("/account/tokens")
            .await
            .text
            .contains("laptop</strong>")
    );
}

#[tokio::test]
async fn a_token_without_a_name_is_not_made() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    for label in ["", "two\nlines", &"x".repeat(101)] {
        let fields = [("label", label), ("use", "repo:admin"), ("end", "0")];
        let answer = browser
            .submit("/account/tokens", "/account/tokens", &fields)
            .await;
        assert_eq!(answer.status, 422, "{label}");
        assert!(
            answer.text.contains("id=\"label-fault\""),
            "{}",
            answer.text
        );
    }
    assert!(
        browser
            .get("/account/tokens")
            .await
            .text
            .contains("No access tokens yet")
    );
}
