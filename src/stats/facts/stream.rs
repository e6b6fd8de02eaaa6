//! The streams of RTP of a peer connection, whichever generation of stats tells of them.

use crate::stats::names::Names;
use crate::stats::object::StatsObject;
use crate::stats::{PeerConnection, Sample};

/// A stream of RTP.
#[derive(Clone, Debug)]
pub struct Stream<'p> {
    /// Its stats.
    pub object: &'p StatsObject,
    /// Whether it comes in.
    pub inbound: bool,
    /// `audio`, `video`, or nothing.
    pub kind: String,
    /// Its SSRC, in decimal.
    pub ssrc: Option<String>,
}

/// All streams, in the order of the file. Those that are the other side's view are none, where Firefox had them so.
pub fn streams<'p>(pc: &'p PeerConnection, names: &Names) -> Vec<Stream<'p>> {
    let objects = pc
        .typed(names, &["inbound-rtp", "outbound-rtp", "ssrc"])
        .filter(|object| object.last(names, "isRemote") != Some(Sample::Bool(true)));
    objects
        .map(|object| Stream {
            object,
            inbound: match object.kind(names) {
                Some("inbound-rtp") => true,
                Some("outbound-rtp") => false,
                _ => object.member(names, "packetsReceived").is_some(),
            },
            kind: object
                .text(names, "kind")
                .or_else(|| object.text(names, "mediaType"))
                .unwrap_or_default(),
            ssrc: object.text(names, "ssrc"),
        })
        .collect()
}
