//! [`Name`]: which m-line a stream belongs to, and what it is there.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Agreed, Line};
use crate::flow::rtp::{Media, Role, Stream};
use crate::flow::{Direction, Facts, SessionId};

/// The header extension that names the m-line (RFC 9143 §15).
pub const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
/// The header extension that names the layer (RFC 8852 §3.1).
pub const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
/// The header extension that names the layer that is repaired (RFC 8852 §3.2).
pub const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

/// How the m-line of a stream is known, in the order of RFC 9143 §9.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clue {
    /// Its packets name it.
    Mid,
    /// The sender's description announces its source.
    Ssrc,
    /// No other m-line has its payload type.
    PayloadType,
}

impl Clue {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Clue::Mid => "mid",
            Clue::Ssrc => "ssrc",
            Clue::PayloadType => "payload-type",
        }
    }
}

/// What was negotiated about a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// `audio` or `video`.
    pub kind: Option<String>,
    /// The m-line; what the packets say, though no description has it.
    pub mid: Option<String>,
    /// The place of the m-line, from 0.
    pub index: Option<usize>,
    /// How the m-line is known.
    pub clue: Option<Clue>,
    /// The layer of simulcast; that which is repaired.
    pub rid: Option<String>,
    /// The MediaStream and its track, as `a=msid` writes them.
    pub msid: Option<String>,
    /// What it is for, where a group of sources says so.
    pub role: Option<Role>,
    /// The source whose packets it sends again, or protects.
    pub repairs: Option<u32>,
}

impl Agreed {
    /// The m-line of a stream, as its sender describes it, or else its receiver; and how it is known.
    pub fn line(&self, media: &Media, stream: &Stream) -> Option<(&Line, Clue)> {
        let (session, way) = (stream.session, stream.direction);
        // What was said last counts.
        let own = || self.sender(session, way).rev().chain(self.announced(stream));
        let theirs = || self.receiver(session, way).rev();
        if let Some(mid) = self.value(stream, MID) {
            let mut lines = own().chain(theirs()).flatten();
            return Some((lines.find(|line| line.mid.as_deref() == Some(mid))?, Clue::Mid));
        }
        if let Some(line) = own().flatten().find(|line| line.announces(stream.ssrc)) {
            return Some((line, Clue::Ssrc));
        }
        let number = stream.main_payload_type();
        let lines = own().next().or_else(|| theirs().next())?;
        let has = |line: &&Line| !line.is_rejected && line.payload_types.contains(&number);
        let sends = |line: &&Line| has(line) && line.sends;
        let line = only(lines.iter().filter(has)).or_else(|| only(lines.iter().filter(sends)))?;
        // Comfort noise and tones may stand everywhere.
        let is_shared = matches!(media.role(stream), Role::ComfortNoise | Role::TelephoneEvent);
        (!is_shared).then_some((line, Clue::PayloadType))
    }

