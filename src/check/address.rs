//! What kind of address it is: the classes that verdicts distinguish.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where an address is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `0.0.0.0` or `::`: nowhere.
    Unspecified,
    /// This machine.
    Loopback,
    /// This link (RFC 3927, RFC 4291 §2.5.6).
    LinkLocal,
    /// A private network (RFC 1918, RFC 4193) or a carrier's (RFC 6598).
    Private,
    /// Everywhere else.
    Public,
}

/// The scope of `ip`; an IPv4-mapped IPv6 address is judged as IPv4.
pub fn scope(ip: IpAddr) -> Scope {
    match ip.to_canonical() {
        IpAddr::V4(ip) => scope_v4(ip),
        IpAddr::V6(ip) if ip.is_unspecified() => Scope::Unspecified,
        IpAddr::V6(ip) if ip.is_loopback() => Scope::Loopback,
        IpAddr::V6(ip) if ip.is_unicast_link_local() => Scope::LinkLocal,
        IpAddr::V6(ip) if ip.is_unique_local() => Scope::Private,
        IpAddr::V6(_) => Scope::Public,
    }
}

/// Whether anybody can send to `address`: not unspecified, multicast or broadcast, and with a port.
pub fn is_usable(address: SocketAddr) -> bool {
    let ip = address.ip().to_canonical();
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast() && !broadcast
}

fn scope_v4(ip: Ipv4Addr) -> Scope {
    let carrier = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
    if ip.is_unspecified() {
        Scope::Unspecified
    } else if ip.is_loopback() {
        Scope::Loopback
    } else if ip.is_link_local() {
        Scope::LinkLocal
    } else if ip.is_private() || carrier {
        Scope::Private
    } else {
        Scope::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_addresses() {
        for (address, usable) in [
            ("203.0.113.9:1", true),
            ("[2001:db8::1]:1", true),
            ("127.0.0.1:1", true),
            ("203.0.113.9:0", false),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
            ("224.0.0.1:1", false),
            ("255.255.255.255:1", false),
            ("[ff02::1]:1", false),
        ] {
            assert_eq!(is_usable(address.parse().expect("an address")), usable, "{address}");
        }
    }

    #[test]
    fn scopes() {
        for (ip, expected) in [
            ("0.0.0.0", Scope::Unspecified),
            ("::", Scope::Unspecified),
            ("127.9.9.9", Scope::Loopback),
            ("::1", Scope::Loopback),
            ("169.254.1.1", Scope::LinkLocal),
            ("fe80::1", Scope::LinkLocal),
            ("10.0.0.1", Scope::Private),
            ("172.31.255.255", Scope::Private),
            ("172.32.0.0", Scope::Public),
            ("100.64.0.1", Scope::Private),
            ("100.128.0.1", Scope::Public),
            ("fd12::1", Scope::Private),
            ("2001:db8::1", Scope::Public),
            ("::ffff:10.0.0.1", Scope::Private),
            ("203.0.113.9", Scope::Public),
        ] {
            assert_eq!(scope(ip.parse().expect("an address")), expected, "{ip}");
        }
    }
}
