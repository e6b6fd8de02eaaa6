//! Opus (RFC 7587 §6.1).

use super::Parameters;

/// What the writer of an Opus `fmtp` wants to receive, defaults filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opus {
    /// The highest sampling rate that it can play, Hz.
    pub max_playback_rate: u64,
    /// The highest rate that it is likely to send, Hz.
    pub max_capture_rate: u64,
    /// bit/s, where it is limited.
    pub max_average_bitrate: Option<u64>,
    /// The shortest packet, ms.
    pub min_ptime: u64,
    /// Prefers stereo.
    pub stereo: bool,
    /// Is likely to send stereo.
    pub sprop_stereo: bool,
    /// Prefers a constant bit rate.
    pub cbr: bool,
    /// Can use in-band FEC.
    pub in_band_fec: bool,
    /// Prefers that nothing is sent in silence.
    pub dtx: bool,
}

impl Opus {
    pub(super) fn new(parameters: Parameters<'_>) -> Opus {
        Opus {
            max_playback_rate: parameters.number("maxplaybackrate").unwrap_or(48_000),
            max_capture_rate: parameters.number("sprop-maxcapturerate").unwrap_or(48_000),
            max_average_bitrate: parameters.number("maxaveragebitrate"),
            min_ptime: parameters.number("minptime").unwrap_or(3),
            stereo: parameters.is_set("stereo"),
            sprop_stereo: parameters.is_set("sprop-stereo"),
            cbr: parameters.is_set("cbr"),
            in_band_fec: parameters.is_set("useinbandfec"),
            dtx: parameters.is_set("usedtx"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_rfc() {
        let opus = Opus::new(Parameters::new("minptime=10;useinbandfec=1;stereo=1"));
        assert_eq!((opus.min_ptime, opus.in_band_fec, opus.stereo), (10, true, true));
        assert_eq!(
            (opus.max_playback_rate, opus.dtx, opus.max_average_bitrate),
            (48_000, false, None)
        );
    }
}
