//! [`Reception`]: what a receiver reports about a stream.

use std::time::Duration;

use crate::datagram::Seen;
use crate::proto::rtcp::ReportBlock;

/// Round trips between the capture and a receiver, by its reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTrips {
    /// How many were measured.
    pub count: u64,
    /// The shortest.
    pub shortest: Duration,
    /// The longest.
    pub longest: Duration,
    /// The last.
    pub last: Duration,
}

/// What one receiver reports about one source (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reception {
    /// Who reports.
    pub reporter: u32,
    /// The source that is received.
    pub ssrc: u32,
    /// How many reports.
    pub reports: u64,
    /// When the first came.
    pub first: Seen,
    /// When the last came.
    pub last_seen: Seen,
    /// The last report.
    pub last: ReportBlock,
    /// The highest fraction lost of all reports, in 1/256.
    pub worst_fraction_lost: u8,
    /// The highest jitter of all reports, in units of the RTP timestamps.
    pub worst_jitter: u32,
    /// Round trips, where the sender's reports passed too.
    pub round_trips: Option<RoundTrips>,
}

impl Reception {
    pub(super) fn new(reporter: u32, seen: Seen, block: ReportBlock) -> Reception {
        Reception {
            reporter,
            ssrc: block.ssrc,
            reports: 0,
            first: seen,
            last_seen: seen,
            last: block,
            worst_fraction_lost: 0,
            worst_jitter: 0,
            round_trips: None,
        }
    }

    pub(super) fn take(&mut self, seen: Seen, block: ReportBlock) {
        self.reports += 1;
        self.last_seen = seen;
        self.last = block;
        self.worst_fraction_lost = self.worst_fraction_lost.max(block.fraction_lost);
        self.worst_jitter = self.worst_jitter.max(block.jitter);
    }

    pub(super) fn round_trip(&mut self, last: Duration) {
        let before = self.round_trips.unwrap_or(RoundTrips {
            count: 0,
            shortest: last,
            longest: last,
            last,
        });
        self.round_trips = Some(RoundTrips {
            count: before.count + 1,
            shortest: before.shortest.min(last),
            longest: before.longest.max(last),
            last,
        });
    }
}
