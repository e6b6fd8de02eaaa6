//! Values that can be read and cannot be meant: parameters of codecs out of their range, restrictions of rids that are no
//! numbers.

use super::out::Out;
use super::part::{Part, short};
use crate::check::catalog::sdp_lint as catalog;

/// What a parameter may be.
#[derive(Clone, Copy)]
enum Allowed {
    /// A number, both ends included.
    Range(u64, u64),
    /// Whatever there is.
    Any,
    /// `0` or `1`.
    Bit,
    /// Six hex digits.
    Octets,
    /// One of these words, in any case.
    Words(&'static [&'static str]),
}

use Allowed::{Any, Bit, Octets, Range, Words};

/// So many parameters at most has a codec here.
const ROWS: usize = 11;

/// Any number.
const NUMBER: Allowed = Range(0, u64::MAX);

/// A parameter of a codec: its name, its values, the text that says so.
type Row = (&'static str, Allowed, &'static str);

const OPUS: &[Row] = &[
    ("maxplaybackrate", Range(8_000, 48_000), "RFC 7587 §6.1"),
    ("sprop-maxcapturerate", Range(8_000, 48_000), "RFC 7587 §6.1"),
    ("maxaveragebitrate", Range(6_000, 510_000), "RFC 7587 §6.1"),
    ("minptime", Range(3, 120), "RFC 7587 §6.1"),
    ("maxptime", Range(3, 120), "RFC 7587 §6.1"),
    ("ptime", Range(3, 120), "RFC 7587 §6.1"),
    ("stereo", Bit, "RFC 7587 §6.1"),
    ("sprop-stereo", Bit, "RFC 7587 §6.1"),
    ("cbr", Bit, "RFC 7587 §6.1"),
    ("useinbandfec", Bit, "RFC 7587 §6.1"),
    ("usedtx", Bit, "RFC 7587 §6.1"),
];
const H264: &[Row] = &[
    ("profile-level-id", Octets, "RFC 6184 §8.1"),
    ("packetization-mode", Range(0, 2), "RFC 6184 §8.1"),
    ("level-asymmetry-allowed", Bit, "RFC 6184 §8.1"),
];
const H265: &[Row] = &[
    ("profile-space", Range(0, 3), "RFC 7798 §7.1"),
    ("profile-id", Range(0, 31), "RFC 7798 §7.1"),
    ("tier-flag", Bit, "RFC 7798 §7.1"),
    ("level-id", Range(0, 255), "RFC 7798 §7.1"),
    ("tx-mode", Words(&["SRST", "MRST", "MRMT"]), "RFC 7798 §7.1"),
];
const VP8: &[Row] = &[("max-fr", NUMBER, "RFC 7741 §6.1"), ("max-fs", NUMBER, "RFC 7741 §6.1")];
const VP9: &[Row] = &[
    ("profile-id", Range(0, 3), "RFC 9628 §6.1"),
    ("max-fr", NUMBER, "RFC 9628 §6.1"),
    ("max-fs", NUMBER, "RFC 9628 §6.1"),
];
const AV1: &[Row] = &[
    ("profile", Range(0, 2), "RTP Payload Format For AV1 §7.2"),
    ("level-idx", Range(0, 31), "RTP Payload Format For AV1 §7.2"),
    ("tier", Bit, "RTP Payload Format For AV1 §7.2"),
];
/// An `apt` that is no payload type is for the rules about retransmissions.
const RTX: &[Row] = &[("apt", Any, "RFC 4588 §8.1"), ("rtx-time", NUMBER, "RFC 4588 §8.1")];
const FLEXFEC: &[Row] = &[("repair-window", NUMBER, "RFC 8627 §5.1")];

/// By encoding name.
const CODECS: &[(&str, &[Row])] = &[
    ("opus", OPUS),
    ("H264", H264),
    ("H265", H265),
    ("VP8", VP8),
    ("VP9", VP9),
    ("AV1", AV1),
    ("rtx", RTX),
    ("flexfec", FLEXFEC),
    ("flexfec-03", FLEXFEC),
];

/// RFC 8851 §10: the restrictions that are numbers; `max-bpp` may have a fraction, and readers take one in the others.
const RESTRICTIONS: [&str; 7] = [
    "max-width",
    "max-height",
    "max-fps",
    "max-fs",
    "max-br",
    "max-pps",
    "max-bpp",
];

