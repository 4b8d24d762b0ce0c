//! `pullgate token`: access tokens of people and of organizations.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pullgate_identity::{Scope, TokenOrder};
use pullgate_policy::{OrganizationName, Switch, Username};
use pullgate_store::{Token, TokenEdit, TokenOwner};

use super::identifier::{pick, short};
use super::moment;
use super::site::{ACTOR, Site};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, Table, date};

/// Access tokens: for machines and scripts, instead of a password
///
/// A user's token has the rights of the user; an organization's token has
/// those of a member, and signs in with the organization's name as
/// its user name.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate token create --org acme --label ci --expires 90d
  pullgate token create --user mia --label laptop |
    docker login pullgate.acme.example -u mia --password-stdin
  pullgate token disable --org acme 5f0e8c1d2a3b
  pullgate token revoke --org acme 5f0e8c1d2a3b

The token is the only thing on standard output, and is shown this once.")]
pub(crate) enum TokenCommand {
    /// Create a token and print it, this once
    Create {
        #[command(flatten)]
        owner: Owner,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// When it ends, as 90d or 2030-12-31; without this it does not end
        #[arg(long, value_name = "WHEN", value_parser = moment::later)]
        expires: Option<Timestamp>,
        // Attributes and no comment, for what is shown has no backticks.
        #[arg(
            long = "scope",
            value_name = "SCOPE",
            default_value = "repo:read",
            help = "What it may be used for: repo:read or repo:public_read; can be repeated"
        )]
        scopes: Vec<Scope>,
    },
    /// List the tokens of a user or an organization
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Switch a token off, at once and until it is switched on again
    Disable {
        #[command(flatten)]
        owner: Owner,
        /// Which, by its ID as it is listed
        id: String,
    },
    /// Switch a token on again
    Enable {
        #[command(flatten)]
        owner: Owner,
        /// Which, by its ID as it is listed
        id: String,
    },
    /// Revoke a token for good
    Revoke {
        #[command(flatten)]
        owner: Owner,
        /// Which, by its ID as it is listed
        id: String,
    },
}

/// Whose tokens.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Owner {
    /// A user, whose rights the token has
    #[arg(long)]
    user: Option<Username>,
    /// An organization, of which the token is a member
    #[arg(long = "org", value_name = "ORG")]
    organization: Option<OrganizationName>,
}

impl Owner {
    async fn find(&self, site: &Site<'_>) -> Result<TokenOwner, Failure> {
        match (&self.user, &self.organization) {
            (Some(user), _) => Ok(TokenOwner::Person(site.person(user).await?.id)),
            (None, Some(organization)) => {
                site.organization(organization).await?;
                Ok(TokenOwner::Organization(organization.clone()))
            }
            (None, None) => Err(Failure::usage("whose token it is has to be said")
                .hint("use --user USER or --org ORG")),
        }
    }

    fn name(&self) -> String {
        let user = self.user.as_ref().map(ToString::to_string);
        let organization = self.organization.as_ref().map(ToString::to_string);
        user.or(organization).unwrap_or_default()
    }

    /// As it is typed.
    fn option(&self) -> String {
        let option = if self.user.is_some() {
            "--user"
        } else {
            "--org"
        };
        format!("{option} {}", self.name())
    }
}

impl TokenCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = &Site::open(config).await?;
        match self {
            Self::Create {
                owner,
                label,
                expires,
                scopes,
            } => create(site, &owner, &label, expires, &scopes).await,
            Self::List { owner } => list(site, &owner).await,
            Self::Disable { owner, id } => switch(site, &owner, &id, Switch::Off).await,
            Self::Enable { owner, id } => switch(site, &owner, &id, Switch::On).await,
            Self::Revoke { owner, id } => revoke(site, &owner, &id).await,
        }
    }
}

