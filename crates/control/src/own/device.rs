//! Signing a machine in from a browser: the device authorization grant of
//! OAuth 2.0 (RFC 8628), in its own shapes.

use axum::Json;
use axum::extract::{Extension, Form, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, USER_AGENT};
use http::{HeaderMap, StatusCode};
use pullgate_admin::{DeviceOutcome, Machine};
use pullgate_identity::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Client, Shared};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(fetch))
}

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The codes of a sign-in that has begun.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceAuthorization {
    /// What the machine keeps, and fetches the session with.
    pub device_code: String,
    /// What its person types.
    pub user_code: String,
    /// The page where they do.
    pub verification_uri: String,
    /// The same with the code filled in.
    pub verification_uri_complete: String,
    /// How long the codes last, in seconds.
    pub expires_in: u64,
    /// How long to wait between two questions, in seconds.
    pub interval: u64,
}

/// What a machine asks again and again.
#[derive(Deserialize, ToSchema)]
struct DeviceTokenForm {
    /// `urn:ietf:params:oauth:grant-type:device_code`
    grant_type: String,
    /// The code that the machine keeps.
    device_code: String,
    /// Which program asks, by its own word; not looked at.
    #[serde(default)]
    #[expect(dead_code, reason = "programs send it")]
    client_id: Option<String>,
}

/// The session, once it was approved.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceSession {
    /// The session.
    pub access_token: String,
    /// `Bearer`
    pub token_type: String,
    /// How long it lasts, in seconds.
    pub expires_in: u64,
}

/// Why there is no session, or not yet.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceRefusal {
    /// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`,
    /// `unsupported_grant_type` or `invalid_request`.
    pub error: String,
    /// The same for a person.
    pub error_description: String,
}

/// Begin a sign-in on a machine
///
/// The machine shows the short code and the page; whoever approves there is
/// whom the machine is signed in as. What programs send of themselves in a form
/// (`client_id`, `scope`) is not looked at.
#[utoipa::path(
    post,
    path = "/api/v1/device/authorization",
    tag = "authentication",
    responses((status = 200, description = "The codes.", body = DeviceAuthorization)),
    security(()),
)]
async fn begin(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let agent = headers.get(USER_AGENT);
    let begun = shared.admin.begin_device_sign_in(Machine {
        client: agent.and_then(|agent| agent.to_str().ok()).unwrap_or(""),
        address: client.address,
    });
    let begun = begun.await?;
    Ok(unkept(
        StatusCode::OK,
        DeviceAuthorization {
            device_code: begun.device_code.expose().to_owned(),
            verification_uri_complete: format!("{}?code={}", begun.page, begun.user_code),
            verification_uri: begun.page,
            user_code: begun.user_code,
            expires_in: begun.lasts.as_secs(),
            interval: begun.every.as_secs(),
        },
    ))
}

/// Fetch the session of a sign-in on a machine
///
/// Asked again until somebody has answered. The session is given once.
#[utoipa::path(
    post,
    path = "/api/v1/device/token",
    tag = "authentication",
    request_body(content = DeviceTokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Approved.", body = DeviceSession),
        (status = 400, description = "Not yet, or not at all.", body = DeviceRefusal),
    ),
    security(()),
)]
async fn fetch(
    State(shared): State<Shared>,
    form: Result<Form<DeviceTokenForm>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Problem> {
    let Form(form) = match form {
        Ok(form) => form,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(Problem::too_large(error.body_text()));
        }
        Err(error) => return Ok(refused("invalid_request", &error.body_text())),
    };
    if form.grant_type != GRANT {
        return Ok(refused(
            "unsupported_grant_type",
            &format!("grant_type is not {GRANT}"),
        ));
    }
    let code = Secret::from(form.device_code);
    Ok(match shared.admin.poll_device_sign_in(&code).await? {
        DeviceOutcome::SignedIn(session) => unkept(
            StatusCode::OK,
            DeviceSession {
                access_token: session.token,
                token_type: "Bearer".to_owned(),
                expires_in: session.expires_in.as_secs(),
            },
        ),
        DeviceOutcome::Waiting => refused("authorization_pending", "nobody has answered yet"),
        DeviceOutcome::TooSoon => refused("slow_down", "wait five seconds longer each time"),
        DeviceOutcome::Denied => refused("access_denied", "it was denied"),
        DeviceOutcome::Ended => refused(
            "expired_token",
            "this code is unknown, has ended or was used; begin again",
        ),
    })
}

fn refused(error: &str, description: &str) -> Response {
    unkept(
        StatusCode::BAD_REQUEST,
        DeviceRefusal {
            error: error.to_owned(),
            error_description: description.to_owned(),
        },
    )
}

/// An answer that nobody on the way keeps.
fn unkept(status: StatusCode, body: impl Serialize) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
