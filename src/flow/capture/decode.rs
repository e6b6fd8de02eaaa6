//! What a piece of payload is, and what is in it.

use super::{Capture, DEPTH, Place, SDP};
use crate::capture::Framing;
use crate::flow::heard::Via;
use crate::flow::passwords::Passwords;
use crate::flow::signaling::{self, Source};
use crate::flow::{Carried, turn};
use crate::proto::demux::{self, Context, Protocol};
use crate::proto::stun::Message;
use crate::proto::turn::ChannelData;

impl Capture<'_> {
    /// One piece of payload, and what is in it.
    pub(super) fn payload(&mut self, place: &Place, bytes: &[u8], missing: usize, framing: Framing) -> Carried {
        let carried = match framing {
            Framing::Bytes => self.text(place, bytes),
            Framing::Tls => self.tls(place, bytes),
            Framing::Datagram | Framing::Stun | Framing::Rfc4571 => self.datagram(place, bytes, missing, framing),
        };
        self.count(place, carried);
        carried
    }

    pub(super) fn datagram(&mut self, place: &Place, bytes: &[u8], missing: usize, framing: Framing) -> Carried {
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
                let Ok(message) = ChannelData::decode(bytes) else {
                    return Carried::Other;
                };
                let missing = usize::from(message.length()).saturating_sub(message.data().len());
                // Where nothing else speaks of TURN, what is in it must: two numbers alone may be anybody's.
                let inside = || demux::identify(message.data(), missing, &Context::default());
                if self.turn.of(place.session).is_none() && inside() == Protocol::Unknown {
                    return Carried::Other;
                }
                self.nested_channel(place, message.channel(), message.data(), missing);
                Carried::ChannelData
            }
            Protocol::Dtls => self.dtls(place, bytes, missing),
            Protocol::Rtp => self.rtp(place, bytes, missing),
            Protocol::Rtcp => self.rtcp(place, bytes, missing),
            Protocol::Quic => Carried::Quic,
            Protocol::Zrtp => Carried::Zrtp,
            Protocol::Sctp => self.sctp(place, bytes),
            Protocol::Unknown => self.unknown(place, bytes),
        }
    }

    /// A datagram of no protocol of ours: SIP has descriptions in it.
    pub(super) fn unknown(&mut self, place: &Place, bytes: &[u8]) -> Carried {
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

    /// A piece of a TCP stream: signaling, perhaps.
    pub(super) fn text(&mut self, place: &Place, bytes: &[u8]) -> Carried {
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

    /// What is in ChannelData.
    pub(super) fn nested_channel(&mut self, place: &Place, number: u16, bytes: &[u8], missing: usize) {
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
    pub(super) fn nested(&mut self, place: &Place, bytes: &[u8], missing: usize, known: bool) {
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

    /// Frames are counted once for each protocol. A message may be told only in a later frame than its own.
    pub(super) fn count(&mut self, place: &Place, carried: Carried) {
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
