//! Passwords: right, wrong, remembered, and bounded in number.

use std::sync::Arc;

use pullgate_identity::{HashError, Reach, SignInError, Subject, Via, WeakPassword};
use pullgate_store::{AccountStatus, Actor};

use crate::world::{ELSEWHERE, IntoSecret, OFFICE, PASSWORD, World, at_once, settings, username};

#[tokio::test]
async fn a_member_signs_in_with_their_password() {
    let world = World::new().await;
    let mia = world.mia().await;
    assert_eq!(mia.to_string(), "person:mia");
    assert_eq!(world.memberships(&mia), [r#"acme Member ["build"]"#]);
    assert!(matches!(
        mia,
        Subject::Person {
            via: Via::Password,
            reach: Reach::All,
            ..
        }
    ));
    let olga = world.sign_in("olga", PASSWORD).await.unwrap();
    assert_eq!(world.memberships(&olga), ["acme Owner []"]);
}

#[tokio::test]
async fn what_is_wrong_is_not_told() {
    let world = World::new().await;
    for (name, password) in [
        ("mia", "incorrect horse battery"),
        ("mia", ""),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("", ""),
        ("Mia", PASSWORD),
        ("mia ", PASSWORD),
        ("mia\0", PASSWORD),
        ("acme", PASSWORD),
        (&"m".repeat(100_000), PASSWORD),
        ("mia", &"x".repeat(1_000_000)),
    ] {
        let refused = world.sign_in_from(name, password, ELSEWHERE).await;
        assert_eq!(refused, Err(SignInError::Wrong));
    }
}

/// THREATS.md, "timing, brute force": a dummy hash for unknown users.
#[tokio::test]
async fn timing_an_unknown_user_costs_a_hash_as_a_known_one_does() {
    let world = World::new().await;
    for name in ["mia", "nobody"] {
        let before = world.identity.counters().passwords_hashed;
        let refused = world.sign_in(name, "not this, certainly").await;
        assert_eq!(refused, Err(SignInError::Wrong));
        let after = world.identity.counters().passwords_hashed;
        assert_eq!(after - before, 1, "for {name}");
    }
}

/// THREATS.md, "slow hashes on the hot path": remembered briefly.
#[tokio::test]
async fn slow_hashes_a_verified_password_is_remembered_for_a_minute() {
    let world = World::new().await;
    let hashed = || world.identity.counters().passwords_hashed;
    world.mia().await;
    let first = hashed();
    for _ in 0..100 {
        world.mia().await;
    }
    assert_eq!(hashed(), first, "remembered");

    world
        .sign_in("mia", "not this, certainly")
        .await
        .unwrap_err();
    assert_eq!(hashed(), first + 1, "a wrong one is not");
    world.sign_in("olga", PASSWORD).await.unwrap();
    assert_eq!(hashed(), first + 2, "nor the same one of somebody else");
    world
        .sign_in_from("mia", PASSWORD, ELSEWHERE)
        .await
        .unwrap();
    assert_eq!(hashed(), first + 3, "nor from elsewhere");

    world.let_pass(61);
    world.mia().await;
    assert_eq!(hashed(), first + 4, "and not for longer than a minute");
}

#[tokio::test]
async fn a_remembered_password_does_not_outlive_its_change() {
    let world = World::new().await;
    world.mia().await;
    let new = "another horse, another staple";
    let hash = world.identity.hash_password(&new.into_secret()).await;
    world
        .store
        .set_password_hash(&username("mia"), &hash.unwrap(), &Actor::CommandLine)
        .await
        .unwrap();
    world.reload().await;
    assert_eq!(
        world.sign_in("mia", PASSWORD).await,
        Err(SignInError::Wrong)
    );
    world.sign_in("mia", new).await.unwrap();
}

#[tokio::test]
async fn who_was_deactivated_is_told_so_only_with_the_right_password() {
    let world = World::new().await;
    world.mia().await;
    world
        .store
        .set_active(
            &username("mia"),
            AccountStatus::Deactivated,
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    world.reload().await;
    let right = world.sign_in("mia", PASSWORD).await;
    assert_eq!(right, Err(SignInError::Disabled));
    let wrong = world.sign_in("mia", "not this, certainly").await;
    assert_eq!(wrong, Err(SignInError::Wrong));
}

#[tokio::test]
async fn a_new_password_is_long_enough_and_looks_like_no_token() {
    let world = World::new().await;
    let longest = "x".repeat(1025);
    for (password, why) in [
        ("elevenchars", WeakPassword::TooShort),
        ("ééééééééééé", WeakPassword::TooShort),
        (longest.as_str(), WeakPassword::TooLong),
        ("pgp_correct horse", WeakPassword::LooksLikeToken),
        ("pgo_correct horse", WeakPassword::LooksLikeToken),
    ] {
        let refused = world.identity.hash_password(&password.into_secret()).await;
        assert!(matches!(refused, Err(HashError::Weak(weak)) if weak == why));
    }
    for password in ["twelve chars", "éééééééééééé", &longest[1..]] {
        let hash = world.identity.hash_password(&password.into_secret()).await;
        let hash = hash.unwrap();
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    }
}

/// THREATS.md, "slow hashes on the hot path": a flood of sign-ins does not
/// take the machine's memory and cores.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn slow_hashes_a_hundred_sign_ins_at_once_hash_no_more_than_three_at_once() {
    let mut settings = settings();
    settings.password.at_once = at_once(3);
    settings.password.waiting = 200;
    settings.password.memory_kib = 1024;
    let world = World::with(settings).await;
    let attempts: Vec<_> = (0..100_u8)
        .map(|number| {
            let identity = Arc::clone(&world.identity);
            tokio::spawn(async move {
                let name = format!("person-{number}");
                let from = [192, 0, 2, number].into();
                identity.sign_in(&name, &PASSWORD.into_secret(), from).await
            })
        })
        .collect();
    for attempt in attempts {
        assert_eq!(attempt.await.unwrap(), Err(SignInError::Wrong));
    }
    let counters = world.identity.counters();
    assert!(counters.passwords_hashed >= 100);
    assert!(counters.passwords_hashed_at_once <= 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_signs_in_ten_times_at_once_is_hashed_once() {
    let world = World::new().await;
    let before = world.identity.counters().passwords_hashed;
    let attempts: Vec<_> = (0..10)
        .map(|_| {
            let identity = Arc::clone(&world.identity);
            tokio::spawn(async move {
                identity
                    .sign_in("mia", &PASSWORD.into_secret(), OFFICE)
                    .await
            })
        })
        .collect();
    for attempt in attempts {
        attempt.await.unwrap().unwrap();
    }
    assert_eq!(world.identity.counters().passwords_hashed, before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_too_many_wait_the_next_is_told_that_the_server_is_busy() {
    let mut settings = settings();
    settings.password.at_once = at_once(1);
    settings.password.waiting = 0;
    settings.password.memory_kib = 64 * 1024;
    let world = World::with(settings).await;
    let attempts: Vec<_> = (0..20_u8)
        .map(|number| {
            let identity = Arc::clone(&world.identity);
            tokio::spawn(async move {
                let from = [192, 0, 2, number].into();
                identity.sign_in("mia", &PASSWORD.into_secret(), from).await
            })
        })
        .collect();
    let mut busy = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => {}
            Err(SignInError::Busy) => busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(busy > 0);
    world.mia().await;
}
