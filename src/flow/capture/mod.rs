//! [`Capture`]: takes the units of a capture and makes facts of them.

mod decode;
mod media;
mod stun;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use foldhash::fast::RandomState;

use crate::capture::{FrameKind, Framing, Packet, Sink, TcpSignal, Time, Unit};
use crate::datagram::{Seen, Transport};
use crate::exchange::Exchanges;
use crate::flow::dtls::Dtls;
use crate::flow::filter::Filter;
use crate::flow::heard::{Heard, Known, Via};
use crate::flow::passwords::Passwords;
use crate::flow::sctp::Sctp;
use crate::flow::session::IcmpSeen;
use crate::flow::signaling;
use crate::flow::table::Table;
use crate::flow::tls::Tls;
use crate::flow::{Carried, Counts, Direction, Facts, HandshakePiece, SessionId, StunCounts, binding, ice, rtp, turn};
use crate::time::At;

/// How many STUN requests are kept with their answers; of more, the oldest are forgotten.
const EXCHANGES: usize = 100_000;
/// How many fragments of DTLS handshake messages are kept.
const PIECES: usize = 20_000;
/// How many TLS connections are followed.
const TLS: usize = 1024;
/// How many SCTP associations are followed.
const SCTP: usize = 1024;
/// TURN inside of TURN is read so deep.
const DEPTH: u8 = 4;
/// The first octets of a text in a datagram (SIP) that may hold a description.
const SDP: &[u8] = b"v=0";

/// Is told of each STUN message as it comes.
pub type Watch<'w> = dyn FnMut(&Heard<'_>, &Known) + 'w;

/// A capture that is being read.
pub struct Capture<'w> {
    counts: Counts,
    stun: StunCounts,
    exchanges: Exchanges,
    /// What each of the exchanges is part of.
    owners: VecDeque<Owner>,
    table: Table,
    bindings: binding::Tracker,
    turn: turn::Tracker,
    ice: ice::Tracker,
    dtls: Vec<(SessionId, Dtls)>,
    dtls_index: HashMap<SessionId, usize, RandomState>,
    dtls_of_agents: HashMap<u32, usize, RandomState>,
    pieces: Vec<HandshakePiece>,
    pieces_left_out: u64,
    tls: Vec<(SessionId, Tls)>,
    tls_index: HashMap<SessionId, usize, RandomState>,
    tls_left_out: u64,
    sctp: Vec<(SessionId, Sctp)>,
    sctp_index: HashMap<SessionId, usize, RandomState>,
    sctp_left_out: u64,
    media: rtp::Media,
    texts: signaling::Streams,
    known: signaling::Known,
    passwords: Passwords,
    filter: Filter,
    watch: Option<&'w mut Watch<'w>>,
    /// What the frame at hand carries, a bit for each [`Carried`].
    carried: u16,
    /// The last frame counted for a protocol that came to light in a later frame.
    late: [u64; Carried::ALL.len()],
    /// The number of the frame at hand.
    frame: u64,
    last: Seen,
    too_deep: u64,
}

/// What a request is part of.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Nobody,
    Binding(u32),
    Turn(turn::Asked),
    Check(ice::Asked),
}

/// Where a piece of payload stands.
#[derive(Clone, Copy)]
struct Place {
    seen: Seen,
    time: Option<Time>,
    /// Of the innermost transport layer.
    transport: Transport,
    src: SocketAddr,
    dst: SocketAddr,
    session: SessionId,
    direction: Direction,
    via: Option<Via>,
    tcp_frame_length: Option<u16>,
    icmp: bool,
    depth: u8,
    /// Whether the filter lets it be counted and shown; else it is only learnt from.
    shown: bool,
}

