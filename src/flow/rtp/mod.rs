//! [`Media`]: RTP and RTCP, by session, direction and SSRC.
//!
//! | file | what |
//! | --- | --- |
//! | `probation` | packets that look like RTP, until several agree |
//! | `stream` | what is counted of one stream |
//! | `sequence`, `jitter` | RFC 3550 appendices A.1, A.3 and A.8 |
//! | `control`, `reception` | what RTCP says |
//! | `format` | payload types as SDP describes them |

mod control;
mod format;
mod jitter;
mod probation;
mod reception;
mod sequence;
mod stream;

use std::collections::HashMap;

use foldhash::fast::RandomState;

pub use control::{Control, Estimates, Goodbye, Sender, TransportFeedback, Wishes};
pub use format::{Format, Role};
pub use jitter::{CLOCKS, Jitter, nearest_clock};
pub use reception::{Reception, RoundTrips};
pub use sequence::{Sequence, Step};
pub use stream::{Gap, PayloadType, SILENCE, Stream};

use crate::datagram::Seen;
use crate::flow::{Direction, SessionId};
use crate::proto::rtcp::Shape;
use crate::proto::rtp::{Packet, static_clock, static_name};
use probation::Probation;
use stream::Sample;

/// How many streams are followed.
const STREAMS: usize = 8192;
/// How many directions of sessions have their RTCP followed.
const CONTROLS: usize = 8192;
/// How many entries the lists of all RTCP have together.
const ENTRIES: usize = 65_536;
/// How many payload types are told by SDP.
const FORMATS: usize = 65_536;
/// A stream of this many packets makes its session one of RTP: others there are believed at once.
const PROOF: u64 = 8;

/// What became of a datagram that looks like RTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is RTP, and so are this many of the same session and direction that were held before.
    Rtp {
        /// Datagrams answered with [`Held`](Taken::Held) before.
        held: usize,
    },
    /// It may be; those that follow will tell.
    Held,
    /// It is not, or there are too many streams.
    Refused,
}

/// Why packets of a session are believed to be RTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// Three packets must agree.
    #[default]
    None,
    /// ICE or TURN was seen: two packets must.
    Hinted,
    /// Every packet is.
    Full,
}

#[derive(Clone, Copy, Debug, Default)]
struct Knowledge {
    trust: Trust,
    protected: bool,
}

/// Frames that carry a protocol.
#[derive(Clone, Copy, Debug, Default)]
struct Frames {
    count: u64,
    last: u64,
}

impl Frames {
    fn add(&mut self, frame: u64) {
        self.count += u64::from(frame != self.last);
        self.last = frame;
    }
}

/// All media of a capture.
#[derive(Clone, Debug)]
pub struct Media {
    streams: Vec<Stream>,
    by_source: HashMap<u64, usize, RandomState>,
    /// The stream of the last packet: the next one is often of the same.
    recent: Option<(u64, usize)>,
    probation: Probation,
    sessions: HashMap<SessionId, Knowledge, RandomState>,
    controls: Vec<Control>,
    by_direction: HashMap<(SessionId, Direction), usize, RandomState>,
    formats: HashMap<(Option<SessionId>, u8), Format, RandomState>,
    rtp_frames: Frames,
    rtcp_frames: Frames,
    /// Entries that the lists of RTCP still have room for.
    room: usize,
    left_out: u64,
}

impl Default for Media {
    fn default() -> Media {
        Media {
            streams: Vec::new(),
            by_source: HashMap::default(),
            recent: None,
            probation: Probation::default(),
            sessions: HashMap::default(),
            controls: Vec::new(),
            by_direction: HashMap::default(),
            formats: HashMap::default(),
            rtp_frames: Frames::default(),
            rtcp_frames: Frames::default(),
            room: ENTRIES,
            left_out: 0,
        }
    }
}

impl Media {
    /// ICE or TURN was seen in this session: RTP is to be expected.
    pub fn hint(&mut self, session: SessionId) {
        self.believe(session, Trust::Hinted);
    }

    /// RTP was agreed on for this session (DTLS-SRTP ran, SDP names its address): what looks like RTP is RTP.
    pub fn trust(&mut self, session: SessionId) {
        self.believe(session, Trust::Full);
    }

