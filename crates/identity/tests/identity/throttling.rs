//! THREATS.md, "timing, brute force": throttling by account and by address.

use std::time::Duration;

use pullgate_identity::{Scope, SignInError};

use crate::world::{ELSEWHERE, OFFICE, PASSWORD, World};

const WRONG: &str = "not this, certainly";

async fn fail(world: &World, times: usize) {
    for _ in 0..times {
        world.sign_in("mia", WRONG).await.unwrap_err();
    }
}

fn throttled(seconds: u64) -> Result<(), SignInError> {
    Err(SignInError::Throttled {
        retry_after: Duration::from_secs(seconds),
    })
}

#[tokio::test]
async fn brute_force_after_ten_failures_a_guesser_must_wait() {
    let world = World::new().await;
    fail(&world, 10).await;
    let hashed = world.identity.counters().passwords_hashed;
    let next = world.sign_in("mia", WRONG).await.map(drop);
    assert_eq!(next, throttled(90));
    let right = world.sign_in("mia", PASSWORD).await.map(drop);
    assert_eq!(right, throttled(90), "or a guesser would learn it");
    assert_eq!(world.identity.counters().passwords_hashed, hashed);

    world.sign_in("olga", PASSWORD).await.unwrap();
    world
        .sign_in_from("mia", PASSWORD, ELSEWHERE)
        .await
        .unwrap();
    world.let_pass(90);
    world.sign_in("mia", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn brute_force_a_remembered_password_does_not_help_a_throttled_guesser() {
    let world = World::new().await;
    world.mia().await;
    fail(&world, 10).await;
    let right = world.sign_in("mia", PASSWORD).await.map(drop);
    assert_eq!(right, throttled(90));
}

#[tokio::test]
async fn brute_force_from_many_addresses_is_throttled_by_account() {
    let world = World::new().await;
    world.mia().await;
    for number in 0..50 {
        let from = [203, 0, 113, number].into();
        let refused = world.sign_in_from("mia", WRONG, from).await;
        assert_eq!(refused, Err(SignInError::Wrong));
    }
    let refused = world
        .sign_in_from("mia", PASSWORD, ELSEWHERE)
        .await
        .map(drop);
    assert_eq!(refused, throttled(18));
    world.mia().await; // From where she just was, with what is remembered.
}

#[tokio::test]
async fn brute_force_on_many_accounts_is_throttled_by_address() {
    let world = World::new().await;
    for number in 0..100 {
        let name = format!("person-{number}");
        world.sign_in(&name, WRONG).await.unwrap_err();
    }
    let refused = world.sign_in("mia", PASSWORD).await.map(drop);
    assert_eq!(refused, throttled(9));
    world
        .sign_in_from("mia", PASSWORD, ELSEWHERE)
        .await
        .unwrap();
}

#[tokio::test]
async fn brute_force_tells_nothing_about_whether_an_account_exists() {
    let world = World::new().await;
    for name in ["olga", "nobody"] {
        for _ in 0..10 {
            let refused = world.sign_in(name, WRONG).await;
            assert_eq!(refused, Err(SignInError::Wrong));
        }
        let refused = world.sign_in(name, WRONG).await.map(drop);
        assert_eq!(refused, throttled(90));
    }
}

#[tokio::test]
async fn a_right_access_token_always_works() {
    let world = World::new().await;
    let token = world.personal_token("mia", Scope::RepoRead).await;
    fail(&world, 20).await;
    for number in 0..120 {
        let wrong = format!("pgp_{number}");
        world.sign_in("mia", &wrong).await.unwrap_err();
    }
    for from in [OFFICE, ELSEWHERE] {
        let secret = token.secret.expose();
        world.sign_in_from("mia", secret, from).await.unwrap();
    }
}

#[tokio::test]
async fn a_machine_with_a_revoked_token_does_not_lock_people_out() {
    let world = World::new().await;
    let mut refusals = Vec::new();
    for _ in 0..101 {
        refusals.push(world.sign_in("mia", "pgp_revoked").await.map(drop));
    }
    assert_eq!(refusals.pop(), Some(throttled(9)));
    assert!(
        refusals
            .iter()
            .all(|refusal| *refusal == Err(SignInError::Wrong))
    );
    world.mia().await;
}

#[tokio::test]
async fn who_signs_in_is_forgiven_earlier_typing_errors() {
    let world = World::new().await;
    for _ in 0..5 {
        fail(&world, 9).await;
        world.mia().await;
        world.let_pass(61);
    }
}
