//! H.264 (RFC 6184 §8.1): profile, level and packetization mode, and when two are the same codec (§8.2.2).

use super::Parameters;

/// The profiles that RFC 6184 Table 5 tells apart, and Constrained High.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum H264Profile {
    /// What all of WebRTC can do.
    ConstrainedBaseline,
    /// With arbitrary slice order and redundant slices.
    Baseline,
    /// With B frames and CABAC.
    Main,
    /// Extended.
    Extended,
    /// High without B frames.
    ConstrainedHigh,
    /// With 8 x 8 transforms.
    High,
    /// Ten bits.
    High10,
    /// 4:2:2.
    High422,
    /// 4:4:4.
    High444Predictive,
    /// Ten bits, intra frames only.
    High10Intra,
    /// 4:2:2, intra frames only.
    High422Intra,
    /// 4:4:4, intra frames only.
    High444Intra,
    /// 4:4:4 with CAVLC, intra frames only.
    Cavlc444Intra,
}

use H264Profile as P;

/// `profile_idc`, a mask of `profile-iop`, its value under that mask, the profile (RFC 6184 Table 5).
const PROFILES: [(u8, u8, u8, H264Profile); 17] = [
    (0x42, 0b0100_1111, 0b0100_0000, P::ConstrainedBaseline),
    (0x4d, 0b1000_1111, 0b1000_0000, P::ConstrainedBaseline),
    (0x58, 0b1100_1111, 0b1100_0000, P::ConstrainedBaseline),
    (0x42, 0b0100_1111, 0b0000_0000, P::Baseline),
    (0x58, 0b1100_1111, 0b1000_0000, P::Baseline),
    (0x4d, 0b1010_1111, 0b0000_0000, P::Main),
    (0x58, 0b1100_1111, 0b0000_0000, P::Extended),
    (0x64, 0b1111_1111, 0b0000_1100, P::ConstrainedHigh),
    (0x64, 0b1111_1111, 0b0000_0000, P::High),
    (0x6e, 0b1111_1111, 0b0000_0000, P::High10),
    (0x7a, 0b1111_1111, 0b0000_0000, P::High422),
    (0xf4, 0b1111_1111, 0b0000_0000, P::High444Predictive),
    (0x6e, 0b1111_1111, 0b0001_0000, P::High10Intra),
    (0x7a, 0b1111_1111, 0b0001_0000, P::High422Intra),
    (0xf4, 0b1111_1111, 0b0001_0000, P::High444Intra),
    (0x2c, 0b1111_1111, 0b0001_0000, P::Cavlc444Intra),
    (0x2c, 0b1111_1111, 0b0000_0000, P::Cavlc444Intra),
];

impl H264Profile {
    /// Of the first two octets of a `profile-level-id`.
    pub fn from_octets(profile_idc: u8, profile_iop: u8) -> Option<H264Profile> {
        let row = PROFILES
            .iter()
            .find(|(idc, mask, value, _)| *idc == profile_idc && profile_iop & mask == *value);
        row.map(|(.., profile)| *profile)
    }

    /// As people write it.
    pub const fn name(self) -> &'static str {
        match self {
            H264Profile::ConstrainedBaseline => "Constrained Baseline",
            H264Profile::Baseline => "Baseline",
            H264Profile::Main => "Main",
            H264Profile::Extended => "Extended",
            H264Profile::ConstrainedHigh => "Constrained High",
            H264Profile::High => "High",
            H264Profile::High10 => "High 10",
            H264Profile::High422 => "High 4:2:2",
            H264Profile::High444Predictive => "High 4:4:4 Predictive",
            H264Profile::High10Intra => "High 10 Intra",
            H264Profile::High422Intra => "High 4:2:2 Intra",
            H264Profile::High444Intra => "High 4:4:4 Intra",
            H264Profile::Cavlc444Intra => "CAVLC 4:4:4 Intra",
        }
    }
}

/// A level: ten times its number; 1b lies between 1 and 1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum H264Level {
    /// Level 1.
    Level1,
    /// Level 1b.
    Level1b,
    /// The others: 11, 12, 13, 20, … 52.
    Number(u8),
}

impl H264Level {
    /// Of the octets of a `profile-level-id` (H.264 Annex A.3.1 and A.3.2, RFC 6184 §8.1).
    pub fn from_octets(profile_idc: u8, profile_iop: u8, level_idc: u8) -> H264Level {
        match level_idc {
            9 => H264Level::Level1b,
            10 => H264Level::Level1,
            11 if matches!(profile_idc, 0x42 | 0x4d | 0x58) && profile_iop & 0x10 != 0 => H264Level::Level1b,
            number => H264Level::Number(number),
        }
    }
}

impl std::fmt::Display for H264Level {
    /// `3.1`, `1b`, `4`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            H264Level::Level1 => f.write_str("1"),
            H264Level::Level1b => f.write_str("1b"),
            H264Level::Number(number) if number % 10 == 0 => write!(f, "{}", number / 10),
            H264Level::Number(number) => write!(f, "{}.{}", number / 10, number % 10),
        }
    }
}

