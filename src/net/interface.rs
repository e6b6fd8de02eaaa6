//! The network interfaces of this host and their addresses, as the operating system lists them.
//!
//! Which of the addresses are host candidates is decided by [`select`].

use std::net::{IpAddr, Ipv6Addr};

use crate::net::NetError;
pub use crate::net::selection::{Families, HostAddress, LeftOut, Reason, Selected, Selection, select};

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

    /// Link-local addresses among them: they are left out later, and said to be.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_address_is_kept_back() {
        let all = enumerate().unwrap();
        for (ip, name, _) in address_states() {
            let listed = all.iter().find(|interface| interface.name == name);
            assert!(
                listed.is_some_and(|interface| interface.addresses.iter().any(|address| address.ip == IpAddr::V6(ip))),
                "{ip} of {name} is missing from {all:?}"
            );
        }
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
