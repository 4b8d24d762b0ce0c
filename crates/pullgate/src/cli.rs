//! The command line: what can be typed, and which command it is.

mod serve;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::admin::{
    CatalogCommand, DecisionsCommand, ExceptionCommand, InviteCommand, MemberCommand,
    NamespaceCommand, OrgCommand, PolicyCommand, TeamCommand, TokenCommand, UserCommand,
};
use crate::agent::AgentCommand;
use crate::client_config::ClientConfigCommand;
use crate::config::{self, Config};
use crate::demo::DemoCommand;
use crate::doctor::DoctorCommand;
use crate::explain::ExplainCommand;
use crate::failure::Failure;
use crate::openapi::OpenapiCommand;
use crate::output::ended_is_fine;
use crate::policy_files::{ApplyCommand, ExportCommand, SchemaCommand};
use crate::reference::{ReferenceCommand, Verdict};
use crate::remote::{self, LoginCommand, LogoutCommand, WhoamiCommand};
use crate::request::RequestCommand;
use crate::server;
use crate::signin::SigninCommand;
use serve::ServeCommand;

/// Where the configuration is, if it is not said and the file is there.
const DEFAULT_CONFIG: &str = "/etc/pullgate/pullgate.toml";

/// Image access management for every container client
///
/// Pullgate stands between container clients and the registries they pull
/// from, and decides every pull by the policy of the organization that whoever
/// pulls belongs to.
#[derive(Debug, Parser)]
#[command(
    name = "pullgate",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "\
First steps:
  pullgate demo                             see it work, with nothing prepared
  pullgate serve --data ./pullgate          start a server, and beside it:

  export PULLGATE_DATA=./pullgate
  pullgate user create olga
  pullgate org create acme --owner olga
  pullgate policy set acme --iam on

Settings come from a flag, else the environment, else the configuration file
(/etc/pullgate/pullgate.toml, if there is one), else their default.
PULLGATE_DATABASE is like postgres://user:password@host/name; PULLGATE_LOG
sets what is logged, like pullgate=debug.

Exit codes:
  0  done, or the answer is yes: the image may be pulled
  1  the answer is no: the image is denied, a name is not valid
  2  the command or the configuration is not right
  3  it could not be done: something is missing, in the way or away"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The configuration file
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PULLGATE_CONFIG",
        hide_env_values = true
    )]
    config: Option<PathBuf>,
    /// The folder where everything is kept
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PULLGATE_DATA",
        hide_env_values = true
    )]
    data: Option<PathBuf>,
    /// A PostgreSQL database
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PULLGATE_DATABASE",
        hide_env_values = true
    )]
    database: Option<String>,
    /// Log more; twice for still more
    #[arg(long, short, global = true, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(ServeCommand),
    Demo(DemoCommand),
    Explain(ExplainCommand),
    Decisions(DecisionsCommand),
    #[command(subcommand)]
    Org(OrgCommand),
    #[command(subcommand)]
    User(UserCommand),
    #[command(subcommand)]
    Member(MemberCommand),
    #[command(subcommand)]
    Invite(InviteCommand),
    #[command(subcommand)]
    Team(TeamCommand),
    #[command(subcommand)]
    Namespace(NamespaceCommand),
    #[command(subcommand)]
    Token(TokenCommand),
    #[command(subcommand)]
    Policy(PolicyCommand),
    #[command(subcommand)]
    Exception(ExceptionCommand),
    Export(ExportCommand),
    Apply(ApplyCommand),
    #[command(subcommand)]
    Request(RequestCommand),
    #[command(subcommand)]
    Catalog(CatalogCommand),
    Reference(ReferenceCommand),
    Openapi(OpenapiCommand),
    Schema(SchemaCommand),
    Login(LoginCommand),
    Logout(LogoutCommand),
    Whoami(WhoamiCommand),
    #[command(subcommand)]
    Signin(SigninCommand),
    ClientConfig(ClientConfigCommand),
    #[command(subcommand)]
    Agent(AgentCommand),
    Doctor(DoctorCommand),
}

