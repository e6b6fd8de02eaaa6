//! Priorities and foundations (RFC 8445 §5.1.1.3 and §5.1.2, RFC 8421 §4, RFC 6544 §4.2).

use std::net::IpAddr;

use crate::datagram::Transport;
use crate::proto::ice::candidate::{CandidateType, TcpType};

/// The three parts of a candidate's priority (RFC 8445 §5.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Preferences {
    /// 0 to 126, by candidate type; see [`type_preference`].
    pub type_preference: u8,
    /// 0 to 65535, by address; see [`local_preferences`].
    pub local_preference: u16,
    /// 1 to 256.
    pub component: u16,
}

impl Preferences {
    /// `2^24 × type + 2^8 × local + (256 − component)`. A component outside 1..=256 counts as the nearest one.
    pub const fn priority(self) -> u32 {
        let component = match self.component {
            0 => 1,
            1..=256 => self.component,
            _ => 256,
        };
        ((self.type_preference as u32) << 24) | ((self.local_preference as u32) << 8) | (256 - component as u32)
    }

    /// Takes a priority apart; true for every priority made by the recommended formula, a guess for others.
    pub const fn split(priority: u32) -> Preferences {
        let [type_preference, high, low, component] = priority.to_be_bytes();
        Preferences {
            type_preference,
            local_preference: u16::from_be_bytes([high, low]),
            component: 256 - component as u16,
        }
    }
}

/// The type preference: RFC 8445 §5.1.2.2 for host, srflx and prflx; for the rest as libwebrtc has it, so that
/// numbers compare with a browser's: TCP host candidates 90 and peer-reflexive ones 80, and relays 2, 1 or 0 by the transport *to the
/// server* (UDP, TCP, TLS). RFC 8445 recommends 0 for all relays; DTLS runs over UDP and counts as such.
///
/// `transport` is the candidate's own for all types but relay.
pub const fn type_preference(candidate_type: CandidateType, transport: Transport) -> u8 {
    match (candidate_type, transport) {
        (CandidateType::Host, Transport::Udp | Transport::Dtls) => 126,
        (CandidateType::Host, Transport::Tcp | Transport::Tls) => 90,
        (CandidateType::PeerReflexive, Transport::Udp | Transport::Dtls) => 110,
        (CandidateType::PeerReflexive, Transport::Tcp | Transport::Tls) => 80,
        (CandidateType::ServerReflexive, _) => 100,
        (CandidateType::Relay, Transport::Udp | Transport::Dtls) => 2,
        (CandidateType::Relay, Transport::Tcp) => 1,
        (CandidateType::Relay, Transport::Tls) => 0,
    }
}

/// A local preference for each base address, in the order given; within a family the earlier address is preferred.
///
/// The families are interleaved as RFC 8421 §4 proposes: `(N4 + N6) / N4` IPv6 addresses first, then one IPv4, then
/// again that many IPv6 ones. The most preferred gets 65535 and each next one 256 less, which leaves the low eight bits for
/// [`for_server`]; with more than 256 addresses the steps are smaller. Unique for up to 65,536 addresses.
pub fn local_preferences(addresses: &[IpAddr]) -> Vec<u16> {
    let (v6, v4): (Vec<usize>, Vec<usize>) = (0..addresses.len()).partition(|&index| addresses[index].is_ipv6());
    let head_start = (v4.len() + v6.len()).checked_div(v4.len()).unwrap_or(0).max(1);
    let mut order = Vec::with_capacity(addresses.len());
    let (mut v6, mut v4) = (v6.into_iter(), v4.into_iter());
    while order.len() < addresses.len() {
        order.extend(v6.by_ref().take(head_start));
        order.extend(v4.next());
    }

    let step = (65_536 / addresses.len().max(1)).clamp(1, 256);
    let mut preferences = vec![0; addresses.len()];
    for (rank, index) in order.into_iter().enumerate() {
        preferences[index] = u16::try_from(65_535usize.saturating_sub(rank * step)).unwrap_or(0);
    }
    preferences
}

/// The local preference of a candidate that came from the `server`th server (counted from 0) over a base with
/// `local_preference`: RFC 8445 §5.1.2.1 wants it unique when several servers give candidates of one type.
/// Beyond 255 servers they share the last one.
pub const fn for_server(local_preference: u16, server: usize) -> u16 {
    let server = if server > 255 { 255 } else { server as u16 };
    local_preference.saturating_sub(server)
}

