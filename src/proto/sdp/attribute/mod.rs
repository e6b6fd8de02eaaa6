//! The attributes: which are known, what they mean, and their typed values.
//!
//! An attribute is decoded only when someone asks: [`AttributeValue::decode`] for one type, [`Value::decode`] for
//! whatever a line holds. Unknown attributes are text.

pub mod dtls;
pub mod ice;
pub mod rid;
pub mod rtp;
pub mod sctp;
pub mod source;
mod table;

use super::cursor::{Cursor, Decoded, digits, is_token};
use super::line::{Attribute, Line};
use dtls::{ConnectionReuse, Crypto, Fingerprint, Identity, Setup, TlsId};
use ice::{CandidateLine, IceOptions, IcePwd, IceUfrag};
use rid::{ImageAttr, Rid, Simulcast};
use rtp::{ExtMap, Fmtp, Rtcp, RtcpFeedback, RtpMap};
use sctp::{DcMap, MaxMessageSize, SctpMap, SctpPort};
use source::{Group, Mid, Msid, MsidSemantic, Ssrc, SsrcGroup};

pub use table::ALL;

/// A value that one attribute has.
pub trait AttributeValue<'a>: Sized {
    /// The name before the colon.
    const NAME: &'static str;

    /// Reads the value and notes what is wrong with it; `None` where it means nothing at all.
    fn decode(cursor: &mut Cursor<'a>) -> Option<Self>;

    /// Reads the value of a line.
    fn of(line: Line<'a>) -> Decoded<'a, Self> {
        let mut cursor = Cursor::attribute(line);
        let value = Self::decode(&mut cursor);
        cursor.finish(value)
    }
}

/// Where an attribute may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// In the session part.
    Session,
    /// In media sections.
    Media,
    /// In both.
    Both,
    /// After `a=ssrc:ID`.
    Source,
}

impl Level {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Session => "session",
            Level::Media => "media",
            Level::Both => "session, media",
            Level::Source => "source (after `a=ssrc:ID`)",
        }
    }
}

/// What the value of an attribute looks like: which decoder reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the type of that name in this module")]
pub enum Shape {
    /// No value.
    Flag,
    /// Any text.
    Text,
    /// One word.
    Token,
    /// A whole number.
    Number,
    /// A number, perhaps with a fraction.
    Decimal,
    Candidate,
    ConnectionReuse,
    Crypto,
    DcMap,
    ExtMap,
    Fingerprint,
    Fmtp,
    Group,
    IceOptions,
    IcePwd,
    IceUfrag,
    Identity,
    ImageAttr,
    MaxMessageSize,
    Mid,
    Msid,
    MsidSemantic,
    Rid,
    Rtcp,
    RtcpFeedback,
    RtpMap,
    SctpMap,
    SctpPort,
    Setup,
    Simulcast,
    Ssrc,
    SsrcGroup,
    TlsId,
}

/// What is known about an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Where it may stand.
    pub level: Level,
    /// What its value looks like.
    pub shape: Shape,
    /// Where it is defined: an RFC, a draft, or the program that writes it.
    pub reference: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
}

impl Entry {
    /// The entry of a name; attribute names are compared with case (RFC 8866 §5.13).
    pub fn find(name: &str) -> Option<&'static Entry> {
        Entry::place(name).map(|place| &ALL[place])
    }

    /// Where in the table the entry of a name stands.
    pub(super) fn place(name: &str) -> Option<usize> {
        let mut slot = hash(name.as_bytes());
        loop {
            let place = usize::from(SLOTS[slot]).checked_sub(1)?;
            if ALL[place].name == name {
                return Some(place);
            }
            slot = (slot + 1) % SLOTS.len();
        }
    }
}

/// The place in the table, from 1, of the names with this hash, or with one before it whose slots were taken; 0 where there is
/// none. So that a name is compared with one other, as a rule.
const SLOTS: [u8; 1024] = {
    let mut slots = [0; 1024];
    let mut place = 0;
    // Many slots stay empty, so that the search for a name that is not there comes to an end soon.
    assert!(ALL.len() < 255);
    while place < ALL.len() {
        let mut slot = hash(ALL[place].name.as_bytes());
        while slots[slot] != 0 {
            slot = (slot + 1) % slots.len();
        }
        place += 1;
        slots[slot] = place as u8;
    }
    slots
};

/// Of the length, the first octet, the last, and those in the middle: names that begin alike end differently.
const fn hash(name: &[u8]) -> usize {
    let length = name.len();
    if length == 0 {
        return 0;
    }
    let (first, middle, last) = (name[0] as usize, name[length / 2] as usize, name[length - 1] as usize);
    (first * 31 + middle * 131 + last * 257 + length * 67 + name[length / 3] as usize * 7) % 1024
}

