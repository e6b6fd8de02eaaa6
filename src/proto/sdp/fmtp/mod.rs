//! What `a=fmtp` says: generic parameters, and what they mean for the codecs of WebRTC.

mod h264;
mod opus;
mod repair;
mod video;

pub use h264::{H264, H264Level, H264Profile};
pub use opus::Opus;
pub use repair::{FlexFec, Red, Rtx, TelephoneEvent};
pub use video::{Av1, H265, Vp8, Vp9};

/// `name=value` pairs with semicolons between them; also single words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'a> {
    text: &'a str,
}

impl<'a> Parameters<'a> {
    /// Of the text after the payload type.
    pub const fn new(text: &'a str) -> Parameters<'a> {
        Parameters { text }
    }

    /// The text.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Name and value in order, without blanks around them; `None` for a word without `=`.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + Clone + use<'a> {
        self.text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| match part.split_once('=') {
                Some((name, value)) => (name.trim_end(), Some(value.trim_start())),
                None => (part, None),
            })
    }

    /// The value of the first parameter of this name, in any case. `Some(None)` if it is there without a value.
    pub fn get(&self, name: &str) -> Option<Option<&'a str>> {
        self.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The value of a parameter as a number; `None` if it is absent or no number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)??.parse().ok()
    }

    /// Whether a parameter is there and 1.
    pub fn is_set(&self, name: &str) -> bool {
        self.number(name) == Some(1)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// What the parameters of a payload type mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodecConfig<'a> {
    /// RFC 7587 §6.1.
    Opus(Opus),
    /// RFC 7741 §6.1.
    Vp8(Vp8),
    /// RFC 9628 §6.1.
    Vp9(Vp9),
    /// RFC 6184 §8.1.
    H264(H264<'a>),
    /// RFC 7798 §7.1.
    H265(H265<'a>),
    /// AV1 RTP payload format §7.2.
    Av1(Av1),
    /// RFC 2198 §5.
    Red(Red),
    /// RFC 5109 §14; has no parameters that matter here.
    UlpFec,
    /// RFC 8627 §5.1.
    FlexFec(FlexFec),
    /// RFC 4588 §8.
    Rtx(Rtx),
    /// RFC 4733 §7.1.1.
    TelephoneEvent(TelephoneEvent<'a>),
    /// Any other.
    Other(Parameters<'a>),
}

impl<'a> CodecConfig<'a> {
    /// Of an encoding name (in any case) and the text after the payload type in `a=fmtp`; empty where there is none.
    pub fn new(encoding: &str, config: &'a str) -> CodecConfig<'a> {
        let parameters = Parameters::new(config);
        match encoding.to_ascii_lowercase().as_str() {
            "opus" | "multiopus" => CodecConfig::Opus(Opus::new(parameters)),
            "vp8" => CodecConfig::Vp8(Vp8::new(parameters)),
            "vp9" => CodecConfig::Vp9(Vp9::new(parameters)),
            "h264" => CodecConfig::H264(H264::new(parameters)),
            "h265" => CodecConfig::H265(H265::new(parameters)),
            "av1" | "av1x" => CodecConfig::Av1(Av1::new(parameters)),
            "red" => CodecConfig::Red(Red::new(config)),
            "ulpfec" => CodecConfig::UlpFec,
            "flexfec" | "flexfec-03" => CodecConfig::FlexFec(FlexFec::new(parameters)),
            "rtx" => CodecConfig::Rtx(Rtx::new(parameters)),
            "telephone-event" => CodecConfig::TelephoneEvent(TelephoneEvent { text: config.trim() }),
            _ => CodecConfig::Other(parameters),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_words_and_blanks() {
        let parameters = Parameters::new("minptime=10; useinbandfec = 1;;x;sprop=Z0==,a ");
        let pairs: Vec<_> = parameters.iter().collect();
        assert_eq!(
            pairs,
            [
                ("minptime", Some("10")),
                ("useinbandfec", Some("1")),
                ("x", None),
                ("sprop", Some("Z0==,a"))
            ]
        );
        assert!(parameters.is_set("UseInbandFec") && !parameters.is_set("minptime"));
        assert_eq!((parameters.get("x"), parameters.get("y")), (Some(None), None));
        assert!(Parameters::new(" ; ").is_empty());
    }

    #[test]
    fn the_encoding_decides_what_they_mean() {
        assert_eq!(
            CodecConfig::new("RTX", "apt=96;rtx-time=300"),
            CodecConfig::Rtx(Rtx {
                apt: Some(96),
                rtx_time_ms: Some(300)
            })
        );
        assert_eq!(
            CodecConfig::new("red", "111/111"),
            CodecConfig::Red(Red {
                payload_types: vec![111, 111]
            })
        );
        assert_eq!(
            CodecConfig::new("VP9", "profile-id=2"),
            CodecConfig::Vp9(Vp9 { profile: 2 })
        );
        assert!(matches!(CodecConfig::new("PCMU", ""), CodecConfig::Other(_)));
    }
}
