//! `pullgate agent status`.

use std::process::ExitCode;

use clap::Args;
use pullgate_agent::local::{self, Heard, Said, SignedIn, Status};

use crate::failure::{Exit, Failure};
use crate::output::{self, Format, date};

/// Who is signed in on this machine, and whether that is enough
///
/// Ends with 0 if the Docker Engine brings images in for somebody, and with 1
/// if a sign-in is required first.
#[derive(Debug, Args)]
pub(crate) struct StatusCommand {
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

impl StatusCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let socket = local::socket();
        let failed = |why: String| {
            Failure::new(format!(
                "the agent on {} cannot be asked: {why}",
                socket.display()
            ))
        };
        let heard = local::say(&socket, &Said::Status).await;
        let status = match heard.map_err(|error| failed(error.to_string()))? {
            Some(Heard::Status(status)) => status,
            Some(Heard::Problem { message }) => return Err(failed(message)),
            Some(_) => return Err(failed("it gives another answer than expected".to_owned())),
            None => {
                return Err(failed("nobody listens there".to_owned())
                    .hint("set it up with pullgate agent setup, as root"));
            }
        };
        let is_enough = status.people.iter().any(|one| one.counts);
        match self.format {
            Format::Json => output::json(&status)?,
            Format::Human => print(&status)?,
        }
        Ok(if is_enough {
            ExitCode::SUCCESS
        } else {
            Exit::No.into()
        })
    }
}

fn print(status: &Status) -> Result<(), Failure> {
    output::say(format!("Server    {}", status.server))?;
    let demanded = match (&status.unusable, &status.demanded) {
        (Some(why), _) => format!("cannot be read, so nobody counts: {why}"),
        (None, None) => "no sign-in; without one no image comes in".to_owned(),
        (None, Some(names)) => {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            format!("somebody of {}", names.join(" or "))
        }
    };
    output::say(format!("Demanded  {demanded}"))?;
    let asked = match status.asked {
        0 => "has not asked since the agent started".to_owned(),
        1 => "has asked about one call since the agent started".to_owned(),
        calls => format!("has asked about {calls} calls since the agent started"),
    };
    output::say(format!("Engine    {asked}"))?;
    if status.people.is_empty() {
        return output::say("Signed in nobody: run pullgate login");
    }
    for one in &status.people {
        output::say(format!("Signed in {}", told(one)))?;
    }
    Ok(())
}

fn told(one: &SignedIn) -> String {
    let names: Vec<_> = one.organizations.iter().map(ToString::to_string).collect();
    let whose = if names.is_empty() {
        "of no organization".to_owned()
    } else {
        format!("of {}", names.join(", "))
    };
    let counts = if one.counts {
        ""
    } else {
        ", which does not count"
    };
    format!(
        "{} {whose}, as user {} of this machine, until {} UTC{counts}",
        one.person,
        one.uid,
        date(one.until)
    )
}
