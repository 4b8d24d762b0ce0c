//! The one function that turns policies into an answer.

use jiff::Timestamp;
use pullgate_reference::Repository;

use crate::category::{Badge, Category, PublisherCategory};
use crate::name::{OrganizationName, TeamName, Username};
use crate::policy::Policy;
use crate::settings::{Mode, Permission, Switch};
use crate::verdict::{Outcome, Rule, Verdict};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// The repository to be pulled from.
    pub repository: &'q Repository,
    /// What is known of its namespace on Docker Hub.
    pub badge: Badge,
    /// The person who asks; none for an organization's token or an opened
    /// network, for whom no exception is personal.
    pub person: Option<&'q Username>,
    /// The moment for which it is decided.
    pub at: Timestamp,
}

/// A person's role in an organization.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// In the owners team: exempt from the policy, and the one who sets it.
    Owner,
    /// Bound by the policy.
    Member,
}

/// That somebody belongs to the organization whose policy this is.
#[derive(Clone, Copy, Debug)]
pub struct Membership<'p> {
    /// The organization's policy.
    pub policy: &'p Policy,
    /// The role in it.
    pub role: Role,
    /// The teams in it.
    pub teams: &'p [TeamName],
}

/// Decides for a subject who has signed in.
///
/// Each organization decides by its own rules, in the order of the table in
/// the policy's description, and the strictest outcome holds: who belongs to
/// several must satisfy each. Who belongs to none is denied, for there is no
/// policy that allows it. Allocates nothing.
pub fn decide<'p>(
    question: &Question<'_>,
    memberships: impl IntoIterator<Item = Membership<'p>>,
) -> Verdict<'p> {
    memberships
        .into_iter()
        .map(|membership| decide_for(question, membership))
        .reduce(stricter)
        .unwrap_or_else(|| nobody(question, Rule::NoOrganization))
}

/// Denies somebody who has not signed in.
pub fn refuse_stranger<'p>(question: &Question<'_>) -> Verdict<'p> {
    nobody(question, Rule::NotSignedIn)
}

/// Denies because a policy that would have to agree cannot be read.
pub fn refuse_unreadable<'p>(
    question: &Question<'_>,
    organization: Option<&'p OrganizationName>,
) -> Verdict<'p> {
    Verdict {
        organization,
        ..nobody(question, Rule::PolicyUnavailable)
    }
}

/// Denies because the access token that was brought is bounded to other
/// repositories. What its organization allows does not matter then.
pub fn refuse_unlisted<'p>(
    question: &Question<'_>,
    organization: Option<&'p OrganizationName>,
) -> Verdict<'p> {
    Verdict {
        organization,
        ..nobody(question, Rule::TokenResources)
    }
}

/// Of two organizations' verdicts the stricter, and of two as strict the one
/// that tells more: one that looked at the image before one that did not, and
/// one that stands before one that Docker Hub's answer could still change.
fn stricter<'p>(first: Verdict<'p>, second: Verdict<'p>) -> Verdict<'p> {
    let tells = |verdict: &Verdict<'_>| !matches!(verdict.rule, Rule::Disabled | Rule::Owner);
    let rank = |verdict: &Verdict<'_>| (verdict.outcome, tells(verdict), !verdict.rests_on_badge());
    if rank(&second) > rank(&first) {
        second
    } else {
        first
    }
}

fn nobody<'p>(question: &Question<'_>, rule: Rule) -> Verdict<'p> {
    Verdict {
        outcome: Outcome::Denied,
        rule,
        category: Category::of(question.repository, question.badge),
        badge: question.badge.on(question.repository),
        organization: None,
        team: None,
    }
}

fn decide_for<'p>(question: &Question<'_>, membership: Membership<'p>) -> Verdict<'p> {
    let policy = membership.policy;
    let category = policy.category(question.repository, question.badge);
    let verdict = |outcome, rule, team| Verdict {
        outcome,
        rule,
        category,
        badge: question.badge.on(question.repository),
        organization: Some(policy.organization()),
        team,
    };
    if membership.role == Role::Owner {
        return verdict(Outcome::Allowed, Rule::Owner, None);
    }
    let ram = &policy.settings().ram;
    let unlisted = ram.enabled == Switch::On && !policy.lists(question.repository.registry());
    let by_registry = verdict(denial(ram.mode), Rule::Registry, None);
    if unlisted && ram.mode == Mode::Enforce {
        return by_registry;
    }
    let (outcome, rule, team) = image_access(question, membership, category);
    let by_image = verdict(outcome, rule, team);
    // A registry that is only monitored leaves the image to be decided. Being
    // the earlier rule, it is told of unless the image is denied.
    if unlisted && by_image.outcome <= by_registry.outcome {
        by_registry
    } else {
        by_image
    }
}

fn denial(mode: Mode) -> Outcome {
    match mode {
        Mode::Enforce => Outcome::Denied,
        Mode::Monitor => Outcome::Monitored,
    }
}

/// Image Access Management: rules 2 to 9, the first that matches decides.
fn image_access<'p>(
    question: &Question<'_>,
    membership: Membership<'p>,
    category: Category,
) -> (Outcome, Rule, Option<&'p TeamName>) {
    let policy = membership.policy;
    let iam = &policy.settings().iam;
    let repository = question.repository;
    if iam.enabled == Switch::Off {
        return (Outcome::Allowed, Rule::Disabled, None);
    }
    if category == Category::Organization {
        return (Outcome::Allowed, Rule::OrganizationImage, None);
    }
    if let Some(grant) = policy.allowlisted(repository, membership.teams) {
        return (Outcome::Allowed, Rule::Allowlist, grant.team());
    }
    let excepted = policy
        .exceptions
        .find(repository, question.person, &membership, question.at);
    if let Some(grant) = excepted {
        return (Outcome::Allowed, Rule::Exception, grant.team());
    }
    let (rule, switch) = match category {
        Category::Official => (Rule::Official, PublisherCategory::Official),
        Category::VerifiedPublisher => (
            Rule::VerifiedPublisher,
            PublisherCategory::VerifiedPublisher,
        ),
        Category::SponsoredOss => (Rule::SponsoredOss, PublisherCategory::SponsoredOss),
        Category::Organization | Category::Community => {
            return (denial(iam.mode), Rule::Community, None);
        }
    };
    if iam.permission(switch) == Permission::Allowed {
        return (Outcome::Allowed, rule, None);
    }
    match policy.widened_category(switch, membership.teams) {
        Some(team) => (Outcome::Allowed, rule, Some(team)),
        None => (denial(iam.mode), rule, None),
    }
}