/// The local preference of a TCP candidate: `2^13 × direction-pref + other-pref` (RFC 6544 §4.2), where the base's own
/// local preference gives the 13 bits of other-pref.
pub const fn tcp_local_preference(candidate_type: CandidateType, tcp_type: TcpType, local_preference: u16) -> u16 {
    let direction: u16 = match (candidate_type, tcp_type) {
        (CandidateType::Host | CandidateType::Relay, TcpType::Active) => 6,
        (CandidateType::Host | CandidateType::Relay, TcpType::Passive) => 4,
        (CandidateType::Host | CandidateType::Relay, TcpType::So) => 2,
        (_, TcpType::So) => 6,
        (_, TcpType::Active) => 4,
        (_, TcpType::Passive) => 2,
    };
    (direction << 13) | (local_preference >> 3)
}

/// The priority of a pair: `2^32 × min(G,D) + 2 × max(G,D) + (G > D ? 1 : 0)` (RFC 8445 §6.1.2.3), where G is the
/// controlling agent's candidate and D the controlled one's.
pub const fn pair_priority(controlling: u32, controlled: u32) -> u64 {
    let (min, max) = if controlling < controlled {
        (controlling, controlled)
    } else {
        (controlled, controlling)
    };
    // Cannot overflow for priorities below 2^31, the RFC's limit; others are met in the field and saturate.
    ((min as u64) << 32)
        .saturating_add(2 * max as u64)
        .saturating_add((controlling > controlled) as u64)
}

