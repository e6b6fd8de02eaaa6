//! The report of `rtcdiag pcap`: what a capture says, session by session.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

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
    /// Every DTLS handshake message, by its fragments.
    pub dtls_handshakes: Vec<DtlsHandshake>,
    /// RTP by SSRC.
    pub rtp_streams: Vec<RtpStream>,
    /// Session descriptions from files and from the capture itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<Description>,
    /// What was left out because there was too much of it: how many of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, u64>,
    /// The STUN messages, where they were asked for and are not streamed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<StunMessage>,
    /// What of it text shows.
    #[serde(skip)]
    pub view: View,
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

/// A capture file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its name, as it was given.
    pub path: String,
    /// `pcap` or `pcapng`.
    pub container: String,
    /// `gzip`, `zstd`, `lz4`.
    pub compression: Option<String>,
    /// How many frames were read.
    pub frames: u64,
    /// Octets of the file.
    pub bytes: u64,
    /// The time of the first frame that has one.
    pub first: Option<String>,
    /// The latest time.
    pub last: Option<String>,
    /// Seconds between them.
    pub duration_s: Option<f64>,
    /// The interfaces it was captured on.
    pub interfaces: Vec<Interface>,
    /// Whether the file ends before it should.
    pub truncated: bool,
    /// Where it is damaged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Damage>,
    /// Comments of whoever captured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// Packets that the capturing system dropped, as far as the file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<u64>,
    /// Blocks with keys of TLS or other protocols; they are not used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_secrets: bool,
}

/// A place where a file is damaged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Damage {
    /// Octets from the start of the (uncompressed) file.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

/// A comment in a pcapng file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    /// The frame it is about; it may be about the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// Its text.
    pub text: String,
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    /// The LINKTYPE number.
    pub link_type: u16,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Octets kept of each packet at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snaplen: Option<u32>,
    /// The capture filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
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

/// STUN messages and transactions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stun {
    /// All messages.
    pub messages: u64,
    /// Inside of TURN.
    pub nested: u64,
    /// Of RFC 3489.
    pub classic: u64,
    /// Quoted in ICMP errors.
    pub in_icmp: u64,
    /// Cut short.
    pub truncated: u64,
    /// By `method class`.
    pub by_type: BTreeMap<String, u64>,
    /// FINGERPRINTs that hold.
    pub fingerprint_valid: u64,
    /// FINGERPRINTs that do not.
    pub fingerprint_invalid: u64,
    /// MESSAGE-INTEGRITYs that hold with a known password.
    pub integrity_valid: u64,
    /// MESSAGE-INTEGRITYs that do not hold with the password known for them.
    pub integrity_invalid: u64,
    /// Answers to requests that were not captured.
    pub unmatched_responses: u64,
    /// Requests and their answers.
    pub transactions: Vec<Transaction>,
}

/// A request and what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// Hex digits.
    pub transaction_id: String,
    /// The method.
    pub method: Word,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub server: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// The frames of all transmissions.
    pub sent: Vec<u64>,
    /// When it was first sent, in seconds since the capture began.
    pub sent_at_s: f64,
    /// The frame of the first answer.
    pub answered_by: Option<u64>,
    /// Who answered, if it was not the server that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_from: Option<SocketAddr>,
    /// `success`, `error` or `unanswered`.
    pub outcome: Word,
    /// The code of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
    /// From the request to the answer, where it was sent once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// How often it was sent again.
    pub retransmissions: u64,
}

/// A moment of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The frame.
    pub frame: u64,
    /// Seconds since the capture began.
    pub at_s: f64,
}

/// A 5-tuple, or a flow inside of TURN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its number, from 0: for `--flow`.
    pub id: u32,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Who was first seen to send; the client's side of a relayed flow.
    pub a: SocketAddr,
    /// The other side.
    pub b: SocketAddr,
    /// For a relayed flow: the session between client and TURN server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<u32>,
    /// For a relayed flow: its channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// For a relayed flow: whether `a` is the relayed address, and `b` the peer; else they are client and server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses_known: Option<bool>,
    /// What passed from `a` to `b`.
    pub a_to_b: Way,
    /// What passed from `b` to `a`.
    pub b_to_a: Way,
    /// How the TCP connection went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<Tcp>,
    /// ICMP errors about its packets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icmp: Vec<Icmp>,
    /// How many there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub icmp_count: u64,
}

