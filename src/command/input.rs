//! What commands read: a file, or stdin for `-`, up to a bound; secrets from files and from the environment.

use std::io::{self, Read as _};
use std::path::Path;

use crate::error::{Error, place};
use crate::proto::ice::{IceServers, parse_ice_servers};
use crate::secret::Secret;

/// The octets of a file, or of stdin for `-`. `operation` is a verb phrase for messages, such as `read the dump`.
///
/// # Errors
/// It can't be read, or has more than `limit` octets: it is not what it should be, and a part of it would mislead.
pub fn read(path: &Path, limit: u64, operation: &str) -> Result<Vec<u8>, Error> {
    let mut octets = Vec::new();
    let wanted = limit.saturating_add(1);
    let read = match path == Path::new("-") {
        true => io::stdin().lock().take(wanted).read_to_end(&mut octets),
        false => std::fs::File::open(path).and_then(|file| file.take(wanted).read_to_end(&mut octets)),
    };
    let length = read.map_err(|error| Error::file(operation, path, &error))?;
    if length as u64 > limit {
        return Err(Error::new(format!("cannot {operation} (larger than {})", size(limit)))
            .at(place(path))
            .hint("check that this is the right file"));
    }
    Ok(octets)
}

/// [`read`], as text.
///
/// # Errors
/// As [`read`], or it is not UTF-8.
pub fn read_text(path: &Path, limit: u64, operation: &str) -> Result<String, Error> {
    String::from_utf8(read(path, limit, operation)?).map_err(|_| {
        let error = io::Error::new(io::ErrorKind::InvalidData, "not UTF-8 text");
        Error::file(operation, path, &error)
    })
}

/// The RTCConfiguration, or its iceServers, of a file.
///
/// # Errors
/// As [`read_text`], or there is none in it.
pub fn ice_servers(path: &Path) -> Result<IceServers, Error> {
    const LIMIT: u64 = 4 << 20;
    let text = read_text(path, LIMIT, "read the ICE server list")?;
    parse_ice_servers(&text).map_err(|error| {
        Error::new(format!("cannot use the ICE server list ({error})"))
            .at(place(path))
            .hint(error.hint())
    })
}

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

/// `64 KiB`, `1 GiB`: bounds are whole ones.
fn size(octets: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let fits = |(shift, _): &&(u32, &str)| octets >> shift > 0 && octets.trailing_zeros() >= *shift;
    match units.iter().find(fits) {
        Some((shift, unit)) => format!("{} {unit}", octets >> shift),
        None => format!("{octets} octets"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_itself_is_allowed_and_one_more_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![b' '; 1024]).unwrap();
        assert_eq!(read(&path, 1024, "read it").unwrap().len(), 1024);
        assert_eq!(read_text(&path, u64::MAX, "read it").unwrap().len(), 1024);
        let error = read(&path, 1023, "read it").unwrap_err();
        assert_eq!(error.what, "cannot read it (larger than 1023 octets)");
        assert_eq!(error.where_, Some(path.display().to_string()));
    }

    #[test]
    fn what_is_no_text_or_no_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [0xff]).unwrap();
        assert!(read_text(&path, 10, "read it").unwrap_err().what.contains("not UTF-8"));
        let error = read(folder.path(), 10, "read it").unwrap_err();
        assert!(error.hints[0].contains("in that folder"), "{error:?}");
    }

    #[test]
    fn sizes_have_the_largest_unit_that_is_whole() {
        for (octets, text) in [
            (1 << 30, "1 GiB"),
            (4 << 20, "4 MiB"),
            (64 << 10, "64 KiB"),
            (1500, "1500 octets"),
        ] {
            assert_eq!(size(octets), text);
        }
    }
}
