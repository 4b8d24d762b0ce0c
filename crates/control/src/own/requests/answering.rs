//! What owners do with requests.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pullgate_admin::{Approval, ApprovedFor, RequestId};
use pullgate_policy::{OrganizationName, TeamName};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shapes::AccessRequest;
use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names};
use crate::own::exceptions::CoverageKind;
use crate::problem::{Problem, ProblemBody};

/// How a request is approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestApproval {
    /// For whom: the person who asks, a team that the person is in, or
    /// everybody in the organization.
    covers: CoverageKind,
    /// The team, if it is for one.
    #[schema(value_type = Option<String>)]
    team: Option<TeamName>,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// What is answered, in at most 1,000 characters; may be left out.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: String,
}

impl RequestApproval {
    fn read(self) -> Result<Approval, Problem> {
        let covers = match (self.covers, self.team) {
            (CoverageKind::Person, None) => ApprovedFor::WhoAsked,
            (CoverageKind::Team, Some(team)) => ApprovedFor::Team(team),
            (CoverageKind::Organization, None) => ApprovedFor::Organization,
            _ => {
                return Err(Problem::bad_request(
                    "name the team if the request is approved for a team, and none if it is not",
                ));
            }
        };
        Ok(Approval {
            covers,
            ends_at: self.ends_at,
            answer: self.reason,
        })
    }
}

/// Why a request is declined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestRefusal {
    /// Why, in at most 1,000 characters, for who asked.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Approve a request
///
/// For owners. Makes the exception, which holds from the next pull on and ends
/// by itself. Open requests of others for the same repository that it answers,
/// too, are approved with it.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/requests/{id}/approve",
    tag = "requests",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    request_body = RequestApproval,
    responses(
        (status = 200, description = "The request, with the exception that it became.", body = AccessRequest),
        (status = 409, description = "It is not open any more, or such an exception would not help who asked.", body = ProblemBody),
    ),
)]
pub(super) async fn approve(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, Uuid)>,
    Body(approval): Body<RequestApproval>,
) -> Result<Json<AccessRequest>, Problem> {
    let (id, approval) = (RequestId::from(id), approval.read()?);
    let request = shared
        .admin
        .approve_request(&signed_in.caller(), &organization, id, approval)
        .await?;
    Ok(Json((&request).into()))
}

/// Decline a request
///
/// For owners.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/requests/{id}/decline",
    tag = "requests",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    request_body = RequestRefusal,
    responses(
        (status = 200, description = "The request, with the answer.", body = AccessRequest),
        (status = 409, description = "It is not open any more.", body = ProblemBody),
    ),
)]
pub(super) async fn decline(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, Uuid)>,
    Body(refusal): Body<RequestRefusal>,
) -> Result<Json<AccessRequest>, Problem> {
    let request = shared
        .admin
        .decline_request(
            &signed_in.caller(),
            &organization,
            RequestId::from(id),
            &refusal.reason,
        )
        .await?;
    Ok(Json((&request).into()))
}
