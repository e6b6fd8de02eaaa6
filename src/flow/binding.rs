//! [`Binding`]: what a client asked of a STUN server: Binding requests without a USERNAME.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::datagram::{Seen, Transport};
use crate::exchange::Exchange;
use crate::flow::heard::Heard;
use crate::flow::ice::RoundTrips;
use crate::flow::{SessionId, count_error};
use crate::proto::stun::{Class, ErrorCode};

/// How many pairs of client and server are kept.
const MOST: usize = 8192;
/// How many mapped addresses are kept of one.
const MAPPED: usize = 64;

/// A client's address, a server, and what the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The session between them.
    pub session: SessionId,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub server: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// Whether the requests are those of RFC 3489.
    pub classic: bool,
    /// Requests, without retransmissions.
    pub requests: u64,
    /// Requests sent again.
    pub retransmissions: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused, by code: how often, and the first.
    pub errors: Vec<(ErrorCode, u64, Seen)>,
    /// The client as the server sees it, each with its first answer: more than one if the mapping changed.
    pub mapped: Vec<(SocketAddr, Seen)>,
    /// OTHER-ADDRESS or CHANGED-ADDRESS: the server can be asked how a NAT behaves (RFC 5780).
    pub other_address: Option<SocketAddr>,
    /// SOFTWARE of the server.
    pub software: Option<String>,
    /// Round-trip times.
    pub rtt: Option<RoundTrips>,
    /// The first request.
    pub first: Seen,
    /// The last message.
    pub last: Seen,
}

/// Who asked whom, by session.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    pub list: Vec<Binding>,
    index: HashMap<SessionId, u32>,
    pub left_out: u64,
}

impl Tracker {
    /// A request without USERNAME; gives the number of its entry.
    pub fn request(&mut self, heard: &Heard<'_>) -> Option<u32> {
        if let Some(&at) = self.index.get(&heard.session) {
            let binding = &mut self.list[at as usize];
            binding.requests += 1;
            binding.last = heard.seen;
            return Some(at);
        }
        if self.list.len() >= MOST {
            self.left_out += 1;
            return None;
        }
        let at = self.list.len() as u32;
        self.index.insert(heard.session, at);
        self.list.push(Binding {
            session: heard.session,
            client: heard.logical.0,
            server: heard.logical.1,
            transport: heard.transport,
            classic: heard.message.is_classic(),
            requests: 1,
            retransmissions: 0,
            successes: 0,
            errors: Vec::new(),
            mapped: Vec::new(),
            other_address: None,
            software: None,
            rtt: None,
            first: heard.seen,
            last: heard.seen,
        });
        Some(at)
    }

    /// A request that was sent before.
    pub fn again(&mut self, at: u32, heard: &Heard<'_>) {
        let binding = &mut self.list[at as usize];
        binding.retransmissions += 1;
        binding.last = heard.seen;
    }

    /// The first answer to a request.
    pub fn answer(&mut self, at: u32, heard: &Heard<'_>, exchange: &Exchange) {
        let binding = &mut self.list[at as usize];
        let message = &heard.message;
        binding.last = heard.seen;
        RoundTrips::take(&mut binding.rtt, exchange.rtt());
        if message.class() != Class::Success {
            let code = message.error_code().map_or(ErrorCode(0), |(code, _)| code);
            count_error(&mut binding.errors, code, heard.seen);
            return;
        }
        binding.successes += 1;
        if let Some(mapped) = message.xor_mapped_address().or_else(|| message.mapped_address()) {
            let new = binding.mapped.iter().all(|(known, _)| *known != mapped);
            if new && binding.mapped.len() < MAPPED {
                binding.mapped.push((mapped, heard.seen));
            }
        }
        binding.other_address = binding.other_address.or_else(|| message.other_address());
        if binding.software.is_none() {
            binding.software = message.software().map(str::to_owned);
        }
    }
}
