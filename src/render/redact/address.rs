//! IP addresses: found anywhere in a text, replaced by one of the same family and class.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;

/// The addresses seen so far, and what stands for them.
#[derive(Debug, Default)]
pub struct Addresses {
    pseudonyms: HashMap<IpAddr, IpAddr>,
    counts: HashMap<Class, u32>,
}

/// What verdicts rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    Private4,
    LinkLocal4,
    Shared4,
    Public4,
    LinkLocal6,
    SiteLocal6,
    UniqueLocal6,
    Public6,
}

impl Addresses {
    /// What stands for an address, or a socket's, that is all of `text`: it can still be read as one.
    pub fn whole(&mut self, text: &str) -> Option<String> {
        if let Ok(mut address) = text.parse::<SocketAddr>() {
            address.set_ip(self.pseudonym(address.ip()));
            return Some(address.to_string());
        }
        let address = text.parse().ok()?;
        Some(self.pseudonym(address).to_string())
    }

    /// What stands for `address`.
    pub fn pseudonym(&mut self, address: IpAddr) -> IpAddr {
        if let Some(pseudonym) = self.pseudonyms.get(&address) {
            return *pseudonym;
        }
        let pseudonym = match address {
            IpAddr::V4(address) => IpAddr::V4(self.v4(address)),
            IpAddr::V6(address) => IpAddr::V6(self.v6(address)),
        };
        self.pseudonyms.insert(address, pseudonym);
        pseudonym
    }

    fn v4(&mut self, address: Ipv4Addr) -> Ipv4Addr {
        let [a, b, ..] = address.octets();
        if address.is_loopback() || address.is_unspecified() || address.is_multicast() || address.is_broadcast() {
            return address;
        }
        if address.is_private() {
            plus(Ipv4Addr::new(10, 0, 0, 0), self.next(Class::Private4))
        } else if address.is_link_local() {
            plus(Ipv4Addr::new(169, 254, 0, 0), self.next(Class::LinkLocal4))
        } else if a == 100 && b & 0xc0 == 64 {
            plus(Ipv4Addr::new(100, 64, 0, 0), self.next(Class::Shared4)) // RFC 6598
        } else {
            // The networks for documentation (RFC 5737), then the one for benchmarks (RFC 2544).
            let number = self.next(Class::Public4) - 1;
            let (network, host) = (number / 254, number % 254 + 1);
            match network {
                0 => plus(Ipv4Addr::new(192, 0, 2, 0), host),
                1 => plus(Ipv4Addr::new(198, 51, 100, 0), host),
                2 => plus(Ipv4Addr::new(203, 0, 113, 0), host),
                _ => plus(Ipv4Addr::new(198, 18, 0, 0), number - 3 * 254 + 1),
            }
        }
    }

    fn v6(&mut self, address: Ipv6Addr) -> Ipv6Addr {
        let segments = address.segments();
        if address.is_loopback() || address.is_unspecified() || address.is_multicast() {
            return address;
        }
        // Those that carry an IPv4 address: mapped, and NAT64 (RFC 6052).
        let prefix: [u16; 6] = segments[..6].try_into().expect("six of eight");
        if prefix == [0, 0, 0, 0, 0, 0xffff] || prefix == [0x64, 0xff9b, 0, 0, 0, 0] {
            let [.., a, b, c, d] = address.octets();
            let IpAddr::V4(inner) = self.pseudonym(Ipv4Addr::new(a, b, c, d).into()) else {
                return address;
            };
            let [a, b, c, d] = inner.octets();
            let mut octets = address.octets();
            octets[12..].copy_from_slice(&[a, b, c, d]);
            return octets.into();
        }
        let (class, first, second) = match segments[0] {
            first if first & 0xffc0 == 0xfe80 => (Class::LinkLocal6, 0xfe80, 0),
            first if first & 0xffc0 == 0xfec0 => (Class::SiteLocal6, 0xfec0, 0),
            first if first & 0xfe00 == 0xfc00 => (Class::UniqueLocal6, 0xfd00, 0),
            _ => (Class::Public6, 0x2001, 0xdb8),
        };
        let number = self.next(class);
        let [high, low] = [(number >> 16) as u16, (number & 0xffff) as u16];
        Ipv6Addr::new(first, second, 0, 0, 0, 0, high, low)
    }

    /// 1, 2, 3, ... for each class.
    fn next(&mut self, class: Class) -> u32 {
        let count = self.counts.entry(class).or_default();
        *count += 1;
        *count
    }
}

fn plus(network: Ipv4Addr, number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(network.to_bits().wrapping_add(number))
}

/// An address in a text.
#[derive(Debug)]
pub struct Found {
    /// Where it stands, with its port; zones and brackets around it do not belong to it, unless a port follows.
    pub place: Range<usize>,
    /// Without the port.
    pub length: usize,
    /// The address.
    pub address: IpAddr,
}

/// The addresses in `text`, in order.
pub fn find(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut before = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let starts =
            (c.is_ascii_hexdigit() || c == ':') && !before.is_some_and(|c: char| c.is_ascii_alphanumeric() || c == '.');
        let length = if starts && let Some((address, length)) = address_at(&text[at..]) {
            let length_with_port = length + port(address, &text[at + length..]);
            found.push(Found {
                place: at..at + length_with_port,
                length,
                address,
            });
            length_with_port
        } else {
            c.len_utf8()
        };
        before = text[..at + length].chars().next_back();
        at += length;
    }
    found
}

