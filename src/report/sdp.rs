//! The report of `rtcdiag sdp`: each description as it is written, and what holds for each media section.
//!
//! `session` and `media` have what is written where; `effective` has values of the session part filled in.

use std::time::Duration;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::proto::sdp::effective::{Bundles, effective};
use crate::proto::sdp::unwrap::Found;
use crate::proto::sdp::{self, Line, Section, codecs};
use crate::report::explain::Entry;
use crate::report::sdp_diff::Diff;
use crate::report::sdp_dump::{Pair, Unread};
use crate::report::sdp_explain::Explanation;
use crate::report::sdp_negotiation::Negotiation;

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sdp {
    /// The descriptions, in the order of the files and within them.
    pub descriptions: Vec<Description>,
    /// What an offer and an answer agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negotiation: Option<Negotiation>,
    /// What the offers and answers of a dump agreed on, by peer connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    /// `--diff`: what changed from the first description to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
    /// `--explain`: each description line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Explanation>,
    /// Inputs that could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Whether text has a list of the descriptions in place of each in full.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// What the catalog says about the codes of the findings: for SARIF, which tells each rule once.
    #[serde(skip)]
    pub rules: Vec<Entry>,
}

/// One description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// `offer`, `answer`, `pranswer` or `rollback`, where the input tells.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Where it comes from.
    pub input: Input,
    /// Who made it, as far as the text tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<MadeBy>,
    /// The session part.
    pub session: Session,
    /// The media sections.
    pub media: Vec<Media>,
    /// What holds for each media section.
    pub effective: Vec<Effective>,
}

/// Who made a description: a guess, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBy {
    /// `Chrome (libwebrtc)`, `Firefox`, `pion`, …
    pub name: String,
    /// Its version, where it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it says so itself; else it is its habits that tell.
    pub certain: bool,
    /// What tells.
    pub clues: Vec<String>,
}

/// Where a description comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The file, `-` for stdin.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Which description it is, from 1 through all files: the number for `--pick`.
    #[serde(default)]
    pub number: usize,
    /// The number of the description before it that has the same text; findings are told of that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<usize>,
    /// What it was wrapped in, from the outside in: `raw`, `json`, `base64-json`, `log`, …
    pub wrapper: String,
    /// Where in it: a JSON pointer.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What the wrapping calls it: `setLocalDescription`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The peer connection, as a dump names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// When it was handed over: RFC 3339 where the dump has a time of day, else as it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The line of the file at which it begins, from 1.
    pub line: usize,
    /// `crlf`, `lf`, `cr`, `mixed` or `none`.
    pub line_endings: String,
    /// The octets of the SDP.
    pub sdp_bytes: usize,
    /// The lines of the SDP.
    pub lines: usize,
    /// The media sections of the SDP.
    pub sections: usize,
}

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

/// What holds for a media section: its own values, else those of the session part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effective {
    /// From 0.
    pub index: usize,
    /// `a=mid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// sendrecv, where nothing is written.
    pub direction: String,
    /// `a=ice-ufrag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_ufrag: Option<String>,
    /// `a=ice-pwd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_pwd: Option<String>,
    /// `a=ice-options`.
    pub ice_options: Vec<String>,
    /// `a=fingerprint`.
    pub fingerprints: Vec<Fingerprint>,
    /// `a=setup`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<String>,
    /// `c=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// `a=extmap-allow-mixed`.
    pub extmap_allow_mixed: bool,
    /// Whether it is in a BUNDLE group.
    pub bundled: bool,
    /// The index of the section whose transport it uses.
    pub transport: usize,
}

