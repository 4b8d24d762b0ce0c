//! How the installation is doing.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pullgate_access::Standing;
use pullgate_admin::{CacheStatus, SystemStatus, UpstreamStatus};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(system))
        .routes(routes!(cache))
        .routes(routes!(upstreams))
}

/// How this server is doing.
#[derive(Serialize, ToSchema)]
struct SystemState {
    /// Its version.
    version: &'static str,
    /// Which change was the last that it decides by. Replicas that say the
    /// same decide the same.
    generation: i64,
    policies: PoliciesState,
    /// Until when the last known policies hold, if they are held, unless the
    /// database answers before.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    until: Option<Timestamp>,
    /// Since when everything is denied, if they have expired.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    since: Option<Timestamp>,
}

/// By which policies a server decides.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PoliciesState {
    /// By those of the database.
    Current,
    /// The database is away: by the last that it confirmed.
    Held,
    /// By none: the database has been away for too long, and everything is
    /// denied.
    Expired,
}

impl From<SystemStatus> for SystemState {
    fn from(status: SystemStatus) -> Self {
        let (policies, until, since) = match status.standing {
            Standing::Current => (PoliciesState::Current, None, None),
            Standing::Held { until, .. } => (PoliciesState::Held, Some(until), None),
            Standing::Expired { since } => (PoliciesState::Expired, None, Some(since)),
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            generation: status.generation,
            policies,
            until,
            since,
        }
    }
}

/// What the cache of this server has and does. Counts are since its start.
#[derive(Serialize, ToSchema)]
struct CacheState {
    /// How many blobs are on disk.
    entries: u64,
    /// How many bytes those have.
    bytes: u64,
    /// How many lookups of a blob found it.
    hits: u64,
    /// How many did not.
    misses: u64,
    /// How many blobs were begun to be fetched.
    fills: u64,
    /// How many requests joined one that was already being fetched.
    joins: u64,
    /// How many of those that were fetched failed.
    failed_fills: u64,
}

impl From<CacheStatus> for CacheState {
    fn from(status: CacheStatus) -> Self {
        let CacheStatus {
            entries,
            bytes,
            hits,
            misses,
            fills,
            joins,
            failed_fills,
        } = status;
        Self {
            entries,
            bytes,
            hits,
            misses,
            fills,
            joins,
            failed_fills,
        }
    }
}

/// The upstreams that are configured.
#[derive(Serialize, ToSchema)]
struct UpstreamStates {
    upstreams: Vec<UpstreamState>,
}

/// An upstream that is configured.
#[derive(Serialize, ToSchema)]
struct UpstreamState {
    /// The registry's name.
    registry: String,
    /// Whether the last request to it was answered; null before the first.
    #[schema(required)]
    reachable: Option<bool>,
    /// When that was.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_seen: Option<Timestamp>,
    /// Why it was not answered, if so.
    #[schema(required)]
    last_error: Option<String>,
}

impl From<UpstreamStatus> for UpstreamState {
    fn from(status: UpstreamStatus) -> Self {
        let last = status.last;
        Self {
            registry: status.registry,
            reachable: last.as_ref().map(|last| last.failure.is_none()),
            last_seen: last.as_ref().map(|last| last.at),
            last_error: last.and_then(|last| last.failure),
        }
    }
}

/// How this server is doing
///
/// For people who have signed in.
#[utoipa::path(
    get,
    path = "/api/v1/system",
    tag = "site",
    responses((status = 200, description = "How it is doing.", body = SystemState)),
)]
async fn system(
    State(shared): State<Shared>,
    signed_in: SignedIn,
) -> Result<Json<SystemState>, Problem> {
    let status = shared.admin.system_status(&signed_in.caller())?;
    Ok(Json(status.into()))
}

/// What the cache has and does
///
/// Of the server that answers. For site administrators.
#[utoipa::path(
    get,
    path = "/api/v1/cache",
    tag = "site",
    responses((status = 200, description = "What it has and does.", body = CacheState)),
)]
async fn cache(
    State(shared): State<Shared>,
    signed_in: SignedIn,
) -> Result<Json<CacheState>, Problem> {
    let status = shared.admin.cache_status(&signed_in.caller())?;
    Ok(Json(status.into()))
}

/// The upstreams, and whether they answer
///
/// As the server that answers this has last seen it. For site administrators.
#[utoipa::path(
    get,
    path = "/api/v1/upstreams",
    tag = "site",
    responses((status = 200, description = "The upstreams.", body = UpstreamStates)),
)]
async fn upstreams(
    State(shared): State<Shared>,
    signed_in: SignedIn,
) -> Result<Json<UpstreamStates>, Problem> {
    let upstreams = shared.admin.upstream_status(&signed_in.caller())?;
    Ok(Json(UpstreamStates {
        upstreams: upstreams.into_iter().map(Into::into).collect(),
    }))
}
