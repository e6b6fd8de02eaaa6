//! Who sends: `ssrc`, `ssrc-group`, `msid`, `msid-semantic`, `mid`, `group`.

use super::AttributeValue;
use crate::proto::sdp::cursor::{Cursor, is_token};

/// `a=ssrc:ID ATTRIBUTE[:VALUE]` (RFC 5576 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ssrc<'a> {
    /// The synchronization source.
    pub id: u32,
    /// `cname`, `msid`, `mslabel`, `label`, … Empty where it is missing.
    pub attribute: &'a str,
    /// What follows the colon, as it is.
    pub value: Option<&'a str>,
}

impl<'a> AttributeValue<'a> for Ssrc<'a> {
    const NAME: &'static str = "ssrc";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let id = cursor.number("an SSRC (a number below 2^32)")?;
        let rest = cursor.rest();
        if rest.is_empty() {
            cursor.expected(rest, "an attribute of the source such as `cname:…`");
            return Some(Ssrc {
                id,
                attribute: "",
                value: None,
            });
        }
        let (attribute, value) = match rest.split_once(':') {
            Some((attribute, value)) => (attribute, Some(value)),
            None => (rest, None),
        };
        if !is_token(attribute) {
            cursor.expected(attribute, "the name of an attribute");
        }
        Some(Ssrc { id, attribute, value })
    }
}

/// `a=ssrc-group:SEMANTICS ID ID…` (RFC 5576 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SsrcGroup<'a> {
    /// `FID` (a stream and its retransmission), `FEC-FR`, `SIM` (layers of Plan B), …
    pub semantics: &'a str,
    /// The ids as written.
    pub text: &'a str,
}

impl<'a> SsrcGroup<'a> {
    /// The ids; what is no number is left out (and a defect).
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        words(self.text).filter_map(crate::proto::sdp::cursor::digits)
    }
}

impl<'a> AttributeValue<'a> for SsrcGroup<'a> {
    const NAME: &'static str = "ssrc-group";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let semantics = cursor.wanted("semantics such as `FID`")?;
        if !is_token(semantics) {
            cursor.expected(semantics, "semantics such as `FID`");
        }
        let text = cursor.remainder().unwrap_or("");
        for word in words(text) {
            cursor.parse::<u32>(word, "an SSRC (a number below 2^32)");
        }
        if text.is_empty() {
            cursor.expected("", "SSRCs");
        }
        Some(SsrcGroup { semantics, text })
    }
}

/// `a=msid:STREAM [TRACK]` (RFC 8830 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Msid<'a> {
    /// The id of the MediaStream; `-` for none.
    pub stream: &'a str,
    /// The id of the track.
    pub track: Option<&'a str>,
}

impl<'a> AttributeValue<'a> for Msid<'a> {
    const NAME: &'static str = "msid";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let stream = cursor.wanted("the id of a stream")?;
        let track = cursor.word();
        for id in [Some(stream), track].into_iter().flatten() {
            if id.len() > 64 || !is_token(id.trim_matches(['{', '}'])) {
                cursor.expected(id, "an id of 1 to 64 token characters");
            }
        }
        cursor.end();
        Some(Msid { stream, track })
    }
}

/// `a=msid-semantic: WMS *` (a draft of RFC 8830; browsers still write it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsidSemantic<'a> {
    /// `WMS`.
    pub semantic: &'a str,
    /// The streams as written; `*` for all.
    pub text: &'a str,
}

impl<'a> AttributeValue<'a> for MsidSemantic<'a> {
    const NAME: &'static str = "msid-semantic";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        let semantic = cursor.wanted("the semantic `WMS`")?;
        Some(MsidSemantic {
            semantic,
            text: cursor.remainder().unwrap_or(""),
        })
    }
}

/// `a=mid:ID` (RFC 5888 §4): the name of a media section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mid<'a>(pub &'a str);

impl<'a> AttributeValue<'a> for Mid<'a> {
    const NAME: &'static str = "mid";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let mid = cursor.wanted("a name")?;
        if !is_token(mid) {
            cursor.expected(mid, "a name of token characters");
        }
        cursor.end();
        Some(Mid(mid))
    }
}

/// `a=group:SEMANTICS MID MID…` (RFC 5888 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// `BUNDLE` (RFC 9143), `LS` (lip synchronization), …
    pub semantics: &'a str,
    /// The names as written.
    pub text: &'a str,
}

impl<'a> Group<'a> {
    /// The names of the media sections.
    pub fn mids(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        words(self.text)
    }
}

impl<'a> AttributeValue<'a> for Group<'a> {
    const NAME: &'static str = "group";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let semantics = cursor.wanted("semantics such as `BUNDLE`")?;
        if !is_token(semantics) {
            cursor.expected(semantics, "semantics such as `BUNDLE`");
        }
        let group = Group {
            semantics,
            text: cursor.remainder().unwrap_or(""),
        };
        for mid in group.mids().filter(|mid| !is_token(mid)) {
            cursor.expected(mid, "a name of token characters");
        }
        Some(group)
    }
}

/// The words of a text, whatever the number of blanks between them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split([' ', '\t']).filter(|word| !word.is_empty())
}
