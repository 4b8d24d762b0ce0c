//! THREATS.md, "secrets in logs": nothing that is printed holds a secret.

use pullgate_identity::Scope;

use crate::world::{IntoSecret, PASSWORD, SERVICE, World};

#[tokio::test]
async fn secrets_in_logs_no_debug_print_and_no_error_shows_one() {
    let world = World::new().await;
    let identity = &world.identity;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    let mia = world.mia().await;
    let bearer = identity.issue_bearer(&mia, SERVICE, &[]).unwrap();
    let refresh = identity.issue_refresh(&mia).unwrap();
    let hash = identity
        .hash_password(&PASSWORD.into_secret())
        .await
        .unwrap();
    let wrong = world.sign_in("mia", "a wrong password").await.unwrap_err();
    let directory = identity.directory();
    let person = directory.person_named("mia").unwrap();
    let kept = directory.token(token.id).unwrap();

    let printed = format!(
        "{:?} {token:?} {mia:?} {mia} {bearer:?} {refresh:?} {hash:?} {wrong:?} {wrong} \
         {directory:?} {person:?} {kept:?} {identity:?}",
        PASSWORD.into_secret(),
    );
    let stored = world.store.signing_keys().await.unwrap();
    let secrets = [
        PASSWORD,
        "a wrong password",
        token.secret.expose(),
        &bearer.token,
        refresh.expose(),
        hash.reveal(),
        person.password.as_ref().unwrap().reveal(),
        &format!("{:?}", kept.hash.as_bytes()),
        &format!("{:?}", stored[0].private_der.reveal()),
    ];
    for secret in secrets {
        assert!(!printed.contains(secret));
    }
    assert!(!printed.contains("$argon2"));
}

#[tokio::test]
async fn the_store_holds_no_token_and_no_password() {
    let world = World::new().await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    world.sign_in("mia", token.secret.expose()).await.unwrap();
    let bearer = world.bearer(&world.mia().await);
    world.identity.flush_uses().await.unwrap();

    let stored = world.stored_bytes();
    let holds = |text: &str| {
        let text = text.as_bytes();
        stored.windows(text.len()).any(|window| window == text)
    };
    assert!(
        holds("mia@acme.example"),
        "or this test looks in the wrong place"
    );
    for secret in [PASSWORD, token.secret.expose(), &bearer] {
        assert!(!holds(secret));
    }
}
