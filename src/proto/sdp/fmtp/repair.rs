//! Payload types that repair or go along with others: RED, FlexFEC, RTX, telephone events.

use super::Parameters;

/// `red` (RFC 2198 §5): `111/111` are the payload types of the blocks, the first one that of the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Red {
    /// The payload types; empty where nothing is written (video in browsers).
    pub payload_types: Vec<u8>,
}

impl Red {
    pub(super) fn new(config: &str) -> Red {
        let types = config.split('/').filter_map(|word| word.trim().parse().ok());
        Red {
            payload_types: types.take(256).collect(),
        }
    }
}

/// `flexfec` (RFC 8627 §5.1) and `flexfec-03` of browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlexFec {
    /// How long repair packets are of use, µs.
    pub repair_window_us: Option<u64>,
}

impl FlexFec {
    pub(super) fn new(parameters: Parameters<'_>) -> FlexFec {
        FlexFec {
            repair_window_us: parameters.number("repair-window"),
        }
    }
}

/// `rtx` (RFC 4588 §8): retransmissions of another payload type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtx {
    /// The payload type that is retransmitted; without it the payload type means nothing.
    pub apt: Option<u16>,
    /// How long packets are kept, ms.
    pub rtx_time_ms: Option<u64>,
}

impl Rtx {
    pub(super) fn new(parameters: Parameters<'_>) -> Rtx {
        Rtx {
            apt: parameters.number("apt").and_then(|apt| u16::try_from(apt).ok()),
            rtx_time_ms: parameters.number("rtx-time"),
        }
    }
}

/// `telephone-event` (RFC 4733 §7.1.1): `0-15,66`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelephoneEvent<'a> {
    /// The events as written; 0 to 15 (DTMF) where nothing is written.
    pub text: &'a str,
}

impl TelephoneEvent<'_> {
    /// The events as ranges, both ends included.
    pub fn ranges(&self) -> impl Iterator<Item = (u8, u8)> + '_ {
        let text = if self.text.is_empty() { "0-15" } else { self.text };
        text.split(',').filter_map(|part| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_events() {
        let event = TelephoneEvent { text: "0-16,66" };
        assert_eq!(event.ranges().collect::<Vec<_>>(), [(0, 16), (66, 66)]);
        assert_eq!(TelephoneEvent { text: "" }.ranges().next(), Some((0, 15)));
    }

    #[test]
    fn an_rtx_without_apt_has_none() {
        assert_eq!(Rtx::new(Parameters::new("apt=x")).apt, None);
        assert_eq!(
            FlexFec::new(Parameters::new("repair-window=10000000")).repair_window_us,
            Some(10_000_000)
        );
    }
}
