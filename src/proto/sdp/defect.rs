//! [`Defect`]: a place where a description is not what its grammar says.

use std::borrow::Cow;
use std::fmt;

/// What kind of damage it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefectKind {
    /// There is no `v=` line.
    MissingVersion,
    /// There is no `o=` line.
    MissingOrigin,
    /// There is no `s=` line.
    MissingName,
    /// There is no `t=` line.
    MissingTiming,
    /// The first line is not `v=`.
    VersionNotFirst,
    /// A line stands where its type may not stand.
    Order,
    /// A line stands there twice that may stand there once.
    Repeated,
    /// A line of a type that belongs into the session part stands in a media section.
    Misplaced,
    /// No line of the form `LETTER=VALUE`.
    NotALine,
    /// A letter that is no type.
    UnknownType,
    /// An empty line before the end.
    BlankLine,
    /// Blanks before the value, or after it.
    Blank,
    /// A control character in a line.
    ControlCharacter,
    /// Octets that are not UTF-8.
    NotUtf8,
    /// A line longer than any reader needs to take.
    LongLine,
    /// `v=` is not 0.
    BadVersion,
    /// `o=` does not have its six fields, or one of them is wrong.
    BadOrigin,
    /// `s=` is empty.
    EmptyName,
    /// `c=`.
    BadConnection,
    /// `b=`.
    BadBandwidth,
    /// `t=`, `r=` or `z=`.
    BadTiming,
    /// `k=`.
    BadKey,
    /// `u=`, `e=`, `p=` or `i=`.
    BadInformation,
    /// `m=` does not have its fields.
    BadMedia,
    /// The port of `m=`.
    BadMediaPort,
    /// A payload type that is no number from 0 to 127.
    BadPayloadType,
    /// `a=` without a name.
    EmptyAttribute,
    /// An attribute whose value does not follow its grammar.
    BadAttribute,
}

impl DefectKind {
    /// A stable name in kebab-case.
    pub const fn code(self) -> &'static str {
        match self {
            DefectKind::MissingVersion => "missing-version",
            DefectKind::MissingOrigin => "missing-origin",
            DefectKind::MissingName => "missing-session-name",
            DefectKind::MissingTiming => "missing-timing",
            DefectKind::VersionNotFirst => "version-not-first",
            DefectKind::Order => "line-order",
            DefectKind::Repeated => "repeated-line",
            DefectKind::Misplaced => "misplaced-line",
            DefectKind::NotALine => "not-a-line",
            DefectKind::UnknownType => "unknown-line-type",
            DefectKind::BlankLine => "blank-line",
            DefectKind::Blank => "stray-blank",
            DefectKind::ControlCharacter => "control-character",
            DefectKind::NotUtf8 => "not-utf8",
            DefectKind::LongLine => "long-line",
            DefectKind::BadVersion => "bad-version",
            DefectKind::BadOrigin => "bad-origin",
            DefectKind::EmptyName => "empty-session-name",
            DefectKind::BadConnection => "bad-connection",
            DefectKind::BadBandwidth => "bad-bandwidth",
            DefectKind::BadTiming => "bad-timing",
            DefectKind::BadKey => "bad-key",
            DefectKind::BadInformation => "bad-information",
            DefectKind::BadMedia => "bad-media",
            DefectKind::BadMediaPort => "bad-media-port",
            DefectKind::BadPayloadType => "bad-payload-type",
            DefectKind::EmptyAttribute => "empty-attribute",
            DefectKind::BadAttribute => "bad-attribute",
        }
    }
}

/// One place that is not as it should be. What stands around it is read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect<'a> {
    /// The line, from 1; 0 where the description as a whole is meant (something is missing).
    pub line: usize,
    /// The column (characters, from 1) at which the trouble begins; 0 with line 0.
    pub column: usize,
    /// What kind of damage.
    pub kind: DefectKind,
    /// What stands there; empty at the end of a line.
    pub found: &'a str,
    /// What should stand there.
    pub expected: Cow<'static, str>,
}

/// Texts of others are shortened in messages.
const SHOWN: usize = 60;

impl fmt::Display for Defect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)?;
        if self.line == 0 {
            return Ok(());
        }
        match self.found.char_indices().nth(SHOWN) {
            _ if self.found.is_empty() => f.write_str(", found nothing"),
            None => write!(f, ", found `{}`", self.found.escape_debug()),
            Some((end, _)) => write!(f, ", found `{}…`", self.found[..end].escape_debug()),
        }
    }
}

/// The defects of a description: at most [`Defects::LIMIT`] of each kind are kept, the others counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defects<'a> {
    /// Those kept, in order of their lines.
    pub list: Vec<Defect<'a>>,
    /// How many of each kind there are, also those not kept.
    pub counts: Vec<(DefectKind, usize)>,
}

impl<'a> Defects<'a> {
    /// How many of one kind are kept; a file of a million broken lines does not need a million sentences.
    pub const LIMIT: usize = 1000;

    /// Adds one, if there are not yet [`Defects::LIMIT`] of its kind.
    pub fn push(&mut self, defect: Defect<'a>) {
        let count = match self.counts.iter_mut().find(|(kind, _)| *kind == defect.kind) {
            Some((_, count)) => count,
            None => {
                self.counts.push((defect.kind, 0));
                &mut self.counts.last_mut().expect("just added").1
            }
        };
        *count += 1;
        if *count <= Self::LIMIT {
            self.list.push(defect);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many of a kind there are.
    pub fn count(&self, kind: DefectKind) -> usize {
        self.counts
            .iter()
            .find(|(one, _)| *one == kind)
            .map_or(0, |(_, count)| *count)
    }
}
