//! Looking an image up: what it is, and who would get it.

use pullgate_access::{Decision, Prospects};
use pullgate_catalog::Knowledge;
use pullgate_policy::{Category, OrganizationName};
use pullgate_reference::{Reference, Repository};
use pullgate_store::{Day, RepositoryUse};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::explain::Explained;
use crate::rights::Standing;

/// Over how many days it is told how often an image was asked for, today
/// included.
pub const USE_DAYS: u32 = 30;

/// What an image is, seen from an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// The repository.
    pub repository: Repository,
    /// Its category.
    pub category: Category,
    /// What is known of its publisher on Docker Hub, how and since when.
    pub knowledge: Knowledge,
    /// What the organization decides about it, for each kind of those who
    /// belong to it; for owners.
    pub prospects: Option<Prospects>,
    /// How often it was asked for in the last [`USE_DAYS`] days; for owners.
    pub used: Option<RepositoryUse>,
}

/// An image that was looked up.
#[derive(Clone, Debug)]
pub struct LookedUp {
    /// Its name, as it is read.
    pub reference: Reference,
    /// Whether it was named through the gateway.
    pub is_named_by_gateway: bool,
    /// What it is.
    pub facts: ImageFacts,
    /// What the caller would get, by the policies of all their organizations.
    pub mine: Decision,
    /// What somebody else would get whom the caller asked for.
    pub other: Option<Explained>,
}

impl Admin {
    /// Looks an image up by any name: what it is, seen from an organization,
    /// and what the caller would get; for owners also what others would, and
    /// what `person` would. For owners and members.
    pub async fn look_up(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        image: &str,
        person: Option<&str>,
    ) -> Result<LookedUp> {
        self.insider(caller, organization)?;
        let Explained {
            reference,
            decision: mine,
            ..
        } = self.explain(caller, image, None).await?;
        let other = match person {
            Some(name) => Some(self.explain(caller, image, Some(name)).await?),
            None => None,
        };
        let repository = reference.repository();
        let facts = self.image_facts(caller, organization, &repository);
        Ok(LookedUp {
            is_named_by_gateway: self.gateway.is_own(&reference),
            facts: facts.await?,
            reference,
            mine,
            other,
        })
    }

    /// What a repository is, seen from an organization, and for owners, how
    /// often it was asked for; for owners and members. Docker Hub is asked for
    /// what is not known of it.
    pub async fn image_facts(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        repository: &Repository,
    ) -> Result<ImageFacts> {
        let (standing, _) = self.insider(caller, organization)?;
        let prospects = self.door.prospects(organization, repository).await;
        let used = match standing {
            Standing::Owner => {
                let today = Day::of(self.now());
                let first = today.minus(USE_DAYS - 1);
                let used = self
                    .store
                    .repository_use(organization, repository, first, today);
                Some(used.await?)
            }
            Standing::Member => None,
        };
        Ok(ImageFacts {
            repository: repository.clone(),
            category: prospects.members.category,
            knowledge: self.catalog.known(repository),
            prospects: (standing == Standing::Owner).then_some(prospects),
            used,
        })
    }

    /// The category of a repository, seen from an organization, by what is
    /// known at this moment: Docker Hub is not asked. For owners and members.
    pub fn category_now(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        repository: &Repository,
    ) -> Result<Category> {
        self.insider(caller, organization)?;
        Ok(self.door.glance(organization, repository).category)
    }
}
