//! Asking the owners for what the policy denies.

use pullgate_access::Decision;
use pullgate_identity::Subject;
use pullgate_policy::{OrganizationName, Rule};
use pullgate_reference::{Reference, Repository};
use pullgate_store::{
    AccessRequest, Actor, Asking, NewRequest, RequestFilter, RequestState, Window,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::requests::{closed_registry, no_such_request};
use crate::text::demanded;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct AccessAsk {
    /// The image, as it was typed.
    pub image: String,
    /// Why.
    pub reason: String,
    /// Whose owners are asked; if it is not said, those of the organization
    /// whose policy denies the image.
    pub organization: Option<OrganizationName>,
}

/// What has come of asking.
#[derive(Clone, Debug)]
pub struct AskedAccess {
    /// The request that is open now.
    pub request: AccessRequest,
    /// Whether it is new.
    pub asking: Asking,
    /// What other organizations of the person's say that deny the image, too:
    /// theirs have to be asked as well.
    pub also_denied: Vec<Decision>,
}

/// What would come of asking.
#[derive(Clone, Debug)]
pub struct AskingProspect {
    /// The image, as its name is read.
    pub reference: Reference,
    /// What is decided about it now.
    pub decision: Decision,
    /// Whose owners would be asked; or why nobody would.
    pub asks: std::result::Result<OrganizationName, String>,
    /// What other organizations of the person's say that deny the image, too.
    pub also_denied: Vec<Decision>,
    /// The request for it that is open; asking would add to it.
    pub open: Option<AccessRequest>,
}

impl Admin {
    /// Asks the owners of the organization that denies an image to allow it;
    /// for a member of it. Nobody is asked about what is not denied, nor about
    /// a registry that is closed, since no exception opens one.
    pub async fn ask_for_access(&self, caller: &Caller, ask: AccessAsk) -> Result<AskedAccess> {
        let (subject, person, username) = Self::asker(caller)?;
        self.administrates(caller)?;
        let reason = demanded("reason", &ask.reason, "say what you need the image for")?;
        let repository = self.read_image(&ask.image)?.repository();
        let asked = ask.organization.as_ref();
        let denial = self.denial(caller, asked, &repository).await?;
        let organization = asked_about(&denial)?;
        let also_denied = self.other_denials(subject, organization, &repository).await;
        let request = NewRequest {
            repository,
            reference: ask.image,
            reason,
        };
        let actor = Actor::Person(username.clone());
        let asking = self
            .store
            .ask_for_access(organization, username, request, &actor)
            .await?;
        let request = self.store.request(asking.id()).await?;
        let request = request.filter(|request| request.person == person);
        Ok(AskedAccess {
            request: request.ok_or_else(|| no_such_request(asking.id()))?,
            asking,
            also_denied,
        })
    }

    /// What would come of asking for access to an image, as
    /// [`Admin::ask_for_access`] would; nobody is asked.
    pub async fn prospect_of_asking(
        &self,
        caller: &Caller,
        image: &str,
        organization: Option<&OrganizationName>,
    ) -> Result<AskingProspect> {
        let (subject, ..) = Self::asker(caller)?;
        let reference = self.read_image(image)?;
        let repository = reference.repository();
        let decision = self.denial(caller, organization, &repository).await?;
        let asks = match asked_about(&decision) {
            Ok(organization) => Ok(organization.clone()),
            Err(AdminError::Conflict(why)) => Err(why),
            Err(other) => return Err(other),
        };
        let (mut also_denied, mut open) = (Vec::new(), None);
        if let Ok(organization) = &asks {
            also_denied = self.other_denials(subject, organization, &repository).await;
            open = self.open_request(caller, organization, &repository).await?;
        }
        Ok(AskingProspect {
            reference,
            decision,
            asks,
            also_denied,
            open,
        })
    }

    /// What the caller has asked an organization for and waits for, about one
    /// repository.
    async fn open_request(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        repository: &Repository,
    ) -> Result<Option<AccessRequest>> {
        let (_, person, _) = Self::asker(caller)?;
        let filter = RequestFilter {
            organization: Some(organization.clone()),
            person: Some(person),
            repository: Some(repository.clone()),
            state: Some(RequestState::Open),
        };
        let one = Window {
            offset: 0,
            limit: 1,
        };
        Ok(self.store.requests(&filter, one).await?.entries.pop())
    }

    /// What is decided for the caller by one organization of theirs, or by all.
    async fn denial(
        &self,
        caller: &Caller,
        organization: Option<&OrganizationName>,
        repository: &Repository,
    ) -> Result<Decision> {
        let (subject, ..) = Self::asker(caller)?;
        match organization {
            Some(organization) => {
                self.insider(caller, organization)?;
                Ok(self.explained_by(organization, subject, repository).await)
            }
            None => Ok(self.door.explain(subject, repository).await),
        }
    }

    /// What the person's other organizations deny.
    async fn other_denials(
        &self,
        subject: &Subject,
        asked: &OrganizationName,
        repository: &Repository,
    ) -> Vec<Decision> {
        let others: Vec<OrganizationName> = {
            let directory = self.identity.directory();
            let others = directory.memberships(subject).map(|(name, ..)| name);
            others.filter(|name| *name != asked).cloned().collect()
        };
        let mut denied = Vec::new();
        for organization in others {
            let decision = self.explained_by(&organization, subject, repository).await;
            if !decision.permits() {
                denied.push(decision);
            }
        }
        denied
    }
}

/// The organization whose owners can allow what was denied by an exception.
fn asked_about(denial: &Decision) -> Result<&OrganizationName> {
    if denial.permits() {
        return Err(AdminError::Conflict(format!(
            "no request is needed: {}",
            denial.sentence(None)
        )));
    }
    match (denial.rule, &denial.organization) {
        (Rule::PolicyUnavailable, _) => Err(AdminError::Unavailable(denial.sentence(None))),
        (Rule::Registry, _) => Err(closed_registry(denial)),
        (_, Some(organization)) => Ok(organization),
        (_, None) => Err(AdminError::Conflict(format!(
            "there is nobody to ask: {}",
            denial.sentence(None)
        ))),
    }
}
