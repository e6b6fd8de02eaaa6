//! What members of stats are measured in (W3C webrtc-stats), and which of them only grow.

/// The unit of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Octets.
    Octets,
    /// Seconds.
    Seconds,
    /// Milliseconds; legacy stats have them.
    Milliseconds,
    /// Milliseconds since 1970.
    Time,
    /// Bits in a second.
    BitRate,
    /// Packets, frames, messages, …: the number of something.
    Count,
    /// From 0 to 1.
    Share,
    /// Pixels.
    Pixels,
    /// In a second.
    Frequency,
    /// Something else, or nothing.
    None,
}

impl Unit {
    /// As it is written after a number.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Octets => "bytes",
            Unit::Seconds => "s",
            Unit::Milliseconds => "ms",
            Unit::Time => "ms since 1970",
            Unit::BitRate => "bit/s",
            Unit::Count => "count",
            Unit::Share => "share",
            Unit::Pixels => "px",
            Unit::Frequency => "1/s",
            Unit::None => "",
        }
    }
}

/// The unit of a member, by its name; names of the W3C follow a few patterns.
pub fn unit(member: &str) -> Unit {
    let ends = |ends: &[&str]| ends.iter().any(|end| member.ends_with(end));
    let begins = |begins: &[&str]| begins.iter().any(|begin| member.starts_with(begin));
    match member {
        "jitter" | "currentRoundTripTime" | "roundTripTime" => Unit::Seconds,
        "fractionLost" | "audioLevel" => Unit::Share,
        "framesPerSecond" | "googFrameRateSent" | "googFrameRateReceived" => Unit::Frequency,
        "width" | "height" | "frameWidth" | "frameHeight" => Unit::Pixels,
        "googRtt" => Unit::Milliseconds,
        "frames" => Unit::Count,
        _ if begins(&["qualityLimitationDurations."]) => Unit::Seconds,
        _ if begins(&["goog"]) && ends(&["Ms"]) => Unit::Milliseconds,
        _ if ends(&["Timestamp", "timestamp"]) => Unit::Time,
        _ if ends(&["Bitrate", "bitrate"]) => Unit::BitRate,
        _ if begins(&[
            "bytes",
            "headerBytes",
            "retransmittedBytes",
            "fecBytes",
            "totalEncodedBytes",
        ]) =>
        {
            Unit::Octets
        }
        _ if begins(&["total"]) && ends(&["Duration", "Delay", "Time"]) => Unit::Seconds,
        _ if ends(&["Duration", "BufferDelay", "TargetDelay", "MinimumDelay"]) => Unit::Seconds,
        _ if ends(&["Count", "Events", "Measurements", "Changes"]) => Unit::Count,
        _ if begins(&[
            "packets",
            "frames",
            "messages",
            "requests",
            "responses",
            "consent",
            "huge",
            "keyFrames",
        ]) =>
        {
            Unit::Count
        }
        _ if begins(&[
            "retransmittedPackets",
            "fecPackets",
            "concealed",
            "silent",
            "inserted",
            "removed",
        ]) =>
        {
            Unit::Count
        }
        _ if begins(&["reports", "dataChannels"])
            || member == "totalSamplesReceived"
            || member == "totalSamplesCount" =>
        {
            Unit::Count
        }
        _ => Unit::None,
    }
}

/// Whether a member only ever grows, so that it says something by its rate. `packetsLost` may shrink: late packets come.
pub fn is_counter(member: &str) -> bool {
    match unit(member) {
        Unit::Octets => true,
        Unit::Count => !matches!(member, "packetsLost" | "framesPerSecond"),
        Unit::Seconds => {
            member.starts_with("total")
                || member.starts_with("qualityLimitationDurations.")
                || member.starts_with("jitterBuffer")
        }
        _ => member == "qpSum",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (member, expected) in [
            ("bytesSent", Unit::Octets),
            ("totalDecodeTime", Unit::Seconds),
            ("availableOutgoingBitrate", Unit::BitRate),
            ("packetsLost", Unit::Count),
            ("jitterBufferDelay", Unit::Seconds),
            ("jitterBufferEmittedCount", Unit::Count),
            ("lastPacketReceivedTimestamp", Unit::Time),
            ("qualityLimitationDurations.cpu", Unit::Seconds),
            ("ssrc", Unit::None),
        ] {
            assert_eq!(unit(member), expected, "{member}");
        }
        assert!(is_counter("nackCount") && !is_counter("packetsLost") && !is_counter("jitter"));
    }
}