/// One direction of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// Datagrams, or messages of a stream.
    pub packets: u64,
    /// Octets of payload.
    pub bytes: u64,
    /// The first.
    pub first: Option<Moment>,
    /// The last.
    pub last: Option<Moment>,
    /// How many of each protocol.
    pub protocols: BTreeMap<String, u64>,
}

/// How a TCP connection went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tcp {
    /// The first SYN.
    pub syn: Option<Moment>,
    /// How often the SYN was sent.
    pub syns: u64,
    /// Its answer.
    pub syn_ack: Option<Moment>,
    /// The first FIN.
    pub fin: Option<Moment>,
    /// The first RST.
    pub reset: Option<Moment>,
    /// Segments sent again.
    pub retransmissions: u64,
    /// Octets that were never captured.
    pub missing_bytes: u64,
}

/// An ICMP error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Icmp {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Who sent it.
    pub from: IpAddr,
    /// The ICMP type.
    #[serde(rename = "type")]
    pub kind: u8,
    /// The ICMP code.
    pub code: u8,
    /// What that means.
    pub meaning: Word,
    /// Who sent the packet that it is about.
    pub about_sender: SocketAddr,
    /// To whom that was sent.
    pub about_receiver: SocketAddr,
    /// What that was.
    pub protocol: Word,
    /// The MTU of the next hop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
}

/// A client's address and a STUN server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// The session.
    pub session: u32,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub server: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Requests.
    pub requests: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused, by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, u64>,
    /// The client as the server sees it.
    pub mapped: Vec<SocketAddr>,
    /// SOFTWARE of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// Round-trip times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<Rtt>,
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

/// A TURN client and its server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// The session between them.
    pub session: u32,
    /// The client.
    pub client: SocketAddr,
    /// The server.
    pub server: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// The relayed addresses.
    pub relayed: Vec<SocketAddr>,
    /// The client as the server sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapped: Option<SocketAddr>,
    /// USERNAME.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// REALM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// SOFTWARE of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// The server's demand for credentials.
    pub challenge: Option<Moment>,
    /// `not-sent`, `unanswered`, `accepted` or `rejected`.
    pub credentials: Word,
    /// Whether MESSAGE-INTEGRITY holds with the password that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity_valid: Option<bool>,
    /// Where a 300 sent the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_to: Option<SocketAddr>,
    /// When it was made.
    pub created: Option<Moment>,
    /// The lifetime last granted.
    pub lifetime_s: Option<u32>,
    /// Requests and how they ended.
    pub steps: Vec<TurnStep>,
    /// By method: requests, successes, errors, retransmissions.
    pub requests: BTreeMap<String, TurnTally>,
    /// Permissions.
    pub permissions: Vec<Permission>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// What passed to and from each peer.
    pub peers: Vec<Peer>,
    /// Packets of data to peers.
    pub packets_to_peers: u64,
    /// Octets of data to peers.
    pub bytes_to_peers: u64,
    /// Packets of data from peers.
    pub packets_from_peers: u64,
    /// Octets of data from peers.
    pub bytes_from_peers: u64,
    /// `refused`, `unanswered`, `released`, `expired`, `closed` or `open`.
    pub ended: Word,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
}

/// A request to a TURN server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnStep {
    /// `allocate`, ...
    pub method: Word,
    /// When it was first sent.
    pub asked: Moment,
    /// How often it was sent.
    pub transmissions: u32,
    /// Whether it had credentials.
    pub authenticated: bool,
    /// The first answer.
    pub answered: Option<Moment>,
    /// `success`, `error` or `unanswered`.
    pub outcome: Word,
    /// The code of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
    /// Its reason phrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The lifetime granted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_s: Option<u32>,
    /// The peer it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// The channel it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// Requests of one method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnTally {
    /// Without retransmissions.
    pub requests: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused.
    pub errors: u64,
    /// Sent again.
    pub retransmissions: u64,
}

