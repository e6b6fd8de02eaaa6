//! The types of lines: what each letter before `=` stands for (RFC 8866 §5).

/// What is known about a type of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineType {
    /// The letter.
    pub letter: char,
    /// Its name.
    pub name: &'static str,
    /// Where it is defined.
    pub reference: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
}

impl LineType {
    /// The type of a letter.
    pub fn find(letter: char) -> Option<&'static LineType> {
        ALL.iter().find(|one| one.letter == letter)
    }

    /// Every type, in the order in which they may stand.
    pub const ALL: &'static [LineType] = ALL;
}

const fn row(letter: char, name: &'static str, reference: &'static str, meaning: &'static str) -> LineType {
    LineType {
        letter,
        name,
        reference,
        meaning,
    }
}

#[rustfmt::skip]
const ALL: &[LineType] = &[
    row('v', "protocol version", "RFC 8866 §5.1", "The version of SDP, always 0; it is the first line."),
    row('o', "origin", "RFC 8866 §5.2", "Names the session and its version: an offer that changes something raises the version by one (RFC 9429 §5.2.2)."),
    row('s', "session name", "RFC 8866 §5.3", "The name of the session; WebRTC writes `-`, and nobody reads it."),
    row('i', "information", "RFC 8866 §5.4", "A text for people about the session or the media."),
    row('u', "URI", "RFC 8866 §5.5", "Where there is more about the session."),
    row('e', "e-mail address", "RFC 8866 §5.6", "Whom to ask about the session."),
    row('p', "phone number", "RFC 8866 §5.6", "Whom to call about the session."),
    row('c', "connection", "RFC 8866 §5.7", "The address to send media to. With ICE it is the default candidate, or 0.0.0.0 as long as there is none."),
    row('b', "bandwidth", "RFC 8866 §5.8", "How much the writer wants to receive at most: `AS` in kbit/s with all headers, `TIAS` in bit/s without those below RTP."),
    row('t', "time", "RFC 8866 §5.9", "When the session starts and stops; `0 0` means that it has no bounds."),
    row('r', "repeat times", "RFC 8866 §5.10", "How often the session repeats; not used in WebRTC."),
    row('z', "time zone", "RFC 8866 §5.11", "Shifts of daylight saving time for repeated sessions; not used in WebRTC."),
    row('k', "encryption key", "RFC 8866 §5.12", "A key in the clear; obsolete, and must not be used."),
    row('m', "media", "RFC 8866 §5.14", "Begins a media section: the kind of media, the port, the protocol, and the formats in the writer's order of preference."),
    row('a', "attribute", "RFC 8866 §5.13", "A property of the session or the media section: `a=NAME` or `a=NAME:VALUE`."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_stands_once() {
        for (index, one) in ALL.iter().enumerate() {
            assert!(one.meaning.ends_with('.'));
            assert!(ALL[..index].iter().all(|other| other.letter != one.letter));
            assert_eq!(LineType::find(one.letter), Some(one));
        }
        assert_eq!(LineType::find('x'), None);
    }
}
