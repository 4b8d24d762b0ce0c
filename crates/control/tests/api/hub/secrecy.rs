//! THREATS.md, "secrets in logs": the secret of an access token is in one
//! answer, and nowhere else.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::world::World;

/// All that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn secrets_in_logs_lists_and_the_history() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    let personal = json!({"token_label": "laptop", "scopes": ["repo:read"]});
    let personal = world.post("olivia", "/v2/access-tokens", &personal).await;
    let tokens = "/v2/orgs/acme/access-tokens";
    let machines = world.post("olivia", tokens, &json!({"label": "ci"})).await;
    let uuid = personal.body["uuid"].as_str().unwrap();
    let id = machines.body["id"].as_str().unwrap();
    let (mine, acmes) = (
        format!("/v2/access-tokens/{uuid}"),
        format!("{tokens}/{id}"),
    );
    let secrets = [&personal, &machines].map(|made| made.body["token"].as_str().unwrap());

    let mut seen = String::new();
    for (who, secret) in [("olivia", secrets[0]), ("acme", secrets[1])] {
        let session = world.sign_in(who, secret).await;
        seen += &world
            .ask_with(http::Method::GET, Some(&session), "/v2/user", None)
            .await
            .text;
        // With the last letter wrong.
        let almost = json!({"username": who, "password": &secret[..secret.len() - 1]});
        seen += &world.post("", "/v2/users/login", &almost).await.text;
    }
    for path in [&mine, &acmes] {
        seen += &world.get("olivia", path).await.text;
        seen += &world
            .patch("olivia", path, &json!({"is_active": false}))
            .await
            .text;
    }
    for path in ["/v2/access-tokens", tokens] {
        seen += &world.get("olivia", path).await.text;
    }
    for path in [&mine, &acmes] {
        seen += &world.delete("olivia", path).await.text;
    }
    let history = world.store.changes(None, None, 1_000).await.unwrap();
    assert_eq!(
        history
            .iter()
            .filter(|change| change.action.as_str().starts_with("token_"))
            .count(),
        6,
        "two were made, switched off and deleted"
    );
    write!(seen, "{history:?}").unwrap();
    seen += &String::from_utf8_lossy(&log.0.lock().unwrap());
    for secret in secrets {
        assert!(secret.len() > 40);
        // Not even most of one.
        assert!(!seen.contains(&secret[..30]), "{secret} is in {seen}");
    }
}
