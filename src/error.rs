//! [`Error`]: why the program could not do its work: what, where, and what to do about it.
//!
//! This is for what stops a command (usage, unreadable input). What a command finds wrong with the network is a
//! finding in its report, not an error.

use std::fmt;
use std::io;
use std::path::Path;

use crate::net::reason;
use crate::net::tls::CaFileError;
use crate::proto::ice::ServerUrl;

/// The exit code of a run that could not be done.
pub const COULD_NOT_RUN: u8 = 2;

/// Printed as `error: WHAT: WHERE`, and a line `hint: ...` for each hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What went wrong, without a full stop.
    pub what: String,
    /// Where: a file, a URL, an option.
    pub where_: Option<String>,
    /// What to do about it, one line each.
    pub hints: Vec<String>,
    /// The exit code of the program.
    pub exit_code: u8,
    /// What went wrong besides; told after it.
    pub others: Vec<Error>,
}

impl Error {
    /// An error that ends the program with [`COULD_NOT_RUN`].
    pub fn new(what: impl Into<String>) -> Error {
        Error {
            what: what.into(),
            where_: None,
            hints: Vec::new(),
            exit_code: COULD_NOT_RUN,
            others: Vec::new(),
        }
    }

    /// An operation that the operating system refused: `operation` is a verb phrase such as `read the CA file`, `place`
    /// the file or address.
    pub fn io(operation: &str, place: impl fmt::Display, error: &io::Error) -> Error {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => Some("check the spelling; a relative name starts at the current folder"),
            io::ErrorKind::PermissionDenied => Some("check that this user may do that"),
            io::ErrorKind::IsADirectory => Some("name a file in that folder"),
            io::ErrorKind::InvalidData => Some("the text must be UTF-8"),
            _ => None,
        };
        let error = Error::new(format!("cannot {operation} ({})", reason(error))).at(place.to_string());
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    /// [`Error::io`] for a file; `-` is called stdin.
    pub fn file(operation: &str, path: &Path, error: &io::Error) -> Error {
        Error::io(operation, place(path), error)
    }

    /// A `--ca-file` that can't be read, or has no certificates in it.
    pub fn ca_file(error: &CaFileError) -> Error {
        match error.io {
            Some(kind) => Error::file(
                "read the CA file",
                &error.path,
                &io::Error::new(kind, error.message.clone()),
            ),
            None => Error::new(format!("cannot use the CA file ({})", error.message))
                .at(error.path.display().to_string())
                .hint("--ca-file takes PEM: one or more blocks of BEGIN CERTIFICATE"),
        }
    }

    /// Says where.
    pub fn at(mut self, place: impl Into<String>) -> Error {
        self.where_ = Some(place.into());
        self
    }

    /// Adds something to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// The first of several errors, with the others after it; `None` if there are none.
    pub fn all(errors: Vec<Error>) -> Option<Error> {
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        first.others.extend(errors);
        Some(first)
    }

    /// Takes over what clap says about a wrong command line of `command` (`rtcdiag explain`): its tips become hints, and
    /// where to find help is the last.
    pub fn usage(error: &clap::Error, command: &str) -> Error {
        let text = error.render().to_string();
        let mut what = Vec::new();
        let mut hints = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line.starts_with("Usage: ") {
                break;
            } else if let Some(tip) = line.strip_prefix("tip: ") {
                hints.push(tip.to_owned());
            } else if line.starts_with('[') {
                hints.push(line.trim_matches(['[', ']']).to_owned());
            } else if let Some(choice) = line.strip_prefix("<--") {
                // A group of options, one of which is needed: `<--stun <URL>|--turn <URL>>`.
                let choice = choice.strip_suffix('>').unwrap_or(choice);
                what.push(format!("--{}", choice.replace('|', " or ")));
            } else if let Some(value) = stray_value(line).filter(|_| command.ends_with("candidates")) {
                // The rest of a password with blanks in it, perhaps.
                match ServerUrl::parse(value) {
                    Ok(url) => {
                        let option = if url.scheme.is_turn() { "--turn" } else { "--stun" };
                        what.push(format!("a URL without its option: {url}"));
                        hints.push(format!("give it with {option}"));
                    }
                    Err(_) => {
                        what.push("a value without its option (not shown: it may be part of a password)".to_owned());
                        hints.push("put values with blanks in them between quotes".to_owned());
                    }
                }
            } else if !line.starts_with("For more information") {
                what.push(line.strip_prefix("error: ").unwrap_or(line).to_owned());
            }
        }
        hints.push(format!("`{command} --help` shows all options, with examples"));
        Error {
            hints,
            ..Error::new(what.join(" "))
        }
    }
}

