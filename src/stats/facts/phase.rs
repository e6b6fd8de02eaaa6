//! How long the parts of setting up a call took, as far as events and series tell.

use crate::stats::names::Names;
use crate::stats::{Detail, PeerConnection};

/// Times in milliseconds since 1970; nothing where it did not happen, or nothing tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Phases {
    /// The first thing that is known of the connection.
    pub start: Option<f64>,
    /// Gathering began and was complete.
    pub gathering: Span,
    /// The first check, and connected.
    pub ice: Span,
    /// ICE connected, and DTLS too.
    pub dtls: Span,
    /// The first sample that shows a packet received.
    pub first_packet: Option<f64>,
    /// The first sample that shows a frame decoded.
    pub first_frame: Option<f64>,
}

/// From when to when.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// When it began.
    pub from: Option<f64>,
    /// When it was done.
    pub to: Option<f64>,
}

impl Span {
    /// How long it took, in milliseconds.
    pub fn length(&self) -> Option<f64> {
        Some(self.to? - self.from?).filter(|length| *length >= 0.0)
    }
}

/// The phases of a connection.
pub fn phases(pc: &PeerConnection, names: &Names) -> Phases {
    let when = |state: &str, values: &[&str]| {
        pc.events.iter().find_map(|event| match &event.detail {
            Detail::State(value) if event.state() == Some(state) && values.contains(&value.as_str()) => event.at_ms,
            _ => None,
        })
    };
    let ice = Span {
        from: when("iceconnection", &["checking"]).or_else(|| when("connection", &["connecting"])),
        to: when("iceconnection", &["connected", "completed"]),
    };
    let events = pc.events.iter().filter_map(|event| event.at_ms);
    let series = pc
        .stats
        .iter()
        .filter_map(|object| object.start())
        .filter(|time| *time > 0.0);
    Phases {
        start: events.chain(series).reduce(f64::min),
        gathering: Span {
            from: when("icegathering", &["gathering"]),
            to: when("icegathering", &["complete"]),
        },
        ice,
        dtls: Span {
            // Where the checks were not seen, connected may mean again.
            from: ice.from.and(ice.to),
            to: when("dtls", &["connected"]).or_else(|| when("connection", &["connected"])),
        },
        first_packet: first_positive(pc, names, "packetsReceived").filter(|_| pc.samples() > 1),
        first_frame: first_positive(pc, names, "framesDecoded").filter(|_| pc.samples() > 1),
    }
}

/// When a counter of an incoming stream was first above zero. A single report does not tell.
fn first_positive(pc: &PeerConnection, names: &Names, member: &str) -> Option<f64> {
    let streams = pc.typed(names, &["inbound-rtp", "ssrc"]);
    let times = streams.filter_map(|stream| {
        let mut points = stream.member(names, member)?.numbers(names);
        points.find(|(_, value)| *value > 0.0).map(|(time, _)| time)
    });
    times.reduce(f64::min)
}
