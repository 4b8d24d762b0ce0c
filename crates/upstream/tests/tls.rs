//! Certificates are always verified. THREATS: "TLS silently off".
#![allow(clippy::unwrap_used, reason = "test code outside test functions, too")]

mod standin;

use std::net::SocketAddr;
use std::sync::Arc;

use pullgate_upstream::{ConfigError, Credentials, Parts, Upstream, UpstreamConfig, UpstreamError};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use standin::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A server with a certificate of its own authority, that answers every request
/// with the same bytes.
struct Secured {
    address: SocketAddr,
    authority: String,
    task: JoinHandle<()>,
}

impl Secured {
    async fn start(answer: String) -> Self {
        let (acceptor, authority) = certified();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self {
            address,
            authority,
            task,
        }
    }

    fn config(&self) -> UpstreamConfig {
        config(&format!("https://{}", self.address))
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn certified() -> (TlsAcceptor, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    (
        TlsAcceptor::from(Arc::new(config)),
        authority_certificate.pem(),
    )
}

fn manifest_response() -> String {
    let body = manifest_text();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {OCI_MANIFEST}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn pull(config: &UpstreamConfig) -> Result<(), UpstreamError> {
    made(config)
        .manifest(&repository(), &latest(), &Credentials::Anonymous)
        .await
        .map(|_| ())
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_a_configured_one_accepted() {
    let registry = Secured::start(manifest_response()).await;
    let mut config = registry.config();
    let error = pull(&config).await.unwrap_err();
    assert!(
        matches!(&error, UpstreamError::Unavailable { reason } if reason.contains("certificate")),
        "{error}"
    );

    config.ca_file = Some("authority.pem".into());
    assert!(matches!(
        Upstream::new(&config, &Parts::system()),
        Err(ConfigError::Unread("ca_file"))
    ));
    config
        .read_files(|_| Ok(registry.authority.clone().into_bytes()))
        .unwrap();
    pull(&config).await.unwrap();

    // Another authority does not help.
    config.ca = Some(certified().1);
    assert!(matches!(
        pull(&config).await,
        Err(UpstreamError::Unavailable { .. })
    ));
}

/// THREATS: "TLS verification on the token path too".
#[tokio::test]
async fn a_token_service_with_an_unknown_authority_is_refused() {
    let service = Secured::start(String::new()).await;
    let realm = format!("https://{}/token", service.address);
    let registry = StandIn::start(move |_| {
        let text = format!("Bearer realm=\"{realm}\"");
        answer(401, &[("www-authenticate", &text)], "")
    })
    .await;
    let mut config = config(&registry.url());
    config.realms = vec![service.address.to_string().parse().unwrap()];
    let error = made(&config)
        .manifest(&repository(), &latest(), &login())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, UpstreamError::Unavailable { reason } if reason.contains("certificate")),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_refused_even_to_a_listed_host() {
    let storage = StandIn::start(|_| manifest_answer()).await;
    let head = format!(
        "HTTP/1.1 307 Moved\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n",
        storage.url()
    );
    let registry = Secured::start(head).await;
    let mut config = registry.config();
    config.ca = Some(registry.authority.clone());
    config.redirects = vec![storage.address.to_string().parse().unwrap()];
    let error = pull(&config).await.unwrap_err();
    assert!(
        matches!(&error, UpstreamError::Refused { reason } if reason.contains("https")),
        "{error}"
    );
    assert!(storage.seen().is_empty());
}

#[test]
fn certificates_that_are_none_are_a_configuration_error() {
    for ca in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ] {
        let mut config = UpstreamConfig::new("quay.io");
        config.ca = Some(ca.to_owned());
        let made = Upstream::new(&config, &Parts::system());
        assert!(made.is_err(), "{ca}");
    }
}
