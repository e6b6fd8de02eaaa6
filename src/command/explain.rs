//! `rtcdiag explain`: what a finding or an error number means. The catalog of findings and the registry of error codes,
//! as a report.

use super::{Context, now};
use crate::check::catalog;
use crate::cli;
use crate::error::Error;
use crate::proto::stun::ErrorCode;
use crate::report::explain::{Entry, Explain};
use crate::report::{Envelope, Event, Report};

/// The entry asked for, or all of them.
pub fn run(options: &cli::Explain, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let entries = match &options.code {
        Some(code) => vec![find(code).ok_or_else(|| unknown(code))?],
        None => all(),
    };
    for entry in &entries {
        (context.emit)(Event::Entry(Box::new(entry.clone())));
    }
    Ok(Envelope::new(
        "explain",
        now(),
        Report::Explain(Explain { entries }),
        Vec::new(),
    ))
}

/// Findings in the order of the catalog, then error numbers.
fn all() -> Vec<Entry> {
    let errors = ErrorCode::ALL.iter().map(|entry| entry.value);
    catalog::all().map(finding).chain(errors.map(error)).collect()
}

fn find(code: &str) -> Option<Entry> {
    let code = code.trim().to_ascii_lowercase();
    match code.parse() {
        Ok(number) => ErrorCode(number).entry().map(|entry| error(entry.value)),
        Err(_) => catalog::find(&code).map(finding),
    }
}

fn finding(entry: &catalog::Entry) -> Entry {
    Entry {
        topic: "finding".to_owned(),
        code: entry.code.to_owned(),
        severity: Some(entry.severity),
        title: entry.title.to_owned(),
        what: entry.what.to_owned(),
        why: Some(entry.why.to_owned()),
        fix: entry.fix.to_owned(),
        reference: entry.reference.to_owned(),
    }
}

fn error(code: ErrorCode) -> Entry {
    Entry {
        topic: "stun-error".to_owned(),
        code: code.0.to_string(),
        severity: None,
        title: code.name().unwrap_or_default().to_owned(),
        what: code.meaning().unwrap_or_default().to_owned(),
        why: None,
        fix: code.advice().unwrap_or_default().to_owned(),
        reference: code.reference().unwrap_or_default().to_owned(),
    }
}

fn unknown(code: &str) -> Error {
    let error = Error::new("no finding and no STUN error has this code").at(code);
    let error = match nearest(code) {
        codes if codes.is_empty() => error,
        codes => error.hint(format!("did you mean {}?", codes.join(" or "))),
    };
    error.hint("`rtcdiag explain` lists all codes")
}

/// Up to three codes that `code` may have been meant to be, the nearest first.
fn nearest(code: &str) -> Vec<String> {
    let code = code.to_ascii_lowercase();
    let mut near: Vec<(usize, String)> = all()
        .into_iter()
        .filter_map(|entry| {
            let contained = code.len() >= 3 && entry.code.contains(&code);
            let distance = if contained { 1 } else { distance(&code, &entry.code) };
            // A number with one wrong digit is near, a word with a third of it wrong.
            let limit = (code.len() / 3).max(1);
            (distance <= limit).then_some((distance, entry.code))
        })
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, code)| code).collect()
}

/// How many characters to insert, delete, replace or swap with their neighbor (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_list_is_found_again() {
        for entry in all() {
            assert_eq!(find(&entry.code).as_ref(), Some(&entry), "{}", entry.code);
        }
        assert_eq!(find(" NO-Server-named ").unwrap().code, "no-server-named");
        assert_eq!(find("437").unwrap().title, "Allocation Mismatch");
    }

    #[test]
    fn wrong_codes_name_the_nearest() {
        assert_eq!(nearest("no-sever-named")[0], "no-server-named");
        assert_eq!(nearest("server-named")[0], "no-server-named");
        assert!(nearest("473").contains(&"437".to_owned()));
        assert!(nearest("xyzzy").is_empty() && nearest("").is_empty());
        assert_eq!(unknown("99999").hints, ["`rtcdiag explain` lists all codes"]);
    }

    #[test]
    fn distances() {
        for (one, other, edits) in [
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("437", "473", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), edits, "{one} {other}");
            assert_eq!(distance(other, one), edits, "{other} {one}");
        }
    }
}
