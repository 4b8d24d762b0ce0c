use std::num::NonZeroU32;

use pullgate_console::ConsoleRates;

use crate::world::World;

#[tokio::test]
async fn a_session_that_asks_too_often_waits_and_nobody_else_does() {
    let few = ConsoleRates {
        per_session: NonZeroU32::new(5).unwrap(),
        ..ConsoleRates::default()
    };
    let world = World::new().await.with_rates(few);
    let mut mia = world.signed_in("mia").await;
    let mut olivia = world.signed_in("olivia").await;
    let mut answers = Vec::new();
    for _ in 0..7 {
        answers.push(mia.get("/account").await);
    }
    assert!(answers[..5].iter().all(|answer| answer.status == 200));
    let refused = &answers[6];
    assert_eq!(refused.status, 429);
    assert!(
        refused.text.contains("Too many requests"),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("Pulls are not affected"));
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(
        refused
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert_eq!(
        refused.cookie("pullgate"),
        None,
        "nobody is signed out by it"
    );
    assert_eq!(olivia.get("/account").await.status, 200);
    let style = world.browser().get("/sign-in").await;
    assert_eq!(style.status, 200);
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_before_anything_is_looked_up() {
    let few = ConsoleRates {
        per_address: NonZeroU32::new(3).unwrap(),
        ..ConsoleRates::default()
    };
    let world = World::new().await.with_rates(few);
    let mut browser = world.browser();
    for _ in 0..3 {
        assert_eq!(browser.get("/sign-in").await.status, 200);
    }
    // The database need not be asked for that.
    world.store.close().await;
    let refused = browser.get("/sign-in").await;
    assert_eq!(refused.status, 429);
    assert!(refused.text.contains("This address has asked"));
}
