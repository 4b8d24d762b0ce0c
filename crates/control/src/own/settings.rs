//! The whole of an organization's settings.

use axum::extract::State;
use pullgate_admin::StoredSettings;
use pullgate_policy::{Iam, Mode, OrganizationName, Permission, Ram, Settings, Switch};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::etag::{IfMatch, Tagged, tagged};
use crate::input::{Body, Names, named};
use crate::problem::{Problem, ProblemBody};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_settings, put_settings, patch_settings))
}

/// An organization's settings, all of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicySettings {
    iam: ImageAccessSettings,
    ram: RegistryAccessSettings,
    /// Registries other than Docker Hub, or namespaces on them, whose
    /// repositories count as those of verified publishers:
    /// `quay.io/prometheus/*`, `ghcr.io/acme/**`.
    trusted: Vec<String>,
}

/// Image Access Management: which categories of images may be pulled.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImageAccessSettings {
    /// Whether it is on.
    enabled: Switch,
    /// Whether a denial blocks the pull or is only recorded.
    mode: Mode,
    /// Docker Official Images.
    official: Permission,
    /// Verified publishers.
    verified_publisher: Permission,
    /// Docker-Sponsored Open Source.
    sponsored_oss: Permission,
    /// Whether the allowlist counts, that of teams included.
    allowlist: Switch,
}

/// Registry Access Management: which registries may be pulled from.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegistryAccessSettings {
    /// Whether it is on, independent of Image Access Management.
    enabled: Switch,
    /// Whether a denial blocks the pull or is only recorded.
    mode: Mode,
    /// Docker Hub, which is not in the list.
    docker_hub: Permission,
    /// The registries that may be pulled from, at most 100.
    registries: Vec<String>,
}

/// What is to be different of an organization's settings; what is left out
/// stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsPatch {
    iam: Option<ImageAccessPatch>,
    ram: Option<RegistryAccessPatch>,
    /// All that are to be trusted.
    trusted: Option<Vec<String>>,
}

/// What is to be different of Image Access Management.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageAccessPatch {
    enabled: Option<Switch>,
    mode: Option<Mode>,
    official: Option<Permission>,
    verified_publisher: Option<Permission>,
    sponsored_oss: Option<Permission>,
    allowlist: Option<Switch>,
}

/// What is to be different of Registry Access Management.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistryAccessPatch {
    enabled: Option<Switch>,
    mode: Option<Mode>,
    docker_hub: Option<Permission>,
    /// All that are to be listed.
    registries: Option<Vec<String>>,
}

impl From<Settings> for PolicySettings {
    fn from(settings: Settings) -> Self {
        let Settings { iam, ram, trusted } = settings;
        Self {
            iam: ImageAccessSettings {
                enabled: iam.enabled,
                mode: iam.mode,
                official: iam.official,
                verified_publisher: iam.verified_publisher,
                sponsored_oss: iam.sponsored_oss,
                allowlist: iam.allowlist,
            },
            ram: RegistryAccessSettings {
                enabled: ram.enabled,
                mode: ram.mode,
                docker_hub: ram.docker_hub,
                registries: ram.registries.iter().map(ToString::to_string).collect(),
            },
            trusted: trusted.iter().map(ToString::to_string).collect(),
        }
    }
}

impl PolicySettings {
    fn read(self) -> Result<Settings, Problem> {
        let Self { iam, ram, trusted } = self;
        Ok(Settings {
            iam: Iam {
                enabled: iam.enabled,
                mode: iam.mode,
                official: iam.official,
                verified_publisher: iam.verified_publisher,
                sponsored_oss: iam.sponsored_oss,
                allowlist: iam.allowlist,
            },
            ram: Ram {
                enabled: ram.enabled,
                mode: ram.mode,
                docker_hub: ram.docker_hub,
                registries: named("registry", &ram.registries)?,
            },
            trusted: named("pattern", &trusted)?,
        })
    }
}