impl Description {
    /// What was found in `file`, read as `sdp`.
    pub fn new(file: &str, found: &Found<'_>, sdp: &sdp::Description<'_>) -> Description {
        let session = session(&sdp.session());
        let media: Vec<Media> = sdp.media().map(|section| media(&section)).collect();
        let bundles = Bundles::of(sdp);
        Description {
            kind: found.kind.map(|kind| kind.name().to_owned()),
            input: Input {
                file: file.to_owned(),
                number: 1,
                same_as: None,
                wrapper: found.wrapper(),
                place: Some(found.place.clone()).filter(|place| !place.is_empty()),
                label: found.label.clone(),
                connection: found.connection.clone(),
                time: found.time.as_deref().map(time),
                line: found.line,
                line_endings: sdp.line_endings().name().to_owned(),
                sdp_bytes: sdp.text().len(),
                lines: sdp.line_count(),
                sections: sdp.media_count(),
            },
            made_by: None,
            effective: media
                .iter()
                .map(|media| holding(&session, media, sdp, &bundles))
                .collect(),
            session,
            media,
        }
    }
}

/// Milliseconds since 1970, as dumps have them, as a time; anything else as it is.
fn time(text: &str) -> String {
    match text.parse::<f64>() {
        // From 2001 on; smaller numbers are times since something else.
        // Whole microseconds: what comes after is not in the number.
        Ok(ms) if (1e12..1e14).contains(&ms) => {
            super::timestamp::rfc3339(Duration::from_micros((ms * 1000.0).round() as u64))
        }
        _ => text.to_owned(),
    }
}

fn owned(text: &str) -> String {
    text.to_owned()
}

/// The text after the colon of the last or first line of an attribute; empty where there is no colon.
fn value<'d>(line: Line<'d>) -> &'d str {
    line.attribute().and_then(|attribute| attribute.value).unwrap_or("")
}

fn first_value(section: &Section<'_>, name: &str) -> Option<String> {
    section.attribute_lines(name).next().map(|line| owned(value(line)))
}

/// What the last line says, if it could be read: a later line overrules.
fn last<'d, T: sdp::AttributeValue<'d>>(section: &Section<'d>) -> Option<T> {
    section.all::<T>().last().map(|(_, value)| value)
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace().map(owned)
}

fn common(section: &Section<'_>) -> Common {
    Common {
        ice_ufrag: first_value(section, "ice-ufrag"),
        ice_pwd: first_value(section, "ice-pwd"),
        ice_options: section
            .attribute_lines("ice-options")
            .flat_map(|line| words(value(line)).collect::<Vec<_>>())
            .collect(),
        fingerprints: section
            .attribute_lines("fingerprint")
            .map(|line| {
                let (hash, value) = value(line).split_once(' ').unwrap_or((value(line), ""));
                Fingerprint {
                    hash: owned(hash),
                    value: owned(value.trim()),
                }
            })
            .collect(),
        setup: section.attribute_lines("setup").last().map(|line| {
            let word = value(line).trim_start();
            owned(word.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(""))
        }),
        direction: section.direction().map(|(_, direction)| owned(direction.name())),
        bandwidth: section
            .bandwidths()
            .map(|(_, bandwidth)| Bandwidth {
                kind: owned(bandwidth.kind),
                limit: bandwidth.limit,
            })
            .collect(),
        connection: section.connection().map(|(_, connection)| Connection {
            ip_ver: connection.ip_version(),
            address: owned(connection.address),
        }),
        extmap_allow_mixed: section.flag("extmap-allow-mixed"),
    }
}

fn session(section: &Section<'_>) -> Session {
    let groups: Vec<Group> = section
        .attribute_lines("group")
        .map(|line| {
            let mut words = words(value(line));
            Group {
                semantics: words.next().unwrap_or_default(),
                mids: words.collect(),
            }
        })
        .collect();
    Session {
        version: section
            .of_type('v')
            .filter_map(|line| line.value().trim().parse().ok())
            .last(),
        origin: section.description().origin().map(|origin| Origin {
            username: owned(origin.username),
            session_id: owned(origin.session_id),
            session_version: owned(origin.session_version),
            net_type: owned(origin.net_type),
            ip_ver: sdp::ip_version(origin.address_type),
            address: owned(origin.address),
        }),
        name: section.of_type('s').next().map(|line| owned(line.value())),
        timing: section.of_type('t').map(|line| owned(line.value())).collect(),
        msid_semantic: section
            .attribute_lines("msid-semantic")
            .map(|line| owned(value(line).trim()))
            .collect(),
        ice_lite: section.flag("ice-lite"),
        common: common(section),
        bundle: groups
            .iter()
            .filter(|group| group.semantics == "BUNDLE")
            .map(|group| group.mids.clone())
            .collect(),
        groups,
    }
}

