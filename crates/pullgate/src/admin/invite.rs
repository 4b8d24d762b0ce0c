//! `pullgate invite`: asking people into an organization, by a link.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pullgate_admin::{
    Actor, Admin, Backing, Caller, Invitation, Invite, InviteLink, InviteResult, Invited, Run,
};
use pullgate_policy::{OrganizationName, Role, TeamName};

use super::choice::{RoleChoice, word};
use super::identifier::{pick, short};
use super::site::Site;
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::output::{self, Table, date, one_line};

/// Invites: asking people into an organization, by a link
///
/// Pullgate sends no e-mail: an invite makes a link, which you pass on.
/// Whoever opens it chooses a user name and a password, or signs in, and
/// belongs to the organization. A link counts once, for seven days.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate invite create acme ann@acme.example
  pullgate invite create acme sam max@acme.example --team data
  pullgate invite create acme olga@acme.example --role owner
  pullgate invite list acme
  pullgate invite resend acme 5f0e8c1d2a3b

The links are all that goes to standard output, and are shown this once.")]
pub(crate) enum InviteCommand {
    /// Invite people and print their links, this once
    Create {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
        /// E-mail addresses or user names
        #[arg(value_name = "INVITEE", required = true)]
        invitees: Vec<String>,
        /// The role that they are to have
        #[arg(long, value_enum, default_value_t = RoleChoice::Member, value_name = "owner|member", hide_possible_values = true)]
        role: RoleChoice,
        /// A team that they are to be in
        #[arg(long)]
        team: Option<TeamName>,
        /// Say who would be invited, and invite nobody
        #[arg(long)]
        dry_run: bool,
    },
    /// List the invites of an organization that nobody has answered yet
    List {
        /// The organization
        #[arg(value_name = "ORG")]
        organization: OrganizationName,
    },
    /// Make a new link for an invite, print it, and end the old one
    Resend(WhichInvite),
    /// Withdraw an invite: its link counts no more
    Revoke(WhichInvite),
}

/// Which invite.
#[derive(Debug, Args)]
pub(crate) struct WhichInvite {
    /// The organization
    #[arg(value_name = "ORG")]
    organization: OrganizationName,
    /// Which, by its ID as it is listed
    id: String,
}

impl InviteCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = &Site::open(config).await?;
        let admin = &site.admin().await?;
        match self {
            Self::Create {
                organization,
                invitees,
                role,
                team,
                dry_run,
            } => {
                let invitation = Invitation {
                    invitees,
                    role: role.into(),
                    team,
                };
                let run = if dry_run { Run::Dry } else { Run::Real };
                create(site, admin, &organization, invitation, run).await
            }
            Self::List { organization } => list(site, admin, &organization).await,
            Self::Resend(which) => resend(site, admin, &which).await,
            Self::Revoke(which) => revoke(site, admin, &which).await,
        }
    }
}

impl WhichInvite {
    async fn find(&self, site: &Site<'_>, admin: &Admin) -> Result<Invite, Failure> {
        site.organization(&self.organization).await?;
        let invites = admin
            .invites(&Caller::CommandLine, &self.organization)
            .await?;
        let list = format!("pullgate invite list {}", self.organization);
        let invites = invites
            .into_iter()
            .map(|invite| (invite.id.as_uuid(), invite));
        pick(&self.id, "invite", &list, invites)
    }
}

async fn create(
    site: &Site<'_>,
    admin: &Admin,
    organization: &OrganizationName,
    invitation: Invitation,
    run: Run,
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    if let Some(team) = invitation.team.as_ref().filter(|team| !is_owners(team)) {
        site.team(organization, team).await?;
    }
    let invited = admin
        .invite(&Caller::CommandLine, organization, invitation, run)
        .await?;
    site.tell_server().await;
    let mut links = Vec::new();
    let mut exit = ExitCode::SUCCESS;
    for Invited { invitee, result } in invited {
        let name = one_line(&invitee);
        match result {
            InviteResult::Invited { invite, link: None } => output::say(format!(
                "{name} would be invited into {organization}, {}.",
                as_what(&invite)
            ))?,
            InviteResult::Invited {
                invite,
                link: Some(link),
            } => {
                output::note(format!(
                    "Invited {name} into {organization}, {}, until {} UTC.",
                    as_what(&invite),
                    date(invite.ends_at)
                ));
                links.push((name, link));
            }
            InviteResult::InvitedBefore(invite) => output::note(format!(
                "{name} was invited before; for a new link: pullgate invite resend {organization} {}",
                short(invite.id.as_uuid())
            )),
            InviteResult::Member => output::note(format!(
                "{name} belongs to {organization} already; nothing was changed."
            )),
            InviteResult::Invalid => {
                output::note(format!(
                    "{name} is neither an e-mail address nor a user name; nobody was invited by it."
                ));
                exit = Exit::No.into();
            }
        }
    }
    print(organization, &links)?;
    Ok(exit)
}

