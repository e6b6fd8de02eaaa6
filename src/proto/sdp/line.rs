//! [`Line`]: one line of a description, as it stands there, with its number.

use std::fmt;

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineEnding {
    /// Carriage return and line feed, as RFC 8866 §9 asks for.
    CrLf,
    /// Line feed alone; readers take it (RFC 8866 §5).
    Lf,
    /// Carriage return alone.
    Cr,
    /// The text ends here.
    None,
}

impl LineEnding {
    /// The octets of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            LineEnding::CrLf => "\r\n",
            LineEnding::Lf => "\n",
            LineEnding::Cr => "\r",
            LineEnding::None => "",
        }
    }
}

/// One line: a view into the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1, blank lines counted.
    pub number: usize,
    /// The octet of the text at which it begins.
    pub offset: usize,
    /// The line without its end.
    pub text: &'a str,
    /// Its end.
    pub ending: LineEnding,
}

impl<'a> Line<'a> {
    /// The type: the letter before the first `=`. `None` where the line does not begin with a letter and `=`.
    pub fn letter(&self) -> Option<char> {
        match self.text.as_bytes() {
            [letter, b'=', ..] if letter.is_ascii_alphabetic() => Some(char::from(*letter)),
            _ => None,
        }
    }

    /// What stands after the letter and `=`; the whole line where these are missing.
    pub fn value(&self) -> &'a str {
        match self.letter() {
            Some(_) => &self.text[2..],
            None => self.text,
        }
    }

    /// Whether there is nothing on the line, or blanks only.
    pub fn is_blank(&self) -> bool {
        self.text.bytes().all(|octet| octet == b' ' || octet == b'\t')
    }

    /// The name and the value of an `a=` line: `a=NAME` or `a=NAME:VALUE`.
    pub fn attribute(&self) -> Option<Attribute<'a>> {
        let text = self.text.strip_prefix("a=")?;
        let (name, value) = match text.as_bytes().iter().position(|octet| *octet == b':') {
            Some(colon) => (text.get(..colon)?, text.get(colon + 1..)),
            None if text.ends_with([' ', '\t']) => (text.trim_end_matches([' ', '\t']), None),
            None => (text, None),
        };
        Some(Attribute {
            line: *self,
            name,
            value,
        })
    }

    /// Whether this is an `a=` line of this name; cheaper than [`Line::attribute`].
    pub fn is_attribute(&self, name: &str) -> bool {
        let Some(rest) = self.text.strip_prefix("a=").and_then(|text| text.strip_prefix(name)) else {
            return false;
        };
        match rest.as_bytes() {
            [] | [b':', ..] => true,
            // `a=rtcp-mux ` with blanks at the end
            rest => rest.iter().all(|octet| matches!(octet, b' ' | b'\t')),
        }
    }

    /// The column (characters, from 1) at which `part`, a slice of this line, begins. `None` where it is no slice of it.
    pub fn column_of(&self, part: &str) -> Option<usize> {
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (offset + part.len() <= self.text.len()).then(|| self.column(offset))
    }

    /// The column (characters, from 1) of an octet of the line.
    pub fn column(&self, offset: usize) -> usize {
        let bytes = &self.text.as_bytes()[..offset.min(self.text.len())];
        // Octets that begin a character.
        1 + bytes.iter().filter(|octet| (**octet & 0xc0) != 0x80).count()
    }
}

impl fmt::Display for Line<'_> {
    /// The line without its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

/// An `a=` line, split at its first colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The line.
    pub line: Line<'a>,
    /// What stands before the colon.
    pub name: &'a str,
    /// What stands after it; `None` if there is no colon.
    pub value: Option<&'a str>,
}

/// The starts of the lines of a text: one number a line, so that a text of 10 million empty lines fits too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Starts(Vec<usize>);

impl Starts {
    /// Finds the lines. A line end is CR LF, LF or CR; what follows the last one is a line only if it is not empty.
    pub(super) fn of(text: &str) -> Starts {
        let bytes = text.as_bytes();
        // Lines of descriptions have some 40 octets.
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        if !bytes.is_empty() {
            starts.push(0);
        }
        let mut ends = memchr::memchr2_iter(b'\n', b'\r', bytes).peekable();
        while let Some(end) = ends.next() {
            let both = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
            if both {
                ends.next();
            }
            starts.push(end + 1 + usize::from(both));
        }
        if starts.len() > 1 && starts.last() == Some(&bytes.len()) {
            starts.pop();
        }
        Starts(starts)
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The offset of a line; that of the end for the line after the last.
    pub(super) fn offset(&self, index: usize) -> Option<usize> {
        self.0.get(index).copied()
    }

    /// The line with this index (from 0).
    pub(super) fn line<'a>(&self, text: &'a str, index: usize) -> Option<Line<'a>> {
        let offset = self.offset(index)?;
        let whole = &text[offset..self.offset(index + 1).unwrap_or(text.len())];
        let (length, ending) = match whole.as_bytes() {
            [.., b'\r', b'\n'] => (whole.len() - 2, LineEnding::CrLf),
            [.., b'\n'] => (whole.len() - 1, LineEnding::Lf),
            [.., b'\r'] => (whole.len() - 1, LineEnding::Cr),
            _ => (whole.len(), LineEnding::None),
        };
        Some(Line {
            number: index + 1,
            offset,
            text: &whole[..length],
            ending,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, &str, LineEnding)> {
        let starts = Starts::of(text);
        (0..starts.len())
            .filter_map(|index| starts.line(text, index))
            .map(|line| (line.number, line.text, line.ending))
            .collect()
    }

    #[test]
    fn all_line_ends_and_blank_lines_count() {
        use LineEnding::{Cr, CrLf, Lf, None};
        assert_eq!(
            lines("v=0\r\n\no=-\rs=\r\r\nt"),
            [
                (1, "v=0", CrLf),
                (2, "", Lf),
                (3, "o=-", Cr),
                (4, "s=", Cr),
                (5, "", CrLf),
                (6, "t", None)
            ]
        );
        assert_eq!(lines(""), []);
        assert_eq!(lines("\n"), [(1, "", Lf)]);
    }

    #[test]
    fn letters_values_and_names() {
        let line = |text| Line {
            number: 1,
            offset: 0,
            text,
            ending: LineEnding::None,
        };
        assert_eq!((line("v=0").letter(), line("v=0").value()), (Some('v'), "0"));
        assert_eq!((line("=0").letter(), line("=0").value()), (None, "=0"));
        assert_eq!((line("ä=0").letter(), line("").letter()), (None, None));
        let mid = line("a=mid:0:1").attribute().map(|a| (a.name, a.value));
        assert_eq!(mid, Some(("mid", Some("0:1"))));
        let mux = line("a=rtcp-mux ").attribute().map(|a| (a.name, a.value));
        assert_eq!(mux, Some(("rtcp-mux", None)));
        assert!(line("a=rtcp-mux ").is_attribute("rtcp-mux") && line("a=rtcp-mux:").is_attribute("rtcp-mux"));
        assert!(!line("a=rtcp-mux-only").is_attribute("rtcp-mux") && !line("a=rtcp").is_attribute("rtcp-mux"));
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let text = "s=ä x";
        let line = Line {
            number: 1,
            offset: 0,
            text,
            ending: LineEnding::None,
        };
        assert_eq!(line.column_of(&text[5..]), Some(5));
        assert_eq!(line.column_of("elsewhere"), None);
    }
}
