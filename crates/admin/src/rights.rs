//! Who may do what: every service asks one of these first.

use pullgate_identity::Subject;
use pullgate_policy::{OrganizationName, Role};
use pullgate_store::Actor;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// What a caller is to an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// May read and change it.
    Owner,
    /// May read it.
    Member,
}

impl Admin {
    /// Lets owners pass, and says as whom their change is recorded.
    pub(crate) fn owner(&self, caller: &Caller, organization: &OrganizationName) -> Result<Actor> {
        let actor = self.owner_reading(caller, organization)?;
        self.administrates(caller)?;
        Ok(actor)
    }

    /// Lets owners pass who change nothing, by any token of theirs.
    pub(crate) fn owner_reading(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<Actor> {
        match self.insider(caller, organization)? {
            (Standing::Owner, actor) => Ok(actor),
            (Standing::Member, _) => Err(AdminError::Forbidden(format!(
                "only an owner of {organization} may do that, and you are a member; ask an owner"
            ))),
        }
    }

    /// Lets owners and members pass, with what they are and as whom what they
    /// do is recorded. Whether there is such an organization is told to
    /// nobody else.
    pub(crate) fn insider(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<(Standing, Actor)> {
        let subject = match caller {
            Caller::CommandLine => return self.command_line(organization),
            Caller::SignedIn(subject) => subject,
        };
        let Subject::Person { username, .. } = subject else {
            return Err(machine());
        };
        let directory = self.identity.directory();
        let role = directory
            .memberships(subject)
            .find(|(name, ..)| *name == organization)
            .map(|(_, role, _)| role);
        let standing = match role {
            Some(Role::Owner) => Standing::Owner,
            Some(Role::Member) => Standing::Member,
            None => return Err(no_such_organization(organization)),
        };
        Ok((standing, Actor::Person(username.clone())))
    }

    /// Lets site administrators pass, and says as whom their change is
    /// recorded.
    pub(crate) fn site_administrator(&self, caller: &Caller) -> Result<Actor> {
        let subject = match caller {
            Caller::CommandLine => return Ok(Actor::CommandLine),
            Caller::SignedIn(subject) => subject,
        };
        match subject {
            Subject::Person { username, .. }
                if self.identity.directory().is_site_administrator(subject) =>
            {
                self.administrates(caller)?;
                Ok(Actor::Person(username.clone()))
            }
            _ => Err(AdminError::Forbidden(
                "only a site administrator may do that; ask whoever runs this Pullgate".to_owned(),
            )),
        }
    }

    /// Lets any person pass, for what is their own.
    pub(crate) fn person(caller: &Caller) -> Result<&Subject> {
        match caller {
            Caller::SignedIn(subject @ Subject::Person { .. }) => Ok(subject),
            Caller::SignedIn(_) => Err(machine()),
            Caller::CommandLine => Err(AdminError::Forbidden(
                "the command line is nobody: this is for a person who has signed in".to_owned(),
            )),
        }
    }

    /// Refuses a personal access token without the scope to administrate.
    pub(crate) fn administrates(&self, caller: &Caller) -> Result<()> {
        match caller {
            Caller::SignedIn(subject) if !self.identity.directory().administrates(subject) => {
                Err(AdminError::Forbidden(
                    "this access token may not change anything, because it lacks the scope repo:admin; sign in with your password, or with a token that has it".to_owned(),
                ))
            }
            Caller::SignedIn(_) | Caller::CommandLine => Ok(()),
        }
    }

    fn command_line(&self, organization: &OrganizationName) -> Result<(Standing, Actor)> {
        if self.door.knows(organization) {
            Ok((Standing::Owner, Actor::CommandLine))
        } else {
            Err(no_such_organization(organization))
        }
    }
}

/// The same for one of others and for none.
pub(crate) fn no_such_organization(name: impl std::fmt::Display) -> AdminError {
    AdminError::NotFound(format!(
        "there is no organization {name}, or you do not belong to it"
    ))
}

/// For whom nothing here is.
pub(crate) fn machine() -> AdminError {
    AdminError::Forbidden(
        "an organization's access token pulls images and administrates nothing; sign in as a person"
            .to_owned(),
    )
}
