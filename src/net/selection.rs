//! Which addresses of this host are host candidates (RFC 8445 §5.1.1.1). Pure: every address that is left out is named,
//! with the reason.

use std::net::{IpAddr, Ipv6Addr};

use crate::net::interface::{Interface, InterfaceAddress};

/// What the user wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Which IP versions.
    pub families: Families,
    /// Only this interface. Naming a loopback interface includes it.
    pub interface: Option<String>,
    /// Take loopback addresses too, against RFC 8445.
    pub include_loopback: bool,
}

/// Which IP versions are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Families {
    /// IPv4 and IPv6.
    #[default]
    Both,
    /// IPv4 only.
    Ipv4,
    /// IPv6 only.
    Ipv6,
}

impl Families {
    /// Whether `ip` is of a wanted version.
    pub const fn contains(self, ip: IpAddr) -> bool {
        match self {
            Families::Both => true,
            Families::Ipv4 => ip.is_ipv4(),
            Families::Ipv6 => ip.is_ipv6(),
        }
    }
}

/// What [`select`] decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// The addresses to gather on, each once, in the system's order.
    pub used: Vec<HostAddress>,
    /// The others.
    pub left_out: Vec<LeftOut>,
}

/// An address to gather on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostAddress {
    /// The address.
    pub ip: IpAddr,
    /// The name of its interface.
    pub interface: String,
}

/// An address that is not a host candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The address.
    pub ip: IpAddr,
    /// The name of its interface.
    pub interface: String,
    /// Why.
    pub reason: Reason,
}

/// Why an address is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Not of the IP version asked for.
    Family,
    /// Not on the interface asked for.
    OtherInterface,
    /// The interface is down.
    Down,
    /// On a loopback interface.
    Loopback,
    /// An IPv4 or IPv6 link-local address.
    LinkLocal,
    /// A site-local unicast address of IPv6, deprecated by RFC 3879.
    SiteLocal,
    /// An IPv4-compatible address of IPv6, deprecated by RFC 4291.
    Ipv4Compatible,
    /// An IPv4-mapped address of IPv6.
    Ipv4Mapped,
    /// It would allow location tracking, and a temporary address of the same prefix is there.
    Trackable,
    /// Its preferred lifetime is over (RFC 4862 §5.5.4).
    Deprecated,
    /// Duplicate address detection has not passed (RFC 4862 §5.4).
    Tentative,
    /// The unspecified address, a multicast or a broadcast address.
    NotUnicast,
    /// Seen before, on another interface.
    Duplicate,
}

/// Which addresses become host candidates.
pub fn select(interfaces: &[Interface], selection: &Selection) -> Selected {
    let mut selected = Selected::default();
    for interface in interfaces {
        for address in &interface.addresses {
            let duplicate = selected.used.iter().any(|used| used.ip == address.ip);
            match reason_against(interface, address, selection).or(duplicate.then_some(Reason::Duplicate)) {
                Some(reason) => {
                    selected.left_out.push(LeftOut {
                        ip: address.ip,
                        interface: interface.name.clone(),
                        reason,
                    });
                }
                None => selected.used.push(HostAddress {
                    ip: address.ip,
                    interface: interface.name.clone(),
                }),
            }
        }
    }
    selected
}

fn reason_against(interface: &Interface, address: &InterfaceAddress, selection: &Selection) -> Option<Reason> {
    let named = selection.interface.as_deref();
    if named.is_some_and(|name| name != interface.name) {
        return Some(Reason::OtherInterface);
    }
    if !selection.families.contains(address.ip) {
        return Some(Reason::Family);
    }
    if !interface.up {
        return Some(Reason::Down);
    }
    if (interface.loopback || address.ip.is_loopback()) && !selection.include_loopback && named.is_none() {
        return Some(Reason::Loopback);
    }
    match address.ip {
        IpAddr::V4(ip) if ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast() => Some(Reason::NotUnicast),
        IpAddr::V4(ip) if ip.is_link_local() => Some(Reason::LinkLocal),
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => reason_against_v6(interface, ip, address),
    }
}

fn reason_against_v6(interface: &Interface, ip: Ipv6Addr, address: &InterfaceAddress) -> Option<Reason> {
    let segments = ip.segments();
    if ip.is_unspecified() || ip.is_multicast() {
        return Some(Reason::NotUnicast);
    }
    if ip.is_loopback() {
        return None;
    }
    // RFC 8445 forbids link-local addresses beside temporary ones only. They are left out always, as browsers do:
    // without a zone they cannot be signaled to a peer.
    if segments[0] & 0xffc0 == 0xfe80 {
        return Some(Reason::LinkLocal);
    }
    if segments[0] & 0xffc0 == 0xfec0 {
        return Some(Reason::SiteLocal);
    }
    if ip.to_ipv4_mapped().is_some() {
        return Some(Reason::Ipv4Mapped);
    }
    if segments[..6] == [0; 6] {
        return Some(Reason::Ipv4Compatible);
    }
    if address.state.tentative {
        return Some(Reason::Tentative);
    }
    if address.state.deprecated {
        return Some(Reason::Deprecated);
    }
    let hides_it = |other: &InterfaceAddress| {
        other.state.temporary
            && !other.state.deprecated
            && !other.state.tentative
            && same_prefix(ip, other.ip, address.prefix_length)
    };
    (!address.state.temporary && interface.addresses.iter().any(hides_it)).then_some(Reason::Trackable)
}

