//! [`Out`]: collects findings, one for each code, severity and case, however many places there are.

use foldhash::{HashMap, HashSet};

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
/// At most so many other sections are named.
const OTHERS: usize = 6;

/// One finding, and its places so far.
struct Collected {
    finding: Finding,
    case: &'static str,
    count: usize,
    /// The lines that are in the evidence, with the descriptions that they are of.
    lines: HashSet<(Option<u64>, usize)>,
    /// The other sections that it is about, the first few.
    others: Vec<String>,
}

/// The findings so far.
pub(super) struct Out {
    profile: Profile,
    /// The description that lines are of, where there are two.
    description: Option<u64>,
    list: Vec<Collected>,
    /// The finding that was added to last.
    last: usize,
    places: HashMap<(&'static str, Severity, &'static str), usize>,
}

impl Out {
    pub(super) fn new(profile: Profile) -> Out {
        Out {
            profile,
            description: None,
            list: Vec::new(),
            last: 0,
            places: HashMap::default(),
        }
    }

    /// Findings about two descriptions; lines are of this one unless [`Out::also`] says otherwise.
    pub(super) fn about(profile: Profile, description: u64) -> Out {
        Out {
            description: Some(description),
            ..Out::new(profile)
        }
    }

    /// Adds lines of another description to the finding that was added to last.
    pub(super) fn also(&mut self, description: u64, lines: &[Line<'_>]) {
        if let Some(one) = self.list.get_mut(self.last) {
            one.tell(Some(description), lines);
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
        self.add_case(entry, severity, "", subject, lines, seen);
    }

    /// [`Out::add_as`] for a case that browsers take otherwise than the rest of the rule.
    pub(super) fn add_case(
        &mut self,
        entry: &'static Entry,
        severity: Severity,
        case: &'static str,
        subject: &str,
        lines: &[Line<'_>],
        seen: impl Into<String>,
    ) {
        let key = (entry.code, severity, case);
        let at = *self.places.entry(key).or_insert_with(|| {
            let mut finding = entry.finding(subject, seen, Vec::new());
            finding.severity = severity;
            self.list.push(Collected {
                finding,
                case,
                count: 0,
                lines: HashSet::default(),
                others: Vec::new(),
            });
            self.list.len() - 1
        });
        self.last = at;
        let one = &mut self.list[at];
        one.count += 1;
        if one.others.len() <= OTHERS
            && one.finding.subject != subject
            && !one.others.iter().any(|other| other == subject)
        {
            one.others.push(subject.to_owned());
        }
        one.tell(self.description, lines);
    }

    /// The findings, the first line first. A finding about more than one place says how many, and one that browsers
    /// refuse says which.
    pub(super) fn finish(self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::with_capacity(self.list.len());
        for mut one in self.list {
            let others = one.others();
            let Collected {
                mut finding,
                case,
                count,
                ..
            } = one;
            match count {
                1 => finding.summary.push('.'),
                2 => finding
                    .summary
                    .push_str(&format!("; and 1 more place like it{others}.")),
                _ => finding
                    .summary
                    .push_str(&format!("; and {} more places like it{others}.", count - 1)),
            }
            browsers::judge(&mut finding, case, self.profile);
            findings.push(finding);
        }
        findings.sort_by_key(|finding| finding.evidence.first().and_then(|evidence| evidence.line));
        findings
    }
}

impl Collected {
    /// Puts lines under the finding, as many as have room.
    fn tell(&mut self, description: Option<u64>, lines: &[Line<'_>]) {
        for line in lines {
            if self.finding.evidence.len() < EVIDENCE && self.lines.insert((description, line.number)) {
                self.finding.evidence.push(Evidence {
                    description,
                    ..evidence(line)
                });
            }
        }
    }

    /// The other sections in words: `, in m=video (mid 1), m=audio (mid 2), …`.
    fn others(&mut self) -> String {
        if self.others.is_empty() {
            return String::new();
        }
        if self.others.len() > OTHERS {
            self.others[OTHERS] = "…".to_owned();
        }
        format!(", in {}", self.others.join(", "))
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
