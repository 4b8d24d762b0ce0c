//! Registry Access Management. The Hub's description does not have it; the
//! shapes are those that Docker's Terraform provider reads and writes.

use axum::Json;
use axum::extract::State;
use pullgate_admin::{NewListedRegistry, NewRegistryAccess};
use pullgate_policy::{OrganizationName, Permission, Switch};
use pullgate_store::RegistryAccess;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(read, write))
}

/// Registry Access Management: which registries may be pulled from.
#[derive(Serialize, Deserialize, ToSchema)]
struct RegistryAccessManagement {
    /// Whether it is on.
    enabled: bool,
    /// The registries that everybody knows: Docker Hub, and no other.
    #[schema(min_items = 1, max_items = 1)]
    standard_registries: Vec<StandardRegistry>,
    /// All others that are listed.
    #[schema(max_items = 100)]
    custom_registries: Vec<CustomRegistry>,
}

/// A registry that everybody knows.
#[derive(Serialize, Deserialize, ToSchema)]
struct StandardRegistry {
    id: StandardRegistryId,
    /// Whether it may be pulled from.
    allowed: bool,
}

/// The registries that everybody knows.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
enum StandardRegistryId {
    /// Docker Hub.
    DockerHub,
}

/// A registry that an owner lists.
#[derive(Serialize, Deserialize, ToSchema)]
struct CustomRegistry {
    /// A host with or without a port, or the same as a URL. It is answered as
    /// it was written.
    #[schema(max_length = 300, example = "registry.acme.example:5000")]
    address: String,
    /// What people call it.
    #[schema(max_length = 200)]
    friendly_name: String,
    /// Whether it may be pulled from. One that may not is only listed.
    allowed: bool,
}

impl From<RegistryAccess> for RegistryAccessManagement {
    fn from(access: RegistryAccess) -> Self {
        let listed = access.registries.into_iter();
        Self {
            enabled: access.enabled == Switch::On,
            standard_registries: vec![StandardRegistry {
                id: StandardRegistryId::DockerHub,
                allowed: access.docker_hub == Permission::Allowed,
            }],
            custom_registries: listed
                .map(|listed| CustomRegistry {
                    address: listed.address,
                    friendly_name: listed.friendly_name,
                    allowed: listed.permission == Permission::Allowed,
                })
                .collect(),
        }
    }
}

impl TryFrom<RegistryAccessManagement> for NewRegistryAccess {
    type Error = Problem;

    fn try_from(wanted: RegistryAccessManagement) -> Result<Self, Problem> {
        let [docker_hub] = &wanted.standard_registries[..] else {
            return Err(Problem::bad_request(
                "standard_registries says of DockerHub whether it is allowed, once",
            ));
        };
        let listed = wanted.custom_registries.into_iter();
        Ok(Self {
            enabled: wanted.enabled.into(),
            docker_hub: docker_hub.allowed.into(),
            registries: listed
                .map(|custom| NewListedRegistry {
                    address: custom.address,
                    friendly_name: custom.friendly_name,
                    permission: custom.allowed.into(),
                })
                .collect(),
        })
    }
}

/// Get Registry Access Management
///
/// For owners and members.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org}/settings/registry-access-management",
    tag = "org-settings",
    params(("org" = String, Path, description = "The organization's name.")),
    responses((status = 200, description = "As it is.", body = RegistryAccessManagement)),
)]
async fn read(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Json<RegistryAccessManagement>, Problem> {
    let caller = signed_in.caller();
    let access = shared.admin.registry_access(&caller, &organization).await?;
    Ok(Json(access.into()))
}

/// Set Registry Access Management
///
/// All of it at once; at most 100 registries. For owners. Whether a denial
/// blocks or is only recorded stays as it is.
#[utoipa::path(
    put,
    path = "/v2/orgs/{org}/settings/registry-access-management",
    tag = "org-settings",
    params(("org" = String, Path, description = "The organization's name.")),
    request_body = RegistryAccessManagement,
    responses((status = 200, description = "As it is since.", body = RegistryAccessManagement)),
)]
async fn write(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(wanted): Body<RegistryAccessManagement>,
) -> Result<Json<RegistryAccessManagement>, Problem> {
    let caller = signed_in.caller();
    let access = shared
        .admin
        .set_registry_access(&caller, &organization, wanted.try_into()?)
        .await?;
    Ok(Json(access.into()))
}