/// A permission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Permission {
    /// The peer's address.
    pub ip: IpAddr,
    /// When it was installed.
    pub installed: Option<Moment>,
    /// When it was last refreshed.
    pub refreshed: Option<Moment>,
    /// The code of the last refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// `0x4000` ...
    pub channel: String,
    /// The peer.
    pub peer: Option<SocketAddr>,
    /// When it was bound.
    pub bound: Option<Moment>,
    /// When the binding was last refreshed.
    pub refreshed: Option<Moment>,
    /// The code of the last refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
}

/// A peer behind a relay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// The relayed flow.
    pub session: u32,
    /// The peer.
    pub peer: Option<SocketAddr>,
    /// What was sent to it before there was a permission.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sent_without_permission: u64,
}

/// Two ICE agents and one generation of their credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ice {
    /// The ufrag of the agent where the capture was made, or of the first to check.
    pub local_ufrag: String,
    /// The other one.
    pub remote_ufrag: String,
    /// Whether the local agent was controlling in the end.
    pub controlling: Option<bool>,
    /// The generation, from 0: how many pairs of ufrags there were before on the same addresses.
    pub generation: u32,
    /// Which entry of this list it restarted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_of: Option<usize>,
    /// From where the local agent's password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_password_from: Option<String>,
    /// From where the remote agent's password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_password_from: Option<String>,
    /// The first check.
    pub first: Moment,
    /// The last message.
    pub last: Moment,
    /// Roles and tie-breakers of the local agent.
    pub local_roles: Vec<IceRole>,
    /// Roles and tie-breakers of the remote agent.
    pub remote_roles: Vec<IceRole>,
    /// Candidates of the local agent.
    pub local_candidates: Vec<IceCandidate>,
    /// Candidates of the remote agent.
    pub remote_candidates: Vec<IceCandidate>,
    /// The pairs that were checked.
    pub pairs: Vec<IcePair>,
    /// The pair that was used in the end.
    pub nominated_pair: Option<NominatedPair>,
    /// `regular`, `aggressive` or `renomination`.
    pub nomination: Option<Word>,
    /// 487s.
    pub role_conflicts: u64,
    /// Changes of the path.
    pub switches: Vec<IceSwitch>,
    /// Checks of the pair that is used, over its life (RFC 7675).
    pub consent: Option<Consent>,
}

/// A role that an agent took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceRole {
    /// The first check with it.
    #[serde(flatten)]
    pub at: Moment,
    /// `controlling` or `controlled`.
    pub role: Word,
    /// Hex digits.
    pub tie_breaker: String,
}

/// A candidate of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceCandidate {
    /// Its address.
    pub address: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// `host`, `srflx`, `prflx` or `relay`, as far as can be told.
    #[serde(rename = "type")]
    pub candidate_type: Option<Word>,
    /// As SDP or its checks say.
    pub priority: Option<u32>,
    /// `sdp`, `check`, `checked` or `mapped`: how it was first learnt.
    pub learnt: Word,
    /// When it was first seen.
    pub first: Option<Moment>,
}

/// A pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IcePair {
    /// The session its checks pass in.
    pub session: u32,
    /// The local address.
    pub local: SocketAddr,
    /// The remote address.
    pub remote: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Whether it goes through a TURN server of the local side.
    pub relayed: bool,
    /// `succeeded`, `one-way`, `failed` or `unanswered`: whether checks of both, of one or of no side were answered with
    /// success; `failed` if there were only errors.
    pub state: Word,
    /// Whether it was nominated.
    pub nominated: bool,
    /// Checks of the local agent.
    pub sent: IceChecks,
    /// Checks of the remote agent.
    pub received: IceChecks,
}

/// The checks of one agent on a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceChecks {
    /// Without retransmissions.
    pub requests: u64,
    /// Sent again.
    pub retransmissions: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused, by code.
    pub errors: BTreeMap<String, u64>,
    /// The first.
    pub first: Option<Moment>,
    /// The last.
    pub last: Option<Moment>,
    /// The first success.
    pub first_success: Option<Moment>,
    /// The last success.
    pub last_success: Option<Moment>,
    /// The first with USE-CANDIDATE.
    pub use_candidate: Option<Moment>,
    /// How many had USE-CANDIDATE.
    pub use_candidates: u64,
    /// Round-trip times.
    pub rtt_ms: Option<Rtt>,
    /// XOR-MAPPED-ADDRESS of the answers.
    pub mapped: Vec<SocketAddr>,
    /// MESSAGE-INTEGRITY of the requests, where a password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<Integrity>,
    /// Binding indications.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub indications: u64,
}

