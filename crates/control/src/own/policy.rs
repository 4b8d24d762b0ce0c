//! An organization's policy as a file.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use pullgate_admin::{Effect, Exceptions, Exported, FileKind, PolicyFile};
use pullgate_policy::OrganizationName;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::document::{Document, LARGEST, YAML};
use crate::etag::{IfMatch, Tagged, tagged, with_tag};
use crate::input::{Asked, Names};
use crate::problem::{Problem, ProblemBody};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_policy, put_policy))
        .layer(DefaultBodyLimit::max(LARGEST))
}

/// The file, as it is described: by the shape that its reader follows.
pub(super) struct PolicyDocument;

impl ToSchema for PolicyDocument {}

impl PartialSchema for PolicyDocument {
    fn schema() -> RefOr<Schema> {
        described(FileKind::Policy)
    }
}

/// The schema of a kind of file, as the description of the API has it.
pub(super) fn described(kind: FileKind) -> RefOr<Schema> {
    let schema = pullgate_admin::file_schema(kind);
    serde_json::from_value(schema).map_or_else(|_| RefOr::T(Schema::default()), RefOr::T)
}

/// Which policy is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichPolicy {
    /// Whether the exceptions are in it. They are short-lived and often made
    /// elsewhere: a file that has them is all there is of them.
    #[serde(default)]
    #[param(inline)]
    exceptions: WhetherExceptions,
}

/// Whether something is in a file.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WhetherExceptions {
    #[default]
    LeftOut,
    Included,
}

/// How a file is applied.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HowToApply {
    /// Only says what would change, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What applying a file changed, or would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyChange {
    /// Whether nothing was changed, because it was only asked what would be.
    pub dry_run: bool,
    /// What differs, one line for each thing; empty if nothing does.
    pub differences: Vec<String>,
    /// The state that the policy is in since, for `If-Match`.
    pub state: String,
}

/// Get the policy as a file
///
/// All that owners decide, as YAML where `Accept` asks for it and else as
/// JSON. Applied as it is, it changes nothing. For owners and members; the
/// exceptions for owners alone.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/policy",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name."), WhichPolicy),
    responses((
        status = 200,
        description = "The file.",
        content(
            (PolicyDocument = "application/json"),
            (PolicyDocument = "application/yaml"),
        ),
        headers(("ETag" = String, description = "The policy's state, for `If-Match`.")),
    )),
)]
async fn get_policy(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(which): Asked<WhichPolicy>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = signed_in.caller();
    let exceptions = match which.exceptions {
        WhetherExceptions::LeftOut => Exceptions::LeftOut,
        WhetherExceptions::Included => Exceptions::Included,
    };
    let Exported { file, state } = shared
        .admin
        .export_policy(&caller, &organization, exceptions)
        .await?;
    let accepted = headers.get_all(ACCEPT).iter();
    let wants_yaml = accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("yaml"));
    Ok(if wants_yaml {
        let kind = [(CONTENT_TYPE, HeaderValue::from_static(YAML))];
        with_tag(&state, (kind, file.to_yaml()))
    } else {
        with_tag(&state, Json(file))
    })
}

/// Apply a policy as a file
///
/// Makes the policy to be as the file says, all of it or nothing. A section
/// that is there is all there is of it; one that is left out stays as it is.
/// For owners; namespaces are changed by site administrators alone.
#[utoipa::path(
    put,
    path = "/api/v1/orgs/{org}/policy",
    tag = "policy",
    params(
        ("org" = String, Path, description = "The organization's name."),
        HowToApply,
        IfMatch,
    ),
    request_body(
        content(
            (PolicyDocument = "application/json"),
            (PolicyDocument = "application/yaml"),
        ),
        description = "The file.",
    ),
    responses(
        (
            status = 200,
            description = "What changed, or would change.",
            body = PolicyChange,
            headers(("ETag" = String, description = "The policy's state, for `If-Match`.")),
        ),
        (status = 409, description = "A namespace is another organization's.", body = ProblemBody),
        (status = 412, description = "Somebody else was faster.", body = ProblemBody),
    ),
)]
async fn put_policy(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(how): Asked<HowToApply>,
    IfMatch(expected): IfMatch,
    Document(text): Document,
) -> Result<Tagged<PolicyChange>, Problem> {
    let caller = signed_in.caller();
    let effect = if how.dry_run {
        Effect::Tried
    } else {
        Effect::Kept
    };
    // Before the file is read: whoever may not learns nothing of why not.
    shared.admin.may_apply(&caller, &organization, effect)?;
    let file = PolicyFile::read(&text).map_err(|error| Problem::bad_request(error.to_string()))?;
    let applied = shared
        .admin
        .apply_policy(&caller, &organization, &file, &expected, effect)
        .await?;
    let change = PolicyChange {
        dry_run: how.dry_run,
        differences: applied.differences,
        state: applied.state,
    };
    Ok(tagged(&change.state.clone(), change))
}
