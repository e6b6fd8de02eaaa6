//! Why a text is no server URL, or no configuration: what is wrong, where, and what would be right.
//!
//! No text here repeats a credential.

use std::fmt;

/// The part of a URL that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlPart {
    /// What stands before the first colon.
    Scheme,
    /// The name or address.
    Host,
    /// The port.
    Port,
    /// What stands behind the question mark.
    Query,
    /// The value of `transport=`.
    Transport,
}

impl UrlPart {
    /// The word for it in messages.
    pub const fn name(self) -> &'static str {
        match self {
            UrlPart::Scheme => "scheme",
            UrlPart::Host => "host",
            UrlPart::Port => "port",
            UrlPart::Query => "query",
            UrlPart::Transport => "transport",
        }
    }
}

/// Why a text is no STUN or TURN URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.what(), .text.escape_debug())]
pub struct UrlError {
    /// The part that is wrong.
    pub part: UrlPart,
    /// The character where it is wrong, counted from 1.
    pub column: usize,
    /// What is wrong with it.
    pub problem: &'static str,
    /// The text as it was given, except that a password before an `@` is blanked out.
    pub text: String,
    pub(super) hint: String,
}

impl UrlError {
    /// What is wrong, and where in the text unless that is at its beginning: `no host (column 6)`.
    pub fn what(&self) -> String {
        match self.column {
            1 => self.problem.to_owned(),
            column => format!("{} (column {column})", self.problem),
        }
    }

    /// What would be right.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

/// Why a URL or a server cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The URL is none.
    #[error("{0}")]
    Url(#[from] UrlError),
    /// Another type of value was expected here.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What should be here.
        expected: &'static str,
        /// The type that is.
        found: &'static str,
    },
    /// The server has no `urls`.
    #[error("the server has no `urls`")]
    NoUrls,
    /// The list `urls` is empty: a SyntaxError in browsers.
    #[error("the list of URLs is empty")]
    EmptyUrls,
}

impl Refusal {
    /// What would be right.
    pub fn hint(&self) -> &str {
        match self {
            Refusal::Url(error) => error.hint(),
            Refusal::WrongType { .. } => "a server is `{ urls: \"turn:HOST\", username: \"…\", credential: \"…\" }`",
            Refusal::NoUrls | Refusal::EmptyUrls => "add `urls: \"stun:HOST\"`, or remove the server",
        }
    }
}

/// Why a text is no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceServersError {
    kind: IceServersErrorKind,
    position: Option<(usize, usize)>,
}

/// The kinds of [`IceServersError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IceServersErrorKind {
    Empty,
    NoServers,
    Syntax(&'static str),
    TooDeep,
    WrongType {
        expected: &'static str,
        found: &'static str,
    },
}

impl IceServersError {
    pub(super) fn new(kind: IceServersErrorKind, position: Option<(usize, usize)>) -> IceServersError {
        IceServersError { kind, position }
    }

    /// Line and column, both from 1, where they are known.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }

    /// What to give instead.
    pub fn hint(&self) -> &'static str {
        match self.kind {
            IceServersErrorKind::Syntax(_) => {
                "paste the configuration with its values written out: no variables, no calls, no template strings"
            }
            IceServersErrorKind::TooDeep => "paste only the configuration",
            _ => "give `{ \"iceServers\": [{ \"urls\": \"stun:HOST\" }] }` or the list alone",
        }
    }
}

impl fmt::Display for IceServersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        match self.kind {
            IceServersErrorKind::Empty => f.write_str("the text is empty"),
            IceServersErrorKind::NoServers => f.write_str("there are no ICE servers in the text"),
            IceServersErrorKind::Syntax(what) => f.write_str(what),
            IceServersErrorKind::TooDeep => f.write_str("nested too deep"),
            IceServersErrorKind::WrongType { expected, found } => {
                write!(f, "`iceServers`: expected {expected}, found {found}")
            }
        }
    }
}

impl std::error::Error for IceServersError {}
