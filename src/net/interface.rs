//! The addresses of this host, and which of them are host candidates (RFC 8445 §5.1.1.1).
//!
//! [`enumerate`] asks the operating system; [`select`] is pure and says for every address it leaves out why.

use std::net::{IpAddr, Ipv6Addr};

use crate::net::NetError;

/// One network interface that has at least one IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The system's name: `eth0`, `en0`, `Ethernet 2`.
    pub name: String,
    /// The system's index, where it has one.
    pub index: Option<u32>,
    /// Up and running.
    pub up: bool,
    /// A loopback interface.
    pub loopback: bool,
    /// In the system's order.
    pub addresses: Vec<InterfaceAddress>,
}

/// One address of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceAddress {
    /// The address.
    pub ip: IpAddr,
    /// Length of the network prefix in bits.
    pub prefix_length: u8,
    /// What IPv6 autoconfiguration says of it. Known on Linux only; elsewhere all false.
    pub state: AddressState,
}

/// States of an IPv6 address (RFC 4862, RFC 8981).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressState {
    /// A temporary address, made to prevent location tracking.
    pub temporary: bool,
    /// Its preferred lifetime is over: not for new communication.
    pub deprecated: bool,
    /// Duplicate address detection is under way, or has failed: it cannot be bound.
    pub tentative: bool,
}

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
    /// Whether this is a temporary IPv6 address.
    pub temporary: bool,
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

impl Reason {
    /// The reason in a few words, for reports.
    pub const fn text(self) -> &'static str {
        match self {
            Reason::Family => "not of the IP version asked for",
            Reason::OtherInterface => "not on the interface asked for",
            Reason::Down => "interface is down",
            Reason::Loopback => "loopback",
            Reason::LinkLocal => "link-local",
            Reason::SiteLocal => "deprecated site-local address",
            Reason::Ipv4Compatible => "deprecated IPv4-compatible address",
            Reason::Ipv4Mapped => "IPv4-mapped address",
            Reason::Trackable => "a temporary address of the same network is used instead",
            Reason::Deprecated => "deprecated: its preferred lifetime is over",
            Reason::Tentative => "duplicate address detection has not passed",
            Reason::NotUnicast => "not a unicast address",
            Reason::Duplicate => "same address on another interface",
        }
    }
}

/// All interfaces that have an IP address, as the operating system lists them.
pub fn enumerate() -> Result<Vec<Interface>, NetError> {
    let entries = if_addrs::get_if_addrs().map_err(|e| NetError::new("enumerate interfaces", None, &e))?;
    let states = address_states();
    let mut interfaces: Vec<Interface> = Vec::new();
    for entry in entries {
        let ip = entry.ip();
        let prefix_length = match &entry.addr {
            if_addrs::IfAddr::V4(v4) => v4.prefixlen,
            if_addrs::IfAddr::V6(v6) => v6.prefixlen,
        };
        let state = states
            .iter()
            .find(|(known, name, _)| IpAddr::V6(*known) == ip && *name == entry.name);
        let address = InterfaceAddress {
            ip,
            prefix_length,
            state: state.map_or(AddressState::default(), |(_, _, s)| *s),
        };
        match interfaces.iter_mut().find(|known| known.name == entry.name) {
            Some(known) => {
                known.addresses.push(address);
                known.loopback |= ip.is_loopback();
            }
            None => interfaces.push(Interface {
                up: entry.is_oper_up(),
                loopback: ip.is_loopback(),
                index: entry.index,
                name: entry.name,
                addresses: vec![address],
            }),
        }
    }
    Ok(interfaces)
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
                    temporary: address.state.temporary,
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

#[cfg(target_os = "linux")]
fn address_states() -> Vec<(Ipv6Addr, String, AddressState)> {
    std::fs::read_to_string("/proc/net/if_inet6").map_or_else(|_| Vec::new(), |text| parse_if_inet6(&text))
}

#[cfg(not(target_os = "linux"))]
fn address_states() -> Vec<(Ipv6Addr, String, AddressState)> {
    Vec::new()
}

/// Reads Linux's list: address, interface index, prefix length, scope, flags (all hex), name. Lines of another form
/// are passed over.
#[cfg(any(target_os = "linux", test))]
fn parse_if_inet6(text: &str) -> Vec<(Ipv6Addr, String, AddressState)> {
    const TEMPORARY: u32 = 0x01;
    const DAD_FAILED: u32 = 0x08;
    const DEPRECATED: u32 = 0x20;
    const TENTATIVE: u32 = 0x40;
    let line = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [address, _index, _prefix, _scope, flags, name] = fields[..] else {
            return None;
        };
        if address.len() != 32 {
            return None;
        }
        let ip = Ipv6Addr::from(u128::from_str_radix(address, 16).ok()?);
        let flags = u32::from_str_radix(flags, 16).ok()?;
        let state = AddressState {
            temporary: flags & TEMPORARY != 0,
            deprecated: flags & DEPRECATED != 0,
            tentative: flags & (TENTATIVE | DAD_FAILED) != 0,
        };
        Some((ip, name.to_owned(), state))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(selected.used[0].temporary && !selected.used[1].temporary);
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

    #[test]
    fn linux_list() {
        let text = "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n\
                    20010db8000000000000000000000002 04 40 00 01     eth0\n\
                    20010db8000000000000000000000003 04 40 00 61     eth0\n\
                    20010db8000000000000000000000004 04 40 00 08     eth0\n\
                    short 04 40 00 08 eth0\n\nnonsense\n20010db8000000000000000000000004 04 40 00 zz eth0\n";
        let list = parse_if_inet6(text);
        let flags: Vec<_> = list
            .iter()
            .map(|(_, _, s)| (s.temporary, s.deprecated, s.tentative))
            .collect();
        assert_eq!(
            flags,
            [
                (false, false, false),
                (true, false, false),
                (true, true, true),
                (false, false, true)
            ]
        );
        assert_eq!(list[1].0, "2001:db8::2".parse::<Ipv6Addr>().unwrap());
        assert_eq!(list[1].1, "eth0");
    }

    #[test]
    fn this_host_has_a_loopback_interface() {
        let all = enumerate().unwrap();
        assert!(
            all.iter().any(|i| i.loopback && i.up && !i.addresses.is_empty()),
            "{all:?}"
        );
    }
}
