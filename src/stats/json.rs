//! A pull reader for JSON of any length: nothing is kept but a window of the input and the token at hand.
//!
//! Dumps grow to gigabytes and are cut off where a disk was full, so the reader hands out members and elements one by one, and
//! says at which octet it had to stop. It is no validator: what can be told apart is read, UTF-8 that is none is replaced.

use std::fmt;
use std::io::{self, Empty, Read};

use memchr::memchr2;
use serde_json::{Map, Number, Value};

use super::decimal::Decimal;

/// Octets of the input in memory at a time.
const WINDOW: usize = 128 << 10;
/// A token that begins with less than this ahead of it has the window moved first.
const AHEAD: usize = 2 << 10;
/// Strings are kept up to this length; [`Json::embedded`] has its own limit.
pub const STRING: usize = 1 << 20;
/// A document in a string is read up to this length.
const EMBEDDED: usize = 64 << 20;
/// Digits of a number that are looked at. No double needs more.
const DIGITS: usize = 1 << 10;
/// Trees are built up to this depth and with so many values; what is beyond is passed over.
const TREE_DEPTH: usize = 32;
const TREE_VALUES: usize = 50_000;

/// Why reading stopped, and where: octets from the start of the (unpacked) input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The octet that is missing or wrong.
    pub offset: u64,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The input ends too early.
    Cut,
    /// Something else was expected.
    Expected(&'static str),
    /// The input cannot be read on: a damaged gzip stream, a disk.
    Io(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Cut => f.write_str("the input ends within a value"),
            Why::Expected(what) => write!(f, "{what} was expected"),
            Why::Io(error) => write!(f, "the input cannot be read on ({error})"),
        }
    }
}

/// The result of reading on.
pub type Result<T> = std::result::Result<T, Stop>;

/// What the next value is, by its first octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or `-`.
    Number,
    /// `true`, `false`, `null`, or what some writers put there: `NaN`, `undefined`.
    Word,
}

/// A value that has no parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`, and words that are no JSON.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number that is a decimal of up to 15 digits or so.
    Decimal(Decimal),
    /// Any other finite number.
    Float(f64),
    /// A string.
    Text(&'a str),
    /// Objects, arrays, numbers without bounds; they were passed over.
    Other,
}

/// The reader: JSON values one after the other, in one stream.
#[derive(Debug)]
pub struct Json<R> {
    source: R,
    window: Vec<u8>,
    /// What is read next, and where the window ends.
    at: usize,
    end: usize,
    /// Octets before the window.
    before: u64,
    ended: bool,
    failure: Option<String>,
    /// Whether the container at hand has not given out anything yet.
    first: bool,
    text: Vec<u8>,
}

impl Json<Empty> {
    /// Reads a text in memory. The buffer can be had back with [`Json::into_buffer`].
    pub fn over(text: Vec<u8>) -> Json<Empty> {
        let end = text.len();
        Json {
            window: text,
            end,
            ended: true,
            ..Json::with_window(io::empty(), Vec::new())
        }
    }

    /// The buffer that was given to [`Json::over`].
    pub fn into_buffer(self) -> Vec<u8> {
        self.window
    }
}

impl<R: Read> Json<R> {
    /// Reads from `source`.
    pub fn new(source: R) -> Json<R> {
        Json::with_window(source, vec![0; WINDOW])
    }

    fn with_window(source: R, window: Vec<u8>) -> Json<R> {
        Json {
            source,
            window,
            at: 0,
            end: 0,
            before: 0,
            ended: false,
            failure: None,
            first: false,
            text: Vec::new(),
        }
    }

    /// Octets read so far.
    pub fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    /// What lies ahead, up to `wanted` octets (no more than [`AHEAD`]), fewer at the end.
    pub fn ahead(&mut self, wanted: usize) -> &[u8] {
        self.more(wanted.min(AHEAD));
        &self.window[self.at..self.end.min(self.at + wanted)]
    }

    /// Passes over so many octets, which [`Json::ahead`] has shown.
    pub fn pass(&mut self, octets: usize) {
        self.at = (self.at + octets).min(self.end);
    }

