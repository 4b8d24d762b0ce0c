//! Exceptions: images that somebody may pull until a date.

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use jiff::Timestamp;
use pullgate_admin::{Admin, ExceptionId, ExceptionRecord, ExceptionsShown, NewException};
use pullgate_policy::{Covers, OrganizationName, TeamName, Username};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Body, Names};
use crate::page::{Page, PageQuery};
use crate::problem::{Problem, ProblemBody};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, end))
}

/// Which exceptions are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExceptionQuery {
    /// Those that have not ended (as it is without this), those that have, or
    /// all.
    #[serde(default)]
    #[param(inline)]
    show: ExceptionsWanted,
    /// Only those in whose repository's name this is.
    #[param(max_length = 255)]
    search: Option<String>,
}

/// Which exceptions are shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ExceptionsWanted {
    #[default]
    Current,
    Ended,
    All,
}

impl From<ExceptionsWanted> for ExceptionsShown {
    fn from(wanted: ExceptionsWanted) -> Self {
        match wanted {
            ExceptionsWanted::Current => Self::Current,
            ExceptionsWanted::Ended => Self::Ended,
            ExceptionsWanted::All => Self::All,
        }
    }
}

/// Whom an exception covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageKind {
    /// One person.
    Person,
    /// The members of a team.
    Team,
    /// Everybody in the organization.
    Organization,
}

/// An exception: a repository that somebody may pull until a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessException {
    /// Which it is.
    pub id: Uuid,
    /// The repository: all its tags and digests.
    pub repository: String,
    /// Whom it covers.
    pub covers: CoverageKind,
    /// The person, if it covers one.
    #[schema(required)]
    pub person: Option<String>,
    /// The team, if it covers one.
    #[schema(required)]
    pub team: Option<String>,
    /// From this moment on it counts no more.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Why it was made.
    pub reason: String,
    /// Who made it: `person:olga`, `command line`.
    pub made_by: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
}

impl From<&ExceptionRecord> for AccessException {
    fn from(record: &ExceptionRecord) -> Self {
        let (covers, person, team) = coverage(&record.exception.covers);
        Self {
            id: record.id.as_uuid(),
            repository: record.exception.repository.to_string(),
            covers,
            person,
            team,
            ends_at: record.exception.ends_at,
            reason: record.reason.clone(),
            made_by: record.made_by.to_string(),
            made_at: record.made_at,
        }
    }
}

/// Whom an exception covers: which kind, and the person or the team.
pub(super) fn coverage(covers: &Covers) -> (CoverageKind, Option<String>, Option<String>) {
    match covers {
        Covers::Organization => (CoverageKind::Organization, None, None),
        Covers::Team(team) => (CoverageKind::Team, None, Some(team.to_string())),
        Covers::Person(person) => (CoverageKind::Person, Some(person.to_string()), None),
    }
}

/// An exception to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExceptionToMake {
    /// The image; a tag or digest is not looked at.
    image: String,
    /// Whom it covers.
    covers: CoverageKind,
    /// The member, if it covers a person.
    #[schema(value_type = Option<String>)]
    person: Option<Username>,
    /// The team, if it covers one.
    #[schema(value_type = Option<String>)]
    team: Option<TeamName>,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// Why, in at most 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

impl ExceptionToMake {
    fn read(self, admin: &Admin) -> Result<NewException, Problem> {
        let reference = admin.read_image(&self.image)?;
        let covers = match (self.covers, self.person, self.team) {
            (CoverageKind::Organization, None, None) => Covers::Organization,
            (CoverageKind::Team, None, Some(team)) => Covers::Team(team),
            (CoverageKind::Person, Some(person), None) => Covers::Person(person),
            _ => {
                return Err(Problem::bad_request(
                    "an exception covers a person, a team or the organization: name the person \
                     for the first, the team for the second, and neither for the third",
                ));
            }
        };
        Ok(NewException {
            repository: reference.repository(),
            covers,
            ends_at: self.ends_at,
            reason: self.reason,
        })
    }
}

/// List the exceptions of an organization
///
/// The newest first. Owners see all of them, members those that cover them.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/exceptions",
    tag = "requests",
    params(("org" = String, Path, description = "The organization's name."), ExceptionQuery, PageQuery),
    responses((status = 200, description = "The exceptions.", body = Page<AccessException>)),
)]
async fn list(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(query): Asked<ExceptionQuery>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<AccessException>>, Problem> {
    let page = page.wanted(50)?;
    let query = pullgate_admin::ExceptionQuery {
        shown: query.show.into(),
        search: query.search,
    };
    let found = shared
        .admin
        .exceptions(&signed_in.caller(), &organization, &query, page.window())
        .await?;
    let exceptions = found.entries.iter().map(AccessException::from).collect();
    Ok(Json(page.holding(
        exceptions,
        found.count,
        shared.base(),
        &uri,
    )))
}

/// Make an exception
///
/// For owners. It holds from the next pull on, and ends by itself. A registry
/// that Registry Access Management does not allow stays closed to it, which
/// is answered with 409.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/exceptions",
    tag = "requests",
    params(("org" = String, Path, description = "The organization's name.")),
    request_body = ExceptionToMake,
    responses(
        (status = 201, description = "The exception.", body = AccessException),
        (status = 409, description = "No exception can allow this.", body = ProblemBody),
    ),
)]
async fn add(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(wanted): Body<ExceptionToMake>,
) -> Result<(StatusCode, Json<AccessException>), Problem> {
    let record = shared
        .admin
        .add_exception(
            &signed_in.caller(),
            &organization,
            wanted.read(&shared.admin)?,
        )
        .await?;
    Ok((StatusCode::CREATED, Json((&record).into())))
}

/// Get an exception
///
/// For owners, and for members whom it covers.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/exceptions/{id}",
    tag = "requests",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("id" = Uuid, Path, description = "The exception's id."),
    ),
    responses((status = 200, description = "The exception.", body = AccessException)),
)]
async fn one(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, Uuid)>,
) -> Result<Json<AccessException>, Problem> {
    let record = shared
        .admin
        .exception(&signed_in.caller(), &organization, ExceptionId::from(id))
        .await?;
    Ok(Json((&record).into()))
}

/// End an exception now
///
/// For owners. It stays among those that have ended. Nothing happens if it has
/// ended before.
#[utoipa::path(
    delete,
    path = "/api/v1/orgs/{org}/exceptions/{id}",
    tag = "requests",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("id" = Uuid, Path, description = "The exception's id."),
    ),
    responses((status = 200, description = "The exception, which has ended.", body = AccessException)),
)]
async fn end(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, Uuid)>,
) -> Result<Json<AccessException>, Problem> {
    let record = shared
        .admin
        .end_exception(&signed_in.caller(), &organization, ExceptionId::from(id))
        .await?;
    Ok(Json((&record).into()))
}
