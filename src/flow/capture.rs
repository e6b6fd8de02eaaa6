//! [`Capture`]: takes the units of a capture and makes facts of them.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use foldhash::fast::RandomState;

use crate::capture::{FrameKind, Framing, IcmpError, Packet, Sink, TcpSignal, Time, Unit};
use crate::datagram::{Datagram, Seen, Transport};
use crate::exchange::{Exchanges, Passed};
use crate::flow::dtls::{self, Dtls};
use crate::flow::filter::Filter;
use crate::flow::heard::{Heard, Known, Via};
use crate::flow::passwords::{Passwords, Verdict};
use crate::flow::session::IcmpSeen;
use crate::flow::signaling::{self, Source};
use crate::flow::table::Table;
use crate::flow::{Carried, Counts, Direction, Facts, HandshakePiece, SessionId, StunCounts, binding, ice, rtp, turn};
use crate::proto::demux::{self, Context, Protocol};
use crate::proto::stun::{AttributeType, Class, Message, Method};
use crate::proto::turn::ChannelData;
use crate::time::At;

/// How many STUN requests are kept with their answers; of more, the oldest are forgotten.
const EXCHANGES: usize = 100_000;
/// How many fragments of DTLS handshake messages are kept.
const PIECES: usize = 20_000;
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
    pieces: Vec<HandshakePiece>,
    pieces_left_out: u64,
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
            pieces: Vec::new(),
            pieces_left_out: 0,
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
            media: self.media,
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
            ("packets of RTP and RTCP", media_left_out),
            ("session descriptions", self.known.left_out),
            ("messages within messages", self.too_deep),
        ] {
            if count > 0 {
                facts.left_out.insert(what, count);
            }
        }
        facts.sessions = self.table.sessions;
        facts
    }

    /// Whether what passes in a session is to be counted and shown; `src` and `dst` are the addresses around it.
    fn shows(&self, session: SessionId, frame: u64, src: SocketAddr, dst: SocketAddr) -> bool {
        let session = self.table.get(session);
        self.filter.is_empty() || self.filter.shows(frame, session, &[src, dst, session.a, session.b])
    }

    /// One piece of payload, and what is in it.
    fn payload(&mut self, place: &Place, bytes: &[u8], missing: usize, framing: Framing) -> Carried {
        let carried = match framing {
            Framing::Bytes => self.text(place, bytes),
            Framing::Tls => Carried::Tls,
            Framing::Datagram | Framing::Stun | Framing::Rfc4571 => self.datagram(place, bytes, missing, framing),
        };
        self.count(place, carried);
        carried
    }

    fn datagram(&mut self, place: &Place, bytes: &[u8], missing: usize, framing: Framing) -> Carried {
        // Microsoft's multiplexed frame: 0xff10, a length, and a session id of eight octets (MS-TURN §2.2.3).
        if let [0xff, 0x10, high, low, rest @ ..] = bytes
            && usize::from(u16::from_be_bytes([*high, *low])) == rest.len() + missing
            && rest.len() >= 8
        {
            self.nested_channel(place, 0xff10, &rest[8..], missing);
            return Carried::ChannelData;
        }
        let session = self.table.get(place.session);
        let context = Context {
            source_port: place.src.port(),
            destination_port: place.dst.port(),
            turn: session.count(Carried::ChannelData) > 0
                || framing == Framing::Stun
                || self.turn.of(place.session).is_some(),
            dtls: session.count(Carried::Dtls) > 0,
            quic: session.count(Carried::Quic) > 0,
        };
        match demux::identify(bytes, missing, &context) {
            Protocol::Stun => match Message::decode(bytes) {
                Ok(message) => self.stun(place, message, missing),
                Err(_) => Carried::Other,
            },
            Protocol::ChannelData => {
                if let Ok(message) = ChannelData::decode(bytes) {
                    let missing = usize::from(message.length()).saturating_sub(message.data().len());
                    self.nested_channel(place, message.channel(), message.data(), missing);
                }
                Carried::ChannelData
            }
            Protocol::Dtls => self.dtls(place, bytes, missing),
            Protocol::Rtp => self.rtp(place, bytes, missing),
            Protocol::Rtcp => self.rtcp(place, bytes, missing),
            Protocol::Quic => Carried::Quic,
            Protocol::Zrtp => Carried::Zrtp,
            Protocol::Sctp => Carried::Sctp,
            Protocol::Unknown => self.unknown(place, bytes),
        }
    }

    fn dtls(&mut self, place: &Place, bytes: &[u8], missing: usize) -> Carried {
        if !place.shown {
            return Carried::Dtls;
        }
        // What an ICMP error quotes was seen before.
        let mut quoted = Dtls::default();
        let dtls = match place.icmp {
            true => &mut quoted,
            false => {
                let next = self.dtls.len();
                let at = *self.dtls_index.entry(place.session).or_insert(next);
                if at == next {
                    self.dtls.push((place.session, Dtls::default()));
                }
                &mut self.dtls[at].1
            }
        };
        let pieces = dtls.feed(place.direction, place.seen, bytes, missing);
        // DTLS-SRTP: what looks like RTP is RTP from now on, and SRTP.
        let offered = |handshake: &dtls::Handshake| {
            let offer = handshake.offer.as_ref();
            offer.is_some_and(|offer| offer.srtp_profiles.is_some())
        };
        if !pieces.is_empty() && dtls.handshakes.iter().any(offered) {
            self.media.trust(place.session);
            self.media.protect(place.session);
        }
        for piece in pieces {
            if self.pieces.len() >= PIECES {
                self.pieces_left_out += 1;
                continue;
            }
            self.pieces.push(HandshakePiece {
                src: place.src,
                dst: place.dst,
                session: place.session,
                piece,
            });
        }
        self.moved(place);
        Carried::Dtls
    }

    /// What can be RTP: whether it is, the packets around it tell.
    fn rtp(&mut self, place: &Place, bytes: &[u8], missing: usize) -> Carried {
        if place.icmp || !place.shown {
            return Carried::Other;
        }
        let taken = self
            .media
            .rtp(place.session, place.direction, place.seen, bytes, missing);
        match taken {
            rtp::Taken::Rtp { held } => {
                if held > 0 {
                    let way = &mut self.table.get_mut(place.session).ways[place.direction.index()];
                    way.reconsider(held as u32);
                }
                self.moved(place);
                Carried::Rtp
            }
            rtp::Taken::Held | rtp::Taken::Refused => Carried::Other,
        }
    }

    fn rtcp(&mut self, place: &Place, bytes: &[u8], missing: usize) -> Carried {
        if place.icmp || !place.shown {
            return Carried::Other;
        }
        let taken = self
            .media
            .rtcp(place.session, place.direction, place.seen, bytes, missing);
        if taken { Carried::Rtcp } else { Carried::Other }
    }

    /// Media or data: it shows which pair of ICE is used.
    fn moved(&mut self, place: &Place) {
        if !place.icmp && place.shown {
            self.ice.media(place.session, place.direction, place.seen);
        }
    }

    /// What is in ChannelData.
    fn nested_channel(&mut self, place: &Place, number: u16, bytes: &[u8], missing: usize) {
        let channel = turn::ChannelPlace {
            outer: place.session,
            src: self.table.get(place.session).from(place.direction),
            dst: self.table.get(place.session).to(place.direction),
            transport: place.transport,
        };
        let inner = match place.icmp {
            true => None,
            false => self.turn.channel_data(&channel, number, &mut self.table),
        };
        let (session, direction) = inner.unwrap_or((place.session, place.direction));
        self.media.hint(session);
        let inner_place = Place {
            session,
            direction,
            via: Some(Via::Channel(number)),
            tcp_frame_length: None,
            ..*place
        };
        self.nested(&inner_place, bytes, missing, inner.is_some());
    }

    /// What TURN carries; `known` says whether its flow is.
    fn nested(&mut self, place: &Place, bytes: &[u8], missing: usize, known: bool) {
        if place.depth >= DEPTH {
            self.too_deep += 1;
            return;
        }
        let place = Place {
            depth: place.depth + 1,
            shown: self.shows(place.session, place.seen.frame, place.src, place.dst),
            ..*place
        };
        let carried = self.payload(&place, bytes, missing, Framing::Datagram);
        if known && !place.icmp && place.shown {
            let session = self.table.get_mut(place.session);
            session.ways[place.direction.index()].take(place.seen, bytes.len() + missing, carried);
            self.turn.count(place.session, place.direction, bytes.len() + missing);
        }
    }

    /// A STUN message.
    fn stun(&mut self, place: &Place, message: Message<'_>, missing: usize) -> Carried {
        let session = self.table.get(place.session);
        let heard = Heard {
            message,
            seen: place.seen,
            time: place.time,
            transport: place.transport,
            src: place.src,
            dst: place.dst,
            session: place.session,
            logical: (session.from(place.direction), session.to(place.direction)),
            direction: place.direction,
            via: place.via,
            tcp_frame_length: place.tcp_frame_length,
            in_icmp: place.icmp,
            missing,
            fingerprint: message.fingerprint(),
        };
        let known = if place.icmp {
            Known::default()
        } else {
            self.follow(place, &heard)
        };
        if place.shown {
            self.count_stun(&heard, &known);
            if let Some(watch) = &mut self.watch {
                watch(&heard, &known);
            }
        }
        self.open_data(place, &heard, missing);
        if message.is_classic() {
            Carried::ClassicStun
        } else {
            Carried::Stun
        }
    }

    /// What a DATA attribute holds.
    fn open_data(&mut self, place: &Place, heard: &Heard<'_>, missing: usize) {
        let message = &heard.message;
        let inner = match place.icmp {
            false if matches!(message.method(), Method::SEND | Method::DATA) && !message.class().is_response() => {
                self.turn.data(heard, &mut self.table)
            }
            _ => None,
        };
        let data = message
            .attributes()
            .find(|one| one.attribute_type == AttributeType::DATA);
        let (bytes, missing) = match data {
            Some(data) => (data.value, 0),
            // The walk stops at an attribute that was cut; what there is of DATA is read all the same.
            None if missing > 0 => match message.cut_attribute() {
                Some((AttributeType::DATA, value, length)) => (value, usize::from(length) - value.len()),
                _ => return,
            },
            None => return,
        };
        let (session, direction) = inner.unwrap_or((place.session, place.direction));
        let inner_place = Place {
            session,
            direction,
            via: Some(Via::Data),
            tcp_frame_length: None,
            ..*place
        };
        self.nested(&inner_place, bytes, missing, inner.is_some());
    }

    /// Joins a message with the exchanges, and with what it is part of.
    fn follow(&mut self, place: &Place, heard: &Heard<'_>) -> Known {
        let message = &heard.message;
        let nested = place.via.is_some();
        let datagram = Datagram {
            frame: heard.seen.frame,
            at: heard.seen.at,
            transport: if nested { Transport::Udp } else { heard.transport },
            src: heard.logical.0,
            dst: heard.logical.1,
            bytes: message.bytes(),
        };
        let outer = self
            .table
            .get(place.session)
            .inside
            .map_or(0, |relay| relay.outer.0 + 1);
        let scope = if nested { outer } else { 0 };
        let passed = self.exchanges.pass(scope, &datagram, message);
        let mut known = Known {
            passed: Some(passed),
            ..Known::default()
        };
        match passed {
            Passed::Request(number) => {
                let (owner, verdict) = self.request(heard, number, nested);
                known.integrity = verdict;
                self.owners.push_back(owner);
                while self.owners.len() > self.exchanges.len() {
                    self.owners.pop_front();
                }
            }
            Passed::Retransmission(number) => {
                known.request = self.exchanges.at(number).map(|exchange| exchange.first_sent());
                known.integrity = self.again(heard, number);
            }
            Passed::Response(number) | Passed::Duplicate(number) => {
                known.request = self.exchanges.at(number).map(|exchange| exchange.first_sent());
                known.integrity = self.answer(heard, number, matches!(passed, Passed::Response(_)));
            }
            Passed::Stray => {}
            Passed::Indication => {
                if message.method() == Method::BINDING {
                    self.ice.indication(heard);
                }
            }
        }
        known
    }

    fn owner(&self, number: u64) -> Owner {
        let at = number.checked_sub(self.exchanges.forgotten());
        let at = at.and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.owners.get(at)).copied().unwrap_or(Owner::Nobody)
    }

    /// A request that is seen for the first time: who it belongs to, and whether its integrity holds.
    fn request(&mut self, heard: &Heard<'_>, number: u64, nested: bool) -> (Owner, Verdict) {
        let message = &heard.message;
        self.media.hint(heard.session);
        if turn::is_turn(message.method()) {
            let owner = self.turn.request(heard, number).map_or(Owner::Nobody, Owner::Turn);
            let verdict = self.check_turn(heard, owner);
            return (owner, verdict);
        }
        let ice = matches!(message.method(), Method::BINDING | Method::GOOG_PING);
        let username = message.username().filter(|_| ice);
        if let Some((username, (receiver, ..))) = username.and_then(|name| Some((name, ice::Tracker::ufrags(name)?))) {
            let verdict = self.passwords.check_ice(message, receiver);
            let asked = self.ice.request(heard, username, nested, &verdict);
            return (asked.map_or(Owner::Nobody, Owner::Check), verdict);
        }
        if ice && self.ice.knows(heard.session) {
            let verdict = match self.ice.receiver(heard.session, heard.direction) {
                Some(ufrag) => self.passwords.check_ice(message, ufrag),
                None => Verdict::default(),
            };
            let asked = self.ice.request_of_session(heard, &verdict);
            return (asked.map_or(Owner::Nobody, Owner::Check), verdict);
        }
        match message.method() {
            Method::BINDING => (
                self.bindings.request(heard).map_or(Owner::Nobody, Owner::Binding),
                Verdict::default(),
            ),
            _ => (Owner::Nobody, Verdict::default()),
        }
    }

    fn again(&mut self, heard: &Heard<'_>, number: u64) -> Verdict {
        let owner = self.owner(number);
        match owner {
            Owner::Nobody => Verdict::default(),
            Owner::Binding(at) => {
                self.bindings.again(at, heard);
                Verdict::default()
            }
            Owner::Turn(asked) => {
                self.turn.again(asked, heard);
                self.check_turn(heard, owner)
            }
            Owner::Check(asked) => {
                self.ice.again(asked, heard);
                self.passwords.check_ice(&heard.message, self.ice.asked_ufrag(asked))
            }
        }
    }

    fn answer(&mut self, heard: &Heard<'_>, number: u64, first: bool) -> Verdict {
        let owner = self.owner(number);
        let verdict = match owner {
            Owner::Turn(_) => self.check_turn(heard, owner),
            Owner::Check(asked) => self.passwords.check_ice(&heard.message, self.ice.asked_ufrag(asked)),
            Owner::Nobody | Owner::Binding(_) => Verdict::default(),
        };
        let Some(exchange) = self.exchanges.at(number).filter(|_| first) else {
            return verdict;
        };
        match owner {
            Owner::Nobody => {}
            Owner::Binding(at) => self.bindings.answer(at, heard, exchange),
            Owner::Turn(asked) => self.turn.answer(asked, number, heard, &mut self.table),
            Owner::Check(asked) => self.ice.answer(asked, heard, exchange, &verdict),
        }
        verdict
    }

    /// The long-term mechanism, with the names of the allocation where the message has none.
    fn check_turn(&mut self, heard: &Heard<'_>, owner: Owner) -> Verdict {
        let message = &heard.message;
        let Owner::Turn(asked) = owner else {
            return Verdict::default();
        };
        if !self.passwords.has_turn() {
            return Verdict::default();
        }
        let allocation = &self.turn.list[asked.allocation as usize];
        let username = message.username().or(allocation.username.as_deref());
        let realm = message.realm().or(allocation.realm.as_deref());
        let (Some(username), Some(realm)) = (username, realm) else {
            return Verdict::default();
        };
        let verdict = self.passwords.check_turn(message, username, realm);
        if message.class() == Class::Request && verdict.valid.is_some() {
            self.turn.list[asked.allocation as usize].integrity = verdict.valid;
        }
        verdict
    }

    fn count_stun(&mut self, heard: &Heard<'_>, known: &Known) {
        let message = &heard.message;
        let stun = &mut self.stun;
        stun.messages += 1;
        stun.nested += u64::from(heard.via.is_some());
        stun.classic += u64::from(message.is_classic());
        stun.in_icmp += u64::from(heard.in_icmp);
        stun.truncated += u64::from(message.is_truncated());
        stun.count_type(message.method(), message.class());
        stun.fingerprint_valid += u64::from(heard.fingerprint == Some(true));
        stun.fingerprint_invalid += u64::from(heard.fingerprint == Some(false));
        stun.integrity_valid += u64::from(known.integrity.valid == Some(true));
        stun.integrity_invalid += u64::from(known.integrity.valid == Some(false));
    }

    /// A piece of a TCP stream: signaling, perhaps.
    fn text(&mut self, place: &Place, bytes: &[u8]) -> Carried {
        let (known, passwords) = (&mut self.known, &mut self.passwords);
        let source = Source::Capture {
            seen: place.seen,
            src: place.src,
            dst: place.dst,
        };
        let mut take = |text: &[u8]| read_text(text, &source, known, passwords);
        let session = place.session;
        match self.texts.feed(session, place.direction, bytes, false, &mut take) {
            true => Carried::Text,
            false => Carried::Other,
        }
    }

    /// A datagram of no protocol of ours: SIP has descriptions in it.
    fn unknown(&mut self, place: &Place, bytes: &[u8]) -> Carried {
        let source = Source::Capture {
            seen: place.seen,
            src: place.src,
            dst: place.dst,
        };
        if bytes.first().is_some_and(u8::is_ascii_uppercase) && !place.icmp {
            read_text(bytes, &source, &mut self.known, &mut self.passwords);
        }
        Carried::Other
    }

    /// Frames are counted once for each protocol. A message may be told only in a later frame than its own.
    fn count(&mut self, place: &Place, carried: Carried) {
        let bit = carried as usize;
        if !place.shown {
        } else if place.seen.frame == self.frame {
            self.carried |= 1 << bit;
        } else if self.late[bit] != place.seen.frame {
            self.late[bit] = place.seen.frame;
            self.counts.carried[bit] += 1;
        }
    }
}

