//! `rtcdiag sdp`: files -> descriptions -> report and findings.

mod views;

use std::io::{self, Read};
use std::path::Path;

use super::now;
use crate::check::sdp::origin::made_by;
use crate::check::sdp::{form, lint, untold};
use crate::cli;
use crate::error::Error;
use crate::proto::sdp::unwrap::{self, Found, Text};
use crate::proto::sdp::{self, Description};
use crate::report::sdp::Sdp;
use crate::report::{Envelope, Finding, Report};

use views::Texts;

/// Larger inputs are no descriptions, and no dumps that anyone could paste.
const LARGEST: u64 = 1 << 30;

/// Reads the files; one description or more must be in each.
pub fn run(options: &cli::Sdp) -> Result<Envelope, Error> {
    let started = now();
    let mut report = Sdp::default();
    let mut findings = Vec::new();
    let mut texts = Texts::default();
    let mut number = 0;
    for path in &options.files {
        let name = path.to_string_lossy();
        let bytes = read(path)?;
        let text = Text::from_bytes(&bytes)
            .map_err(|error| Error::new(error.to_string()).at(place(&name)).hint(error.hint()))?;
        let mut all = unwrap::unwrap(&text.text)
            .map_err(|error| Error::new(error.to_string()).at(place(&name)).hint(error.hint()))?;
        if let Some(first) = all.first_mut() {
            first.damage.splice(0..0, text.damage.iter().cloned());
        }
        for found in &all {
            number += 1;
            if options.pick.is_empty() || options.pick.contains(&number) {
                one(&name, found, number, options, &mut report, &mut findings);
                texts.keep(&name, found);
            }
        }
    }
    if report.descriptions.is_empty() {
        let count = match number {
            1 => "there is only 1 description".to_owned(),
            count => format!("there are only {count} descriptions"),
        };
        return Err(Error::new(count)
            .at("--pick")
            .hint("descriptions are counted from 1, through all files"));
    }
    texts.look_at(options, &mut report)?;
    findings.extend(texts.lint_together(options));
    texts.place(&mut findings);
    report.rules = views::rules(&findings);
    Ok(Envelope::new("sdp", started, Report::Sdp(report), findings))
}

fn one(file: &str, found: &Found<'_>, number: u32, options: &cli::Sdp, report: &mut Sdp, findings: &mut Vec<Finding>) {
    let description = Description::parse(&found.sdp);
    let subject = match found.kind {
        Some(kind) => format!("{} (description {number})", kind.name()),
        None => format!("description {number}"),
    };
    // A rollback has no SDP.
    if found.kind != Some(unwrap::DescriptionType::Rollback) || !found.sdp.is_empty() {
        let mut rules = lint(&description, &views::context(options, found.kind));
        let defects = untold(sdp::defects(&description), &rules);
        findings.extend(form::check(&subject, &description, &defects, &found.damage));
        for finding in &mut rules {
            finding.subject = format!("{subject}, {}", finding.subject);
            let place = report.descriptions.len() as u64 + 1;
            finding
                .evidence
                .iter_mut()
                .for_each(|fact| fact.description = Some(place));
        }
        findings.extend(rules);
    }
    let mut one = crate::report::sdp::Description::new(file, found, &description);
    one.made_by = made_by(&description);
    report.descriptions.push(one);
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
