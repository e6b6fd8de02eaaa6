//! [`Packet`]: one record of a capture file, as the container gives it.

use std::fmt;
use std::time::Duration;

/// A wall-clock time: nanoseconds since 1970-01-01T00:00:00Z, which may be negative.
///
/// Wide enough for every time stamp that pcapng can write (64 bits, resolutions down to 2^-127 s, any offset).
/// What is finer than a nanosecond is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i128);

impl Time {
    /// Time passed since `earlier`; zero if `earlier` is in fact later.
    pub fn since(self, earlier: Time) -> Duration {
        let nanos = u128::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0);
        // Up to 584 years; division of 128 bits takes as long as all the rest of a packet.
        if let Ok(nanos) = u64::try_from(nanos) {
            return Duration::from_nanos(nanos);
        }
        let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
        Duration::new(seconds, (nanos % 1_000_000_000) as u32)
    }
}

/// A link type by its LINKTYPE number (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

/// The byte order of the section or file that a packet stands in; BSD loopback headers follow that of the machine
/// that captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Least significant octet first.
    Little,
    /// Most significant octet first.
    Big,
}

/// One packet of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Its number, from 1, counted over all files of the run in the order in which they are given out.
    pub frame: u64,
    /// When it was captured; Simple Packet Blocks do not say.
    pub time: Option<Time>,
    /// The link layer that `data` begins with.
    pub link_type: LinkType,
    /// The byte order of the section or file.
    pub endian: Endian,
    /// Octets of a frame check sequence at the end of the packet, where the file says so.
    pub fcs: u8,
    /// The interface, counted over all files of the run from 0: an index into the interfaces of the capture.
    pub interface: u32,
    /// Octets that the packet had on the wire; `data` may be shorter (snap length).
    pub length: u32,
    /// The octets that were kept.
    pub data: &'a [u8],
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
