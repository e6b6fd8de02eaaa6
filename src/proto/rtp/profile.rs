//! The payload types that mean the same everywhere (RFC 3551 §6, tables 4 and 5).

/// Payload type, encoding name, clock rate in Hz.
const STATIC: &[(u8, &str, u32)] = &[
    (0, "PCMU", 8000),
    (3, "GSM", 8000),
    (4, "G723", 8000),
    (5, "DVI4", 8000),
    (6, "DVI4", 16000),
    (7, "LPC", 8000),
    (8, "PCMA", 8000),
    // G.722 samples at 16 kHz and counts at 8 (RFC 3551 §4.5.2).
    (9, "G722", 8000),
    (10, "L16", 44100),
    (11, "L16", 44100),
    (12, "QCELP", 8000),
    (13, "CN", 8000),
    (14, "MPA", 90000),
    (15, "G728", 8000),
    (16, "DVI4", 11025),
    (17, "DVI4", 22050),
    (18, "G729", 8000),
    (25, "CelB", 90000),
    (26, "JPEG", 90000),
    (28, "nv", 90000),
    (31, "H261", 90000),
    (32, "MPV", 90000),
    (33, "MP2T", 90000),
    (34, "H263", 90000),
];

fn entry(payload_type: u8) -> Option<&'static (u8, &'static str, u32)> {
    STATIC.iter().find(|(number, ..)| *number == payload_type)
}

/// The encoding name of a static payload type.
pub fn static_name(payload_type: u8) -> Option<&'static str> {
    entry(payload_type).map(|(_, name, _)| *name)
}

/// The clock rate of a static payload type, in Hz.
pub fn static_clock(payload_type: u8) -> Option<u32> {
    entry(payload_type).map(|(.., clock)| *clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_payload_types_have_a_clock_and_others_none() {
        assert_eq!((static_name(8), static_clock(8)), (Some("PCMA"), Some(8000)));
        assert_eq!(static_clock(34), Some(90000));
        for payload_type in [1, 2, 19, 35, 96, 111, 127, 255] {
            assert_eq!(static_clock(payload_type), None, "{payload_type}");
        }
    }
}