async fn create(
    site: &Site<'_>,
    owner: &Owner,
    label: &str,
    expires: Option<Timestamp>,
    scopes: &[Scope],
) -> Result<ExitCode, Failure> {
    let token_owner = owner.find(site).await?;
    let identity = site.identity().await?;
    let order = TokenOrder {
        expires_at: expires,
        ..TokenOrder::new(token_owner, label, scopes)
    };
    let issued = identity.issue_token(order, ACTOR).await;
    let issued = issued.map_err(|error| {
        if error.is_invalid() {
            Failure::usage(error.to_string())
        } else {
            Failure::new(error.to_string())
        }
    })?;
    let end = expires.map_or("does not end".to_owned(), |end| {
        format!("ends {} UTC", date(end))
    });
    output::note(format!(
        "Created the access token {} ({label}) of {}; it {end}. It is shown only this once:",
        short(issued.id.as_uuid()),
        owner.name(),
    ));
    site.tell_server().await;
    let again = format!(
        "revoke it, and create another; pullgate token list {} shows its ID",
        owner.option()
    );
    output::secret(&issued.secret, &again)?;
    Ok(ExitCode::SUCCESS)
}

async fn list(site: &Site<'_>, owner: &Owner) -> Result<ExitCode, Failure> {
    let now = Timestamp::now();
    let mut table = Table::new(&["ID", "SCOPES", "LAST USED", "ENDS", "LABEL"]);
    for token in site.store.tokens_of(&owner.find(site).await?).await? {
        table.row([
            short(token.id.as_uuid()),
            token.scopes.join(" "),
            token.last_used_at.map_or("never".to_owned(), date),
            end(&token, now),
            token.label,
        ]);
    }
    table.print(format!(
        "{} has no access tokens yet. Create one with: pullgate token create {} --label TEXT",
        owner.name(),
        owner.option(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn end(token: &Token, now: Timestamp) -> String {
    match (token.revoked_at, token.expires_at) {
        (Some(_), _) => "revoked".to_owned(),
        (None, _) if token.status == Switch::Off => "switched off".to_owned(),
        (None, None) => "never".to_owned(),
        (None, Some(end)) if end <= now => "has ended".to_owned(),
        (None, Some(end)) => date(end),
    }
}

/// The token that an ID, or the beginning of one, names.
async fn find(
    site: &Site<'_>,
    owner: &TokenOwner,
    named: &Owner,
    id: &str,
) -> Result<Token, Failure> {
    let list = format!("pullgate token list {}", named.option());
    let tokens = site.store.tokens_of(owner).await?;
    let tokens = tokens.into_iter().map(|token| (token.id.as_uuid(), token));
    pick(id, "token", &list, tokens)
}

fn shown(token: &Token) -> String {
    format!("{} ({})", short(token.id.as_uuid()), token.label)
}

async fn switch(
    site: &Site<'_>,
    owner: &Owner,
    id: &str,
    status: Switch,
) -> Result<ExitCode, Failure> {
    let token_owner = owner.find(site).await?;
    let token = find(site, &token_owner, owner, id).await?;
    if token.revoked_at.is_some() {
        return Err(Failure::new(format!(
            "the access token {} was revoked, and a revoked token stays so",
            shown(&token)
        ))
        .hint("create another with: pullgate token create"));
    }
    let edit = TokenEdit {
        status: Some(status),
        ..TokenEdit::default()
    };
    let changed = site.store.change_token(&token_owner, token.id, edit, ACTOR);
    changed.await?;
    let word = status.as_str();
    site.changed(format!(
        "Switched the access token {} {word}.",
        shown(&token)
    ))
    .await
}

async fn revoke(site: &Site<'_>, owner: &Owner, id: &str) -> Result<ExitCode, Failure> {
    let token_owner = owner.find(site).await?;
    let token = find(site, &token_owner, owner, id).await?;
    let shown = shown(&token);
    if token.revoked_at.is_some() {
        output::say(format!("The access token {shown} was revoked before."))?;
        return Ok(ExitCode::SUCCESS);
    }
    site.store
        .revoke_token(&token_owner, token.id, ACTOR)
        .await?;
    site.changed(format!("Revoked the access token {shown}."))
        .await
}