/// One link alone, so that it can be piped; several each with whom it is for.
fn print(organization: &OrganizationName, links: &[(String, InviteLink)]) -> Result<(), Failure> {
    let again = format!(
        "pullgate invite list {organization} shows the invite, and pullgate invite resend makes a new link"
    );
    match links {
        [] => Ok(()),
        [(_, link)] => {
            output::note("The link is shown only this once; pass it on:");
            note_path(link);
            output::secret(&link.url(), &again)
        }
        [(_, first), ..] => {
            output::note("The links are shown only this once; pass them on:");
            note_path(first);
            let mut table = Table::new(&["INVITEE", "LINK"]);
            for (name, link) in links {
                table.row([name.clone(), link.url().expose().to_owned()]);
            }
            table.print(String::new())
        }
    }
}

fn note_path(link: &InviteLink) {
    if link.url().expose().starts_with('/') {
        output::note(
            "note: put the address of the server's control port before it; with public_url in the \
             configuration, links have it",
        );
    }
}

fn as_what(invite: &Invite) -> String {
    let role = word(invite.role);
    match &invite.team {
        Some(team) => format!("as {role} and into the team {team}"),
        None => format!("as {role}"),
    }
}

fn is_owners(team: &TeamName) -> bool {
    team.as_str() == "owners"
}

async fn list(
    site: &Site<'_>,
    admin: &Admin,
    organization: &OrganizationName,
) -> Result<ExitCode, Failure> {
    site.organization(organization).await?;
    let invites = admin.invites(&Caller::CommandLine, organization).await?;
    let now = Timestamp::now();
    let mut table = Table::new(&["ID", "ROLE", "TEAM", "INVITED BY", "LINK ENDS", "INVITEE"]);
    for invite in invites {
        table.row([
            short(invite.id.as_uuid()),
            word(invite.role),
            team(&invite),
            match &invite.made_by {
                Actor::Person(username) => username.to_string(),
                other => other.to_string(),
            },
            end(&invite, now),
            invite.invitee.to_string(),
        ]);
    }
    table.print(format!(
        "Nobody has an open invite into {organization}. Invite somebody with: pullgate invite create {organization} INVITEE"
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn team(invite: &Invite) -> String {
    match (&invite.team, invite.role) {
        (Some(team), _) => team.to_string(),
        (None, Role::Owner) => "owners".to_owned(),
        (None, Role::Member) => "none".to_owned(),
    }
}

fn end(invite: &Invite, now: Timestamp) -> String {
    match invite.backing {
        Backing::Lost => "counts no more".to_owned(),
        Backing::Stands if invite.ends_at <= now => "has ended".to_owned(),
        Backing::Stands => date(invite.ends_at),
    }
}

async fn resend(site: &Site<'_>, admin: &Admin, which: &WhichInvite) -> Result<ExitCode, Failure> {
    let invite = which.find(site, admin).await?;
    let (invite, link) = admin.resend_invite(&Caller::CommandLine, invite.id).await?;
    site.tell_server().await;
    output::note(format!(
        "The invite of {} has a new link, until {} UTC; the old one counts no more.",
        invite.invitee,
        date(invite.ends_at)
    ));
    print(&which.organization, &[(invite.invitee.to_string(), link)])?;
    Ok(ExitCode::SUCCESS)
}

async fn revoke(site: &Site<'_>, admin: &Admin, which: &WhichInvite) -> Result<ExitCode, Failure> {
    let invite = which.find(site, admin).await?;
    admin.revoke_invite(&Caller::CommandLine, invite.id).await?;
    site.changed(format!(
        "Withdrew the invite of {}; its link counts no more.",
        invite.invitee
    ))
    .await
}
