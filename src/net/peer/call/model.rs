//! What is to be done in a call, and everything that it told.

use std::time::Duration;

use serde_json::Value;

use crate::net::peer::data::ChannelPlan;
use crate::net::peer::events::Event;
use crate::net::peer::facts::Facts;
use crate::net::peer::impair::Counts as Impaired;
use crate::net::peer::log::Lines;
use crate::net::peer::media::{MediaPlan, Received, Sent};
use crate::net::peer::rtcp::Reports;
use crate::net::peer::{PeerError, Setup, Side};
use crate::proto::ice::CandidateType;
use crate::time::At;

/// What to do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The peers, the offerer first.
    pub setups: [Setup; 2],
    /// Data channels that the offerer opens.
    pub channels: Vec<ChannelPlan>,
    /// Media.
    pub media: Vec<MediaPlan>,
    /// Only candidates of this type are passed on.
    pub only: Option<CandidateType>,
    /// What is done wrong on purpose.
    pub fault: Option<Fault>,
    /// The call is given up when it has not connected by then.
    pub timeout: Duration,
    /// How long to talk once connected; without one, as long as the pings take, and a moment for media.
    pub duration: Option<Duration>,
    /// Pings over the first data channel.
    pub pings: u32,
    /// How long to send as much as goes through.
    pub throughput: Option<Duration>,
    /// Octets of its messages.
    pub message_size: usize,
}

/// What can be done wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answerer is told another fingerprint than that of the offerer's certificate.
    WrongFingerprint,
    /// The answerer is told another ICE password than the offerer's.
    WrongPassword,
    /// Candidates are passed on to nobody.
    NoCandidates,
    /// Both ends are told to be the DTLS client.
    DtlsRoleClash,
    /// The answerer's network goes away after the call has connected.
    PeerDies,
    /// STUN no longer passes at the answerer after the call has connected.
    ConsentBlocked,
    /// ICE is restarted after the call has connected, and everything is right.
    IceRestart,
}

/// The stages of a call, as it goes from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Peer connections are made.
    Create,
    /// Offer and answer are made and set.
    Describe,
    /// Candidates are gathered and passed on.
    Gather,
    /// ICE checks which pairs of candidates work.
    Check,
    /// DTLS and SCTP are set up.
    Connect,
    /// Data and media flow.
    Talk,
    /// It ends.
    Close,
}

impl Stage {
    /// The name: `create`, `describe`, ...
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Create => "create",
            Stage::Describe => "describe",
            Stage::Gather => "gather",
            Stage::Check => "check",
            Stage::Connect => "connect",
            Stage::Talk => "talk",
            Stage::Close => "close",
        }
    }
}

/// Everything that a call told.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// When each part of the work of the application began and ended.
    pub began: At,
    /// When both peer connections were made.
    pub created: Option<At>,
    /// When the answer was set at the offerer.
    pub described: Option<At>,
    /// When everything asked for was open at both ends.
    pub connected: Option<At>,
    /// When it was given up or closed.
    pub closed: At,
    /// What each peer told.
    pub peers: [PeerLog; 2],
    /// The descriptions as they were made.
    pub descriptions: Vec<Description>,
    /// What the library refused.
    pub errors: Vec<PeerError>,
    /// What the library told its log only.
    pub log: Lines,
    /// What the datagrams say.
    pub facts: Facts,
    /// The library stopped working for these peers before the end.
    pub died: Vec<Side>,
    /// The call was given up because its time was up.
    pub timed_out: bool,
    /// The user wanted it to stop.
    pub interrupted: bool,
    /// What came of the data channels.
    pub data: Data,
    /// What came of the media, a stream each.
    pub media: Vec<Media>,
    /// The ICE restart.
    pub restart: Option<Restart>,
    /// When the fault was brought about, if that was after connecting.
    pub broken: Option<At>,
}

/// What one peer told.
#[derive(Clone, Debug, Default)]
pub struct PeerLog {
    /// Its events.
    pub events: Vec<Event>,
    /// Its statistics at the end.
    pub stats: Vec<Value>,
    /// When they were taken.
    pub stats_at: At,
    /// Its statistics each second before that, with their times.
    pub history: Vec<(At, Vec<Value>)>,
    /// What RTCP told.
    pub rtcp: Reports,
    /// What happened to what it sent.
    pub impaired: Option<Impaired>,
    /// Datagrams swallowed by a fault.
    pub swallowed: u64,
}

/// A description on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Whose.
    pub side: Side,
    /// `offer` or `answer`.
    pub kind: String,
    /// Its SDP.
    pub sdp: String,
    /// What the other end was told, where a fault changed it.
    pub told: Option<String>,
    /// When it was set by its maker.
    pub at: At,
}

/// What came of the data channels.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Round trips of pings, in their order; `None` is one that never came back.
    pub pings: Vec<Option<Duration>>,
    /// Messages sent for the measurement of throughput.
    pub messages_sent: u64,
    /// Messages that arrived of it.
    pub messages: u64,
    /// Octets that arrived.
    pub bytes: u64,
    /// How long they took.
    pub took: Duration,
    /// Whether closing a channel was told to the other end.
    pub close_told: Option<Duration>,
}

/// What came of a stream of media.
#[derive(Clone, Debug)]
pub struct Media {
    /// Audio or video.
    pub plan: MediaPlan,
    /// Who sent it.
    pub from: Side,
    /// Its SSRC.
    pub ssrc: u32,
    /// Its layer, with simulcast.
    pub rid: Option<&'static str>,
    /// What was sent.
    pub sent: Sent,
    /// What arrived.
    pub received: Received,
}

/// An ICE restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restart {
    /// When it was asked for.
    pub at: At,
    /// How long until a check of the new generation nominated; `None` if that did not happen.
    pub took: Option<Duration>,
    /// The user name fragments of the offerer before and after.
    pub ufrags: (String, String),
    /// Pings over the first channel afterwards: that came back, of those sent.
    pub pings: (usize, usize),
}

/// What can be seen of a call while it goes on.
#[derive(Debug)]
pub struct Live<'a> {
    /// Now.
    pub at: At,
    /// Statistics of both ends.
    pub stats: [&'a [Value]; 2],
}
