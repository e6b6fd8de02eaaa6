//! [`defects`]: where a whole description departs from RFC 8866 §9, line by line.
//!
//! This is about form: missing, misplaced and unreadable lines. What well-formed lines mean together is for `check`.

use super::attribute::{Entry, Value};
use super::cursor::{Cursor, Decoded, digits};
use super::defect::{Defect, DefectKind, Defects};
use super::description::Description;
use super::fields::{Bandwidth, Connection, MediaLine, Origin, Timing};
use super::line::Line;

/// The longest line that is taken without a word: browsers write some thousand characters at most.
const LONG_LINE: usize = 64 * 1024;

/// The order of lines in the session part (RFC 8866 §9 `session-description`).
const SESSION_ORDER: &str = "vosiuepcbtrzka";
/// The order in a media section (`media-description`).
const MEDIA_ORDER: &str = "micbka";

/// All defects, in order of their lines; first what is missing as a whole.
pub fn defects<'a>(description: &Description<'a>) -> Defects<'a> {
    let mut defects = Defects::default();
    missing(description, &mut defects);
    let mut state = State::default();
    let last = description
        .lines()
        .rev()
        .find(|line| !line.is_blank())
        .map_or(0, |line| line.number);
    for line in description.lines().take(last) {
        form(line, &mut defects);
        if line.letter().is_some() {
            state.order(line, &mut defects);
        }
        for defect in value(line) {
            defects.push(defect);
        }
    }
    defects
}

/// Lines that every description has.
fn missing<'a>(description: &Description<'a>, defects: &mut Defects<'a>) {
    let mut found = [false; 4];
    let session_lines = description.session().lines().count();
    for line in description.lines().take(session_lines) {
        if let Some(at) = line.letter().and_then(|letter| "vost".find(letter)) {
            found[at] = true;
        }
    }
    for (found, kind, expected) in [
        (found[0], DefectKind::MissingVersion, "a line `v=0` at the start"),
        (found[1], DefectKind::MissingOrigin, "an `o=` line"),
        (found[2], DefectKind::MissingName, "an `s=` line (`s=-` will do)"),
        (found[3], DefectKind::MissingTiming, "a `t=` line (`t=0 0` will do)"),
    ] {
        if !found {
            defects.push(Defect {
                line: 0,
                column: 0,
                kind,
                found: "",
                expected: expected.into(),
            });
        }
    }
}

/// What can be wrong with any line.
fn form<'a>(line: Line<'a>, defects: &mut Defects<'a>) {
    let mut at = |offset: usize, kind, found, expected: &'static str| {
        defects.push(Defect {
            line: line.number,
            column: line.column(offset),
            kind,
            found,
            expected: expected.into(),
        });
    };
    if line.is_blank() {
        at(
            0,
            DefectKind::BlankLine,
            line.text,
            "no empty line inside the description",
        );
        return;
    }
    // One pass for what is nearly always the case: nothing but visible ASCII.
    let plain = line
        .text
        .bytes()
        .fold(true, |plain, octet| plain & (0x20..0x7f).contains(&octet));
    if !plain {
        let control = |octet: u8| octet.is_ascii_control() && octet != b'\t';
        if let Some(offset) = line.text.bytes().position(control) {
            let found = &line.text[offset..offset + 1];
            at(offset, DefectKind::ControlCharacter, found, "no control characters");
        }
        if let Some(offset) = line.text.find('\u{fffd}') {
            at(offset, DefectKind::NotUtf8, "\u{fffd}", "text in UTF-8");
        }
    }
    if line.text.len() > LONG_LINE {
        at(0, DefectKind::LongLine, &line.text[..2], "a line of less than 64 KiB");
    }
    match line.letter() {
        None => at(0, DefectKind::NotALine, line.text, "a letter, `=` and a value"),
        Some(letter) if !SESSION_ORDER.contains(letter) && letter != 'm' => {
            at(
                0,
                DefectKind::UnknownType,
                line.text,
                "one of the types v o s i u e p c b t r z k a m",
            );
        }
        Some(_) => {}
    }
}

/// What came before, in the session part or the media section.
#[derive(Default)]
struct State {
    /// The letters seen in this section, as bits by their place in the order.
    seen: u32,
    /// The furthest place in the order so far, and its letter.
    furthest: Option<(usize, char)>,
    in_media: bool,
    any: bool,
}

