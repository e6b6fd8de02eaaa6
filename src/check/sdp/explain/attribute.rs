//! What an attribute says, with its value.

use super::{Context, codec};
use crate::proto::sdp::attribute::{Entry, Value};
use crate::proto::sdp::fmtp::{CodecConfig, Parameters};
use crate::proto::sdp::{
    CandidateLine, Direction, ExtMap, Extension, Fmtp, Group, ImageAttr, Rid, RtcpFeedback, RtpMap, Setup, Simulcast,
    SimulcastStreams, Ssrc, SsrcGroup,
};

/// The sentence; `None` where the registry's has nothing to add.
pub(super) fn sentence(entry: &Entry, value: &Value<'_>, context: &Context<'_>) -> Option<String> {
    Some(match value {
        Value::RtpMap(map) => rtpmap(map),
        Value::Fmtp(fmtp) => return fmtp_sentence(fmtp, context),
        Value::RtcpFeedback(one) => feedback(one, context),
        Value::ExtMap(extension) => extmap(extension),
        Value::Candidate(candidate) => candidate_sentence(candidate),
        Value::Setup(setup) => setup_sentence(*setup).to_owned(),
        Value::Group(group) => group_sentence(group),
        Value::Ssrc(ssrc) => ssrc_sentence(ssrc),
        Value::SsrcGroup(group) => ssrc_group(group),
        Value::Rid(rid) => rid_sentence(rid),
        Value::Simulcast(simulcast) => simulcast_sentence(simulcast)?,
        Value::ImageAttr(image) => image_sentence(image, context),
        Value::Mid(mid) => format!("This media section is named `{}`.", mid.0),
        Value::Msid(msid) => match (msid.stream, msid.track) {
            ("-", Some(track)) => format!("Sends track {track}, which is in no MediaStream."),
            ("-", None) => "What it sends is in no MediaStream.".to_owned(),
            (stream, Some(track)) => format!("Sends track {track} of MediaStream {stream}."),
            (stream, None) => format!("What it sends belongs to MediaStream {stream}."),
        },
        Value::IceUfrag(ufrag) => format!(
            "The writer's ICE user name fragment is `{}`; another one is an ICE restart.",
            ufrag.0
        ),
        Value::IceOptions(options) => ice_options(options.tags()),
        Value::Fingerprint(fingerprint) => format!(
            "The {} hash of the certificate that the writer will show in the DTLS handshake.",
            fingerprint.hash.to_ascii_uppercase()
        ),
        Value::Crypto(crypto) => format!(
            "SDES: an SRTP key in the clear for {}. WebRTC forbids it.",
            crypto.suite
        ),
        Value::SctpPort(port) => format!("Data channels use SCTP port {} inside DTLS.", port.0),
        Value::SctpMap(map) => format!(
            "Data channels use SCTP port {} inside DTLS, written as drafts had it.",
            map.port
        ),
        Value::MaxMessageSize(size) => match size.0 {
            0 => "The writer takes data channel messages of any size.".to_owned(),
            size => format!("The writer takes data channel messages of up to {size} octets."),
        },
        Value::Rtcp(rtcp) => format!("Without rtcp-mux, RTCP would go to port {}.", rtcp.port),
        Value::TlsId(_) | Value::ConnectionReuse(_) | Value::Identity(_) | Value::DcMap(_) => return None,
        Value::Number(number) => plain(entry.name, &number.to_string())?,
        Value::Decimal(number) => plain(entry.name, &number.to_string())?,
        Value::Text(_) | Value::Token(_) | Value::IcePwd(_) | Value::MsidSemantic(_) => return None,
        Value::Flag => return direction(entry.name, context),
    })
}

fn plain(name: &str, number: &str) -> Option<String> {
    Some(match name {
        "ptime" => format!("A packet should hold {number} ms of media."),
        "maxptime" => format!("A packet may hold {number} ms of media at most."),
        "framerate" => format!("Video of at most {number} frames a second."),
        "ice-pacing" => format!("ICE checks should be {number} ms apart."),
        _ => return None,
    })
}

fn direction(name: &str, context: &Context<'_>) -> Option<String> {
    Direction::from_name(name)?;
    let what = context.section.media().map_or("media", |media| media.kind);
    Some(match name {
        "sendrecv" => format!("The writer will send {what} and wants to receive it."),
        "sendonly" => format!("The writer will send {what} and does not want to receive it."),
        "recvonly" => format!("The writer wants to receive {what} and will not send it."),
        _ => format!("No {what} flows either way, RTCP does."),
    })
}

fn rtpmap(map: &RtpMap<'_>) -> String {
    let what = codec::name(map.encoding);
    let rate = map.clock_rate.map_or(String::new(), |rate| format!(" at {rate} Hz"));
    let channels = match map.channels {
        Some(1) => ", 1 channel".to_owned(),
        Some(channels) => format!(", {channels} channels"),
        None => String::new(),
    };
    format!("Payload type {} is {what}{rate}{channels}.", map.payload_type)
}

