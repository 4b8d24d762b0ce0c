//! What a machine asks for the person who has signed in on it: may this image
//! come in here, and what to decide by when nobody can be asked.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use pullgate_access::{Action, Decision, Pull, Reported};
use pullgate_bundle::Bundle;
use pullgate_identity::Bearer;
use pullgate_policy::{OrganizationName, Outcome, Rule, TeamName, Verdict};
use pullgate_reference::{NameError, Reference, Repository, Target};
use serde_json::Value;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// What a machine's bundle is signed for.
pub const BUNDLE_PURPOSE: &str = "pullgate-machine-bundle";

/// How long a bundle decides at most. A machine may be set to less.
const BUNDLE_LASTS: Duration = Duration::from_hours(24);

/// How old a report may be: as long as the oldest bundle, and the time that a
/// machine may then have been off.
const OLDEST_REPORT: Duration = Duration::from_hours(31 * 24);

/// The most images in one question, and reports in one message.
const MOST_IMAGES: usize = 32;
const MOST_REPORTS: usize = 1_000;

/// What a Docker Engine is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineAction {
    /// To pull from a registry.
    Pull,
    /// To make a container or a service.
    Run,
}

/// From where a machine asks.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'m> {
    /// The program that asks, by its own word.
    pub client: &'m str,
    /// Its address.
    pub address: IpAddr,
}

/// A bundle, signed, with the keys to check it by.
#[derive(Clone, Debug)]
pub struct SignedBundle {
    /// The bundle, as a JSON Web Signature.
    pub bundle: String,
    /// The installation's public keys, as a JSON Web Key Set.
    pub keys: Value,
}

/// What a machine decided by its bundle.
#[derive(Clone, Debug)]
pub struct Report {
    /// When.
    pub at: Timestamp,
    /// The image, as it was named.
    pub image: String,
    /// What the Engine was about to do.
    pub action: EngineAction,
    /// How it ended.
    pub outcome: Outcome,
    /// The rule that decided.
    pub rule: Rule,
    /// The organization whose policy decided.
    pub organization: Option<OrganizationName>,
    /// The team on which it rests.
    pub team: Option<TeamName>,
}

impl From<EngineAction> for Action {
    fn from(action: EngineAction) -> Self {
        match action {
            EngineAction::Pull => Self::Manifest,
            EngineAction::Run => Self::Run,
        }
    }
}

/// An image as an Engine names it.
struct Named {
    repository: Repository,
    /// None where a name stands for all images of its repository.
    target: Option<Target>,
}

impl Admin {
    /// Decides for who has signed in on a machine whether these images may come
    /// in, and records it, each in its order.
    pub async fn decide_on_machine(
        &self,
        caller: &Caller,
        images: &[String],
        action: EngineAction,
        machine: Machine<'_>,
    ) -> Result<Vec<Decision>> {
        let subject = Self::person(caller)?;
        if images.is_empty() || images.len() > MOST_IMAGES {
            return Err(AdminError::Invalid(format!(
                "name 1 to {MOST_IMAGES} images; {} were named",
                images.len()
            )));
        }
        let named: Vec<Named> = images
            .iter()
            .map(|image| self.named(image))
            .collect::<Result<_>>()?;
        let mut decisions = Vec::with_capacity(named.len());
        for Named { repository, target } in &named {
            let pull = Pull {
                repository,
                action: action.into(),
                target: target.as_ref(),
                client: machine.client,
                address: machine.address,
            };
            decisions.push(self.door.check(subject, &pull).await.clone());
        }
        Ok(decisions)
    }

    /// What the machine takes along for this person.
    pub fn bundle(&self, caller: &Caller) -> Result<SignedBundle> {
        let subject = Self::person(caller)?;
        let console = self.console.as_deref();
        let bundle: Bundle = self
            .door
            .bundle(subject, console, &self.gateway, BUNDLE_LASTS)
            .ok_or_else(|| {
                AdminError::Unavailable(
                    "the policies have not been confirmed by the database for too long".to_owned(),
                )
            })?;
        let signed = self.identity.sign_document(BUNDLE_PURPOSE, &bundle);
        Ok(SignedBundle {
            bundle: signed.map_err(|error| AdminError::Unavailable(error.to_string()))?,
            keys: self.identity.jwks(),
        })
    }

    /// Takes in what a machine decided for this person while it could not ask.
    pub fn take_reports(
        &self,
        caller: &Caller,
        reports: &[Report],
        machine: Machine<'_>,
    ) -> Result<()> {
        let subject = Self::person(caller)?;
        if reports.len() > MOST_REPORTS {
            return Err(AdminError::Invalid(format!(
                "send at most {MOST_REPORTS} reports at a time; {} were sent",
                reports.len()
            )));
        }
        // Told from what was decided here, whatever the program says it is.
        let client = format!("{} (reported later)", machine.client);
        let oldest = self.now().checked_sub(OLDEST_REPORT);
        // All of them are read before any is kept.
        let named: Vec<Named> = reports
            .iter()
            .map(|report| self.named(&report.image))
            .collect::<Result<_>>()?;
        for (report, Named { repository, target }) in reports.iter().zip(&named) {
            if oldest.as_ref().is_ok_and(|oldest| report.at < *oldest) {
                continue;
            }
            // What was known there of a category says nothing here.
            let category = self.door.category(repository, report.organization.as_ref());
            let reported = Reported {
                at: report.at,
                pull: Pull {
                    repository,
                    action: report.action.into(),
                    target: target.as_ref(),
                    client: &client,
                    address: machine.address,
                },
                verdict: Verdict {
                    outcome: report.outcome,
                    rule: report.rule,
                    category: category.category,
                    badge: category.badge,
                    organization: report.organization.as_ref(),
                    team: report.team.as_ref(),
                },
            };
            self.door.take_report(subject, &reported);
        }
        Ok(())
    }

    /// A new session for who still has one.
    pub fn renew_session(&self, caller: &Caller) -> Result<Bearer> {
        let subject = Self::person(caller)?;
        let session = self.identity.issue_session(subject);
        session.map_err(|error| AdminError::Unavailable(error.to_string()))
    }

    fn named(&self, image: &str) -> Result<Named> {
        let invalid = |error: NameError| {
            let shown: String = image.chars().take(120).collect();
            AdminError::Invalid(format!("{shown:?} does not name an image: {error}"))
        };
        let reference: Reference = image.parse().map_err(invalid)?;
        let last = image.rsplit('/').next().unwrap_or_default();
        Ok(Named {
            repository: self
                .gateway
                .repository_elsewhere(&reference)
                .map_err(invalid)?,
            target: last.contains([':', '@']).then(|| reference.target()),
        })
    }
}
