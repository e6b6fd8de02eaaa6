//! [`Capture`]: every datagram of the call as a pcapng file (draft-ietf-opsawg-pcapng), an interface for each end.
//!
//! It is taken outside of the ends' own NATs, where they have any. Each stands there once, as its sender sent it, so that readers do not take the other end's view of it for a copy; what comes from
//! elsewhere, a relay, stands there as it was received. Datagrams get the headers of IP and UDP back; messages of ICE-TCP those of TCP and their framing. Each is marked with its
//! direction, the first of each protocol with a comment, and the secrets to decrypt DTLS stand in the file as well.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::datagram::Transport;
use crate::net::peer::{Direction, Side, Tapped, Watch};
use crate::net::writer::{ALIGNMENT, PieceFile, Writer};
use crate::proto::demux::{Protocol, classify};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;
/// LINKTYPE_RAW: packets begin with the header of IP.
const RAW: u16 = 101;
/// "TLSK": lines of a key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// So many octets are written at once.
const CHUNK: usize = 1 << 20;

/// Where the file is written: by a thread of its own, so that the call does not wait for the disk.
pub struct Output {
    /// What is to be written next.
    buffer: Vec<u8>,
    /// Where that begins: at a place of memory from which it can be written directly.
    begin: usize,
    writer: Option<Writer>,
}

/// The output, shared with whoever ends it.
pub type Shared = Arc<Mutex<Output>>;

impl Output {
    /// Writes to `file`, in large pieces.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn new(file: PieceFile) -> io::Result<Shared> {
        let mut output = Output {
            buffer: Vec::new(),
            begin: 0,
            writer: Some(Writer::start(file)?),
        };
        output.start(Vec::new());
        Ok(Arc::new(Mutex::new(output)))
    }

    /// Writes the rest; what comes later is lost.
    ///
    /// # Errors
    /// The first that there was.
    pub fn finish(&mut self) -> io::Result<()> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        writer.finish(std::mem::take(&mut self.buffer), self.begin)
    }

    /// Goes on in this memory.
    fn start(&mut self, mut memory: Vec<u8>) {
        memory.clear();
        // The last block may be larger than what is left.
        memory.reserve(CHUNK + (1 << 17) + ALIGNMENT);
        let begin = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        memory.resize(begin, 0);
        (self.buffer, self.begin) = (memory, begin);
    }

    /// Hands over what there is, but for a rest that would make what follows start at an odd place of the file.
    fn write(&mut self) {
        let rest = (self.buffer.len() - self.begin) % ALIGNMENT;
        let rest = self.buffer.split_off(self.buffer.len() - rest);
        let piece = std::mem::take(&mut self.buffer);
        let memory = self.writer.as_ref().map(|writer| writer.exchange(piece, self.begin));
        self.start(memory.unwrap_or_default());
        self.buffer.extend_from_slice(&rest);
    }

    /// Adds a block: `body` puts its content, the frame is made here.
    fn block(&mut self, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
        let start = self.buffer.len();
        self.buffer.extend(kind.to_le_bytes());
        self.buffer.extend([0; 4]);
        body(&mut self.buffer);
        let padded = (self.buffer.len() - start).next_multiple_of(4);
        self.buffer.resize(start + padded, 0);
        let length = (padded as u32 + 4).to_le_bytes();
        self.buffer[start + 4..start + 8].copy_from_slice(&length);
        self.buffer.extend(length);
        if self.buffer.len() - self.begin >= CHUNK {
            self.write();
        }
    }
}

/// Writes the file while the call goes on.
pub struct Capture {
    out: Shared,
    started: Duration,
    /// What has been seen first at each end.
    seen: [Vec<Protocol>; 2],
    /// The addresses of each end.
    addresses: [Vec<SocketAddr>; 2],
    /// What addresses behind a NAT are outside.
    outside: HashMap<SocketAddr, SocketAddr>,
    /// Octets of TCP that went from one address to another.
    streams: HashMap<(SocketAddr, SocketAddr), u32>,
}

