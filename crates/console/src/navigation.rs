//! Which pages there are to go to. A page that is written gets its line here,
//! and nothing is listed that is not there yet.

use pullgate_policy::Role;

use crate::visit::Visit;

/// A page in the navigation.
struct Entry {
    label: &'static str,
    /// Which drawing of `ui.html`'s `icon` stands before it.
    icon: &'static str,
    place: Place,
}

/// Where a page is.
enum Place {
    /// The page of the organization that is looked at itself.
    Overview,
    /// Below the organization that is looked at: `permissions` stands for
    /// `/orgs/acme/permissions`.
    Organization(&'static str),
    /// The same, where there is nothing for a member.
    OfOwners(&'static str),
    /// At this address, whichever organization is looked at.
    Anywhere(&'static str),
}

/// A part of the navigation.
struct Part {
    /// None for the organization's own part, which its name stands above.
    label: &'static str,
    entries: &'static [Entry],
}

/// The page beside which it is said how many requests wait.
const REQUESTS: &str = "requests";

const PARTS: &[Part] = &[
    Part {
        label: "",
        entries: &[
            Entry {
                label: "Overview",
                icon: "overview",
                place: Place::Overview,
            },
            Entry {
                label: "Org permissions",
                icon: "gate",
                place: Place::Organization("permissions"),
            },
            Entry {
                label: "Image lookup",
                icon: "search",
                place: Place::Organization("lookup"),
            },
            Entry {
                label: "Requests",
                icon: "inbox",
                place: Place::Organization(REQUESTS),
            },
            Entry {
                label: "Members",
                icon: "people",
                place: Place::Organization("members"),
            },
            Entry {
                label: "Teams",
                icon: "team",
                place: Place::Organization("teams"),
            },
            Entry {
                label: "Organization tokens",
                icon: "key",
                place: Place::OfOwners("tokens"),
            },
            Entry {
                label: "Namespaces",
                icon: "namespace",
                place: Place::Organization("namespaces"),
            },
            Entry {
                label: "Activity",
                icon: "activity",
                place: Place::Organization("activity"),
            },
        ],
    },
    Part {
        label: "Set up computers",
        entries: &[
            Entry {
                label: "Connect a client",
                icon: "plug",
                place: Place::Anywhere("/connect"),
            },
            Entry {
                label: "Enforce sign-in",
                icon: "lock",
                place: Place::Anywhere("/enforce"),
            },
        ],
    },
];

/// A part of the navigation as it is shown.
#[derive(Debug)]
pub(crate) struct NavigationPart {
    pub(crate) label: &'static str,
    pub(crate) links: Vec<NavigationLink>,
}

/// A link in it.
#[derive(Debug)]
pub(crate) struct NavigationLink {
    pub(crate) label: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) href: String,
    /// Whether it leads to the page that it stands on.
    pub(crate) is_here: bool,
    /// How much waits there for the visitor.
    pub(crate) waiting: u64,
}

/// The navigation for somebody who looks at an organization, or at none.
pub(crate) fn navigation(visit: &Visit, organization: Option<&str>) -> Vec<NavigationPart> {
    let path = &visit.context.path;
    let mut mine = visit.me.organizations.iter();
    let owns = mine
        .any(|mine| Some(mine.organization.as_str()) == organization && mine.role == Role::Owner);
    let link = |entry: &'static Entry| {
        let href = match entry.place {
            Place::Anywhere(href) => href.to_owned(),
            Place::Overview => format!("/orgs/{}", organization?),
            Place::OfOwners(_) if !owns => return None,
            Place::Organization(page) | Place::OfOwners(page) => {
                format!("/orgs/{}/{page}", organization?)
            }
        };
        Some(NavigationLink {
            label: entry.label,
            icon: entry.icon,
            is_here: match entry.place {
                // All others of the organization are below it.
                Place::Overview => *path == href,
                _ => is_below(path, &href),
            },
            waiting: match entry.place {
                Place::Organization(REQUESTS) => visit.open_requests,
                _ => 0,
            },
            href,
        })
    };
    let parts = PARTS.iter().map(|part| NavigationPart {
        label: part.label,
        links: part.entries.iter().filter_map(link).collect(),
    });
    parts.filter(|part| !part.links.is_empty()).collect()
}

/// Whether a page is this one or one of its own.
fn is_below(path: &str, href: &str) -> bool {
    path.strip_prefix(href)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The page that somebody sees first.
pub(crate) fn first_page(visit: &Visit, organization: Option<&str>) -> String {
    let parts = navigation(visit, organization);
    let first = parts.into_iter().flat_map(|part| part.links).next();
    first.map_or_else(|| "/account".to_owned(), |link| link.href)
}
