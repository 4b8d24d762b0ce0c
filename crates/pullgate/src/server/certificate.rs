//! A certificate from files, read again when they change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::ending::{Ending, Phase};
use crate::config::TlsConfig;
use crate::failure::Failure;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// A certificate and its key, as the files held them last.
pub(crate) struct Certificate {
    files: TlsConfig,
    current: ArcSwap<CertifiedKey>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads a certificate and its key.
    pub(crate) fn read(files: &TlsConfig) -> Result<Self, Failure> {
        Ok(Self {
            current: ArcSwap::from_pointee(load(files)?),
            files: files.clone(),
        })
    }

    /// What encrypts connections with whatever the certificate is by then.
    pub(crate) fn acceptor(self: &Arc<Self>) -> TlsAcceptor {
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        // HTTP/2 has no reason phrase, and the reason is what people read.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    /// Reads the files again whenever they have changed. A pair that does not
    /// fit together, as in the middle of a renewal, is left aside.
    pub(crate) async fn follow(self: Arc<Self>, mut ending: Ending) {
        let mut seen = self.stamp().await;
        loop {
            tokio::select! {
                () = ending.reached(Phase::Closing) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let now = self.stamp().await;
            if now == seen {
                continue;
            }
            seen = now;
            match load(&self.files) {
                Ok(renewed) => {
                    self.current.store(Arc::new(renewed));
                    tracing::info!(certificate = %self.files.certificate.display(), "certificate renewed");
                }
                Err(failure) => {
                    tracing::error!(%failure, "the certificate has changed and cannot be used; the one before stays");
                }
            }
        }
    }

    /// What tells that the files have changed.
    async fn stamp(&self) -> [Option<(std::time::SystemTime, u64)>; 2] {
        [
            stamp(&self.files.certificate).await,
            stamp(&self.files.key).await,
        ]
    }
}

async fn stamp(path: &Path) -> Option<(std::time::SystemTime, u64)> {
    let metadata = tokio::fs::metadata(path).await.ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

fn load(files: &TlsConfig) -> Result<CertifiedKey, Failure> {
    let unusable = |path: &PathBuf, reason: &dyn fmt::Display| {
        Failure::new(format!("{} cannot be used: {reason}", path.display()))
            .hint("give a certificate chain and its private key as PEM files")
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(unusable(&files.certificate, &"it holds no certificate"));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    let key =
        aws_lc_rs::sign::any_supported_type(&key).map_err(|error| unusable(&files.key, &error))?;
    let certified = CertifiedKey::new(chain, key);
    certified
        .keys_match()
        .map_err(|error| unusable(&files.key, &error))?;
    Ok(certified)
}