impl State {
    fn order<'a>(&mut self, line: Line<'a>, defects: &mut Defects<'a>) {
        let Some(letter) = line.letter() else { return };
        let mut defect = |kind, expected: std::borrow::Cow<'static, str>| {
            defects.push(Defect {
                line: line.number,
                column: 1,
                kind,
                found: line.text,
                expected,
            });
        };
        if !self.any && letter != 'v' {
            defect(DefectKind::VersionNotFirst, "`v=0` as the first line".into());
        }
        self.any = true;
        if letter == 'm' {
            (self.in_media, self.seen, self.furthest) = (true, 1, Some((0, 'm')));
            return;
        }
        let order = if self.in_media { MEDIA_ORDER } else { SESSION_ORDER };
        let Some(place) = order.find(letter) else {
            if SESSION_ORDER.contains(letter) {
                defect(
                    DefectKind::Misplaced,
                    format!("`{letter}=` before the first `m=` line").into(),
                );
            }
            return;
        };
        // Several `t=` lines are fine, each with its `r=` lines; so are `e=`, `p=`, `b=`, `a=`, and `c=` of a media section.
        let repeatable = matches!(letter, 'e' | 'p' | 'b' | 't' | 'r' | 'a') || (letter == 'c' && self.in_media);
        if self.seen & (1 << place) != 0 && !repeatable {
            defect(DefectKind::Repeated, format!("one `{letter}=` line").into());
        }
        self.seen |= 1 << place;
        match self.furthest {
            Some((furthest, after)) if furthest > place && !(letter == 't' && after == 'r') => {
                defect(DefectKind::Order, format!("`{letter}=` before `{after}=`").into());
            }
            Some((furthest, _)) if furthest > place => {}
            _ => self.furthest = Some((place, letter)),
        }
    }
}

/// What is wrong with the value of a line.
fn value<'a>(line: Line<'a>) -> Vec<Defect<'a>> {
    let Some(letter) = line.letter() else {
        return Vec::new();
    };
    match letter {
        'v' => simple(
            line,
            DefectKind::BadVersion,
            |text| digits::<u64>(text) == Some(0),
            "`0`",
        ),
        'o' => Origin::decode(line).defects,
        's' if line.value().is_empty() => plain(line, DefectKind::EmptyName, "a name (`-` will do)"),
        'c' => Connection::decode(line).defects,
        'b' => Bandwidth::decode(line).defects,
        't' => Timing::decode(line).defects,
        'r' | 'z' => simple(
            line,
            DefectKind::BadTiming,
            |text| is_times(letter, text),
            "times: numbers, perhaps with a unit d, h, m or s",
        ),
        'k' => simple(line, DefectKind::BadKey, is_key, "prompt, clear:…, base64:… or uri:…"),
        'i' | 'u' | 'e' | 'p' if line.value().trim().is_empty() => plain(line, DefectKind::BadInformation, "a value"),
        'm' => MediaLine::decode(line).defects,
        'a' => attribute(line),
        _ => Vec::new(),
    }
}

fn attribute<'a>(line: Line<'a>) -> Vec<Defect<'a>> {
    let Some(attribute) = line.attribute() else {
        return Vec::new();
    };
    if attribute.name.is_empty() {
        return plain(line, DefectKind::EmptyAttribute, "the name of an attribute");
    }
    let mut cursor = Cursor::new(line, 2, DefectKind::BadAttribute);
    if Entry::find(attribute.name).is_none() && !super::cursor::is_token(attribute.name) {
        cursor.expected(attribute.name, "the name of an attribute (token characters)");
        return cursor.finish::<()>(None).defects;
    }
    let Decoded { value, mut defects } = Value::decode(&attribute);
    if value.is_none() && defects.is_empty() {
        cursor.expected(attribute.value.unwrap_or(""), "a value");
        defects = cursor.finish::<()>(None).defects;
    }
    defects
}

/// A defect unless the value, as a whole, is right.
fn simple<'a>(
    line: Line<'a>,
    kind: DefectKind,
    right: impl Fn(&str) -> bool,
    expected: &'static str,
) -> Vec<Defect<'a>> {
    match right(line.value()) {
        true => Vec::new(),
        false => plain(line, kind, expected),
    }
}

