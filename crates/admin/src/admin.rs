//! The services as one value.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use pullgate_access::{Clock, Door};
use pullgate_catalog::Catalog;
use pullgate_identity::Identity;
use pullgate_reference::GatewayNames;
use pullgate_store::Store;

use crate::device_sign_ins::Guesses;
use crate::error::AdminError;
use crate::site_status::Machinery;

/// What the services stand on.
#[derive(Clone)]
pub struct Parts {
    /// What is remembered.
    pub store: Store,
    /// Who people are.
    pub identity: Arc<Identity>,
    /// What is known of namespaces on Docker Hub.
    pub catalog: Arc<Catalog>,
    /// What decides.
    pub door: Arc<Door>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where people reach the API and the console, without a trailing slash.
    pub console: Option<Arc<str>>,
}

/// The services for owners, members and site administrators. Each subject
/// (settings, members, teams and so on) adds its own in a file of its own.
#[derive(Clone)]
pub struct Admin {
    pub(crate) store: Store,
    pub(crate) identity: Arc<Identity>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) door: Arc<Door>,
    pub(crate) console: Option<Arc<str>>,
    pub(crate) machinery: Option<Arc<dyn Machinery>>,
    /// Who has typed wrong codes of machines lately.
    pub(crate) guesses: Arc<Guesses>,
    /// By which hosts the gateway is reached.
    pub(crate) gateway: Arc<GatewayNames>,
    clock: Clock,
}

impl Admin {
    /// The services over those parts.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            store,
            identity,
            catalog,
            door,
            clock,
            console,
        } = parts;
        Self {
            store,
            identity,
            catalog,
            door,
            console,
            machinery: None,
            guesses: Arc::default(),
            gateway: Arc::default(),
            clock,
        }
    }

    /// Brings a change in: when this returns, this server decides by it. The
    /// change is kept by then, so that it could not be brought in at once is
    /// logged, and no reason to call it failed.
    pub(crate) async fn settle(&self) {
        if let Err(error) = self.door.catch_up().await {
            tracing::warn!(%error, "a change is kept, and holds as soon as the database answers");
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl fmt::Debug for Admin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Admin").finish_non_exhaustive()
    }
}

/// What a service answers.
pub(crate) type Result<T> = std::result::Result<T, AdminError>;