/// How long the port is that follows an address, with its colon (and its bracket); 0 if none does.
fn port(address: IpAddr, rest: &str) -> usize {
    let colon = if address.is_ipv4() { ":" } else { "]:" };
    let Some(rest) = rest.strip_prefix(colon) else { return 0 };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let ends = !rest[digits..].starts_with(|c: char| c.is_alphanumeric());
    if (1..=5).contains(&digits) && ends {
        colon.len() + digits
    } else {
        0
    }
}

/// The address that `text` begins with and its length, if it ends where a word ends.
pub fn address_at(text: &str) -> Option<(IpAddr, usize)> {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    // No address is longer than this.
    let longest = end.min("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".len());
    (2..=longest).rev().find_map(|length| {
        let address: IpAddr = text[..length].parse().ok()?;
        let mut after = text[length..].chars();
        let ends = match (after.next(), after.next()) {
            (None, _) => true,
            // A port, a full stop or a colon of the sentence; but no more of the same number or name.
            (Some(':'), next) => address.is_ipv4() || !next.is_some_and(|c| c.is_ascii_hexdigit() || c == ':'),
            (Some('.'), next) => !next.is_some_and(|c| c.is_ascii_alphanumeric()),
            (Some(c), _) => !c.is_ascii_alphanumeric(),
        };
        ends.then_some((address, length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(addresses: &mut Addresses, text: &str) -> String {
        let mut replaced = String::new();
        let mut done = 0;
        for found in find(text) {
            let start = found.place.start;
            replaced.push_str(&text[done..start]);
            replaced.push_str(&addresses.pseudonym(found.address).to_string());
            done = start + found.length;
        }
        replaced + &text[done..]
    }

    #[test]
    fn what_is_an_address_can_still_be_read_as_one() {
        let mut addresses = Addresses::default();
        for (text, redacted) in [
            ("203.0.113.5", Some("192.0.2.1")),
            ("203.0.113.5:3478", Some("192.0.2.1:3478")),
            ("[2a00::8]:3478", Some("[2001:db8::1]:3478")),
            ("[fe80::8%3]:3478", Some("[fe80::1%3]:3478")),
            ("2a00::8", Some("2001:db8::1")),
            ("[::ffff:8.8.8.8]:1", Some("[::ffff:192.0.2.2]:1")),
            ("203", None),
            ("at 203.0.113.5", None),
        ] {
            assert_eq!(addresses.whole(text).as_deref(), redacted, "{text}");
        }
    }

    #[test]
    fn ports_belong_to_them() {
        let places = |text: &str| find(text).into_iter().map(|found| found.place).collect::<Vec<_>>();
        for (text, place) in [
            ("8.8.8.8:80", 0..10),
            ("8.8.8.8:80.", 0..10),
            ("8.8.8.8:80ms", 0..7),
            ("8.8.8.8: 80", 0..7),
            ("[2a00::8]:80", 1..12),
            ("[2a00::8] 80", 1..8),
        ] {
            assert_eq!(places(text), [place], "{text}");
        }
    }

    #[test]
    fn class_and_family_stay() {
        let mut addresses = Addresses::default();
        for (text, redacted) in [
            ("127.0.0.1:80 0.0.0.0 [::1]:5 ::", "127.0.0.1:80 0.0.0.0 [::1]:5 ::"),
            ("192.168.1.7", "10.0.0.1"),
            ("172.20.0.1, 10.9.8.7.", "10.0.0.2, 10.0.0.3."),
            ("192.168.1.7:54321", "10.0.0.1:54321"),
            ("100.72.1.1", "100.64.0.1"),
            ("169.254.7.7", "169.254.0.1"),
            ("8.8.8.8->9.9.9.9", "192.0.2.1->192.0.2.2"),
            ("turn:8.8.8.8:3478", "turn:192.0.2.1:3478"),
            ("turn:[2a00:1450::8]:3478", "turn:[2001:db8::1]:3478"),
            ("fe80::abcd%eth0", "fe80::1%eth0"),
            ("fd12:3456::1/64", "fd00::1/64"),
            ("::ffff:8.8.8.8", "::ffff:192.0.2.1"),
            ("64:ff9b::808:808", "64:ff9b::c000:201"),
            ("ff02::fb and 224.0.0.251", "ff02::fb and 224.0.0.251"),
            ("2a00:1450::8: no route", "2001:db8::1: no route"),
        ] {
            assert_eq!(replace(&mut addresses, text), redacted, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_stays() {
        let mut addresses = Addresses::default();
        for text in [
            "",
            "10:39:54.123",
            "version 1.2.3",
            "1.2.3.4.5",
            "rtcdiag::net::udp",
            "std::fmt: x",
            "AB:CD:EF:01:23:45",
            "candidate:1 1 udp",
            "für 12:34",
            "256.1.1.1",
            "a1.2.3.4",
        ] {
            assert_eq!(replace(&mut addresses, text), text);
        }
    }

    #[test]
    fn public_addresses_never_run_out_of_names() {
        let mut addresses = Addresses::default();
        let mut all: Vec<String> = (0..2000)
            .map(|n| replace(&mut addresses, &format!("8.8.{}.{}", n / 250, n % 250)))
            .collect();
        assert_eq!(
            (all[253].as_str(), all[254].as_str(), all[762].as_str()),
            ("192.0.2.254", "198.51.100.1", "198.18.0.1")
        );
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 2000);
    }
}
