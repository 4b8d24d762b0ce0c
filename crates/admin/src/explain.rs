//! What would be decided about an image, and why.

use pullgate_access::Decision;
use pullgate_identity::{Reach, Subject, Via};
use pullgate_policy::{OrganizationName, Role, Username};
use pullgate_reference::Reference;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// What would be decided about an image. Asking is no pull: it is not recorded
/// as one.
#[derive(Clone, Debug)]
pub struct Explained {
    /// For whom.
    pub subject: Subject,
    /// The image, as its name is read.
    pub reference: Reference,
    /// What would be decided.
    pub decision: Decision,
}

impl Admin {
    /// What would be decided about an image: for the caller; or for a member
    /// of organizations that the caller owns, by the policies of those, since
    /// what others decide is not theirs to know.
    pub async fn explain(
        &self,
        caller: &Caller,
        image: &str,
        person: Option<&str>,
    ) -> Result<Explained> {
        let Caller::SignedIn(asker) = caller else {
            return Err(AdminError::Invalid(
                "it has to be said who would pull: the command line is nobody".to_owned(),
            ));
        };
        let reference = self.read_image(image)?;
        let repository = reference.repository();
        let (subject, decision) = match person {
            None => {
                let decision = self.door.explain(asker, &repository).await;
                (asker.clone(), decision)
            }
            Some(name) => {
                let (subject, owned) = self.other_person(asker, name)?;
                let decision = self.door.explain_within(&owned, &subject, &repository);
                let decision = decision.await;
                (subject, decision)
            }
        };
        Ok(Explained {
            subject,
            reference,
            decision,
        })
    }

    /// Somebody else, with the organizations of theirs that the one who asks
    /// owns. Whether there is such a person is told to nobody else.
    fn other_person(
        &self,
        asker: &Subject,
        name: &str,
    ) -> Result<(Subject, Vec<OrganizationName>)> {
        let refused = || {
            AdminError::Forbidden(format!(
                "you can ask for yourself, and for the members of an organization that you own; {name:?} is not among them"
            ))
        };
        let username: Username = name.parse().map_err(|_| refused())?;
        let directory = self.identity.directory();
        let person = directory
            .person_named(username.as_str())
            .ok_or_else(refused)?;
        let subject = Subject::Person {
            id: person.id,
            username,
            epoch: person.credentials_epoch,
            via: Via::Password,
            reach: Reach::All,
        };
        let owned = |organization: &OrganizationName| {
            directory
                .memberships(asker)
                .any(|(name, role, _)| role == Role::Owner && name == organization)
        };
        let shared: Vec<OrganizationName> = directory
            .memberships(&subject)
            .map(|(organization, ..)| organization)
            .filter(|organization| owned(organization))
            .cloned()
            .collect();
        if shared.is_empty() {
            return Err(refused());
        }
        Ok((subject, shared))
    }
}
