//! VP8, VP9, AV1 and H.265.

use super::Parameters;

/// VP8 (RFC 7741 §6.1): what the receiver can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp8 {
    /// Frames a second.
    pub max_fr: Option<u64>,
    /// Macroblocks of 16 x 16 pixels in a frame.
    pub max_fs: Option<u64>,
}

impl Vp8 {
    pub(super) fn new(parameters: Parameters<'_>) -> Vp8 {
        Vp8 {
            max_fr: parameters.number("max-fr"),
            max_fs: parameters.number("max-fs"),
        }
    }
}

/// VP9 (RFC 9628 §6.1). Another profile is another codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9 {
    /// 0: 4:2:0 with 8 bits, 1: 4:2:2 or 4:4:4 with 8 bits, 2 and 3: the same with 10 or 12 bits.
    pub profile: u64,
}

impl Vp9 {
    pub(super) fn new(parameters: Parameters<'_>) -> Vp9 {
        Vp9 {
            profile: parameters.number("profile-id").unwrap_or(0),
        }
    }
}

/// AV1 (AV1 RTP payload format §7.2.3). Another profile is another codec; level and tier say what can be received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1 {
    /// 0 Main, 1 High, 2 Professional.
    pub profile: u64,
    /// `seq_level_idx`: 5 is level 3.1, 8 is level 4.0.
    pub level_idx: u64,
    /// 0 Main, 1 High.
    pub tier: u64,
}

impl Av1 {
    pub(super) fn new(parameters: Parameters<'_>) -> Av1 {
        Av1 {
            profile: parameters.number("profile").unwrap_or(0),
            level_idx: parameters.number("level-idx").unwrap_or(5),
            tier: parameters.number("tier").unwrap_or(0),
        }
    }

    /// The level as the AV1 specification names it (Annex A.3): `3.1`.
    pub fn level(&self) -> (u64, u64) {
        (2 + self.level_idx / 4, self.level_idx % 4)
    }
}

/// H.265 (RFC 7798 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H265<'a> {
    /// `general_profile_space`.
    pub profile_space: u64,
    /// `general_profile_idc`: 1 Main, 2 Main 10, 3 Main Still Picture.
    pub profile_id: u64,
    /// 0 Main, 1 High.
    pub tier_flag: u64,
    /// 30 times the level: 93 is level 3.1.
    pub level_id: u64,
    /// `SRST` (one stream), `MRST` or `MRMT`.
    pub tx_mode: &'a str,
}

impl<'a> H265<'a> {
    pub(super) fn new(parameters: Parameters<'a>) -> H265<'a> {
        H265 {
            profile_space: parameters.number("profile-space").unwrap_or(0),
            profile_id: parameters.number("profile-id").unwrap_or(1),
            tier_flag: parameters.number("tier-flag").unwrap_or(0),
            level_id: parameters.number("level-id").unwrap_or(93),
            tx_mode: parameters.get("tx-mode").flatten().unwrap_or("SRST"),
        }
    }

    /// Whether two can be one codec: profile, tier and transmission mode are the same (RFC 7798 §7.2.2).
    pub fn is_compatible(&self, other: &H265<'_>) -> bool {
        (self.profile_space, self.profile_id, self.tier_flag)
            == (other.profile_space, other.profile_id, other.tier_flag)
            && self.tx_mode.eq_ignore_ascii_case(other.tx_mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_levels() {
        let av1 = Av1::new(Parameters::new("level-idx=5;profile=0;tier=0"));
        assert_eq!((av1, av1.level()), (Av1::new(Parameters::new("")), (3, 1)));
        assert_eq!(Av1::new(Parameters::new("level-idx=8")).level(), (4, 0));
        let main = H265::new(Parameters::new("level-id=180;profile-id=1;tier-flag=0;tx-mode=SRST"));
        assert!(main.is_compatible(&H265::new(Parameters::new(""))));
        assert!(!main.is_compatible(&H265::new(Parameters::new("profile-id=2"))));
        assert_eq!(Vp9::new(Parameters::new("")).profile, 0);
        assert_eq!(Vp8::new(Parameters::new("max-fs=12288;max-fr=60")).max_fs, Some(12288));
    }
}
