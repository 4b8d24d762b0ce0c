//! Who belongs to an organization, and in which role.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Role, Username};
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::Place;
use crate::error::{Conflict, StoreError};
use crate::history::Action;
use crate::ids::PersonId;
use crate::link::values;
use crate::people::AccountStatus;
use crate::store::Store;

/// A person in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// The person's name.
    pub username: Username,
    /// The person's e-mail address; empty if there is none.
    pub email: String,
    /// Whether the person can sign in.
    pub status: AccountStatus,
    /// The role.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
}

/// An organization that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// The organization.
    pub organization: OrganizationName,
    /// Its name as people write it.
    pub display_name: String,
    /// The person's role in it.
    pub role: Role,
}

/// The word for a role in the database.
pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Member => "member",
    }
}

/// The columns of a member.
#[derive(sqlx::FromRow)]
pub(crate) struct MemberColumns {
    person: String,
    username: String,
    email: String,
    status: String,
    role: String,
    since: i64,
}

impl MemberColumns {
    pub(crate) fn read(self) -> Result<Member, StoreError> {
        let place = Place {
            what: "membership",
            name: &self.username,
        };
        Ok(Member {
            person: place.parse(&self.person)?,
            username: place.parse(&self.username)?,
            status: place.word(&self.status)?,
            role: place.word(&self.role)?,
            since: place.time(self.since)?,
            email: self.email,
        })
    }
}

impl Store {
    /// Makes a person a member of an organization, or gives a member another
    /// role. The last active owner cannot be demoted.
    pub async fn set_member(
        &self,
        organization: &OrganizationName,
        username: &Username,
        role: Role,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let person = change.person(username).await?.id;
        change.give_role(organization, username, person, role).await
    }

    /// Gives a member another role. The last active owner cannot be demoted.
    pub async fn set_role(
        &self,
        organization: &OrganizationName,
        username: &Username,
        role: Role,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let person = change.member(organization, username).await?;
        change.give_role(organization, username, person, role).await
    }

    /// Ends a membership, with the person's places in teams, the exceptions
    /// made for the person and what the person has asked for. The last active
    /// owner cannot be removed.
    pub async fn remove_member(
        &self,
        organization: &OrganizationName,
        username: &Username,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let person = change.member(organization, username).await?;
        let role = change.role(organization, person).await?;
        if role == Some(Role::Owner) {
            change
                .check_other_owner(organization, username, person)
                .await?;
        }
        let teams: Vec<(String,)> = change
            .link()
            .all(
                "SELECT team FROM team_members WHERE organization = $1 AND person = $2
                 ORDER BY team",
                values![organization, person],
            )
            .await?;
        let teams: Vec<_> = teams.into_iter().map(|(team,)| team).collect();
        // Places in teams end with the membership.
        change
            .link()
            .execute(
                "DELETE FROM members WHERE organization = $1 AND person = $2",
                values![organization, person],
            )
            .await?;
        // Who comes back must not find an old allowance.
        let at = change.at();
        let ended = change
            .link()
            .execute(
                "UPDATE exceptions SET ends_at = $1
                 WHERE organization = $2 AND person = $3 AND ends_at > $1",
                values![at, organization, username],
            )
            .await?;
        let requests = change.withdraw_all_requests(organization, person).await?;
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::MemberRemoved,
                subject: username.as_str(),
                before: Some(json!({
                    "role": role,
                    "teams": teams,
                    "exceptions": ended,
                    "requests": requests,
                })),
                after: None,
            })
            .await
    }

    /// The members of an organization, by name.
    pub async fn members(
        &self,
        organization: &OrganizationName,
    ) -> Result<Vec<Member>, StoreError> {
        let found: Vec<MemberColumns> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT members.person, people.username, people.email, people.status,
                     members.role, members.since
                 FROM members JOIN people ON people.id = members.person
                 WHERE members.organization = $1
                 ORDER BY people.username",
                values![organization],
            )
            .await?;
        found.into_iter().map(MemberColumns::read).collect()
    }

    /// The organizations that a person belongs to, by name.
    pub async fn organizations_of(&self, person: PersonId) -> Result<Vec<Belonging>, StoreError> {
        let found: Vec<(String, String, String)> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT organizations.name, organizations.display_name, members.role
                 FROM members JOIN organizations ON organizations.name = members.organization
                 WHERE members.person = $1
                 ORDER BY organizations.name",
                values![person],
            )
            .await?;
        let read = |(name, display_name, role): (String, String, String)| {
            let place = Place {
                what: "membership",
                name: &name,
            };
            Ok(Belonging {
                organization: place.parse(&name)?,
                role: place.word(&role)?,
                display_name,
            })
        };
        found.into_iter().map(read).collect()
    }
}