/// Descriptions and candidates in a text.
fn read_text(bytes: &[u8], source: &Source, known: &mut signaling::Known, passwords: &mut Passwords) {
    let marks = [SDP, b"candidate:"];
    if marks.iter().any(|mark| memchr::memmem::find(bytes, mark).is_some()) {
        known.read(&String::from_utf8_lossy(bytes), source, passwords);
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

/// What an ICMP error means (RFC 792, RFC 4443).
pub fn icmp_meaning(error: &IcmpError) -> &'static str {
    match (error.from, error.kind, error.code) {
        (IpAddr::V4(_), 3, 0) => "network unreachable",
        (IpAddr::V4(_), 3, 1) => "host unreachable",
        (IpAddr::V4(_), 3, 2) => "protocol unreachable",
        (IpAddr::V4(_), 3, 3) => "port unreachable",
        (IpAddr::V4(_), 3, 4) => "fragmentation needed",
        (IpAddr::V4(_), 3, 9 | 10 | 13) => "administratively prohibited",
        (IpAddr::V4(_), 3, _) => "destination unreachable",
        (IpAddr::V4(_), 5, _) => "redirect",
        (IpAddr::V4(_), 11, 0) => "time to live exceeded",
        (IpAddr::V4(_), 11, _) => "fragments not put together in time",
        (IpAddr::V4(_), 12, _) => "header not understood",
        (IpAddr::V6(_), 1, 0) => "no route",
        (IpAddr::V6(_), 1, 1) => "administratively prohibited",
        (IpAddr::V6(_), 1, 3) => "address unreachable",
        (IpAddr::V6(_), 1, 4) => "port unreachable",
        (IpAddr::V6(_), 1, _) => "destination unreachable",
        (IpAddr::V6(_), 2, _) => "packet too big",
        (IpAddr::V6(_), 3, 0) => "hop limit exceeded",
        (IpAddr::V6(_), 3, _) => "fragments not put together in time",
        (IpAddr::V6(_), 4, _) => "header not understood",
        _ => "unknown error",
    }
}
