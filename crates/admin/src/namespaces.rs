//! Which namespaces are an organization's own.
//!
//! Whoever has a namespace may always pull what lies in it, and nobody else
//! can have it. So an owner who could take any would take those of others:
//! only who looks after the whole site gives and takes them.

use pullgate_policy::OrganizationName;
use pullgate_reference::{NameError, Pattern};
use pullgate_store::{Actor, Namespace};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// Why something is no namespace.
#[derive(Debug, thiserror::Error)]
pub enum NamespaceError {
    /// It is no pattern.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It covers what belongs to everybody.
    #[error(
        "{0} is among Docker Official Images, which are no organization's own; name a namespace such as docker.io/acme"
    )]
    Official(Pattern),
}

/// Reads a namespace as a person writes it. A name without a wildcard is
/// everything below it: as an allowlist's entry `docker.io/acme` would be one
/// official image, and nobody who names a namespace means that.
pub fn namespace(text: &str) -> std::result::Result<Pattern, NamespaceError> {
    let pattern = if text.contains('*') {
        Pattern::parse(text)?
    } else {
        Pattern::parse(&format!("{}/**", text.trim_end_matches('/')))?
    };
    if pattern.overlaps(&Pattern::parse("docker.io/library/**")?) {
        return Err(NamespaceError::Official(pattern));
    }
    Ok(pattern)
}

impl Admin {
    /// The organization's namespaces; for its owners and members, and for site
    /// administrators.
    pub async fn namespaces(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<Vec<Namespace>> {
        if self.namer(caller, organization).is_err() {
            self.insider(caller, organization)?;
        }
        Ok(self.store.namespaces(organization).await?)
    }

    /// Gives the organization a namespace; for site administrators. Nothing
    /// happens if it has it.
    pub async fn add_namespace(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        pattern: &Pattern,
    ) -> Result<()> {
        let actor = self.namer(caller, organization)?;
        self.check_patterns([pattern])?;
        self.store
            .add_namespace(organization, pattern, &actor)
            .await?;
        self.settle().await;
        Ok(())
    }

    /// Takes a namespace from the organization; for site administrators.
    pub async fn remove_namespace(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        pattern: &Pattern,
    ) -> Result<()> {
        let actor = self.namer(caller, organization)?;
        self.store
            .remove_namespace(organization, pattern, &actor)
            .await?;
        self.settle().await;
        Ok(())
    }

    /// Lets whoever gives and takes namespaces pass.
    pub(crate) fn namer(&self, caller: &Caller, organization: &OrganizationName) -> Result<Actor> {
        let looks_after_the_site = match caller {
            Caller::CommandLine => true,
            Caller::SignedIn(subject) => self.identity.directory().is_site_administrator(subject),
        };
        if !looks_after_the_site {
            // Whoever does not belong to it learns nothing.
            self.insider(caller, organization)?;
            return Err(AdminError::Forbidden(
                "only a site administrator gives and takes namespaces, so that nobody takes those of others; ask whoever runs this Pullgate".to_owned(),
            ));
        }
        let actor = self.site_administrator(caller)?;
        if self.door.knows(organization) {
            Ok(actor)
        } else {
            Err(AdminError::NotFound(format!(
                "there is no organization {organization}"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::namespace;

    #[test]
    fn a_namespace_is_everything_below_its_name() {
        for (typed, meant) in [
            ("docker.io/acme", "docker.io/acme/**"),
            ("acme", "docker.io/acme/**"),
            ("ghcr.io/acme/", "ghcr.io/acme/**"),
            ("registry.acme.example", "registry.acme.example/**"),
            (
                "registry.acme.example:5000",
                "registry.acme.example:5000/**",
            ),
            ("docker.io/acme/*", "docker.io/acme/*"),
        ] {
            let read = namespace(typed).map(|pattern| pattern.to_string());
            assert_eq!(read.ok().as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn official_images_are_no_organizations_own() {
        for typed in [
            "docker.io",
            "docker.io/library",
            "library/*",
            "docker.io/library/nginx",
            "index.docker.io/**",
        ] {
            let refused = namespace(typed).map_err(|error| error.to_string());
            assert!(
                refused.is_err_and(|error| error.contains("Official")),
                "{typed}"
            );
        }
    }
}
