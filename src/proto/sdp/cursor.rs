//! [`Cursor`]: reads the value of a line word by word, and notes where it is not what it should be.

use std::str::FromStr;

use super::defect::{Defect, DefectKind};
use super::line::{Attribute, Line};

/// How many problems of one line are kept: enough to tell what is wrong, however long the line is.
const LIMIT: usize = 8;

/// A place in a line: what stands there, what should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Problem<'a> {
    offset: usize,
    kind: DefectKind,
    found: &'a str,
    expected: &'static str,
}

/// Reads one line. Decoders take what they can and note the rest with [`Cursor::expected`]; they never fail as a whole
/// where a part can be read.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    line: Line<'a>,
    /// The octet of the line that comes next.
    at: usize,
    /// What kind of defects the problems are.
    kind: DefectKind,
    problems: Vec<Problem<'a>>,
}

/// What a decoder made of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a, T> {
    /// What could be read; `None` where the value means nothing at all.
    pub value: Option<T>,
    /// What is wrong with it.
    pub defects: Vec<Defect<'a>>,
}

impl<'a> Cursor<'a> {
    /// At the octet `at` of the line; problems become defects of this kind.
    pub fn new(line: Line<'a>, at: usize, kind: DefectKind) -> Cursor<'a> {
        Cursor {
            line,
            at: at.min(line.text.len()),
            kind,
            problems: Vec::new(),
        }
    }

    /// At the value of an `a=NAME:VALUE` line, or at its end if it has no value.
    pub fn attribute(line: Line<'a>) -> Cursor<'a> {
        match line.attribute() {
            Some(attribute) => Cursor::at_value(&attribute),
            None => Cursor::new(line, line.text.len(), DefectKind::BadAttribute),
        }
    }

    /// [`Cursor::attribute`], of an attribute that has been split.
    pub fn at_value(attribute: &Attribute<'a>) -> Cursor<'a> {
        let line = attribute.line;
        let at = attribute
            .value
            .map_or(line.text.len(), |value| line.text.len() - value.len());
        Cursor::new(line, at, DefectKind::BadAttribute)
    }

    /// At the value of a line that is no attribute.
    pub fn value(line: Line<'a>, kind: DefectKind) -> Cursor<'a> {
        Cursor::new(line, 2, kind)
    }

    /// The line it reads.
    pub fn line(&self) -> Line<'a> {
        self.line
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a str {
        self.line.text.get(self.at..).unwrap_or("")
    }

    /// Whether everything has been read, blanks aside.
    pub fn at_end(&self) -> bool {
        self.rest().bytes().all(|octet| octet == b' ' || octet == b'\t')
    }

    /// The next word: up to a blank, which is passed over with those after it. `None` at the end.
    pub fn word(&mut self) -> Option<&'a str> {
        self.skip_blanks();
        let text = self.line.text;
        let from = self.at;
        let rest = text.as_bytes().get(from..)?;
        let length = rest.iter().position(|octet| is_blank(*octet)).unwrap_or(rest.len());
        self.at += length;
        self.skip_blanks();
        text.get(from..from + length).filter(|word| !word.is_empty())
    }

    /// What stands before the first octet (ASCII) that `stop` takes, or before the end. `None` at the end.
    pub fn until(&mut self, stop: impl Fn(u8) -> bool) -> Option<&'a str> {
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        let stops = |octet: &u8| stop(*octet) && octet.is_ascii();
        let end = rest.as_bytes().iter().position(stops).unwrap_or(rest.len());
        self.at += end;
        Some(&rest[..end])
    }

    /// Passes over this character, if it is the next one.
    pub fn skip(&mut self, character: u8) -> bool {
        let next = self.line.text.as_bytes().get(self.at) == Some(&character);
        self.at += usize::from(next && character.is_ascii());
        next
    }

    /// The next word, or a problem where there is none.
    pub fn wanted(&mut self, expected: &'static str) -> Option<&'a str> {
        let word = self.word();
        if word.is_none() {
            self.expected(self.rest(), expected);
        }
        word
    }

    /// A number: digits only. A problem where there is none.
    pub fn number<N: FromStr>(&mut self, expected: &'static str) -> Option<N> {
        let word = self.wanted(expected)?;
        self.parse(word, expected)
    }

    /// `text`, a slice of the line, as a number: digits only. A problem where it is none.
    pub fn parse<N: FromStr>(&mut self, text: &'a str, expected: &'static str) -> Option<N> {
        let number = digits(text);
        if number.is_none() {
            self.expected(text, expected);
        }
        number
    }

    /// Everything that is left, without the blanks around it. `None` if there is nothing.
    pub fn remainder(&mut self) -> Option<&'a str> {
        let rest = self.rest().trim_matches([' ', '\t']);
        self.at = self.line.text.len();
        (!rest.is_empty()).then_some(rest)
    }

    /// A problem unless everything has been read.
    pub fn end(&mut self) {
        self.skip_blanks();
        if self.at < self.line.text.len() {
            self.expected(self.rest(), "nothing more");
            self.at = self.line.text.len();
        }
    }

    /// A blank where none belongs is a problem: `a=rtpmap: 3 GSM/8000`.
    pub fn no_blank(&mut self) {
        if self
            .line
            .text
            .as_bytes()
            .get(self.at)
            .is_some_and(|octet| is_blank(*octet))
        {
            self.expected(self.rest(), "the value without a blank before it");
            self.skip_blanks();
        }
    }

    /// Notes a problem at `found`, a slice of this line (or an empty text, for the place where the cursor is).
    pub fn expected(&mut self, found: &'a str, expected: &'static str) {
        self.expected_as(self.kind, found, expected);
    }

    /// [`Cursor::expected`], as a defect of another kind.
    pub fn expected_as(&mut self, kind: DefectKind, found: &'a str, expected: &'static str) {
        if self.problems.len() >= LIMIT {
            return;
        }
        let start = self.line.text.as_ptr() as usize;
        let offset = (found.as_ptr() as usize)
            .checked_sub(start)
            .filter(|offset| *offset <= self.line.text.len())
            .unwrap_or(self.at);
        self.problems.push(Problem {
            offset,
            kind,
            found,
            expected,
        });
    }

    /// The value with the problems that were found on the way.
    pub fn finish<T>(self, value: Option<T>) -> Decoded<'a, T> {
        if self.problems.is_empty() {
            return Decoded {
                value,
                defects: Vec::new(),
            };
        }
        let line = self.line;
        let defects = self
            .problems
            .into_iter()
            .map(|problem| Defect {
                line: line.number,
                column: line.column(problem.offset),
                kind: problem.kind,
                found: problem.found,
                expected: problem.expected.into(),
            })
            .collect();
        Decoded { value, defects }
    }

    fn skip_blanks(&mut self) {
        let bytes = self.line.text.as_bytes();
        while let Some(b' ' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
    }
}

fn is_blank(octet: u8) -> bool {
    octet == b' ' || octet == b'\t'
}

/// A number of digits only; `parse` would take a sign.
pub(super) fn digits<N: FromStr>(text: &str) -> Option<N> {
    // What else than a sign and digits stands there `parse` refuses by itself.
    let number = text.parse().ok();
    number.filter(|_| text.as_bytes().first() != Some(&b'+') && text.as_bytes().first() != Some(&b'-'))
}

/// RFC 8866 §9 `token-char`: visible ASCII without `"(),/:;<=>?@[\]`.
const TOKEN: [bool; 256] = {
    let separators = b"\"(),/:;<=>?@[\\]";
    let mut table = [false; 256];
    let mut octet = 0x21;
    while octet < 0x7f {
        table[octet] = true;
        octet += 1;
    }
    let mut at = 0;
    while at < separators.len() {
        table[separators[at] as usize] = false;
        at += 1;
    }
    table
};

/// RFC 8866 §9 `token`.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| TOKEN[usize::from(octet)])
}