/// Verdicts of MESSAGE-INTEGRITY.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Integrity {
    /// It holds.
    pub valid: u64,
    /// It does not.
    pub invalid: u64,
}

/// The pair that was used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NominatedPair {
    /// Which entry of `pairs`.
    pub pair: usize,
    /// The local address.
    pub local: SocketAddr,
    /// The remote address.
    pub remote: SocketAddr,
    /// When it was nominated.
    pub nominated: Option<Moment>,
}

/// A change of the path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceSwitch {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// The entry of `pairs` before.
    pub from: usize,
    /// The entry of `pairs` since.
    pub to: usize,
    /// Who sends on it: `local` or `remote`.
    pub side: Word,
}

/// Checks of the pair that is used, over its life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// Requests of the local agent.
    pub sent: u64,
    /// Requests of the remote agent.
    pub received: u64,
    /// The longest time between two requests of the local agent, in seconds.
    pub longest_interval_s: Option<f64>,
    /// Times of five seconds and more without an answer, though requests were sent.
    pub gaps: Vec<ConsentGap>,
    /// Whether the last of them was longer than the 30 seconds of RFC 7675, without an answer after it.
    pub lost: bool,
}

/// A time without answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsentGap {
    /// Whose requests: `local` or `remote`.
    pub side: Word,
    /// The last answer before it.
    pub from: Moment,
    /// The first answer after it, or the last request.
    pub to: Moment,
    /// How long.
    pub duration_s: f64,
    /// Requests in it.
    pub requests: u64,
    /// Whether an answer ended it.
    pub recovered: bool,
}

/// A DTLS handshake.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dtls {
    /// The session.
    pub session: u32,
    /// Who sent the ClientHello.
    pub client: Option<SocketAddr>,
    /// The other side.
    pub server: Option<SocketAddr>,
    /// `complete`, `stuck`, `refused`, `resumed` or `unknown`.
    pub outcome: String,
    /// In words: what it waits for, who refused it and how.
    pub detail: String,
    /// From the first ClientHello to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<f64>,
    /// The first record.
    pub first: Option<Moment>,
    /// The version agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The cipher suite chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher_suite: Option<String>,
    /// The group of the key exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The SRTP profile chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srtp_profile: Option<String>,
    /// The client's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<Certificate>,
    /// The server's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_certificate: Option<Certificate>,
    /// Its flights.
    pub flights: Vec<Flight>,
    /// Flights sent again.
    pub retransmissions: u64,
    /// Alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Alert>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// As `a=fingerprint:sha-256` writes it.
    pub sha256: String,
    /// Its subject.
    pub subject: Option<String>,
    /// Kind and size of its key.
    pub key: Option<String>,
    /// From when it is valid.
    pub not_before: Option<String>,
    /// Until when it is valid.
    pub not_after: Option<String>,
}

/// A flight of a DTLS handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flight {
    /// When it began.
    #[serde(flatten)]
    pub at: Moment,
    /// Who sent it: `client` or `server`.
    pub from: Word,
    /// Its messages.
    pub messages: Vec<String>,
    /// How often it was sent again.
    pub retransmissions: u64,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Who sent it: `client` or `server`.
    pub from: Word,
    /// `warning` or `fatal`; an encrypted one has none.
    pub level: Option<String>,
    /// Its name.
    pub description: String,
}

/// A fragment of a DTLS handshake message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DtlsHandshake {
    /// The frame.
    pub frame: u64,
    /// Who sent it.
    pub src: String,
    /// To whom.
    pub dst: String,
    /// `client_hello`, ...; `encrypted` after the first epoch.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version in the header of its record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_version: Option<String>,
    /// The version in the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_seq: Option<u16>,
    /// Octets of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Where the fragment stands in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment_offset: Option<u32>,
    /// Octets of the fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment_length: Option<u32>,
    /// With the fragment that completes the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cipher_suites: Vec<String>,
    /// Its SRTP profiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub use_srtp: Vec<String>,
    /// The names of SNI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_name: Vec<String>,
    /// The extension supported_versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supported_versions: Vec<String>,
    /// As `a=fingerprint` writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificate_sha256: Vec<String>,
}

