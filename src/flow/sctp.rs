//! [`Sctp`]: an SCTP association that is not hidden in DTLS, with its data channels (RFC 9260, RFC 8831, RFC 8832).

use crate::datagram::Seen;
use crate::flow::Direction;
use crate::proto::dcep::{ChannelType, Message, Open};
use crate::proto::sctp::{CauseCode, Chunk, ChunkType, Data, Packet, PayloadProtocol};

/// How many streams, and how many channels, are kept of one association.
const KEPT: usize = 1024;
/// How many payload protocols are counted apart in one stream.
const PROTOCOLS: usize = 16;
/// Longer labels are cut.
const TEXT: usize = 256;
/// Chunks of data that are so far behind the newest one came before.
const WINDOW: u32 = 128;
/// The parameter of RE-CONFIG that closes streams of its sender (RFC 6525 §4.1).
const OUTGOING_RESET: u16 = 13;

/// User messages of one stream in one direction; those of DCEP left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The stream: the id of the data channel.
    pub id: u16,
    /// Which way they go.
    pub direction: Direction,
    /// How many, by their first fragments.
    pub messages: u64,
    /// Their octets.
    pub bytes: u64,
    /// How many of each kind.
    pub protocols: Vec<(PayloadProtocol, u64)>,
    /// The first of them.
    pub first: Seen,
    /// The last of them.
    pub last: Seen,
}

/// A data channel that was opened by DCEP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The stream: its id.
    pub id: u16,
    /// Which way the OPEN went.
    pub direction: Direction,
    /// When.
    pub opened: Seen,
    /// Its label.
    pub label: String,
    /// Its subprotocol.
    pub protocol: String,
    /// How it delivers.
    pub channel_type: ChannelType,
    /// Retransmissions, or milliseconds, after which a message is given up.
    pub reliability: u32,
    /// Its priority.
    pub priority: u16,
    /// The ACK.
    pub acknowledged: Option<Seen>,
    /// When its stream was first reset.
    pub closed: Option<Seen>,
}

/// How an association ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub seen: Seen,
    /// Which way the word of it went.
    pub direction: Direction,
    /// Whether by ABORT; else by SHUTDOWN.
    pub is_abort: bool,
    /// The first cause that the ABORT gives.
    pub cause: Option<CauseCode>,
}

/// An association; one for all that passes in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sctp {
    /// The SCTP ports of the session's `a` and `b`.
    pub ports: [u16; 2],
    /// Packets each way.
    pub packets: [u64; 2],
    /// Chunks by type, each way.
    pub chunks: [Vec<(ChunkType, u64)>; 2],
    /// Chunks of data that came again, each way.
    pub retransmissions: [u64; 2],
    /// The first packet.
    pub first: Seen,
    /// The last packet.
    pub last: Seen,
    /// The first INIT, and which way it went.
    pub init: Option<(Seen, Direction)>,
    /// The first COOKIE ACK.
    pub established: Option<Seen>,
    /// How it ended, if it did.
    pub end: Option<End>,
    /// Messages, by stream and direction, in the order of the first ones.
    pub flows: Vec<Flow>,
    /// Data channels in the order in which they were opened.
    pub channels: Vec<Channel>,
    /// Messages and channels that found no place.
    pub left_out: u64,
    newest: [Option<Newest>; 2],
}

/// The chunks of data of one direction that came last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Newest {
    tsn: u32,
    /// A bit for each of those before it, itself the lowest.
    seen: u128,
}

impl Newest {
    /// Whether this one came before.
    fn has(newest: &mut Option<Newest>, tsn: u32) -> bool {
        let Some(known) = newest else {
            *newest = Some(Newest { tsn, seen: 1 });
            return false;
        };
        let ahead = tsn.wrapping_sub(known.tsn);
        if ahead != 0 && ahead < 1 << 31 {
            known.seen = known.seen.checked_shl(ahead).unwrap_or(0) | 1;
            known.tsn = tsn;
            return false;
        }
        let behind = known.tsn.wrapping_sub(tsn);
        if behind >= WINDOW {
            return true;
        }
        let bit = 1 << behind;
        let has = known.seen & bit != 0;
        known.seen |= bit;
        has
    }
}

