//! What is in a bundle.

use jiff::Timestamp;
use pullgate_policy::{
    Covers, Exception, OrganizationName, PolicyParts, Role, Settings, TeamAdditions, TeamName,
    Username, text,
};
use pullgate_reference::{GatewayNames, Pattern, Repository};
use serde::{Deserialize, Serialize};

use crate::badges::KnownBadge;
use crate::gateway_form;

/// All that decides for one person, as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Whom it is for.
    pub person: Username,
    /// When it was made.
    pub made_at: Timestamp,
    /// From when on it decides nothing any more.
    pub ends_at: Timestamp,
    /// The console's address, which stands in denials.
    pub console: Option<String>,
    /// By which hosts the gateway is reached: an image that is named by one of
    /// them is the upstream's that it stands for.
    #[serde(with = "gateway_form")]
    pub gateway: GatewayNames,
    /// The organizations that the person belongs to.
    pub belongs_to: Vec<Belonging>,
    /// The namespaces that have a badge.
    pub badges: Vec<KnownBadge>,
}

/// That the person belongs to an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belonging {
    /// The organization.
    pub organization: OrganizationName,
    /// The person's role in it.
    pub role: Role,
    /// The person's teams in it.
    pub teams: Vec<TeamName>,
    /// Its policy as far as it concerns the person; none if it could not be
    /// read, and then it denies.
    pub policy: Option<BundledPolicy>,
}

/// A policy as far as it concerns one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledPolicy {
    /// The organization's namespaces.
    #[serde(with = "text::list")]
    pub namespaces: Vec<Pattern>,
    /// What the owners have set.
    pub settings: Settings,
    /// The organization's allowlist.
    #[serde(with = "text::list")]
    pub allowlist: Vec<Pattern>,
    /// The exceptions that cover the person.
    pub exceptions: Vec<BundledException>,
    /// The additions of the person's teams.
    pub teams: Vec<BundledTeam>,
}

/// An exception that covers the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledException {
    /// The repository that may be pulled.
    #[serde(with = "text::one")]
    pub repository: Repository,
    /// The team that it is for, if it is for one.
    pub team: Option<TeamName>,
    /// From this moment on it counts no more.
    pub ends_at: Timestamp,
}

/// A team of the person's, with its additions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledTeam {
    /// Which team.
    pub team: TeamName,
    /// What its members may pull beyond the rest.
    pub additions: TeamAdditions,
}

impl BundledPolicy {
    /// Of a policy what concerns one person in those teams: exceptions for
    /// others, and what other teams may, are not for them to know.
    pub fn of(parts: PolicyParts, person: &Username, teams: &[TeamName]) -> Self {
        let concerns = |exception: &Exception| match &exception.covers {
            Covers::Organization => true,
            Covers::Team(team) => teams.contains(team),
            Covers::Person(covered) => covered == person,
        };
        let exceptions = parts.exceptions.into_iter().filter(concerns);
        let additions = parts.teams.into_iter();
        Self {
            namespaces: parts.namespaces,
            settings: parts.settings,
            allowlist: parts.allowlist,
            exceptions: exceptions
                .map(|exception| BundledException {
                    repository: exception.repository,
                    team: match exception.covers {
                        Covers::Team(team) => Some(team),
                        Covers::Organization | Covers::Person(_) => None,
                    },
                    ends_at: exception.ends_at,
                })
                .collect(),
            teams: additions
                .filter(|(team, _)| teams.contains(team))
                .map(|(team, additions)| BundledTeam { team, additions })
                .collect(),
        }
    }

    /// The policy to be compiled. An exception that is for everybody here is
    /// for the one person whom all of this is about.
    pub(crate) fn into_parts(self, organization: OrganizationName) -> PolicyParts {
        let exceptions = self.exceptions.into_iter();
        let teams = self.teams.into_iter();
        PolicyParts {
            organization,
            namespaces: self.namespaces,
            settings: self.settings,
            allowlist: self.allowlist,
            exceptions: exceptions
                .map(|exception| Exception {
                    repository: exception.repository,
                    covers: exception.team.map_or(Covers::Organization, Covers::Team),
                    ends_at: exception.ends_at,
                })
                .collect(),
            teams: teams.map(|team| (team.team, team.additions)).collect(),
        }
    }
}
