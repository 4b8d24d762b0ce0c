//! Who belongs to an organization, and in which role.
//!
//! Owners and members may see who the others are; e-mail addresses, and who
//! has been invited, are for owners. Only owners change anything: nobody
//! leaves an organization by themselves, for they would leave its policy with
//! it. An organization keeps at least one owner who can sign in.

use std::fmt::Display;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Role, TeamName, Username};
use pullgate_store::{
    AccountStatus, Invite, InviteFilter, MemberEntry, MemberFilter, MemberKey, MemberSearch, Part,
    PersonId, StoreError, Window,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::rights::Standing;

/// A member of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationMember {
    /// Who it is.
    pub person: PersonId,
    /// The name by which they sign in.
    pub username: Username,
    /// Their e-mail address, empty if they have none; none for whoever may
    /// not see it.
    pub email: Option<String>,
    /// Whether they can sign in.
    pub status: AccountStatus,
    /// Their role.
    pub role: Role,
    /// Their teams, by name, without the owners team.
    pub teams: Vec<TeamName>,
    /// Since when they belong to it.
    pub since: Timestamp,
}

/// Somebody in the list of an organization's people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A member.
    Member(OrganizationMember),
    /// Somebody who was invited and has not answered.
    Invitee(Invite),
}

/// Who is wanted; all members by default.
#[derive(Clone, Debug, Default)]
pub struct MemberQuery {
    /// Members, invitees or both.
    pub kind: ListedKind,
    /// Only those with this role; of invitees, invited to it.
    pub role: Option<Role>,
    /// Only those in whose name a text is, or for owners, in whose e-mail
    /// address.
    pub search: Option<String>,
}

/// Members, invitees or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListedKind {
    /// Only members.
    #[default]
    Members,
    /// Only those who were invited.
    Invitees,
    /// Members, and after them those who were invited.
    Both,
}

/// What an owner sees of members, and a member does not.
#[derive(Clone, Copy)]
pub(crate) enum Sight {
    WithEmail,
    WithoutEmail,
}

impl Sight {
    pub(crate) fn of(standing: Standing) -> Self {
        match standing {
            Standing::Owner => Self::WithEmail,
            Standing::Member => Self::WithoutEmail,
        }
    }

    pub(crate) fn search(self, text: Option<&str>) -> Option<MemberSearch<'_>> {
        let text = text.filter(|text| !text.is_empty())?;
        Some(match self {
            Self::WithEmail => MemberSearch::NameOrEmail(text),
            Self::WithoutEmail => MemberSearch::Name(text),
        })
    }

    pub(crate) fn shows(self, entry: MemberEntry) -> OrganizationMember {
        let MemberEntry { member, teams } = entry;
        OrganizationMember {
            person: member.person,
            username: member.username,
            email: match self {
                Self::WithEmail => Some(member.email),
                Self::WithoutEmail => None,
            },
            status: member.status,
            role: member.role,
            teams,
            since: member.since,
        }
    }
}

impl Admin {
    /// A part of an organization's people, by name; for owners and members,
    /// invitees for owners alone.
    pub async fn members(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        query: &MemberQuery,
        window: Window,
    ) -> Result<Part<Listed>> {
        let (standing, _) = self.insider(caller, organization)?;
        let sight = Sight::of(standing);
        if query.kind != ListedKind::Members {
            self.owner(caller, organization)?;
        }
        let filter = MemberFilter {
            role: query.role,
            search: sight.search(query.search.as_deref()),
            team: None,
        };
        let nobody = Part {
            count: 0,
            entries: Vec::new(),
        };
        let members = match query.kind {
            ListedKind::Invitees => nobody,
            ListedKind::Members | ListedKind::Both => {
                let part = self.store.members_in(organization, &filter, window).await?;
                Part {
                    count: part.count,
                    entries: part
                        .entries
                        .into_iter()
                        .map(|entry| Listed::Member(sight.shows(entry)))
                        .collect(),
                }
            }
        };
        if query.kind == ListedKind::Members {
            return Ok(members);
        }
        let (_, rest) = window.over_two(members.count);
        let filter = InviteFilter {
            role: query.role,
            search: query.search.as_deref().filter(|text| !text.is_empty()),
        };
        let invites = self.store.invites_in(organization, filter, rest).await?;
        let mut entries = members.entries;
        entries.extend(invites.entries.into_iter().map(Listed::Invitee));
        Ok(Part {
            count: members.count + invites.count,
            entries,
        })
    }

    /// One member, by name or, for owners, by e-mail address; for owners and
    /// members.
    pub async fn member(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        name: &str,
    ) -> Result<OrganizationMember> {
        let (standing, _) = self.insider(caller, organization)?;
        let sight = Sight::of(standing);
        let found = self.find_member(sight, organization, name).await?;
        Ok(sight.shows(found))
    }

    /// Gives a member another role; for owners.
    pub async fn set_role(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        name: &str,
        role: Role,
    ) -> Result<OrganizationMember> {
        let actor = self.owner(caller, organization)?;
        let sight = Sight::WithEmail;
        let found = self.find_member(sight, organization, name).await?;
        let username = found.member.username;
        self.store
            .set_role(organization, &username, role, &actor)
            .await
            .map_err(impossible)?;
        self.settle().await;
        let since = self.find_member(sight, organization, username.as_str());
        Ok(sight.shows(since.await?))
    }

    /// Ends a membership, with the places in teams and the exceptions that
    /// come with it; for owners.
    pub async fn remove_member(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        name: &str,
    ) -> Result<()> {
        let actor = self.owner(caller, organization)?;
        let found = self.find_member(Sight::WithEmail, organization, name);
        let username = found.await?.member.username;
        self.store
            .remove_member(organization, &username, &actor)
            .await
            .map_err(impossible)?;
        self.settle().await;
        Ok(())
    }

    /// The member that is called so, or that there is none.
    pub(crate) async fn find_member(
        &self,
        sight: Sight,
        organization: &OrganizationName,
        name: &str,
    ) -> Result<MemberEntry> {
        let found = match (name.parse::<Username>(), sight) {
            (Ok(name), _) => {
                let key = MemberKey::Name(&name);
                self.store.member(organization, key).await
            }
            (Err(_), Sight::WithEmail) if name.contains('@') => {
                let key = MemberKey::Email(name);
                self.store.member(organization, key).await
            }
            (Err(_), _) => Ok(None),
        };
        match found {
            Ok(Some(found)) => Ok(found),
            Ok(None) | Err(StoreError::Text { .. }) => Err(no_such_member(organization, name)),
            Err(error) => Err(error.into()),
        }
    }
}

/// The same for somebody who is elsewhere and for nobody.
pub(crate) fn no_such_member(organization: &OrganizationName, name: impl Display) -> AdminError {
    AdminError::NotFound(format!(
        "there is no member {name} of {organization}; invite them first"
    ))
}

/// What contradicts what is there is, where Docker Hub knows no other status
/// for it, a request that cannot be met.
pub(crate) fn impossible(error: StoreError) -> AdminError {
    match error {
        StoreError::Conflict(conflict) => AdminError::Invalid(conflict.to_string()),
        other => other.into(),
    }
}
