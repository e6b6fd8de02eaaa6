//! The report of `rtcdiag pcap`: what a capture says, session by session.
//!
//! | file | what |
//! | --- | --- |
//! | `file` | the capture files |
//! | `session` | 5-tuples and relayed flows |
//! | `stun`, `message` | STUN transactions and servers; messages |
//! | `turn` | TURN allocations |
//! | `ice` | agents, candidates, pairs, consent |
//! | `dtls` | DTLS and TLS handshakes |
//! | `media` | RTP streams, RTCP, session descriptions |
//! | `sctp` | SCTP in clear, data channels |

mod dtls;
mod file;
mod ice;
mod media;
mod message;
mod sctp;
mod session;
mod stun;
mod turn;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

pub use dtls::{Alert, Certificate, Dtls, DtlsHandshake, Flight, Tls};
pub use file::{Comment, Damage, File, Interface};
pub use ice::{
    Consent, ConsentGap, Ice, IceCandidate, IceChecks, IcePair, IceRole, IceSwitch, Integrity, NominatedPair,
};
pub use media::{
    Description, Feedback, Reception, Remb, ReportedRtt, Rtcp, RtcpBye, RtcpName, RtpGap, RtpStream, TransportFeedback,
};
pub use message::{Attribute, AttributeValue, StunMessage};
pub use sctp::{DataChannel, Sctp, SctpStream, SctpWay};
pub use session::{Icmp, Session, Tcp, Way};
pub use stun::{Binding, Stun, Transaction};
pub use turn::{Allocation, Channel, Peer, Permission, TurnStep, TurnTally};

/// A word of ours, or one read back.
pub type Word = Cow<'static, str>;

/// Everything that the capture says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pcap {
    /// The file; for several the first one, with the frames and the times of all.
    pub file: File,
    /// All files, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// Frames by what they carry.
    pub counts: Counts,
    /// STUN messages and transactions.
    pub stun: Stun,
    /// 5-tuples and relayed flows that carry a protocol of WebRTC.
    pub sessions: Vec<Session>,
    /// How many other 5-tuples there are.
    pub other_sessions: u64,
    /// STUN servers asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<Binding>,
    /// TURN allocations.
    pub turn: Vec<Allocation>,
    /// ICE by pair of ufrags.
    pub ice: Vec<Ice>,
    /// DTLS handshakes, each with its outcome.
    pub dtls: Vec<Dtls>,
    /// TLS over TCP, as `turns:` uses it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tls: Vec<Tls>,
    /// Every DTLS handshake message, by its fragments.
    pub dtls_handshakes: Vec<DtlsHandshake>,
    /// RTP by SSRC.
    pub rtp_streams: Vec<RtpStream>,
    /// RTCP, each direction of a session by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rtcp: Vec<Rtcp>,
    /// SCTP in clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sctp: Vec<Sctp>,
    /// Session descriptions from files and from the capture itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<Description>,
    /// What was left out because there was too much of it: how many of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, u64>,
    /// What a filter leaves out, and is worth knowing nevertheless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Hidden>,
    /// The STUN messages, where they were asked for and are not streamed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<StunMessage>,
    /// What of it text shows.
    #[serde(skip)]
    pub view: View,
}

/// What a filter leaves out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hidden {
    /// Errors and warnings that concern none of the sessions shown: how many of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub findings: BTreeMap<Word, u64>,
    /// Sessions in which media or keys of agents passed that check in a session that is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<HiddenSession>,
}

/// A session that a filter leaves out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HiddenSession {
    /// Its number.
    pub session: u32,
    /// One end.
    pub a: SocketAddr,
    /// The other end.
    pub b: SocketAddr,
    /// Packets of RTP.
    pub rtp: u64,
    /// Packets of DTLS.
    pub dtls: u64,
}

/// What of a report text shows; not part of the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The STUN messages have been shown as they came, and nothing else is to be.
    pub messages: bool,
    /// The STUN transactions.
    pub transactions: bool,
    /// The time line.
    pub timeline: bool,
}

/// Frames by what they carry. A frame with several messages counts once for each protocol.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// STUN.
    pub stun: u64,
    /// STUN of RFC 3489.
    pub classic_stun: u64,
    /// ChannelData of TURN.
    pub channel_data: u64,
    /// DTLS.
    pub dtls: u64,
    /// RTP, SRTP.
    pub rtp: u64,
    /// RTCP, SRTCP.
    pub rtcp: u64,
    /// QUIC.
    pub quic: u64,
    /// TLS.
    pub tls: u64,
    /// ZRTP.
    pub zrtp: u64,
    /// SCTP in the clear.
    pub sctp: u64,
    /// UDP.
    pub udp: u64,
    /// TCP.
    pub tcp: u64,
    /// ICMP, ICMPv6.
    pub icmp: u64,
    /// Fragments of IP datagrams.
    pub fragments: u64,
    /// What could not be read up to a transport.
    pub undecoded: u64,
    /// Cut by the snap length.
    pub cut: u64,
}

/// A moment of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The frame.
    pub frame: u64,
    /// Seconds since the capture began.
    pub at_s: f64,
}

/// Round-trip times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rtt {
    /// The shortest.
    pub min: f64,
    /// The mean.
    pub mean: f64,
    /// The longest.
    pub max: f64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
