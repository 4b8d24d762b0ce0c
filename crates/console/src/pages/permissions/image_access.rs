//! The tab of Image Access Management: its switch and its categories.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_admin::{Namespace, PolicyChange, SettingsEdit};
use pullgate_policy::{Iam, PublisherCategory, Switch};

use super::review::Begun;
use super::{Frame, PERMISSIONS, Tab, open, review, typed};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::page::page;
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

/// How many of the organization's namespaces are named.
const NAMED: usize = 6;

#[derive(Template)]
#[template(path = "permissions_images.html")]
struct ImagesPage {
    shell: Shell,
    frame: Frame,
    was: String,
    is_on: bool,
    mode: &'static str,
    mode_word: Word,
    /// The namespaces, and how many more there are.
    namespaces: Vec<String>,
    more_namespaces: usize,
    publishers: Vec<Publisher>,
    allowlist_is_on: bool,
    allowlist_word: Word,
    /// How many entries the allowlist has.
    entries: u64,
}

/// A category that an owner allows or restricts.
struct Publisher {
    /// Its name in the form.
    input: &'static str,
    title: &'static str,
    help: &'static str,
    chosen: &'static str,
    word: Word,
}

impl Publisher {
    fn new(category: PublisherCategory, iam: &Iam) -> Self {
        let (input, title, help) = match category {
            PublisherCategory::Official => (
                "official",
                "Docker Official Images",
                "The curated images without a namespace, such as nginx, postgres and python.",
            ),
            PublisherCategory::VerifiedPublisher => (
                "verified_publisher",
                "Verified Publisher Images",
                "Of companies whose identity Docker has verified, and of the registries that you trust.",
            ),
            PublisherCategory::SponsoredOss => (
                "sponsored_oss",
                "Docker-Sponsored Open Source",
                "Of open-source projects that Docker sponsors. Restricted, as community images are, until you allow them.",
            ),
        };
        let permission = iam.permission(category);
        Self {
            input,
            title,
            help,
            chosen: permission.as_str(),
            word: words::permission(permission),
        }
    }
}

/// `GET /orgs/{organization}/permissions`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let (frame, stored) = open(&visit, &name, Tab::ImageAccess).await?;
    let admin = &visit.services.admin;
    let (caller, organization) = (visit.caller(), &frame.organization);
    let (namespaces, allowlist) = tokio::try_join!(
        admin.namespaces(&caller, organization),
        admin.allowlist(&caller, organization, "", 0, 0),
    )?;
    let iam = &stored.settings.iam;
    let named = |namespace: &Namespace| namespace.pattern.to_string();
    Ok(page(&ImagesPage {
        was: typed::was(&stored.settings),
        is_on: iam.enabled == Switch::On,
        mode: typed::mode_word(iam.mode),
        mode_word: words::mode(iam.mode),
        more_namespaces: namespaces.len().saturating_sub(NAMED),
        namespaces: namespaces.iter().take(NAMED).map(named).collect(),
        publishers: PublisherCategory::ALL
            .map(|category| Publisher::new(category, iam))
            .into(),
        allowlist_is_on: iam.allowlist == Switch::On,
        allowlist_word: words::switch(iam.allowlist),
        entries: allowlist.count,
        frame,
        shell: visit.shell("Org permissions"),
    }))
}

/// `POST /orgs/{organization}/permissions/review`: what the form would change.
pub(super) async fn review(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let edit = SettingsEdit {
        image_access: Some(typed::switch(&fields, "image_access")),
        image_mode: typed::mode(&fields, "image_mode"),
        official: typed::permission(&fields, "official"),
        verified_publisher: typed::permission(&fields, "verified_publisher"),
        sponsored_oss: typed::permission(&fields, "sponsored_oss"),
        allowlist: Some(typed::switch(&fields, "allowlist")),
        ..SettingsEdit::default()
    };
    let edit = typed::different(&fields, edit)?;
    let begun = Begun::with(PolicyChange::Settings(edit), &fields);
    review::show(&visit, &organization, begun).await
}