impl Capture {
    /// Begins the file. `started` is the time of the run's beginning, since 1970.
    pub fn begin(out: Shared, started: Duration) -> Capture {
        let capture = Capture {
            out,
            started,
            seen: [Vec::new(), Vec::new()],
            addresses: [Vec::new(), Vec::new()],
            outside: HashMap::new(),
            streams: HashMap::new(),
        };
        let mut body = Vec::new();
        body.extend(0x1a2b_3c4d_u32.to_le_bytes());
        body.extend([1, 0, 0, 0]);
        // The length of the section is not known.
        body.extend(u64::MAX.to_le_bytes());
        option(&mut body, 4, concat!("rtcdiag ", env!("CARGO_PKG_VERSION")).as_bytes());
        option(&mut body, 0, &[]);
        capture.block(SECTION_HEADER, &body);
        for side in Side::BOTH {
            let mut body = Vec::new();
            body.extend(RAW.to_le_bytes());
            body.extend([0; 6]);
            option(&mut body, 2, side.name().as_bytes());
            option(
                &mut body,
                3,
                format!("the {} of rtcdiag loopback", side.name()).as_bytes(),
            );
            // Nanoseconds.
            option(&mut body, 9, &[9]);
            option(&mut body, 0, &[]);
            capture.block(INTERFACE_DESCRIPTION, &body);
        }
        capture
    }

    fn block(&self, kind: u32, body: &[u8]) {
        self.output().block(kind, |block| block.extend_from_slice(body));
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A comment for the first datagram of a protocol at an end.
    fn comment(&mut self, datagram: &Tapped<'_>) -> Option<String> {
        let protocol = classify(datagram.bytes);
        let seen = &mut self.seen[datagram.side.index()];
        if seen.contains(&protocol) {
            return None;
        }
        seen.push(protocol);
        let what = match protocol {
            Protocol::Stun => "STUN: servers are asked, or ICE checks",
            Protocol::Dtls => "DTLS: the handshake, then SCTP",
            Protocol::Rtp => "SRTP: media",
            Protocol::Rtcp => "SRTCP: reports about media",
            Protocol::ChannelData => "TURN: data through the relay",
            _ => return None,
        };
        Some(format!("{}: here begins {what}", datagram.side))
    }
}

impl Watch for Capture {
    fn datagram(&mut self, datagram: &Tapped<'_>) {
        let local = self.outside.get(&datagram.local).copied().unwrap_or(datagram.local);
        let mine = &mut self.addresses[datagram.side.index()];
        if !mine.contains(&local) {
            mine.push(local);
        }
        let (from, to) = match datagram.direction {
            Direction::Sent => (local, datagram.remote),
            Direction::Received => (datagram.remote, local),
        };
        // What the other end has sent stands there already.
        if datagram.direction == Direction::Received && self.addresses[datagram.side.other().index()].contains(&from) {
            return;
        }
        let comment = self.comment(datagram);
        let nanos = (self.started + datagram.at.since_start()).as_nanos() as u64;
        let (overhead, sequence) = match datagram.transport {
            Transport::Tcp | Transport::Tls => {
                let ack = self.streams.get(&(to, from)).copied().unwrap_or(0);
                let sent = self.streams.entry((from, to)).or_insert(0);
                let sequence = (sent.wrapping_add(1), ack.wrapping_add(1));
                *sent = sent.wrapping_add(datagram.bytes.len() as u32 + 2);
                (22, Some(sequence))
            }
            Transport::Udp | Transport::Dtls => (8, None),
        };
        let header = if from.is_ipv6() { 40 } else { 20 };
        let length = (datagram.bytes.len() + overhead + header) as u32;

        let direction: u32 = match datagram.direction {
            Direction::Received => 1,
            Direction::Sent => 2,
        };
        self.output().block(ENHANCED_PACKET, |block| {
            block.extend((datagram.side.index() as u32).to_le_bytes());
            block.extend(((nanos >> 32) as u32).to_le_bytes());
            block.extend((nanos as u32).to_le_bytes());
            block.extend(length.to_le_bytes());
            block.extend(length.to_le_bytes());
            let start = block.len();
            ip(
                block,
                (from.ip(), to.ip()),
                datagram.bytes.len() + overhead,
                sequence.is_some(),
            );
            match sequence {
                Some(sequence) => tcp(block, (from, to), sequence, datagram.bytes),
                None => udp(block, (from, to), datagram.bytes),
            }
            block.resize(start + (block.len() - start).next_multiple_of(4), 0);
            option(block, 2, &direction.to_le_bytes());
            if let Some(comment) = comment {
                option(block, 1, comment.as_bytes());
            }
            option(block, 0, &[]);
        });
    }