fn fmtp_sentence(fmtp: &Fmtp<'_>, context: &Context<'_>) -> Option<String> {
    let codec = context.codecs.get(&fmtp.payload_type()?);
    let known = codec.and_then(|codec| codec.encoding());
    let encoding = known.or_else(|| codec::guess(fmtp.parameters()))?;
    let config = CodecConfig::new(encoding, fmtp.config);
    let meaning = codec::parameters(&config, Parameters::new(fmtp.config))?;
    Some(match known {
        Some(encoding) => format!("{encoding} ({}): {meaning}.", fmtp.format),
        None => format!("Payload type {}, {encoding} by its parameters: {meaning}.", fmtp.format),
    })
}

fn feedback(one: &RtcpFeedback<'_>, context: &Context<'_>) -> String {
    let what = match (one.kind, one.parameter) {
        ("nack", None) => "lost packets may be asked for again (generic NACK)".to_owned(),
        ("nack", Some("pli")) => "a new key frame may be asked for after loss (PLI)".to_owned(),
        ("nack", Some("sli")) => "lost slices may be reported (SLI)".to_owned(),
        ("nack", Some("rpsi")) | ("ack", Some("rpsi")) => "reference pictures may be chosen (RPSI)".to_owned(),
        ("ccm", Some("fir")) => "a full picture may be demanded (FIR)".to_owned(),
        ("ccm", Some(text)) if text.starts_with("tmmbr") => "the bit rate may be limited (TMMBR)".to_owned(),
        ("goog-remb", _) => "the receiver estimates the bandwidth and tells it (REMB)".to_owned(),
        ("transport-cc", _) => {
            "the receiver reports the arrival of each packet, and the sender estimates the bandwidth".to_owned()
        }
        ("rrtr", _) => "receivers may measure the round trip (RFC 3611 RRTR)".to_owned(),
        ("goog-lntf", _) => "lost frames are told at once (LNTF)".to_owned(),
        ("trr-int", Some(time)) => format!("regular RTCP reports are {time} ms apart at least"),
        (kind, Some(parameter)) => format!("RTCP feedback `{kind} {parameter}`"),
        (kind, None) => format!("RTCP feedback `{kind}`"),
    };
    let whom = match one.payload_type {
        Some(payload_type) => context.codec_name(payload_type),
        None => "All codecs here".to_owned(),
    };
    format!("{}: {what}.", capital(&whom))
}

fn extmap(extension: &ExtMap<'_>) -> String {
    let uri = extension.encrypts.unwrap_or(extension.uri);
    let what = match Extension::find(uri) {
        Some(known) => format!("{}: {}", known.name, known.meaning),
        None => format!("an extension that is not known here, {uri}"),
    };
    let encrypted = if extension.encrypts.is_some() {
        " (encrypted)"
    } else {
        ""
    };
    let direction = match extension.direction {
        Some("sendonly") => ", sent only",
        Some("recvonly") => ", received only",
        Some("inactive") => ", not used",
        _ => "",
    };
    format!("Header extension {}{encrypted}{direction} is {what}.", extension.id)
}

fn candidate_sentence(candidate: &CandidateLine<'_>) -> String {
    let address = match candidate.address.contains(':') {
        true => format!("[{}]:{}", candidate.address, candidate.port),
        false => format!("{}:{}", candidate.address, candidate.port),
    };
    let what = match candidate.kind {
        "host" if candidate.address.ends_with(".local") => {
            "a local address behind an mDNS name that only the same network resolves"
        }
        "host" => "an address of the machine itself",
        "srflx" => "its address as a STUN server saw it",
        "prflx" => "its address as the other side saw it",
        "relay" => "an address on a TURN server",
        _ => "an address of unknown type",
    };
    let related = match (candidate.related_address, candidate.related_port) {
        (Some(address), Some(port)) if port != 0 => format!(", from {address} port {port}"),
        _ => String::new(),
    };
    let tcp = candidate.tcp_type.map_or(String::new(), |kind| format!(" {kind}"));
    let component = if candidate.component == 2 { ", for RTCP" } else { "" };
    format!(
        "Candidate {address} over {}{tcp}: {what} ({}){related}{component}.",
        candidate.protocol.to_ascii_uppercase(),
        candidate.kind
    )
}

fn setup_sentence(setup: Setup) -> &'static str {
    match setup {
        Setup::Active => "The writer starts the DTLS handshake: it is the client.",
        Setup::Passive => "The writer waits for the DTLS handshake: it is the server.",
        Setup::ActPass => "Who starts the DTLS handshake is left to the answer.",
        Setup::HoldConn => "No DTLS connection is wanted for now.",
    }
}

