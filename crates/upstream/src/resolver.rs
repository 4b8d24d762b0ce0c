use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::not_public;

/// The system's way of resolving names.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Resolves names to their public addresses alone. The connection is made to
/// what this answers, so an answer that changes between check and use (DNS
/// rebinding) has nothing to change.
pub(crate) struct PublicNames {
    inner: Arc<dyn Resolve>,
    /// The outgoing proxy itself, which may well stand in the inner network.
    proxies: Vec<String>,
}

impl PublicNames {
    pub(crate) fn new(inner: Arc<dyn Resolve>, proxies: Vec<String>) -> Self {
        Self { inner, proxies }
    }
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let text = name.as_str().to_owned();
        let is_proxy = self.proxies.contains(&text);
        let resolving = self.inner.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = resolving.await?.collect();
            if is_proxy {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            match public_of(&text, found) {
                Ok(public) => Ok(Box::new(public.into_iter()) as Addrs),
                Err(refused) => Err(refused.into()),
            }
        })
    }
}

fn public_of(name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, AddressRefused> {
    let first = found.first().map(SocketAddr::ip);
    let public: Vec<_> = found
        .into_iter()
        .filter(|address| not_public(address.ip()).is_none())
        .collect();
    match first {
        Some(address) if public.is_empty() => Err(AddressRefused::new(name, address)),
        _ => Ok(public),
    }
}

/// A host that the upstream leads to has no public address.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{host} has a {class} address")]
pub(crate) struct AddressRefused {
    host: String,
    class: &'static str,
}

impl AddressRefused {
    fn new(host: &str, address: IpAddr) -> Self {
        Self {
            host: host.to_owned(),
            class: not_public(address).unwrap_or("reserved"),
        }
    }

    /// What kind of address it has.
    pub(crate) fn class(&self) -> &'static str {
        self.class
    }

    /// Finds this refusal among the causes of an error.
    pub(crate) fn cause_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(refused) = error.downcast_ref::<Self>() {
                return Some(refused);
            }
            next = error.source();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter()
            .map(|text| SocketAddr::new(text.parse().unwrap(), 0))
            .collect()
    }

    #[test]
    fn of_mixed_addresses_the_public_ones_are_left() {
        let left = public_of("a.example", addresses(&["10.0.0.1", "1.1.1.1", "::1"])).unwrap();
        assert_eq!(left, addresses(&["1.1.1.1"]));
    }

    #[test]
    fn a_name_with_inner_addresses_alone_is_refused() {
        let refused = public_of("a.example", addresses(&["169.254.169.254"])).unwrap_err();
        assert_eq!(refused.to_string(), "a.example has a link-local address");
    }

    #[tokio::test]
    async fn names_of_this_machine_are_refused() {
        let names = PublicNames::new(Arc::new(SystemNames), Vec::new());
        let Err(error) = names.resolve("localhost".parse().unwrap()).await else {
            panic!("localhost was resolved");
        };
        assert!(AddressRefused::cause_of(&*error).is_some());
    }

    #[tokio::test]
    async fn the_proxys_own_name_is_not_refused() {
        let names = PublicNames::new(Arc::new(SystemNames), vec!["localhost".to_owned()]);
        assert!(names.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
