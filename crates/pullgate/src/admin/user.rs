//! `pullgate user`: people who can sign in.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use pullgate_identity::{HashError, PasswordHash, Secret};
use pullgate_policy::Username;
use pullgate_store::{AccountStatus, NewPerson, SiteRole};

use super::choice::OnOff;
use super::password;
use super::site::{ACTOR, Site};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, Table, date};

/// Users: people who can sign in
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate user create olga --email olga@acme.example
  pullgate user password olga --password-stdin < password.txt
  pullgate user set olga --site-administrator on
  pullgate user disable olga

Where a password is made, it is the only thing on standard output.")]
pub(crate) enum UserCommand {
    /// Create a user, with a password that is given or made
    Create {
        /// The name to sign in with: lowercase letters, digits, '.', '_', '-'
        username: Username,
        /// The e-mail address
        #[arg(long, default_value = "", hide_default_value = true)]
        email: String,
        #[command(flatten)]
        password: PasswordOption,
    },
    /// List the users
    List,
    /// Give a user another password; all their sign-ins end
    Password {
        /// The user
        username: Username,
        #[command(flatten)]
        password: PasswordOption,
    },
    /// Let a user look after this installation over the API, or no more
    ///
    /// Site administrators give organizations their namespaces and look after the catalog and the
    /// cache. In an organization they have no right by it.
    Set {
        /// The user
        username: Username,
        /// Whether they are a site administrator
        #[arg(long, value_enum, value_name = "on|off", hide_possible_values = true)]
        site_administrator: OnOff,
    },
    /// Let a user sign in no more; all their sign-ins and access tokens end
    Disable {
        /// The user
        username: Username,
    },
    /// Let a disabled user sign in again
    Enable {
        /// The user
        username: Username,
    },
}

/// Where a password comes from.
#[derive(Debug, Args)]
pub(crate) struct PasswordOption {
    /// Read the password from standard input, one line; without this one is made and printed once
    #[arg(long)]
    password_stdin: bool,
}

impl UserCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        if let Self::Create {
            username,
            email,
            password,
        } = self
        {
            // The first user is what a new site begins with.
            let site = Site::open_or_make(config).await?;
            return create(&site, &username, email, &password).await;
        }
        let site = Site::open(config).await?;
        match self {
            Self::Create { .. } | Self::List => list(&site).await,
            Self::Password { username, password } => set(&site, &username, &password).await,
            Self::Set {
                username,
                site_administrator,
            } => administrator(&site, &username, site_administrator).await,
            Self::Disable { username } => {
                let done = format!(
                    "Disabled the user {username}: no sign-in, session or access token of theirs counts any more."
                );
                status(&site, &username, AccountStatus::Deactivated, &done).await
            }
            Self::Enable { username } => {
                let done = format!(
                    "Enabled the user {username}: they can sign in again. Earlier sessions stay ended."
                );
                status(&site, &username, AccountStatus::Active, &done).await
            }
        }
    }
}

async fn create(
    site: &Site<'_>,
    username: &Username,
    email: String,
    option: &PasswordOption,
) -> Result<ExitCode, Failure> {
    let password = option.obtain()?;
    let person = NewPerson {
        username: username.clone(),
        email,
        password_hash: Some(hash(site, &password).await?),
    };
    site.store.create_person(person, ACTOR).await?;
    tell(
        site,
        option,
        &password,
        &format!("Created the user {username}."),
    )
    .await
}

async fn set(
    site: &Site<'_>,
    username: &Username,
    option: &PasswordOption,
) -> Result<ExitCode, Failure> {
    site.person(username).await?;
    let password = option.obtain()?;
    let hash = hash(site, &password).await?;
    site.store.set_password_hash(username, &hash, ACTOR).await?;
    let done = format!("Changed the password of {username}; earlier sign-ins have ended.");
    tell(site, option, &password, &done).await
}

impl PasswordOption {
    fn obtain(&self) -> Result<Secret, Failure> {
        if self.password_stdin {
            password::read_from_stdin()
        } else {
            password::generate()
        }
    }
}

async fn hash(site: &Site<'_>, password: &Secret) -> Result<PasswordHash, Failure> {
    let hashed = site.identity().await?.hash_password(password).await;
    hashed.map_err(|error| match error {
        HashError::Weak(weak) => Failure::usage(weak.to_string()),
        other => Failure::new(other.to_string()),
    })
}

/// Says what was done. A password that was made is printed, this once and
/// alone, so that it can be piped.
async fn tell(
    site: &Site<'_>,
    option: &PasswordOption,
    password: &Secret,
    done: &str,
) -> Result<ExitCode, Failure> {
    if option.password_stdin {
        return site.changed(done).await;
    }
    output::note(format!(
        "{done} The password is shown only this once; keep it, or pass it on to them:"
    ));
    site.tell_server().await;
    output::secret(password, "make another with: pullgate user password NAME")?;
    Ok(ExitCode::SUCCESS)
}

async fn status(
    site: &Site<'_>,
    username: &Username,
    status: AccountStatus,
    done: &str,
) -> Result<ExitCode, Failure> {
    site.person(username).await?;
    site.store.set_active(username, status, ACTOR).await?;
    site.changed(done).await
}

async fn administrator(
    site: &Site<'_>,
    username: &Username,
    wanted: OnOff,
) -> Result<ExitCode, Failure> {
    site.person(username).await?;
    let (role, done) = match wanted {
        OnOff::On => (
            SiteRole::Administrator,
            format!("{username} is a site administrator now."),
        ),
        OnOff::Off => (
            SiteRole::None,
            format!("{username} is no site administrator any more."),
        ),
    };
    site.store.set_site_role(username, role, ACTOR).await?;
    site.changed(&done).await
}

async fn list(site: &Site<'_>) -> Result<ExitCode, Failure> {
    let mut table = Table::new(&["USER", "STATUS", "SITE ROLE", "SINCE", "EMAIL"]);
    for person in site.store.people().await? {
        let status = match person.status {
            AccountStatus::Active => "active",
            AccountStatus::Deactivated => "disabled",
        };
        let role = match person.site_role {
            SiteRole::Administrator => "administrator",
            SiteRole::None => "none",
        };
        table.row([
            person.username.to_string(),
            status.to_owned(),
            role.to_owned(),
            date(person.created_at),
            person.email,
        ]);
    }
    table.print("There are no users yet. Create one with: pullgate user create NAME")?;
    Ok(ExitCode::SUCCESS)
}
