//! `pullgate signin status`.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use pullgate_agent::local::{self, Heard, Said, SignedIn};
use pullgate_machine::sign_in::verify;
use pullgate_machine::{Owner, People, Root};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::machine::MachineArg;
use crate::output::{self, Format, Tint, date, tinted};
use crate::remote;

/// Say whether you are signed in here, and whether that is enough
///
/// Shows the session of pullgate login, until when it lasts, and which of the
/// organizations that this machine demands you belong to, by the server's word;
/// and whom the machine's agent knows, if there is one.
///
/// Exit status: 0 if you may use Docker here, 1 if you have to sign in.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate signin status
  pullgate signin status --format json")]
pub(crate) struct StatusCommand {
    #[command(flatten)]
    machine: MachineArg,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
    format: Format,
}

/// The answer.
#[derive(Serialize)]
struct Status {
    /// Whether it is enough.
    may_use_docker: bool,
    /// Which organizations the machine demands; none if it demands no sign-in.
    allowed_orgs: Vec<String>,
    /// Who has signed in.
    session: Option<Session>,
    /// Whom the machine's agent knows; nothing where there is no agent.
    agent: Option<Vec<SignedIn>>,
}

#[derive(Serialize)]
struct Session {
    server: String,
    username: String,
    ends_at: Option<Timestamp>,
    /// What they belong to.
    organizations: Vec<String>,
    /// Those of them that the machine allows.
    allowed: Vec<String>,
}

impl StatusCommand {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let root = self.machine.open()?;
        let report = verify(&root, Owner::ROOT)?;
        let allowed_orgs: Vec<String> = report
            .organizations()
            .iter()
            .map(ToString::to_string)
            .collect();
        let session = session(&allowed_orgs).await?;
        let is_demanded = report.verdict != pullgate_machine::sign_in::Verdict::Absent;
        let agent = agent(&root).await?;
        let mut known = agent.iter().flatten();
        let is_enough = known.any(|person| person.counts)
            || session
                .as_ref()
                .is_some_and(|session| !session.allowed.is_empty());
        let status = Status {
            may_use_docker: is_enough || !is_demanded,
            allowed_orgs,
            session,
            agent,
        };
        match self.format {
            Format::Json => output::json(&status)?,
            Format::Human => print(&status, &People::of(&root)?)?,
        }
        Ok(if status.may_use_docker {
            ExitCode::SUCCESS
        } else {
            Exit::No.into()
        })
    }
}

/// Whom the agent of this machine knows. An image has no agent, unless it is
/// said where one listens.
async fn agent(root: &Root) -> Result<Option<Vec<SignedIn>>, Failure> {
    let socket = local::socket();
    if !root.is_this_machine() && socket.as_os_str() == local::SOCKET {
        return Ok(None);
    }
    let failed = |why: String| {
        let socket = socket.display();
        Failure::new(format!("the agent on {socket} cannot be asked: {why}"))
    };
    match local::say(&socket, &Said::Status).await {
        Ok(None) => Ok(None),
        Ok(Some(Heard::Status(status))) => Ok(Some(status.people)),
        Ok(Some(Heard::Problem { message })) => Err(failed(message)),
        Ok(Some(_)) => Err(failed("it gives another answer than expected".to_owned())),
        Err(error) => Err(failed(error.to_string())),
    }
}

async fn session(allowed_orgs: &[String]) -> Result<Option<Session>, Failure> {
    let Some(session) = remote::saved_login()? else {
        return Ok(None);
    };
    let ends_at = session.ends_at();
    // The server would say the same, and need not be asked.
    if ends_at.is_some_and(|end| end <= Timestamp::now()) {
        return Ok(None);
    }
    let who = remote::who(&session).await?;
    let organizations: Vec<String> = who
        .organizations
        .into_iter()
        .map(|belongs| belongs.name)
        .collect();
    let allowed = organizations
        .iter()
        .filter(|name| allowed_orgs.contains(name))
        .cloned()
        .collect();
    Ok(Some(Session {
        server: session.server,
        username: who.username,
        ends_at,
        organizations,
        allowed,
    }))
}

fn print(status: &Status, people: &People) -> Result<(), Failure> {
    let list = |names: &[String], none: &str| match names.join(", ") {
        names if names.is_empty() => none.to_owned(),
        names => names,
    };
    let mut fields = vec![(
        "demanded",
        match &*status.allowed_orgs {
            [] if status.may_use_docker => "no sign-in".to_owned(),
            [] => "a sign-in that nobody can have: see pullgate signin verify".to_owned(),
            names => format!("a member of {}", names.join(", ")),
        },
    )];
    match &status.session {
        None => fields.push(("signed in", "nobody".to_owned())),
        Some(session) => {
            fields.push(("signed in", session.username.clone()));
            fields.push(("server", session.server.clone()));
            let end = session.ends_at;
            let end = end.map_or_else(
                || "has no end".to_owned(),
                |end| format!("until {} UTC", date(end)),
            );
            fields.push(("session", end));
            fields.push((
                "belongs to",
                list(&session.organizations, "no organization"),
            ));
            fields.push(("allowed here", list(&session.allowed, "none of them")));
        }
    }
    for known in status.agent.iter().flatten() {
        let names = known.organizations.iter().map(ToString::to_string);
        let names: Vec<String> = names.collect();
        fields.push((
            "agent knows",
            format!(
                "{} of {}, as {} of this machine, until {} UTC",
                known.person,
                list(&names, "no organization"),
                people.user(known.uid),
                date(known.until)
            ),
        ));
    }
    output::fields(&fields)?;
    output::say("")?;
    let (tint, verdict) = match (status.may_use_docker, &status.session) {
        (true, _) if status.allowed_orgs.is_empty() => {
            (Tint::Warning, "This machine demands no sign-in.")
        }
        (true, _) => (Tint::Good, "You may use Docker on this machine."),
        (false, None) => (Tint::Bad, "Sign in required. Run: pullgate login"),
        (false, Some(_)) => (
            Tint::Bad,
            "You are signed in, and belong to none of the organizations that this machine \
             allows. Ask an owner of one of them to add you, or sign in as somebody else.",
        ),
    };
    output::say(tinted(tint, verdict))
}
