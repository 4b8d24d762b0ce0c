//! `pullgate exception`: allowances for one repository, until a date.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pullgate_admin::{Admin, AdminError, Caller};
use pullgate_policy::{Covers, OrganizationName, TeamName, Username};
use pullgate_store::NewException;

use super::identifier::{pick, short};
use super::moment;
use super::site::{ACTOR, Site};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{Table, date};

/// Exceptions: images that may be pulled until a date, for a reason
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate exception add acme evil/miner --until 7d --reason 'malware analysis'
  pullgate exception add acme grafana/k6 --until 2030-12-31 --team data \\
    --reason 'load test of the shop'
  pullgate exception end acme 5f0e8c1d2a3b

An exception is for a repository: all its tags and digests.")]
pub(crate) enum ExceptionCommand {
    /// Make an exception
    Add {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// The image; a tag or digest is not looked at
        image: String,
        /// When it ends, as 7d, 12h or 2030-12-31 (its first moment, UTC)
        #[arg(long, value_name = "WHEN", value_parser = moment::later)]
        until: Timestamp,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        whom: Whom,
    },
    /// List the exceptions of an organization
    List {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// Those that have ended, too
        #[arg(long)]
        all: bool,
    },
    /// End an exception now
    End {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// Which, by its ID as it is listed
        id: String,
    },
}

/// Whom an exception is for; all of the organization if it does not say.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Whom {
    /// For the members of one team
    #[arg(long)]
    team: Option<TeamName>,
    /// For one member
    #[arg(long)]
    user: Option<Username>,
}

impl ExceptionCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = &Site::open(config).await?;
        match self {
            Self::Add {
                organization,
                image,
                until,
                reason,
                whom,
            } => {
                let covers = whom.find(site, &organization).await?;
                let admin = site.admin().await?;
                let image = admin.read_image(&image).map_err(unusable)?;
                let exception = NewException {
                    repository: image.repository(),
                    covers,
                    ends_at: until,
                    reason,
                };
                add(site, &admin, &organization, exception).await
            }
            Self::List { organization, all } => list(site, &organization, all).await,
            Self::End { organization, id } => end(site, &organization, &id).await,
        }
    }
}

impl Whom {
    async fn find(
        self,
        site: &Site<'_>,
        organization: &OrganizationName,
    ) -> Result<Covers, Failure> {
        site.organization(organization).await?;
        if let Some(team) = self.team {
            site.team(organization, &team).await?;
            return Ok(Covers::Team(team));
        }
        let Some(user) = self.user else {
            return Ok(Covers::Organization);
        };
        site.person(&user).await?;
        let members = site.store.members(organization).await?;
        if members.iter().any(|member| member.username == user) {
            return Ok(Covers::Person(user));
        }
        Err(
            Failure::new(format!("{user} does not belong to {organization}")).hint(format!(
                "pullgate member list {organization} shows who does"
            )),
        )
    }
}

async fn add(
    site: &Site<'_>,
    admin: &Admin,
    organization: &OrganizationName,
    exception: NewException,
) -> Result<ExitCode, Failure> {
    let made = admin
        .add_exception(&Caller::CommandLine, organization, exception)
        .await
        .map_err(unusable)?;
    site.changed(format!(
        "Made the exception {}: {} may be pulled by {} until {} UTC.",
        short(made.id.as_uuid()),
        made.exception.repository,
        covered(&made.exception.covers),
        date(made.exception.ends_at),
    ))
    .await
}

fn unusable(error: AdminError) -> Failure {
    match error {
        AdminError::Invalid(why) => Failure::usage(why),
        other => other.into(),
    }
}

fn covered(covers: &Covers) -> String {
    match covers {
        Covers::Organization => "all members".to_owned(),
        Covers::Team(team) => format!("team {team}"),
        Covers::Person(user) => user.to_string(),
    }
}

async fn list(
    site: &Site<'_>,
    organization: &OrganizationName,
    all: bool,
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let now = Timestamp::now();
    let mut table = Table::new(&["ID", "ENDS", "FOR", "IMAGE", "REASON"]);
    for record in site.store.exceptions(organization).await? {
        let ended = record.exception.ends_at <= now;
        if ended && !all {
            continue;
        }
        let end = date(record.exception.ends_at);
        table.row([
            short(record.id.as_uuid()),
            if ended { "has ended".to_owned() } else { end },
            covered(&record.exception.covers),
            record.exception.repository.to_string(),
            record.reason,
        ]);
    }
    table.print(format!(
        "{organization} has no exceptions now. Make one with: \
         pullgate exception add {organization} IMAGE --until 7d --reason TEXT"
    ))?;
    Ok(ExitCode::SUCCESS)
}

async fn end(
    site: &Site<'_>,
    organization: &OrganizationName,
    id: &str,
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let list = format!("pullgate exception list {organization} --all");
    let records = site.store.exceptions(organization).await?;
    let records = records
        .into_iter()
        .map(|record| (record.id.as_uuid(), record));
    let record = pick(id, "exception", &list, records)?;
    site.store
        .end_exception(organization, record.id, ACTOR)
        .await?;
    site.changed(format!(
        "Ended the exception {} for {}.",
        short(record.id.as_uuid()),
        record.exception.repository
    ))
    .await
}
