//! JSON: every string in it that is a description, or holds one. Reads on where the JSON is broken or cut.

use std::borrow::Cow;
use std::ops::Range;

use super::{
    Damage, DamageKind, DescriptionType, Found, Positions, Wrapper, line_count, position, search, type_by_role,
};

/// Deeper nesting is damage: no dump goes so far.
const DEPTH: usize = 256;

/// An array or an object that is open.
struct Frame {
    object: bool,
    /// The name of the member that is being read.
    key: Option<Range<usize>>,
    /// How many elements came before.
    index: usize,
    /// The member `type`, or the first string of an array.
    label: Option<String>,
    /// The member `offerer` of Firefox's reports.
    offerer: Option<bool>,
    /// The member `isLocal` of their history.
    local: Option<bool>,
    /// The results that stand right in it.
    results: Vec<usize>,
    /// Those that stand in one of its values, as text or as an object.
    inner: Vec<usize>,
    /// How many results there were before.
    before: usize,
    /// The member `time` or `timestamp`, the fourth element of an array: when the call was made.
    time: Option<String>,
    /// The member `pcid`, the second element of an array: the peer connection.
    connection: Option<String>,
}

/// What came of reading.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame>,
    /// How many values at the top came before: JSON lines.
    top: usize,
    found: Vec<Found<'a>>,
    damage: Option<Damage>,
    members: Vec<String>,
    /// Where `null` stands for the SDP.
    null: Option<usize>,
    depth: usize,
    wrapper: Wrapper,
    positions: Positions<'a>,
}

/// The descriptions in a text that is JSON, from `start` on.
pub(super) fn find<'a>(text: &'a str, start: usize, depth: usize) -> Vec<Found<'a>> {
    let body = &text[start..];
    // A dump of rtcstats begins with a line of its own.
    let header = body
        .starts_with("RTCStatsDump")
        .then(|| body.find(['{', '[']))
        .flatten();
    let start = start + header.unwrap_or(0);
    if !text[start..].starts_with(['{', '[', '"']) {
        return Vec::new();
    }
    let mut scan = Scan::new(text, start, depth);
    if header.is_some() {
        scan.wrapper = Wrapper::RtcStats;
    }
    scan.run();
    // Firefox's reports say whose each description is, and not what.
    for one in &mut scan.found {
        if let Some((report, _)) = one.place.split_once("/sdpHistory/") {
            one.kind = one.kind.or_else(|| type_by_role(&one.sdp));
            one.connection = one.connection.take().or_else(|| Some(report.to_owned()));
        }
    }
    scan.found
}

/// A JSON text without descriptions.
pub(super) struct Outline {
    /// The names at the top.
    pub(super) members: Vec<String>,
    /// Where it is broken.
    pub(super) damage: Option<Damage>,
    /// Where a member `sdp` is null.
    pub(super) null: Option<usize>,
}

