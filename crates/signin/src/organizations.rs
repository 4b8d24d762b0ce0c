use std::fmt;

use pullgate_policy::OrganizationName;

/// The organizations of which one must be a member: at least one, each once,
/// in the order in which they were named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organizations(Vec<OrganizationName>);

/// Why a list of organizations cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidOrganizations {
    /// None was named: nobody could sign in.
    None,
    /// This is not the name of one.
    Name(String),
}

impl fmt::Display for InvalidOrganizations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str(
                "no organization is named, so nobody could use Docker Desktop; name at least one",
            ),
            Self::Name(name) => write!(
                formatter,
                "{name:?} is not the name of an organization: use lowercase letters, digits, dots, dashes and underscores"
            ),
        }
    }
}

impl std::error::Error for InvalidOrganizations {}

impl Organizations {
    /// Reads names, which are lowercase. One that is named twice counts once.
    pub fn read<'n>(
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, InvalidOrganizations> {
        let mut read: Vec<OrganizationName> = Vec::new();
        for name in names {
            let organization: OrganizationName = name
                .parse()
                .map_err(|_| InvalidOrganizations::Name(name.chars().take(65).collect()))?;
            if !read.contains(&organization) {
                read.push(organization);
            }
        }
        if read.is_empty() {
            return Err(InvalidOrganizations::None);
        }
        Ok(Self(read))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(OrganizationName::as_str)
    }

    /// The names, as they were read.
    pub fn as_slice(&self) -> &[OrganizationName] {
        &self.0
    }

    /// Each name, made into something, with this between them. Names hold
    /// nothing that would mean something in any of the forms: see
    /// [`OrganizationName`].
    pub(crate) fn joined(&self, each: impl Fn(&str) -> String, between: &str) -> String {
        let made: Vec<String> = self.names().map(each).collect();
        made.join(between)
    }

    /// `"first","second"`.
    pub(crate) fn json(&self) -> String {
        self.joined(|name| format!("\"{name}\""), ",")
    }
}
