//! The description of the API, put together from what stands at each handler.
//!
//! A handler says what is its own: a summary, its parameters, what it answers
//! when all is well. What holds for every operation is added here, once: how
//! to sign in, what is answered when a request is refused, and the headers
//! that count requests.

mod operation_id;
mod refusals;
mod subjects;

use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use http::header::CACHE_CONTROL;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, SecurityRequirement, ServerBuilder,
};
use utoipa_axum::router::OpenApiRouter;

use crate::api::Shared;
use crate::docs_page::DocsPage;
use crate::{hub, own};

/// The name of the way to prove who one is.
const SESSION: &str = "session";

/// The description of the API as a document: OpenAPI 3.1, as JSON.
pub fn openapi() -> String {
    let document = complete(operations().into_openapi());
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// All operations, each with its description.
pub(crate) fn operations() -> OpenApiRouter<Shared> {
    let info = InfoBuilder::new()
        .title("Pullgate")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi.md")))
        .license(Some(
            LicenseBuilder::new()
                .name("Apache-2.0")
                .identifier(Some("Apache-2.0"))
                .build(),
        ));
    let server = ServerBuilder::new()
        .url("/")
        .description(Some("The server that gives you this document."));
    let document = OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([server.build()]))
        .security(Some([SecurityRequirement::new(
            SESSION,
            Vec::<String>::new(),
        )]))
        .tags(Some(subjects::tags()))
        .build();
    OpenApiRouter::with_openapi(document)
        .merge(hub::routes())
        .merge(own::routes())
}

/// Adds what holds for all operations.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let session = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "The token that `POST /v2/users/login` answers with. It ends after a while; \
             what ends the account, the password or the access token behind it ends it at once.",
        ));
    components.add_security_scheme(SESSION, SecurityScheme::Http(session.build()));
    refusals::define(components);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_of(item) {
            operation.operation_id = Some(operation_id::of(method, path));
            refusals::add(path, operation);
        }
    }
    document
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// The document as a file, and as a page to read.
pub(crate) fn routes(document: &OpenApi) -> Router<Shared> {
    let json = serde_json::to_value(document).unwrap_or_default();
    let page = DocsPage::new(&json);
    Router::new()
        .route(
            "/openapi.json",
            get(move || async move { ([(CACHE_CONTROL, "no-cache")], Json(json)).into_response() }),
        )
        .route("/docs", get(move || async move { page }))
}