    /// What the next value is; nothing at the end of the input.
    pub fn peek(&mut self) -> Result<Option<Kind>> {
        let Some(octet) = self.next_octet()? else {
            return Ok(None);
        };
        Ok(Some(match octet {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'"' => Kind::String,
            b'-' | b'0'..=b'9' => Kind::Number,
            b'a'..=b'z' | b'A'..=b'Z' => Kind::Word,
            _ => return Err(self.expected("a value")),
        }))
    }

    /// What the next value is; there must be one.
    pub fn kind(&mut self) -> Result<Kind> {
        self.peek()?.ok_or_else(|| self.cut())
    }

    /// Enters an object or an array.
    pub fn open(&mut self) -> Result<()> {
        match self.next_octet()? {
            Some(b'{' | b'[') => {
                self.at += 1;
                self.first = true;
                Ok(())
            }
            Some(_) => Err(self.expected("an object or an array")),
            None => Err(self.cut()),
        }
    }

    /// The key of the next member; nothing at the end of the object, which is then left.
    pub fn key(&mut self) -> Result<Option<&str>> {
        let Some(mut inside) = self.quoted_key()? else {
            return Ok(None);
        };
        if self.window[self.at..self.end].first() != Some(&b':') {
            // Looking for the colon may move the window.
            inside = self.copy(inside);
            self.colon()?;
        }
        self.at += 1;
        Ok(Some(self.text_of(inside)))
    }

    /// [`Json::key`], and what its value is.
    pub fn member(&mut self) -> Result<Option<(&str, Kind)>> {
        let Some(inside) = self.quoted_key()? else {
            return Ok(None);
        };
        let inside = self.copy(inside);
        self.colon()?;
        self.at += 1;
        let kind = self.kind()?;
        Ok(Some((self.text_of(inside), kind)))
    }

    fn quoted_key(&mut self) -> Result<Option<Inside>> {
        if !self.part(b'}')? {
            return Ok(None);
        }
        if self.next_octet()? != Some(b'"') {
            return Err(self.stopped("a key"));
        }
        self.at += 1;
        self.quoted(STRING).map(Some)
    }

    fn colon(&mut self) -> Result<()> {
        match self.next_octet()? {
            Some(b':') => Ok(()),
            _ => Err(self.stopped("`:`")),
        }
    }

    /// The inside of a string where the window can be moved.
    fn copy(&mut self, inside: Inside) -> Inside {
        if let Inside::Window(start, length) = inside {
            self.text.clear();
            self.text.extend_from_slice(&self.window[start..start + length]);
        }
        Inside::Copy
    }

    /// Whether there is another element; if not, the array is left.
    pub fn element(&mut self) -> Result<bool> {
        self.part(b']')
    }