impl Sctp {
    /// An association whose first packet this is.
    pub fn new(direction: Direction, seen: Seen, packet: &Packet<'_>) -> Sctp {
        let ports = [packet.source_port, packet.destination_port];
        Sctp {
            ports: match direction {
                Direction::Forward => ports,
                Direction::Backward => [ports[1], ports[0]],
            },
            packets: [0; 2],
            chunks: [Vec::new(), Vec::new()],
            retransmissions: [0; 2],
            first: seen,
            last: seen,
            init: None,
            established: None,
            end: None,
            flows: Vec::new(),
            channels: Vec::new(),
            left_out: 0,
            newest: [None; 2],
        }
    }

    /// Takes a packet.
    pub fn take(&mut self, direction: Direction, seen: Seen, packet: &Packet<'_>) {
        self.packets[direction.index()] += 1;
        self.last = seen;
        for chunk in packet.chunks() {
            self.chunk(direction, seen, &chunk);
        }
    }

    fn chunk(&mut self, direction: Direction, seen: Seen, chunk: &Chunk<'_>) {
        // At most 256 kinds.
        let counts = &mut self.chunks[direction.index()];
        match counts.iter_mut().find(|(other, _)| *other == chunk.chunk_type) {
            Some((_, count)) => *count += 1,
            None => counts.push((chunk.chunk_type, 1)),
        }
        match chunk.chunk_type {
            ChunkType::INIT => {
                self.init.get_or_insert((seen, direction));
                // A restart numbers anew.
                self.newest = [None; 2];
            }
            ChunkType::COOKIE_ACK => {
                self.established.get_or_insert(seen);
            }
            ChunkType::ABORT | ChunkType::SHUTDOWN => {
                let is_abort = chunk.chunk_type == ChunkType::ABORT;
                self.end.get_or_insert(End {
                    seen,
                    direction,
                    is_abort,
                    cause: chunk.cause().filter(|_| is_abort),
                });
            }
            ChunkType::RE_CONFIG => self.reset(seen, chunk.value),
            _ => {
                if let Some(data) = chunk.data() {
                    self.data(direction, seen, &data);
                }
            }
        }
    }

    fn data(&mut self, direction: Direction, seen: Seen, data: &Data<'_>) {
        if Newest::has(&mut self.newest[direction.index()], data.tsn) {
            self.retransmissions[direction.index()] += 1;
            return;
        }
        if data.protocol == Some(PayloadProtocol::DCEP) {
            match Message::decode(data.payload) {
                Some(Message::Open(open)) => self.open(direction, seen, data.stream, &open),
                Some(Message::Ack) => self.acknowledge(direction, seen, data.stream),
                Some(Message::Unknown(_)) | None => {}
            }
            return;
        }
        let Some(flow) = self.flow(direction, seen, data.stream) else {
            self.left_out += u64::from(data.begins);
            return;
        };
        flow.last = seen;
        flow.messages += u64::from(data.begins);
        let is_empty = matches!(
            data.protocol,
            Some(PayloadProtocol::STRING_EMPTY | PayloadProtocol::BINARY_EMPTY)
        );
        // An empty message has one octet that means nothing (RFC 8831 §6.6).
        flow.bytes += if is_empty { 0 } else { data.payload.len() as u64 };
        let Some(protocol) = data.protocol.filter(|_| data.begins) else {
            return;
        };
        let kinds = &mut flow.protocols;
        match kinds.iter().position(|(other, _)| *other == protocol) {
            Some(place) => kinds[place].1 += 1,
            None if kinds.len() < PROTOCOLS => kinds.push((protocol, 1)),
            None => {}
        }
    }

    fn flow(&mut self, direction: Direction, seen: Seen, id: u16) -> Option<&mut Flow> {
        let known = self
            .flows
            .iter()
            .position(|flow| flow.id == id && flow.direction == direction);
        let place = known.unwrap_or(self.flows.len());
        if place == self.flows.len() && place < KEPT {
            self.flows.push(Flow {
                id,
                direction,
                messages: 0,
                bytes: 0,
                protocols: Vec::new(),
                first: seen,
                last: seen,
            });
        }
        self.flows.get_mut(place)
    }

