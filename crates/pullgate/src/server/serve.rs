//! Starting everything, and ending it in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use pullgate_access::Retention;
use pullgate_cache::Cache;
use pullgate_console::Console;
use pullgate_control::{Client, Control};
use pullgate_gateway::{Gateway, Peer, ReplyBody, Scheme};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

use super::connections::{Handler, Listener};
use super::ending::{End, Phase};
use super::first_link;
use super::forwarded::TrustedProxies;
use super::machinery::ServerMachinery;
use super::operations::Operations;
use super::parts::{Parts, clock, open_upstreams};
use super::poke;
use crate::config::Config;
use crate::failure::Failure;

/// How often the last use of access tokens is written.
const WRITE_USES: Duration = Duration::from_mins(1);

/// How often signing keys are looked at: several times in the minute that a
/// new one is published before it signs.
const LOOK_AT_KEYS: Duration = Duration::from_secs(20);

/// How often failed sign-ins that count no more are deleted.
const TIDY_FAILED_SIGN_INS: Duration = Duration::from_mins(1);

/// How long health and metrics may take to end, which comes last.
const LAST_LOOKS: Duration = Duration::from_secs(1);

/// How long the database may take over what is left to write at the end.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// A server that runs.
pub(crate) struct Running {
    /// Where container clients find it.
    pub(crate) gateway_url: String,
    /// Where the gateway listens.
    pub(crate) gateway_address: SocketAddr,
    /// Where people and tools find it.
    pub(crate) control_url: String,
    /// Where health and metrics are.
    pub(crate) operations_url: String,
    pub(crate) parts: Arc<Parts>,
    end: End,
    /// How long whoever comes is still served, and then what runs.
    drain: (Duration, Duration),
    listeners: JoinSet<()>,
    /// Health and metrics, which end last: whoever looks is to see how it ends.
    operations: (End, JoinSet<()>),
    background: JoinSet<()>,
}

/// Serves until a signal ends it.
pub(crate) async fn serve(config: &Config) -> Result<(), Failure> {
    let running = start(config).await?;
    let mut end = EndSignals::listen()?;
    tracing::info!(
        gateway = running.gateway_url,
        control = running.control_url,
        operations = running.operations_url,
        data = %config.data.display(),
        "pullgate is ready"
    );
    first_link::show(config, &running).await?;
    end.received().await;
    let cut_short = async {
        end.received().await;
        tracing::warn!("told to stop once more: what still runs is cut");
    };
    running.stop(cut_short).await;
    tracing::info!("stopped");
    Ok(())
}

/// Starts a server.
pub(crate) async fn start(config: &Config) -> Result<Running, Failure> {
    allow_many_files();
    warn_of_opened_networks(config);
    // What can be wrong with the configuration comes first: nothing is made or
    // changed for one that cannot be used.
    let upstreams = open_upstreams(config)?;
    let parts = Arc::new(Parts::open(config).await?);
    let cache = open_cache(config).await?;
    let machinery = Arc::new(ServerMachinery::new(cache.clone(), upstreams.clone()));
    let proxies = TrustedProxies::new(&config.trusted_proxies);
    let gateway = GatewayHandler {
        gateway: Arc::new(parts.gateway(config, upstreams, cache.clone())?),
        proxies: proxies.clone(),
    };
    let (end, ending) = End::new();
    let operations = Operations::new(Arc::clone(&parts), cache, ending.clone());
    let operations = OperationsHandler(Arc::new(operations));

    let gateway_listener = Listener::bind(
        "gateway",
        config.gateway.listen,
        config.gateway.tls.as_ref(),
    )
    .await?;
    let control_listener = Listener::bind(
        "control",
        config.control.listen,
        config.control.tls.as_ref(),
    )
    .await?;
    let operations_listener = Listener::bind("operations", config.operations.listen, None).await?;

    let gateway_port = gateway_listener.address()?.port();
    let control = ControlHandler {
        control: parts.control(config, Arc::clone(&machinery), gateway_port),
        console: parts.console(config, gateway_port, machinery),
        proxies,
    };
    poke::listen(&config.data, Arc::clone(&parts), ending.clone())?;
    let (operations_end, operations_ending) = End::new();
    let mut running = Running {
        gateway_url: gateway_listener.url()?,
        gateway_address: gateway_listener.address()?,
        control_url: control_listener.url()?,
        operations_url: operations_listener.url()?,
        background: background(&parts, config),
        parts,
        end,
        drain: (config.drain_delay, config.drain_timeout),
        listeners: JoinSet::new(),
        operations: (operations_end, JoinSet::new()),
    };
    let listeners = &mut running.listeners;
    listeners.spawn(gateway_listener.run(gateway, ending.clone()));
    listeners.spawn(control_listener.run(control, ending));
    let last = &mut running.operations.1;
    last.spawn(operations_listener.run(operations, operations_ending));
    Ok(running)
}

impl Running {
    /// Ends in order: whoever comes is told to go elsewhere, then refused,
    /// running requests come to their end, and what is still to be written is
    /// written. `cut_short` ends what has not ended by then.
    pub(crate) async fn stop(mut self, cut_short: impl Future<Output = ()>) {
        let drained = tokio::select! {
            drained = drain(&self.end, self.drain, &mut self.listeners) => drained,
            () = cut_short => false,
        };
        if !drained {
            self.end.enter(Phase::Cut);
            all_of(&mut self.listeners).await;
        }
        self.background.shutdown().await;
        self.parts.recorder.finish().await;
        let uses = tokio::time::timeout(LAST_WRITES, self.parts.identity.flush_uses());
        match uses.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the last use of access tokens could not be written");
            }
            Err(_) => tracing::warn!("the database does not answer any more"),
        }
        let (end, mut operations) = self.operations;
        end.enter(Phase::Closing);
        let _ = tokio::time::timeout(LAST_LOOKS, all_of(&mut operations)).await;
        operations.shutdown().await;
        let _ = tokio::time::timeout(LAST_WRITES, self.parts.store.close()).await;
    }
}

