//! Codes for signing a machine in from a browser.

use std::collections::HashSet;

use pullgate_identity::BrowserSecret;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_short_code_is_known_however_it_is_typed_and_another_is_not() {
    let world = World::new().await;
    let codes = world.identity.new_device_codes().unwrap();
    let plain = codes.user.replace('-', "");
    for typed in [
        codes.user.clone(),
        codes.user.to_lowercase(),
        plain.clone(),
        format!(" {plain} "),
        plain.split_at(2).0.to_owned() + " " + plain.split_at(2).1,
    ] {
        let hash = world.identity.device_user_hash(&typed);
        assert_eq!(hash, Some(codes.user_hash), "{typed}");
    }
    for typed in [
        "",
        "AAAA-AAAA",
        &plain[..7],
        &format!("{plain}B"),
        "ÄÖÜß-BCDF",
    ] {
        assert_eq!(world.identity.device_user_hash(typed), None, "{typed}");
    }
    let device = world
        .identity
        .browser_secret_hash(BrowserSecret::Device, &codes.device);
    assert_eq!(device, Some(codes.device_hash));
    let session = world
        .identity
        .browser_secret_hash(BrowserSecret::Session, &codes.device);
    assert_ne!(
        session,
        Some(codes.device_hash),
        "it is for one thing alone"
    );

    let many: HashSet<_> = (0..200)
        .map(|_| world.identity.new_device_codes().unwrap().user)
        .collect();
    assert_eq!(many.len(), 200);
}