/// What there is in a JSON text without descriptions.
pub(super) fn outline(text: &str) -> Outline {
    let start = text.len() - text.trim_start().len();
    let mut scan = Scan::new(text, start, 1);
    scan.run();
    Outline {
        members: scan.members,
        damage: scan.damage,
        null: scan.null,
    }
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, at: usize, depth: usize) -> Scan<'a> {
        Scan {
            text,
            at,
            frames: Vec::new(),
            top: 0,
            found: Vec::new(),
            damage: None,
            members: Vec::new(),
            null: None,
            depth,
            wrapper: Wrapper::Json,
            positions: Positions::new(text),
        }
    }

    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&octet) = bytes.get(self.at) {
            match octet {
                b' ' | b'\t' | b'\r' | b'\n' | b':' => self.at += 1,
                b'{' | b'[' => self.open(octet == b'{'),
                b'}' | b']' => self.close(octet == b'}'),
                b',' => {
                    self.at += 1;
                    if let Some(frame) = self.frames.last_mut() {
                        frame.index += 1;
                        frame.key = None;
                    }
                }
                b'"' => self.string(),
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'+' | b'.' | b'_' | b'$' => {
                    let rest = &bytes[self.at..];
                    let word = |octet: &u8| octet.is_ascii_alphanumeric() || b"-+._$".contains(octet);
                    let length = rest.iter().position(|octet| !word(octet)).unwrap_or(rest.len());
                    self.word(&self.text[self.at..self.at + length]);
                    self.at += length;
                    if self.frames.is_empty() {
                        self.top += 1;
                    }
                }
                _ => {
                    self.broken(self.at, DamageKind::Json, "a character that is no JSON");
                    // The whole character, not its first octet.
                    self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
                }
            }
        }
        if !self.frames.is_empty() {
            self.broken(
                self.text.len(),
                DamageKind::Truncated,
                "the JSON ends before it is complete",
            );
            self.cut();
        }
    }

    /// A number, or a word such as `null`.
    fn word(&mut self, word: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        if !frame.object {
            if frame.index == 3 {
                frame.time = Some(word.to_owned());
            }
            return;
        }
        match (frame.key.clone().map(|key| &self.text[key]), word) {
            (Some("sdp"), "null") => self.null = self.null.or(Some(self.at)),
            (Some("offerer"), "true" | "false") => frame.offerer = Some(word == "true"),
            (Some("isLocal"), "true" | "false") => frame.local = Some(word == "true"),
            (Some("time" | "timestamp"), _) => frame.time = Some(word.to_owned()),
            _ => {}
        }
    }

    /// A string that says to which connection a description belongs, or when it was handed over.
    fn note(&mut self, raw: &str) {
        let Some(frame) = self.frames.last_mut().filter(|_| raw.len() <= 200) else {
            return;
        };
        let text = || Some(unescape(raw).into_owned()).filter(|text| !text.is_empty());
        match frame.key.clone().map(|key| &self.text[key]) {
            Some("time" | "timestamp") => frame.time = text(),
            // `{UUID} 1795165589129990 (id=… url=…)`: the first word names it.
            Some("pcid") => frame.connection = text().map(|text| text.split(' ').take(1).collect()),
            None if !frame.object && frame.index == 1 && frame.label.is_some() => frame.connection = text(),
            _ => {}
        }
    }

    fn open(&mut self, object: bool) {
        if self.frames.len() >= DEPTH {
            self.broken(self.at, DamageKind::Json, "JSON nested too deeply");
            self.at = self.text.len();
            return;
        }
        self.at += 1;
        self.frames.push(Frame {
            object,
            key: None,
            index: 0,
            label: None,
            offerer: None,
            local: None,
            results: Vec::new(),
            inner: Vec::new(),
            before: self.found.len(),
            time: None,
            connection: None,
        });
    }

    fn close(&mut self, object: bool) {
        let at = self.at;
        self.at += 1;
        match self.frames.pop() {
            Some(frame) if frame.object == object => self.label(&frame),
            Some(frame) => {
                self.broken(at, DamageKind::Json, "a bracket of the wrong kind");
                self.label(&frame);
            }
            None => self.broken(at, DamageKind::Json, "a bracket too many"),
        }
        if self.frames.is_empty() {
            self.top += 1;
        }
    }

    /// What the object is called goes to the descriptions in it; rollback has none.
    fn label(&mut self, frame: &Frame) {
        for &index in frame.results.iter().chain(&frame.inner) {
            let found = &mut self.found[index];
            found.time = found.time.take().or_else(|| frame.time.clone());
            let side = frame.local.map(|local| if local { "local" } else { "remote" });
            found.label = found.label.take().or_else(|| side.map(str::to_owned));
            if !frame.object {
                found.connection = found.connection.take().or_else(|| frame.connection.clone());
            }
        }
        if frame.object && frame.connection.is_some() {
            let within = self.found[frame.before..].iter_mut();
            within
                .filter(|found| found.connection.is_none())
                .for_each(|found| found.connection.clone_from(&frame.connection));
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.inner.extend(&frame.results);
        }
        let kind = frame.label.as_deref().and_then(DescriptionType::from_name);
        for &index in &frame.results {
            let found = &mut self.found[index];
            if frame.object {
                found.kind = kind.or(found.kind);
                let local = match found.place.rsplit('/').next() {
                    Some("localSdp") => true,
                    Some("remoteSdp") => false,
                    _ => continue,
                };
                found.kind = found.kind.or(frame.offerer.map(|offerer| match offerer == local {
                    true => DescriptionType::Offer,
                    false => DescriptionType::Answer,
                }));
            }
        }
        if frame.object && kind == Some(DescriptionType::Rollback) && frame.results.is_empty() {
            let place = self.place();
            self.push(Cow::Borrowed(""), self.at, kind, place);
        }
    }

    fn string(&mut self) {
        let start = self.at;
        let Literal { raw, end, whole } = literal(self.text, start);
        self.at = end;
        let is_key = self
            .frames
            .last()
            .is_some_and(|frame| frame.object && frame.key.is_none());
        if is_key && whole && next_is_colon(&self.text.as_bytes()[end..]) {
            if self.frames.len() == 1 && self.members.len() < 8 {
                self.members.push(raw.chars().take(40).collect());
            }
            if raw == "PeerConnections" && self.frames.len() == 1 && self.wrapper == Wrapper::Json {
                self.wrapper = Wrapper::WebrtcInternals;
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.key = Some(start + 1..start + 1 + raw.len());
            }
            return;
        }
        let key = self
            .frames
            .last()
            .and_then(|frame| frame.key.clone())
            .map(|key| &self.text[key]);
        let names_type = match self.frames.last() {
            Some(frame) => {
                frame.label.is_none()
                    && if frame.object {
                        key == Some("type")
                    } else {
                        frame.index == 0
                    }
            }
            None => false,
        };
        let is_sdp = key == Some("sdp");
        let may_hold =
            memchr::memmem::find(raw.as_bytes(), b"v=0").is_some() || raw.starts_with("eyJ") || raw.starts_with("dj0");
        if names_type && raw.len() <= 64 {
            let name = unescape(raw).into_owned();
            if let Some(frame) = self.frames.last_mut() {
                frame.label = Some(name);
            }
        }
        if may_hold || is_sdp {
            self.value(start, raw, is_sdp);
        } else {
            self.note(raw);
        }
        if !whole {
            self.broken(self.text.len(), DamageKind::Truncated, "the JSON ends within a string");
        }
        if self.frames.is_empty() {
            self.top += 1;
        }
    }

    /// A string that may be a description, or hold one.
    fn value(&mut self, start: usize, raw: &'a str, is_sdp: bool) {
        let value = unescape(raw);
        let place = self.place();
        let trimmed = value.trim_start();
        if trimmed.starts_with("v=0") || (is_sdp && super::lines::looks_like_sdp(trimmed)) {
            return self.push(value, start, None, place);
        }
        if let Some((kind, sdp)) = old_value(trimmed) {
            let sdp = sdp.to_owned();
            return self.push(Cow::Owned(sdp), start, kind, place);
        }
        let mut inner = search(&value, self.depth - 1);
        inner.truncate(super::LIMIT.saturating_sub(self.found.len()));
        let at = self.positions.at(start);
        let (wrapper, label) = (self.wrapper, self.own_label());
        for mut found in super::lift(inner, wrapper, at, &place) {
            // A string in JSON is no wrapping of its own.
            if found
                .wrappers
                .get(1)
                .is_some_and(|inner| matches!(inner, Wrapper::Json | Wrapper::Quoted))
            {
                found.wrappers.remove(1);
            }
            found.label = found.label.or_else(|| label.clone());
            if found.kind.is_none() {
                found.kind = DescriptionType::last_in(label.as_deref().unwrap_or(""));
            }
            found.connection = found.connection.or_else(|| self.own_connection());
            if let Some(frame) = self.frames.last_mut() {
                frame.inner.push(self.found.len());
            }
            self.found.push(found);
        }
    }

    fn push(&mut self, sdp: Cow<'a, str>, start: usize, kind: Option<DescriptionType>, place: String) {
        if self.found.len() >= super::LIMIT {
            return;
        }
        let (line, column) = self.positions.at(start);
        if let Some(frame) = self.frames.last_mut() {
            frame.results.push(self.found.len());
        }
        let (label, connection) = (self.own_label(), self.own_connection());
        self.found.push(Found {
            kind: kind.or_else(|| self.kind_of_keys()),
            sdp,
            wrappers: vec![self.wrapper],
            place,
            label,
            connection,
            time: None,
            line,
            column,
            places: Vec::new(),
            damage: Vec::new(),
        });
    }

    /// The peer connection around, where it is the name of a member: `{"PeerConnections": {"8-1": …}}`.
    fn own_connection(&self) -> Option<String> {
        let key = |frame: &Frame| frame.key.clone().map(|key| &self.text[key]);
        let mut frames = self.frames.iter();
        frames.find(|frame| key(frame).is_some_and(|key| key.eq_ignore_ascii_case("PeerConnections")))?;
        let name = frames.next().filter(|frame| frame.object).and_then(key);
        name.map(|name| unescape(name).into_owned())
    }

    /// The nearest label around that is no type: `setLocalDescription` in dumps.
    fn own_label(&self) -> Option<String> {
        let labels = self.frames.iter().rev().filter_map(|frame| frame.label.as_deref());
        labels
            .into_iter()
            .find(|label| DescriptionType::from_name(label).is_none())
            .map(str::to_owned)
    }

    /// The type of the object, else, as in `{"offer": {"sdp": …}}`, that of the name it goes by.
    fn kind_of_keys(&self) -> Option<DescriptionType> {
        let own = self.frames.last().and_then(|frame| frame.label.as_deref());
        own.and_then(DescriptionType::from_name).or_else(|| {
            let keys = self.frames.iter().rev().filter_map(|frame| frame.key.clone());
            keys.map(|key| &self.text[key]).find_map(DescriptionType::from_name)
        })
    }

    /// The JSON pointer of the value that is being read (RFC 6901).
    fn place(&self) -> String {
        let mut place = match self.top {
            0 => String::new(),
            top => format!("/{top}"),
        };
        for frame in &self.frames {
            match (&frame.key, frame.object) {
                (Some(key), true) => {
                    place.push('/');
                    place.push_str(&unescape(&self.text[key.clone()]).replace('~', "~0").replace('/', "~1"));
                }
                (None, true) => {}
                (_, false) => place.push_str(&format!("/{}", frame.index)),
            }
        }
        place
    }

    fn broken(&mut self, at: usize, kind: DamageKind, what: &str) {
        if self.damage.is_none() {
            let (line, column) = position(self.text, at);
            self.damage = Some(Damage {
                kind,
                line,
                column,
                sdp_line: 0,
                what: what.to_owned(),
            });
        }
        // What was found so far is whole; what is being read has it.
        if let (DamageKind::Json, Some(damage)) = (kind, &self.damage)
            && let Some(found) = self.found.last_mut()
            && found.damage.is_empty()
        {
            found.damage.push(damage.clone());
        }
    }

    /// The text ends within objects: the last description may be incomplete.
    fn cut(&mut self) {
        while let Some(frame) = self.frames.pop() {
            self.label(&frame);
        }
        let Some(damage) = self.damage.clone() else { return };
        if let Some(found) = self.found.last_mut()
            && found.damage.is_empty()
            && damage.kind == DamageKind::Truncated
        {
            let sdp_line = line_count(&found.sdp);
            found.damage.push(Damage { sdp_line, ..damage });
        }
    }
}

