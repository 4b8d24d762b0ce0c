//! Org permissions: which images the people of an organization may pull.
//!
//! Three tabs show the policy and hold its forms; each form leads to
//! [`review`], which shows what the change would do and saves it. [`history`]
//! shows what was changed, and takes it back.

mod allowlist;
mod history;
mod image_access;
mod impact;
mod registries;
mod review;
mod typed;

use axum::routing::{get, post};
use pullgate_admin::StoredSettings;
use pullgate_policy::{OrganizationName, Role};

use super::Routes;
use crate::failure::Failure;
use crate::visit::Visit;
use crate::words::{self, Word};

pub(super) fn routes() -> Routes {
    const PERMISSIONS: &str = "/orgs/{organization}/permissions";
    let below = |page: &str| format!("{PERMISSIONS}/{page}");
    Routes::new()
        .route(PERMISSIONS, get(image_access::show))
        .route(&below("review"), post(image_access::review))
        .route(&below("allowlist"), get(allowlist::show))
        .route(&below("allowlist/review"), post(allowlist::review))
        .route(&below("registries"), get(registries::show))
        .route(&below("registries/review"), post(registries::review))
        .route(&below("change"), post(review::review_or_save))
        .route(&below("history"), get(history::show))
        .route(&below("history/undo"), post(history::undo))
}

/// A part of the permissions, with an address of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    ImageAccess,
    Allowlist,
    Registries,
    History,
}

impl Tab {
    const ALL: [Self; 4] = [
        Self::ImageAccess,
        Self::Allowlist,
        Self::Registries,
        Self::History,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::ImageAccess => "Image access",
            Self::Allowlist => "Allowlist",
            Self::Registries => "Registries",
            Self::History => "History",
        }
    }

    /// Where it is.
    fn path(self, organization: &OrganizationName) -> String {
        let page = match self {
            Self::ImageAccess => "",
            Self::Allowlist => "/allowlist",
            Self::Registries => "/registries",
            Self::History => "/history",
        };
        format!("/orgs/{organization}/permissions{page}")
    }
}

/// What stands around each tab.
struct Frame {
    organization: OrganizationName,
    /// Whether the visitor may change anything.
    is_owner: bool,
    /// What Image Access Management does.
    standing: Word,
    /// Name, address, and whether it is the one shown.
    tabs: Vec<(&'static str, String, bool)>,
    /// By which a change knows what it was made from.
    version: i64,
}

impl Frame {
    fn new(organization: OrganizationName, role: Role, stored: &StoredSettings, here: Tab) -> Self {
        let is_owner = role == Role::Owner;
        let seen = Tab::ALL
            .into_iter()
            .filter(|tab| is_owner || *tab != Tab::History);
        Self {
            is_owner,
            standing: words::image_access(&stored.settings.iam),
            tabs: seen
                .map(|tab| (tab.name(), tab.path(&organization), tab == here))
                .collect(),
            version: stored.version,
            organization,
        }
    }
}

/// The organization that is named, with its settings and the frame of a tab.
async fn open(visit: &Visit, name: &str, here: Tab) -> Result<(Frame, StoredSettings), Failure> {
    let (organization, role) = visit.organization(name)?;
    let admin = &visit.services.admin;
    let stored = admin.settings(&visit.caller(), &organization).await?;
    let frame = Frame::new(organization, role, &stored, here);
    Ok((frame, stored))
}

/// Allowed or restricted, as words and names of a form.
const PERMISSIONS: [(&str, &str); 2] = [("allowed", "Allowed"), ("restricted", "Restricted")];
