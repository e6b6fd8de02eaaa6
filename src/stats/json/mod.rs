//! A pull reader for JSON of any length: nothing is kept but a window of the input and the token at hand.
//!
//! Dumps grow to gigabytes and are cut off where a disk was full, so the reader hands out members and elements one by one, and
//! says at which octet it had to stop. It is no validator: what can be told apart is read, UTF-8 that is none is replaced.

mod string;
mod value;

use std::fmt;
use std::io::{self, Empty, Read};

pub use value::Scalar;

use string::{Inside, STRING};

/// Octets of the input in memory at a time.
const WINDOW: usize = 128 << 10;
/// A token that begins with less than this ahead of it has the window moved first.
const AHEAD: usize = 2 << 10;

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

    /// What lies ahead, up to `wanted` octets (no more than `AHEAD`), fewer at the end.
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
