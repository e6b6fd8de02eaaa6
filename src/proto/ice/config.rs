//! Finds the configuration in a pasted text and reads it as JSON5.
//!
//! The text may be JSON, or a piece of JavaScript: `const config = {…};`, `new RTCPeerConnection({…})`, a function
//! around it. Nothing is evaluated: the brackets around `iceServers` (or around `urls`) are found and what is between
//! them must be plain data. Positions in errors are those of the whole text.

use json5::{ErrorCode, Position};
use serde_json::Value;

use crate::proto::ice::error::{IceServersError, IceServersErrorKind};

/// No configuration nests deeper; a limit keeps the recursive reader off the end of the stack.
const DEEPEST: usize = 64;

/// Names that mark a configuration, and names that mark a server in it, as they are met in the field.
const CONFIGURATION: [&str; 3] = ["iceServers", "ice_servers", "iceservers"];
const SERVER: [&str; 4] = ["urls", "url", "uris", "uri"];

/// The configuration as data.
pub(super) struct Config {
    /// An RTCConfiguration, a list of servers, or one server.
    pub value: Value,
    /// The line and column (from 1) of a member that is no plain data; then only `iceServers` was read.
    pub partly_read: Option<(usize, usize)>,
}

/// Reads the configuration in `text`.
pub(super) fn read(text: &str) -> Result<Config, IceServersError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let scan = scan(text)?;
    if scan.blank {
        return Err(IceServersError::new(IceServersErrorKind::Empty, None));
    }
    let Some(bracket) = scan.target() else {
        return Err(IceServersError::new(IceServersErrorKind::NoServers, None));
    };
    let outer = scan.parse(text, bracket);
    if scan.plain && outer.is_ok() {
        scan.nothing_after(text, bracket)?;
    }
    match (outer, scan.list()) {
        (Ok(value), _) => Ok(Config {
            value,
            partly_read: None,
        }),
        // Other members may be computed (`certificates: [certificate]`) without harm to the servers.
        (Err(error), Some(list)) if list != bracket => Ok(Config {
            value: scan.parse(text, list)?,
            partly_read: error.position(),
        }),
        (Err(error), _) => Err(error),
    }
}

/// A pair of brackets or braces.
struct Bracket {
    /// Brackets, not braces.
    list: bool,
    open: usize,
    /// The offset after the closing one; none if there is none.
    end: Option<usize>,
    parent: Option<usize>,
}

/// A word of interest, followed by a colon or an equals sign.
struct Anchor {
    configuration: bool,
    /// The offset of the value.
    value: usize,
    /// The brackets around the word.
    inside: Option<usize>,
    assigned: bool,
}

struct Scan {
    brackets: Vec<Bracket>,
    anchors: Vec<Anchor>,
    /// Only blanks and comments.
    blank: bool,
    /// The text begins with the data itself.
    plain: bool,
}

impl Scan {
    /// The brackets that hold the configuration.
    fn target(&self) -> Option<usize> {
        if self.plain {
            return Some(0);
        }
        if let Some((anchor, list)) = self.list_anchor() {
            return Some(anchor.inside.filter(|_| !anchor.assigned).unwrap_or(list));
        }
        if let Some(server) = self
            .anchors
            .iter()
            .filter(|anchor| !anchor.configuration)
            .find_map(|anchor| anchor.inside)
        {
            let list = self.brackets[server]
                .parent
                .filter(|&parent| self.brackets[parent].list);
            return Some(list.unwrap_or(server));
        }
        // `iceServers: computed`, or data without any name we know: reading it will say what is wrong.
        let named = self.anchors.iter().find_map(|anchor| anchor.inside);
        named.or((!self.brackets.is_empty()).then_some(0))
    }

    /// The brackets after `iceServers:`.
    fn list(&self) -> Option<usize> {
        self.list_anchor().map(|(_, list)| list)
    }

    /// The first `iceServers` that has brackets for a value.
    fn list_anchor(&self) -> Option<(&Anchor, usize)> {
        let named = self.anchors.iter().filter(|anchor| anchor.configuration);
        named
            .filter_map(|anchor| Some((anchor, self.bracket_at(anchor.value)?)))
            .next()
    }

    fn bracket_at(&self, offset: usize) -> Option<usize> {
        self.brackets.binary_search_by_key(&offset, |bracket| bracket.open).ok()
    }

    fn parse(&self, text: &str, bracket: usize) -> Result<Value, IceServersError> {
        let Bracket { open, end, .. } = self.brackets[bracket];
        let data = &text[open..end.unwrap_or(text.len())];
        json5::from_str(data).map_err(|error| {
            // Only the kind of error is passed on: a message of the library could repeat a part of the text.
            let what = what(error.code());
            let position = match error.position() {
                // The library says where the unfinished value begins; where the text ends helps more.
                _ if what == TOO_EARLY => Some(place(text, open + data.trim_end().len())),
                Some(Position { line: 0, column }) => {
                    let (line, before) = place(text, open);
                    Some((line, before + column))
                }
                Some(Position { line, column }) => Some((place(text, open).0 + line, column + 1)),
                None => None,
            };
            IceServersError::new(IceServersErrorKind::Syntax(what), position)
        })
    }

