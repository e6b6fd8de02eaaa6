//! [`Names`]: texts that occur again and again (members, types, codecs, ids), each kept once; and how much may be kept at all.

use std::collections::HashMap;
use std::sync::Arc;

/// Longer texts are cut: nothing in a report needs them.
const LONGEST: usize = 64 << 10;
/// So many octets may be spent on what a file makes us keep beside its numbers. A call needs a thousandth; a file that is
/// made to exhaust memory (a few packed kilobytes can be gigabytes of names) gets no more.
const ROOM: usize = 320 << 20;
/// What a text, an object, a member or an event takes beside its text.
const TEXT: usize = 96;

/// The number of a text in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u32);

impl Name {
    pub(super) const fn new(number: u32) -> Name {
        Name(number)
    }

    pub(super) const fn number(self) -> u32 {
        self.0
    }
}

/// All texts of a dump.
#[derive(Clone, Debug)]
pub struct Names {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    room: usize,
    full: bool,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            texts: Vec::new(),
            numbers: HashMap::new(),
            room: ROOM,
            full: false,
        }
    }
}

impl Names {
    /// The number of a text, which may be a new one; that of an empty text if there is no room for it.
    pub fn learn(&mut self, text: &str) -> Name {
        let text = &text[..text.floor_char_boundary_at(LONGEST)];
        if let Some(number) = self.numbers.get(text) {
            return Name(*number);
        }
        if !self.take(TEXT + text.len()) {
            return Name(u32::MAX);
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        Name(number)
    }

    /// Takes room for something to be kept; false if there is none left.
    pub(super) fn take(&mut self, octets: usize) -> bool {
        match self.room.checked_sub(octets) {
            Some(room) => self.room = room,
            None => self.full = true,
        }
        !self.full
    }

    /// Whether something was not kept for want of room.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The number of a text, if it is known.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied().map(Name)
    }

    /// The text of a number.
    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |text| text)
    }
}

/// `str::floor_char_boundary`, which is newer than our oldest compiler.
trait Boundary {
    fn floor_char_boundary_at(&self, index: usize) -> usize;
}

impl Boundary for str {
    fn floor_char_boundary_at(&self, index: usize) -> usize {
        if index >= self.len() {
            return self.len();
        }
        (0..=index).rev().find(|at| self.is_char_boundary(*at)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_kept_once() {
        let mut names = Names::default();
        let (a, b) = (names.learn("bytesSent"), names.learn("ssrc"));
        assert_eq!(
            (names.learn("bytesSent"), names.find("ssrc"), names.find("mid")),
            (a, Some(b), None)
        );
        assert_eq!(names.text(b), "ssrc");
        names.room = 100;
        assert_eq!((names.learn("long enough"), names.is_full()), (Name(u32::MAX), true));
        assert_eq!((names.learn("ssrc"), names.text(Name(u32::MAX))), (b, ""));
        let mut names = Names::default();
        let long = names.learn(&"ä".repeat(LONGEST));
        assert_eq!(names.text(long).len(), LONGEST);
    }
}
