use crate::wire;

/// An organization's account at a registry, for its private repositories.
#[derive(Clone, Debug)]
pub struct Account {
    /// The organization in Pullgate.
    pub organization: String,
    /// The registry's name.
    pub registry: String,
    /// The user name there.
    pub username: String,
    /// The password there.
    pub password: String,
}

impl Account {
    /// The `Authorization` header of whoever signs in with it.
    pub fn authorization(&self) -> String {
        wire::basic(&self.username, &self.password)
    }
}
