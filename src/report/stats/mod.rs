//! The report of `rtcdiag stats`: what was read, per peer connection.
//!
//! Most keys and formulae are a contract (`CONTRIBUTING.md`); times are seconds from the start of the file. `connection` has
//! what is known of a peer connection, `stream` its streams, `object` what `--id` asks for, [`diff`] what `--diff` compares.

mod connection;
pub mod diff;
mod object;
mod stream;

use serde::{Deserialize, Serialize};

pub use connection::*;
pub use object::*;
pub use stream::*;

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// The first file.
    #[serde(flatten)]
    pub first: File,
    /// The others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<File>,
    /// `--diff`: what differs between two calls, or between both ends of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Box<diff::Diff>>,
}

impl Stats {
    /// All files in order.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// Leaves out what `--series` adds: every value over time.
    pub fn drop_points(&mut self) {
        let files = std::iter::once(&mut self.first).chain(&mut self.more);
        for pc in files.flat_map(|file| &mut file.peer_connections) {
            pc.inbound_rtp.iter_mut().for_each(|stream| stream.bitrates_bps.clear());
            pc.outbound_rtp
                .iter_mut()
                .for_each(|stream| stream.bitrates_bps.clear());
            pc.legacy_ssrc.iter_mut().for_each(|stream| stream.bitrates_bps.clear());
            let inbound = pc.inbound_rtp.iter_mut().map(|stream| &mut stream.metrics);
            let outbound = pc.outbound_rtp.iter_mut().map(|stream| &mut stream.metrics);
            let remote = pc.remote_inbound_rtp.iter_mut().map(|stream| &mut stream.metrics);
            let legacy = pc.legacy_ssrc.iter_mut().map(|stream| &mut stream.metrics);
            let channels = pc.data_channels.iter_mut().map(|channel| &mut channel.metrics);
            let streams = inbound.chain(outbound).chain(remote).chain(legacy).chain(channels);
            for metric in streams.chain([&mut pc.pair_metrics]).flatten() {
                metric.points.clear();
            }
            for member in pc.objects.iter_mut().flat_map(|object| &mut object.members) {
                member.points.clear();
            }
        }
    }
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its name, `-` for stdin.
    pub file: String,
    /// `webrtc-internals`, `rtcstats-dump`, `getstats-array`, …
    pub format: String,
    /// Whether it was packed.
    pub gzip: bool,
    /// Its octets, unpacked.
    pub bytes: u64,
    /// The user agent string, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The browser, from whatever tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The first time in it, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// From the first to the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<f64>,
    /// Entries of webrtc-internals' list of getUserMedia calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get_user_media_entries: Option<usize>,
    /// Events that are of no peer connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_events: Option<usize>,
    /// Calls for cameras, microphones and screens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_calls: Vec<MediaCall>,
    /// How many peer connections are in it, also those that were not asked for.
    pub peer_connection_count: usize,
    /// Those that were asked for.
    pub peer_connections: Vec<PeerConnection>,
}

/// A call for a camera, a microphone or a screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaCall {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_s: Option<f64>,
    /// `getUserMedia`, `getDisplayMedia`, …
    pub method: String,
    /// Of an answer: whether it is media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeded: Option<bool>,
    /// What was asked for, what was got, or why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}