/// An RTP stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RtpStream {
    /// Who sent it; for relayed ones the TURN client or server.
    pub src: String,
    /// To whom.
    pub dst: String,
    /// The session: the relayed one where it is relayed.
    pub session: u32,
    /// `0x1234abcd`.
    pub ssrc: String,
    /// The payload types seen.
    pub payload_types: Vec<u8>,
    /// The encoding of most packets, by SDP or by a static payload type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The clock of the timestamps, by which `jitter_ms` is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_hz: Option<u32>,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Packets.
    pub packets: u64,
    /// Octets, with RTP headers.
    pub bytes: u64,
    /// Packets missing in the sequence.
    pub lost: u64,
    /// Packets that came late.
    pub out_of_order: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// RFC 3550 §A.8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<f64>,
    /// The time of the first packet.
    pub first: Option<String>,
    /// The time of the last packet.
    pub last: Option<String>,
    /// Whether it is SRTP, as far as can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
}

/// A session description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The file, or `capture`.
    pub source: String,
    /// The frame that completed it, in the capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<SocketAddr>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dst: Option<SocketAddr>,
    /// `offer`, `answer`, ...
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its ufrags.
    pub ice_ufrags: Vec<String>,
    /// Its fingerprints.
    pub fingerprints: Vec<String>,
}

/// A STUN message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StunMessage {
    /// The frame that completed it.
    pub frame: u64,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Seconds since the capture began.
    pub at_s: f64,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// The innermost address of the sender: of the TURN client or server where it is nested.
    pub src: String,
    /// That of the receiver.
    pub dst: String,
    /// The session: the relayed one where it is nested.
    pub session: u32,
    /// `request`, `indication`, `success` or `error`.
    pub class: Word,
    /// The method.
    pub method: Word,
    /// Hex digits.
    pub transaction_id: String,
    /// The length field of its header.
    pub length: u16,
    /// Its attributes, in order.
    pub attributes: Vec<Attribute>,
    /// Of RFC 3489.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub classic: bool,
    /// Inside of TURN.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nested: bool,
    /// `data-attribute` or `channel-data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Word>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// For a nested one: who sent it on the other side of the relay, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_src: Option<SocketAddr>,
    /// For a nested one: to whom it goes in the end, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_dst: Option<SocketAddr>,
    /// Quoted in an ICMP error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_icmp: bool,
    /// The length of RFC 4571 before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp_frame_length: Option<u16>,
    /// Cut short.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// What is wrong with it, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
    /// The frame of the request that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_to: Option<u64>,
    /// Milliseconds since that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// The frame in which the same request was first sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retransmission_of: Option<u64>,
    /// Whose password its MESSAGE-INTEGRITY was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity_by: Option<String>,
}

/// An attribute of a STUN message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// `0x0006`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name; `Unknown` if it has none.
    pub name: Word,
    /// Its length field.
    pub length: u16,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<AttributeValue>,
    /// Its octets, where they do not say what they should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_hex: Option<String>,
    /// Whether FINGERPRINT holds; MESSAGE-INTEGRITY where a password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
}

/// What an attribute says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// EVEN-PORT.
    Bool(bool),
    /// PRIORITY, LIFETIME, ...
    Number(u64),
    /// Text, an address, hex digits.
    Text(String),
    /// UNKNOWN-ATTRIBUTES.
    List(Vec<String>),
    /// ERROR-CODE.
    ErrorCode {
        /// Class times 100, plus number.
        code: u16,
        /// The reason phrase.
        reason: String,
    },
    /// CHANGE-REQUEST.
    ChangeRequest {
        /// Answer from the other address.
        change_ip: bool,
        /// Answer from the other port.
        change_port: bool,
    },
    /// GOOG-NETWORK-INFO.
    NetworkInfo {
        /// The sender's number for the network.
        network_id: u16,
        /// 0 (cheap) to 999.
        network_cost: u16,
    },
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
