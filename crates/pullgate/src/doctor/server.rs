//! What the server says: whether the image is denied to whoever looks, and
//! whether policies are enforced at all.

use pullgate_control::Explanation;
use pullgate_machine::doctor::Finding;
use pullgate_policy::{Outcome, Rule};

use crate::failure::Failure;
use crate::remote;

/// What the server says.
pub(super) struct Policy {
    pub(super) findings: Vec<Finding>,
    /// Whether a pull of the image should be denied, as far as is known.
    pub(super) is_image_denied: bool,
}

/// Asks as who has signed in with `pullgate login`; who has not is denied
/// everything.
pub(super) async fn ask(image: &str) -> Result<Policy, Failure> {
    let Some(session) = remote::saved_login()? else {
        return Ok(Policy {
            findings: vec![Finding::note(
                "not-signed-in",
                "pullgate login",
                "You have not signed in, so the server was not asked what the policy is.",
                "Sign in as a member and run it again: pullgate login SERVER",
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
        findings: vec![finding(&session.server, image, &explanation)],
    })
}

fn finding(server: &str, image: &str, explanation: &Explanation) -> Finding {
    let sentence = &explanation.sentence;
    match (explanation.outcome, explanation.rule) {
        (Outcome::Denied, _) => Finding::holds(
            "policy",
            server,
            format!("The server denies you {image}: {sentence}"),
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
            "You are an owner, to whom nothing is denied, so no pull was tried.",
            "Sign in as a member, and run it again.",
        ),
        (Outcome::Allowed, Rule::Disabled) => Finding::open(
            "policy-off",
            server,
            "Image Access Management is off in your organization: everything is allowed.",
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