fn group_sentence(group: &Group<'_>) -> String {
    let mids: Vec<&str> = group.mids().take(64).collect();
    let list = mids.join(", ");
    match (group.semantics, mids.first()) {
        ("BUNDLE", None) => "No media section is bundled.".to_owned(),
        ("BUNDLE", Some(first)) if mids.len() > 1 => {
            format!("Sections {list} share one transport, that of `{first}`.")
        }
        ("BUNDLE", Some(first)) => format!("Section {first} is alone in its BUNDLE; more may join it."),
        ("LS", _) => format!("Sections {list} are to be played in sync."),
        ("FID", _) => format!("Sections {list} carry the same flow."),
        (semantics, _) => format!("Sections {list} form a group `{semantics}`."),
    }
}

fn ssrc_sentence(ssrc: &Ssrc<'_>) -> String {
    let id = ssrc.id;
    let value = ssrc.value.unwrap_or("");
    match ssrc.attribute {
        "cname" => format!("Source {id} has the CNAME {value}: sources with the same one are synchronized."),
        "msid" => format!("Source {id} sends {value} (MediaStream and track)."),
        "mslabel" => format!("Source {id} belongs to MediaStream {value}, as Plan B had it."),
        "label" => format!("Source {id} sends track {value}, as Plan B had it."),
        "" => format!("There is a source {id}."),
        other => format!("Source {id} has {other} {value}."),
    }
}

fn ssrc_group(group: &SsrcGroup<'_>) -> String {
    let list: Vec<String> = group.ssrcs().take(64).map(|ssrc| ssrc.to_string()).collect();
    match (group.semantics, &list[..]) {
        ("FID", [media, rtx]) => format!("Source {rtx} retransmits source {media}."),
        ("FEC-FR", [media, fec]) => format!("Source {fec} is the FEC of source {media}."),
        ("SIM", _) => format!(
            "Sources {} are the simulcast layers of one track, as Plan B had it.",
            list.join(", ")
        ),
        (semantics, _) => format!("Sources {} form a group `{semantics}`.", list.join(", ")),
    }
}

fn rid_sentence(rid: &Rid<'_>) -> String {
    let way = match rid.direction {
        "send" => "the writer can send",
        _ => "the writer wants to receive",
    };
    match rid.parameters {
        Some(parameters) => format!("`{}` names a stream that {way}, within {parameters}.", rid.id),
        None => format!("`{}` names a stream that {way}.", rid.id),
    }
}

fn simulcast_sentence(simulcast: &Simulcast<'_>) -> Option<String> {
    let layers = |streams: SimulcastStreams<'_>| -> String {
        let list: Vec<String> = streams
            .streams()
            .take(64)
            .map(|alternatives| {
                let names: Vec<String> = alternatives
                    .iter()
                    .map(|one| format!("{}{}", one.rid, if one.paused { " (paused)" } else { "" }))
                    .collect();
                names.join(" or ")
            })
            .collect();
        list.join(", ")
    };
    match (simulcast.send, simulcast.recv) {
        (Some(send), Some(recv)) => Some(format!(
            "Simulcast: sends {} and receives {}.",
            layers(send),
            layers(recv)
        )),
        (Some(send), None) => Some(format!(
            "Simulcast: the writer can send these at the same time: {}.",
            layers(send)
        )),
        (None, Some(recv)) => Some(format!(
            "Simulcast: the writer wants to receive these at the same time: {}.",
            layers(recv)
        )),
        (None, None) => None,
    }
}

fn image_sentence(image: &ImageAttr<'_>, context: &Context<'_>) -> String {
    let whom = image
        .payload_type
        .map_or("all codecs".to_owned(), |payload_type| context.codec_name(payload_type));
    let part = |way: &str, sets: Option<&str>| sets.map(|sets| format!("{way} {sets}"));
    let parts: Vec<String> = [part("sends", image.send), part("receives", image.recv)]
        .into_iter()
        .flatten()
        .collect();
    format!("Picture sizes of {whom}: {}.", parts.join(", "))
}

fn ice_options<'a>(tags: impl Iterator<Item = &'a str>) -> String {
    let list: Vec<String> = tags
        .take(32)
        .map(|tag| match tag {
            "trickle" => "candidates may follow later (trickle)".to_owned(),
            "ice2" => "ICE of RFC 8445 (ice2)".to_owned(),
            "renomination" => "a pair may be nominated anew (renomination)".to_owned(),
            "rtp+ecn" => "ECN may be used with RTP (rtp+ecn)".to_owned(),
            "google-ice" => "ICE as Google had it before the RFC (google-ice)".to_owned(),
            other => other.to_owned(),
        })
        .collect();
    format!("ICE: {}.", list.join("; "))
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if text.starts_with("payload") => first.to_uppercase().chain(characters).collect(),
        _ => text.to_owned(),
    }
}
