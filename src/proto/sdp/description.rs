//! [`Description`]: a whole description as its lines, split into the session part and the media sections.

use std::cell::OnceCell;

use super::attribute::AttributeValue;
use super::attribute::rtp::Direction;
use super::cursor::Cursor;
use super::fields::{Bandwidth, Connection, MediaLine, Origin};
use super::kind::{self, Kinds};
use super::line::{Attribute, Line, LineEnding, Starts};

/// A description. Reading never fails: every line is kept as it is, and decoded only when asked for.
#[derive(Clone, Debug)]
pub struct Description<'a> {
    text: &'a str,
    starts: Starts,
    /// The indexes of the `m=` lines.
    media: Vec<usize>,
    /// Filled when somebody asks for lines of a kind.
    kinds: OnceCell<Kinds>,
}

impl PartialEq for Description<'_> {
    /// All follows from the text.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Description<'_> {}

/// The line ends of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineEndings {
    /// How many lines end in CR LF.
    pub cr_lf: usize,
    /// How many end in LF alone.
    pub lf: usize,
    /// How many end in CR alone.
    pub cr: usize,
}

impl LineEndings {
    /// `crlf`, `lf`, `cr`, `mixed` or `none`.
    pub const fn name(&self) -> &'static str {
        match (self.cr_lf > 0, self.lf > 0, self.cr > 0) {
            (true, false, false) => "crlf",
            (false, true, false) => "lf",
            (false, false, true) => "cr",
            (false, false, false) => "none",
            _ => "mixed",
        }
    }
}

impl<'a> Description<'a> {
    /// Reads a text. Takes time by its length alone.
    pub fn parse(text: &'a str) -> Description<'a> {
        let starts = Starts::of(text);
        let is_media = |index: &usize| {
            let offset = starts.offset(*index).unwrap_or(text.len());
            text.as_bytes()[offset..].starts_with(b"m=")
        };
        let media = (0..starts.len()).filter(is_media).collect();
        Description {
            text,
            starts,
            media,
            kinds: OnceCell::new(),
        }
    }

    /// The text that was read.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// All lines, in order.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'a>> + ExactSizeIterator + Clone + '_ {
        (0..self.starts.len()).map(|index| self.line_at(index))
    }

    /// The line with this number, from 1.
    pub fn line(&self, number: usize) -> Option<Line<'a>> {
        self.starts.line(self.text, number.checked_sub(1)?)
    }

    /// How many lines there are.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The part before the first `m=` line; the whole, if there is none.
    pub fn session(&self) -> Section<'_> {
        Section {
            description: self,
            index: None,
            from: 0,
            to: self.media.first().copied().unwrap_or(self.starts.len()),
        }
    }

    /// The media sections, in order.
    pub fn media(&self) -> impl DoubleEndedIterator<Item = Section<'_>> + ExactSizeIterator + Clone + '_ {
        (0..self.media.len()).map(|index| self.media_at(index))
    }

    /// How many media sections there are.
    pub fn media_count(&self) -> usize {
        self.media.len()
    }

    /// The media section with this index, from 0.
    pub fn media_section(&self, index: usize) -> Option<Section<'_>> {
        (index < self.media.len()).then(|| self.media_at(index))
    }

    /// The session part, then the media sections.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> + Clone + '_ {
        std::iter::once(self.session()).chain(self.media())
    }

    /// The section that a line belongs to.
    pub fn section_of(&self, line: &Line<'_>) -> Section<'_> {
        match self.media.partition_point(|index| *index < line.number) {
            0 => self.session(),
            after => self.media_at(after - 1),
        }
    }

    /// How the lines end.
    pub fn line_endings(&self) -> LineEndings {
        let mut endings = LineEndings { cr_lf: 0, lf: 0, cr: 0 };
        for line in self.lines() {
            match line.ending {
                LineEnding::CrLf => endings.cr_lf += 1,
                LineEnding::Lf => endings.lf += 1,
                LineEnding::Cr => endings.cr += 1,
                LineEnding::None => {}
            }
        }
        endings
    }

    /// The lines put together again: the text that was read.
    pub fn write(&self) -> String {
        let mut text = String::with_capacity(self.text.len());
        for line in self.lines() {
            text.push_str(line.text);
            text.push_str(line.ending.as_str());
        }
        text
    }

    /// The first `o=` line that has all its fields.
    pub fn origin(&self) -> Option<Origin<'a>> {
        let mut lines = (0..self.session().to).map(|index| self.line_at(index));
        lines
            .find(|line| line.letter() == Some('o'))
            .and_then(|line| Origin::decode(line).value)
    }

    fn kinds(&self) -> &Kinds {
        self.kinds.get_or_init(|| Kinds::of(self.text, &self.starts))
    }

    fn line_at(&self, index: usize) -> Line<'a> {
        self.starts.line(self.text, index).unwrap_or(Line {
            number: index + 1,
            offset: self.text.len(),
            text: "",
            ending: LineEnding::None,
        })
    }

    fn media_at(&self, index: usize) -> Section<'_> {
        Section {
            description: self,
            index: Some(index),
            from: self.media[index],
            to: self.media.get(index + 1).copied().unwrap_or(self.starts.len()),
        }
    }
}

