//! What is known of Docker Hub's namespaces.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use pullgate_catalog::{Document, ImportReport, Knowledge, Namespace, Source};
use pullgate_policy::Badge;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::Names;
use crate::problem::Problem;

/// The largest document that is imported, in bytes: room for the most
/// namespaces that one may have.
const LARGEST: usize = 64 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(export, import))
        .routes(routes!(look_up))
}

/// What is known of a namespace.
#[derive(Serialize, ToSchema)]
struct NamespaceBadge {
    /// The namespace on Docker Hub.
    namespace: String,
    badge: Badge,
    /// How the badge is known, or why it is not.
    source: BadgeSource,
    /// When Docker Hub said so; null if it never did.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    learnt_at: Option<Timestamp>,
    /// How long ago that was, in seconds.
    #[schema(required)]
    age: Option<i64>,
}

/// How a badge is known, or why it is not.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BadgeSource {
    /// Docker Hub was asked.
    Asked,
    /// It was imported.
    Imported,
    /// Docker Hub has never been asked, or never with an answer.
    NeverLearnt,
    /// What Docker Hub once said is too old to be used.
    TooOld,
}

impl NamespaceBadge {
    fn new(namespace: &Namespace, known: Knowledge) -> Self {
        let age = known
            .learnt_at
            .map(|at| Timestamp::now().duration_since(at));
        Self {
            namespace: namespace.to_string(),
            badge: known.badge,
            source: match known.source {
                Source::Asked => BadgeSource::Asked,
                Source::Imported => BadgeSource::Imported,
                Source::TooOld => BadgeSource::TooOld,
                Source::NeverLearnt | Source::NameItself | Source::NotDockerHub => {
                    BadgeSource::NeverLearnt
                }
            },
            learnt_at: known.learnt_at,
            age: age.map(|age| age.as_secs().max(0)),
        }
    }
}

/// A catalog, as one site hands it to another.
#[derive(ToSchema)]
#[schema(as = Catalog)]
#[expect(
    dead_code,
    reason = "it describes what pullgate-catalog reads and writes"
)]
struct CatalogDocument {
    /// Always 1.
    #[schema(minimum = 1, maximum = 1)]
    version: u32,
    #[schema(value_type = String, format = DateTime)]
    exported_at: Timestamp,
    #[schema(max_items = 500_000)]
    namespaces: Vec<CatalogEntry>,
}

/// A namespace's badge in a catalog.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes what pullgate-catalog reads and writes"
)]
struct CatalogEntry {
    /// The namespace on Docker Hub, such as `bitnami`.
    namespace: String,
    /// `verified_publisher`, `sponsored_oss` or `none`.
    badge: String,
    /// When Docker Hub said so.
    #[schema(value_type = String, format = DateTime)]
    learnt_at: Timestamp,
}

/// What has become of a catalog that was imported.
#[derive(Serialize, ToSchema)]
struct CatalogImported {
    /// How many namespaces were taken over.
    imported: usize,
    /// How many were known as recently, or more so.
    already_known: usize,
    /// How many are too old to be used.
    too_old: usize,
}

impl From<ImportReport> for CatalogImported {
    fn from(report: ImportReport) -> Self {
        Self {
            imported: report.imported,
            already_known: report.already_known,
            too_old: report.too_old,
        }
    }
}

/// Export the catalog
///
/// What has been learnt of namespaces, for another site. For site
/// administrators.
#[utoipa::path(
    get,
    path = "/api/v1/catalog",
    tag = "site",
    responses((status = 200, description = "The catalog.", body = CatalogDocument)),
)]
async fn export(
    State(shared): State<Shared>,
    signed_in: SignedIn,
) -> Result<([(http::HeaderName, &'static str); 1], Vec<u8>), Problem> {
    let document = shared.admin.export_catalog(&signed_in.caller())?;
    // Half a million entries take a while.
    let text = tokio::task::spawn_blocking(move || serde_json::to_vec(&document)).await;
    match text {
        Ok(Ok(text)) => Ok(([(CONTENT_TYPE, "application/json")], text)),
        _ => Err(Problem::unavailable("the catalog could not be written")),
    }
}

/// Import a catalog
///
/// What another site has learnt is taken over where it is more recent. All of
/// it is checked first: with one bad entry nothing is imported. At most 64 MiB.
/// For site administrators.
#[utoipa::path(
    post,
    path = "/api/v1/catalog",
    tag = "site",
    request_body(content = CatalogDocument, content_type = "application/json"),
    responses((status = 200, description = "What has become of it.", body = CatalogImported)),
)]
async fn import(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    body: Body,
) -> Result<Json<CatalogImported>, Problem> {
    let caller = signed_in.caller();
    // Before anything large is read.
    shared.admin.may_import_catalog(&caller)?;
    let text = to_bytes(body, LARGEST).await.map_err(|_| {
        Problem::too_large(format!(
            "a catalog has at most {LARGEST} bytes; split the document"
        ))
    })?;
    let read = tokio::task::spawn_blocking(move || serde_json::from_slice::<Document>(&text));
    let document = match read.await {
        Ok(Ok(document)) => document,
        Ok(Err(error)) => {
            return Err(Problem::bad_request(format!(
                "this is not a catalog, and nothing was imported: {error}"
            )));
        }
        Err(_) => return Err(Problem::unavailable("the catalog could not be read")),
    };
    let report = shared.admin.import_catalog(&caller, &document).await?;
    Ok(Json(report.into()))
}

/// What is known of a namespace
///
/// Without asking Docker Hub. For people who have signed in.
#[utoipa::path(
    get,
    path = "/api/v1/catalog/namespaces/{namespace}",
    tag = "site",
    params(("namespace" = String, Path, description = "The namespace on Docker Hub, such as bitnami.")),
    responses((status = 200, description = "What is known.", body = NamespaceBadge)),
)]
async fn look_up(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(namespace): Names<String>,
) -> Result<Json<NamespaceBadge>, Problem> {
    let caller = signed_in.caller();
    let namespace = Namespace::parse(&namespace).map_err(|error| {
        Problem::not_found(format!(
            "this is no namespace that can have a badge: {error}"
        ))
    })?;
    let known = shared.admin.namespace_badge(&caller, &namespace)?;
    Ok(Json(NamespaceBadge::new(&namespace, known)))
}