    fn part(&mut self, close: u8) -> Result<bool> {
        let first = std::mem::take(&mut self.first);
        match self.next_octet()? {
            Some(octet) if octet == close => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.at += 1;
                // A comma before the end is a mistake that many writers make.
                match self.next_octet()? {
                    Some(octet) if octet == close => {
                        self.at += 1;
                        Ok(false)
                    }
                    Some(_) => Ok(true),
                    None => Err(self.cut()),
                }
            }
            Some(_) if first => Ok(true),
            Some(_) => Err(self.expected("`,` or the end of the list")),
            None => Err(self.cut()),
        }
    }

    /// A string, up to [`STRING`] octets of it.
    pub fn string(&mut self) -> Result<&str> {
        if self.next_octet()? != Some(b'"') {
            return Err(self.stopped("a string"));
        }
        self.at += 1;
        let inside = self.quoted(STRING)?;
        Ok(self.text_of(inside))
    }

    /// A reader for the document in the next string. `buffer` is used for it.
    ///
    /// A string that is cut off gives what there is of it, and why it was cut.
    pub fn embedded(&mut self, buffer: Vec<u8>) -> (Json<Empty>, Result<()>) {
        let kept = std::mem::replace(&mut self.text, buffer);
        let result = match self.next_octet() {
            Ok(Some(b'"')) => {
                self.at += 1;
                self.copied(EMBEDDED)
            }
            Ok(_) => Err(self.stopped("a string")),
            Err(stop) => Err(stop),
        };
        let text = std::mem::replace(&mut self.text, kept);
        (Json::over(text), result)
    }

    /// The next value, if it has no parts.
    #[inline]
    pub fn scalar(&mut self) -> Result<Scalar<'_>> {
        Ok(match self.kind()? {
            Kind::Number => self.number()?,
            Kind::String => Scalar::Text(self.string()?),
            Kind::Word => self.word()?,
            Kind::Object | Kind::Array => {
                self.skip()?;
                Scalar::Other
            }
        })
    }

    /// A number of any kind, or nothing if the next value is none.
    pub fn f64(&mut self) -> Result<Option<f64>> {
        Ok(match self.scalar()? {
            Scalar::Decimal(decimal) => Some(decimal.to_f64()),
            Scalar::Float(number) => Some(number),
            _ => None,
        })
    }

    /// Passes over the next value, however deep it is.
    pub fn skip(&mut self) -> Result<()> {
        let mut depth = 0_u64;
        loop {
            match self.kind_within()? {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => self.pass_string()?,
                b',' | b':' if depth > 0 => {}
                b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => self.pass_plain()?,
                _ => {
                    self.at -= 1;
                    return Err(self.expected("a value"));
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// The next value as a tree: for what is small. Parts beyond the limits of this module are null.
    pub fn tree(&mut self) -> Result<Value> {
        let mut left = TREE_VALUES;
        self.branch(TREE_DEPTH, &mut left)
    }

    fn branch(&mut self, depth: usize, left: &mut usize) -> Result<Value> {
        if depth == 0 || *left == 0 {
            self.skip()?;
            return Ok(Value::Null);
        }
        *left -= 1;
        Ok(match self.kind()? {
            Kind::Object => {
                let mut members = Map::new();
                self.open()?;
                while let Some(key) = self.key()? {
                    let key = key.to_owned();
                    let value = self.branch(depth - 1, left)?;
                    members.insert(key, value);
                }
                Value::Object(members)
            }
            Kind::Array => {
                let mut values = Vec::new();
                self.open()?;
                while self.element()? {
                    values.push(self.branch(depth - 1, left)?);
                }
                Value::Array(values)
            }
            Kind::String | Kind::Number | Kind::Word => self.scalar()?.to_value(),
        })
    }

    /// Whether an object is the next element of the array at hand; nothing is taken.
    pub fn then_object(&mut self) -> Result<bool> {
        if self.next_octet()? != Some(b',') {
            return Ok(false);
        }
        self.more(AHEAD);
        let rest = &self.window[self.at + 1..self.end];
        Ok(rest.iter().find(|octet| !octet.is_ascii_whitespace()) == Some(&b'{'))
    }

    /// Copies the rest of the input, up to a limit.
    pub fn rest(&mut self, limit: u64, to: &mut Vec<u8>) -> Result<()> {
        loop {
            to.extend_from_slice(&self.window[self.at..self.end]);
            self.at = self.end;
            if to.len() as u64 > limit || !self.refill() {
                break;
            }
        }
        match &self.failure {
            Some(_) => Err(self.cut()),
            None => Ok(()),
        }
    }

    /// Passes over the rest of the line, if there is one; for lists of documents, one a line.
    pub fn skip_line(&mut self) -> bool {
        loop {
            match memchr::memchr(b'\n', &self.window[self.at..self.end]) {
                Some(length) => {
                    self.at += length + 1;
                    return true;
                }
                None => {
                    self.at = self.end;
                    if !self.refill() {
                        return false;
                    }
                }
            }
        }
    }

    /// The next octet that is no blank; it is not passed over.
    #[inline]
    fn next_octet(&mut self) -> Result<Option<u8>> {
        loop {
            while self.at < self.end {
                let octet = self.window[self.at];
                if !matches!(octet, b' ' | b'\n' | b'\r' | b'\t') {
                    return Ok(Some(octet));
                }
                self.at += 1;
            }
            if !self.refill() {
                return match &self.failure {
                    Some(_) => Err(self.cut()),
                    None => Ok(None),
                };
            }
        }
    }

    /// The next octet of a value that is passed over, taken.
    fn kind_within(&mut self) -> Result<u8> {
        let octet = self.next_octet()?.ok_or_else(|| self.cut())?;
        self.at += 1;
        Ok(octet)
    }

    /// Moves the window on so that `wanted` octets are ahead, unless the input ends before.
    fn more(&mut self, wanted: usize) {
        while self.end - self.at < wanted && self.refill() {}
    }

    /// Reads more into the window; false at the end. What is before `at` goes.
    fn refill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.window.copy_within(self.at..self.end, 0);
        self.before += self.at as u64;
        self.end -= self.at;
        self.at = 0;
        loop {
            match self.source.read(&mut self.window[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(length) => self.end += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.ended = true;
                    // A stream of gzip that ends too early is an input that does.
                    if error.kind() != io::ErrorKind::UnexpectedEof {
                        self.failure = Some(error.to_string());
                    }
                }
            }
            return !self.ended;
        }
    }

    /// The inside of a string whose quotation mark was taken: a part of the window if it is there as it is, else copied.
    fn quoted(&mut self, limit: usize) -> Result<Inside> {
        if self.end - self.at < AHEAD {
            self.more(AHEAD);
        }
        if let Some(length) = memchr2(b'"', b'\\', &self.window[self.at..self.end])
            && self.window[self.at + length] == b'"'
        {
            let start = self.at;
            self.at += length + 1;
            if length <= limit && std::str::from_utf8(&self.window[start..start + length]).is_ok() {
                return Ok(Inside::Window(start, length));
            }
            self.at = start;
        }
        self.text.clear();
        self.copied(limit)?;
        if let Err(error) = std::str::from_utf8(&self.text) {
            // A letter that the limit cut in two is not damage.
            match error.error_len() {
                None => self.text.truncate(error.valid_up_to()),
                Some(_) => self.text = String::from_utf8_lossy(&self.text).into_owned().into_bytes(),
            }
        }
        Ok(Inside::Copy)
    }

    fn text_of(&self, inside: Inside) -> &str {
        let octets = match inside {
            Inside::Window(start, length) => &self.window[start..start + length],
            Inside::Copy => &self.text,
        };
        std::str::from_utf8(octets).unwrap_or_default()
    }

    /// Copies the rest of a string to `text`, without its escapes; no more than `limit` octets of it are kept.
    fn copied(&mut self, limit: usize) -> Result<()> {
        self.text.clear();
        loop {
            let rest = &self.window[self.at..self.end];
            let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            let room = limit.saturating_sub(self.text.len());
            self.text.extend_from_slice(&rest[..length.min(room)]);
            self.at += length;
            if self.at == self.end {
                if !self.refill() {
                    return Err(self.cut());
                }
                continue;
            }
            self.at += 1;
            if self.window[self.at - 1] == b'"' {
                return Ok(());
            }
            let room = limit.saturating_sub(self.text.len()) >= 4;
            let character = self.escape()?;
            if room {
                self.text
                    .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }

    /// The character of an escape whose backslash was taken.
    fn escape(&mut self) -> Result<char> {
        self.more(12);
        let Some(&octet) = self.window[self.at..self.end].first() else {
            return Err(self.cut());
        };
        self.at += 1;
        Ok(match octet {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(),
            _ if octet.is_ascii() => char::from(octet),
            _ => {
                self.at -= 1;
                '\\'
            }
        })
    }

    fn unicode(&mut self) -> Result<char> {
        let Some(high) = self.hex() else {
            // Not four digits: cut, or no escape at all.
            return if self.end - self.at < 4 {
                Err(self.cut())
            } else {
                Ok(char::REPLACEMENT_CHARACTER)
            };
        };
        self.at += 4;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if self.window[self.at..self.end].starts_with(b"\\u") {
            self.at += 2;
            if let Some(low) = self.hex().filter(|low| (0xdc00..0xe000).contains(low)) {
                self.at += 4;
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at -= 2;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&self) -> Option<u32> {
        let digits = self.window[self.at..self.end].get(..4)?;
        let digits = std::str::from_utf8(digits).ok()?;
        u32::from_str_radix(digits, 16).ok()
    }

    fn pass_string(&mut self) -> Result<()> {
        loop {
            let rest = &self.window[self.at..self.end];
            let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            self.at += length;
            if self.at == self.end {
                if !self.refill() {
                    return Err(self.cut());
                }
                continue;
            }
            self.at += 1;
            if self.window[self.at - 1] == b'"' {
                return Ok(());
            }
            self.more(1);
            self.pass(1);
        }
    }

    /// Passes over the rest of a number or a word.
    fn pass_plain(&mut self) -> Result<()> {
        loop {
            let rest = &self.window[self.at..self.end];
            let length = rest.iter().position(|octet| !is_plain(*octet)).unwrap_or(rest.len());
            self.at += length;
            if self.at < self.end || !self.refill() {
                return Ok(());
            }
        }
    }

    fn number(&mut self) -> Result<Scalar<'static>> {
        if self.end - self.at < AHEAD {
            self.more(AHEAD);
        }
        let rest = &self.window[self.at..self.end];
        let length = rest.iter().position(|octet| !is_plain(*octet)).unwrap_or(rest.len());
        if length > DIGITS {
            self.pass_plain()?;
            return Ok(Scalar::Other);
        }
        let text = &rest[..length];
        if let Some(decimal) = Decimal::parse(text) {
            self.at += length;
            return Ok(Scalar::Decimal(decimal));
        }
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
        match number {
            Some(number) => {
                self.at += length;
                Ok(if number.is_finite() {
                    Scalar::Float(number)
                } else {
                    Scalar::Other
                })
            }
            None if self.at + length == self.end && self.ended => Err(self.cut()),
            None => Err(self.expected("a number")),
        }
    }

    fn word(&mut self) -> Result<Scalar<'static>> {
        const WORDS: [(&[u8], Scalar<'static>); 6] = [
            (b"null", Scalar::Null),
            (b"true", Scalar::Bool(true)),
            (b"false", Scalar::Bool(false)),
            (b"NaN", Scalar::Null),
            (b"Infinity", Scalar::Null),
            (b"undefined", Scalar::Null),
        ];
        self.more(16);
        let rest = &self.window[self.at..self.end];
        let length = rest
            .iter()
            .position(|octet| !octet.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        match WORDS.iter().find(|(word, _)| *word == &rest[..length]) {
            Some((_, value)) => {
                self.at += length;
                Ok(*value)
            }
            None if self.at + length == self.end && self.ended => {
                self.at = self.end;
                Err(self.cut())
            }
            None => Err(self.expected("a value")),
        }
    }

    /// Something else stands here than what was expected.
    pub fn expected(&self, what: &'static str) -> Stop {
        Stop {
            offset: self.offset(),
            why: Why::Expected(what),
        }
    }

    /// Something is missing: the rest of the input, or what was expected.
    fn stopped(&self, what: &'static str) -> Stop {
        if self.at == self.end && self.ended {
            self.cut()
        } else {
            self.expected(what)
        }
    }

    /// The input ends here, or could not be read on.
    fn cut(&self) -> Stop {
        let why = self.failure.clone().map_or(Why::Cut, Why::Io);
        Stop {
            offset: self.before + self.end as u64,
            why,
        }
    }
}

/// Where the inside of a string is.
#[derive(Clone, Copy, Debug)]
enum Inside {
    Window(usize, usize),
    Copy,
}

impl Scalar<'_> {
    /// As a value of a tree.
    pub fn to_value(self) -> Value {
        match self {
            Scalar::Null | Scalar::Other => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Decimal(decimal) => match decimal.to_i64() {
                Some(integer) => Value::from(integer),
                None => Number::from_f64(decimal.to_f64()).map_or(Value::Null, Value::Number),
            },
            Scalar::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Scalar::Text(text) => Value::from(text),
        }
    }
}

fn is_plain(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.')
}
