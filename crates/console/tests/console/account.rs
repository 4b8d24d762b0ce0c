use crate::world::{World, password};

#[tokio::test]
async fn a_member_sees_their_sessions_and_ends_another() {
    let world = World::new().await;
    let mut laptop = world.signed_in("mia").await;
    let mut phone = world.signed_in("mia").await;
    let page = laptop.get("/account").await.text;
    assert_eq!(page.matches("name=\"session\"").count(), 1, "not one's own");
    assert!(page.contains("This browser"));
    let (_, after) = page.split_once("name=\"session\" value=\"").unwrap();
    let id = after.split('"').next().unwrap().to_owned();
    let ended = laptop
        .submit("/account", "/account/sessions/end", &[("session", &id)])
        .await;
    assert_eq!(ended.leads_to(), "/account");
    assert!(!phone.is_signed_in().await);
    assert!(laptop.is_signed_in().await);
    let again = laptop
        .submit("/account", "/account/sessions/end", &[("session", &id)])
        .await;
    assert_eq!(again.status, 404);
    assert!(again.text.contains("has ended already"), "{}", again.text);
}

#[tokio::test]
async fn nobody_ends_anothers_session() {
    let world = World::new().await;
    let mut mia = world.signed_in("mia").await;
    let mut twin = world.signed_in("mia").await;
    let page = twin.get("/account").await.text;
    let (_, after) = page.split_once("name=\"session\" value=\"").unwrap();
    let id = after.split('"').next().unwrap().to_owned();
    let mut olivia = world.signed_in("olivia").await;
    let answer = olivia
        .submit("/account", "/account/sessions/end", &[("session", &id)])
        .await;
    assert_eq!(answer.status, 404);
    assert!(mia.is_signed_in().await);
}

#[tokio::test]
async fn signing_out_everywhere_is_everywhere() {
    let world = World::new().await;
    let replica = world.another_replica().await;
    let mut laptop = world.signed_in("mia").await;
    let mut phone = replica.signed_in("mia").await;
    let mut olivia = world.signed_in("olivia").await;
    let out = laptop.submit("/account", "/sign-out/everywhere", &[]).await;
    assert_eq!(out.leads_to(), "/sign-in");
    assert!(
        laptop
            .get("/sign-in")
            .await
            .text
            .contains("2 sessions have ended")
    );
    assert!(!laptop.is_signed_in().await && !phone.is_signed_in().await);
    assert!(olivia.is_signed_in().await);
}

#[tokio::test]
async fn a_new_password_ends_all_sessions_but_this_browsers() {
    let world = World::new().await;
    let replica = world.another_replica().await;
    let mut laptop = world.signed_in("mia").await;
    let mut copied = laptop.at(&replica);
    let mut phone = replica.signed_in("mia").await;
    let old = password("mia");
    let new = "another long passphrase";
    let fields = [("current", old.as_str()), ("new", new)];
    let changed = laptop
        .submit("/account/password", "/account/password", &fields)
        .await;
    assert_eq!((changed.status, changed.leads_to()), (303, "/account"));
    assert!(laptop.is_signed_in().await);
    assert!(!phone.is_signed_in().await, "on the next request");
    assert!(
        !copied.is_signed_in().await,
        "the old cookie is worth nothing"
    );
    assert_eq!(world.browser().sign_in("mia", &old).await.status, 422);
    assert_eq!(world.browser().sign_in("mia", new).await.status, 303);
}

#[tokio::test]
async fn a_password_is_changed_only_with_the_current_one_and_for_a_good_one() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    let old = password("mia");
    for (current, new, field, told) in [
        (
            "wrong",
            "another long passphrase",
            "current",
            "not your current",
        ),
        (&old, "short", "new", "at least 12 characters"),
        (&old, &old, "new", "choose another"),
        (
            &old,
            "pgp_a long passphrase",
            "new",
            "begins like an access token",
        ),
    ] {
        let fields = [("current", current), ("new", new)];
        let answer = browser
            .submit("/account/password", "/account/password", &fields)
            .await;
        assert_eq!(answer.status, 422, "{told}");
        let fault = format!("id=\"{field}-fault\"");
        let (_, after) = answer.text.split_once(&fault).unwrap();
        assert!(after.split("</p>").next().unwrap().contains(told), "{told}");
    }
    assert_eq!(world.browser().sign_in("mia", &old).await.status, 303);
}