    /// The media of this session is SRTP: DTLS-SRTP ran, or SDP has `a=crypto`.
    pub fn protect(&mut self, session: SessionId) {
        self.sessions.entry(session).or_default().protected = true;
    }

    fn believe(&mut self, session: SessionId, trust: Trust) {
        let known = self.sessions.entry(session).or_default();
        known.trust = known.trust.max(trust);
    }

    /// What a payload type is, in one session or (`None`) in all of which nothing else is said.
    pub fn set_format(&mut self, session: Option<SessionId>, payload_type: u8, format: Format) {
        if self.formats.len() < FORMATS {
            self.formats.insert((session, payload_type), format);
        }
    }

    /// Takes a datagram that [`identify`](crate::proto::demux::identify) finds to look like RTP; `missing` octets at its end were
    /// not captured.
    #[inline]
    pub fn rtp(&mut self, session: SessionId, direction: Direction, seen: Seen, bytes: &[u8], missing: usize) -> Taken {
        let Ok(packet) = Packet::decode(bytes) else {
            return Taken::Refused;
        };
        let key = source(session, direction, packet.ssrc());
        let index = match self.recent {
            Some((recent, index)) if recent == key => index,
            _ => match self.by_source.get(&key) {
                Some(index) => *index,
                None => return self.unknown(session, direction, seen, &packet, missing),
            },
        };
        self.recent = Some((key, index));
        let stream = &mut self.streams[index];
        stream.take(&Sample::new(seen, &packet, missing));
        stream.note_extensions(&packet);
        if stream.packets == PROOF {
            self.trust(session);
        }
        self.rtp_frames.add(seen.frame);
        Taken::Rtp { held: 0 }
    }

    /// A packet of a source that is not followed yet.
    #[cold]
    fn unknown(
        &mut self,
        session: SessionId,
        direction: Direction,
        seen: Seen,
        packet: &Packet<'_>,
        missing: usize,
    ) -> Taken {
        let trust = self.sessions.get(&session).map_or(Trust::None, |known| known.trust);
        let steps = match trust {
            Trust::None => 2,
            Trust::Hinted => 1,
            Trust::Full => 0,
        };
        let key = source(session, direction, packet.ssrc());
        let sample = Sample::new(seen, packet, missing);
        let Some((held, count)) = self.probation.take(key, &sample, steps) else {
            return Taken::Held;
        };
        if self.streams.len() >= STREAMS {
            self.left_out += 1;
            return Taken::Refused;
        }
        let mut stream = Stream::new(session, direction, packet.ssrc(), &held[0]);
        held[1..count].iter().for_each(|sample| stream.take(sample));
        stream.note_extensions(packet);
        held[..count]
            .iter()
            .for_each(|sample| self.rtp_frames.add(sample.seen.frame));
        self.by_source.insert(key, self.streams.len());
        self.streams.push(stream);
        self.hint(session);
        Taken::Rtp { held: count - 1 }
    }

    /// Takes a datagram that [`identify`](crate::proto::demux::identify) finds to be RTCP or SRTCP. Whether it is.
    pub fn rtcp(&mut self, session: SessionId, direction: Direction, seen: Seen, bytes: &[u8], missing: usize) -> bool {
        let Some(shape) = Shape::of(bytes, missing) else {
            return false;
        };
        self.rtcp_frames.add(seen.frame);
        self.hint(session);
        let Some(index) = self.control(session, direction, seen) else {
            self.left_out += 1;
            return true;
        };
        let echoes = self.controls[index].take(seen, bytes, shape, &mut self.room);
        if let Some(other) = self.by_direction.get(&(session, direction.reverse())).copied() {
            for echo in echoes {
                let round_trip = self.controls[other].round_trip(seen.at, &echo);
                let receptions = &mut self.controls[index].receptions;
                let is_same = |it: &&mut Reception| it.reporter == echo.reporter && it.ssrc == echo.ssrc;
                if let (Some(round_trip), Some(reception)) = (round_trip, receptions.iter_mut().find(is_same)) {
                    reception.round_trip(round_trip);
                }
            }
        }
        true
    }

    fn control(&mut self, session: SessionId, direction: Direction, seen: Seen) -> Option<usize> {
        if let Some(index) = self.by_direction.get(&(session, direction)) {
            return Some(*index);
        }
        let index = self.controls.len();
        (index < CONTROLS).then(|| {
            self.controls.push(Control::new(session, direction, seen));
            self.by_direction.insert((session, direction), index);
            index
        })
    }