    fn open(&mut self, direction: Direction, seen: Seen, id: u16, open: &Open<'_>) {
        if self.channels.len() >= KEPT {
            self.left_out += 1;
            return;
        }
        let text = |octets: &[u8]| String::from_utf8_lossy(octets.get(..TEXT).unwrap_or(octets)).into_owned();
        self.channels.push(Channel {
            id,
            direction,
            opened: seen,
            label: text(open.label),
            protocol: text(open.protocol),
            channel_type: open.channel_type,
            reliability: open.reliability,
            priority: open.priority,
            acknowledged: None,
            closed: None,
        });
    }

    fn acknowledge(&mut self, direction: Direction, seen: Seen, id: u16) {
        let mut channels = self.channels.iter_mut().rev();
        let opened = channels.find(|one| one.id == id && one.direction != direction);
        if let Some(channel) = opened {
            channel.acknowledged.get_or_insert(seen);
        }
    }

    /// Streams that are reset: both ends do so when a channel is closed (RFC 8831 §6.7).
    fn reset(&mut self, seen: Seen, mut parameters: &[u8]) {
        while let Some((&[a, b, c, d], rest)) = parameters.split_first_chunk() {
            let length = usize::from(u16::from_be_bytes([c, d])).saturating_sub(4);
            let value = rest.get(..length).unwrap_or(rest);
            if u16::from_be_bytes([a, b]) == OUTGOING_RESET {
                let (streams, _) = value.get(12..).unwrap_or(&[]).as_chunks::<2>();
                for stream in streams {
                    let id = u16::from_be_bytes(*stream);
                    if let Some(channel) = self.channels.iter_mut().rev().find(|one| one.id == id) {
                        channel.closed.get_or_insert(seen);
                    }
                }
            }
            parameters = rest.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::At;

    fn seen(frame: u64) -> Seen {
        Seen {
            frame,
            at: At::from_millis(10 * frame),
        }
    }

    fn packet(chunks: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0x13, 0x88, 0x13, 0x89, 1, 2, 3, 4, 0, 0, 0, 0];
        bytes.extend(chunks.concat());
        bytes
    }

    fn chunk(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind, flags];
        bytes.extend((value.len() as u16 + 4).to_be_bytes());
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn data(tsn: u32, stream: u16, flags: u8, protocol: u32, payload: &[u8]) -> Vec<u8> {
        let mut value = tsn.to_be_bytes().to_vec();
        value.extend(stream.to_be_bytes());
        value.extend([0, 0]);
        value.extend(protocol.to_be_bytes());
        value.extend(payload);
        chunk(0, flags, &value)
    }

    const OPEN: [u8; 16] = [3, 0x81, 1, 0, 0, 0, 0, 5, 0, 4, 0, 0, b'c', b'h', b'a', b't'];

    /// A whole association: set up, a channel opened, used and closed, then aborted.
    fn conversation() -> Vec<(Direction, Vec<u8>)> {
        use Direction::{Backward, Forward};
        let mut reset = vec![0, 13, 0, 18];
        reset.extend([0; 12]);
        reset.extend([0, 2, 0, 0]);
        vec![
            (Forward, packet(&[chunk(1, 0, &[0; 16])])),
            (Backward, packet(&[chunk(2, 0, &[0; 16])])),
            (Forward, packet(&[chunk(10, 0, &[7; 8])])),
            (Backward, packet(&[chunk(11, 0, &[])])),
            (Forward, packet(&[data(1, 2, 3, 50, &OPEN)])),
            (Backward, packet(&[data(9, 2, 3, 50, &[2])])),
            // In two fragments, the first of them twice; then an empty one.
            (Forward, packet(&[data(2, 2, 2, 51, b"hal")])),
            (Forward, packet(&[data(2, 2, 2, 51, b"hal")])),
            (Forward, packet(&[data(4, 2, 3, 56, &[0]), data(3, 2, 1, 51, b"lo")])),
            (Backward, packet(&[data(10, 2, 3, 53, &[1, 2, 3, 4])])),
            (Forward, packet(&[chunk(130, 0, &reset)])),
            (Backward, packet(&[chunk(6, 0, &[0, 12, 0, 4])])),
        ]
    }

    fn follow(conversation: &[(Direction, Vec<u8>)]) -> Option<Sctp> {
        let mut all: Option<Sctp> = None;
        for (number, (direction, bytes)) in conversation.iter().enumerate() {
            let Ok(packet) = Packet::decode(bytes) else { continue };
            let at = seen(number as u64 + 1);
            let one = all.get_or_insert_with(|| Sctp::new(*direction, at, &packet));
            one.take(*direction, at, &packet);
        }
        all
    }

    #[test]
    fn an_association_from_init_to_abort() {
        let all = follow(&conversation()).unwrap();
        assert_eq!(all.ports, [5000, 5001]);
        assert_eq!((all.packets, all.retransmissions), ([7, 5], [1, 0]));
        assert_eq!(all.init, Some((seen(1), Direction::Forward)));
        assert_eq!(all.established, Some(seen(4)));
        let [channel] = all.channels.as_slice() else {
            panic!("{all:?}")
        };
        assert_eq!(
            (channel.id, channel.label.as_str(), channel.reliability),
            (2, "chat", 5)
        );
        assert_eq!((channel.acknowledged, channel.closed), (Some(seen(6)), Some(seen(11))));
        let [there, back] = all.flows.as_slice() else {
            panic!("{all:?}")
        };
        assert_eq!((there.messages, there.bytes), (2, 5));
        assert_eq!(
            there.protocols,
            [(PayloadProtocol::STRING, 1), (PayloadProtocol::STRING_EMPTY, 1)]
        );
        assert_eq!((back.messages, back.bytes, back.first.frame), (1, 4, 10));
        let end = all.end.unwrap();
        assert_eq!((end.is_abort, end.direction), (true, Direction::Backward));
        assert_eq!(end.cause, Some(CauseCode::USER_INITIATED_ABORT));
    }

    #[test]
    fn what_comes_late_is_no_retransmission() {
        let mut newest = None;
        let came = [5, 7, 6, 6, u32::MAX, 7, 1000, 7].map(|tsn| Newest::has(&mut newest, tsn));
        assert_eq!(came, [false, false, false, true, false, true, false, true]);
        let mut newest = None;
        assert!(
            !Newest::has(&mut newest, u32::MAX) && !Newest::has(&mut newest, 0) && Newest::has(&mut newest, u32::MAX)
        );
    }

    #[test]
    fn streams_and_channels_are_bounded() {
        use Direction::Forward;
        let open = |id: u16| (Forward, packet(&[data(2 * u32::from(id), id, 3, 50, &OPEN)]));
        let say = |id: u16| (Forward, packet(&[data(2 * u32::from(id) + 1, id, 3, 51, b"x")]));
        let all: Vec<_> = (0..2000).flat_map(|id| [open(id), say(id)]).collect();
        let all = follow(&all).unwrap();
        assert_eq!((all.channels.len(), all.flows.len()), (KEPT, KEPT));
        assert_eq!(all.left_out, 2 * (2000 - KEPT as u64));
    }

    #[test]
    fn every_cut_is_followed_as_far_as_it_goes() {
        let whole = conversation();
        for cut in 0..64 {
            let cut: Vec<_> = whole
                .iter()
                .map(|(way, bytes)| (*way, bytes[..bytes.len().min(cut)].to_vec()))
                .collect();
            if let Some(all) = follow(&cut) {
                assert!(all.channels.len() <= 1 && all.flows.len() <= 2);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(parts in proptest::collection::vec((proptest::bool::ANY, proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)), 0..20)) {
            let parts: Vec<_> = parts
                .into_iter()
                .map(|(back, mut bytes)| {
                    let way = if back { Direction::Backward } else { Direction::Forward };
                    bytes.splice(0..0, packet(&[]));
                    (way, bytes)
                })
                .collect();
            follow(&parts);
        }
    }
}
