//! `rtcdiag explain`: what a finding, an error number or a line of SDP means. The catalog of findings and the registries,
//! as a report.

use super::{Context, now};
use crate::check::catalog;
use crate::check::sdp::explain::examples::Example;
use crate::check::sdp::explain::explain;
use crate::cli;
use crate::error::Error;
use crate::proto::sdp::{Description, LineType, attribute};
use crate::proto::stun::ErrorCode;
use crate::report::explain::{Entry, Explain, Meaning};
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

/// Findings in the order of the catalog, then error numbers, then types of lines and attributes of SDP.
fn all() -> Vec<Entry> {
    let errors = ErrorCode::ALL.iter().map(|entry| entry.value);
    let lines = LineType::ALL.iter().map(line_type);
    let attributes = attribute::ALL.iter().map(attribute_entry);
    let all = catalog::all().map(Entry::from).chain(errors.map(error));
    all.chain(lines).chain(attributes).collect()
}

fn find(code: &str) -> Option<Entry> {
    let code = code.trim();
    if code.as_bytes().get(1) == Some(&b'=') {
        return line(code);
    }
    let lower = code.to_ascii_lowercase();
    match lower.parse() {
        Ok(number) => ErrorCode(number).entry().map(|entry| error(entry.value)),
        Err(_) => catalog::find(&lower)
            .map(Entry::from)
            .or_else(|| named(code).map(attribute_entry)),
    }
}

/// The attribute of this name; in another case, if there is none in this one.
fn named(name: &str) -> Option<&'static attribute::Entry> {
    let in_any_case = || {
        attribute::ALL
            .iter()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))
    };
    attribute::Entry::find(name).or_else(in_any_case)
}

/// `m=`, `a=setup`, or a whole line, whose value is then told too.
fn line(text: &str) -> Option<Entry> {
    let (letter, value) = text.split_once('=')?;
    let letter = letter.chars().next()?.to_ascii_lowercase();
    let (entry, has_value) = match letter {
        'a' if !value.is_empty() => {
            let (name, value) = value.split_once(':').unwrap_or((value, ""));
            (attribute_entry(named(name.trim())?), !value.is_empty())
        }
        letter => (line_type(LineType::find(letter)?), !value.is_empty()),
    };
    if !has_value {
        return Some(entry);
    }
    let description = Description::parse(text);
    let meaning = explain(&description, 0).lines.into_iter().next()?.meaning;
    Some(Entry {
        code: text.lines().next().unwrap_or(text).to_owned(),
        what: format!("{} {}", entry.title, entry.what),
        title: meaning,
        ..entry
    })
}

fn line_type(known: &LineType) -> Entry {
    let code = format!("{}=", known.letter);
    // Every attribute is an `a=` line: their findings are told with them.
    let findings = catalog::about(&code).filter(|_| known.letter != 'a');
    Entry {
        topic: "sdp-line".to_owned(),
        findings: findings.map(|entry| entry.code.to_owned()).collect(),
        code,
        title: known.meaning.to_owned(),
        what: format!("A line of SDP: {}.", known.name),
        reference: known.reference.to_owned(),
        ..Entry::default()
    }
}

fn attribute_entry(known: &attribute::Entry) -> Entry {
    let code = format!("a={}", known.name);
    let example = Example::find(known.name);
    let values = example.map_or(&[][..], |example| example.values);
    let flag = (known.shape == attribute::Shape::Flag).then(|| code.clone());
    Entry {
        topic: "sdp-attribute".to_owned(),
        example: example.map(|example| example.line.to_owned()).or(flag),
        values: values.iter().map(|value| meaning(&code, value)).collect(),
        findings: catalog::about(&code).map(|entry| entry.code.to_owned()).collect(),
        code,
        title: known.meaning.to_owned(),
        what: format!("An attribute of SDP; where it may stand: {}.", known.level.name()),
        reference: known.reference.to_owned(),
        ..Entry::default()
    }
}

/// What an attribute with this value says.
fn meaning(code: &str, value: &str) -> Meaning {
    let line = format!("{code}:{value}");
    let lines = explain(&Description::parse(&line), 0).lines;
    Meaning {
        value: value.to_owned(),
        meaning: lines.into_iter().next().map_or(String::new(), |line| line.meaning),
    }
}

fn error(code: ErrorCode) -> Entry {
    Entry {
        topic: "stun-error".to_owned(),
        code: code.0.to_string(),
        title: code.name().unwrap_or_default().to_owned(),
        what: code.meaning().unwrap_or_default().to_owned(),
        fix: code.advice().unwrap_or_default().to_owned(),
        reference: code.reference().unwrap_or_default().to_owned(),
        ..Entry::default()
    }
}

fn unknown(code: &str) -> Error {
    let error = Error::new("no finding, no STUN error and no line of SDP has this code").at(code);
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
        assert_eq!(find("Setup").unwrap().code, "a=setup");
        assert_eq!(find("a=ICE-lite").unwrap().code, "a=ice-lite");
        assert_eq!(find("m=").unwrap().topic, "sdp-line");
        assert_eq!(
            find("a=setup:active").unwrap().title,
            "The writer starts the DTLS handshake: it is the client."
        );
        assert!(
            find("m=audio 9 UDP/TLS/RTP/SAVPF 111")
                .unwrap()
                .title
                .starts_with("M-line 0: audio")
        );
        assert!(find("a=").is_some() && find("x=").is_none() && find("a=nonsense").is_none() && find("=").is_none());
    }

    #[test]
    fn wrong_codes_name_the_nearest() {
        assert_eq!(nearest("no-sever-named")[0], "no-server-named");
        assert_eq!(nearest("server-named")[0], "no-server-named");
        assert!(nearest("473").contains(&"437".to_owned()));
        assert_eq!(nearest("a=stup")[0], "a=setup");
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
