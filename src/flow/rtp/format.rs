//! [`Format`]: what a payload type is, where SDP tells it.

/// What the packets of a payload type are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sound or pictures.
    #[default]
    Media,
    /// Packets sent again (RFC 4588).
    Retransmission,
    /// Forward error correction (FlexFEC, ULPFEC).
    Repair,
    /// Sound with its past, RED (RFC 2198), or what ULPFEC stands in.
    Redundancy,
    /// Comfort noise (RFC 3389).
    ComfortNoise,
    /// Keys and tones (RFC 4733).
    TelephoneEvent,
}

impl Role {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Media => "media",
            Role::Retransmission => "rtx",
            Role::Repair => "fec",
            Role::Redundancy => "red",
            Role::ComfortNoise => "comfort_noise",
            Role::TelephoneEvent => "telephone_event",
        }
    }

    /// The role of an encoding by its name in `a=rtpmap`, in any case.
    pub fn of_encoding(name: &str) -> Role {
        let is = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
        match () {
            () if is(&["rtx"]) => Role::Retransmission,
            () if is(&["ulpfec", "flexfec", "flexfec-03", "parityfec"]) => Role::Repair,
            () if is(&["red"]) => Role::Redundancy,
            () if is(&["CN"]) => Role::ComfortNoise,
            () if is(&["telephone-event"]) => Role::TelephoneEvent,
            () => Role::Media,
        }
    }
}

/// A payload type as SDP describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The encoding name: `opus`, `VP8`.
    pub name: String,
    /// The clock of its timestamps, in Hz.
    pub clock: u32,
    /// What it is for.
    pub role: Role,
}

impl Format {
    /// A format by its `a=rtpmap`.
    pub fn new(name: &str, clock: u32) -> Format {
        Format {
            name: name.to_owned(),
            clock,
            role: Role::of_encoding(name),
        }
    }
}