impl<'w> Capture<'w> {
    /// Nothing seen yet.
    pub fn new(passwords: Passwords, known: signaling::Known, filter: Filter) -> Capture<'w> {
        Capture {
            counts: Counts::default(),
            stun: StunCounts::default(),
            exchanges: Exchanges::with_most(EXCHANGES),
            owners: VecDeque::new(),
            table: Table::default(),
            bindings: binding::Tracker::default(),
            turn: turn::Tracker::default(),
            ice: ice::Tracker::default(),
            dtls: Vec::new(),
            dtls_index: HashMap::default(),
            dtls_of_agents: HashMap::default(),
            pieces: Vec::new(),
            pieces_left_out: 0,
            tls: Vec::new(),
            tls_index: HashMap::default(),
            tls_left_out: 0,
            sctp: Vec::new(),
            sctp_index: HashMap::default(),
            sctp_left_out: 0,
            media: rtp::Media::default(),
            texts: signaling::Streams::default(),
            known,
            passwords,
            filter,
            watch: None,
            carried: 0,
            late: [0; Carried::ALL.len()],
            frame: 1,
            last: Seen::default(),
            too_deep: 0,
        }
    }

    /// Tells `watch` of every STUN message that the filter shows.
    pub fn watched(mut self, watch: &'w mut Watch<'w>) -> Capture<'w> {
        self.watch = Some(watch);
        self
    }

    /// The capture is over.
    pub fn finish(mut self) -> Facts {
        self.turn.finish(&self.table, self.last);
        let addresses = ice::Addresses::new(&self.bindings.list, &self.turn.list);
        self.ice.finish(&self.table, &addresses, &self.passwords, &self.known);
        for described in &self.known.descriptions {
            let own = |side: &ice::Side| described.credentials.iter().any(|one| one.ufrag == side.ufrag);
            let agents = self.ice.list.iter().filter(|one| one.sides.iter().any(own));
            let sessions: Vec<SessionId> = agents
                .flat_map(|one| one.pairs.iter().map(|pair| pair.session))
                .collect();
            described.tell(&mut self.media, &sessions);
        }
        // Packets that turned out to be RTP only later count as well.
        self.counts.carried[Carried::Rtp as usize] = self.media.rtp_frames();
        self.counts.carried[Carried::Rtcp as usize] = self.media.rtcp_frames();
        let media_left_out = self.media.left_out();
        let mut facts = Facts {
            counts: self.counts,
            stun: self.stun,
            exchanges: self.exchanges,
            bindings: self.bindings.list,
            allocations: self.turn.list,
            ice: self.ice.list,
            dtls: self.dtls,
            handshake_pieces: self.pieces,
            tls: self.tls,
            media: self.media,
            sctp: self.sctp,
            descriptions: self.known.descriptions,
            ..Facts::default()
        };
        for (what, count) in [
            ("STUN transactions", facts.exchanges.forgotten()),
            ("packets of sessions", self.table.left_out),
            ("STUN servers", self.bindings.left_out),
            ("TURN allocations", self.turn.left_out),
            ("pairs of ICE agents", self.ice.left_out),
            ("fragments of DTLS handshakes", self.pieces_left_out),
            ("records of TLS", self.tls_left_out),
            ("packets of RTP and RTCP", media_left_out),
            ("packets of SCTP", self.sctp_left_out),
            ("session descriptions", self.known.left_out),
            ("messages within messages", self.too_deep),
        ] {
            facts.leave_out(what, count);
        }
        let pairs = facts.ice.iter().map(|one| one.pairs_dropped).sum();
        facts.leave_out("pairs of ICE candidates", pairs);
        let handshakes = facts.dtls.iter().map(|(_, dtls)| {
            let flights: u64 = dtls.handshakes.iter().map(|handshake| handshake.left_out).sum();
            dtls.left_out + flights
        });
        let handshakes = handshakes.sum();
        facts.leave_out("handshakes, flights and alerts of DTLS", handshakes);
        let entries = facts.media.controls().iter().map(|control| control.left_out).sum();
        facts.leave_out("sources and names of RTCP", entries);
        let entries = facts.sctp.iter().map(|(_, sctp)| sctp.left_out).sum();
        facts.leave_out("messages and channels of SCTP", entries);
        facts.sessions = self.table.sessions;
        facts
    }

    /// Whether what passes in a session is to be counted and shown; `src` and `dst` are the addresses around it.
    fn shows(&self, session: SessionId, frame: u64, src: SocketAddr, dst: SocketAddr) -> bool {
        let session = self.table.get(session);
        self.filter.is_empty() || self.filter.shows(frame, session, &[src, dst, session.a, session.b])
    }
}

impl Sink for Capture<'_> {
    fn unit(&mut self, unit: &Unit<'_>) {
        let seen = Seen {
            frame: unit.frame,
            at: unit.at,
        };
        self.frame = self.frame.max(unit.frame);
        self.last = self.last.max(seen);
        let Some((session, direction)) = self.table.tuple(unit.transport, unit.src, unit.dst) else {
            return;
        };
        let total = unit.bytes.len() + unit.missing;
        let place = Place {
            seen,
            time: unit.time,
            transport: unit.transport,
            src: unit.src,
            dst: unit.dst,
            session,
            direction,
            via: None,
            tcp_frame_length: (unit.framing == Framing::Rfc4571).then(|| u16::try_from(total).unwrap_or(u16::MAX)),
            icmp: unit.icmp.is_some(),
            depth: 0,
            shown: self.shows(session, unit.frame, unit.src, unit.dst),
        };
        let carried = self.payload(&place, unit.bytes, unit.missing, unit.framing);
        if !place.shown {
            return;
        }
        let session = self.table.get_mut(session);
        match unit.icmp {
            None => session.ways[direction.index()].take(seen, total, carried),
            Some(error) => session.take_icmp(IcmpSeen {
                seen,
                quoted: direction,
                error,
                carried,
            }),
        }
    }

    fn tcp(&mut self, frame: u64, at: At, src: SocketAddr, dst: SocketAddr, signal: TcpSignal) {
        let seen = Seen { frame, at };
        let Some((id, direction)) = self.table.tuple(Transport::Tcp, src, dst) else {
            return;
        };
        let tcp = self.table.get_mut(id).tcp.get_or_insert_default();
        let side = direction.index();
        match signal {
            TcpSignal::Syn => {
                tcp.syn.get_or_insert(seen);
                tcp.syns += 1;
            }
            TcpSignal::SynAck => {
                tcp.syn_ack.get_or_insert(seen);
            }
            TcpSignal::Fin => {
                tcp.fin[side].get_or_insert(seen);
            }
            TcpSignal::Reset => {
                tcp.reset.get_or_insert((seen, direction));
            }
            TcpSignal::Retransmission => tcp.retransmissions[side] += 1,
            TcpSignal::Gap { octets } => tcp.gaps[side] += octets,
        }
    }

    fn frame(&mut self, packet: &Packet<'_>, at: At, kind: FrameKind) {
        self.last = Seen {
            frame: packet.frame,
            at,
        };
        let counts = &mut self.counts;
        counts.frames += 1;
        counts.wire_bytes += u64::from(packet.length);
        counts.udp += u64::from(kind.udp);
        counts.tcp += u64::from(kind.tcp);
        counts.icmp += u64::from(kind.icmp);
        counts.fragments += u64::from(kind.fragment);
        counts.undecoded += u64::from(kind.undecoded);
        counts.cut += u64::from(kind.cut);
        while self.carried != 0 {
            counts.carried[self.carried.trailing_zeros() as usize] += 1;
            self.carried &= self.carried - 1;
        }
        self.frame = packet.frame + 1;
    }
}

#[cfg(test)]
mod tests;
