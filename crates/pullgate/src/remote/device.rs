//! `pullgate login --device`: the sign-in is approved in a browser.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use pullgate_control::{DeviceAuthorization, DeviceRefusal, DeviceSession};
use pullgate_identity::Secret;
use serde::Deserialize;

use super::server::Server;
use crate::failure::Failure;
use crate::output::{self, one_line};

/// What is added to the pause when the server finds it too short (RFC 8628,
/// section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// For how long it is waited at most, whatever the server says.
const LONGEST: Duration = Duration::from_hours(1);

/// How often in a row the server may be away while it is waited for.
const AWAY: u32 = 5;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Who has signed in.
#[derive(Deserialize)]
struct User {
    username: String,
}

/// Shows a code, waits until it was approved, and says as whom.
pub(super) async fn sign_in(server: &Server) -> Result<(String, Secret), Failure> {
    let program = ("client_id", "pullgate");
    let begun: DeviceAuthorization = match server
        .form("/api/v1/device/authorization", &[program])
        .await?
    {
        (StatusCode::OK, body) => server.read_answer(StatusCode::OK, &body)?,
        (status, body) => return Err(server.refusal(status, &body)),
    };
    output::note(format!(
        "To sign in, open this page in a browser and approve the code {}:\n\n  {}\n",
        one_line(&begun.user_code),
        one_line(&begun.verification_uri_complete)
    ));
    let end = Timestamp::now() + Duration::from_secs(begun.expires_in).min(LONGEST);
    let mut pause = Duration::from_secs(begun.interval.clamp(1, 60));
    let asked = [
        ("grant_type", GRANT),
        ("device_code", begun.device_code.as_str()),
        program,
    ];
    let mut away = 0;
    while Timestamp::now() < end {
        tokio::time::sleep(pause).await;
        let (status, body) = match server.form("/api/v1/device/token", &asked).await {
            Ok(answer) => answer,
            // It may only be starting anew, and the code outlives that.
            Err(_) if away < AWAY => {
                away += 1;
                continue;
            }
            Err(failure) => return Err(failure),
        };
        away = 0;
        if status == StatusCode::OK {
            let session: DeviceSession = server.read_answer(status, &body)?;
            let token = Secret::from(session.access_token);
            let user: User = server.get("/v2/user", &[], &token).await?;
            return Ok((user.username, token));
        }
        let Ok(refusal) = serde_json::from_slice::<DeviceRefusal>(&body) else {
            return Err(server.refusal(status, &body));
        };
        match refusal.error.as_str() {
            "authorization_pending" => {}
            "slow_down" => pause += SLOWER,
            "access_denied" => {
                return Err(Failure::new("the sign-in was denied in the browser"));
            }
            "expired_token" => break,
            _ => return Err(Failure::new(one_line(&refusal.error_description))),
        }
    }
    Err(Failure::new("nobody approved the code in time").hint("run the command again for another"))
}
