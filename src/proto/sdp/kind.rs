//! [`Kinds`]: what each line of a description is, in one octet, so that the lines of a kind are found as fast as an octet is.

use super::attribute::{ALL, Entry};
use super::line::Starts;

/// A line that begins with no letter and `=`.
const OTHER: u8 = 0;
/// `a=`, and all `x=` lines after it by their letters. What is below stands for the attributes of the table, by their places in
/// it from 1. Attributes that are not in the table have that of `a=`.
const LETTERS: u8 = 230;

const _: () = assert!(ALL.len() < LETTERS as usize);

/// The kinds of the lines of a text.
#[derive(Clone, Debug)]
pub(super) struct Kinds(Vec<u8>);

impl Kinds {
    pub fn of(text: &str, starts: &Starts) -> Kinds {
        let octets = text.as_bytes();
        let kind = |index| {
            let line = octets.get(starts.offset(index)?..)?;
            Some(match line {
                [b'a', b'=', ..] => of_attribute(starts.line(text, index)?.attribute()?.name),
                [letter, b'=', ..] => of_letter(char::from(*letter)),
                _ => OTHER,
            })
        };
        Kinds((0..starts.len()).map(|index| kind(index).unwrap_or(OTHER)).collect())
    }

    /// Those of some lines.
    pub fn between(&self, from: usize, to: usize) -> &[u8] {
        self.0.get(from..to).unwrap_or(&[])
    }
}

/// The kind of the lines of an attribute; other attributes may be of the same kind if [`is_certain`] does not hold.
pub(super) fn of_attribute(name: &str) -> u8 {
    Entry::place(name).map_or(LETTERS, |place| place as u8 + 1)
}

/// The kind of the lines of a letter; of `a=` lines only those of attributes that are not in the table.
pub(super) fn of_letter(letter: char) -> u8 {
    match u8::try_from(letter) {
        Ok(letter @ b'a'..=b'z') => LETTERS + (letter - b'a'),
        _ => OTHER,
    }
}

/// Whether all lines of a kind are of one attribute, or of one letter.
pub(super) const fn is_certain(kind: u8) -> bool {
    kind != OTHER && kind != LETTERS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::attribute::rtp::Direction;
    use super::super::description::Description;
    use super::*;

    #[test]
    fn names_of_the_table_and_others() {
        for (place, entry) in ALL.iter().enumerate() {
            assert_eq!(usize::from(of_attribute(entry.name)), place + 1);
            assert!(is_certain(of_attribute(entry.name)));
        }
        for name in ["", "x", "Setup", "setups", "rtcp-", "a-name-that-nobody-has"] {
            assert!(!is_certain(of_attribute(name)), "{name}");
        }
        assert!(is_certain(of_letter('c')) && !is_certain(of_letter('a')) && !is_certain(of_letter('C')));
    }

    fn line() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            Just("mid"),
            Just("rtcp"),
            Just("rtcp-mux"),
            Just("sendrecv"),
            Just("inactive"),
            Just("x-own"),
            Just("é"),
            Just("")
        ];
        let tail = prop_oneof![
            Just(""),
            Just(" "),
            Just("\t "),
            Just(":"),
            Just(":1 2"),
            Just(" :x"),
            Just("é:")
        ];
        prop_oneof![
            (name, tail).prop_map(|(name, tail)| format!("a={name}{tail}")),
            "[a-cA-Cmé]=?[a-c:é ]{0,4}",
        ]
    }

    proptest! {
        #[test]
        fn lines_are_those_that_a_search_of_all_finds(lines in proptest::collection::vec(line(), 0..20)) {
            let text = lines.join("\n");
            let description = Description::parse(&text);
            for section in description.sections() {
                for name in ["mid", "rtcp", "rtcp-mux", "sendrecv", "x-own", "é", ""] {
                    let found: Vec<_> = section.attribute_lines(name).collect();
                    let wanted: Vec<_> = section.lines().filter(|line| line.is_attribute(name)).collect();
                    prop_assert_eq!(found, wanted, "{}", name);
                }
                for letter in ['a', 'b', 'c', 'm', 'A', 'C', 'é'] {
                    let found: Vec<_> = section.of_type(letter).collect();
                    let wanted: Vec<_> = section.lines().filter(|line| line.letter() == Some(letter)).collect();
                    prop_assert_eq!(found, wanted, "{}", letter);
                }
                let written = section.attributes().filter_map(|one| Some((one.line, Direction::from_name(one.name)?)));
                prop_assert_eq!(section.direction(), written.last());
            }
        }
    }
}
