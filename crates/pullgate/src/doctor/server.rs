//! What the server says: whether the image is denied to whoever looks, and
//! whether policies are enforced at all.

use pullgate_control::Explanation;
use pullgate_machine::doctor::Finding;
use pullgate_policy::{Outcome, Rule};

use super::person::Person;
use crate::failure::Failure;
use crate::remote::{self, Session};

/// What the server says.
pub(super) struct Policy {
    pub(super) findings: Vec<Finding>,
    /// Whether a pull of the image should be denied, as far as is known.
    pub(super) is_image_denied: bool,
}

/// Asks as who looks, if they have signed in with `pullgate login`; who has not
/// is denied everything.
pub(super) async fn ask(person: Person, image: &str) -> Result<Policy, Failure> {
    let Some(session) = person.session else {
        return Ok(Policy {
            findings: vec![Finding::note(
                "not-signed-in",
                "pullgate login",
                format!(
                    "{}, so the server was not asked what the policy is.",
                    person.not_signed_in
                ),
                person.how,
            )],
            is_image_denied: true,
        });
    };
    let explanation = match remote::explain(&session, image, None).await {
        Ok(explanation) => explanation,
        Err(failure) => {
            return Ok(Policy {
                findings: vec![Finding::unknown(
                    "server-silent",
                    session.server,
                    format!("The server did not say what the policy is: {failure}."),
                    "Sign in again: pullgate login",
                )],
                is_image_denied: true,
            });
        }
    };
    Ok(Policy {
        is_image_denied: explanation.outcome == Outcome::Denied,
        findings: vec![finding(&session, image, &explanation)],
    })
}

fn finding(session: &Session, image: &str, explanation: &Explanation) -> Finding {
    let (server, person) = (session.server.as_str(), &session.username);
    let sentence = &explanation.sentence;
    match (explanation.outcome, explanation.rule) {
        (Outcome::Denied, _) => Finding::holds(
            "policy",
            server,
            format!("The server denies {person} {image}: {sentence}"),
        ),
        (Outcome::Monitored, _) => Finding::open(
            "policy-monitors",
            server,
            format!("The policy only watches: {image} would be denied, and is not."),
            "An owner makes it count: pullgate policy set ORG --mode enforce",
        ),
        (Outcome::Allowed, Rule::Owner) => Finding::unknown(
            "policy-exempts-you",
            server,
            format!("{person} is an owner, to whom nothing is denied, so no pull was tried."),
            "Sign in as a member, and run it again.",
        ),
        (Outcome::Allowed, Rule::Disabled) => Finding::open(
            "policy-off",
            server,
            format!("Image Access Management is off for {person}: everything is allowed."),
            "An owner switches it on: pullgate policy set ORG --iam on",
        ),
        (Outcome::Allowed, _) => Finding::unknown(
            "policy-allows-image",
            server,
            format!("The policy allows {image}, so pulling it would show nothing: {sentence}"),
            "Name an image that it denies: pullgate doctor --image IMAGE",
        ),
    }
}
