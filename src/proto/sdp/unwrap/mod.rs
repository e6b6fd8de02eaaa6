//! Finds descriptions in whatever they are wrapped in: JSON, base64, source code, logs, dumps, web pages.
//!
//! [`unwrap`] takes a text as it was pasted and gives back every description in it, each with its type as far as that
//! is known, the place where it was found, and what the wrapping did to it. What is damaged is read as far as it goes.

mod base64;
mod html;
mod json;
mod lines;
mod marks;
mod percent;
mod quoted;
mod text;

use std::borrow::Cow;
use std::fmt;

pub use text::{Text, TextError};

/// RTCSdpType (W3C WebRTC §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DescriptionType {
    /// `offer`.
    Offer,
    /// `answer`.
    Answer,
    /// `pranswer`.
    PrAnswer,
    /// `rollback`; has no SDP.
    Rollback,
}

impl DescriptionType {
    /// As in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            DescriptionType::Offer => "offer",
            DescriptionType::Answer => "answer",
            DescriptionType::PrAnswer => "pranswer",
            DescriptionType::Rollback => "rollback",
        }
    }

    /// The type of this name, in any case.
    pub fn from_name(name: &str) -> Option<DescriptionType> {
        use DescriptionType::{Answer, Offer, PrAnswer, Rollback};
        [Offer, Answer, PrAnswer, Rollback]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The last type that a text names, as in `setRemoteDescription(offer)`.
    fn last_in(text: &str) -> Option<DescriptionType> {
        let lower = text.to_ascii_lowercase();
        let (at, kind) = ["offer", "answer"]
            .iter()
            .filter_map(|name| Some((lower.rfind(name)?, *name)))
            .max()?;
        match kind {
            "answer" if lower[..at].ends_with("pr") => Some(DescriptionType::PrAnswer),
            kind => DescriptionType::from_name(kind),
        }
    }
}

/// How a description was wrapped, from the outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wrapper {
    /// JSON, or a JSON string alone.
    Json,
    /// Base64.
    Base64,
    /// A string literal in source code or a log.
    Quoted,
    /// Lines with something before them: time stamps, numbers, quotation marks.
    Log,
    /// Lines with blanks before them.
    Indented,
    /// HTML: tags and entities.
    Html,
    /// All on one line, the line ends turned into blanks or marks.
    OneLine,
    /// Percent-encoded, as in URLs.
    Percent,
    /// Compressed.
    Gzip,
    /// A dump of `chrome://webrtc-internals`.
    WebrtcInternals,
    /// A dump of rtcstats.
    RtcStats,
}

impl Wrapper {
    /// The name of it in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Wrapper::Json => "json",
            Wrapper::Base64 => "base64",
            Wrapper::Quoted => "string",
            Wrapper::Log => "log",
            Wrapper::Indented => "indented",
            Wrapper::Html => "html",
            Wrapper::OneLine => "one-line",
            Wrapper::Percent => "percent",
            Wrapper::Gzip => "gzip",
            Wrapper::WebrtcInternals => "webrtc-internals",
            Wrapper::RtcStats => "rtcstats",
        }
    }
}

/// What the wrapping did to a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DamageKind {
    /// The input ends in the middle.
    Truncated,
    /// HTML tags or entities stood in it.
    Html,
    /// Its lines were indented.
    Indented,
    /// Its line ends were lost.
    LineEndsLost,
    /// `[object Object]`: an object was turned into text by mistake.
    ObjectObject,
    /// Octets that are not UTF-8.
    NotUtf8,
    /// A byte order mark, or UTF-16.
    ByteOrderMark,
    /// The JSON around it is broken.
    Json,
    /// Characters in the base64 that do not belong there.
    Base64,
}

impl DamageKind {
    /// A stable name in kebab-case.
    pub const fn code(self) -> &'static str {
        match self {
            DamageKind::Truncated => "truncated",
            DamageKind::Html => "html-escaped",
            DamageKind::Indented => "indented",
            DamageKind::LineEndsLost => "line-ends-lost",
            DamageKind::ObjectObject => "object-object",
            DamageKind::NotUtf8 => "not-utf8",
            DamageKind::ByteOrderMark => "byte-order-mark",
            DamageKind::Json => "broken-json",
            DamageKind::Base64 => "broken-base64",
        }
    }
}

/// One thing that is wrong with the wrapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What it is.
    pub kind: DamageKind,
    /// The line of the input, from 1.
    pub line: usize,
    /// The column of the input (characters, from 1).
    pub column: usize,
    /// The line of the description that it touches; 0 where it touches all of it.
    pub sdp_line: usize,
    /// What was seen there, in words.
    pub what: String,
}

