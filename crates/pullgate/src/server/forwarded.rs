//! Whose request it is behind a proxy.
//!
//! Without a proxy the connection says so. Behind one everybody would have
//! the proxy's address: throttled together, and in an opened network together.
//! So an owner of the site may name proxies whose word is taken. A header from
//! anybody else is not looked at, and of a chain only the part that trusted
//! proxies have written counts: the first address from the right that is none
//! of theirs is the client.

use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;
use pullgate_gateway::{Peer, Scheme};

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

/// Proxies whose word about their clients is taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Proxies in these networks.
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    /// Whose request it is that came over this connection.
    pub(crate) fn client(&self, connection: Peer, headers: &HeaderMap) -> Peer {
        if !self.trusts(connection.address) {
            return connection;
        }
        Peer {
            address: self.address(connection.address, headers),
            scheme: scheme(headers).unwrap_or(connection.scheme),
        }
    }

    fn address(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        // Several headers of a name are one list, in their order.
        let values: Vec<_> = headers.get_all(FOR).iter().collect();
        let mut last = proxy;
        for value in values.into_iter().rev() {
            let Ok(text) = value.to_str() else {
                return last;
            };
            for named in text.rsplit(',') {
                // What no trusted proxy would write ends the part that counts.
                let Some(address) = address(named.trim()) else {
                    return last;
                };
                last = address;
                if !self.trusts(address) {
                    return last;
                }
            }
        }
        last
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The scheme that the nearest proxy was asked with: the last one written.
fn scheme(headers: &HeaderMap) -> Option<Scheme> {
    let value = headers.get_all(PROTO).iter().next_back()?.to_str().ok()?;
    match value.rsplit(',').next()?.trim() {
        "https" => Some(Scheme::Https),
        "http" => Some(Scheme::Http),
        _ => None,
    }
}

/// An address as proxies write it: some add the port, and brackets to IPv6.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.parse::<IpAddr>().ok();
    let with_port = || {
        text.parse()
            .ok()
            .map(|address: std::net::SocketAddr| address.ip())
    };
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare()
        .or_else(with_port)
        .or_else(in_brackets)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(connection: &str, headers: &[(&'static str, &'static str)]) -> (String, Scheme) {
        let networks = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let connection = Peer {
            address: connection.parse().unwrap(),
            scheme: Scheme::Http,
        };
        let peer = TrustedProxies::new(&networks).client(connection, &map);
        (peer.address.to_string(), peer.scheme)
    }

    #[test]
    fn who_is_not_a_trusted_proxy_is_not_believed() {
        let headers = [(FOR, "192.0.2.1"), (PROTO, "https")];
        let itself = ("203.0.113.9".to_owned(), Scheme::Http);
        assert_eq!(client("203.0.113.9", &headers), itself);
    }

    #[test]
    fn of_a_chain_the_part_that_trusted_proxies_wrote_counts() {
        for (forwarded, expected) in [
            (&["192.0.2.1"][..], "192.0.2.1"),
            // The client wrote the first by itself.
            (&["10.20.0.1, 192.0.2.1"], "192.0.2.1"),
            (&["192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (
                &["10.20.0.1", "192.0.2.1", "10.0.0.2, 10.0.0.3"],
                "192.0.2.1",
            ),
            (&["192.0.2.1:4711"], "192.0.2.1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["2001:db8::1, fd00::7"], "2001:db8::1"),
            (&["::ffff:192.0.2.1"], "192.0.2.1"),
            // Nonsense ends it, and the proxy stands for its client.
            (&["192.0.2.1, unknown"], "10.0.0.1"),
            (&["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
            (&[""], "10.0.0.1"),
            (&[], "10.0.0.1"),
            // Within the trusted networks, the farthest that is told.
            (&["10.0.0.4, 10.0.0.5"], "10.0.0.4"),
        ] {
            let headers: Vec<_> = forwarded.iter().map(|value| (FOR, *value)).collect();
            assert_eq!(client("10.0.0.1", &headers).0, expected, "{forwarded:?}");
        }
    }

    #[test]
    fn the_nearest_proxy_says_whether_it_was_encrypted() {
        for (proto, expected) in [
            ("https", Scheme::Https),
            ("http", Scheme::Http),
            ("http, https", Scheme::Https),
            ("https, nonsense", Scheme::Http),
        ] {
            let headers = [(PROTO, proto)];
            assert_eq!(client("10.0.0.1", &headers).1, expected, "{proto}");
        }
    }
}
