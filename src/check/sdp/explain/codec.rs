//! What codecs and their parameters say.

use crate::proto::sdp::fmtp::{CodecConfig, H264, Opus, Parameters};

/// Codecs and helpers, and what they are.
const NAMES: [(&str, &str); 22] = [
    ("opus", "Opus"),
    ("multiopus", "Opus with more than two channels"),
    ("pcmu", "G.711 µ-law"),
    ("pcma", "G.711 A-law"),
    ("g722", "G.722 (16 kHz in truth: the clock rate is a historic mistake)"),
    ("g729", "G.729"),
    ("isac", "iSAC, which browsers have dropped"),
    ("ilbc", "iLBC, which browsers have dropped"),
    ("l16", "uncompressed 16-bit audio"),
    ("cn", "comfort noise"),
    ("telephone-event", "keypad tones (DTMF) as events"),
    ("red", "redundancy: packets that carry earlier data again"),
    ("ulpfec", "forward error correction (ULPFEC)"),
    ("flexfec-03", "forward error correction (FlexFEC)"),
    ("flexfec", "forward error correction (FlexFEC)"),
    ("rtx", "retransmissions"),
    ("vp8", "VP8"),
    ("vp9", "VP9"),
    ("h264", "H.264"),
    ("h265", "H.265 (HEVC)"),
    ("av1", "AV1"),
    ("av1x", "AV1 under its name from before it was final"),
];

/// What an encoding name means; itself if it is not known.
pub(super) fn name(encoding: &str) -> &str {
    let known = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(encoding));
    known.map_or(encoding, |(_, meaning)| meaning)
}

/// The codec that parameters belong to, where only they are known.
pub(super) fn guess(parameters: Parameters<'_>) -> Option<&'static str> {
    const TELLING: [(&str, &str); 9] = [
        ("apt", "rtx"),
        ("profile-level-id", "H264"),
        ("useinbandfec", "opus"),
        ("minptime", "opus"),
        ("level-idx", "AV1"),
        ("tier-flag", "H265"),
        ("repair-window", "flexfec-03"),
        ("max-fs", "VP8"),
        ("profile-id", "VP9"),
    ];
    let telling = TELLING.iter().find(|(name, _)| parameters.get(name).is_some());
    telling.map(|(_, encoding)| *encoding)
}

/// What the parameters of a codec mean, for `a=fmtp`; `None` if there is nothing to add to them.
pub(super) fn parameters(config: &CodecConfig<'_>, written: Parameters<'_>) -> Option<String> {
    Some(match config {
        CodecConfig::Opus(config) => opus(config, written),
        CodecConfig::H264(config) => h264(config),
        CodecConfig::H265(config) => format!(
            "profile {} at level {}.{}, {} tier",
            config.profile_id,
            config.level_id / 30,
            config.level_id % 30 / 3,
            if config.tier_flag == 0 { "Main" } else { "High" },
        ),
        CodecConfig::Vp8(config) => {
            let limits = [
                config.max_fr.map(|rate| format!("at most {rate} frames a second")),
                config.max_fs.map(|size| format!("at most {size} macroblocks a frame")),
            ];
            joined(limits.into_iter().flatten().collect())?
        }
        CodecConfig::Vp9(config) => match config.profile {
            0 => "profile 0: 8 bits, 4:2:0".to_owned(),
            1 => "profile 1: 8 bits, 4:2:2 or 4:4:4".to_owned(),
            2 => "profile 2: 10 or 12 bits, 4:2:0".to_owned(),
            3 => "profile 3: 10 or 12 bits, 4:2:2 or 4:4:4".to_owned(),
            other => format!("profile {other}"),
        },
        CodecConfig::Av1(config) => {
            let profile = match config.profile {
                0 => "Main",
                1 => "High",
                2 => "Professional",
                _ => "an unknown",
            };
            let (major, minor) = config.level();
            let tier = if config.tier == 0 { "Main" } else { "High" };
            format!("{profile} profile, received up to level {major}.{minor}, {tier} tier")
        }
        CodecConfig::Red(config) if !config.payload_types.is_empty() => {
            let list: Vec<String> = config.payload_types.iter().map(u8::to_string).collect();
            format!("packets carry payload types {}, the newest first", list.join(", "))
        }
        CodecConfig::FlexFec(config) => {
            let window = config.repair_window_us?;
            format!("repair packets are of use for {} s", window as f64 / 1e6)
        }
        CodecConfig::Rtx(config) => match (config.apt, config.rtx_time_ms) {
            (Some(apt), Some(time)) => format!("retransmits payload type {apt}, packets are kept for {time} ms"),
            (Some(apt), None) => format!("retransmits payload type {apt}"),
            (None, _) => return None,
        },
        CodecConfig::TelephoneEvent(config) => {
            let ranges: Vec<String> = config
                .ranges()
                .take(32)
                .map(|(from, to)| {
                    if from == to {
                        from.to_string()
                    } else {
                        format!("{from} to {to}")
                    }
                })
                .collect();
            format!("events {} (0 to 15 are the keys)", ranges.join(", "))
        }
        CodecConfig::Red(_) | CodecConfig::UlpFec | CodecConfig::Other(_) => return None,
    })
}

fn joined(parts: Vec<String>) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Only what is written: defaults would fill the line.
fn opus(config: &Opus, written: Parameters<'_>) -> String {
    let mut parts = Vec::new();
    let mut told = |name: &str, text: String| {
        if written.get(name).is_some() {
            parts.push(text);
        }
    };
    let yes = |on: bool, yes: &str, no: &str| if on { yes } else { no }.to_owned();
    told("minptime", format!("packets of at least {} ms", config.min_ptime));
    told(
        "useinbandfec",
        yes(config.in_band_fec, "in-band FEC is of use", "no in-band FEC"),
    );
    told("stereo", yes(config.stereo, "stereo is wanted", "mono is wanted"));
    told(
        "sprop-stereo",
        yes(
            config.sprop_stereo,
            "stereo is likely to be sent",
            "mono is likely to be sent",
        ),
    );
    told(
        "usedtx",
        yes(config.dtx, "nothing need be sent in silence", "silence is sent too"),
    );
    told(
        "cbr",
        yes(config.cbr, "a constant bit rate is wanted", "the bit rate may vary"),
    );
    told(
        "maxaveragebitrate",
        config
            .max_average_bitrate
            .map_or("a bit rate that cannot be read".to_owned(), |rate| {
                format!("at most {rate} bit/s")
            }),
    );
    told(
        "maxplaybackrate",
        format!("played at up to {} Hz", config.max_playback_rate),
    );
    told(
        "sprop-maxcapturerate",
        format!("captured at up to {} Hz", config.max_capture_rate),
    );
    joined(parts).unwrap_or_else(|| format!("parameters `{}`", written.as_str()))
}

fn h264(config: &H264<'_>) -> String {
    let profile = match (config.profile(), config.level()) {
        (Some(profile), Some(level)) => format!("{} profile, level {level}", profile.name()),
        _ => "a profile that is not known".to_owned(),
    };
    let mode = match config.packetization_mode {
        0 => "one NAL unit a packet (mode 0)",
        1 => "NAL units may be split over packets (mode 1)",
        2 => "interleaved NAL units (mode 2)",
        _ => "an unknown packetization mode",
    };
    let asymmetry = match config.level_asymmetry_allowed {
        true => "each way may have its own level",
        false => "both ways have the same level",
    };
    format!("{profile}; {mode}; {asymmetry}")
}