    /// What a header extension of a stream said first, as text.
    pub fn value<'s>(&self, stream: &'s Stream, uri: &str) -> Option<&'s str> {
        let maps = || {
            let announced = self.announced(stream).into_iter().flatten();
            let lines = self.lines(stream.session).chain(announced);
            lines.flat_map(|line| &line.extensions)
        };
        // m-lines that share no transport may give an id another meaning.
        let is_clear = |id: u8| maps().all(|(own, other)| *own != id || other == uri);
        let ids = maps().filter(|(_, other)| other == uri).map(|(id, _)| *id);
        let ids = ids.filter(|id| is_clear(*id));
        let value = ids.filter_map(|id| stream.extension_value(id)).next()?;
        std::str::from_utf8(value).ok().filter(|value| !value.is_empty())
    }

    /// The name of each stream, in the order of [`Media::streams`].
    pub fn names(&self, facts: &Facts) -> Vec<Name> {
        let streams = facts.media.streams();
        let mut names: Vec<Name> = streams.iter().map(|one| self.name(&facts.media, one)).collect();
        self.pair_up(&facts.media, &mut names);
        names
    }

    fn name(&self, media: &Media, stream: &Stream) -> Name {
        let said = |uri| self.value(stream, uri).map(str::to_owned);
        let mut name = Name {
            mid: said(MID),
            rid: said(RID).or_else(|| said(REPAIRED_RID)),
            ..Name::default()
        };
        let Some((line, clue)) = self.line(media, stream) else {
            name.kind = self.kind(stream);
            return name;
        };
        name.kind = Some(line.kind.clone());
        name.mid = line.mid.clone();
        name.index = Some(line.index);
        name.clue = Some(clue);
        let own = self.sender(stream.session, stream.direction).rev();
        let own = own.chain(self.announced(stream)).flatten();
        for line in own.filter(|own| own.is_same(line)) {
            let announced = line.sources.iter().find(|(ssrc, _)| *ssrc == stream.ssrc);
            let msid = announced.and_then(|(_, msid)| msid.as_ref()).or(line.msid.as_ref());
            name.msid = name.msid.or(msid.cloned());
            if let (None, Some((role, repaired))) = (name.role, line.repaired(stream.ssrc)) {
                (name.role, name.repairs) = (Some(role), Some(repaired));
            }
        }
        name
    }

    /// Sound or pictures, where all m-lines with its payload type are of one kind.
    fn kind(&self, stream: &Stream) -> Option<String> {
        let number = stream.main_payload_type();
        let lines = self.lines(stream.session);
        let mut kinds = lines
            .filter(|line| line.payload_types.contains(&number))
            .map(|line| &line.kind);
        let first = kinds.next()?;
        kinds.all(|kind| kind == first).then(|| first.clone())
    }

    /// Retransmissions without a group of sources: those of the one stream with the same m-line, the same layer and the payload
    /// type that theirs repeats (RFC 4588 §8.2, RFC 8852 §3.2).
    fn pair_up(&self, media: &Media, names: &mut [Name]) {
        let streams = media.streams();
        let mut ways: HashMap<(SessionId, Direction), Vec<usize>, RandomState> = HashMap::default();
        for (place, stream) in streams.iter().enumerate() {
            ways.entry((stream.session, stream.direction)).or_default().push(place);
        }
        for (place, stream) in streams.iter().enumerate() {
            if names[place].repairs.is_some() || media.role(stream) != Role::Retransmission {
                continue;
            }
            let own = &names[place];
            let repeated = |number: u8| {
                let mut lines = self.lines(stream.session).flat_map(|line| &line.repeats);
                lines.any(|&(rtx, apt)| rtx == stream.main_payload_type() && apt == number)
            };
            let all = ways[&(stream.session, stream.direction)].iter();
            let repaired = all.filter(|&&other| {
                let other_name = &names[other];
                own.index.is_some()
                    && (own.index, &own.mid, &own.rid) == (other_name.index, &other_name.mid, &other_name.rid)
                    && streams[other].payload_types.iter().any(|one| repeated(one.number))
            });
            let repaired = only(repaired).map(|&other| streams[other].ssrc);
            names[place].repairs = repaired;
        }
    }
}

impl Line {
    /// Whether it announces a source.
    pub fn announces(&self, ssrc: u32) -> bool {
        self.sources.iter().any(|(own, _)| *own == ssrc) || self.groups.iter().any(|(_, all)| all.contains(&ssrc))
    }

    /// What a source is for in a group, and whose (RFC 5576 §4.2, RFC 8627 §5.1).
    fn repaired(&self, ssrc: u32) -> Option<(Role, u32)> {
        self.groups.iter().find_map(|(semantics, all)| {
            let role = match semantics.as_str() {
                "FID" => Role::Retransmission,
                "FEC" | "FEC-FR" => Role::Repair,
                _ => return None,
            };
            let [first, rest @ ..] = all.as_slice() else {
                return None;
            };
            rest.contains(&ssrc).then_some((role, *first))
        })
    }
}