impl SettingsPatch {
    /// What it makes of settings, or what of it cannot be read.
    fn read(self) -> Result<impl FnOnce(&mut Settings), Problem> {
        let trusted = self.trusted.map(|names| named("pattern", &names));
        let trusted = trusted.transpose()?;
        let registries = self.ram.as_ref().and_then(|ram| ram.registries.as_ref());
        let registries = registries.map(|names| named("registry", names));
        let registries = registries.transpose()?;
        Ok(move |settings: &mut Settings| {
            put(&mut settings.trusted, trusted);
            put(&mut settings.ram.registries, registries);
            if let Some(iam) = self.iam {
                put(&mut settings.iam.enabled, iam.enabled);
                put(&mut settings.iam.mode, iam.mode);
                put(&mut settings.iam.official, iam.official);
                put(&mut settings.iam.verified_publisher, iam.verified_publisher);
                put(&mut settings.iam.sponsored_oss, iam.sponsored_oss);
                put(&mut settings.iam.allowlist, iam.allowlist);
            }
            if let Some(ram) = self.ram {
                put(&mut settings.ram.enabled, ram.enabled);
                put(&mut settings.ram.mode, ram.mode);
                put(&mut settings.ram.docker_hub, ram.docker_hub);
            }
        })
    }
}

fn put<T>(setting: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *setting = wanted;
    }
}

fn answer(stored: StoredSettings) -> Tagged<PolicySettings> {
    tagged(&stored.version.to_string(), stored.settings.into())
}

/// Get all settings of an organization
///
/// Those that Docker Hub has and those it does not: the mode of Image Access
/// Management and of Registry Access Management, Docker-Sponsored Open Source,
/// the allowlist's switch and what is trusted. For owners and members.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/policy/settings",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name.")),
    responses((
        status = 200,
        description = "The settings.",
        body = PolicySettings,
        headers(("ETag" = String, description = "Their version, for `If-Match`.")),
    )),
)]
async fn get_settings(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Tagged<PolicySettings>, Problem> {
    let caller = signed_in.caller();
    let stored = shared.admin.settings(&caller, &organization).await?;
    Ok(answer(stored))
}

/// Replace all settings of an organization
///
/// For owners.
#[utoipa::path(
    put,
    path = "/api/v1/orgs/{org}/policy/settings",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name."), IfMatch),
    request_body = PolicySettings,
    responses(
        (
            status = 200,
            description = "The settings since.",
            body = PolicySettings,
            headers(("ETag" = String, description = "Their version, for `If-Match`.")),
        ),
        (status = 412, description = "Somebody else was faster.", body = ProblemBody),
    ),
)]
async fn put_settings(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    IfMatch(expected): IfMatch,
    Body(settings): Body<PolicySettings>,
) -> Result<Tagged<PolicySettings>, Problem> {
    let caller = signed_in.caller();
    let wanted = settings.read()?;
    let stored = shared
        .admin
        .change_settings(&caller, &organization, &expected, |settings| {
            *settings = wanted;
        })
        .await?;
    Ok(answer(stored))
}

/// Change some settings of an organization
///
/// What is left out stays as it is. For owners.
#[utoipa::path(
    patch,
    path = "/api/v1/orgs/{org}/policy/settings",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name."), IfMatch),
    request_body = SettingsPatch,
    responses(
        (
            status = 200,
            description = "The settings since.",
            body = PolicySettings,
            headers(("ETag" = String, description = "Their version, for `If-Match`.")),
        ),
        (status = 412, description = "Somebody else was faster.", body = ProblemBody),
    ),
)]
async fn patch_settings(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    IfMatch(expected): IfMatch,
    Body(patch): Body<SettingsPatch>,
) -> Result<Tagged<PolicySettings>, Problem> {
    let caller = signed_in.caller();
    let change = patch.read()?;
    let stored = shared
        .admin
        .change_settings(&caller, &organization, &expected, change)
        .await?;
    Ok(answer(stored))
}
