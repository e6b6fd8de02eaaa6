//! From a description to what the report says of its parts.

use std::time::Duration;

use foldhash::HashMap;
use serde_json::{Map, Value};

use super::{
    Bandwidth, Candidate, Codec, Common, Connection, Crypto, Effective, ExtMap, Fingerprint, Fmtp, Group, Media, Msid,
    Origin, Rid, Rtcp, RtpmapConflict, SctpMap, Session, Simulcast, Ssrc, SsrcGroup,
};
use crate::proto::sdp::effective::{Bundles, effective};
use crate::proto::sdp::{self, Line, Section, codecs};

/// Milliseconds since 1970, as dumps have them, as a time; anything else as it is.
pub(super) fn time(text: &str) -> String {
    match text.parse::<f64>() {
        // From 2001 on; smaller numbers are times since something else.
        // Whole microseconds: what comes after is not in the number.
        Ok(ms) if (1e12..1e14).contains(&ms) => {
            crate::report::timestamp::rfc3339(Duration::from_micros((ms * 1000.0).round() as u64))
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

pub(super) fn session(section: &Section<'_>) -> Session {
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

pub(super) fn media(section: &Section<'_>) -> Media {
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

pub(super) fn holding<'d>(
    session: &Session,
    media: &Media,
    sdp: &'d sdp::Description<'d>,
    bundles: &Bundles<'d>,
) -> Effective {
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
