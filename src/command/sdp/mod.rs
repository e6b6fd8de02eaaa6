//! `rtcdiag sdp`: files -> descriptions -> report and findings.

mod views;

use std::path::Path;

use super::{input, now, other};
use crate::check::sdp::origin::made_by;
use crate::cli;
use crate::error::{Error, place};
use crate::proto::sdp::unwrap::{self, Found, Text};
use crate::report::sdp::{Description, Sdp};
use crate::report::sdp_dump::Unread;
use crate::report::{Envelope, Report};

use views::Texts;

/// Larger inputs are no descriptions, and no dumps that anyone could paste.
const LARGEST: u64 = 1 << 30;

/// A description that was taken.
struct Taken<'t> {
    /// The name of its file.
    file: &'t str,
    /// Which one it is, from 1 through all files.
    number: usize,
    found: Found<'t>,
}

/// Reads the files; one description or more must be in each. What is wrong with those that could not be read comes
/// beside the report on the others.
///
/// # Errors
/// There is nothing to report on.
pub fn run(options: &cli::Sdp) -> Result<(Envelope, Option<Error>), Error> {
    let started = now();
    // What is wrong with a file, by its place on the command line.
    let mut wrong: Vec<(usize, Error)> = Vec::new();
    let mut files = Vec::new();
    for (index, path) in options.files.iter().enumerate() {
        match input::read(path, LARGEST, "read the description") {
            Ok(bytes) => files.push((index, path.to_string_lossy(), bytes)),
            Err(error) => wrong.push((index, error)),
        }
    }
    let mut inputs = Vec::new();
    for (index, name, bytes) in &files {
        match Text::from_bytes(bytes) {
            Ok(text) => inputs.push((*index, name.as_ref(), text)),
            Err(error) => wrong.push((*index, no_sdp(name, error.to_string(), error.hint()))),
        }
    }
    let (taken, count) = take(&inputs, options, &mut wrong);
    wrong.sort_by_key(|(index, _)| *index);
    let unread = unread(options, &wrong);
    let error = Error::all(wrong.into_iter().map(|(_, error)| error).collect());
    if taken.is_empty() {
        return Err(error.unwrap_or_else(|| not_picked(count)));
    }
    let (mut report, texts) = describe(&taken, count);
    report.unread = unread;
    report.listed = texts.distinct() > views::FEW && options.pick.is_empty() && !options.explain;
    let mut findings = texts.judge(options);
    // Half of what was to be compared is missing, and told of.
    if error.is_none() || texts.distinct() == 2 {
        texts.look_at(options, &mut report)?;
    }
    findings.extend(texts.lint_together(options, &report));
    report.rules = views::rules(&findings);
    Ok((Envelope::new("sdp", started, Report::Sdp(report), findings), error))
}

/// The descriptions of all inputs, or those that were picked, and how many there are in all.
fn take<'t>(
    inputs: &'t [(usize, &str, Text<'_>)],
    options: &cli::Sdp,
    wrong: &mut Vec<(usize, Error)>,
) -> (Vec<Taken<'t>>, usize) {
    let mut taken = Vec::new();
    let mut number = 0;
    for (index, file, text) in inputs {
        let mut all = match unwrap::unwrap(&text.text) {
            Ok(all) => all,
            Err(error) => {
                wrong.push((*index, no_sdp(file, error.to_string(), error.hint())));
                continue;
            }
        };
        text.tell(&mut all);
        for found in all {
            number += 1;
            if options.pick.is_empty() || options.pick.iter().any(|pick| *pick as usize == number) {
                taken.push(Taken { file, number, found });
            }
        }
    }
    (taken, number)
}

/// The report on each description, and their texts, each parsed once.
fn describe<'t>(taken: &'t [Taken<'t>], count: usize) -> (Sdp, Texts<'t>) {
    let texts = Texts::of(taken, count);
    let mut report = Sdp::default();
    for (index, one) in taken.iter().enumerate() {
        let text = texts.description(index);
        let mut description = Description::new(one.file, &one.found, text);
        description.input.number = one.number;
        description.input.same_as = texts.same_as(index).map(|first| taken[first].number);
        description.made_by = made_by(text);
        report.descriptions.push(description);
    }
    (report, texts)
}

fn no_sdp(name: &str, what: String, hint: &str) -> Error {
    let path = Path::new(name);
    let hint = other::hint(path).unwrap_or_else(|| hint.to_owned());
    Error::new(what).at(place(path)).hint(hint)
}

fn not_picked(count: usize) -> Error {
    let count = match count {
        1 => "there is only 1 description".to_owned(),
        count => format!("there are only {count} descriptions"),
    };
    Error::new(count)
        .at("--pick")
        .hint("descriptions are counted from 1, through all files")
}

/// The errors as the report has them.
fn unread(options: &cli::Sdp, wrong: &[(usize, Error)]) -> Vec<Unread> {
    let one = |(index, error): &(usize, Error)| Unread {
        file: options.files[*index].to_string_lossy().into_owned(),
        problem: error.what.clone(),
        hints: error.hints.clone(),
    };
    wrong.iter().map(one).collect()
}
