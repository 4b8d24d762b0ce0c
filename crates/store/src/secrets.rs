//! Secrets that Pullgate makes for itself, once.

use crate::error::StoreError;
use crate::secret::SecretBytes;
use crate::store::Store;

impl Store {
    /// The secret of this name. If there is none, the candidate becomes it; of
    /// several processes that try at once all get the same one back.
    pub async fn secret_or_insert(
        &self,
        _name: &str,
        _candidate: &SecretBytes,
    ) -> Result<SecretBytes, StoreError> {
        todo!()
    }
}
