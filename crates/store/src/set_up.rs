//! The first organization and its owner, made as one.

use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;

use crate::actor::Actor;
use crate::change::Change;
use crate::error::{Conflict, StoreError};
use crate::link::values;
use crate::people::{NewPerson, Person, SiteRole};
use crate::store::Store;

/// What the first person says of themselves and their organization.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The organization's name.
    pub organization: OrganizationName,
    /// Its name as people write it.
    pub display_name: String,
    /// Its first namespace, if it has one.
    pub namespace: Option<Pattern>,
    /// The person: its owner, and the site's first administrator.
    pub owner: NewPerson,
}

impl Store {
    /// Sets an installation up, by the link whose hash is given. All of it is
    /// made or nothing; afterwards there is no link any more. Refused if the
    /// link is not one, has ended, or somebody was faster.
    pub async fn set_up(&self, hash: &[u8; 32], set_up: SetUp) -> Result<Person, StoreError> {
        let actor = Actor::Person(set_up.owner.username.clone());
        let mut change = self.change(&actor).await?;
        change.redeem_setup_link(hash).await?;
        let person = change
            .insert_person(set_up.owner, SiteRole::Administrator)
            .await?;
        change.also(person.creation()).await?;
        let (name, display_name) = (&set_up.organization, &*set_up.display_name);
        let made = change
            .insert_organization(name, display_name, &person)
            .await?;
        match &set_up.namespace {
            None => change.commit(made.entry(name)).await?,
            Some(pattern) => {
                change.also(made.entry(name)).await?;
                change.insert_namespace(name, pattern).await?;
                change
                    .commit(crate::namespaces::addition(name, pattern))
                    .await?;
            }
        }
        Ok(person)
    }
}

impl Change<'_> {
    /// Uses a link up, and with it all others.
    async fn redeem_setup_link(&mut self, hash: &[u8; 32]) -> Result<(), StoreError> {
        let now = self.at();
        let (people,): (i64,) = self
            .link()
            .only("SELECT count(*) FROM people", values![])
            .await?;
        if people > 0 {
            return Err(Conflict::SetUpBefore.into());
        }
        let good = self
            .link()
            .execute(
                "DELETE FROM setup_links WHERE hash = $1 AND ends_at > $2",
                values![&hash[..], now],
            )
            .await?;
        if good == 0 {
            return Err(StoreError::not_found("set-up link", "of this address"));
        }
        self.link()
            .execute("DELETE FROM setup_links", values![])
            .await?;
        Ok(())
    }
}
