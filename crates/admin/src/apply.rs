//! A policy read as a file, and made to be as a file says.

use pullgate_policy::OrganizationName;
use pullgate_store::{Actor, Effect, PolicyEdit, WholePolicy};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::expected::Expected;
use crate::policy_file::{Edit, Exceptions, PolicyFile};
use crate::rights::{Standing, no_such_organization};

/// A policy as a file, and the state it is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The file.
    pub file: PolicyFile,
    /// By what this state is known again: letters, digits and dashes.
    pub state: String,
}

/// What applying a file did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What differs, one line for each thing; none if nothing does.
    pub differences: Vec<String>,
    /// The state that the policy is in since.
    pub state: String,
}

impl Admin {
    /// An organization's policy as a file; for owners and members, the
    /// exceptions for owners alone.
    pub async fn export_policy(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        exceptions: Exceptions,
    ) -> Result<Exported> {
        let (standing, _) = self.insider(caller, organization)?;
        if (standing, exceptions) == (Standing::Member, Exceptions::Included) {
            return Err(AdminError::Forbidden(format!(
                "only an owner of {organization} sees the exceptions made for others; leave the exceptions out"
            )));
        }
        let policy = self.whole_policy(organization).await?;
        let whole = PolicyFile::of(organization, &policy, Exceptions::Included);
        Ok(Exported {
            state: whole.state(),
            file: PolicyFile::of(organization, &policy, exceptions),
        })
    }

    /// Makes a policy to be as a file says, all of it or nothing, or tells
    /// what that would change; for owners. Namespaces are changed by site
    /// administrators alone. What is expected is a state that an export, or an
    /// apply before, has told.
    pub async fn apply_policy(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        file: &PolicyFile,
        expected: &Expected,
        effect: Effect,
    ) -> Result<Applied> {
        let actor = self.may_apply(caller, organization, effect)?;
        of_this(organization, "policy", &file.organization)?;
        let names = self.namer(caller, organization);
        let file = file.clone().at(self.now());
        let plan = |policy: &WholePolicy| {
            let edit = Edit::new(&file, policy);
            self.check_new_patterns(
                &edit.before.parts(organization),
                &edit.after.parts(organization),
            )?;
            let before = edit.before.state();
            if !file.is_for(expected, &before) {
                return Err(AdminError::Outdated(format!(
                    "somebody has changed the policy of {organization} in the meantime; look at \
                     what the file would change now, and apply it again"
                )));
            }
            if changes_namespaces(&edit.steps)
                && let Err(refused) = names
            {
                return Err(match refused {
                    AdminError::Forbidden(why) => AdminError::Forbidden(format!(
                        "the file has other namespaces than {organization} has, and {why}; or leave the section namespaces out"
                    )),
                    other => other,
                });
            }
            let applied = Applied {
                differences: edit.differences(),
                state: match effect {
                    Effect::Kept => edit.after.state(),
                    Effect::Tried => before,
                },
            };
            Ok((edit.steps, applied))
        };
        let applied = self
            .store
            .edit_policy(organization, &actor, effect, plan)
            .await?;
        if effect == Effect::Kept {
            self.settle().await;
        }
        Ok(applied)
    }

    /// Lets those pass who may apply a file, or try it out, which takes no
    /// more than any token of an owner's; for asking before it is read.
    pub fn may_apply(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        effect: Effect,
    ) -> Result<Actor> {
        match effect {
            Effect::Kept => self.owner(caller, organization),
            Effect::Tried => self.owner_reading(caller, organization),
        }
    }

    pub(crate) async fn whole_policy(
        &self,
        organization: &OrganizationName,
    ) -> Result<WholePolicy> {
        let policy = self.store.whole_policy(organization).await;
        policy.map_err(|error| match error {
            pullgate_store::StoreError::NotFound { .. } => no_such_organization(organization),
            other => other.into(),
        })
    }
}

/// That a file is for the organization it is brought to: a file that was
/// copied from elsewhere must not be applied by a slip.
pub(crate) fn of_this(
    organization: &OrganizationName,
    what: &str,
    named: &OrganizationName,
) -> Result<()> {
    if organization == named {
        return Ok(());
    }
    Err(AdminError::Invalid(format!(
        "the file of the {what} is for the organization {named}, and not for {organization}; check which one is meant"
    )))
}

fn changes_namespaces(edit: &PolicyEdit) -> bool {
    !edit.add_namespaces.is_empty() || !edit.remove_namespaces.is_empty()
}
