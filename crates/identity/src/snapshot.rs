//! The directory, as the store's snapshot has it.

use std::collections::HashMap;
use std::str::FromStr;

use pullgate_store::{PersonId, Snapshot, TokenRow};

use crate::access_token::TokenHash;
use crate::directory::{AccessToken, Directory, Membership, Person};
use crate::resources::Repositories;
use crate::scope::{Scope, reach_of};

impl Directory {
    /// The directory of everybody in the snapshot.
    pub fn build(snapshot: &Snapshot) -> Self {
        let mut memberships = memberships(snapshot);
        let people = snapshot.people.iter().map(|person| Person {
            id: person.id,
            username: person.username.clone(),
            password: person.password_hash.clone(),
            credentials_epoch: person.credentials_epoch,
            status: person.status,
            site_role: person.site_role,
            memberships: memberships.remove(&person.id).unwrap_or_default(),
        });
        let tokens = snapshot.tokens.iter().map(access_token);
        Self::new(snapshot.generation, people, tokens)
    }
}

fn memberships(snapshot: &Snapshot) -> HashMap<PersonId, Vec<Membership>> {
    let mut memberships: HashMap<PersonId, Vec<Membership>> = HashMap::new();
    for organization in &snapshot.organizations {
        for &(person, role) in &organization.members {
            memberships.entry(person).or_default().push(Membership {
                organization: organization.name.clone(),
                role,
                teams: Vec::new(),
            });
        }
        for (team, person) in &organization.team_members {
            // Whose last membership is not in this organization is no member
            // of it, and a team of it gives them nothing.
            let member = memberships.get_mut(person).and_then(|all| all.last_mut());
            if let Some(member) = member.filter(|last| last.organization == organization.name) {
                member.teams.push(team.clone());
            }
        }
    }
    memberships
}

fn access_token(row: &TokenRow) -> AccessToken {
    // A scope that is not known adds nothing.
    let known = |scope: &String| Scope::from_str(scope).ok();
    let scopes: Vec<Scope> = row.scopes.iter().filter_map(known).collect();
    AccessToken {
        id: row.id,
        hash: TokenHash::from_stored(row.hash),
        owner: row.owner.clone(),
        label: row.label.as_str().into(),
        reach: reach_of(&scopes),
        repositories: Repositories::of(row.resources.as_deref()),
        status: row.status,
        scopes,
        expires_at: row.expires_at,
    }
}