/// A string literal of JSON.
struct Literal<'a> {
    /// What stands between the quotation marks.
    raw: &'a str,
    /// The octet after it.
    end: usize,
    /// Whether the second quotation mark is there.
    whole: bool,
}

fn literal(text: &str, start: usize) -> Literal<'_> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(step) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += step;
        if bytes[at] == b'"' {
            return Literal {
                raw: &text[start + 1..at],
                end: at + 1,
                whole: true,
            };
        }
        // A backslash takes the next octet with it, if there is one.
        at = (at + 2).min(bytes.len());
    }
    Literal {
        raw: &text[start + 1..],
        end: text.len(),
        whole: false,
    }
}

fn next_is_colon(bytes: &[u8]) -> bool {
    bytes.iter().find(|octet| !octet.is_ascii_whitespace()) == Some(&b':')
}

/// `type: offer, sdp: v=0…` in dumps of old Chrome.
fn old_value(text: &str) -> Option<(Option<DescriptionType>, &str)> {
    let rest = text.strip_prefix("type: ")?;
    let (kind, rest) = rest.split_once(',')?;
    let sdp = rest.trim_start().strip_prefix("sdp: ")?;
    sdp.starts_with("v=0")
        .then(|| (DescriptionType::from_name(kind.trim()), sdp))
}