fn plain<'a>(line: Line<'a>, kind: DefectKind, expected: &'static str) -> Vec<Defect<'a>> {
    vec![Defect {
        line: line.number,
        column: line.column(line.text.len() - line.value().len()),
        kind,
        found: line.value(),
        expected: expected.into(),
    }]
}

/// RFC 8866 §5.10 (`r=`: interval, duration, offsets), §5.11 (`z=`: pairs of a time and an offset).
fn is_times(letter: char, text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let count = match letter {
        'r' => words.len() >= 3,
        _ => !words.is_empty() && words.len().is_multiple_of(2),
    };
    let is_time = |word: &&str| {
        let word = word.strip_prefix('-').unwrap_or(word);
        let number = word.strip_suffix(['d', 'h', 'm', 's']).unwrap_or(word);
        digits::<u64>(number).is_some()
    };
    count && words.iter().all(is_time)
}

/// RFC 8866 §5.12.
fn is_key(text: &str) -> bool {
    text == "prompt"
        || ["clear:", "base64:", "uri:"]
            .iter()
            .any(|method| text.starts_with(method))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(usize, usize, &'static str)> {
        let description = Description::parse(text);
        let defects = super::defects(&description);
        defects.list.iter().map(|d| (d.line, d.column, d.kind.code())).collect()
    }

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

    #[test]
    fn a_good_description_has_none() {
        let text = format!(
            "{HEAD}a=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\nb=AS:50\r\na=mid:0\r\n"
        );
        assert_eq!(codes(&text), []);
        assert_eq!(codes(&format!("{text}\r\n \r\n")), [], "empty lines at the end");
    }

    #[test]
    fn what_is_missing_has_no_line() {
        assert_eq!(
            codes(""),
            [
                (0, 0, "missing-version"),
                (0, 0, "missing-origin"),
                (0, 0, "missing-session-name"),
                (0, 0, "missing-timing")
            ]
        );
    }

    #[test]
    fn each_line_is_named() {
        for (lines, wanted) in [
            ("\r\na=x\r\n", vec![(5, 1, "blank-line")]),
            ("junk\r\n", vec![(5, 1, "not-a-line")]),
            ("y=1\r\n", vec![(5, 1, "unknown-line-type")]),
            ("c=IN IP4 0.0.0.0\r\n", vec![(5, 1, "line-order")]),
            ("t=0 0\r\nr=7d 1h 0 25h\r\nt=0 0\r\n", vec![]),
            ("r=x\r\n", vec![(5, 3, "bad-timing")]),
            ("z=2882844526 -1h 2898848070 0\r\nk=prompt\r\n", vec![]),
            ("k=none\r\n", vec![(5, 3, "bad-key")]),
            ("a=\r\n", vec![(5, 3, "empty-attribute")]),
            ("a=:x\r\n", vec![(5, 3, "empty-attribute")]),
            ("a=rtcp mux\r\n", vec![(5, 3, "bad-attribute")]),
            ("a=setup:both\r\n", vec![(5, 9, "bad-attribute")]),
            ("a=ice-lite:1\r\n", vec![(5, 12, "bad-attribute")]),
            ("a=unknown: \u{1}x\r\n", vec![(5, 12, "control-character")]),
            ("m=audio 9 RTP/AVP 0\r\nt=0 0\r\n", vec![(6, 1, "misplaced-line")]),
            (
                "m=audio 9 RTP/AVP 0\r\na=x\r\nc=IN IP4 0.0.0.0\r\n",
                vec![(7, 1, "line-order")],
            ),
            (
                "m=audio 9 RTP/AVP 0\r\na=rtpmap: 3 GSM/8000\r\n",
                vec![(6, 10, "bad-attribute")],
            ),
            (
                "m=audio 9 RTP/AVP 0\r\na=rtpmap:98 MetaData\r\n",
                vec![(6, 13, "bad-attribute")],
            ),
            ("v=0\r\n", vec![(5, 1, "repeated-line"), (5, 1, "line-order")]),
        ] {
            assert_eq!(codes(&format!("{HEAD}{lines}")), wanted, "{lines:?}");
        }
    }
}