/// The one that there is, if there is one.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datagram::{Seen, Transport};
    use crate::flow::Session;
    use crate::flow::passwords::Passwords;
    use crate::flow::rtp::Format;
    use crate::flow::signaling::{Known, Source};
    use crate::time::At;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n\
        m=audio 4000 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 192.0.2.1\r\na=mid:0\r\na=ssrc:1 cname:x\r\na=ssrc:1 msid:S A\r\n\
        m=video 4000 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 192.0.2.1\r\na=mid:1\r\na=msid:S V\r\na=fmtp:97 apt=96\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=rid:h send\r\na=rid:l send\r\n\
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n\
        a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n\
        m=video 4000 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 192.0.2.1\r\na=mid:2\r\na=ssrc-group:FID 5 6\r\n\
        a=ssrc-group:FEC-FR 5 9\r\na=ssrc:5 cname:x\r\na=ssrc:6 cname:x\r\n";

    /// A source, its payload type, and its header extensions.
    type Sent<'a> = (u32, u8, &'a [(u8, &'a str)]);

    fn facts(streams: &[Sent<'_>]) -> Facts {
        let mut known = Known::default();
        known.read(OFFER, &Source::File("offer".to_owned()), &mut Passwords::new());
        let ends = ["192.0.2.1:4000", "192.0.2.2:5000"].map(|end| end.parse().unwrap());
        let mut facts = Facts {
            sessions: vec![Session::new(SessionId(0), Transport::Udp, ends[0], ends[1])],
            descriptions: known.descriptions,
            ..Facts::default()
        };
        facts.media.trust(SessionId(0));
        facts.media.set_format(None, 97, Format::new("rtx", 90_000));
        for (ssrc, payload_type, extensions) in streams {
            let mut packet = vec![0x90, *payload_type, 0, 1, 0, 0, 0, 1];
            packet.extend(ssrc.to_be_bytes());
            let mut elements: Vec<u8> = Vec::new();
            for (id, value) in *extensions {
                elements.push(id << 4 | (value.len() as u8 - 1));
                elements.extend(value.as_bytes());
            }
            elements.resize(elements.len().next_multiple_of(4), 0);
            packet.extend([0xbe, 0xde, 0, elements.len() as u8 / 4]);
            packet.extend(elements);
            packet.extend([0; 20]);
            let seen = Seen {
                frame: 1,
                at: At::START,
            };
            facts.media.rtp(SessionId(0), Direction::Forward, seen, &packet, 0);
        }
        assert_eq!(facts.media.streams().len(), streams.len());
        facts
    }

    fn names(streams: &[Sent<'_>]) -> Vec<Name> {
        let facts = facts(streams);
        Agreed::of(&facts).names(&facts)
    }

    #[test]
    fn by_what_packets_say_by_source_and_by_payload_type() {
        let names = names(&[
            (40, 96, &[(1, "1"), (2, "h")]),
            (1, 111, &[]),
            (2, 111, &[]),
            (5, 96, &[]),
        ]);
        let all: Vec<_> = names
            .iter()
            .map(|name| {
                (
                    name.mid.as_deref(),
                    name.clue,
                    name.rid.as_deref(),
                    name.msid.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            all,
            [
                (Some("1"), Some(Clue::Mid), Some("h"), Some("S V")),
                (Some("0"), Some(Clue::Ssrc), None, Some("S A")),
                (Some("0"), Some(Clue::PayloadType), None, None),
                (Some("2"), Some(Clue::Ssrc), None, None),
            ]
        );
    }

    #[test]
    fn what_could_be_of_two_m_lines_is_of_none() {
        let names = names(&[(70, 96, &[]), (71, 96, &[(1, "9")]), (72, 33, &[])]);
        assert_eq!((names[0].index, names[0].kind.as_deref()), (None, Some("video")));
        // It says which one it is of, and nobody knows that one.
        assert_eq!((names[1].index, names[1].mid.as_deref()), (None, Some("9")));
        assert_eq!(names[2], Name::default());
    }

    #[test]
    fn whose_packets_are_sent_again() {
        let names = names(&[
            (40, 96, &[(1, "1"), (2, "h")]),
            (41, 96, &[(1, "1"), (2, "l")]),
            (42, 97, &[(1, "1"), (3, "l")]),
            (5, 96, &[]),
            (6, 97, &[]),
            (9, 98, &[]),
            (50, 97, &[]),
        ]);
        let repairs: Vec<_> = names.iter().map(|name| (name.role, name.repairs)).collect();
        let rtx = Some(Role::Retransmission);
        assert_eq!(
            repairs,
            [
                (None, None),
                (None, None),
                (None, Some(41)),
                (None, None),
                (rtx, Some(5)),
                (Some(Role::Repair), Some(5)),
                (None, None),
            ]
        );
        assert_eq!(names[2].rid.as_deref(), Some("l"));
    }
}
