use std::collections::HashMap;
use std::sync::Arc;

use pullgate_reference::Registry;

use crate::config::{ConfigError, UpstreamConfig};
use crate::upstream::{Parts, Upstream};

/// All configured registries. One that is not among them is never contacted.
#[derive(Clone, Debug, Default)]
pub struct Upstreams(HashMap<Registry, Arc<Upstream>>);

impl Upstreams {
    /// Makes the client of each configured registry.
    pub fn new<'a>(
        configs: impl IntoIterator<Item = &'a UpstreamConfig>,
        parts: &Parts,
    ) -> Result<Self, ConfigError> {
        let mut all = HashMap::new();
        for config in configs {
            let upstream = Upstream::new(config, parts).map_err(|reason| ConfigError::Of {
                registry: config.registry.clone(),
                reason: Box::new(reason),
            })?;
            let registry = upstream.registry().clone();
            if all.insert(registry.clone(), Arc::new(upstream)).is_some() {
                return Err(ConfigError::Twice(registry.to_string()));
            }
        }
        Ok(Self(all))
    }

    /// The client of this registry, if it is configured.
    pub fn get(&self, registry: &Registry) -> Option<&Arc<Upstream>> {
        self.0.get(registry)
    }

    /// All of them, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Upstream>> {
        self.0.values()
    }
}