fn media(section: &Section<'_>) -> Media {
    let line = section.media().unwrap_or(sdp::MediaLine {
        kind: "",
        port_text: "",
        port: None,
        port_count: None,
        protocol: "",
        format_text: "",
    });
    Media {
        index: section.index().unwrap_or(0),
        kind: owned(line.kind),
        port: line.port,
        number_of_ports: line.port_count,
        proto: owned(line.protocol),
        formats: line.formats().map(owned).collect(),
        rejected: line.port == Some(0) && !section.flag("bundle-only"),
        mid: first_value(section, "mid"),
        common: common(section),
        bundle_only: section.flag("bundle-only"),
        rtcp_mux: section.flag("rtcp-mux"),
        rtcp_mux_only: section.flag("rtcp-mux-only"),
        rtcp_rsize: section.flag("rtcp-rsize"),
        rtcp: last::<sdp::Rtcp<'_>>(section).map(|rtcp| Rtcp {
            port: rtcp.port,
            address: rtcp.connection.map(|connection| owned(connection.address)),
        }),
        codecs: codecs(section).iter().map(codec).collect(),
        rtpmap_conflicts: conflicts(section),
        extmap: section
            .all::<sdp::ExtMap<'_>>()
            .map(|(_, extension)| extmap(&extension))
            .collect(),
        ssrcs: ssrcs(section),
        ssrc_groups: section
            .all::<sdp::SsrcGroup<'_>>()
            .map(|(_, group)| SsrcGroup {
                semantics: owned(group.semantics),
                ssrcs: group.ssrcs().collect(),
            })
            .collect(),
        msid: section
            .attribute_lines("msid")
            .map(|line| {
                let mut parts = value(line).split(' ');
                Msid {
                    stream: owned(parts.next().unwrap_or("")),
                    track: parts.next().map(owned),
                }
            })
            .collect(),
        candidates: section
            .all::<sdp::CandidateLine<'_>>()
            .map(|(_, one)| candidate(&one))
            .collect(),
        end_of_candidates: section.flag("end-of-candidates"),
        sctp_port: last::<sdp::SctpPort>(section).map(|port| port.0),
        sctpmap: last::<sdp::SctpMap<'_>>(section).map(|map| SctpMap {
            port: map.port,
            app: owned(map.app),
            streams: map.streams,
        }),
        max_message_size: last::<sdp::MaxMessageSize>(section).map(|size| size.0),
        rids: section
            .all::<sdp::Rid<'_>>()
            .map(|(_, rid)| Rid {
                id: owned(rid.id),
                direction: owned(rid.direction),
                params: rid.parameters.map(owned),
            })
            .collect(),
        simulcast: last::<sdp::Simulcast<'_>>(section).map(|simulcast| Simulcast {
            send: simulcast.send.map(|list| owned(list.0)),
            recv: simulcast.recv.map(|list| owned(list.0)),
        }),
        crypto: section
            .all::<sdp::Crypto<'_>>()
            .map(|(_, crypto)| Crypto {
                tag: crypto.tag,
                suite: owned(crypto.suite),
                params: owned(crypto.keys),
            })
            .collect(),
    }
}

fn text(value: Option<&str>) -> Value {
    value.map_or(Value::Null, Value::from)
}

