//! What is known of Docker Hub's namespaces: for everybody to look up, and for
//! site administrators to carry from one site to another.

use pullgate_catalog::{Document, ImportError, ImportReport, Knowledge, Namespace};
use pullgate_reference::{Registry, Repository};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

impl Admin {
    /// What is known of a namespace, without asking Docker Hub; for people who
    /// have signed in.
    pub fn namespace_badge(&self, caller: &Caller, namespace: &Namespace) -> Result<Knowledge> {
        Self::person(caller)?;
        let any = Repository::new(&Registry::docker_hub(), &format!("{namespace}/any"));
        let any = any.map_err(|error| AdminError::Invalid(error.to_string()))?;
        Ok(self.catalog.known(&any))
    }

    /// All that has been learnt; for site administrators.
    pub fn export_catalog(&self, caller: &Caller) -> Result<Document> {
        self.site_administrator(caller)?;
        Ok(self.catalog.export())
    }

    /// Whether the caller may import a catalog: to be asked before a large
    /// document is read.
    pub fn may_import_catalog(&self, caller: &Caller) -> Result<()> {
        self.site_administrator(caller).map(drop)
    }

    /// Takes over what another site has learnt, where it is more recent; for
    /// site administrators. All of it is checked before any of it is kept.
    pub async fn import_catalog(
        &self,
        caller: &Caller,
        document: &Document,
    ) -> Result<ImportReport> {
        self.may_import_catalog(caller)?;
        let imported = self.catalog.import(document).await;
        imported.map_err(|error| match error {
            ImportError::Store(error) => error.into(),
            other => AdminError::Invalid(format!("nothing was imported: {other}")),
        })
    }
}
