//! A document that is kept elsewhere is worth something only as it was signed.

use pullgate_identity::{BearerError, DocumentKeys};
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_read_as_it_was_signed_and_for_its_purpose_alone() {
    let world = World::new().await;
    let keys: DocumentKeys = serde_json::from_value(world.identity.jwks()).unwrap();
    let document = json!({"allowed": false});
    let signed = world.identity.sign_document("machines", &document).unwrap();
    assert_eq!(keys.read::<Value>(&signed, "machines"), Ok(document));
    assert_eq!(
        keys.read::<Value>(&signed, "others"),
        Err(BearerError::WrongAudience)
    );

    // One letter of what it says is another.
    let mut parts: Vec<String> = signed.split('.').map(str::to_owned).collect();
    let middle = parts[1].len() / 2;
    let other = if parts[1].as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    parts[1].replace_range(middle..=middle, other);
    assert!(keys.read::<Value>(&parts.join("."), "machines").is_err());

    // Signed by somebody else's key.
    let elsewhere = World::new().await;
    let theirs: DocumentKeys = serde_json::from_value(elsewhere.identity.jwks()).unwrap();
    assert_eq!(
        theirs.read::<Value>(&signed, "machines"),
        Err(BearerError::UnknownKey)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_no_token_and_a_token_no_document() {
    let world = World::new().await;
    let keys: DocumentKeys = serde_json::from_value(world.identity.jwks()).unwrap();
    let signed = world
        .identity
        .sign_document("pullgate-control", &json!({}))
        .unwrap();
    assert!(world.identity.verify_session(&signed).is_err());
    let subject = world.mia().await;
    let session = world.identity.issue_session(&subject).unwrap();
    assert_eq!(
        keys.read::<Value>(&session.token, "pullgate-control"),
        Err(BearerError::WrongType)
    );
}
