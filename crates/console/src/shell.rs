//! The frame around every page: where one is, who one is, where one can go.

use pullgate_store::Belonging;

use crate::flash::Flash;
use crate::navigation::{NavigationPart, navigation};
use crate::visit::Visit;

/// What the frame shows. Every page's template has one as `shell` and extends
/// `shell.html`.
#[derive(Debug)]
pub(crate) struct Shell {
    /// The page's title, as the browser shows it.
    pub(crate) title: String,
    /// Who looks at it.
    pub(crate) username: String,
    /// The organization that is looked at; none for who belongs to none.
    pub(crate) organization: Option<OrganizationLink>,
    /// All organizations of theirs.
    pub(crate) organizations: Vec<OrganizationLink>,
    /// Where they can go.
    pub(crate) navigation: Vec<NavigationPart>,
    /// What the page says once about what was just done.
    pub(crate) flash: Option<Flash>,
    /// What each form carries, as the field `csrf`.
    pub(crate) token: String,
    /// Whether it is around the visitor's own account.
    pub(crate) is_account: bool,
}

/// An organization in the switcher.
#[derive(Clone, Debug)]
pub(crate) struct OrganizationLink {
    pub(crate) name: String,
    pub(crate) display_name: String,
    /// The visitor's role, as it is shown.
    pub(crate) role: &'static str,
    pub(crate) is_here: bool,
}

impl OrganizationLink {
    fn new(belonging: &Belonging, here: Option<&str>) -> Self {
        Self {
            name: belonging.organization.to_string(),
            display_name: belonging.display_name.clone(),
            role: role(belonging.role),
            is_here: here == Some(belonging.organization.as_str()),
        }
    }

    /// The first letter, for its square.
    pub(crate) fn initial(&self) -> String {
        initial(&self.display_name)
    }
}

/// A role, as it is shown.
pub(crate) fn role(role: pullgate_policy::Role) -> &'static str {
    match role {
        pullgate_policy::Role::Owner => "Owner",
        pullgate_policy::Role::Member => "Member",
    }
}

impl Shell {
    pub(crate) fn new(visit: &Visit, title: String) -> Self {
        let here = organization_here(visit);
        let link = |belonging| OrganizationLink::new(belonging, here.as_deref());
        let organizations: Vec<_> = visit.me.organizations.iter().map(link).collect();
        Self {
            title,
            username: visit.visitor.username().to_string(),
            organization: organizations.iter().find(|link| link.is_here).cloned(),
            navigation: navigation(visit, here.as_deref()),
            organizations,
            flash: visit.context.flash.clone(),
            token: visit.visitor.form_token().to_owned(),
            is_account: visit.context.path.starts_with("/account"),
        }
    }

    /// The first letter of the visitor's name, for its circle.
    pub(crate) fn initial(&self) -> String {
        initial(&self.username)
    }
}

fn initial(name: &str) -> String {
    let first = name.chars().find(|letter| letter.is_alphanumeric());
    first.map_or_else(|| "·".to_owned(), |letter| letter.to_uppercase().collect())
}

/// The organization that is looked at: the address's, the one looked at last,
/// or the first.
pub(crate) fn organization_here(visit: &Visit) -> Option<String> {
    let address = visit.context.path.strip_prefix("/orgs/");
    let named = address.and_then(|rest| rest.split('/').next());
    let is_mine = |name: &&str| {
        let mut mine = visit.me.organizations.iter();
        mine.any(|belonging| belonging.organization.as_str() == *name)
    };
    let last = visit.context.remembered.as_deref();
    let first = visit.me.organizations.first();
    named
        .filter(is_mine)
        .or_else(|| last.filter(is_mine))
        .or_else(|| first.map(|belonging| belonging.organization.as_str()))
        .map(str::to_owned)
}