/// The text that a literal of JSON (or JavaScript, or C) stands for. Escapes that mean nothing stay as they are.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(next) = rest.chars().next() else {
            return Cow::Owned(text); // a lone backslash at the end: the input was cut there
        };
        let mut length = next.len_utf8();
        match next {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            '"' | '\\' | '/' | '\'' | '`' => text.push(next),
            '\n' => {} // JavaScript and C: the line goes on
            '\r' => length += usize::from(rest[1..].starts_with('\n')),
            'u' | 'x' => match escape_number(rest) {
                Some((character, used)) => {
                    text.push(character);
                    length = used;
                }
                None => text.extend(['\\', next]),
            },
            _ => text.extend(['\\', next]),
        }
        rest = &rest[length..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// `uXXXX`, perhaps a pair of surrogates, or `xXX`: the character, and how many octets it took.
fn escape_number(text: &str) -> Option<(char, usize)> {
    let hex = |from: usize, length: usize| {
        let digits = text.get(from..from + length)?;
        digits
            .bytes()
            .all(|octet| octet.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten()
    };
    if text.starts_with('x') {
        return Some((char::from_u32(hex(1, 2)?)?, 3));
    }
    let first = hex(1, 4)?;
    if (0xd800..0xdc00).contains(&first)
        && text.get(5..7) == Some("\\u")
        && let Some(second @ 0xdc00..0xe000) = hex(7, 4)
    {
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((char::from_u32(code)?, 11));
    }
    Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 5))
}
