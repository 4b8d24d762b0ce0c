//! What is taken for a session.

use http::Method;
use serde_json::json;

use crate::world::World;

/// Base64 as in a JWT.
fn part(json: &serde_json::Value) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let text = json.to_string();
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) & 63;
            encoded.push(char::from(LETTERS[index as usize]));
        }
    }
    encoded
}

#[tokio::test]
async fn jwt_a_session_is_only_what_this_server_has_signed_as_one() {
    let world = World::new().await;
    let session = world.session("olivia");
    let parts: Vec<&str> = session.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("a session has three parts: {session}")
    };
    let mias = world.session("mia");
    let mias: Vec<&str> = mias.split('.').collect();
    let subject = {
        let directory = world.identity.directory();
        let olivia = directory.person_named("olivia").unwrap();
        pullgate_identity::Subject::Person {
            id: olivia.id,
            username: olivia.username.clone(),
            epoch: olivia.credentials_epoch,
            via: pullgate_identity::Via::Password,
            reach: pullgate_identity::Reach::All,
        }
    };
    let bearer = world.identity.issue_bearer(&subject, "pullgate", &[]);
    let none = part(&json!({"alg": "none", "typ": "JWT"}));
    let symmetric = part(&json!({"alg": "HS256", "typ": "JWT"}));
    let forged = [
        ("no signature", format!("{header}.{claims}.")),
        ("alg none", format!("{none}.{claims}.")),
        ("alg none, signed", format!("{none}.{claims}.{signature}")),
        ("HS256", format!("{symmetric}.{claims}.{signature}")),
        (
            "olivia's claims, mia's signature",
            format!("{header}.{claims}.{}", mias[2]),
        ),
        (
            "mia's claims, olivia's signature",
            format!("{header}.{}.{signature}", mias[1]),
        ),
        ("two parts", format!("{header}.{claims}")),
        ("a token of the registry", bearer.unwrap().token),
        (
            "an access token",
            "pgp_0123456789abcdefghijklmnopqrstuvwxyzABCDEF".to_owned(),
        ),
        ("a name", "olivia".to_owned()),
        ("nothing", String::new()),
    ];
    for (what, token) in &forged {
        for path in ["/v2/user", "/v2/orgs/acme/settings"] {
            let answer = world.ask_with(Method::GET, Some(token), path, None).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.text);
            assert!(!answer.text.contains("olivia"), "{what}: {}", answer.text);
        }
    }
    // What they were made from is one.
    let answer = world.get("olivia", "/v2/user").await;
    assert_eq!(
        (answer.status, &answer.body["username"]),
        (200, &json!("olivia"))
    );
}

#[tokio::test]
async fn rights_that_outlive_their_cause_do_not() {
    let world = World::new().await;
    let by = &pullgate_store::Actor::CommandLine;
    let session = world.session("mia");
    let status = async |path: &str| {
        let answer = world
            .ask_with(Method::GET, Some(&session), path, None)
            .await;
        answer.status
    };
    assert_eq!(status("/v2/orgs/acme/settings").await, 200);
    let (acme, mia) = ("acme".parse().unwrap(), "mia".parse().unwrap());
    world.store.remove_member(&acme, &mia, by).await.unwrap();
    world.door.catch_up().await.unwrap();
    assert_eq!(
        status("/v2/orgs/acme/settings").await,
        404,
        "a membership that has ended"
    );
    assert_eq!(status("/v2/user").await, 200);
    world
        .store
        .set_active(&mia, pullgate_store::AccountStatus::Deactivated, by)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
    assert_eq!(status("/v2/user").await, 401, "an account that was closed");
}