fn same_prefix(ip: Ipv6Addr, other: IpAddr, prefix_length: u8) -> bool {
    let IpAddr::V6(other) = other else { return false };
    // A single address (/128, as DHCPv6 gives) belongs to the /64 around it.
    let length = if prefix_length == 0 || prefix_length > 64 {
        64
    } else {
        u32::from(prefix_length)
    };
    (u128::from(ip) ^ u128::from(other)) >> (128 - length) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::interface::AddressState;

    fn address(ip: &str) -> InterfaceAddress {
        InterfaceAddress {
            ip: ip.parse().unwrap(),
            prefix_length: 64,
            state: AddressState::default(),
        }
    }

    fn with(ip: &str, state: AddressState) -> InterfaceAddress {
        InterfaceAddress { state, ..address(ip) }
    }

    fn interface(name: &str, addresses: Vec<InterfaceAddress>) -> Interface {
        let loopback = addresses.iter().any(|a| a.ip.is_loopback());
        Interface {
            name: name.into(),
            index: None,
            up: true,
            loopback,
            addresses,
        }
    }

    fn reasons(selected: &Selected) -> Vec<(String, Reason)> {
        selected.left_out.iter().map(|l| (l.ip.to_string(), l.reason)).collect()
    }

    fn used(selected: &Selected) -> Vec<String> {
        selected.used.iter().map(|u| u.ip.to_string()).collect()
    }

    #[test]
    fn exceptions_of_rfc_8445() {
        let mut down = interface("eth9", vec![address("10.9.9.9")]);
        down.up = false;
        let host = [
            interface("lo", vec![address("127.0.0.1"), address("::1"), address("10.255.0.1")]),
            interface(
                "eth0",
                vec![
                    address("192.0.2.5"),
                    address("169.254.7.7"),
                    address("fe80::1"),
                    address("fec0::1"),
                    address("::ffff:192.0.2.5"),
                    address("::192.0.2.5"),
                    address("2001:db8::5"),
                    address("ff02::1"),
                    address("0.0.0.0"),
                ],
            ),
            interface("eth1", vec![address("192.0.2.5")]),
            down,
        ];
        let selected = select(&host, &Selection::default());
        assert_eq!(used(&selected), ["192.0.2.5", "2001:db8::5"]);
        let expected = [
            ("127.0.0.1", Reason::Loopback),
            ("::1", Reason::Loopback),
            ("10.255.0.1", Reason::Loopback),
            ("169.254.7.7", Reason::LinkLocal),
            ("fe80::1", Reason::LinkLocal),
            ("fec0::1", Reason::SiteLocal),
            ("::ffff:192.0.2.5", Reason::Ipv4Mapped),
            ("::c000:205", Reason::Ipv4Compatible),
            ("ff02::1", Reason::NotUnicast),
            ("0.0.0.0", Reason::NotUnicast),
            ("192.0.2.5", Reason::Duplicate),
            ("10.9.9.9", Reason::Down),
        ];
        assert_eq!(reasons(&selected), expected.map(|(ip, reason)| (ip.to_owned(), reason)));
    }

    #[test]
    fn temporary_addresses_hide_the_others_of_their_prefix_and_interface() {
        let temporary = AddressState {
            temporary: true,
            ..Default::default()
        };
        let old = AddressState {
            temporary: true,
            deprecated: true,
            ..Default::default()
        };
        let host = [
            interface(
                "wlan0",
                vec![
                    address("2001:db8:1::aa"),
                    with("2001:db8:1::bb", temporary),
                    with("2001:db8:1::cc", old),
                    address("2001:db8:2::aa"),
                ],
            ),
            interface(
                "eth0",
                vec![address("2001:db8:1::dd"), address("fd00::1"), with("fd00::2", old)],
            ),
        ];
        let selected = select(&host, &Selection::default());
        assert_eq!(
            used(&selected),
            ["2001:db8:1::bb", "2001:db8:2::aa", "2001:db8:1::dd", "fd00::1"]
        );
        assert_eq!(reasons(&selected)[0], ("2001:db8:1::aa".into(), Reason::Trackable));
        assert_eq!(reasons(&selected)[1], ("2001:db8:1::cc".into(), Reason::Deprecated));
    }

    #[test]
    fn the_user_narrows_and_widens() {
        let host = [
            interface("lo", vec![address("127.0.0.1"), address("::1")]),
            interface("eth0", vec![address("192.0.2.5"), address("2001:db8::5")]),
        ];
        let only = |name: &str| Selection {
            interface: Some(name.into()),
            ..Default::default()
        };
        assert_eq!(used(&select(&host, &only("lo"))), ["127.0.0.1", "::1"]);
        assert_eq!(used(&select(&host, &only("eth0"))), ["192.0.2.5", "2001:db8::5"]);
        assert!(
            select(&host, &only("eth7"))
                .left_out
                .iter()
                .all(|l| l.reason == Reason::OtherInterface)
        );
        let all = Selection {
            include_loopback: true,
            families: Families::Ipv4,
            ..Default::default()
        };
        assert_eq!(used(&select(&host, &all)), ["127.0.0.1", "192.0.2.5"]);
        assert_eq!(reasons(&select(&host, &all))[0].1, Reason::Family);
    }
}