    fn mapped(&mut self, inside: SocketAddr, outside: SocketAddr) {
        self.outside.insert(inside, outside);
    }

    fn secret(&mut self, line: &str) {
        let mut body = Vec::new();
        body.extend(TLS_KEY_LOG.to_le_bytes());
        body.extend((line.len() as u32 + 1).to_le_bytes());
        body.extend(line.as_bytes());
        body.push(b'\n');
        self.block(DECRYPTION_SECRETS, &body);
    }
}

/// An option: number, length, value, padding.
fn option(body: &mut Vec<u8>, number: u16, value: &[u8]) {
    body.extend(number.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend_from_slice(value);
    body.resize(body.len() + value.len().next_multiple_of(4) - value.len(), 0);
}

fn udp(block: &mut Vec<u8>, (from, to): (SocketAddr, SocketAddr), payload: &[u8]) {
    let start = block.len();
    let length = (payload.len() + 8) as u16;
    block.extend(from.port().to_be_bytes());
    block.extend(to.port().to_be_bytes());
    block.extend(length.to_be_bytes());
    block.extend([0; 2]);
    block.extend_from_slice(payload);
    if from.is_ipv6() {
        // Over IPv4 it may be left out (RFC 768); over IPv6 not (RFC 8200 §8.1).
        let sum = match checksum(&[&pseudo(from.ip(), to.ip(), 17, block.len() - start), &block[start..]]) {
            0 => 0xffff,
            sum => sum,
        };
        block[start + 6..start + 8].copy_from_slice(&sum.to_be_bytes());
    }
}

/// A segment with one message in its framing (RFC 4571).
fn tcp(block: &mut Vec<u8>, (from, to): (SocketAddr, SocketAddr), (sequence, ack): (u32, u32), payload: &[u8]) {
    let start = block.len();
    block.extend(from.port().to_be_bytes());
    block.extend(to.port().to_be_bytes());
    block.extend(sequence.to_be_bytes());
    block.extend(ack.to_be_bytes());
    // Twenty octets of header, PSH and ACK, a window.
    block.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    block.extend((payload.len() as u16).to_be_bytes());
    block.extend_from_slice(payload);
    let sum = checksum(&[&pseudo(from.ip(), to.ip(), 6, block.len() - start), &block[start..]]);
    block[start + 16..start + 18].copy_from_slice(&sum.to_be_bytes());
}

/// The header of a packet that carries `length` octets of TCP or UDP.
fn ip(block: &mut Vec<u8>, (from, to): (IpAddr, IpAddr), length: usize, is_tcp: bool) {
    let protocol = if is_tcp { 6 } else { 17 };
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let start = block.len();
            block.extend([0x45, 0]);
            block.extend(((length + 20) as u16).to_be_bytes());
            // No fragments, 64 hops.
            block.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
            block.extend(from.octets());
            block.extend(to.octets());
            let sum = checksum(&[&block[start..]]);
            block[start + 10..start + 12].copy_from_slice(&sum.to_be_bytes());
        }
        (from, to) => {
            let octets = |ip| match ip {
                IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                IpAddr::V6(ip) => ip.octets(),
            };
            block.extend([0x60, 0, 0, 0]);
            block.extend((length as u16).to_be_bytes());
            block.extend([protocol, 64]);
            block.extend(octets(from));
            block.extend(octets(to));
        }
    }
}