/// Serves for another while, then refuses whoever comes and lets running
/// requests end. Whether all of them did.
async fn drain(
    end: &End,
    (delay, limit): (Duration, Duration),
    listeners: &mut JoinSet<()>,
) -> bool {
    end.enter(Phase::Leaving);
    if !delay.is_zero() {
        tracing::info!(
            ?delay,
            "stopping: not ready any more, and serving for a while"
        );
        tokio::time::sleep(delay).await;
    }
    tracing::info!(
        ?limit,
        "stopping: no new connections, running pulls may end"
    );
    end.enter(Phase::Closing);
    let drained = tokio::time::timeout(limit, all_of(listeners)).await.is_ok();
    if !drained {
        tracing::warn!(
            ?limit,
            "some requests have not ended in the time that drain_timeout gives them"
        );
    }
    drained
}

async fn all_of(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

/// What runs beside the listeners.
fn background(parts: &Arc<Parts>, config: &Config) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let spare = || Arc::clone(parts);
    let all = spare();
    tasks.spawn(async move { all.door.follow().await });
    let all = spare();
    tasks.spawn(async move { all.recorder.run().await });
    let retention = Retention::new(parts.store.clone(), clock(), config.decisions.keep_for);
    tasks.spawn(async move { retention.run().await });
    let all = spare();
    tasks.spawn(async move { Arc::clone(&all.catalog).keep_fresh().await });
    let all = spare();
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(WRITE_USES).await;
            if let Err(error) = all.identity.flush_uses().await {
                tracing::warn!(%error, "the last use of access tokens could not be written yet");
            }
        }
    });
    let all = spare();
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(TIDY_FAILED_SIGN_INS).await;
            if let Err(error) = all.identity.tidy_failed_sign_ins().await {
                tracing::warn!(%error, "failed sign-ins that count no more could not be deleted yet");
            }
        }
    });
    let all = spare();
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(LOOK_AT_KEYS).await;
            if let Err(error) = all.identity.tend_keys().await {
                tracing::warn!(%error, "the signing keys could not be looked at");
            }
        }
    });
    tasks
}

/// A connection takes a descriptor, and a blob that is read another. Systems
/// often give 1,024 and allow many more to who asks.
fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::warn!(%error, "the number of open files could not be raised");
    }
}

/// Who pulls without signing in is known by their address alone.
fn warn_of_opened_networks(config: &Config) {
    for opened in &config.opened_networks {
        tracing::warn!(
            network = %opened.network,
            organization = %opened.organization,
            "pulls without signing in are open to this network. If a proxy or address \
             translation inside it stands in front of the gateway, they are open to whoever \
             comes through that, unless the proxy is named in trusted_proxies"
        );
    }
}

async fn open_cache(config: &Config) -> Result<Cache, Failure> {
    let folder = config.data.join("cache");
    let opened = tokio::task::spawn_blocking(move || {
        Cache::open(&folder, pullgate_cache::Settings::default())
    });
    opened
        .await
        .map_err(|error| Failure::new(format!("the cache could not be opened: {error}")))?
        .map_err(|error| Failure::new(format!("the cache could not be opened: {error}")))
}

/// Ctrl-C, or a request to end. Listened to before anybody is told that the
/// server runs: who ends it right after that ends it in order.
pub(crate) struct EndSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl EndSignals {
    /// From here on these signals no longer end the process by themselves.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one of them.
    pub(crate) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The gateway behind a listener.
#[derive(Clone)]
struct GatewayHandler {
    gateway: Arc<Gateway>,
    proxies: TrustedProxies,
}

impl Handler for GatewayHandler {
    type Body = ReplyBody;

    async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Response<ReplyBody> {
        let peer = self.proxies.client(peer, request.headers());
        self.gateway.handle(request, peer).await
    }
}

/// The API and the console behind a listener.
#[derive(Clone)]
struct ControlHandler {
    control: Control,
    console: Console,
    proxies: TrustedProxies,
}

/// What the first part of a path is in the API; all else is the console's.
const API: [&str; 4] = ["v2", "api", "docs", "openapi.json"];

impl Handler for ControlHandler {
    type Body = axum::body::Body;

    async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Response<Self::Body> {
        let peer = self.proxies.client(peer, request.headers());
        let address = peer.address;
        let first = request.uri().path().split('/').nth(1).unwrap_or_default();
        if API.contains(&first) {
            return self.control.handle(request, Client { address }).await;
        }
        let scheme = match peer.scheme {
            Scheme::Https => pullgate_console::Scheme::Https,
            Scheme::Http => pullgate_console::Scheme::Http,
        };
        let client = pullgate_console::Client { address, scheme };
        self.console.handle(request, client).await
    }
}

/// Health and metrics behind a listener.
#[derive(Clone)]
struct OperationsHandler(Arc<Operations>);

impl Handler for OperationsHandler {
    type Body = http_body_util::Full<bytes::Bytes>;

    async fn answer(&self, request: Request<Incoming>, _: Peer) -> Response<Self::Body> {
        self.0.answer(request.method(), request.uri().path())
    }
}
