//! Letting a machine in.

use pullgate_store::{DeviceAnswer, DevicePoll, NewDeviceSignIn};

use crate::world::World;

/// A machine that waits, and the code that its person types.
async fn waiting(world: &World) -> (String, [u8; 32]) {
    let codes = world.identity().await.new_device_codes().unwrap();
    let new = NewDeviceSignIn {
        device_hash: codes.device_hash,
        user_hash: codes.user_hash,
        ends_at: "2026-11-25T13:00:00Z".parse().unwrap(),
        client: "pullgate/<b>0.1.0</b>".to_owned(),
        address: "192.0.2.7".to_owned(),
    };
    assert!(world.store.add_device_sign_in(new, 50).await.unwrap());
    (codes.user, codes.device_hash)
}

async fn outcome(world: &World, device: &[u8; 32]) -> DevicePoll {
    let every = std::time::Duration::ZERO;
    world
        .store
        .poll_device_sign_in(device, every)
        .await
        .unwrap()
}

#[tokio::test]
async fn somebody_lets_their_machine_in_after_seeing_what_asks() {
    let world = World::new().await;
    let (code, device) = waiting(&world).await;
    let mut mia = world.signed_in("mia").await;
    // A link fills the code in and does nothing.
    let page = mia.get(&format!("/device?code={code}")).await;
    assert!(
        page.text.contains(&format!("value=\"{code}\"")),
        "{}",
        page.text
    );
    assert_eq!(outcome(&world, &device).await, DevicePoll::Waiting);
    let typed = code.to_lowercase().replace('-', " ");
    let seen = mia.submit("/device", "/device", &[("code", &typed)]).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    for part in [
        "192.0.2.7",
        "pullgate/&#60;b&#62;0.1.0",
        "mia",
        "Nobody else has a reason",
    ] {
        assert!(seen.text.contains(part), "{part} in {}", seen.text);
    }
    let fields = [("code", typed.as_str()), ("answer", "approve")];
    let done = mia.submit("/device", "/device/answer", &fields).await;
    assert_eq!(done.leads_to(), "/device");
    assert!(mia.get("/device").await.text.contains("signed in as you"));
    assert!(matches!(
        outcome(&world, &device).await,
        DevicePoll::Answered(DeviceAnswer::Approved { .. })
    ));
    // Once.
    let again = mia.submit("/device", "/device/answer", &fields).await;
    assert_eq!(again.leads_to(), "/device");
    assert!(mia.get("/device").await.text.contains("waits no more"));
}

#[tokio::test]
async fn a_machine_is_denied_and_strangers_and_forged_forms_do_nothing() {
    let world = World::new().await;
    let (code, device) = waiting(&world).await;
    let fields = [("code", code.as_str()), ("answer", "approve")];
    let mut nobody = world.browser();
    let page = nobody.get("/device").await;
    assert!(
        page.leads_to().starts_with("/sign-in"),
        "{}",
        page.leads_to()
    );
    let mut mia = world.signed_in("mia").await;
    for path in ["/device", "/device/answer"] {
        assert_ne!(nobody.post(path, &fields).await.status, 200, "{path}");
        // Without what the page's forms carry.
        assert_eq!(mia.post(path, &fields).await.status, 403, "{path}");
    }
    assert_eq!(outcome(&world, &device).await, DevicePoll::Waiting);
    let denied = [("code", code.as_str()), ("answer", "deny")];
    mia.submit("/device", "/device/answer", &denied).await;
    let found = outcome(&world, &device).await;
    assert_eq!(found, DevicePoll::Answered(DeviceAnswer::Denied));
}

#[tokio::test]
async fn codes_are_not_guessed() {
    let world = World::new().await;
    let (code, device) = waiting(&world).await;
    let mut mia = world.signed_in("mia").await;
    for _ in 0..10 {
        let wrong = mia
            .submit("/device", "/device", &[("code", "BBBB-BBBB")])
            .await;
        assert_eq!(wrong.status, 422, "{}", wrong.text);
        assert!(wrong.text.contains("No machine waits"), "{}", wrong.text);
    }
    let spent = mia.submit("/device", "/device", &[("code", &code)]).await;
    assert!(
        spent.text.contains("Too many codes were wrong"),
        "{}",
        spent.text
    );
    assert_eq!(outcome(&world, &device).await, DevicePoll::Waiting);
    // Nobody else is kept from theirs.
    let mut olivia = world.signed_in("olivia").await;
    let seen = olivia
        .submit("/device", "/device", &[("code", &code)])
        .await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    world.wait(11);
    let (code, _) = waiting(&world).await;
    let seen = mia.submit("/device", "/device", &[("code", &code)]).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
}