/// A description that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Its type, if the wrapping tells.
    pub kind: Option<DescriptionType>,
    /// The SDP.
    pub sdp: Cow<'a, str>,
    /// What it was wrapped in, from the outside in; nothing for raw SDP.
    pub wrappers: Vec<Wrapper>,
    /// Where: a JSON pointer (`/offer/sdp`), else empty.
    pub place: String,
    /// What the wrapping calls it: `setLocalDescription`.
    pub label: Option<String>,
    /// The peer connection, as a dump names it.
    pub connection: Option<String>,
    /// When it was handed over, as a dump writes it.
    pub time: Option<String>,
    /// The line of the input at which it begins, from 1.
    pub line: usize,
    /// The column of the input (characters, from 1).
    pub column: usize,
    /// Where each of its lines stands in the input (line and column, both from 1), where the wrapping keeps lines apart:
    /// logs, indented text. Nothing for raw SDP, whose lines follow the first one.
    pub places: Vec<(usize, usize)>,
    /// What the wrapping did to it.
    pub damage: Vec<Damage>,
}

impl Found<'_> {
    /// `raw`, `json`, `base64-json`, …
    pub fn wrapper(&self) -> String {
        match self.wrappers.as_slice() {
            [] => "raw".to_owned(),
            wrappers => {
                let names: Vec<&str> = wrappers.iter().map(|wrapper| wrapper.name()).collect();
                names.join("-")
            }
        }
    }
}

/// Why there is no description in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSdp {
    /// The text is empty, or blank.
    Empty,
    /// JSON without anything like SDP in it. `members` are the names at its top.
    Json {
        /// The first names at the top.
        members: Vec<String>,
        /// Where the JSON is broken, if it is.
        damage: Option<Damage>,
    },
    /// `{"sdp": null}`.
    NullSdp {
        /// The line of `null`, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// An object was turned into text: `[object Object]`.
    ObjectObject {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Only ICE candidates.
    CandidatesOnly,
    /// Base64 of something else.
    Base64,
    /// A web page.
    Html,
    /// Anything else.
    Other {
        /// The beginning of the text.
        start: String,
    },
}

impl fmt::Display for NoSdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoSdp::Empty => f.write_str("the input is empty"),
            NoSdp::Json {
                damage: Some(damage), ..
            } => {
                let Damage { line, column, what, .. } = damage;
                write!(
                    f,
                    "no session description in this JSON, which is broken at line {line}, column {column} ({what})"
                )
            }
            NoSdp::Json { members, .. } if members.is_empty() => f.write_str("no session description in this JSON"),
            NoSdp::Json { members, .. } => {
                write!(f, "no session description in this JSON (it has {})", members.join(", "))
            }
            NoSdp::NullSdp { line, column } => {
                write!(
                    f,
                    "`sdp` is null at line {line}, column {column}: there is no session description yet"
                )
            }
            NoSdp::ObjectObject { line, column } => {
                write!(
                    f,
                    "`[object Object]` instead of a session description at line {line}, column {column}"
                )
            }
            NoSdp::CandidatesOnly => f.write_str("only ICE candidates, no session description"),
            NoSdp::Base64 => f.write_str("no session description in this base64"),
            NoSdp::Html => f.write_str("no session description in this web page"),
            NoSdp::Other { start } => write!(f, "no session description in this text (it begins with `{start}`)"),
        }
    }
}

impl std::error::Error for NoSdp {}

impl NoSdp {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            NoSdp::Empty => "paste a session description, or the JSON `{type, sdp}` of one",
            NoSdp::Json { .. } => {
                "the SDP is the `sdp` member of what createOffer and createAnswer give: print JSON.stringify(pc.localDescription)"
            }
            NoSdp::NullSdp { .. } => {
                "take it after setLocalDescription has been awaited; localDescription is null, or has no SDP, before"
            }
            NoSdp::ObjectObject { .. } => {
                "the object was turned into text by mistake: print JSON.stringify(pc.localDescription), or its `sdp` member"
            }
            NoSdp::CandidatesOnly => {
                "candidates are sent besides the description; take the whole pc.localDescription.sdp"
            }
            NoSdp::Base64 => "it should be base64 of `{type, sdp}` or of SDP; was all of it copied?",
            NoSdp::Html => "copy the text of the description, which begins with `v=0`",
            NoSdp::Other { .. } => "a session description begins with a line `v=0`",
        }
    }
}

/// Wrappings within wrappings are followed so far.
const DEPTH: usize = 5;
/// At most so many descriptions are taken from one input.
pub const LIMIT: usize = 10_000;

/// Every description in a text, in order.
pub fn unwrap(text: &str) -> Result<Vec<Found<'_>>, NoSdp> {
    let mut found = marks::find(text, DEPTH);
    if found.is_empty() {
        found = search(text, DEPTH);
    }
    if found.is_empty() {
        found = percent::find(text, DEPTH);
    }
    found.truncate(LIMIT);
    match found.is_empty() {
        false => Ok(found),
        true => Err(why_not(text)),
    }
}