impl Allowed {
    fn takes(self, value: Option<&str>) -> bool {
        let Some(value) = value else { return matches!(self, Any) };
        let number = || {
            let digits = !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit());
            digits.then(|| value.parse::<u64>().unwrap_or(u64::MAX))
        };
        match self {
            Range(from, to) => number().is_some_and(|number| (from..=to).contains(&number)),
            Any => true,
            Bit => matches!(number(), Some(0 | 1)),
            Octets => value.len() == 6 && value.bytes().all(|octet| octet.is_ascii_hexdigit()),
            Words(words) => words.iter().any(|word| word.eq_ignore_ascii_case(value)),
        }
    }

    fn text(self) -> String {
        match self {
            Range(_, u64::MAX) => "a number".to_owned(),
            Range(from, to) => format!("a number from {from} to {to}"),
            Any => "a value".to_owned(),
            Bit => "0 or 1".to_owned(),
            Octets => "six hex digits".to_owned(),
            Words(words) => format!("one of {}", words.join(", ")),
        }
    }
}

/// The parameters of the codecs that are known: their values, and whether they have one each. Of other codecs nobody can
/// tell which parameters may stand there more than once (RFC 8331 has one).
pub(super) fn check_parameters(part: &Part<'_>, out: &mut Out) {
    for codec in part.codecs().iter().filter(|codec| !codec.fmtp.is_empty()) {
        let Some((name, rows)) = CODECS.iter().find(|(name, _)| codec.is(name)) else {
            continue;
        };
        // The first value of each row.
        let mut first = [None; ROWS];
        for (line, fmtp) in &codec.fmtp {
            for (parameter, value) in fmtp.parameters().iter() {
                let Some(at) = rows.iter().position(|(own, ..)| own.eq_ignore_ascii_case(parameter)) else {
                    continue;
                };
                let (own, allowed, reference) = rows[at];
                if !allowed.takes(value) {
                    let seen = format!(
                        "{name} {} has `{own}={}`, where {} belongs ({reference})",
                        codec.format,
                        short(value.unwrap_or("")),
                        allowed.text()
                    );
                    let entry = catalog::FMTP_VALUE;
                    out.add_case(entry, entry.severity, own, &part.name(), &[*line], seen)
                        .mark(value.unwrap_or(parameter));
                }
                let (before, other) = *first[at].get_or_insert((*line, value));
                if other != value {
                    let seen = format!(
                        "Payload type {} has `{own}={}` and `{own}={}`",
                        codec.format,
                        short(other.unwrap_or("")),
                        short(value.unwrap_or(""))
                    );
                    out.add(catalog::FMTP_TWICE, part, &[before, *line], seen)
                        .mark(other.unwrap_or(""))
                        .mark(value.unwrap_or(""));
                }
            }
        }
    }
}

/// The restrictions of rids: numbers, and other rids that are there.
pub(super) fn check_restrictions(part: &Part<'_>, out: &mut Out) {
    for (line, rid) in &part.rids {
        for (name, value) in rid.restrictions().iter() {
            // A name alone asks for the restriction without a value (RFC 8851 §5).
            let Some(value) = value.filter(|_| RESTRICTIONS.contains(&name)) else {
                continue;
            };
            if !is_decimal(value) {
                let seen = format!(
                    "The rid `{}` has `{name}={}`, which is no number",
                    short(rid.id),
                    short(value)
                );
                out.add(catalog::RID_RESTRICTION, part, &[*line], seen).mark(value);
            }
        }
    }
}

/// `30` or `29.97`.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|octet| octet.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sdp::fmtp::Parameters;

    fn takes(rows: &[Row], name: &str, config: &str) -> Option<bool> {
        let (_, allowed, _) = rows.iter().find(|(own, ..)| *own == name)?;
        Some(allowed.takes(Parameters::new(config).get(name)?))
    }

    #[test]
    fn values_and_ranges() {
        for (rows, name, config, wanted) in [
            (H264, "profile-level-id", "profile-level-id=42E01f", true),
            (H264, "profile-level-id", "profile-level-id=42e01", false),
            (H264, "profile-level-id", "profile-level-id", false),
            (H264, "packetization-mode", "packetization-mode=2", true),
            (H264, "packetization-mode", "packetization-mode=3", false),
            (OPUS, "minptime", "minptime=10", true),
            (OPUS, "minptime", "minptime=-1", false),
            (OPUS, "minptime", "minptime=99999999999999999999999", false),
            (OPUS, "usedtx", "usedtx=01", true),
            (H265, "tx-mode", "tx-mode=srst", true),
            (AV1, "level-idx", "level-idx=32", false),
            (VP8, "max-fs", "max-fs=12288", true),
        ] {
            assert_eq!(takes(rows, name, config), Some(wanted), "{config}");
        }
    }

    #[test]
    fn there_is_room_for_all_rows() {
        assert_eq!(CODECS.iter().map(|(_, rows)| rows.len()).max(), Some(ROWS));
    }

    #[test]
    fn decimals() {
        for (text, wanted) in [
            ("30", true),
            ("29.97", true),
            ("", false),
            ("1.", false),
            (".5", false),
            ("1e3", false),
        ] {
            assert_eq!(is_decimal(text), wanted, "{text}");
        }
    }
}