/// The parameters of an H.264 payload type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H264<'a> {
    /// As written; Baseline at level 1 is meant where it is missing.
    pub profile_level_id: Option<&'a str>,
    /// The three octets; `None` if it is not six hex digits.
    pub octets: Option<[u8; 3]>,
    /// 0 (one NAL unit a packet), 1 (fragments and aggregates) or 2 (interleaved).
    pub packetization_mode: u64,
    /// Whether each way may have a level of its own.
    pub level_asymmetry_allowed: bool,
}

/// RFC 6184 §8.1: what a missing `profile-level-id` means, Baseline at level 1.
const DEFAULT: [u8; 3] = [0x42, 0x00, 0x0a];

impl<'a> H264<'a> {
    pub(super) fn new(parameters: Parameters<'a>) -> H264<'a> {
        let profile_level_id = parameters.get("profile-level-id").flatten();
        H264 {
            profile_level_id,
            octets: match profile_level_id {
                Some(text) => octets(text),
                None => Some(DEFAULT),
            },
            packetization_mode: parameters.number("packetization-mode").unwrap_or(0),
            level_asymmetry_allowed: parameters.is_set("level-asymmetry-allowed"),
        }
    }

    /// The profile; `None` if the id is malformed or names none that is known.
    pub fn profile(&self) -> Option<H264Profile> {
        let [idc, iop, _] = self.octets?;
        H264Profile::from_octets(idc, iop)
    }

    /// The level.
    pub fn level(&self) -> Option<H264Level> {
        let [idc, iop, level] = self.octets?;
        Some(H264Level::from_octets(idc, iop, level))
    }

    /// Whether two payload types are the same codec: profile and packetization mode are (RFC 6184 §8.2.2); the levels
    /// need not be.
    pub fn is_compatible(&self, other: &H264<'_>) -> bool {
        let profile = match (self.profile(), other.profile()) {
            (None, None) => self.octets.zip(other.octets).is_some_and(|(a, b)| a[..2] == b[..2]),
            (a, b) => a == b,
        };
        profile && self.packetization_mode == other.packetization_mode
    }

    /// The highest level at which `self` may send to `other`: that of the receiver if both allow asymmetry, else the
    /// lower of the two (RFC 6184 §8.2.2).
    pub fn sending_level(&self, other: &H264<'_>) -> Option<H264Level> {
        let (own, theirs) = (self.level()?, other.level()?);
        match self.level_asymmetry_allowed && other.level_asymmetry_allowed {
            true => Some(theirs),
            false => Some(own.min(theirs)),
        }
    }
}

fn octets(text: &str) -> Option<[u8; 3]> {
    if text.len() != 6 || !text.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(text, 16).ok()?;
    let [_, a, b, c] = number.to_be_bytes();
    Some([a, b, c])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h264(config: &str) -> H264<'_> {
        H264::new(Parameters::new(config))
    }

    #[test]
    fn profiles_and_levels() {
        for (id, profile, level) in [
            ("42e01f", Some(P::ConstrainedBaseline), "3.1"),
            ("42001f", Some(P::Baseline), "3.1"),
            ("4D0032", Some(P::Main), "5"),
            ("4d001f", Some(P::Main), "3.1"),
            ("4d8028", Some(P::ConstrainedBaseline), "4"),
            ("640c1f", Some(P::ConstrainedHigh), "3.1"),
            ("64001f", Some(P::High), "3.1"),
            ("f4001f", Some(P::High444Predictive), "3.1"),
            ("42f00b", Some(P::ConstrainedBaseline), "1b"),
            ("42e00a", Some(P::ConstrainedBaseline), "1"),
            ("640009", Some(P::High), "1b"),
            ("00001f", None, "3.1"),
        ] {
            let config = format!("profile-level-id={id}");
            let decoded = h264(&config);
            assert_eq!(decoded.profile(), profile, "{id}");
            assert_eq!(
                decoded.level().map(|level| level.to_string()).as_deref(),
                Some(level),
                "{id}"
            );
        }
        assert_eq!(h264("").profile(), Some(P::Baseline));
        assert_eq!(h264("profile-level-id=42e01").octets, None);
        assert!(H264Level::Level1 < H264Level::Level1b && H264Level::Level1b < H264Level::Number(11));
    }

    #[test]
    fn the_same_codec_is_profile_and_packetization_mode() {
        let base = h264("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
        assert!(base.is_compatible(&h264("profile-level-id=42e034;packetization-mode=1")));
        assert!(!base.is_compatible(&h264("profile-level-id=42e01f")));
        assert!(!base.is_compatible(&h264("profile-level-id=42001f;packetization-mode=1")));
        let higher = h264("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e034");
        assert_eq!(
            base.sending_level(&higher).map(|l| l.to_string()).as_deref(),
            Some("5.2")
        );
        let fixed = h264("packetization-mode=1;profile-level-id=42e034");
        assert_eq!(
            base.sending_level(&fixed).map(|l| l.to_string()).as_deref(),
            Some("3.1")
        );
    }
}
