//! Connections: accepting them, encrypting them, ending them in order.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use pullgate_gateway::{Peer, Scheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::certificate::Certificate;
use crate::config::TlsConfig;
use crate::failure::Failure;

/// How long a client may take to send a request's head, and a connection stay
/// idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest head of a request, in bytes. Beyond it the answer is 431.
const MAX_HEAD: usize = 64 * 1024;

/// How long running requests may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(30);

/// The most connections that a listener serves at once. More wait in the
/// system's queue.
const MOST_CONNECTIONS: usize = 16_384;

/// How long a client may leave what was sent to it unread.
const UNREAD: Duration = Duration::from_mins(2);

/// Tells listeners to stop.
pub(crate) type Stop = watch::Receiver<bool>;

/// Waits until told to stop.
pub(crate) async fn told(stop: &mut Stop) {
    // Whoever could tell being gone is as good as being told.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// What answers requests on a listener.
pub(crate) trait Handler: Clone + Send + Sync + 'static {
    /// The body of an answer.
    type Body: Body<Data: Send, Error: std::error::Error + Send + Sync> + Send + 'static;

    /// Answers one request.
    fn answer(
        &self,
        request: Request<Incoming>,
        peer: Peer,
    ) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// A bound address.
pub(crate) struct Listener {
    name: &'static str,
    tcp: TcpListener,
    tls: Option<Arc<Certificate>>,
}

impl Listener {
    /// Binds an address, and reads the certificate if it is to be encrypted.
    pub(crate) async fn bind(
        name: &'static str,
        address: SocketAddr,
        tls: Option<&TlsConfig>,
    ) -> Result<Self, Failure> {
        let tls = tls.map(Certificate::read).transpose()?.map(Arc::new);
        let tcp = TcpListener::bind(address).await.map_err(|error| {
            Failure::new(format!("cannot listen on {address} ({name}): {error}"))
                .hint("another program may use that port; choose another in the configuration, or port 0 for any free one")
        })?;
        Ok(Self { name, tcp, tls })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Where it is reached from this machine.
    pub(crate) fn url(&self) -> io::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.address()?))
    }

    /// Serves until told to stop, then lets running requests end.
    pub(crate) async fn run(self, handler: impl Handler, mut stop: Stop) {
        let graceful = GracefulShutdown::new();
        if let Some(certificate) = &self.tls {
            tokio::spawn(Arc::clone(certificate).follow(stop.clone()));
        }
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let acceptor = self.tls.as_ref().map(Certificate::acceptor);
        loop {
            let place = tokio::select! {
                () = told(&mut stop) => break,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            tokio::select! {
                () = told(&mut stop) => break,
                accepted = self.tcp.accept() => match accepted {
                    Ok((stream, address)) => {
                        let served = serve_one(
                            stream,
                            address,
                            acceptor.clone(),
                            handler.clone(),
                            graceful.watcher(),
                        );
                        tokio::spawn(async move {
                            served.await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, listener = self.name, "a connection could not be accepted");
                        // Out of descriptors, most likely: give some back first.
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
            }
        }
        drop(self.tcp);
        if tokio::time::timeout(DRAIN, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!(
                listener = self.name,
                "some requests had not ended {} seconds after the server was told to stop",
                DRAIN.as_secs()
            );
        }
    }
}

async fn serve_one(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    handler: impl Handler,
    watcher: Watcher,
) {
    // Blobs are written in large pieces; waiting to join small ones only
    // delays manifests.
    let _ = stream.set_nodelay(true);
    // Who never reads an answer must not hold a place for ever.
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, millis(UNREAD));
    let peer = move |scheme| Peer {
        address: address.ip().to_canonical(),
        scheme,
    };
    match acceptor {
        None => talk(stream, peer(Scheme::Http), handler, watcher).await,
        Some(acceptor) => {
            let handshake = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream));
            match handshake.await {
                Ok(Ok(stream)) => talk(stream, peer(Scheme::Https), handler, watcher).await,
                Ok(Err(error)) => tracing::debug!(%error, %address, "TLS handshake failed"),
                Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
            }
        }
    }
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    handler: impl Handler,
    watcher: Watcher,
) {
    let service = service_fn(move |request| {
        let handler = handler.clone();
        async move { Ok::<_, Infallible>(handler.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, address = %peer.address, "a connection ended early");
    }
}
