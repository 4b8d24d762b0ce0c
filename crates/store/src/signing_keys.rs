//! The keys with which bearer tokens are signed.

use jiff::Timestamp;

use crate::actor::Actor;
use crate::change::Entry;
use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::history::Action;
use crate::link::{Link, values};
use crate::secret::SecretBytes;
use crate::store::Store;

/// A key with which bearer tokens are, or were, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name in a token's header.
    pub kid: String,
    /// The private key as PKCS#8 in DER.
    pub private_der: SecretBytes,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it signs no more and is only there to verify.
    pub retired_at: Option<Timestamp>,
}

/// Whether a new key was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAdded {
    /// It was.
    Yes,
    /// Another process has added one since.
    Overtaken,
}

impl Store {
    /// Keeps a new key after `newest`, the newest that signs, if there is any:
    /// of several processes that each find that it is time for a new one, one
    /// adds it. Adding, retiring and deleting a key are changes, so that every
    /// replica notices.
    pub async fn add_signing_key(
        &self,
        newest: Option<&str>,
        kid: &str,
        private_der: &SecretBytes,
        created_at: Timestamp,
        actor: &Actor,
    ) -> Result<KeyAdded, StoreError> {
        check_text("name of the key", kid, 200)?;
        let mut change = self.change(actor).await?;
        let found: Option<(String,)> = change
            .link()
            .first(
                "SELECT kid FROM signing_keys WHERE retired_at IS NULL
                 ORDER BY created_at DESC, kid DESC LIMIT 1",
                values![],
            )
            .await?;
        if found.as_ref().map(|(kid,)| kid.as_str()) != newest {
            return Ok(KeyAdded::Overtaken);
        }
        let made = change
            .link()
            .execute(
                "INSERT INTO signing_keys (kid, private_der, created_at) VALUES ($1, $2, $3)
                 ON CONFLICT (kid) DO NOTHING",
                values![kid, private_der.reveal(), created_at],
            )
            .await?;
        if made == 0 {
            return Err(StoreError::already_exists("signing key", kid));
        }
        change.commit(entry(Action::SigningKeyAdded, kid)).await?;
        Ok(KeyAdded::Yes)
    }

    /// All keys, newest first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        read(self.db.reader().await?.link()).await
    }

    /// Lets a key sign no more from now on. Nothing happens if it was retired
    /// before.
    pub async fn retire_signing_key(&self, kid: &str, actor: &Actor) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let found: Option<(Option<i64>,)> = change
            .link()
            .first(
                "SELECT retired_at FROM signing_keys WHERE kid = $1",
                values![kid],
            )
            .await?;
        match found {
            None => return Err(StoreError::not_found("signing key", kid)),
            Some((Some(_),)) => return Ok(()),
            Some((None,)) => {}
        }
        let at = change.at();
        change
            .link()
            .execute(
                "UPDATE signing_keys SET retired_at = $1 WHERE kid = $2",
                values![at, kid],
            )
            .await?;
        change.commit(entry(Action::SigningKeyRetired, kid)).await
    }

    /// Forgets a key: what it has signed is not accepted any more.
    pub async fn delete_signing_key(&self, kid: &str, actor: &Actor) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let deleted = change
            .link()
            .execute("DELETE FROM signing_keys WHERE kid = $1", values![kid])
            .await?;
        if deleted == 0 {
            return Err(StoreError::not_found("signing key", kid));
        }
        change.commit(entry(Action::SigningKeyDeleted, kid)).await
    }
}

/// All keys, newest first.
pub(crate) async fn read(link: Link<'_>) -> Result<Vec<SigningKey>, StoreError> {
    let found: Vec<(String, Vec<u8>, i64, Option<i64>)> = link
        .all(
            "SELECT kid, private_der, created_at, retired_at FROM signing_keys
             ORDER BY created_at DESC, kid",
            values![],
        )
        .await?;
    found
        .into_iter()
        .map(|(kid, private_der, created_at, retired_at)| {
            let place = Place {
                what: "signing key",
                name: &kid,
            };
            Ok(SigningKey {
                private_der: private_der.into(),
                created_at: place.time(created_at)?,
                retired_at: place.time_some(retired_at)?,
                kid,
            })
        })
        .collect()
}

/// What the history tells of a key: nothing but its name.
fn entry(action: Action, kid: &str) -> Entry<'_> {
    Entry {
        organization: None,
        action,
        subject: kid,
        before: None,
        after: None,
    }
}
