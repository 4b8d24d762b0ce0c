//! What the commands work on: the database of the server's configuration.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use pullgate_admin::Admin;
use pullgate_catalog::Catalog;
use pullgate_identity::Identity;
use pullgate_policy::{OrganizationName, TeamName, Username};
use pullgate_store::{Actor, Organization, Person, Store, Team};

use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::server::{Parts, Poked, open_catalog, open_identity, open_store, poke};

/// Who changes something with these commands.
pub(super) const ACTOR: &Actor = &Actor::CommandLine;

/// The most names that are listed to somebody who has mistyped one.
const MOST_NAMES: usize = 8;

/// The site whose organizations are run.
pub(crate) struct Site<'c> {
    pub(crate) store: Store,
    config: &'c Config,
}

impl<'c> Site<'c> {
    /// Opens the site that is there. Does not make one, for where somebody has
    /// mistyped a folder an empty site would only puzzle them.
    pub(crate) async fn open(config: &'c Config) -> Result<Self, Failure> {
        if !Self::is_here(config)? {
            return Err(Failure::new(format!(
                "there is no Pullgate database in {}",
                config.data.display()
            ))
            .hint(
                "name the server's data folder with --data or its configuration with --config; \
                 to begin a new site, create its first user: pullgate user create NAME",
            ));
        }
        Self::open_or_make(config).await
    }

    /// Opens the site, and makes it if there is none.
    pub(crate) async fn open_or_make(config: &'c Config) -> Result<Self, Failure> {
        Ok(Self::over(open_store(config).await?, config))
    }

    /// The site of a store that is open.
    pub(crate) fn over(store: Store, config: &'c Config) -> Self {
        Self { store, config }
    }

    /// Whether there is a site that can be worked on from here.
    pub(crate) fn is_here(config: &Config) -> Result<bool, Failure> {
        if config.database.is_some() {
            return Ok(true);
        }
        match std::fs::metadata(config.data.join("pullgate.db")) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Failure::new(
                format!("cannot look into {}: {error}", config.data.display()),
            )
            .hint("run the command as the user that runs the server, or name another data folder with --data")),
            Err(_) => Ok(false),
        }
    }

    /// Says what was changed, once the running server has it, too: who reads
    /// the line can rely on it.
    pub(crate) async fn changed(&self, done: impl Display) -> Result<ExitCode, Failure> {
        self.tell_server().await;
        output::say(done)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Waits until a server that runs here has brought a change in.
    pub(crate) async fn tell_server(&self) {
        match poke(&self.config.data).await {
            Poked::Done | Poked::NoServer => {}
            Poked::NoAnswer => output::note(
                "note: the running server has not confirmed the change; it will notice by itself \
                 as soon as it can read the database",
            ),
        }
    }

    /// Who people are, for hashing passwords and making tokens.
    pub(super) async fn identity(&self) -> Result<Identity, Failure> {
        open_identity(self.config, self.store.clone()).await
    }

    /// The services, which know the rules.
    pub(super) async fn admin(&self) -> Result<Admin, Failure> {
        Ok(Parts::open(self.config).await?.admin(self.config))
    }

    /// What is known of Docker Hub's namespaces.
    pub(super) async fn catalog(&self) -> Result<Catalog, Failure> {
        open_catalog(self.config, self.store.clone()).await
    }

    /// An organization that there must be.
    pub(crate) async fn organization(
        &self,
        name: &OrganizationName,
    ) -> Result<Organization, Failure> {
        if let Some(organization) = self.store.organization(name).await? {
            return Ok(organization);
        }
        let known = self.store.organizations().await?;
        let known = known.into_iter().map(|known| known.name.to_string());
        Err(Unknown {
            what: "organization",
            name: name.as_str(),
            list: "pullgate org list".to_owned(),
            create: format!("pullgate org create {name} --owner USER"),
        }
        .among(&known.collect::<Vec<_>>()))
    }

    /// A person whom there must be.
    pub(crate) async fn person(&self, name: &Username) -> Result<Person, Failure> {
        if let Some(person) = self.store.person(name).await? {
            return Ok(person);
        }
        let known = self.store.people().await?;
        let known = known.into_iter().map(|known| known.username.to_string());
        Err(Unknown {
            what: "user",
            name: name.as_str(),
            list: "pullgate user list".to_owned(),
            create: format!("pullgate user create {name}"),
        }
        .among(&known.collect::<Vec<_>>()))
    }

    /// A team that there must be in an organization that there must be.
    pub(super) async fn team(
        &self,
        organization: &OrganizationName,
        name: &TeamName,
    ) -> Result<Team, Failure> {
        self.organization(organization).await?;
        let mut teams = self.store.teams(organization).await?;
        if let Some(place) = teams.iter().position(|team| team.name == *name) {
            return Ok(teams.swap_remove(place));
        }
        let known = teams.into_iter().map(|known| known.name.to_string());
        Err(Unknown {
            what: "team",
            name: name.as_str(),
            list: format!("pullgate team list {organization}"),
            create: format!("pullgate team create {organization} {name}"),
        }
        .among(&known.collect::<Vec<_>>()))
    }
}

/// A name that there is nothing by.
struct Unknown<'n> {
    what: &'static str,
    name: &'n str,
    list: String,
    create: String,
}

impl Unknown<'_> {
    /// Says so, with what there is instead.
    fn among(self, known: &[String]) -> Failure {
        let Self {
            what,
            name,
            list,
            create,
        } = self;
        let failure = Failure::new(format!("there is no {what} {name}"));
        match known.len() {
            0 => failure.hint(format!("there is none yet; create it with: {create}")),
            1..=MOST_NAMES => failure.hint(format!(
                "there is {}; create another with: {create}",
                known.join(", ")
            )),
            count => failure.hint(format!(
                "{list} shows the {count} that there are; create another with: {create}"
            )),
        }
    }
}
