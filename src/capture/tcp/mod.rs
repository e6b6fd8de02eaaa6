//! What the layers below hand to TCP.

use std::net::SocketAddr;

use crate::capture::packet::Time;
use crate::capture::unit::{IcmpError, Sink};
use crate::time::At;

/// One TCP segment, as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The frame, from 1.
    pub frame: u64,
    /// When it was captured.
    pub time: Option<Time>,
    /// The same since the capture began.
    pub at: At,
    /// The sender, innermost.
    pub src: SocketAddr,
    /// The receiver, innermost.
    pub dst: SocketAddr,
    /// The sequence number of the first octet.
    pub seq: u32,
    /// The acknowledgment number; 0 where the header was cut before it.
    pub ack: u32,
    /// The octet of flags, FIN being the last bit; 0 where the header was cut before it.
    pub flags: u8,
    /// The payload.
    pub payload: &'a [u8],
    /// Octets of payload that follow and were not captured.
    pub missing: usize,
    /// The ICMP error that quotes it.
    pub icmp: Option<IcmpError>,
}

/// TCP streams.
#[derive(Debug, Default)]
pub struct Tcp;

impl Tcp {
    /// Takes the next segment.
    pub fn segment(&mut self, _segment: &Segment<'_>, _sink: &mut impl Sink) {}

    /// Gives out what waits for octets that never came.
    pub fn finish(&mut self, _sink: &mut impl Sink) {}
}
