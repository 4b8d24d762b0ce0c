//! An organization's settings: the switches of Image Access Management.

use axum::Json;
use axum::extract::State;
use pullgate_admin::ImageAccess;
use pullgate_policy::{OrganizationName, Permission, Switch};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_settings, put_settings))
}

/// An organization's settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OrgSettings {
    restricted_images: RestrictedImages,
}

/// Image Access Management.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RestrictedImages {
    /// Whether pulls are restricted at all.
    enabled: bool,
    /// Whether members may pull Docker Official Images.
    allow_official_images: bool,
    /// Whether members may pull images of verified publishers.
    allow_verified_publishers: bool,
}

impl From<ImageAccess> for OrgSettings {
    fn from(access: ImageAccess) -> Self {
        Self {
            restricted_images: RestrictedImages {
                enabled: access.enabled == Switch::On,
                allow_official_images: access.official == Permission::Allowed,
                allow_verified_publishers: access.verified_publisher == Permission::Allowed,
            },
        }
    }
}

impl From<OrgSettings> for ImageAccess {
    fn from(settings: OrgSettings) -> Self {
        let RestrictedImages {
            enabled,
            allow_official_images,
            allow_verified_publishers,
        } = settings.restricted_images;
        Self {
            enabled: enabled.into(),
            official: allow_official_images.into(),
            verified_publisher: allow_verified_publishers.into(),
        }
    }
}

/// Get organization settings
///
/// The switches of Image Access Management. For owners and members.
#[utoipa::path(
    get,
    path = "/v2/orgs/{name}/settings",
    tag = "org-settings",
    params(("name" = String, Path, description = "The organization's name.")),
    responses((status = 200, description = "The settings.", body = OrgSettings)),
)]
async fn get_settings(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Json<OrgSettings>, Problem> {
    let caller = signed_in.caller();
    let access = shared.admin.image_access(&caller, &organization).await?;
    Ok(Json(access.into()))
}

/// Update organization settings
///
/// For owners. What Pullgate has beyond these switches stays as it is.
#[utoipa::path(
    put,
    path = "/v2/orgs/{name}/settings",
    tag = "org-settings",
    params(("name" = String, Path, description = "The organization's name.")),
    request_body = OrgSettings,
    responses((status = 200, description = "The settings since.", body = OrgSettings)),
)]
async fn put_settings(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(settings): Body<OrgSettings>,
) -> Result<Json<OrgSettings>, Problem> {
    let caller = signed_in.caller();
    let access = shared
        .admin
        .set_image_access(&caller, &organization, settings.into())
        .await?;
    Ok(Json(access.into()))
}