/// What checksums cover beside the segment (RFC 9293 §3.1, RFC 8200 §8.1).
fn pseudo(from: IpAddr, to: IpAddr, protocol: u8, length: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(40);
    for ip in [from, to] {
        match ip {
            IpAddr::V4(ip) => header.extend(ip.octets()),
            IpAddr::V6(ip) => header.extend(ip.octets()),
        }
    }
    header.extend((length as u32).to_be_bytes());
    header.extend([0, 0, 0, protocol]);
    header
}

/// The checksum of the Internet protocols (RFC 1071). Every part but the last has an even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0_u64;
    for part in parts {
        for pair in part.chunks(2) {
            sum += u64::from(pair[0]) << 8 | u64::from(pair.get(1).copied().unwrap_or(0));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Dissector, FrameKind, Input, Packet, Sink, Source, TcpSignal, Unit};
    use crate::time::At;

    #[derive(Default)]
    struct Payloads(Vec<(SocketAddr, SocketAddr, Vec<u8>)>);

    impl Sink for Payloads {
        fn unit(&mut self, unit: &Unit<'_>) {
            self.0.push((unit.src, unit.dst, unit.bytes.to_vec()));
        }

        fn tcp(&mut self, _: u64, _: At, _: SocketAddr, _: SocketAddr, _: TcpSignal) {}

        fn frame(&mut self, _: &Packet<'_>, _: At, _: FrameKind) {}
    }

    #[test]
    fn our_own_reader_gets_back_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("call.pcapng");
        let file = std::fs::File::create(&path).unwrap();
        let shared = Output::new(PieceFile::new(file, &path)).unwrap();
        let mut capture = Capture::begin(Arc::clone(&shared), Duration::from_secs(1_700_000_000));
        let stun = b"\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl";
        let dtls = b"\x17\xfe\xfd\0\x01\0\0\0\0\0\x01\0\x03abc";
        let mut wanted = Vec::new();
        capture.secret("CLIENT_RANDOM 00 11");
        for (index, (local, remote)) in [("127.0.0.1:1000", "127.0.0.1:2000"), ("[::1]:1000", "[::1]:2000")]
            .iter()
            .enumerate()
        {
            for (payload, transport) in [(&stun[..], Transport::Udp), (dtls, Transport::Udp)] {
                let (local, remote) = (local.parse().unwrap(), remote.parse().unwrap());
                capture.datagram(&Tapped {
                    side: Side::BOTH[index],
                    direction: Direction::Sent,
                    at: At::from_millis(5),
                    transport,
                    local,
                    remote,
                    bytes: payload,
                });
                wanted.push((local, remote, payload.to_vec()));
            }
        }
        shared.lock().unwrap().finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let input = Input {
            name: "call.pcapng".to_owned(),
            size: Some(bytes.len() as u64),
            read: Box::new(io::Cursor::new(bytes)),
        };
        let mut source = Source::open(vec![input]).unwrap();
        let (mut dissector, mut payloads) = (Dissector::default(), Payloads::default());
        while let Some(packet) = source.next() {
            dissector.packet(&packet, &mut payloads);
        }
        dissector.finish(&mut payloads);
        assert_eq!(payloads.0, wanted);
        let file = &source.files()[0];
        let names: Vec<_> = file
            .interfaces
            .iter()
            .filter_map(|interface| interface.name.as_deref())
            .collect();
        assert_eq!(
            (names, file.comments.len(), file.damage.len()),
            (vec!["offerer", "answerer"], 4, 0)
        );
    }

    #[test]
    fn checksums_are_those_of_the_rfc() {
        // RFC 1071 §3, complemented.
        assert_eq!(checksum(&[&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]]), !0xddf2);
    }
}
