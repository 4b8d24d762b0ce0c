//! Teams of an organization: named groups of its members.
//!
//! The team `owners` is made of the owners: it is there in every organization,
//! cannot be renamed or deleted, putting a member into it makes an owner, and
//! taking one out makes them a member like others.

use pullgate_policy::{OrganizationName, Role, TeamName};
use pullgate_store::{
    MemberEntry, MemberFilter, Organization, Part, TeamEdit, TeamFilter, TeamSummary, Window,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::members::{OrganizationMember, Sight, impossible};
use crate::rights::no_such_organization;

/// The team that is made of the owners.
const OWNERS: &str = "owners";

/// Which teams are wanted; all of them by default.
#[derive(Clone, Debug, Default)]
pub struct TeamQuery {
    /// Only those that the member of this name is in.
    pub member: Option<String>,
    /// Only those in whose name a text is.
    pub search: Option<String>,
}

/// The names of all teams of somebody with this role, by name: the owners are
/// a team, too.
pub fn groups(role: Role, teams: impl Iterator<Item = String>) -> Vec<String> {
    let owners = (role == Role::Owner).then(|| OWNERS.to_owned());
    let mut groups: Vec<String> = teams.chain(owners).collect();
    groups.sort();
    groups
}

impl Admin {
    /// A part of an organization's teams: the owners team, and after it the
    /// others by name; for owners and members.
    pub async fn teams(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        query: &TeamQuery,
        window: Window,
    ) -> Result<Part<TeamSummary>> {
        let (standing, _) = self.insider(caller, organization)?;
        let member = match &query.member {
            None => None,
            Some(name) => match self
                .find_member(Sight::of(standing), organization, name)
                .await
            {
                Ok(found) => Some(found.member),
                // Whoever is no member is in no team.
                Err(AdminError::NotFound(_)) => {
                    return Ok(Part {
                        count: 0,
                        entries: Vec::new(),
                    });
                }
                Err(error) => return Err(error),
            },
        };
        let search = query.search.as_deref().filter(|text| !text.is_empty());
        let shows_owners = search.is_none_or(|text| OWNERS.contains(&text.to_lowercase()))
            && member
                .as_ref()
                .is_none_or(|member| member.role == Role::Owner);
        let filter = TeamFilter {
            person: member.map(|member| member.person),
            search,
        };
        let (first, rest) = window.over_two(u64::from(shows_owners));
        let others = self.store.teams_in(organization, filter, rest).await?;
        let mut entries = Vec::new();
        if shows_owners && first.limit > 0 {
            entries.push(self.owners_team(organization).await?);
        }
        entries.extend(others.entries);
        Ok(Part {
            count: others.count + u64::from(shows_owners),
            entries,
        })
    }

    /// One team; for owners and members.
    pub async fn team(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<TeamSummary> {
        self.insider(caller, organization)?;
        self.find_team(organization, team).await
    }

    /// Makes a team; for owners.
    pub async fn create_team(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
        description: &str,
    ) -> Result<TeamSummary> {
        let actor = self.owner(caller, organization)?;
        self.store
            .create_described_team(organization, team, description, &actor)
            .await
            .map_err(impossible)?;
        self.settle().await;
        self.find_team(organization, team).await
    }

    /// Gives a team another name or description, and nothing that it has is
    /// lost; for owners.
    pub async fn change_team(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
        edit: TeamEdit,
    ) -> Result<TeamSummary> {
        let actor = self.owner(caller, organization)?;
        refuse_owners(team, "cannot be changed")?;
        let name = edit.name.clone().unwrap_or_else(|| team.clone());
        self.store
            .change_team(organization, team, edit, &actor)
            .await
            .map_err(impossible)?;
        self.settle().await;
        self.find_team(organization, &name).await
    }

    /// Deletes a team, with what it may pull and the exceptions made for it;
    /// for owners.
    pub async fn delete_team(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<()> {
        let actor = self.owner(caller, organization)?;
        refuse_owners(team, "cannot be deleted")?;
        self.store
            .delete_team(organization, team, &actor)
            .await
            .map_err(impossible)?;
        self.settle().await;
        Ok(())
    }

    /// A part of a team's members, by name; for owners and members.
    pub async fn team_members(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
        search: Option<&str>,
        window: Window,
    ) -> Result<Part<OrganizationMember>> {
        let (standing, _) = self.insider(caller, organization)?;
        self.find_team(organization, team).await?;
        let sight = Sight::of(standing);
        let filter = MemberFilter {
            search: sight.search(search),
            ..members_of(team)
        };
        let part = self.store.members_in(organization, &filter, window).await?;
        let entries = part.entries.into_iter().map(|entry| sight.shows(entry));
        Ok(Part {
            count: part.count,
            entries: entries.collect(),
        })
    }

    /// Puts a member of the organization into a team; nothing happens if they
    /// are in it. For owners.
    pub async fn add_team_member(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
        name: &str,
    ) -> Result<OrganizationMember> {
        let actor = self.owner(caller, organization)?;
        let sight = Sight::WithEmail;
        self.find_team(organization, team).await?;
        let found = self.find_member(sight, organization, name).await?;
        let username = found.member.username;
        if team.as_str() == OWNERS {
            self.store
                .set_role(organization, &username, Role::Owner, &actor)
                .await
        } else {
            self.store
                .add_team_member(organization, team, &username, &actor)
                .await
        }
        .map_err(impossible)?;
        self.settle().await;
        let since = self.find_member(sight, organization, username.as_str());
        Ok(sight.shows(since.await?))
    }

    /// Takes a member out of a team; for owners.
    pub async fn remove_team_member(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
        name: &str,
    ) -> Result<()> {
        let actor = self.owner(caller, organization)?;
        self.find_team(organization, team).await?;
        let found = self.find_member(Sight::WithEmail, organization, name);
        let found = found.await?;
        if !is_in(&found, team) {
            return Err(AdminError::NotFound(format!(
                "{name} is not in the team {team} of {organization}"
            )));
        }
        let username = found.member.username;
        if team.as_str() == OWNERS {
            self.store
                .set_role(organization, &username, Role::Member, &actor)
                .await
        } else {
            self.store
                .remove_team_member(organization, team, &username, &actor)
                .await
        }
        .map_err(impossible)?;
        self.settle().await;
        Ok(())
    }

    /// A team that there must be, the owners team included.
    pub(crate) async fn find_team(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<TeamSummary> {
        if team.as_str() == OWNERS {
            return self.owners_team(organization).await;
        }
        let found = self.store.team(organization, team).await?;
        found.ok_or_else(|| {
            AdminError::NotFound(format!("there is no team {team} of {organization}"))
        })
    }

    async fn owners_team(&self, organization: &OrganizationName) -> Result<TeamSummary> {
        let found = self.store.organization(organization).await?;
        let Organization {
            number, created_at, ..
        } = found.ok_or_else(|| no_such_organization(organization))?;
        let nobody = Window {
            offset: 0,
            limit: 0,
        };
        let name: TeamName = OWNERS
            .parse()
            .map_err(|error| AdminError::Invalid(format!("{error}")))?;
        let filter = members_of(&name);
        let owners = self.store.members_in(organization, &filter, nobody).await?;
        Ok(TeamSummary {
            description: String::new(),
            members: owners.count,
            number,
            created_at,
            name,
        })
    }
}

fn members_of(team: &TeamName) -> MemberFilter<'_> {
    if team.as_str() == OWNERS {
        MemberFilter {
            role: Some(Role::Owner),
            ..MemberFilter::default()
        }
    } else {
        MemberFilter {
            team: Some(team),
            ..MemberFilter::default()
        }
    }
}

fn is_in(entry: &MemberEntry, team: &TeamName) -> bool {
    if team.as_str() == OWNERS {
        entry.member.role == Role::Owner
    } else {
        entry.teams.contains(team)
    }
}

fn refuse_owners(team: &TeamName, why: &str) -> Result<()> {
    if team.as_str() == OWNERS {
        return Err(AdminError::Forbidden(format!(
            "the team owners {why}: it is made of the organization's owners"
        )));
    }
    Ok(())
}
