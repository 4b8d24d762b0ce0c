//! Signing a machine in from a browser (RFC 8628).

use http::Method;
use pullgate_store::{AccountStatus, Actor, DeviceAnswer};
use serde_json::Value;

use crate::world::{Answer, World, username};

const FORM: &str = "application/x-www-form-urlencoded";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A form, sent by a machine of which nobody knows whose it is.
async fn sent(world: &World, path: &str, form: &str) -> Answer {
    world.send(Method::POST, "sam", path, FORM, form).await
}

async fn begun(world: &World) -> Value {
    let answer = sent(world, "/api/v1/device/authorization", "client_id=x").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer.body
}

async fn fetched(world: &World, codes: &Value) -> Answer {
    let code = codes["device_code"].as_str().unwrap();
    let form = format!("grant_type={GRANT}&device_code={code}&client_id=x");
    sent(world, "/api/v1/device/token", &form).await
}

/// mia answers, as the console does for her.
async fn answered(world: &World, codes: &Value, answer: DeviceAnswer) {
    let typed = codes["user_code"].as_str().unwrap();
    let hash = world.identity.device_user_hash(typed).unwrap();
    assert!(
        world
            .store
            .answer_device_sign_in(&hash, answer)
            .await
            .unwrap()
    );
}

fn mia(world: &World) -> DeviceAnswer {
    let directory = world.identity.directory();
    let mia = directory.person_named("mia").unwrap();
    DeviceAnswer::Approved {
        person: mia.id,
        credentials_epoch: mia.credentials_epoch,
    }
}

#[tokio::test]
async fn a_machine_gets_the_session_of_whoever_approved_its_code_once() {
    let world = World::new().await;
    let codes = begun(&world).await;
    assert_eq!(
        codes["verification_uri_complete"],
        format!(
            "https://pullgate.example.com/device?code={}",
            codes["user_code"].as_str().unwrap()
        )
    );
    assert_eq!(
        (&codes["expires_in"], &codes["interval"]),
        (&600.into(), &5.into())
    );
    let early = fetched(&world, &codes).await;
    assert_eq!(
        (early.status, &early.body["error"]),
        (400, &"authorization_pending".into())
    );
    let hasty = fetched(&world, &codes).await;
    assert_eq!(
        (hasty.status, &hasty.body["error"]),
        (400, &"slow_down".into())
    );
    world
        .meddle("UPDATE device_sign_ins SET asked_at = 0")
        .await;
    answered(&world, &codes, mia(&world)).await;
    let session = fetched(&world, &codes).await;
    assert_eq!(session.status, 200, "{}", session.text);
    let token = session.body["access_token"].as_str().unwrap().to_owned();
    let me = world
        .ask_with(Method::GET, Some(&token), "/v2/user", None)
        .await;
    assert_eq!(me.body["username"], "mia");
    let again = fetched(&world, &codes).await;
    assert_eq!(
        (again.status, &again.body["error"]),
        (400, &"expired_token".into())
    );
}

#[tokio::test]
async fn what_is_denied_ended_or_unknown_gives_no_session() {
    let world = World::new().await;
    let codes = begun(&world).await;
    answered(&world, &codes, DeviceAnswer::Denied).await;
    assert_eq!(fetched(&world, &codes).await.body["error"], "access_denied");

    // Approved by somebody whose account is closed before it is fetched.
    let codes = begun(&world).await;
    answered(&world, &codes, mia(&world)).await;
    let off = AccountStatus::Deactivated;
    let by = &Actor::CommandLine;
    world
        .store
        .set_active(&username("mia"), off, by)
        .await
        .unwrap();
    world.door.reload().await.unwrap();
    let late = fetched(&world, &codes).await;
    assert_eq!(
        (late.status, &late.body["error"]),
        (400, &"expired_token".into())
    );

    let codes = begun(&world).await;
    world.meddle("UPDATE device_sign_ins SET ends_at = 0").await;
    assert_eq!(fetched(&world, &codes).await.body["error"], "expired_token");
    for form in [
        format!("grant_type={GRANT}&device_code=nothing"),
        format!(
            "grant_type={GRANT}&device_code={}",
            codes["user_code"].as_str().unwrap()
        ),
    ] {
        let answer = sent(&world, "/api/v1/device/token", &form).await;
        assert_eq!(answer.body["error"], "expired_token", "{form}");
    }
    let other = sent(
        &world,
        "/api/v1/device/token",
        "grant_type=password&device_code=x",
    )
    .await;
    assert_eq!(
        (other.status, &other.body["error"]),
        (400, &"unsupported_grant_type".into())
    );
}
