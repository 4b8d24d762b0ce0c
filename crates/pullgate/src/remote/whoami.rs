//! `pullgate whoami`.

use std::process::ExitCode;

use clap::Args;
use pullgate_control::OpenRequestCount;
use pullgate_policy::Role;
use serde::Deserialize;

use super::requests::RequestsThere;
use super::server::Server;
use super::session::{self, Session};
use crate::failure::Failure;
use crate::output::{self, Table, date};

/// Say where you have signed in, as whom, and what you belong to
#[derive(Debug, Args)]
pub(crate) struct WhoamiCommand {}

/// Who has signed in, by the server's word.
#[derive(Deserialize)]
pub(crate) struct Who {
    pub(crate) username: String,
    pub(crate) organizations: Vec<Belongs>,
}

/// What they belong to.
#[derive(Deserialize)]
pub(crate) struct Belongs {
    pub(crate) name: String,
    role: Role,
    teams: Vec<String>,
}

/// Asks the server who has signed in there.
pub(crate) async fn who(session: &Session) -> Result<Who, Failure> {
    let server = Server::of(session)?;
    server.get("/v2/user/", &[], &session.token).await
}

impl WhoamiCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let session = session::signed_in()?;
        let who = who(&session).await?;
        output::fields(&[
            ("server", session.server.clone()),
            ("user", who.username.clone()),
            (
                "session",
                match session.ends_at() {
                    Some(end) => format!("until {} UTC", date(end)),
                    None => "has no end".to_owned(),
                },
            ),
        ])?;
        if !who.organizations.is_empty() {
            output::say("")?;
        }
        let is_owner = |belongs: &Belongs| belongs.role == Role::Owner;
        let open: Vec<OpenRequestCount> = if who.organizations.iter().any(is_owner) {
            RequestsThere::at(&session)?.to_answer().await?
        } else {
            Vec::new()
        };
        let mut table = Table::new(&["ORGANIZATION", "ROLE", "TEAMS"]);
        for belongs in who.organizations {
            let role = match belongs.role {
                Role::Owner => "owner",
                Role::Member => "member",
            };
            let teams = match belongs.teams.join(", ") {
                none if none.is_empty() => "none".to_owned(),
                teams => teams,
            };
            table.row([belongs.name, role.to_owned(), teams]);
        }
        table.print(format!(
            "{} belongs to no organization, and so may pull nothing. Ask an owner to add you.",
            who.username
        ))?;
        if !open.is_empty() {
            output::say("")?;
        }
        for OpenRequestCount {
            organization,
            count,
        } in open
        {
            output::say(format!(
                "Open requests for access to {organization}: {count}. \
                 See them with: pullgate request list {organization}"
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