/// The session part or a media section: its lines, and what they say. Only what is written here; what holds where
/// nothing is written, `effective` says.
#[derive(Clone, Copy, Debug)]
pub struct Section<'d> {
    description: &'d Description<'d>,
    index: Option<usize>,
    from: usize,
    to: usize,
}

impl<'d> Section<'d> {
    /// The index of the media section, from 0; `None` for the session part.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// Its lines, in order; the first of a media section is its `m=` line.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'d>> + ExactSizeIterator + Clone + use<'d> {
        let description = self.description;
        (self.from..self.to).map(|index| description.line_at(index))
    }

    /// The `m=` line; `None` for the session part.
    pub fn media_line(&self) -> Option<Line<'d>> {
        self.index.map(|_| self.description.line_at(self.from))
    }

    /// The fields of the `m=` line; `None` for the session part.
    pub fn media(&self) -> Option<MediaLine<'d>> {
        self.media_line().map(MediaLine::of)
    }

    /// The lines of a type.
    pub fn of_type(&self, letter: char) -> impl Iterator<Item = Line<'d>> + Clone + use<'d> {
        // Attributes are of many kinds.
        let all = (letter == 'a').then(|| self.lines());
        let quick = (letter != 'a').then(|| self.of_kind(kind::of_letter(letter)));
        let lines = all.into_iter().flatten().chain(quick.into_iter().flatten());
        lines.filter(move |line| line.letter() == Some(letter))
    }

    /// The lines of a [kind], in order.
    fn of_kind(&self, kind: u8) -> impl DoubleEndedIterator<Item = Line<'d>> + Clone + use<'d> {
        let (description, from) = (self.description, self.from);
        let kinds = description.kinds().between(self.from, self.to);
        memchr::memchr_iter(kind, kinds).map(move |at| description.line_at(from + at))
    }

    /// All attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'d>> + Clone + use<'d> {
        self.lines().filter_map(|line| line.attribute())
    }

    /// The lines `a=NAME` and `a=NAME:…`, in order.
    pub fn attribute_lines<'n>(&self, name: &'n str) -> impl Iterator<Item = Line<'d>> + Clone + use<'d, 'n> {
        let kind = kind::of_attribute(name);
        let is_it = move |line: &Line<'_>| kind::is_certain(kind) || line.is_attribute(name);
        self.of_kind(kind).filter(is_it)
    }

    /// The first `a=NAME` line.
    pub fn attribute(&self, name: &str) -> Option<Attribute<'d>> {
        self.attribute_lines(name).next()?.attribute()
    }

    /// Whether there is an `a=NAME` line.
    pub fn has(&self, name: &str) -> bool {
        self.attribute_lines(name).next().is_some()
    }

    /// Whether there is a line `a=NAME` without a value, as flags are written.
    pub fn flag(&self, name: &str) -> bool {
        self.attribute_lines(name).any(|line| !line.text.contains(':'))
    }

    /// The values of an attribute that could be read, with their lines: `section.all::<RtpMap>()`.
    pub fn all<T: AttributeValue<'d>>(&self) -> impl Iterator<Item = (Line<'d>, T)> + use<'d, T> {
        self.attribute_lines(T::NAME)
            .filter_map(|line| Some((line, T::decode(&mut Cursor::attribute(line))?)))
    }

    /// The first value of an attribute that could be read, with its line.
    pub fn first<T: AttributeValue<'d>>(&self) -> Option<(Line<'d>, T)> {
        self.all::<T>().next()
    }

    /// The direction that is written here; the last one, if there are several.
    pub fn direction(&self) -> Option<(Line<'d>, Direction)> {
        let last = |direction: Direction| {
            let line = self.of_kind(kind::of_attribute(direction.name())).next_back()?;
            Some((line, direction))
        };
        let written = Direction::ALL.into_iter().filter_map(last);
        written.max_by_key(|(line, _)| line.number)
    }

    /// The last `c=` line that could be read.
    pub fn connection(&self) -> Option<(Line<'d>, Connection<'d>)> {
        self.of_type('c')
            .filter_map(|line| Some((line, Connection::decode(line).value?)))
            .last()
    }

    /// The `b=` lines that could be read.
    pub fn bandwidths(&self) -> impl Iterator<Item = (Line<'d>, Bandwidth<'d>)> + use<'d> {
        self.of_type('b')
            .filter_map(|line| Some((line, Bandwidth::decode(line).value?)))
    }

    /// The name of the section, `a=mid`.
    pub fn mid(&self) -> Option<&'d str> {
        self.attribute("mid")?.value.map(str::trim)
    }

    /// Whether the section is rejected: port 0 without `a=bundle-only` (RFC 3264 §6, RFC 9143 §6).
    pub fn is_rejected(&self) -> bool {
        self.media().is_some_and(|media| media.port == Some(0)) && !self.has("bundle-only")
    }

    /// The description it is part of.
    pub fn description(&self) -> &'d Description<'d> {
        self.description
    }
}
