//! What the owner of a new organization does next.

use pullgate_admin::{MemberQuery, Window};
use pullgate_policy::{OrganizationName, Switch};
use pullgate_store::SiteRole;

use crate::failure::Failure;
use crate::shell::Shell;
use crate::visit::Visit;

/// A step, and whether it is taken.
pub(super) struct Step {
    pub(super) is_done: bool,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    /// Where it is taken, and what the button says; none if by somebody else.
    pub(super) action: Option<(String, &'static str)>,
}

/// How far an organization is.
pub(super) struct Progress {
    pub(super) image_access: Switch,
    /// Whether anything was ever asked for lately.
    pub(super) is_used: bool,
}

/// The steps for an owner; none once people pull and Image Access Management
/// is on.
pub(super) async fn steps(
    visit: &Visit,
    organization: &OrganizationName,
    shell: &Shell,
    progress: Progress,
) -> Result<Vec<Step>, Failure> {
    let Progress {
        image_access,
        is_used,
    } = progress;
    if is_used && image_access == Switch::On {
        return Ok(Vec::new());
    }
    let (admin, caller) = (&visit.services.admin, visit.caller());
    let (everybody, none) = (
        MemberQuery::default(),
        Window {
            offset: 0,
            limit: 0,
        },
    );
    let (members, namespaces) = tokio::try_join!(
        admin.members(&caller, organization, &everybody, none),
        admin.namespaces(&caller, organization),
    )?;
    // Only what can be gone to.
    let page = |page: &str, label: &'static str| {
        let href = format!("/orgs/{organization}/{page}");
        let mut links = shell.navigation.iter().flat_map(|part| &part.links);
        links.any(|link| link.href == href).then_some((href, label))
    };
    let names = visit.me.site_role == SiteRole::Administrator;
    Ok(vec![
        Step {
            is_done: members.count > 1,
            title: "Invite people",
            text: "Whoever belongs to the organization pulls by its policy.",
            action: page("members", "Invite people"),
        },
        Step {
            is_done: is_used,
            title: "Connect a client",
            text: "Point docker, containerd, podman or Kubernetes at this server, so that every pull is decided and recorded.",
            action: Some(("/connect".to_owned(), "Connect a client")),
        },
        Step {
            is_done: !namespaces.is_empty(),
            title: "Name a namespace",
            text: if names {
                "What lies in the organization's own namespaces is always allowed."
            } else {
                "What lies in the organization's own namespaces is always allowed. A site administrator gives you yours."
            },
            action: if names {
                page("namespaces", "Name a namespace")
            } else {
                None
            },
        },
        Step {
            is_done: image_access == Switch::On,
            title: "Try it out in monitor mode",
            text: "Switch Image Access Management on with the mode Monitor: everything is decided and recorded, and nothing is blocked.",
            action: page("permissions", "Open permissions"),
        },
    ])
}