/// The foundation: equal exactly when type, IP address of the base, IP address of the STUN or TURN server, and
/// transport protocol are equal (RFC 8445 §5.1.1.3), up to the 2^-32 chance that two checksums meet.
///
/// The same from run to run, so that outputs can be compared. The base of a relayed candidate is the relayed address
/// itself; its `transport` is the one to the server, as in libwebrtc, because that is what fails or works.
pub fn foundation(candidate_type: CandidateType, base: IpAddr, server: Option<IpAddr>, transport: Transport) -> String {
    let server = server.map(|ip| ip.to_string()).unwrap_or_default();
    crc32fast::hash(format!("{candidate_type} {base} {server} {transport}").as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ips(text: &str) -> Vec<IpAddr> {
        let ip = |(index, c)| match c {
            '4' => format!("192.0.2.{index}").parse().unwrap(),
            _ => format!("2001:db8::{index}").parse().unwrap(),
        };
        text.chars().enumerate().map(ip).collect()
    }

    #[test]
    fn the_formula() {
        // The first two rows of the list in RFC 8421 §5.
        let first = Preferences {
            type_preference: 126,
            local_preference: 60_000,
            component: 1,
        };
        assert_eq!(first.priority(), 2_129_289_471);
        assert_eq!(Preferences { component: 2, ..first }.priority(), 2_129_289_470);
        assert_eq!(Preferences::split(2_129_289_471), first);
        assert_eq!(Preferences::split(u32::MAX).component, 1);
        assert_eq!(
            Preferences::split(0),
            Preferences {
                type_preference: 0,
                local_preference: 0,
                component: 256
            }
        );
        assert_eq!(Preferences { component: 0, ..first }.priority(), first.priority());
        assert_eq!(
            Preferences {
                component: 999,
                ..first
            }
            .priority()
                & 0xff,
            0
        );
    }

    #[test]
    fn types_in_order() {
        use CandidateType::*;
        let all: Vec<u8> = [
            (Host, Transport::Udp),
            (PeerReflexive, Transport::Udp),
            (ServerReflexive, Transport::Udp),
            (Host, Transport::Tcp),
            (PeerReflexive, Transport::Tcp),
            (Relay, Transport::Udp),
            (Relay, Transport::Tcp),
            (Relay, Transport::Tls),
        ]
        .map(|(kind, transport)| type_preference(kind, transport))
        .to_vec();
        assert_eq!(all, [126, 110, 100, 90, 80, 2, 1, 0]);
    }

    #[test]
    fn families_take_turns() {
        let ranks = |families: &str| -> Vec<usize> {
            local_preferences(&ips(families))
                .iter()
                .map(|&p| usize::from(65_535 - p) / 256)
                .collect()
        };
        assert_eq!(ranks(""), [0usize; 0]);
        assert_eq!(ranks("4"), [0]);
        assert_eq!(ranks("444"), [0, 1, 2]);
        assert_eq!(ranks("666"), [0, 1, 2]);
        assert_eq!(ranks("46"), [2 - 1, 0]);
        assert_eq!(
            ranks("66666644"),
            [0, 1, 2, 3, 5, 6, 4, 7],
            "the RFC's example: an IPv4 after four IPv6"
        );
        assert_eq!(ranks("4446"), [1, 2, 3, 0]);
        assert_eq!(local_preferences(&ips("4")), [65_535]);
    }

    #[test]
    fn many_addresses_stay_apart() {
        let many: Vec<IpAddr> = (0..1000u32).map(|n| IpAddr::from(n.to_be_bytes())).collect();
        let mut preferences = local_preferences(&many);
        preferences.sort_unstable();
        preferences.dedup();
        assert_eq!(preferences.len(), 1000);
    }

    #[test]
    fn servers_of_one_base_differ_and_stay_above_the_next_base() {
        let bases = local_preferences(&ips("44"));
        assert!(for_server(bases[0], 0) > for_server(bases[0], 1));
        assert!(for_server(bases[0], 9999) > bases[1]);
        assert_eq!(for_server(3, 9), 0);
    }

    #[test]
    fn tcp_directions() {
        use {CandidateType::*, TcpType::*};
        assert_eq!(tcp_local_preference(Host, Active, 65_535), 6 * 8192 + 8191);
        assert_eq!(tcp_local_preference(Host, Passive, 65_535), 4 * 8192 + 8191);
        assert_eq!(tcp_local_preference(Host, So, 0), 2 * 8192);
        assert_eq!(tcp_local_preference(Relay, Active, 0), 6 * 8192);
        assert_eq!(tcp_local_preference(ServerReflexive, So, 0), 6 * 8192);
        assert_eq!(tcp_local_preference(ServerReflexive, Passive, 0), 2 * 8192);
    }

    #[test]
    fn pairs() {
        assert_eq!(pair_priority(1, 2), (1 << 32) + 4);
        assert_eq!(pair_priority(2, 1), (1 << 32) + 5);
        assert_eq!(pair_priority(7, 7), (7 << 32) + 14);
        assert_eq!(pair_priority(u32::MAX, u32::MAX), u64::MAX);
    }

    #[test]
    fn foundations_tell_apart_what_the_rfc_tells_apart() {
        let [base, other, server, server6] =
            ["10.0.0.1", "10.0.0.2", "192.0.2.1", "2001:db8::1"].map(|ip| ip.parse::<IpAddr>().unwrap());
        let all = [
            foundation(CandidateType::Host, base, None, Transport::Udp),
            foundation(CandidateType::Host, other, None, Transport::Udp),
            foundation(CandidateType::Host, base, None, Transport::Tcp),
            foundation(CandidateType::ServerReflexive, base, Some(server), Transport::Udp),
            foundation(CandidateType::ServerReflexive, base, Some(server6), Transport::Udp),
            foundation(CandidateType::Relay, server, Some(server), Transport::Udp),
            foundation(CandidateType::Relay, server, Some(server), Transport::Tls),
        ];
        let mut distinct = all.to_vec();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(all[0], foundation(CandidateType::Host, base, None, Transport::Udp));
        assert!(
            all.iter()
                .all(|f| f.len() <= 10 && f.bytes().all(|b| b.is_ascii_digit()))
        );
    }

    proptest! {
        #[test]
        fn split_undoes_priority(type_preference in 0u8..=126, local_preference: u16, component in 1u16..=256) {
            let preferences = Preferences { type_preference, local_preference, component };
            prop_assert_eq!(Preferences::split(preferences.priority()), preferences);
        }

        #[test]
        fn any_priority_survives_split(priority: u32) {
            prop_assert_eq!(Preferences::split(priority).priority(), priority);
        }

        #[test]
        fn local_preferences_are_unique_and_keep_the_order_of_a_family(families in "[46]{0,40}") {
            let addresses = ips(&families);
            let preferences = local_preferences(&addresses);
            let mut sorted = preferences.clone();
            sorted.sort_unstable();
            sorted.dedup();
            prop_assert_eq!(sorted.len(), addresses.len());
            for v6 in [false, true] {
                let one: Vec<u16> = (0..addresses.len()).filter(|&i| addresses[i].is_ipv6() == v6).map(|i| preferences[i]).collect();
                prop_assert!(one.is_sorted_by(|a, b| a > b));
            }
        }

        #[test]
        fn pair_priority_is_the_same_seen_from_both_sides(g: u32, d: u32) {
            prop_assert_eq!(pair_priority(g, d) == pair_priority(d, g), g == d);
        }
    }
}
