//! A policy tested: whether it decides what its owners mean it to.

use std::collections::BTreeSet;
use std::sync::Arc;

use pullgate_access::{By, Decision, Supposed};
use pullgate_identity::{Reach, Subject, Via};
use pullgate_policy::{OrganizationName, Policy, Role, Username};
use pullgate_reference::Repository;
use tokio::task::JoinSet;

use crate::admin::{Admin, Result};
use crate::apply::of_this;
use crate::caller::Caller;
use crate::policy_cases::{Case, PolicyTest};
use crate::policy_file::Edit;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// What was decided; none for somebody who is not there.
    pub decision: Option<Decision>,
    /// What is not as it should be; none if all is.
    pub failure: Option<String>,
}

impl Admin {
    /// Decides each case, by the organization's policy or by a file that has
    /// not been applied, and compares; for owners. A file's sections count,
    /// and where it has none what there is now.
    ///
    /// Decided at the one door, for whom the case supposes. Nothing is
    /// recorded and nothing changed.
    pub async fn test_policy(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        test: &PolicyTest,
    ) -> Result<Vec<Tested>> {
        self.may_test(caller, organization)?;
        let now = self.whole_policy(organization).await?;
        let draft = match &test.policy {
            None => None,
            Some(file) => {
                of_this(organization, "policy", &file.organization)?;
                Some(Edit::new(&file.clone().at(self.now()), &now).after)
            }
        };
        let policy = draft
            .as_ref()
            .map(|draft| Policy::new(draft.parts(organization)));
        let by = policy.as_ref().map_or(By::Current, By::Draft);
        self.learn(&test.cases).await;
        let has_team = |team: &_| {
            now.teams.contains_key(team) || draft.as_ref().is_some_and(|draft| draft.gives_to(team))
        };
        let mut tested = Vec::with_capacity(test.cases.len());
        for case in &test.cases {
            let who = match (&case.user, &case.team) {
                (Some(user), _) => self.supposed_member(organization, user),
                (_, Some(team)) if has_team(team) => Ok(Supposed {
                    role: Role::Member,
                    teams: vec![team.clone()],
                    person: None,
                }),
                (_, Some(team)) => Err(format!("{organization} has no team {team}")),
                (None, None) => Ok(Supposed {
                    role: case.role.unwrap_or(Role::Member),
                    teams: Vec::new(),
                    person: None,
                }),
            };
            tested.push(match (who, repository(case)) {
                (Ok(who), Some(repository)) => {
                    let decision = self.door.suppose(organization, &who, by, &repository);
                    let decision = decision.await;
                    Tested {
                        failure: differs(case, &decision),
                        decision: Some(decision),
                    }
                }
                (Err(why), _) => Tested {
                    decision: None,
                    failure: Some(why),
                },
                (_, None) => Tested {
                    decision: None,
                    failure: Some(format!("{:?} is no image", case.image.as_str())),
                },
            });
        }
        Ok(tested)
    }

    /// Lets those pass who may test a policy; for asking before a test is
    /// read.
    pub fn may_test(&self, caller: &Caller, organization: &OrganizationName) -> Result<()> {
        self.owner_reading(caller, organization).map(drop)
    }

    /// Asks Docker Hub about all of them at once, and not one after the other.
    async fn learn(&self, cases: &[Case]) {
        let repositories: BTreeSet<Repository> = cases.iter().filter_map(repository).collect();
        let mut asking = JoinSet::new();
        for repository in repositories {
            let catalog = Arc::clone(&self.catalog);
            asking.spawn(async move { catalog.learn(&repository).await });
        }
        while asking.join_next().await.is_some() {}
    }

    /// What a person is to an organization now.
    fn supposed_member(
        &self,
        organization: &OrganizationName,
        username: &Username,
    ) -> std::result::Result<Supposed, String> {
        let nobody = || format!("{organization} has no active member {username}");
        let directory = self.identity.directory();
        let person = directory
            .person_named(username.as_str())
            .ok_or_else(nobody)?;
        let subject = Subject::Person {
            id: person.id,
            username: username.clone(),
            epoch: person.credentials_epoch,
            via: Via::Password,
            reach: Reach::All,
        };
        let (_, role, teams) = directory
            .memberships(&subject)
            .find(|(name, ..)| *name == organization)
            .ok_or_else(nobody)?;
        Ok(Supposed {
            role,
            teams: teams.to_vec(),
            person: Some(username.clone()),
        })
    }
}

fn repository(case: &Case) -> Option<Repository> {
    case.image
        .reference()
        .map(|reference| reference.repository())
}

/// What is not as the case says, if something is not.
fn differs(case: &Case, decision: &Decision) -> Option<String> {
    let Decision {
        outcome,
        rule,
        category,
        ..
    } = decision;
    let mut wrong = Vec::new();
    if case.outcome != *outcome {
        wrong.push(format!(
            "expected {}, and it is {outcome} by the rule {rule}",
            case.outcome
        ));
    }
    if let Some(expected) = case.rule.filter(|expected| expected != rule) {
        wrong.push(format!("expected the rule {expected}, and it is {rule}"));
    }
    if let Some(expected) = case.category.filter(|expected| expected != category) {
        let unknown = if decision.verdict().category_unknown() {
            ", for Docker Hub has not answered"
        } else {
            ""
        };
        wrong.push(format!(
            "expected the category {expected}, and it is {category}{unknown}"
        ));
    }
    (!wrong.is_empty()).then(|| wrong.join("; "))
}