/// Looks for what the text as a whole is, then for what is in it.
fn search<'t>(text: &'t str, depth: usize) -> Vec<Found<'t>> {
    let trimmed = text.trim_start();
    if depth == 0 || trimmed.is_empty() {
        return Vec::new();
    }
    let start = text.len() - trimmed.len();
    let at_line_start = start == 0 || text[..start].ends_with(['\r', '\n']);
    if at_line_start && lines::looks_like_sdp(trimmed) {
        // Source code that begins with a quoted line does not get here; typed-out line ends do.
        let found = html::find(text, depth).or_else(|| quoted::typed_out(text, depth));
        return found.unwrap_or_else(|| lines::raw(text));
    }
    let ways: [&dyn Fn() -> Vec<Found<'t>>; 6] = [
        &|| json::find(text, start, depth),
        &|| base64::find(text, start, depth),
        &|| quoted::find(text, depth),
        &|| html::find(text, depth).unwrap_or_default(),
        &|| lines::find(text),
        &|| base64::find_within(text, depth),
    ];
    let found = ways.into_iter().map(|find| find());
    found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn why_not(text: &str) -> NoSdp {
    let trimmed = text.trim();
    let lower = || trimmed.chars().take(400).collect::<String>().to_ascii_lowercase();
    if trimmed.is_empty() {
        NoSdp::Empty
    } else if let Some(at) = text.find("[object ") {
        let (line, column) = position(text, at);
        NoSdp::ObjectObject { line, column }
    } else if trimmed.starts_with(['{', '[']) {
        match json::outline(text) {
            json::Outline { null: Some(at), .. } => {
                let (line, column) = position(text, at);
                NoSdp::NullSdp { line, column }
            }
            json::Outline { members, damage, .. } => NoSdp::Json { members, damage },
        }
    } else if trimmed
        .lines()
        .all(|line| line.trim().is_empty() || line.contains("candidate:"))
    {
        NoSdp::CandidatesOnly
    } else if base64::looks_like(trimmed) {
        NoSdp::Base64
    } else if lower().starts_with("<!doctype") || lower().contains("<html") {
        NoSdp::Html
    } else {
        NoSdp::Other {
            start: trimmed.chars().take_while(|c| !c.is_control()).take(40).collect(),
        }
    }
}

/// What a description is by its first `a=setup`: offers leave the role open, answers choose (RFC 8842 §5.2, §5.3).
fn type_by_role(sdp: &str) -> Option<DescriptionType> {
    let description = super::description::Description::parse(sdp);
    let role = description.lines().find_map(|line| {
        let attribute = line.attribute().filter(|attribute| attribute.name == "setup")?;
        attribute.value
    });
    match role?.trim() {
        "actpass" => Some(DescriptionType::Offer),
        "active" | "passive" => Some(DescriptionType::Answer),
        _ => None,
    }
}

/// Lines and columns (characters), both from 1, of octets of a text. Quick where they are asked for in ascending order.
#[derive(Clone, Debug)]
struct Positions<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    column: usize,
}

impl<'a> Positions<'a> {
    const fn new(text: &'a str) -> Positions<'a> {
        Positions {
            text,
            offset: 0,
            line: 1,
            column: 1,
        }
    }

    fn at(&mut self, offset: usize) -> (usize, usize) {
        if offset < self.offset {
            *self = Positions::new(self.text);
        }
        let bytes = self.text.as_bytes();
        let end = offset.min(bytes.len());
        for at in self.offset..end {
            match bytes[at] {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
                b'\n' | b'\r' => (self.line, self.column) = (self.line + 1, 1),
                octet => self.column += usize::from((octet & 0xc0) != 0x80),
            }
        }
        self.offset = end.max(self.offset);
        (self.line, self.column)
    }
}

/// [`Positions::at`], once.
fn position(text: &str, offset: usize) -> (usize, usize) {
    Positions::new(text).at(offset)
}

/// How many lines a text has.
fn line_count(text: &str) -> usize {
    super::description::Description::parse(text).line_count()
}

/// What was found inside a text that was made from the input (decoded, unescaped) becomes part of the input: it owns its
/// SDP and stands where the made text begins.
fn lift<'a>(found: Vec<Found<'_>>, wrapper: Wrapper, (line, column): (usize, usize), place: &str) -> Vec<Found<'a>> {
    found
        .into_iter()
        .map(|found| Found {
            kind: found.kind,
            sdp: Cow::Owned(found.sdp.into_owned()),
            wrappers: std::iter::once(wrapper).chain(found.wrappers).collect(),
            place: format!("{place}{}", found.place),
            label: found.label,
            connection: found.connection,
            time: found.time,
            line,
            column,
            places: Vec::new(),
            damage: found
                .damage
                .into_iter()
                .map(|damage| Damage { line, column, ..damage })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
