//! What members have asked for, and what owners answer.

use jiff::Timestamp;
use pullgate_access::Decision;
use pullgate_identity::Subject;
use pullgate_policy::{OrganizationName, Outcome, Role, Rule, Username};
use pullgate_reference::Repository;
use pullgate_store::{
    AccessRequest, Approval, Part, PersonId, RequestFilter, RequestId, RequestState, Window,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::rights::Standing;
use crate::text::{demanded, unix_lines};

/// How many requests wait for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequests {
    /// Those that the person has made.
    pub mine: u64,
    /// Those that an owner can answer, for each organization that has any.
    pub to_answer: Vec<(OrganizationName, u64)>,
}

impl Admin {
    /// What the caller has asked for, in all organizations.
    pub async fn my_requests(
        &self,
        caller: &Caller,
        state: Option<RequestState>,
        window: Window,
    ) -> Result<Part<AccessRequest>> {
        let (_, person, _) = Self::asker(caller)?;
        let filter = RequestFilter {
            person: Some(person),
            state,
            ..RequestFilter::default()
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
            ..RequestFilter::default()
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

    /// How many requests to an organization wait for an answer; for owners.
    pub async fn count_open_requests(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<u64> {
        self.owner_reading(caller, organization)?;
        Ok(self.store.count_open_requests(organization).await?)
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
            let count = self.store.count_open_requests(&organization).await?;
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
    pub(crate) fn asker(caller: &Caller) -> Result<(&Subject, PersonId, &Username)> {
        match Self::person(caller)? {
            subject @ Subject::Person { id, username, .. } => Ok((subject, *id, username)),
            _ => Err(AdminError::Forbidden("this is for people".to_owned())),
        }
    }

    /// What one organization alone decides.
    pub(crate) async fn explained_by(
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

    /// Whether a moment has passed.
    pub fn has_passed(&self, at: Timestamp) -> bool {
        at <= self.now()
    }

    /// Refuses an exception that ends before it begins.
    pub(crate) fn check_end(&self, ends_at: Timestamp) -> Result<()> {
        if self.has_passed(ends_at) {
            return Err(AdminError::Invalid(
                "the end has passed; choose a later moment".to_owned(),
            ));
        }
        Ok(())
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

/// Why an exception would not help.
pub(crate) fn closed_registry(decision: &Decision) -> AdminError {
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
pub(crate) fn no_such_request(id: RequestId) -> AdminError {
    AdminError::NotFound(format!("there is no request {id}, or you may not see it"))
}
