//! What a change of the policy would do, before it is made.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pullgate_access::Impact;
use pullgate_admin::{PolicyDraft, Preview, PreviewOf};
use pullgate_policy::{OrganizationName, TeamAdditions, TeamName};
use pullgate_reference::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::settings::SettingsPatch;
use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(preview_policy))
}

/// A draft policy, and the period on whose decisions it is tried out. What is
/// left out of the draft stays as it is now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyPreviewRequest {
    /// Settings that are to be different: a value takes the place of the one
    /// there is, a list that of the whole list. `{"iam":{"official":"restricted"}}`
    #[schema(value_type = Option<SettingsPatch>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
    /// Changes of the allowlist.
    pub allowlist: AllowlistDraft,
    /// The additions of teams, by the team's name. They take the place of all
    /// that the team has.
    #[schema(value_type = BTreeMap<String, TeamAdditions>)]
    pub teams: BTreeMap<TeamName, TeamAdditions>,
    /// From when on; 30 days before the end unless said.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Up to and without when; up to now unless said.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// How many repositories, people and teams the answer names of each; 20
    /// unless said.
    #[schema(minimum = 1, maximum = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Changes of an allowlist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AllowlistDraft {
    /// Patterns that come on it.
    #[serde(with = "pullgate_policy::text::list")]
    #[schema(value_type = Vec<String>, default = json!([]))]
    pub add: Vec<Pattern>,
    /// Patterns that go from it.
    #[serde(with = "pullgate_policy::text::list")]
    #[schema(value_type = Vec<String>, default = json!([]))]
    pub remove: Vec<Pattern>,
}

/// What a draft policy would have decided otherwise than the policy of now
/// does, on the decisions of a period. Both decide for the roles and teams
/// that people have now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPreview {
    /// Whose policy.
    #[schema(value_type = String)]
    pub organization: OrganizationName,
    /// From when on decisions were replayed.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Up to and without when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How many decisions were replayed.
    pub replayed: u64,
    /// What would be different.
    #[serde(flatten)]
    pub impact: Impact,
}

/// What a change of the policy would do
///
/// Tries a draft out on what was decided before, and changes nothing. For
/// owners.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/policy/preview",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name.")),
    request_body = PolicyPreviewRequest,
    responses((status = 200, description = "What would be different.", body = PolicyPreview)),
)]
async fn preview_policy(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(request): Body<PolicyPreviewRequest>,
) -> Result<Json<PolicyPreview>, Problem> {
    let caller = signed_in.caller();
    let (draft, of) = request.into_parts();
    let preview = shared
        .admin
        .preview_policy(&caller, &organization, draft, of)
        .await?;
    Ok(Json(preview.into()))
}

impl PolicyPreviewRequest {
    /// The draft, and what it is tried out on.
    pub fn into_parts(self) -> (PolicyDraft, PreviewOf) {
        let draft = PolicyDraft {
            settings: self.settings,
            allow: self.allowlist.add,
            disallow: self.allowlist.remove,
            teams: self.teams,
        };
        let of = PreviewOf {
            since: self.since,
            until: self.until,
            most: self.limit,
        };
        (draft, of)
    }
}

impl From<Preview> for PolicyPreview {
    fn from(preview: Preview) -> Self {
        Self {
            organization: preview.organization,
            since: preview.since,
            until: preview.until,
            replayed: preview.impact.recorded.total(),
            impact: preview.impact,
        }
    }
}
