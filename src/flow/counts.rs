//! [`Counts`]: frames by what they carry, and STUN messages by what they are.

use std::collections::BTreeMap;

use crate::flow::Carried;
use crate::proto::stun::{Class, Method};

/// How many kinds of message type are counted apart; a capture of noise has them all.
const TYPES: usize = 512;

/// Frames, by what they carry. A frame with several messages counts once for each protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All frames.
    pub frames: u64,
    /// Octets of all frames, as they were on the wire.
    pub wire_bytes: u64,
    /// Frames that were cut by the snap length.
    pub cut: u64,
    /// By protocol, by the number of [`Carried`]; what TURN carries counts too.
    pub carried: [u64; Carried::ALL.len()],
    /// An innermost UDP header.
    pub udp: u64,
    /// An innermost TCP header.
    pub tcp: u64,
    /// ICMP or ICMPv6.
    pub icmp: u64,
    /// Fragments of IP datagrams.
    pub fragments: u64,
    /// Not read up to a transport.
    pub undecoded: u64,
}

impl Counts {
    /// Frames with this protocol.
    pub const fn of(&self, carried: Carried) -> u64 {
        self.carried[carried as usize]
    }
}

/// STUN messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StunCounts {
    /// All of them.
    pub messages: u64,
    /// Inside of TURN.
    pub nested: u64,
    /// Of RFC 3489.
    pub classic: u64,
    /// Quoted in ICMP errors.
    pub in_icmp: u64,
    /// Cut short.
    pub truncated: u64,
    /// By method and class.
    pub by_type: BTreeMap<(Method, Class), u64>,
    /// Messages whose type is none of the many that are counted in `by_type`.
    pub other_types: u64,
    /// FINGERPRINTs that hold.
    pub fingerprint_valid: u64,
    /// FINGERPRINTs that do not.
    pub fingerprint_invalid: u64,
    /// MESSAGE-INTEGRITYs that hold with a password that we know.
    pub integrity_valid: u64,
    /// MESSAGE-INTEGRITYs that do not, though we know a password for them.
    pub integrity_invalid: u64,
}

impl StunCounts {
    pub(super) fn count_type(&mut self, method: Method, class: Class) {
        let full = self.by_type.len() >= TYPES;
        match self.by_type.get_mut(&(method, class)) {
            Some(count) => *count += 1,
            None if full => self.other_types += 1,
            None => {
                self.by_type.insert((method, class), 1);
            }
        }
    }
}
