//! Enforce sign-in: what makes Docker Desktop demand one, for each platform.

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use pullgate_signin::{Artifact, Organizations, Platform, artifacts};

use super::Routes;
use crate::failure::sentence;
use crate::fields::{Fields, Query};
use crate::page::{Typed, page};
use crate::shell::Shell;
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new().route("/enforce", get(show))
}

#[derive(Template)]
#[template(path = "enforce.html")]
struct EnforcePage {
    shell: Shell,
    /// Each platform's word and name, and whether it was chosen.
    platforms: Vec<(&'static str, &'static str, bool)>,
    /// Each organization of the visitor's, and whether it was chosen.
    organizations: Vec<(String, bool)>,
    others: Typed,
    /// What is wrong with the choice as a whole; empty if nothing is.
    error: String,
    outcomes: Vec<Outcome>,
}

impl EnforcePage {
    /// A name for a text in the page.
    fn id(outcome: &Outcome, artifact: &Artifact) -> String {
        let kind = format!("{:?}", artifact.form).to_lowercase();
        format!("{}-{kind}", outcome.word)
    }
}

/// What one platform gets.
struct Outcome {
    word: &'static str,
    name: &'static str,
    places: Vec<Held>,
}

/// One place of a platform, with its forms.
struct Held {
    path: &'static str,
    permissions: &'static str,
    artifacts: Vec<Artifact>,
}

async fn show(visit: Visit, Query(query): Query) -> Response {
    let choice = Choice::read(&visit, &query);
    let named = choice.organizations.iter();
    let ticked = named.filter(|(_, on)| *on).map(|(name, _)| name.as_str());
    let typed = choice.others.value.split([',', ' ', ';']);
    let all = ticked.chain(typed.filter(|name| !name.is_empty()));
    let mut others = choice.others.clone();
    let mut error = String::new();
    let outcomes = match Organizations::read(all) {
        Ok(organizations) => outcomes(&choice, &organizations),
        Err(invalid) => {
            let told = sentence(&invalid.to_string());
            if matches!(invalid, pullgate_signin::InvalidOrganizations::Name(_)) {
                others.error = told;
            } else {
                error = told;
            }
            Vec::new()
        }
    };
    if error.is_empty() && others.error.is_empty() && outcomes.is_empty() {
        "Choose at least one platform.".clone_into(&mut error);
    }
    page(&EnforcePage {
        platforms: choice
            .platforms
            .iter()
            .map(|(platform, on)| (platform.as_str(), platform.name(), *on))
            .collect(),
        organizations: choice.organizations,
        others,
        error,
        outcomes,
        shell: visit.shell("Enforce sign-in"),
    })
}

/// What was chosen; all platforms and one's own organizations, before anybody
/// has chosen.
struct Choice {
    platforms: Vec<(Platform, bool)>,
    organizations: Vec<(String, bool)>,
    others: Typed,
}

impl Choice {
    fn read(visit: &Visit, query: &Fields) -> Self {
        let is_made = query.has("chosen");
        let on = |field: &str, word: &str| !is_made || query.all(field).any(|each| each == word);
        let mine = visit.me.organizations.iter();
        Self {
            platforms: Platform::ALL
                .map(|platform| (platform, on("platform", platform.as_str())))
                .to_vec(),
            organizations: mine
                .map(|belonging| belonging.organization.to_string())
                .map(|name| {
                    let on = on("organization", &name);
                    (name, on)
                })
                .collect(),
            others: Typed::new(query.text("others")),
        }
    }
}

fn outcomes(choice: &Choice, organizations: &Organizations) -> Vec<Outcome> {
    let chosen = choice.platforms.iter().filter(|(_, on)| *on);
    chosen
        .map(|(platform, _)| Outcome {
            word: platform.as_str(),
            name: platform.name(),
            places: places(artifacts(*platform, organizations)),
        })
        .collect()
}

/// Forms of one place together, the place that counts most first.
fn places(artifacts: Vec<Artifact>) -> Vec<Held> {
    let mut places: Vec<Held> = Vec::new();
    for artifact in artifacts {
        match places.last_mut().filter(|held| held.path == artifact.path) {
            Some(held) => held.artifacts.push(artifact),
            None => places.push(Held {
                path: artifact.path,
                permissions: artifact.permissions,
                artifacts: vec![artifact],
            }),
        }
    }
    places
}