    /// All streams in the order in which they were believed.
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// The RTCP of all sessions, each direction by itself.
    pub fn controls(&self) -> &[Control] {
        &self.controls
    }

    /// The RTCP of one direction of a session.
    pub fn control_of(&self, session: SessionId, direction: Direction) -> Option<&Control> {
        self.controls.get(*self.by_direction.get(&(session, direction))?)
    }

    /// Frames that carry RTP.
    pub fn rtp_frames(&self) -> u64 {
        self.rtp_frames.count
    }

    /// Frames that carry RTCP.
    pub fn rtcp_frames(&self) -> u64 {
        self.rtcp_frames.count
    }

    /// Packets of streams, and datagrams of RTCP, that were not followed because there were too many.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What a payload type is in a session, where SDP told it.
    pub fn format(&self, session: SessionId, payload_type: u8) -> Option<&Format> {
        let specific = self.formats.get(&(Some(session), payload_type));
        specific.or_else(|| self.formats.get(&(None, payload_type)))
    }

    /// The encoding of a stream's main payload type, by SDP or because its number is a static one.
    pub fn encoding(&self, stream: &Stream) -> Option<&str> {
        let number = stream.main_payload_type();
        let format = self.format(stream.session, number);
        format.map(|format| &*format.name).or_else(|| static_name(number))
    }

    /// What a stream is for.
    pub fn role(&self, stream: &Stream) -> Role {
        let format = self.format(stream.session, stream.main_payload_type());
        format.map_or(Role::Media, |format| format.role)
    }

    /// The clock of a stream's timestamps, in Hz: by SDP, by the number of its payload type, by sender reports, or by its arrivals.
    pub fn clock(&self, stream: &Stream) -> Option<u32> {
        let number = stream.main_payload_type();
        let told = self.format(stream.session, number).map(|format| format.clock);
        let reported = || {
            let senders = &self.control_of(stream.session, stream.direction)?.senders;
            senders.iter().find(|sender| sender.ssrc == stream.ssrc)?.clock()
        };
        told.or_else(|| static_clock(number))
            .or_else(reported)
            .or_else(|| stream.jitter.clock_by_arrival())
    }

    /// What receivers report about a stream: those of its own session, else (RTCP on other ports) of any.
    pub fn receptions<'a>(&'a self, stream: &Stream) -> Vec<&'a Reception> {
        let ssrc = stream.ssrc;
        let about = |control: &'a Control| control.receptions.iter().filter(move |it| it.ssrc == ssrc);
        let own = self.control_of(stream.session, stream.direction.reverse());
        let own: Vec<_> = own.into_iter().flat_map(about).collect();
        match own.is_empty() {
            true => self.controls.iter().flat_map(about).collect(),
            false => own,
        }
    }

    /// What receivers ask for from a stream: those of its own session, else (RTCP on other ports) of any.
    pub fn wishes(&self, stream: &Stream) -> Option<&Wishes> {
        let own = self.control_of(stream.session, stream.direction.reverse());
        let mut all = own.into_iter().chain(&self.controls);
        all.find_map(|control| control.wishes.iter().find(|wishes| wishes.ssrc == stream.ssrc))
    }

    /// Whether a stream is SRTP. RTP does not say; that keys were agreed on does, SRTCP beside it, RTCP in clear beside it, or
    /// the sizes of G.711 packets.
    pub fn encrypted(&self, stream: &Stream) -> Option<bool> {
        if self.sessions.get(&stream.session).is_some_and(|known| known.protected) {
            return Some(true);
        }
        let ways = [stream.direction, stream.direction.reverse()];
        let controls = ways.iter().filter_map(|way| self.control_of(stream.session, *way));
        let (datagrams, secure) = controls.fold((0, 0), |(all, secure), control| {
            (all + control.datagrams, secure + control.secure)
        });
        match (datagrams, secure) {
            (0, _) => stream.is_tagged(),
            (_, 0) => Some(false),
            _ => Some(2 * secure > datagrams),
        }
    }
}

fn source(session: SessionId, direction: Direction, ssrc: u32) -> u64 {
    u64::from(session.0) << 33 | (direction.index() as u64) << 32 | u64::from(ssrc)
}

#[cfg(test)]
mod tests;
