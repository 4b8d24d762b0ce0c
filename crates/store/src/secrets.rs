//! Secrets that Pullgate makes for itself, once.

use crate::error::StoreError;
use crate::link::values;
use crate::secret::SecretBytes;
use crate::store::Store;

impl Store {
    /// The secret of this name. If there is none, the candidate becomes it; of
    /// several processes that try at once all get the same one back.
    pub async fn secret_or_insert(
        &self,
        name: &str,
        candidate: &SecretBytes,
    ) -> Result<SecretBytes, StoreError> {
        let mut work = self.db.write().await?;
        work.link()
            .execute(
                "INSERT INTO secrets (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                values![name, candidate.reveal()],
            )
            .await?;
        let (bytes,): (Vec<u8>,) = work
            .link()
            .only("SELECT bytes FROM secrets WHERE name = $1", values![name])
            .await?;
        work.commit().await?;
        Ok(bytes.into())
    }
}
