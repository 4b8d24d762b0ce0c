//! Sign-ins that begin on a machine and are answered in a browser.

use std::time::Duration;

use pullgate_store::{DeviceAnswer, DevicePoll, NewDeviceSignIn};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::Home;

const EVERY: Duration = Duration::from_secs(5);

async fn begun(home: &Home, number: u8) -> bool {
    let new = NewDeviceSignIn {
        device_hash: [number; 32],
        user_hash: [number + 100; 32],
        ends_at: home.now() + jiff::SignedDuration::from_mins(10),
        client: "pullgate/0.1.0".to_owned(),
        address: "192.0.2.7".to_owned(),
    };
    home.store.add_device_sign_in(new, 3).await.unwrap()
}

async fn polled(home: &Home, number: u8) -> DevicePoll {
    let polled = home.store.poll_device_sign_in(&[number; 32], EVERY).await;
    polled.unwrap()
}

#[rstest]
#[tokio::test]
async fn an_answer_is_given_once_to_the_machine_that_asked(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::on(on).await;
    let mia = home.person("mia").await;
    assert!(begun(&home, 1).await);
    assert_eq!(polled(&home, 1).await, DevicePoll::Waiting);
    assert_eq!(polled(&home, 1).await, DevicePoll::TooSoon);
    let seen = home
        .store
        .device_sign_in(&[101; 32])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.client, "pullgate/0.1.0");
    let approved = DeviceAnswer::Approved {
        person: mia.id,
        credentials_epoch: mia.credentials_epoch,
    };
    let answer = |answer| home.store.answer_device_sign_in(&[101; 32], answer);
    assert!(answer(approved).await.unwrap());
    assert!(
        !answer(DeviceAnswer::Denied).await.unwrap(),
        "the first answer holds"
    );
    assert_eq!(home.store.device_sign_in(&[101; 32]).await.unwrap(), None);
    home.wait(6);
    // The code that its person types is not the one that the machine keeps.
    assert_eq!(polled(&home, 101).await, DevicePoll::Unknown);
    assert_eq!(polled(&home, 1).await, DevicePoll::Answered(approved));
    home.wait(6);
    assert_eq!(polled(&home, 1).await, DevicePoll::Unknown);
}

#[rstest]
#[tokio::test]
async fn a_code_ends_and_one_address_has_few(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    for number in 1..=3 {
        assert!(begun(&home, number).await);
    }
    assert!(!begun(&home, 4).await, "too many wait");
    let denied = home
        .store
        .answer_device_sign_in(&[102; 32], DeviceAnswer::Denied);
    assert!(denied.await.unwrap());
    assert_eq!(
        polled(&home, 2).await,
        DevicePoll::Answered(DeviceAnswer::Denied)
    );
    home.wait(11 * 60);
    assert_eq!(polled(&home, 1).await, DevicePoll::Unknown);
    assert_eq!(home.store.device_sign_in(&[101; 32]).await.unwrap(), None);
    let late = home
        .store
        .answer_device_sign_in(&[101; 32], DeviceAnswer::Denied);
    assert!(!late.await.unwrap());
    assert!(begun(&home, 5).await, "what has ended waits no more");
}
