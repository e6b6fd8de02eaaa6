//! What commands read besides their subject: secrets from files and from the environment, small texts.

use std::io::Read as _;
use std::path::Path;

use crate::error::{Error, place};
use crate::secret::Secret;

/// Octets of a file with a secret in its first line.
pub const SECRET_LIMIT: u64 = 64 << 10;

/// A secret from an environment variable, which `option` names.
pub fn from_environment(variable: &str, option: &str) -> Result<Secret, Error> {
    let error = |what: &str| {
        let what = format!("the environment variable of {option} is {what}");
        match is_variable_name(variable) {
            true => Error::new(what).at(variable),
            // The password itself, perhaps.
            false => Error::new(format!("{what} (its name is not shown, as it is none)")).at(option),
        }
    };
    match std::env::var(variable) {
        Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
        Ok(_) => Err(error("empty")),
        Err(std::env::VarError::NotPresent) => Err(error("not set").hint(format!(
            "{option} takes the name of a variable, not its value; export it before the run"
        ))),
        Err(std::env::VarError::NotUnicode(_)) => Err(error("not UTF-8")),
    }
}

/// Whether a shell would take it for the name of a variable.
fn is_variable_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// The first line of a file, without its line end.
pub fn from_file(path: &Path, operation: &str) -> Result<Secret, Error> {
    let text = read_text(path, SECRET_LIMIT, operation)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Error::new(format!("cannot {operation} (the first line is empty)")).at(place(path)));
    }
    Ok(Secret::new(line))
}

/// The text of a file, or of stdin for `-`. What is larger than `limit` octets is refused: it is not what it should be.
pub fn read_text(path: &Path, limit: u64, operation: &str) -> Result<String, Error> {
    let mut octets = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit + 1).read_to_end(&mut octets)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut octets))
    };
    let length = read.map_err(|error| Error::file(operation, path, &error))?;
    if length as u64 > limit {
        let what = format!("cannot {operation} (larger than {} KiB)", limit >> 10);
        return Err(Error::new(what)
            .at(place(path))
            .hint("check that this is the right file"));
    }
    String::from_utf8(octets).map_err(|_| {
        let error = std::io::Error::new(std::io::ErrorKind::InvalidData, "not UTF-8 text");
        Error::file(operation, path, &error)
    })
}
