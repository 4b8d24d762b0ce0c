use pullgate_identity::{BrowserSecret, Secret};

use crate::world::World;

#[tokio::test]
async fn a_secret_is_found_again_for_its_purpose_alone() {
    let world = World::new().await;
    let identity = &world.identity;
    let (secret, hash) = identity.new_browser_secret(BrowserSecret::Session).unwrap();
    let look_up = |purpose, secret: &Secret| identity.browser_secret_hash(purpose, secret);
    assert_eq!(look_up(BrowserSecret::Session, &secret), Some(hash));
    assert_ne!(look_up(BrowserSecret::SetUp, &secret), Some(hash));
    assert_ne!(look_up(BrowserSecret::Invite, &secret), Some(hash));
    let (other, _) = identity.new_browser_secret(BrowserSecret::Session).unwrap();
    assert_ne!(look_up(BrowserSecret::Session, &other), Some(hash));
    for nonsense in [
        "",
        "x",
        "\u{e9}\u{e9}",
        &secret.expose()[1..],
        &format!("{}A", secret.expose()),
    ] {
        let nonsense = Secret::new(nonsense);
        assert_eq!(look_up(BrowserSecret::Session, &nonsense), None);
    }
}

#[tokio::test]
async fn a_secret_of_one_replica_is_known_to_the_others() {
    let world = World::new().await;
    let other = world.another_replica().await;
    for purpose in [
        BrowserSecret::Session,
        BrowserSecret::SetUp,
        BrowserSecret::Invite,
    ] {
        let (secret, hash) = world.identity.new_browser_secret(purpose).unwrap();
        assert_eq!(other.browser_secret_hash(purpose, &secret), Some(hash));
    }
}

#[tokio::test]
async fn a_form_carries_what_its_own_session_gave_it() {
    let world = World::new().await;
    let identity = &world.identity;
    let (mine, _) = identity.new_browser_secret(BrowserSecret::Session).unwrap();
    let (yours, _) = identity.new_browser_secret(BrowserSecret::Session).unwrap();
    let token = identity.form_token(&mine);
    assert!(identity.is_form_token(&mine, &token));
    assert!(!identity.is_form_token(&yours, &token));
    assert!(!identity.is_form_token(&mine, ""));
    assert!(
        !identity.is_form_token(&mine, mine.expose()),
        "the cookie itself"
    );
    assert!(!token.contains(mine.expose()));
    assert!(!identity.is_form_token(&Secret::new("nonsense"), ""));
}