impl Change<'_> {
    /// Who a member is; the person must be one.
    pub(crate) async fn member(
        &mut self,
        organization: &OrganizationName,
        username: &Username,
    ) -> Result<PersonId, StoreError> {
        let found: Option<(String,)> = self
            .link()
            .first(
                "SELECT people.id FROM people JOIN members ON members.person = people.id
                 WHERE members.organization = $1 AND people.username = $2",
                values![organization, username],
            )
            .await?;
        let (id,) = found.ok_or_else(|| {
            StoreError::not_found("member", &format!("{username} of {organization}"))
        })?;
        let place = Place {
            what: "person",
            name: username.as_str(),
        };
        place.parse(&id)
    }

    /// Gives a person a role, and ends the change; nothing happens if they
    /// have it.
    async fn give_role(
        mut self,
        organization: &OrganizationName,
        username: &Username,
        person: PersonId,
        role: Role,
    ) -> Result<(), StoreError> {
        let before = self.role(organization, person).await?;
        if before == Some(role) {
            return Ok(());
        }
        if before == Some(Role::Owner) {
            self.check_other_owner(organization, username, person)
                .await?;
        }
        let action = match before {
            None => Action::MemberAdded,
            Some(_) => Action::RoleChanged,
        };
        self.put_member(organization, person, role).await?;
        self.commit(Entry {
            organization: Some(organization),
            action,
            subject: username.as_str(),
            before: before.map(|role| json!(role)),
            after: Some(json!(role)),
        })
        .await
    }

    /// Writes that a person has a role in an organization.
    pub(crate) async fn put_member(
        &mut self,
        organization: &OrganizationName,
        person: PersonId,
        role: Role,
    ) -> Result<(), StoreError> {
        let at = self.at();
        self.link()
            .execute(
                "INSERT INTO members (organization, person, role, since) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (organization, person) DO UPDATE SET role = excluded.role",
                values![organization, person, role_word(role), at],
            )
            .await?;
        Ok(())
    }

    /// The role of a person, if it is a member.
    pub(crate) async fn role(
        &mut self,
        organization: &OrganizationName,
        person: PersonId,
    ) -> Result<Option<Role>, StoreError> {
        let found: Option<(String,)> = self
            .link()
            .first(
                "SELECT role FROM members WHERE organization = $1 AND person = $2",
                values![organization, person],
            )
            .await?;
        let place = Place {
            what: "members",
            name: organization.as_str(),
        };
        found.map(|(role,)| place.word(&role)).transpose()
    }

    /// That somebody else is an owner, and can sign in.
    async fn check_other_owner(
        &mut self,
        organization: &OrganizationName,
        username: &Username,
        person: PersonId,
    ) -> Result<(), StoreError> {
        let other: Option<(String,)> = self
            .link()
            .first(
                "SELECT people.id FROM people JOIN members ON members.person = people.id
                 WHERE members.organization = $1 AND members.role = 'owner'
                     AND people.status = 'active' AND people.id <> $2
                 LIMIT 1",
                values![organization, person],
            )
            .await?;
        match other {
            Some(_) => Ok(()),
            None => Err(Conflict::LastOwner {
                organization: organization.clone(),
                username: username.clone(),
            }
            .into()),
        }
    }
}