/// The value of `error: unexpected argument 'VALUE' found`, unless it looks like an option.
fn stray_value(line: &str) -> Option<&str> {
    let value = line
        .strip_prefix("error: unexpected argument '")?
        .strip_suffix("' found")?;
    (!value.starts_with('-')).then_some(value)
}

/// What a file is called in messages; `-` is stdin.
pub fn place(path: &Path) -> String {
    if path == Path::new("-") {
        return "stdin".to_owned();
    }
    path.display().to_string()
}

impl fmt::Display for Error {
    /// `WHAT: WHERE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.where_ {
            Some(place) => write!(f, ": {place}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    #[test]
    fn io_errors_carry_operation_and_place() {
        let error = Error::file(
            "read the CA file",
            Path::new("ca.pem"),
            &io::Error::from_raw_os_error(2),
        );
        assert_eq!(
            error.to_string(),
            "cannot read the CA file (No such file or directory): ca.pem"
        );
        assert_eq!((error.hints.len(), error.exit_code), (1, 2));
    }

    #[test]
    fn a_missing_ca_file_is_not_a_question_of_its_form() {
        let of = |io, message: &str| {
            Error::ca_file(&CaFileError {
                path: "ca.pem".into(),
                io,
                message: message.to_owned(),
            })
        };
        let missing = of(Some(io::ErrorKind::NotFound), "No such file or directory");
        assert_eq!(
            missing.to_string(),
            "cannot read the CA file (No such file or directory): ca.pem"
        );
        assert!(missing.hints[0].contains("spelling"), "{missing:?}");
        let empty = of(None, "no certificate in it");
        assert_eq!(
            empty.to_string(),
            "cannot use the CA file (no certificate in it): ca.pem"
        );
        assert!(empty.hints[0].contains("PEM"), "{empty:?}");
    }

    #[test]
    fn usage_errors_take_the_same_shape() {
        let usage =
            |arguments: &[&str]| Error::usage(&Cli::try_parse_from(arguments).unwrap_err(), "rtcdiag candidates");
        let error = usage(&["rtcdiag", "candidates", "--stum", "x"]);
        assert_eq!(error.to_string(), "unexpected argument '--stum' found");
        assert_eq!(error.hints[0], "a similar argument exists: '--stun'");
        assert_eq!(
            error.hints[1],
            "`rtcdiag candidates --help` shows all options, with examples"
        );
        let error = usage(&["rtcdiag", "candidates", "--username", "u"]);
        assert_eq!(
            error.to_string(),
            "the following required arguments were not provided: --stun <URL> or --turn <URL>"
        );
        let error = usage(&["rtcdiag", "candidates", "stun:stun.example.org"]);
        assert_eq!(error.to_string(), "a URL without its option: stun:stun.example.org");
        assert_eq!(error.hints[0], "give it with --stun");
        let arguments = ["rtcdiag", "explain", "437", "438"];
        let error = Error::usage(&Cli::try_parse_from(arguments).unwrap_err(), "rtcdiag explain");
        assert_eq!(error.to_string(), "unexpected argument '438' found");
        let error = usage(&["rtcdiag", "explain", "--color", "pink"]);
        assert_eq!(error.hints[0], "possible values: auto, always, never");
    }

    #[test]
    fn no_error_repeats_a_credential() {
        for arguments in [
            &["--username", "u", "--credential", "my", "hunter2"][..],
            &["--username", "--credential", "hunter2"],
            &["--credential-env", "--credential", "hunter2"],
            &["--username", "u", "--credential-env", "X", "--credential", "hunter2"],
            &["--credential", "--hunter2"],
            &[
                "--username",
                "u",
                "--credential=hunter2",
                "--turn-secret-env",
                "hunter2",
            ],
        ] {
            let all: Vec<&str> = ["rtcdiag", "candidates", "--turn", "turn:t"]
                .iter()
                .chain(arguments)
                .copied()
                .collect();
            let error = Error::usage(&Cli::try_parse_from(all).unwrap_err(), "rtcdiag candidates");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
