use pullgate_policy::OrganizationName;
use pullgate_reference::Repository;

/// Through whose eyes an upstream was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// What the upstream serves to everyone of this site: without credentials,
    /// or with those that the site uses for everyone.
    Public,
    /// What the upstream serves to one organization's credentials.
    Organization(OrganizationName),
}

/// A repository as seen through a view: what cached content belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Through whose eyes.
    pub view: View,
    /// Which repository.
    pub repository: Repository,
}
