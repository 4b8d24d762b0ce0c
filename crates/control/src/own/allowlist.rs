//! An organization's allowlist.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use jiff::Timestamp;
use pullgate_admin::ListedImages;
use pullgate_policy::{Badge, Category, OrganizationName};
use pullgate_reference::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Body, Names, name};
use crate::page::{Page, PageQuery};
use crate::problem::Problem;

/// How many entries a page has unless it is said.
const PAGE: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_allowlist, add_entries, remove_entry))
}

/// Which entries are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AllowlistSearch {
    /// Only entries that have this in their pattern or note.
    #[serde(default)]
    search: String,
}

/// An entry of the allowlist.
#[derive(Serialize, ToSchema)]
struct AllowlistItem {
    /// Which repositories may be pulled.
    pattern: String,
    /// Why, in the words of whoever added it; may be empty.
    note: String,
    /// Who added it: `person:olga`.
    added_by: String,
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
    /// What category those repositories have; null if they may have
    /// different ones.
    #[schema(required)]
    category: Option<Category>,
    /// What is known of their namespace on Docker Hub. While it is `unknown`,
    /// a category of `community` is a guess.
    badge: Badge,
}

impl From<ListedImages> for AllowlistItem {
    fn from(listed: ListedImages) -> Self {
        let ListedImages { entry, seen } = listed;
        Self {
            pattern: entry.pattern.to_string(),
            note: entry.note,
            added_by: entry.added_by.to_string(),
            added_at: entry.added_at,
            category: seen.category,
            badge: seen.badge,
        }
    }
}

/// Entries to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEntries {
    entries: Vec<NewEntry>,
}

/// An entry to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    /// `docker.io/bitnami/nginx`, `docker.io/bitnami/*` or `ghcr.io/acme/**`.
    pattern: String,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// What became of entries.
#[derive(Serialize, ToSchema)]
struct EntriesAdded {
    /// The patterns that are new on the list.
    added: Vec<String>,
    /// Those that were on it before; they keep their note.
    already_listed: Vec<String>,
}

/// Which entry is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichPattern {
    /// Its pattern, as it is listed.
    pattern: String,
}

/// Get the allowlist
///
/// By pattern, with what is known of the images that each names. For owners
/// and members.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/allowlist",
    tag = "policy",
    params(
        ("org" = String, Path, description = "The organization's name."),
        AllowlistSearch,
        PageQuery,
    ),
    responses((status = 200, description = "A page of it.", body = Page<AllowlistItem>)),
)]
async fn get_allowlist(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(wanted): Asked<AllowlistSearch>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<AllowlistItem>>, Problem> {
    let caller = signed_in.caller();
    let page = page.wanted(PAGE)?;
    let found = shared
        .admin
        .allowlist(
            &caller,
            &organization,
            &wanted.search,
            page.offset() as u64,
            page.size,
        )
        .await?;
    let items = found.entries.into_iter().map(Into::into).collect();
    let base = shared.console.as_deref().unwrap_or_default();
    Ok(Json(page.holding(items, found.count, base, &uri)))
}

/// Add to the allowlist
///
/// For owners. The list counts while its switch in the settings is on.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/allowlist",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name.")),
    request_body = NewEntries,
    responses((status = 200, description = "What became of each.", body = EntriesAdded)),
)]
async fn add_entries(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(new): Body<NewEntries>,
) -> Result<Json<EntriesAdded>, Problem> {
    let caller = signed_in.caller();
    let mut entries = BTreeMap::new();
    for NewEntry { pattern, note } in new.entries {
        let pattern: Pattern = name("pattern", &pattern)?;
        if entries.insert(pattern.clone(), note).is_some() {
            return Err(Problem::bad_request(format!(
                "{pattern} is there twice; say it once, with one note"
            )));
        }
    }
    let added = shared
        .admin
        .add_to_allowlist(&caller, &organization, &entries)
        .await?;
    let (added, listed): (Vec<_>, Vec<_>) = entries
        .into_keys()
        .partition(|pattern| added.contains(pattern));
    let texts = |patterns: Vec<Pattern>| patterns.iter().map(ToString::to_string).collect();
    Ok(Json(EntriesAdded {
        added: texts(added),
        already_listed: texts(listed),
    }))
}

/// Take an entry off the allowlist
///
/// For owners.
#[utoipa::path(
    delete,
    path = "/api/v1/orgs/{org}/allowlist",
    tag = "policy",
    params(
        ("org" = String, Path, description = "The organization's name."),
        WhichPattern,
    ),
    responses((status = 204, description = "It is off the list.")),
)]
async fn remove_entry(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(which): Asked<WhichPattern>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    let pattern = name("pattern", &which.pattern)?;
    shared
        .admin
        .remove_from_allowlist(&caller, &organization, &[pattern])
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
