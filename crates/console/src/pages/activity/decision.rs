//! One decision, with all that is known of it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_admin::ToldDecision;
use pullgate_policy::{Badge, Role};
use uuid::Uuid;

use super::decisions::{image, who};
use crate::failure::{Failure, sentence};
use crate::list::{address, number};
use crate::page::{Moment, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage {
    shell: Shell,
    organization: String,
    id: String,
    outcome: Word,
    category: Word,
    badge: &'static str,
    rule: &'static str,
    why: &'static str,
    /// What whoever asked was told, or would have been.
    sentence: String,
    image: String,
    repository: String,
    digest: String,
    action: &'static str,
    who: String,
    /// The member's page; empty where it was none.
    member: String,
    team: String,
    client: String,
    address: String,
    at: Moment,
    times: String,
    is_many: bool,
    /// More of the same image, and of the same person.
    same_image: String,
    same_person: String,
}

/// `GET …/activity/decisions/{id}`.
pub(super) async fn show(
    visit: Visit,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let id: Uuid = id.parse().map_err(|_| Failure::NotFound(None))?;
    let admin = &visit.services.admin;
    let told = admin.decision(&visit.caller(), &organization, id).await?;
    let ToldDecision {
        decision,
        sentence: told,
    } = told;
    let path = format!("/orgs/{organization}/activity");
    let who = who(&decision.subject).to_owned();
    let repository = decision.repository.to_string();
    Ok(page(&DecisionPage {
        id: decision.id.to_string(),
        outcome: words::outcome(decision.outcome),
        category: words::category(decision.category),
        badge: badge(decision.badge),
        rule: words::rule(decision.rule),
        why: words::why(decision.rule),
        sentence: sentence(&told),
        image: image(&decision),
        digest: decision.digest.clone().unwrap_or_default(),
        action: action(&decision.action),
        member: match decision.person {
            Some(_) => format!("/orgs/{organization}/members/person/{who}"),
            None => String::new(),
        },
        team: decision
            .team
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        at: Moment(decision.at),
        times: number(decision.count.into()),
        is_many: decision.count > 1,
        same_image: address(&path, [("image", repository.as_str())]),
        same_person: match role {
            Role::Owner => address(&path, [("person", who.as_str())]),
            Role::Member => String::new(),
        },
        client: decision.client,
        address: decision.address,
        organization: organization.to_string(),
        shell: visit.shell("Decision"),
        repository,
        who,
    }))
}

fn action(word: &str) -> &'static str {
    match word {
        "manifest" => "a manifest: the pull itself",
        "blob" => "a layer",
        "tags" => "the list of tags",
        "referrers" => "what refers to it, as signatures",
        _ => "something else of the image",
    }
}

fn badge(badge: Badge) -> &'static str {
    match badge {
        Badge::VerifiedPublisher => "verified publisher",
        Badge::SponsoredOss => "Docker-Sponsored Open Source",
        Badge::None => "none",
        Badge::Unknown => "unknown: Docker Hub could not say, so it counts as community",
    }
}
