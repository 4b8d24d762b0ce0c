//! Which addresses belong to the public internet.
//!
//! Source: the IANA registries of special-purpose IPv4 and IPv6 addresses.
//! For IPv6 the rule is the other way round, as only `2000::/3` was ever given
//! out: whatever is not in it is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address may not be connected to without being listed, or `None` for
/// a public one.
pub(crate) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, ..] => Some("unspecified"),
        [127, ..] => Some("loopback"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("private"),
        [100, 64..=127, ..] => Some("shared by carriers"),
        [169, 254, ..] => Some("link-local"),
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => Some("reserved"),
        [224..=239, ..] => Some("multicast"),
        _ => None,
    }
}

fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inner) = address.to_ipv4_mapped() {
        return not_public_v4(inner);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("unspecified"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("loopback"),
        // NAT64 and 6to4 carry an IPv4 address. The former is what an IPv6-only
        // network's resolver answers for a host that has no other.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            not_public_v4(joined(high, low))
        }
        [0xfc00..=0xfdff, ..] => Some("private"),
        [0xfe80..=0xfebf, ..] => Some("link-local"),
        [0xff00..=0xffff, ..] => Some("multicast"),
        [0x2001, 0..=0x01ff | 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Some("reserved"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("reserved"),
    }
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0.0.0.0")]
    #[case("0.1.2.3")]
    #[case("10.0.0.1")]
    #[case("100.64.0.1")]
    #[case("100.127.255.255")]
    #[case("127.0.0.1")]
    #[case("127.255.255.254")]
    #[case("169.254.169.254")]
    #[case("172.16.0.1")]
    #[case("172.31.255.255")]
    #[case("192.0.0.192")]
    #[case("192.0.2.1")]
    #[case("192.168.1.1")]
    #[case("198.18.0.1")]
    #[case("203.0.113.7")]
    #[case("224.0.0.1")]
    #[case("239.255.255.255")]
    #[case("240.0.0.1")]
    #[case("255.255.255.255")]
    #[case("::")]
    #[case("::1")]
    #[case("::127.0.0.1")]
    #[case("::ffff:127.0.0.1")]
    #[case("::ffff:10.0.0.1")]
    #[case("::ffff:169.254.169.254")]
    #[case("64:ff9b::7f00:1")]
    #[case("64:ff9b::a9fe:a9fe")]
    #[case("64:ff9b:1::1")]
    #[case("100::1")]
    #[case("2001::1")]
    #[case("2001:db8::1")]
    #[case("2002:7f00:1::")]
    #[case("2002:c0a8:101::1")]
    #[case("fc00::1")]
    #[case("fd00:ec2::254")]
    #[case("fe80::1")]
    #[case("fec0::1")]
    #[case("ff02::1")]
    fn addresses_of_inner_networks_are_refused(#[case] text: &str) {
        assert!(not_public(text.parse().unwrap()).is_some(), "{text}");
    }

    #[rstest]
    #[case("1.1.1.1")]
    #[case("100.63.255.255")]
    #[case("100.128.0.1")]
    #[case("172.15.0.1")]
    #[case("172.32.0.1")]
    #[case("192.0.1.1")]
    #[case("192.169.0.1")]
    #[case("::ffff:1.1.1.1")]
    #[case("64:ff9b::101:101")]
    #[case("2606:4700:4700::1111")]
    #[case("2a00:1450:4001::1")]
    fn public_addresses_are_not(#[case] text: &str) {
        assert_eq!(not_public(text.parse().unwrap()), None, "{text}");
    }
}