/// The value of an attribute, whichever it is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "each holds the type of that name in this module")]
pub enum Value<'a> {
    Flag,
    Text(&'a str),
    Token(&'a str),
    Number(u64),
    Decimal(f64),
    Candidate(CandidateLine<'a>),
    ConnectionReuse(ConnectionReuse<'a>),
    Crypto(Crypto<'a>),
    DcMap(DcMap<'a>),
    ExtMap(ExtMap<'a>),
    Fingerprint(Fingerprint<'a>),
    Fmtp(Fmtp<'a>),
    Group(Group<'a>),
    IceOptions(IceOptions<'a>),
    IcePwd(IcePwd<'a>),
    IceUfrag(IceUfrag<'a>),
    Identity(Identity<'a>),
    ImageAttr(ImageAttr<'a>),
    MaxMessageSize(MaxMessageSize),
    Mid(Mid<'a>),
    Msid(Msid<'a>),
    MsidSemantic(MsidSemantic<'a>),
    Rid(Rid<'a>),
    Rtcp(Rtcp<'a>),
    RtcpFeedback(RtcpFeedback<'a>),
    RtpMap(RtpMap<'a>),
    SctpMap(SctpMap<'a>),
    SctpPort(SctpPort),
    Setup(Setup),
    Simulcast(Simulcast<'a>),
    Ssrc(Ssrc<'a>),
    SsrcGroup(SsrcGroup<'a>),
    TlsId(TlsId<'a>),
}

impl<'a> Value<'a> {
    /// The value of an attribute line. That of an unknown attribute is text, or a flag.
    pub fn decode(attribute: &Attribute<'a>) -> Decoded<'a, Value<'a>> {
        let mut cursor = Cursor::at_value(attribute);
        let value = match Entry::find(attribute.name) {
            Some(entry) => Value::read(entry.shape, attribute, &mut cursor),
            None => Some(attribute.value.map_or(Value::Flag, Value::Text)),
        };
        cursor.finish(value)
    }

    fn read(shape: Shape, attribute: &Attribute<'a>, cursor: &mut Cursor<'a>) -> Option<Value<'a>> {
        match shape {
            Shape::Flag => {
                if attribute.value.is_some() {
                    cursor.expected(attribute.value.unwrap_or(""), "no value");
                }
                Some(Value::Flag)
            }
            Shape::Text => match attribute.value {
                Some(text) => Some(Value::Text(text)),
                None => {
                    cursor.expected("", "a value");
                    None
                }
            },
            Shape::Token => {
                cursor.no_blank();
                let word = cursor.wanted("a word")?;
                if !is_token(word) {
                    cursor.expected(word, "a word of token characters");
                }
                cursor.end();
                Some(Value::Token(word))
            }
            Shape::Number => {
                cursor.no_blank();
                let number = cursor.number("a number")?;
                cursor.end();
                Some(Value::Number(number))
            }
            Shape::Decimal => {
                cursor.no_blank();
                let word = cursor.wanted("a number")?;
                let decimal = decimal(word);
                if decimal.is_none() {
                    cursor.expected(word, "a number");
                }
                cursor.end();
                decimal.map(Value::Decimal)
            }
            Shape::Candidate => CandidateLine::decode(cursor).map(Value::Candidate),
            Shape::ConnectionReuse => ConnectionReuse::decode(cursor).map(Value::ConnectionReuse),
            Shape::Crypto => Crypto::decode(cursor).map(Value::Crypto),
            Shape::DcMap => DcMap::decode(cursor).map(Value::DcMap),
            Shape::ExtMap => ExtMap::decode(cursor).map(Value::ExtMap),
            Shape::Fingerprint => Fingerprint::decode(cursor).map(Value::Fingerprint),
            Shape::Fmtp => Fmtp::decode(cursor).map(Value::Fmtp),
            Shape::Group => Group::decode(cursor).map(Value::Group),
            Shape::IceOptions => IceOptions::decode(cursor).map(Value::IceOptions),
            Shape::IcePwd => IcePwd::decode(cursor).map(Value::IcePwd),
            Shape::IceUfrag => IceUfrag::decode(cursor).map(Value::IceUfrag),
            Shape::Identity => Identity::decode(cursor).map(Value::Identity),
            Shape::ImageAttr => ImageAttr::decode(cursor).map(Value::ImageAttr),
            Shape::MaxMessageSize => MaxMessageSize::decode(cursor).map(Value::MaxMessageSize),
            Shape::Mid => Mid::decode(cursor).map(Value::Mid),
            Shape::Msid => Msid::decode(cursor).map(Value::Msid),
            Shape::MsidSemantic => MsidSemantic::decode(cursor).map(Value::MsidSemantic),
            Shape::Rid => Rid::decode(cursor).map(Value::Rid),
            Shape::Rtcp => Rtcp::decode(cursor).map(Value::Rtcp),
            Shape::RtcpFeedback => RtcpFeedback::decode(cursor).map(Value::RtcpFeedback),
            Shape::RtpMap => RtpMap::decode(cursor).map(Value::RtpMap),
            Shape::SctpMap => SctpMap::decode(cursor).map(Value::SctpMap),
            Shape::SctpPort => SctpPort::decode(cursor).map(Value::SctpPort),
            Shape::Setup => Setup::decode(cursor).map(Value::Setup),
            Shape::Simulcast => Simulcast::decode(cursor).map(Value::Simulcast),
            Shape::Ssrc => Ssrc::decode(cursor).map(Value::Ssrc),
            Shape::SsrcGroup => SsrcGroup::decode(cursor).map(Value::SsrcGroup),
            Shape::TlsId => TlsId::decode(cursor).map(Value::TlsId),
        }
    }
}

/// `20` or `29.97`.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits_only = digits::<u64>(whole).is_some() && fraction.bytes().all(|octet| octet.is_ascii_digit());
    (digits_only && !fraction.is_empty())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_says_something() {
        for pair in ALL.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} before {}", pair[0].name, pair[1].name);
        }
        for entry in ALL {
            assert!(
                entry.meaning.ends_with('.') && entry.meaning.len() > 20,
                "{}",
                entry.name
            );
            assert!(!entry.reference.is_empty(), "{}", entry.name);
            assert_eq!(Entry::find(entry.name), Some(entry));
        }
        assert_eq!(Entry::find("Setup"), None);
    }
}
