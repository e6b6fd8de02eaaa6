//! [`Out`]: collects findings, one for each code and severity, however many places there are.

use std::collections::HashMap;

use super::Profile;
use super::browsers;
use super::part::Part;
use crate::check::catalog::Entry;
use crate::proto::sdp::Line;
use crate::report::{Evidence, Finding, Severity};

/// At most so many lines stand under one finding; the rest is counted.
const EVIDENCE: usize = 50;
/// At most so many characters of a line.
const VALUE: usize = 400;

/// The findings so far.
pub(super) struct Out {
    profile: Profile,
    list: Vec<(Finding, &'static Entry, usize)>,
    places: HashMap<(&'static str, Severity), usize>,
}

impl Out {
    pub(super) fn new(profile: Profile) -> Out {
        Out {
            profile,
            list: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// A place where the rule is broken: a section, the lines that show it, and what was seen, a sentence without its
    /// full stop.
    pub(super) fn add(&mut self, entry: &'static Entry, part: &Part<'_>, lines: &[Line<'_>], seen: impl Into<String>) {
        self.add_as(entry, entry.severity, &part.name(), lines, seen);
    }

    /// [`Out::add`] with a severity and a subject of its own.
    pub(super) fn add_as(
        &mut self,
        entry: &'static Entry,
        severity: Severity,
        subject: &str,
        lines: &[Line<'_>],
        seen: impl Into<String>,
    ) {
        let evidence = lines.iter().map(evidence);
        if let Some(&at) = self.places.get(&(entry.code, severity)) {
            let (finding, _, count) = &mut self.list[at];
            *count += 1;
            let room = EVIDENCE.saturating_sub(finding.evidence.len());
            finding.evidence.extend(evidence.take(room));
            return;
        }
        let mut finding = entry.finding(subject, seen, evidence.take(EVIDENCE).collect());
        finding.severity = severity;
        self.places.insert((entry.code, severity), self.list.len());
        self.list.push((finding, entry, 1));
    }

    /// The findings, the first line first. A finding about more than one place says how many, and one that browsers
    /// refuse says which.
    pub(super) fn finish(self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::with_capacity(self.list.len());
        for (mut finding, entry, count) in self.list {
            match count {
                1 => finding.summary.push('.'),
                2 => finding.summary.push_str("; and 1 more place like it."),
                _ => finding
                    .summary
                    .push_str(&format!("; and {} more places like it.", count - 1)),
            }
            if let Some(said) = browsers::sentence(entry.code, self.profile) {
                finding.summary.push(' ');
                finding.summary.push_str(&said);
            }
            if browsers::refused_by(entry.code, self.profile) {
                finding.severity = Severity::Error;
            }
            findings.push(finding);
        }
        findings.sort_by_key(|finding| finding.evidence.first().and_then(|evidence| evidence.line));
        findings
    }
}

fn evidence(line: &Line<'_>) -> Evidence {
    let value = match line.text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", &line.text[..end]),
        None => line.text.to_owned(),
    };
    Evidence {
        line: Some(line.number as u64),
        value: Some(value),
        ..Evidence::default()
    }
}
