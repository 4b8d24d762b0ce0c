//! Asking the owners for what the policy denies, and what they answer.

use jiff::Timestamp;
use pullgate_access::Decision;
use pullgate_identity::Subject;
use pullgate_policy::{OrganizationName, Outcome, Role, Rule, Username};
use pullgate_reference::{Reference, Repository};
use pullgate_store::{
    AccessRequest, Actor, Approval, Asking, NewRequest, Part, PersonId, RequestFilter, RequestId,
    RequestState, Window,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::rights::Standing;
use crate::text::{demanded, unix_lines};

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

/// How many requests wait for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequests {
    /// Those that the person has made.
    pub mine: u64,
    /// Those that an owner can answer, for each organization that has any.
    pub to_answer: Vec<(OrganizationName, u64)>,
}

impl Admin {
    /// Asks the owners of the organization that denies an image to allow it;
    /// for a member of it. Nobody is asked about what is not denied, nor about
    /// a registry that is closed, since no exception opens one.
    pub async fn ask_for_access(&self, caller: &Caller, ask: AccessAsk) -> Result<AskedAccess> {
        let (subject, person, username) = Self::asker(caller)?;
        self.administrates(caller)?;
        let reason = demanded("reason", &ask.reason, "say what you need the image for")?;
        let reference: Reference = ask.image.parse().map_err(|error| {
            AdminError::Invalid(format!("{:?} is not an image: {error}", ask.image))
        })?;
        let repository = reference.repository();
        let denial = match &ask.organization {
            Some(organization) => {
                self.insider(caller, organization)?;
                self.explained_by(organization, subject, &repository).await
            }
            None => self.door.explain(subject, &repository).await,
        };
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

    /// What the caller has asked for, in all organizations.
    pub async fn my_requests(
        &self,
        caller: &Caller,
        state: Option<RequestState>,
        window: Window,
    ) -> Result<Part<AccessRequest>> {
        let (_, person, _) = Self::asker(caller)?;
        let filter = RequestFilter {
            organization: None,
            person: Some(person),
            state,
        };
        Ok(self.store.requests(&filter, window).await?)
    }

    /// What an organization was asked for: all of it for an owner, their own
    /// for a member.
    pub async fn requests(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        state: Option<RequestState>,
        window: Window,
    ) -> Result<Part<AccessRequest>> {
        let filter = RequestFilter {
            organization: Some(organization.clone()),
            person: self.whose_requests(caller, organization)?,
            state,
        };
        Ok(self.store.requests(&filter, window).await?)
    }

    /// One request to an organization; for an owner, and for who has made it.
    pub async fn request(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        id: RequestId,
    ) -> Result<AccessRequest> {
        let person = self.whose_requests(caller, organization)?;
        let request = self.store.request(id).await?;
        request
            .filter(|request| request.organization == *organization)
            .filter(|request| person.is_none_or(|person| request.person == person))
            .ok_or_else(|| no_such_request(id))
    }

    /// Makes the exception that was asked for; for owners.
    pub async fn approve_request(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        id: RequestId,
        approval: Approval,
    ) -> Result<AccessRequest> {
        let actor = self.owner(caller, organization)?;
        let request = self.request(caller, organization, id).await?;
        self.check_end(approval.ends_at)?;
        self.check_registry(organization, &request.repository)
            .await?;
        let approval = Approval {
            answer: unix_lines(&approval.answer),
            ..approval
        };
        self.store
            .approve_request(organization, id, approval, &actor)
            .await?;
        self.settle().await;
        self.request(caller, organization, id).await
    }

    /// Says no to a request, and why; for owners.
    pub async fn decline_request(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        id: RequestId,
        answer: &str,
    ) -> Result<AccessRequest> {
        let actor = self.owner(caller, organization)?;
        let answer = demanded("reason", answer, "tell who asked why not")?;
        self.store
            .decline_request(organization, id, &answer, &actor)
            .await?;
        self.request(caller, organization, id).await
    }

    /// Takes a request back; for who has made it.
    pub async fn withdraw_request(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        id: RequestId,
    ) -> Result<AccessRequest> {
        let (_, actor) = self.insider(caller, organization)?;
        let request = self.request(caller, organization, id).await?;
        let (_, person, _) = Self::asker(caller)?;
        self.administrates(caller)?;
        if request.person != person {
            return Err(AdminError::Forbidden(format!(
                "only {} can withdraw this request; an owner declines it",
                request.username
            )));
        }
        self.store
            .withdraw_request(organization, id, &actor)
            .await?;
        self.request(caller, organization, id).await
    }

    /// How many requests wait: the caller's own, and those that the caller can
    /// answer as an owner.
    pub async fn open_requests(&self, caller: &Caller) -> Result<OpenRequests> {
        const NONE: Window = Window {
            offset: 0,
            limit: 0,
        };
        let open = Some(RequestState::Open);
        let (subject, ..) = Self::asker(caller)?;
        let mine = self.my_requests(caller, open, NONE).await?.count;
        let owned: Vec<OrganizationName> = {
            let directory = self.identity.directory();
            let owned = directory
                .memberships(subject)
                .filter(|(_, role, _)| *role == Role::Owner);
            owned
                .map(|(organization, ..)| organization.clone())
                .collect()
        };
        let mut to_answer = Vec::new();
        for organization in owned {
            let waiting = self.requests(caller, &organization, open, NONE).await?;
            let count = waiting.count;
            if count > 0 {
                to_answer.push((organization, count));
            }
        }
        Ok(OpenRequests { mine, to_answer })
    }

    /// Whose requests the caller may see: everybody's for an owner, which is
    /// none in particular.
    fn whose_requests(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<Option<PersonId>> {
        match self.insider(caller, organization)? {
            (Standing::Owner, _) => Ok(None),
            (Standing::Member, _) => Ok(Some(Self::asker(caller)?.1)),
        }
    }

    /// The person who asks, in the three forms that are needed.
    fn asker(caller: &Caller) -> Result<(&Subject, PersonId, &Username)> {
        match Self::person(caller)? {
            subject @ Subject::Person { id, username, .. } => Ok((subject, *id, username)),
            _ => Err(AdminError::Forbidden("this is for people".to_owned())),
        }
    }

    /// What one organization alone decides.
    async fn explained_by(
        &self,
        organization: &OrganizationName,
        subject: &Subject,
        repository: &Repository,
    ) -> Decision {
        let organizations = std::slice::from_ref(organization);
        self.door
            .explain_within(organizations, subject, repository)
            .await
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

    /// Refuses an exception that ends before it begins.
    pub(crate) fn check_end(&self, ends_at: Timestamp) -> Result<()> {
        if ends_at > self.now() {
            Ok(())
        } else {
            Err(AdminError::Invalid(
                "the end has passed; choose a later moment".to_owned(),
            ))
        }
    }

    /// Refuses an exception that would allow nothing: Registry Access
    /// Management comes before exceptions.
    pub(crate) async fn check_registry(
        &self,
        organization: &OrganizationName,
        repository: &Repository,
    ) -> Result<()> {
        // A member of no team, for whom the registries are the same as for all.
        let anybody = Subject::Anonymous {
            organization: organization.clone(),
        };
        let decision = self.explained_by(organization, &anybody, repository).await;
        match decision.rule {
            Rule::Registry if decision.outcome == Outcome::Denied => {
                Err(closed_registry(&decision))
            }
            Rule::PolicyUnavailable => Err(AdminError::Unavailable(decision.sentence(None))),
            _ => Ok(()),
        }
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

/// Why an exception would not help.
fn closed_registry(decision: &Decision) -> AdminError {
    let organization = decision.organization.as_ref();
    let organization = organization.map_or("your organization", |name| name.as_str());
    let registry = decision.repository.registry();
    AdminError::Conflict(format!(
        "no exception can allow {}: Registry Access Management of {organization} does not allow \
         the registry {registry}, and it comes before exceptions. An owner has to allow the \
         registry first",
        decision.repository
    ))
}

/// The same for one of others and for none.
fn no_such_request(id: RequestId) -> AdminError {
    AdminError::NotFound(format!("there is no request {id}, or you may not see it"))
}