impl Cli {
    /// What is logged unless `PULLGATE_LOG` says otherwise.
    pub(crate) fn log_filter(&self) -> &'static str {
        let serves = match &self.command {
            Command::Serve(_) => true,
            Command::Agent(command) => command.serves(),
            _ => false,
        };
        match (self.global.verbose, serves) {
            (0, false) => "warn",
            (0, true) => "warn,pullgate=info,pullgate_agent=info",
            (1, _) => "info,pullgate=debug",
            _ => "info,pullgate=trace",
        }
    }

    /// Does what was typed.
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        // What needs no configuration must not fail because of one.
        match self.command {
            Command::Demo(command) => return command.run().await,
            Command::Reference(command) => return print_references(command),
            Command::Openapi(_) => return OpenapiCommand::run(),
            Command::Schema(command) => return command.run(),
            Command::Login(command) => return command.run().await,
            Command::Logout(_) => return remote::logout().await,
            Command::Agent(command) => return command.run().await,
            Command::Whoami(command) => return command.run().await,
            Command::Signin(command) => return command.run().await,
            Command::ClientConfig(command) => return command.run(),
            Command::Doctor(command) => return command.run().await,
            _ => {}
        }
        let config = &self.configuration()?;
        match self.command {
            Command::Serve(_) => {
                server::serve(config).await?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Explain(command) => command.run(config).await,
            Command::Decisions(command) => command.run(config).await,
            Command::Org(command) => command.run(config).await,
            Command::User(command) => command.run(config).await,
            Command::Member(command) => command.run(config).await,
            Command::Invite(command) => command.run(config).await,
            Command::Team(command) => command.run(config).await,
            Command::Namespace(command) => command.run(config).await,
            Command::Token(command) => command.run(config).await,
            Command::Policy(command) => command.run(config).await,
            Command::Exception(command) => command.run(config).await,
            Command::Request(command) => command.run(config).await,
            Command::Export(command) => command.run(config).await,
            Command::Apply(command) => command.run(config).await,
            Command::Catalog(command) => command.run(config).await,
            Command::Demo(_)
            | Command::Reference(_)
            | Command::Openapi(_)
            | Command::Schema(_)
            | Command::Agent(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Whoami(_)
            | Command::Signin(_)
            | Command::ClientConfig(_)
            | Command::Doctor(_) => Ok(ExitCode::SUCCESS),
        }
    }

    /// The configuration, with the flags and the environment on top.
    pub(crate) fn configuration(&self) -> Result<Config, Failure> {
        let mut config = match &self.global.config {
            Some(file) => config::read(file)?,
            None if Path::new(DEFAULT_CONFIG).exists() => config::read(Path::new(DEFAULT_CONFIG))?,
            None => Config::default(),
        };
        if let Some(data) = &self.global.data {
            config.data.clone_from(data);
        }
        if self.global.database.is_some() {
            config.database.clone_from(&self.global.database);
        }
        if let Command::Serve(serve) = &self.command {
            serve.override_settings(&mut config);
        }
        Ok(config)
    }
}

fn print_references(command: ReferenceCommand) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    match command.run(io::stdin().lock(), &mut out) {
        Ok(verdict) => {
            ended_is_fine(out.flush())?;
            Ok(verdict.into())
        }
        Err(error) => {
            ended_is_fine(Err(error))?;
            Ok(Verdict::AllValid.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_is_stronger_than_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pullgate.toml");
        std::fs::write(
            &file,
            "data = '/srv/file'\n[control]\nlisten = '127.0.0.1:1'",
        )
        .unwrap();
        let cli = |more: &[&str]| {
            let typed = ["pullgate", "serve", "--config", file.to_str().unwrap()];
            let cli = Cli::parse_from(typed.iter().chain(more));
            cli.configuration().unwrap()
        };
        let config = cli(&[]);
        assert_eq!(config.data, Path::new("/srv/file"));
        assert_eq!(config.control.listen.port(), 1);
        let config = cli(&[
            "--data=/srv/flag",
            "--control=127.0.0.1:2",
            "--public-url=https://pullgate.acme.example/",
        ]);
        assert_eq!(config.data, Path::new("/srv/flag"));
        assert_eq!(config.control.listen.port(), 2);
        assert_eq!(
            config.public_url.as_deref(),
            Some("https://pullgate.acme.example")
        );
    }
}
