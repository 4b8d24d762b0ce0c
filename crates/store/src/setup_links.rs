//! Links by which the first person sets an installation up.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::link::values;
use crate::store::Store;

impl Store {
    /// Keeps the keyed hash of a link's secret until `ends_at`, and says
    /// whether it did: not if there is somebody already, for then nothing is
    /// left to set up.
    pub async fn add_setup_link(
        &self,
        hash: &[u8; 32],
        ends_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let mut work = self.db.write().await?;
        work.link()
            .execute("DELETE FROM setup_links WHERE ends_at <= $1", values![now])
            .await?;
        let kept = work
            .link()
            .execute(
                "INSERT INTO setup_links (hash, made_at, ends_at)
                 SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM people)",
                values![&hash[..], now, ends_at],
            )
            .await?;
        work.commit().await?;
        Ok(kept == 1)
    }

    /// Whether a link of this hash can still be used.
    pub async fn has_setup_link(&self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let (found,): (i64,) = self
            .db
            .reader()
            .await?
            .link()
            .only(
                "SELECT count(*) FROM setup_links
                 WHERE hash = $1 AND ends_at > $2 AND NOT EXISTS (SELECT 1 FROM people)",
                values![&hash[..], self.now()],
            )
            .await?;
        Ok(found == 1)
    }
}
