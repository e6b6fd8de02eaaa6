//! The session part and the media sections, as they are written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What both the session part and media sections may say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Common {
    /// `a=ice-ufrag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_ufrag: Option<String>,
    /// `a=ice-pwd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_pwd: Option<String>,
    /// The words of `a=ice-options`.
    pub ice_options: Vec<String>,
    /// `a=fingerprint`.
    pub fingerprints: Vec<Fingerprint>,
    /// `a=setup`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<String>,
    /// `sendrecv`, `sendonly`, `recvonly` or `inactive`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// `b=`.
    pub bandwidth: Vec<Bandwidth>,
    /// `c=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// `a=extmap-allow-mixed`.
    pub extmap_allow_mixed: bool,
}

/// The session part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// `v=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// `o=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// `s=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `t=`, as written.
    pub timing: Vec<String>,
    /// `a=group`.
    pub groups: Vec<Group>,
    /// `a=msid-semantic`, as written.
    pub msid_semantic: Vec<String>,
    /// `a=ice-lite`.
    pub ice_lite: bool,
    /// What media sections may say too.
    #[serde(flatten)]
    pub common: Common,
    /// The names in each BUNDLE group.
    pub bundle: Vec<Vec<String>>,
}

/// A media section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// From 0.
    pub index: usize,
    /// `audio`, `video`, `application`, …
    pub kind: String,
    /// As written; 0 rejects the section or goes with `bundle_only`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u64>,
    /// The number after `PORT/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_of_ports: Option<u64>,
    /// `UDP/TLS/RTP/SAVPF`, …
    pub proto: String,
    /// Payload types or names, as written.
    pub formats: Vec<String>,
    /// Port 0 without `a=bundle-only`.
    pub rejected: bool,
    /// `a=mid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// What the session part may say too.
    #[serde(flatten)]
    pub common: Common,
    /// `a=bundle-only`.
    pub bundle_only: bool,
    /// `a=rtcp-mux`.
    pub rtcp_mux: bool,
    /// `a=rtcp-mux-only`.
    pub rtcp_mux_only: bool,
    /// `a=rtcp-rsize`.
    pub rtcp_rsize: bool,
    /// `a=rtcp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtcp: Option<Rtcp>,
    /// The payload types of the `m=` line, in its order.
    pub codecs: Vec<Codec>,
    /// Payload types with two `a=rtpmap`; the first one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rtpmap_conflicts: Vec<RtpmapConflict>,
    /// `a=extmap`.
    pub extmap: Vec<ExtMap>,
    /// `a=ssrc`, by id.
    pub ssrcs: Vec<Ssrc>,
    /// `a=ssrc-group`.
    pub ssrc_groups: Vec<SsrcGroup>,
    /// `a=msid`.
    pub msid: Vec<Msid>,
    /// `a=candidate`.
    pub candidates: Vec<Candidate>,
    /// `a=end-of-candidates`.
    pub end_of_candidates: bool,
    /// `a=sctp-port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sctp_port: Option<u32>,
    /// `a=sctpmap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sctpmap: Option<SctpMap>,
    /// `a=max-message-size`, octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_message_size: Option<u64>,
    /// `a=rid`.
    pub rids: Vec<Rid>,
    /// `a=simulcast`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulcast: Option<Simulcast>,
    /// `a=crypto`.
    pub crypto: Vec<Crypto>,
}

/// `o=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8866 §5.2")]
pub struct Origin {
    pub username: String,
    pub session_id: String,
    pub session_version: String,
    pub net_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_ver: Option<u8>,
    pub address: String,
}

/// `a=group`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 5888 §5")]
pub struct Group {
    pub semantics: String,
    pub mids: Vec<String>,
}

/// `a=fingerprint`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8122 §5")]
pub struct Fingerprint {
    pub hash: String,
    pub value: String,
}

/// `b=`: the limit in the unit of the type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8866 §5.8")]
pub struct Bandwidth {
    #[serde(rename = "type")]
    pub kind: String,
    pub limit: u64,
}

/// `c=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8866 §5.7")]
pub struct Connection {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_ver: Option<u8>,
    pub address: String,
}

/// `a=rtcp`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 3605 §2.1")]
pub struct Rtcp {
    pub port: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A payload type, with what is said about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Codec {
    /// The payload type, if the format is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pt: Option<u16>,
    /// The encoding name of `a=rtpmap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In Hz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clockrate: Option<u32>,
    /// As written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u32>,
    /// `a=fmtp`.
    pub fmtp: Vec<Fmtp>,
    /// `a=rtcp-fb`, those for `*` too, `trr-int` last.
    pub rtcp_fb: Vec<String>,
}

/// `a=fmtp`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fmtp {
    /// As written.
    pub raw: String,
    /// Names and values; null for a name alone.
    pub params: Map<String, Value>,
}

/// Two `a=rtpmap` for one payload type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the payload type and the encoding names")]
pub struct RtpmapConflict {
    pub pt: u16,
    pub first: String,
    pub later: String,
}

/// `a=extmap`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8285 §5")]
pub struct ExtMap {
    pub id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    pub uri: String,
    /// The extension that is encrypted (RFC 6904).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wraps: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
}

/// The `a=ssrc` lines of one id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ssrc {
    /// The synchronization source.
    pub id: u32,
    /// Names and values; null for a name alone.
    pub attributes: Map<String, Value>,
}

/// `a=ssrc-group`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 5576 §4.2")]
pub struct SsrcGroup {
    pub semantics: String,
    pub ssrcs: Vec<u32>,
}

/// `a=msid`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8830 §2")]
pub struct Msid {
    pub stream: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
}

/// `a=candidate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8839 §5.1")]
pub struct Candidate {
    pub foundation: String,
    pub component: u32,
    pub protocol: String,
    pub priority: u64,
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raddr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rport: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcptype: Option<String>,
}

/// `a=sctpmap`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "port, application, streams")]
pub struct SctpMap {
    pub port: u32,
    pub app: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streams: Option<u64>,
}

/// `a=rid`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8851 §10")]
pub struct Rid {
    pub id: String,
    pub direction: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<String>,
}

/// `a=simulcast`: the lists as written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 8853 §5.1")]
pub struct Simulcast {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recv: Option<String>,
}

/// `a=crypto`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of RFC 4568 §9.1")]
pub struct Crypto {
    pub tag: u32,
    pub suite: String,
    pub params: String,
}
