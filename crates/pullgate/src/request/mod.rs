//! `pullgate request`: asking the owners for what is denied, and answering.
//!
//! Who asks has signed in to a server. Owners answer there, too, or where the
//! database is.

mod place;
mod print;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pullgate_control::AccessRequest;
use pullgate_policy::{OrganizationName, Rule, TeamName};
use pullgate_store::ApprovedFor;

use crate::admin::{later, pick, short};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::remote::{RequestsThere, signed_in};
use place::Place;

/// Requests: images that members ask their owners to allow
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate login pullgate.acme.example
  pullgate request access evil/miner --reason 'malware analysis, ticket 4711'
  pullgate request list

For owners:
  pullgate request list acme
  pullgate request approve acme 5f0e8c1d2a3b --until 7d
  pullgate request approve acme 5f0e8c1d2a3b --until 2030-12-31 --team data
  pullgate request decline acme 5f0e8c1d2a3b --reason 'use acme/scanner'

Owners' commands work on the database if it is here, else on the server that
pullgate login has signed in to.")]
pub(crate) enum RequestCommand {
    /// Ask the owners to allow an image that is denied to you
    ///
    /// Asks on the server that pullgate login has signed in to. Asking again
    /// for the same image adds to your open request. What is allowed is the
    /// repository: all its tags and digests.
    ///
    /// Exit status: 0 if the owners have the request, 3 if none was made, for
    /// example since the image is not denied to you.
    Access {
        /// The image, as it was denied
        image: String,
        /// What you need it for
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Whose owners to ask; without this, those whose policy denies it
        #[arg(long, value_name = "ORG")]
        org: Option<OrganizationName>,
        /// How to print the answer
        #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
        format: Format,
    },
    /// List what you have asked for, or what an organization was asked for
    List {
        /// The organization; without this, what you have asked for
        #[arg(value_name = "ORG")]
        organization: Option<OrganizationName>,
        /// Those of an organization that are closed, too
        #[arg(long)]
        all: bool,
        /// How to print them
        #[arg(long, value_enum, default_value_t = Format::Human, value_name = "human|json", hide_possible_values = true)]
        format: Format,
    },
    /// Allow what was asked for, until a date
    ///
    /// Makes an exception, which holds from the next pull on. Without --team
    /// or --everybody it is for who asked.
    Approve {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// Which, by its ID as it is listed
        id: String,
        /// When it ends, as 7d, 12h or 2030-12-31 (its first moment, UTC)
        #[arg(long, value_name = "WHEN", value_parser = later)]
        until: Timestamp,
        #[command(flatten)]
        whom: Whom,
        /// What to answer
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        reason: String,
    },
    /// Say no, and why
    Decline {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// Which, by its ID as it is listed
        id: String,
        /// Why, for who asked
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take back what you have asked for
    Withdraw {
        /// Which, by its ID as it is listed
        id: String,
    },
}

/// For whom a request is approved; for who asked if it does not say.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Whom {
    /// For the members of one team
    #[arg(long)]
    team: Option<TeamName>,
    /// For everybody in the organization
    #[arg(long)]
    everybody: bool,
}

impl From<Whom> for ApprovedFor {
    fn from(whom: Whom) -> Self {
        match whom {
            Whom {
                team: Some(team), ..
            } => Self::Team(team),
            Whom {
                everybody: true, ..
            } => Self::Organization,
            Whom { .. } => Self::WhoAsked,
        }
    }
}

impl RequestCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        match self {
            Self::Access {
                image,
                reason,
                org,
                format,
            } => ask(&image, &reason, org.as_ref(), format).await?,
            Self::List {
                organization: None,
                format,
                ..
            } => {
                let requests = RequestsThere::at(&signed_in()?)?.list(None, None).await?;
                print::mine(&requests, format)?;
            }
            Self::List {
                organization: Some(organization),
                all,
                format,
            } => {
                let place = Place::find(config).await?;
                let requests = place.list(&organization, all).await?;
                print::of_organization(&organization, &requests, format)?;
            }
            Self::Approve {
                organization,
                id,
                until,
                whom,
                reason,
            } => {
                let place = Place::find(config).await?;
                let id = place.id(&organization, &id).await?;
                let whom = whom.into();
                let request = place
                    .approve(&organization, id, whom, until, reason)
                    .await?;
                print::approved(&request)?;
            }
            Self::Decline {
                organization,
                id,
                reason,
            } => {
                let place = Place::find(config).await?;
                let id = place.id(&organization, &id).await?;
                let request = place.decline(&organization, id, &reason).await?;
                output::say(format!(
                    "Declined the request of {} for {}.",
                    request.username, request.repository
                ))?;
            }
            Self::Withdraw { id } => withdraw(&id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn ask(
    image: &str,
    reason: &str,
    organization: Option<&OrganizationName>,
    format: Format,
) -> Result<(), Failure> {
    let session = signed_in()?;
    let asked = RequestsThere::at(&session)?
        .ask(image, reason, organization)
        .await?;
    if format == Format::Json {
        return output::json(&asked);
    }
    let AccessRequest {
        id,
        organization,
        repository,
        asked: times,
        ..
    } = &asked.request;
    let id = short(*id);
    output::say(if times.len() > 1 {
        format!("Added to your request {id} to the owners of {organization}, for {repository}.")
    } else {
        format!("Asked the owners of {organization} to allow {repository}: request {id}.")
    })?;
    output::say("See what becomes of it with: pullgate request list")?;
    for other in &asked.also_denied {
        let what_to_do = match (&other.organization, other.rule) {
            (_, Rule::Registry) | (None, _) => String::new(),
            (Some(organization), _) => {
                format!(" Ask its owners, too, with --org {organization}.")
            }
        };
        output::note(format!("note: {}{what_to_do}", other.sentence));
    }
    Ok(())
}

async fn withdraw(id: &str) -> Result<(), Failure> {
    let session = signed_in()?;
    let there = RequestsThere::at(&session)?;
    let requests = there.list(None, None).await?;
    let requests = requests.into_iter().map(|request| (request.id, request));
    let request = pick(id, "request", "pullgate request list", requests)?;
    let request = there.withdraw(&request.organization, request.id).await?;
    output::say(format!(
        "Withdrew your request {} for {}.",
        short(request.id),
        request.repository
    ))
}
