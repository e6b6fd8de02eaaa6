//! `rtcdiag sdp`: files -> descriptions -> report and findings.

mod views;

use std::io::{self, Read};
use std::path::Path;

use super::now;
use crate::check::sdp::origin::made_by;
use crate::check::sdp::{Profile, form, lint, untold, with_browsers};
use crate::cli;
use crate::error::Error;
use crate::proto::sdp::unwrap::{self, DescriptionType, Found, Text};
use crate::proto::sdp::{self, Description};
use crate::report::sdp::Sdp;
use crate::report::{Envelope, Finding, Report};

use views::Texts;

/// Larger inputs are no descriptions, and no dumps that anyone could paste.
const LARGEST: u64 = 1 << 30;

/// Reads the files; one description or more must be in each.
pub fn run(options: &cli::Sdp) -> Result<Envelope, Error> {
    let started = now();
    let mut files = Vec::new();
    for path in &options.files {
        files.push((path.to_string_lossy(), read(path)?));
    }
    let mut inputs = Vec::new();
    for (name, bytes) in &files {
        let text = Text::from_bytes(bytes)
            .map_err(|error| Error::new(error.to_string()).at(place(name)).hint(error.hint()))?;
        inputs.push((name.as_ref(), text));
    }
    let taken = take(&inputs, options)?;
    let texts = Texts::of(&taken);
    let kinds = texts.kinds(options);

    let mut report = Sdp::default();
    let mut findings = Vec::new();
    for (index, ((file, found), kind)) in taken.iter().zip(kinds).enumerate() {
        let description = texts.description(index);
        // A rollback has no SDP.
        if kind != Some(DescriptionType::Rollback) || !found.sdp.is_empty() {
            findings.extend(judge(description, found, kind, index, options));
        }
        let mut one = crate::report::sdp::Description::new(file, found, description);
        one.made_by = made_by(description);
        report.descriptions.push(one);
    }
    texts.look_at(options, &mut report)?;
    findings.extend(texts.lint_together(options, &report));
    texts.place(&mut findings);
    report.rules = views::rules(&findings);
    Ok(Envelope::new("sdp", started, Report::Sdp(report), findings))
}

/// The descriptions in all inputs, or those that were picked, each with the name of its file.
fn take<'t>(inputs: &'t [(&str, Text<'_>)], options: &cli::Sdp) -> Result<Vec<(&'t str, Found<'t>)>, Error> {
    let mut taken = Vec::new();
    let mut count = 0;
    for (name, text) in inputs {
        let mut all = unwrap::unwrap(&text.text)
            .map_err(|error| Error::new(error.to_string()).at(place(name)).hint(error.hint()))?;
        text.tell(&mut all);
        for found in all {
            count += 1;
            if options.pick.is_empty() || options.pick.contains(&count) {
                taken.push((*name, found));
            }
        }
    }
    if taken.is_empty() {
        let count = match count {
            1 => "there is only 1 description".to_owned(),
            count => format!("there are only {count} descriptions"),
        };
        return Err(Error::new(count)
            .at("--pick")
            .hint("descriptions are counted from 1, through all files"));
    }
    Ok(taken)
}

/// What is wrong with one description: `kind` is what it is, by its wrapping or by its place beside another one.
fn judge(
    description: &Description<'_>,
    found: &Found<'_>,
    kind: Option<DescriptionType>,
    index: usize,
    options: &cli::Sdp,
) -> Vec<Finding> {
    let number = index as u64 + 1;
    let subject = match kind {
        Some(kind) => format!("{} (description {number})", kind.name()),
        None => format!("description {number}"),
    };
    let context = views::context(options, kind);
    let mut rules = lint(description, &context);
    let defects = untold(sdp::defects(description), &rules);
    for finding in &mut rules {
        finding.subject = format!("{subject}, {}", finding.subject);
    }
    let profile = context.profile.unwrap_or_else(|| Profile::of(description));
    let mut all = with_browsers(form::check(&subject, description, &defects, &found.damage), profile);
    all.extend(rules);
    for fact in all.iter_mut().flat_map(|finding| &mut finding.evidence) {
        fact.description = fact.line.map(|_| number);
    }
    all
}

fn place(name: &str) -> &str {
    if name == "-" { "stdin" } else { name }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        io::stdin().lock().take(LARGEST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
    };
    result.map_err(|error| Error::file("read the description", path, &error))?;
    Ok(bytes)
}
