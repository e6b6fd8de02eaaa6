//! Every threshold of the checks of statistics, in one table, with its source.
//!
//! Where no standard says a number, the source says so and why this one was taken.

use std::fmt;

/// From which value on something is worth a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The value.
    pub value: f64,
    /// Its unit, as it is written after it; nothing for numbers of something.
    pub unit: &'static str,
    /// Who says so.
    pub source: &'static str,
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.unit.is_empty() { "" } else { " " };
        write!(f, "threshold {}{space}{} ({})", self.value, self.unit, self.source)
    }
}

/// Declares thresholds, and the list of them.
macro_rules! thresholds {
    ($($(#[$doc:meta])+ $name:ident = $value:literal, $unit:literal, $source:literal;)+) => {
        $($(#[$doc])+ pub const $name: Threshold = Threshold { value: $value, unit: $unit, source: $source };)+
        /// All of them, with their names.
        pub const ALL: &[(&str, Threshold)] = &[$((stringify!($name), $name)),+];
    };
}

thresholds! {
    /// Loss that is heard and seen whatever is done about it.
    LOSS_HEAVY = 10.0, "%", "chosen: beyond what retransmission, FEC and concealment hide; the same as for captures";
    /// Loss that is worth a word.
    LOSS = 3.0, "%", "ITU-T Y.1541 asks for 0.1 %; retransmission and FEC hide up to about 3 %";
    /// Loss of a single interval that is a burst.
    BURST = 20.0, "%", "beyond what in-band FEC and concealment bridge (RFC 6716 §2.1.7)";
    /// Packets that a rate of loss needs.
    LOSS_PACKETS = 100.0, "packets", "chosen: fewer make no rate of a percent";
    /// Jitter, median of the call.
    JITTER = 30.0, "ms", "ITU-T Y.1541 class 0 allows 50 ms of variation; jitter (RFC 3550 §6.4.1) is about half of that";
    /// Round-trip time, median of the call.
    RTT = 200.0, "ms", "ITU-T G.114: 150 ms from mouth to ear are good, and devices and buffers take 50 ms of them each way";
    /// Round-trip time at which people talk over each other.
    RTT_HEAVY = 700.0, "ms", "ITU-T G.114: 400 ms from mouth to ear are the limit of planning";
    /// How far the round-trip time is above its smallest value when a queue fills.
    QUEUE = 100.0, "ms", "chosen: half of the budget of ITU-T G.114 in one queue; AQM aims at 5 to 15 ms (RFC 8289 §4.2, RFC 8033 §4.2)";
    /// Nothing comes for so long while it should.
    SILENCE = 3.0, "s", "RFC 7675 §5.1: consent is asked for about every 5 s; browsers say disconnected after 2 to 5 s";
    /// How long something must be so before it counts.
    LASTING = 5.0, "s", "one RTCP interval (RFC 3550 §6.2); shorter is the start of a call";
    /// How much of the time a sender was held back.
    LIMITED = 30.0, "% of the time", "chosen: every call starts held back while it probes; a third of the time is no start";
    /// Time to start up that is left out where a call begins slowly by design.
    RAMP = 10.0, "s", "draft-ietf-rmcat-gcc §5.5: the rate grows by 8 % a second at most, so a call begins slowly";
    /// Part of the source's height that is low.
    RESOLUTION = 0.5, "of the source's height", "chosen: less than half the lines is seen as blur at the same size";
    /// Frames that came and were not shown.
    DROPPED = 5.0, "%", "chosen: one frame in twenty is more than one a second";
    /// Part of the time in which video stood still.
    FROZEN = 2.0, "% of the time", "chosen: W3C freezeCount counts what viewers notice";
    /// A freeze by itself.
    FREEZE = 1.0, "s", "chosen: a second of still picture is noticed by everybody";
    /// Key frames asked for.
    KEY_FRAMES = 10.0, "per minute", "chosen: joining asks now and then; each costs many times the octets of another frame";
    /// Retransmissions asked for.
    NACKS = 50.0, "NACKs", "chosen: fewer may have come too late to be answered";
    /// Audio made up by the receiver, silence left out.
    CONCEALED = 5.0, "%", "chosen: one part in twenty made up is heard";
    /// What waits in a jitter buffer.
    BUFFER = 500.0, "ms", "chosen: more than the whole limit of ITU-T G.114 waits in the buffer alone";
    /// Audio that is stretched or squeezed one way only.
    SKEW = 0.5, "%", "chosen: crystals are within 0.01 %; half a percent one way only is a clock";
    /// Octets that wait in a data channel.
    BACKLOG = 1048576.0, "bytes", "chosen: 1 MiB is seconds of waiting on most uplinks; Chromium refuses more than 16 MiB";
    /// Messages that did not arrive.
    MESSAGES = 1.0, "%", "chosen: a reliable channel loses none (RFC 8831 §6)";
    /// Octets of a frame that has nothing in it.
    EMPTY_FRAME = 150.0, "bytes", "chosen: little more than headers";
    /// Failures so close to each other have one cause.
    TOGETHER = 2.0, "s", "chosen: timers of ICE agents differ by about this much";
    /// How far the clocks of two ends are apart.
    CLOCKS = 1.0, "s", "chosen: browsers take a sample a second, so more puts what belongs together into different ones";
    /// Changes of the pair.
    SWITCHES = 3.0, "changes", "chosen: setting up changes the pair once or twice (RFC 8445 §8.1.1)";
    /// Setting up ICE or DTLS.
    DTLS_TIME = 10.0, "s", "RFC 9147 §5.8.2: retransmissions at 1, 3 and 7 s have passed";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_threshold_has_a_source() {
        for (name, threshold) in ALL {
            assert!(threshold.source.len() > 20 && threshold.value > 0.0, "{name}");
        }
        assert!(LOSS.to_string().starts_with("threshold 3 % (ITU-T"));
    }
}