    /// A document that is data must end with it; a semicolon or a closing parenthesis that came along is fine.
    fn nothing_after(&self, text: &str, bracket: usize) -> Result<(), IceServersError> {
        let Some(end) = self.brackets[bracket].end else {
            return Ok(());
        };
        match text[end..].find(|c: char| !c.is_whitespace() && !matches!(c, ';' | ',' | ')')) {
            Some(offset) if !text[end + offset..].starts_with(['/', '\u{feff}']) => {
                let kind = IceServersErrorKind::Syntax("text after the end of the configuration");
                Err(IceServersError::new(kind, Some(place(text, end + offset))))
            }
            _ => Ok(()),
        }
    }
}

/// One pass over the text, aware of strings and comments.
fn scan(text: &str) -> Result<Scan, IceServersError> {
    let mut scan = Scan {
        brackets: Vec::new(),
        anchors: Vec::new(),
        blank: true,
        plain: false,
    };
    // For each open bracket its index, for each open parenthesis none.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some(length) = blank_length(rest) {
            at += length;
            continue;
        }
        scan.plain = scan.plain || (scan.blank && matches!(c, '{' | '['));
        scan.blank = false;
        let mut length = c.len_utf8();
        match c {
            '{' | '[' | '(' => {
                if open.len() == DEEPEST {
                    return Err(IceServersError::new(
                        IceServersErrorKind::TooDeep,
                        Some(place(text, at)),
                    ));
                }
                if c != '(' {
                    let parent = open.iter().rev().find_map(|index| *index);
                    scan.brackets.push(Bracket {
                        list: c == '[',
                        open: at,
                        end: None,
                        parent,
                    });
                }
                open.push((c != '(').then(|| scan.brackets.len() - 1));
            }
            '}' | ']' | ')' => {
                // A wrong closing bracket is left for the JSON5 reader to complain about.
                if let Some(Some(index)) = open.pop() {
                    scan.brackets[index].end = Some(at + 1);
                }
            }
            '"' | '\'' | '`' => {
                length = string_length(rest, c);
                let content = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                scan.anchor(text, content, at + length, open.last().copied().flatten());
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                length = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                    .unwrap_or(rest.len());
                scan.anchor(text, &rest[..length], at + length, open.last().copied().flatten());
            }
            _ => {}
        }
        at += length;
    }
    Ok(scan)
}

impl Scan {
    /// Remembers `word` if it is one of ours and a value follows it.
    fn anchor(&mut self, text: &str, word: &str, after: usize, inside: Option<usize>) {
        let configuration = CONFIGURATION.contains(&word);
        if !configuration && !SERVER.contains(&word) {
            return;
        }
        let sign = skip_blank(text, after);
        if let Some(sign_char @ (':' | '=')) = text[sign..].chars().next() {
            let value = skip_blank(text, sign + 1);
            self.anchors.push(Anchor {
                configuration,
                value,
                inside,
                assigned: sign_char == '=',
            });
        }
    }
}

fn skip_blank(text: &str, mut at: usize) -> usize {
    while let Some(length) = blank_length(&text[at..]) {
        at += length;
    }
    at
}

/// The length of the blank or comment at the start of `text`, if there is one.
fn blank_length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first.is_whitespace() || first == '\u{feff}' {
        Some(first.len_utf8())
    } else if let Some(comment) = text.strip_prefix("/*") {
        Some(comment.find("*/").map_or(text.len(), |end| end + 4))
    } else if text.starts_with("//") {
        // The line ends of JSON5; a later one would hide brackets from the depth limit.
        Some(text.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(text.len()))
    } else {
        None
    }
}

/// The length of the string at the start of `text`, with both quotation marks.
fn string_length(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                // An escaped line end may have two characters.
                if let Some((_, '\r')) = chars.next() {
                    chars.next_if(|(_, c)| *c == '\n');
                }
            }
            // An unclosed string ends with its line, so that one slip does not swallow the rest.
            '\n' | '\r' if quote != '`' => return at,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Line and column, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let Position { line, column } = Position::from_offset(offset, text);
    (line + 1, column + 1)
}

const TOO_EARLY: &str = "the text ends too early";

/// What the JSON5 reader did not like, in words that repeat nothing of the text.
fn what(code: Option<ErrorCode>) -> &'static str {
    use ErrorCode::*;
    match code {
        Some(
            EofParsingArray
            | EofParsingBool
            | EofParsingComment
            | EofParsingEscapeSequence
            | EofParsingIdentifier
            | EofParsingNull
            | EofParsingNumber
            | EofParsingObject
            | EofParsingString
            | EofParsingValue,
        ) => TOO_EARLY,
        Some(ExpectedClosingBrace | ExpectedClosingBracket | ExpectedComma) => "expected a comma or a closing bracket",
        Some(ExpectedColon) => "expected a colon",
        Some(ExpectedIdentifier | InvalidKey) => "expected a member name",
        Some(LineTerminatorInString) => "a string runs over the end of its line",
        Some(InvalidEscapeSequence) => "an invalid escape sequence in a string",
        Some(ExpectedNumber | LeadingZero | OverflowParsingNumber) => "not a number",
        Some(TrailingCharacters) => "text after the end of the configuration",
        Some(_) | None => "expected a plain value: a string, a number, a list or an object",
    }
}
