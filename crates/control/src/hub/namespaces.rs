//! The allowlist as Docker's Terraform provider manages it: Docker Hub hangs
//! it on the namespace of the organization. What else the Hub keeps of a
//! namespace is about repositories, of which there are none here.
//!
//! Source: the resources `docker_org_setting_namespace` and
//! `docker_org_setting_image_access_allowlist` of that provider. The Hub's
//! description of its API does not have these operations.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use pullgate_admin::{Expected, ListedImages};
use pullgate_policy::{OrganizationName, Switch};
use pullgate_reference::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names, named};
use crate::problem::Problem;

/// What every repository of Docker Hub begins with here, and with nothing
/// there.
const HUB: &str = "docker.io/";

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_namespace_settings, put_namespace_settings))
        .routes(routes!(get_items, add_items, remove_items))
}

/// The settings of an organization's namespace on Docker Hub.
#[derive(Serialize, Deserialize, ToSchema)]
struct NamespaceSettings {
    /// Always false: Pullgate keeps no repositories.
    disable_public_repositories: bool,
    /// Always false: nothing is pushed through Pullgate.
    disable_push_member_namespaces: bool,
    /// Whether the allowlist counts.
    repository_allowlist_enabled: bool,
}

impl NamespaceSettings {
    fn of(allowlist: Switch) -> Self {
        Self {
            disable_public_repositories: false,
            disable_push_member_namespaces: false,
            repository_allowlist_enabled: allowlist == Switch::On,
        }
    }
}

/// The allowlist.
#[derive(Serialize, ToSchema)]
struct AllowedRepositories {
    /// How many there are.
    count: usize,
    /// Always null: all are on one page.
    #[schema(required)]
    next: Option<String>,
    /// Always null: all are on one page.
    #[schema(required)]
    previous: Option<String>,
    results: Vec<AllowedRepository>,
}

/// An entry of the allowlist.
#[derive(Serialize, ToSchema)]
struct AllowedRepository {
    /// `acme/tool` on Docker Hub; a pattern, or a repository elsewhere, as it
    /// is listed.
    repository_name: String,
}

impl From<ListedImages> for AllowedRepository {
    fn from(listed: ListedImages) -> Self {
        let pattern = listed.entry.pattern.as_str();
        Self {
            repository_name: pattern.strip_prefix(HUB).unwrap_or(pattern).to_owned(),
        }
    }
}

/// Repositories to be put on the allowlist, or taken off it.
#[derive(Deserialize, ToSchema)]
struct RepositoryNames {
    /// `acme/tool` on Docker Hub, or as it is listed.
    repository_names: Vec<String>,
}

impl RepositoryNames {
    fn patterns(&self) -> Result<Vec<Pattern>, Problem> {
        named("repository", &self.repository_names)
    }
}

/// Get namespace settings
///
/// Whether the allowlist counts. For owners and members.
#[utoipa::path(
    get,
    path = "/v2/namespaces/{namespace}/settings",
    tag = "org-settings",
    params(("namespace" = String, Path, description = "The organization's name.")),
    responses((status = 200, description = "The settings.", body = NamespaceSettings)),
)]
async fn get_namespace_settings(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Json<NamespaceSettings>, Problem> {
    let caller = signed_in.caller();
    let stored = shared.admin.settings(&caller, &organization).await?;
    Ok(Json(NamespaceSettings::of(stored.settings.iam.allowlist)))
}

/// Update namespace settings
///
/// For owners. What is about repositories can only be false.
#[utoipa::path(
    put,
    path = "/v2/namespaces/{namespace}/settings",
    tag = "org-settings",
    params(("namespace" = String, Path, description = "The organization's name.")),
    request_body = NamespaceSettings,
    responses((status = 200, description = "The settings since.", body = NamespaceSettings)),
)]
async fn put_namespace_settings(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(wanted): Body<NamespaceSettings>,
) -> Result<Json<NamespaceSettings>, Problem> {
    if wanted.disable_public_repositories || wanted.disable_push_member_namespaces {
        return Err(Problem::bad_request(
            "Pullgate keeps no repositories and takes no pushes, so it cannot forbid public ones or \
             pushes: leave disable_public_repositories and disable_push_member_namespaces false, \
             and set them at the registry",
        ));
    }
    let caller = signed_in.caller();
    let switch = if wanted.repository_allowlist_enabled {
        Switch::On
    } else {
        Switch::Off
    };
    let stored = shared
        .admin
        .change_settings(&caller, &organization, &Expected::Anything, |settings| {
            settings.iam.allowlist = switch;
        })
        .await?;
    Ok(Json(NamespaceSettings::of(stored.settings.iam.allowlist)))
}

/// List the repositories on the allowlist
///
/// For owners and members.
#[utoipa::path(
    get,
    path = "/v2/namespaces/{namespace}/allowlist/items",
    tag = "org-settings",
    params(("namespace" = String, Path, description = "The organization's name.")),
    responses((status = 200, description = "All of them.", body = AllowedRepositories)),
)]
async fn get_items(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Json<AllowedRepositories>, Problem> {
    let caller = signed_in.caller();
    let found = shared
        .admin
        .allowlist(&caller, &organization, "", 0, u32::MAX)
        .await?;
    let results: Vec<AllowedRepository> = found.entries.into_iter().map(Into::into).collect();
    Ok(Json(AllowedRepositories {
        count: results.len(),
        next: None,
        previous: None,
        results,
    }))
}

/// Put repositories on the allowlist
///
/// For owners. Those that are on it stay as they are.
#[utoipa::path(
    post,
    path = "/v2/namespaces/{namespace}/allowlist/items",
    tag = "org-settings",
    params(("namespace" = String, Path, description = "The organization's name.")),
    request_body = RepositoryNames,
    responses((status = 204, description = "They are on the allowlist.")),
)]
async fn add_items(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(names): Body<RepositoryNames>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    let patterns = names.patterns()?;
    let entries = patterns.into_iter().map(|one| (one, String::new()));
    shared
        .admin
        .add_to_allowlist(&caller, &organization, &entries.collect())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take repositories off the allowlist
///
/// For owners.
#[utoipa::path(
    delete,
    path = "/v2/namespaces/{namespace}/allowlist/items",
    tag = "org-settings",
    params(("namespace" = String, Path, description = "The organization's name.")),
    request_body = RepositoryNames,
    responses((status = 204, description = "They are off the allowlist.")),
)]
async fn remove_items(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(names): Body<RepositoryNames>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    shared
        .admin
        .remove_from_allowlist(&caller, &organization, &names.patterns()?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
