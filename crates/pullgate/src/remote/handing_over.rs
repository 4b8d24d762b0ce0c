//! The agent of this machine is told who has signed in.

use pullgate_agent::local::{self, Heard, Said};

use super::session::Session;
use crate::failure::Failure;
use crate::output::{self, one_line};

/// Hands the session to the agent, if there is one on this machine.
///
/// That it does not take it is said, and no failure: the sign-in itself is good
/// for everything else.
pub(super) async fn sign_in(session: &Session) -> Result<(), Failure> {
    let said = Said::SignIn {
        server: session.server.clone(),
        token: session.token.expose().to_owned(),
    };
    let signed_in = match local::say(&local::socket(), &said).await {
        Ok(None) => return Ok(()),
        Ok(Some(Heard::SignedIn(signed_in))) => signed_in,
        Ok(Some(Heard::Problem { message })) => {
            output::note(format!("pullgate: {}", one_line(&message)));
            return Ok(());
        }
        Ok(Some(Heard::SignedOut | Heard::Status(_))) => {
            output::note("pullgate: the agent of this machine gives another answer than expected");
            return Ok(());
        }
        Err(error) => {
            output::note(format!(
                "pullgate: the agent of this machine was not told: {error}"
            ));
            return Ok(());
        }
    };
    output::say(if signed_in.counts {
        format!(
            "The agent of this machine knows: the Docker Engine brings in what {} may pull.",
            signed_in.person
        )
    } else {
        format!(
            "The agent of this machine knows, but {} belongs to none of the organizations that it demands.",
            signed_in.person
        )
    })
}

/// Has the agent forget the session, if there is one.
pub(super) async fn sign_out() {
    if let Err(error) = local::say(&local::socket(), &Said::SignOut).await {
        output::note(format!(
            "pullgate: the agent of this machine was not told: {error}"
        ));
    }
}
