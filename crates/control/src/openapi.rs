//! The description of the API, put together from what stands at each handler.

use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Json, Router};
use http::header::CACHE_CONTROL;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContactBuilder, Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Response, ResponseBuilder, SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::api::Shared;
use crate::problem::ProblemBody;

/// The name of the way to prove who one is.
const SESSION: &str = "session";

/// A router with what is said of the API as a whole.
pub(crate) fn described() -> OpenApiRouter<Shared> {
    let info = InfoBuilder::new()
        .title("Pullgate")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi.md")))
        .license(Some(
            LicenseBuilder::new()
                .name("Apache-2.0")
                .identifier(Some("Apache-2.0"))
                .build(),
        ))
        .contact(None::<utoipa::openapi::Contact>);
    let _ = ContactBuilder::new();
    let document = OpenApiBuilder::new()
        .info(info.build())
        .security(Some([SecurityRequirement::new(
            SESSION,
            Vec::<String>::new(),
        )]))
        .build();
    OpenApiRouter::with_openapi(document)
}

/// Adds what holds for all operations: how to sign in, and what any of them
/// may answer when it does not answer as asked.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let session = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The token that `POST /v2/users/login` answers with."))
        .build();
    components.add_security_scheme(SESSION, SecurityScheme::Http(session));
    components
        .schemas
        .insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    for (path, item) in &mut document.paths.paths {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            refusals(path, operation);
        }
    }
    document
}

/// What an operation may answer when it does not answer as asked.
fn refusals(path: &str, operation: &mut Operation) {
    // An operation without a requirement of its own has the document's; an
    // empty one asks for nothing.
    let open = operation.security.as_ref().is_some_and(|security| {
        security
            .iter()
            .all(|one| *one == SecurityRequirement::default())
    });
    let takes_input = operation.request_body.is_some()
        || operation
            .parameters
            .as_ref()
            .is_some_and(|all| !all.is_empty());
    let mut add = |status: &str, description: &str| {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(description)));
    };
    if takes_input {
        add(
            "400",
            "The request cannot be read, or asks for what cannot be.",
        );
    }
    if !open {
        add("401", "Nobody has signed in, or the session has ended.");
        add("403", "Whoever has signed in may not do this.");
    }
    if path.contains('{') {
        add(
            "404",
            "There is no such thing, or none that the caller may know of.",
        );
    }
    add(
        "408",
        "The request did not arrive, or was not answered, in time.",
    );
    if operation.request_body.is_some() {
        add("413", "The body is too large.");
    }
    add(
        "429",
        "Too many requests. `Retry-After` says how many seconds to wait.",
    );
    add(
        "503",
        "The database cannot be asked just now; nothing was changed.",
    );
}

fn problem(description: &str) -> Response {
    let body = RefOr::Ref(Ref::from_schema_name(ProblemBody::name()));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", Content::new(Some(body)))
        .build()
}

/// The document as a file, and as a page to read.
pub(crate) fn routes(document: &OpenApi) -> Router<Shared> {
    let json = serde_json::to_value(document).unwrap_or_default();
    Router::new()
        .route(
            "/openapi.json",
            get(move || async move { ([(CACHE_CONTROL, "no-cache")], Json(json)).into_response() }),
        )
        .route("/docs", get(|| async { Html("") }))
}
