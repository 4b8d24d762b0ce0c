//! Connections: accepting them, encrypting them, ending them in order.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONNECTION;
use http::{HeaderValue, Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use pullgate_gateway::{Peer, Scheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::certificate::Certificate;
use super::ending::{Ending, Phase};
use crate::config::TlsConfig;
use crate::failure::Failure;

/// How long a client may take to send a request's head, and a connection stay
/// idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest head of a request, in bytes. Beyond it the answer is 431.
const MAX_HEAD: usize = 64 * 1024;

/// How long after new connections are refused one may still send a request on
/// a connection that is there: it may be under way already. It is answered, and
/// the connection ends with it.
const LAST_REQUESTS: Duration = Duration::from_millis(500);

/// The most connections that a listener serves at once. More wait in the
/// system's queue.
const MOST_CONNECTIONS: usize = 16_384;

/// The most connections that wait in the system's queue and are still let in
/// when the server closes.
const MOST_WAITING: usize = 1024;

/// How long a client may leave what was sent to it unread.
const UNREAD: Duration = Duration::from_mins(2);

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

    /// Serves until the server closes, lets running requests end, and cuts
    /// what has not ended when it is told to.
    pub(crate) async fn run(self, handler: impl Handler, mut ending: Ending) {
        if let Some(certificate) = &self.tls {
            tokio::spawn(Arc::clone(certificate).follow(ending.clone()));
        }
        let mut connections = self.accept(&handler, &ending).await;
        drop(self.tcp);
        tokio::select! {
            () = all_of(&mut connections) => {}
            () = ending.reached(Phase::Cut) => {
                if !connections.is_empty() {
                    tracing::warn!(
                        listener = self.name,
                        connections = connections.len(),
                        "connections are cut in the middle of a request"
                    );
                }
                // Waits until they are gone, so that what they would have
                // written down at their end is written.
                connections.shutdown().await;
            }
        }
    }

    /// Lets clients in until the server closes; gives their connections.
    async fn accept(&self, handler: &impl Handler, ending: &Ending) -> JoinSet<()> {
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let acceptor = self.tls.as_ref().map(Certificate::acceptor);
        let mut connections = JoinSet::new();
        let let_in = |(stream, address), place, connections: &mut JoinSet<()>| {
            let (acceptor, handler) = (acceptor.clone(), handler.clone());
            let served = serve_one(stream, address, acceptor, handler, ending.clone());
            connections.spawn(async move {
                served.await;
                drop(place);
            });
        };
        let mut closing = ending.clone();
        loop {
            let place = tokio::select! {
                () = closing.reached(Phase::Closing) => break,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            let accepted = tokio::select! {
                () = closing.reached(Phase::Closing) => break,
                Some(_) = connections.join_next() => continue,
                accepted = self.tcp.accept() => accepted,
            };
            match accepted {
                Ok(client) => let_in(client, place, &mut connections),
                Err(error) => {
                    tracing::warn!(%error, listener = self.name, "a connection could not be accepted");
                    // Out of descriptors, most likely: give some back first.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        // The system has told these that they are connected.
        for _ in 0..MOST_WAITING {
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                break;
            };
            match tokio::time::timeout(Duration::ZERO, self.tcp.accept()).await {
                Ok(Ok(client)) => let_in(client, Ok(place), &mut connections),
                Ok(Err(_)) | Err(_) => break,
            }
        }
        connections
    }
}

async fn all_of(connections: &mut JoinSet<()>) {
    while connections.join_next().await.is_some() {}
}

async fn serve_one(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    handler: impl Handler,
    ending: Ending,
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
        None => talk(stream, peer(Scheme::Http), handler, ending).await,
        Some(acceptor) => {
            let handshake = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream));
            match handshake.await {
                Ok(Ok(stream)) => talk(stream, peer(Scheme::Https), handler, ending).await,
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
    ending: Ending,
) {
    let told = ending.clone();
    let service = service_fn(move |request| {
        let handler = handler.clone();
        let leaving = told.phase() > Phase::Serving;
        async move {
            let mut response = handler.answer(request, peer).await;
            if leaving {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = no_more_requests(ending) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, address = %peer.address, "a connection ended early");
    }
}

async fn no_more_requests(mut ending: Ending) {
    ending.reached(Phase::Closing).await;
    tokio::time::sleep(LAST_REQUESTS).await;
}
