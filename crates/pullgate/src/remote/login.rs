//! `pullgate login` and `pullgate logout`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pullgate_identity::Secret;
use serde::{Deserialize, Serialize};

use super::device;
use super::handing_over;
use super::server::Server;
use super::session::{self, Session};
use crate::admin::read_password_from_stdin;
use crate::failure::Failure;
use crate::output::{self, date};

/// Sign in to a server, for the commands that can work on one
///
/// Those are explain, request, export, apply, policy preview, policy test and
/// whoami.
///
/// The session is kept in ~/.config/pullgate/login.json, for you alone.
/// Container clients sign in by themselves, with docker login and the like.
/// Where the agent of pullgate agent runs, it is told: the Docker Engine of this
/// machine then brings in what you may pull.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate login pullgate.acme.example
  pullgate login pullgate.acme.example --device
  pullgate login https://pullgate.acme.example:8443 --ca acme-ca.pem -u mia
  pullgate login pullgate.acme.example -u mia --password-stdin < token.txt")]
pub(crate) struct LoginCommand {
    /// The server's control address; without this the one you signed in to before
    server: Option<String>,
    /// The user to sign in as
    #[arg(long, short, value_name = "USER")]
    username: Option<String>,
    /// Read the password or access token from standard input, one line
    #[arg(long)]
    password_stdin: bool,
    /// Show a code, to be approved in a browser by whoever signs in
    #[arg(long, conflicts_with_all = ["username", "password_stdin"])]
    device: bool,
    /// The certificate of the authority that signed the server's, if it is your own; PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Forget the session of login on this machine
#[derive(Debug, Args)]
pub(crate) struct LogoutCommand {}

/// What the server is told.
#[derive(Serialize)]
struct Login<'l> {
    username: &'l str,
    password: &'l str,
}

/// What it answers.
#[derive(Deserialize)]
struct LoggedIn {
    token: String,
}

impl LoginCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        // An unreadable sign-in of before is no reason not to sign in anew.
        let before = session::saved().ok().flatten();
        let (typed, ca) = match (self.server, before) {
            (Some(server), _) => (server, self.ca),
            (None, Some(before)) => (before.server, self.ca.or(before.ca)),
            (None, None) => {
                return Err(Failure::usage("which server to sign in to has to be said")
                    .hint("write it as: pullgate login pullgate.acme.example"));
            }
        };
        let ca = match ca {
            // The session outlives the folder that the path is relative to.
            Some(ca) => Some(std::path::absolute(ca)?),
            None => None,
        };
        let server = Server::at(&typed, ca.as_deref())?;
        let (username, token) = if self.device {
            device::sign_in(&server).await?
        } else {
            by_password(&server, self.username, self.password_stdin).await?
        };
        let session = Session {
            server: server.address().to_owned(),
            username,
            token,
            ca,
        };
        session.save()?;
        let end = session
            .ends_at()
            .map(|end| format!(", until {} UTC", date(end)))
            .unwrap_or_default();
        output::say(format!(
            "Signed in to {} as {}{end}.",
            session.server, session.username
        ))?;
        handing_over::sign_in(&session).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Signs in with a password or an access token, which is asked for unless it
/// comes on standard input.
async fn by_password(
    server: &Server,
    username: Option<String>,
    from_stdin: bool,
) -> Result<(String, Secret), Failure> {
    let username = match username {
        Some(username) => username,
        None => ask_username(server.address())?,
    };
    let password = if from_stdin {
        read_password_from_stdin()?
    } else {
        ask_password(&username, server.address())?
    };
    let document = Login {
        username: &username,
        password: password.expose(),
    };
    let LoggedIn { token } = server.post("/v2/users/login", &document).await?;
    Ok((username, Secret::from(token)))
}

/// Forgets the session.
pub(crate) async fn logout() -> Result<ExitCode, Failure> {
    let before = session::saved();
    session::forget()?;
    output::say(match before {
        Ok(Some(session)) => format!("Signed out of {} on this machine.", session.server),
        Ok(None) => "You had not signed in; nothing was changed.".to_owned(),
        Err(_) => "Removed a sign-in that could not be read.".to_owned(),
    })?;
    handing_over::sign_out().await;
    Ok(ExitCode::SUCCESS)
}

fn ask_username(server: &str) -> Result<String, Failure> {
    let missing = || {
        Failure::usage("there is no user name")
            .hint("name the user with --username; nobody can be asked where there is no terminal")
    };
    if !io::stdin().is_terminal() {
        return Err(missing());
    }
    let mut prompt = io::stderr().lock();
    write!(prompt, "User at {server}: ")?;
    prompt.flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let username = line.trim();
    if username.is_empty() {
        return Err(missing());
    }
    Ok(username.to_owned())
}

fn ask_password(username: &str, server: &str) -> Result<Secret, Failure> {
    if !io::stdin().is_terminal() {
        return Err(
            Failure::usage("there is no terminal to ask for the password on")
                .hint("give it on standard input, with --password-stdin"),
        );
    }
    let prompt = format!("Password or access token of {username} at {server}: ");
    rpassword::prompt_password(prompt)
        .map(Secret::from)
        .map_err(|error| Failure::usage(format!("the password cannot be read: {error}")))
}