fn codec(codec: &sdp::Codec<'_>) -> Codec {
    let map = codec.rtpmap.map(|(_, map)| map);
    let (intervals, others): (Vec<_>, Vec<_>) = codec.feedback.iter().partition(|(_, one)| one.kind == "trr-int");
    let feedback = |(_, one): &&(Line<'_>, sdp::RtcpFeedback<'_>)| match one.parameter {
        Some(parameter) => format!("{} {parameter}", one.kind),
        None => owned(one.kind),
    };
    Codec {
        pt: codec.payload_type,
        name: map.map(|map| owned(map.encoding)),
        clockrate: map.and_then(|map| map.clock_rate),
        channels: map.and_then(|map| map.channels),
        fmtp: codec
            .fmtp
            .iter()
            .map(|(_, fmtp)| Fmtp {
                raw: owned(fmtp.config),
                params: fmtp
                    .parameters()
                    .iter()
                    .map(|(name, value)| (owned(name), text(value)))
                    .collect(),
            })
            .collect(),
        rtcp_fb: others.iter().chain(&intervals).map(feedback).collect(),
    }
}

fn conflicts(section: &Section<'_>) -> Vec<RtpmapConflict> {
    let mut first: HashMap<u16, &str> = HashMap::default();
    let mut conflicts = Vec::new();
    for (_, map) in section.all::<sdp::RtpMap<'_>>() {
        match first.get(&map.payload_type) {
            None => {
                first.insert(map.payload_type, map.encoding);
            }
            Some(name) => conflicts.push(RtpmapConflict {
                pt: map.payload_type,
                first: owned(name),
                later: owned(map.encoding),
            }),
        }
    }
    conflicts
}

fn extmap(extension: &sdp::ExtMap<'_>) -> ExtMap {
    ExtMap {
        id: extension.id,
        direction: extension.direction.map(owned),
        uri: owned(extension.uri),
        wraps: extension.encrypts.map(owned),
        config: extension.config.map(owned),
    }
}

fn ssrcs(section: &Section<'_>) -> Vec<Ssrc> {
    let mut places: HashMap<u32, usize> = HashMap::default();
    let mut list: Vec<Ssrc> = Vec::new();
    for (_, ssrc) in section.all::<sdp::Ssrc<'_>>() {
        let place = *places.entry(ssrc.id).or_insert_with(|| {
            list.push(Ssrc {
                id: ssrc.id,
                attributes: Map::new(),
            });
            list.len() - 1
        });
        if !ssrc.attribute.is_empty() {
            list[place].attributes.insert(owned(ssrc.attribute), text(ssrc.value));
        }
    }
    list
}

fn candidate(candidate: &sdp::CandidateLine<'_>) -> Candidate {
    Candidate {
        foundation: owned(candidate.foundation),
        component: candidate.component,
        protocol: owned(candidate.protocol),
        priority: candidate.priority,
        address: owned(candidate.address),
        port: Some(candidate.port),
        kind: owned(candidate.kind),
        raddr: candidate.related_address.map(owned),
        rport: candidate.related_port,
        tcptype: candidate.tcp_type.map(owned),
    }
}

fn holding<'d>(session: &Session, media: &Media, sdp: &'d sdp::Description<'d>, bundles: &Bundles<'d>) -> Effective {
    let (own, inherited) = (&media.common, &session.common);
    let list = |own: &[String], inherited: &[String]| if own.is_empty() { inherited } else { own }.to_vec();
    let effective = effective(sdp, bundles, media.index);
    Effective {
        index: media.index,
        mid: media.mid.clone(),
        direction: effective
            .as_ref()
            .map_or("sendrecv", |effective| effective.direction().name())
            .to_owned(),
        ice_ufrag: own.ice_ufrag.clone().or_else(|| inherited.ice_ufrag.clone()),
        ice_pwd: own.ice_pwd.clone().or_else(|| inherited.ice_pwd.clone()),
        ice_options: list(&own.ice_options, &inherited.ice_options),
        fingerprints: match own.fingerprints.is_empty() {
            true => inherited.fingerprints.clone(),
            false => own.fingerprints.clone(),
        },
        setup: own.setup.clone().or_else(|| inherited.setup.clone()),
        connection: own.connection.clone().or_else(|| inherited.connection.clone()),
        extmap_allow_mixed: own.extmap_allow_mixed || inherited.extmap_allow_mixed,
        bundled: effective.is_some_and(|effective| effective.bundled),
        transport: bundles.transport_of(media.index),
    }
}
