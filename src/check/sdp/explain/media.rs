//! What an `m=` line says.

use crate::proto::sdp::{MediaLine, Section};

/// Protocols and what they mean.
const PROTOCOLS: [(&str, &str); 12] = [
    (
        "UDP/TLS/RTP/SAVPF",
        "RTP encrypted with keys from DTLS, with early RTCP feedback",
    ),
    ("UDP/TLS/RTP/SAVP", "RTP encrypted with keys from DTLS"),
    ("TCP/DTLS/RTP/SAVPF", "RTP over TCP, encrypted with keys from DTLS"),
    ("RTP/SAVPF", "encrypted RTP with early RTCP feedback"),
    ("RTP/SAVP", "encrypted RTP"),
    ("RTP/AVPF", "RTP in the clear, with early RTCP feedback"),
    ("RTP/AVP", "RTP in the clear"),
    ("UDP/DTLS/SCTP", "data channels: SCTP inside DTLS over UDP"),
    ("TCP/DTLS/SCTP", "data channels: SCTP inside DTLS over TCP"),
    ("DTLS/SCTP", "data channels, as drafts wrote it"),
    ("udptl", "fax over UDP"),
    ("TCP/MSRP", "messages over TCP"),
];

pub(super) fn sentence(section: &Section<'_>) -> Option<String> {
    let media = section.media()?;
    if media.kind.is_empty() {
        return None;
    }
    let protocol = PROTOCOLS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(media.protocol));
    let protocol = protocol.map_or(media.protocol, |(_, meaning)| meaning);
    let index = section.index().unwrap_or(0);
    Some(format!(
        "M-line {index}: {}, {protocol}; {}{}.",
        media.kind,
        port(&media, section),
        formats(&media)
    ))
}

fn port(media: &MediaLine<'_>, section: &Section<'_>) -> String {
    match media.port {
        Some(0) if section.has("bundle-only") => "port 0 because it is only of use in its BUNDLE".to_owned(),
        Some(0) => "port 0 rejects or stops it".to_owned(),
        Some(9) => "port 9 is a placeholder until ICE has found an address".to_owned(),
        Some(port) => format!("port {port} at the address of `c=`"),
        None => "without a port that can be read".to_owned(),
    }
}

/// How many formats are named; an `m=` line can have thousands.
const SHOWN: usize = 40;

fn formats(media: &MediaLine<'_>) -> String {
    let mut list: Vec<&str> = media.formats().take(SHOWN + 1).collect();
    let more = list.len() > SHOWN;
    list.truncate(SHOWN);
    let tail = if more { " and more" } else { "" };
    match (list.len(), media.is_rtp()) {
        (0, _) => String::new(),
        (1, true) => format!("; payload type {}", list[0]),
        (_, true) => format!("; payload types, the preferred first: {}{tail}", list.join(", ")),
        (_, false) => format!("; format {}{tail}", list.join(", ")),
    }
}
