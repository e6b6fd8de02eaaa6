//! [`Out`]: collects findings, one for each code, severity and case, however many places there are.

use foldhash::{HashMap, HashSet};

use super::Profile;
use super::browsers;
use super::cut::Cut;
use super::part::Part;
use crate::check::catalog::Entry;
use crate::proto::sdp::Line;
use crate::report::{Evidence, Finding, Severity};

/// At most so many lines stand under one finding; the rest is counted.
const EVIDENCE: usize = 100;
/// So many characters of a line, more only for what is marked in it.
const VALUE: usize = 400;
/// At most so many for what is marked.
const MARKED: usize = 10_000;
/// At most so many other sections are named.
const OTHERS: usize = 6;

/// One finding, and its places so far.
pub(super) struct Collected {
    pub finding: Finding,
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
    cut: Option<Cut>,
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
            cut: None,
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

    /// Leaves out what a text that breaks off cannot be blamed for.
    pub(super) fn cut_at(mut self, cut: Option<Cut>) -> Out {
        self.cut = cut;
        self
    }

    /// A place where the rule is broken: a section, the lines that show it, and what was seen, a sentence without its
    /// full stop.
    pub(super) fn add<'l>(
        &mut self,
        entry: &'static Entry,
        part: &Part<'_>,
        lines: &'l [Line<'l>],
        seen: impl Into<String>,
    ) -> Place<'_, 'l> {
        self.add_as(entry, entry.severity, &part.name(), lines, seen)
    }

    /// [`Out::add`] with a severity and a subject of its own.
    pub(super) fn add_as<'l>(
        &mut self,
        entry: &'static Entry,
        severity: Severity,
        subject: &str,
        lines: &'l [Line<'l>],
        seen: impl Into<String>,
    ) -> Place<'_, 'l> {
        self.add_case(entry, severity, "", subject, lines, seen)
    }

    /// [`Out::add_as`] for a case that browsers take otherwise than the rest of the rule.
    pub(super) fn add_case<'l>(
        &mut self,
        entry: &'static Entry,
        severity: Severity,
        case: &'static str,
        subject: &str,
        lines: &'l [Line<'l>],
        seen: impl Into<String>,
    ) -> Place<'_, 'l> {
        if self.cut.as_ref().is_some_and(|cut| cut.covers(entry, lines)) {
            self.last = usize::MAX;
            return Place { one: None, lines };
        }
        let description = self.description;
        let one = self.collect(entry, severity, case, subject, seen);
        one.tell(description, lines);
        Place { one: Some(one), lines }
    }

    /// A place that is known by its evidence, or by none.
    pub(super) fn add_fact(
        &mut self,
        entry: &'static Entry,
        severity: Severity,
        subject: &str,
        fact: Option<Evidence>,
        seen: impl FnOnce() -> String,
    ) -> &mut Collected {
        let one = self.collect_with(entry, severity, "", subject, seen);
        if one.finding.evidence.len() < EVIDENCE {
            one.finding.evidence.extend(fact);
        }
        one
    }

    /// Counts places of a finding that are not told of one by one.
    pub(super) fn count_also(&mut self, entry: &Entry, count: usize) {
        if let Some(one) = self.list.iter_mut().find(|one| one.finding.code == entry.code) {
            one.count += count;
        }
    }

    fn collect(
        &mut self,
        entry: &'static Entry,
        severity: Severity,
        case: &'static str,
        subject: &str,
        seen: impl Into<String>,
    ) -> &mut Collected {
        self.collect_with(entry, severity, case, subject, || seen.into())
    }

    fn collect_with(
        &mut self,
        entry: &'static Entry,
        severity: Severity,
        case: &'static str,
        subject: &str,
        seen: impl FnOnce() -> String,
    ) -> &mut Collected {
        let key = (entry.code, severity, case);
        let at = *self.places.entry(key).or_insert_with(|| {
            let mut finding = entry.finding(subject, seen(), Vec::new());
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
        one
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
        self.others.retain(|other| !other.is_empty());
        if self.others.is_empty() {
            return String::new();
        }
        if self.others.len() > OTHERS {
            self.others[OTHERS] = "…".to_owned();
        }
        format!(", in {}", self.others.join(", "))
    }
}

/// A place that was added: what is wrong in its lines can be marked.
pub(super) struct Place<'o, 'l> {
    /// Nothing where the place does not count.
    one: Option<&'o mut Collected>,
    lines: &'l [Line<'l>],
}

impl Place<'_, '_> {
    /// Marks a value: a slice of one of the lines. Nothing where it is none.
    pub(super) fn mark(mut self, value: &str) -> Self {
        for line in self.lines.iter() {
            self.mark_in(line, || Some(value));
        }
        self
    }

    /// Marks a word (a number, a name): in each line the first whole one.
    pub(super) fn word(mut self, word: impl ToString) -> Self {
        let word = word.to_string();
        for line in self.lines.iter() {
            self.mark_in(line, || find_word(line.text, &word));
        }
        self
    }

    /// Marks the word at an index (from 0, of those between blanks) of the last line, if it is this one.
    pub(super) fn token(mut self, index: usize, word: impl ToString) -> Self {
        if let Some(line) = self.lines.last() {
            let word = word.to_string();
            let mut words = line.text.split_ascii_whitespace();
            self.mark_in(line, || words.nth(index).filter(|found| *found == word));
        }
        self
    }

    /// Nothing is looked for in a line that is marked already, or is not shown: lines may be long, and places many.
    fn mark_in<'v>(&mut self, line: &Line<'_>, find: impl FnOnce() -> Option<&'v str>) {
        let Some(one) = self.one.as_mut() else { return };
        let number = Some(line.number as u64);
        let mut facts = one.finding.evidence.iter_mut().rev();
        // The last ones: a rule marks what it has just added.
        let fact = facts.find(|fact| fact.line == number && fact.column.is_none());
        let Some(fact) = fact else { return };
        let Some(value) = find().filter(|value| !value.is_empty()) else {
            return;
        };
        if let Some(column) = line.column_of(value) {
            let end = column + value.chars().count();
            (fact.column, fact.end_column) = (Some(column as u64), Some(end as u64));
            fact.value = Some(shortened(line.text, VALUE.max((end + 40).min(MARKED))));
        }
    }
}

/// The first place of a whole word in a line, after its letter; not in what is too long to be shown.
fn find_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let shown = text.char_indices().nth(MARKED).map_or(text.len(), |(end, _)| end);
    let value = text.get(2..shown)?;
    value.match_indices(word).map(|(at, _)| at + 2).find_map(|at| {
        let end = at + word.len();
        let open = !text[..at].ends_with(is_part) && !text[end..].starts_with(is_part);
        (open && !word.is_empty()).then(|| &text[at..end])
    })
}

fn evidence(line: &Line<'_>) -> Evidence {
    Evidence {
        line: Some(line.number as u64),
        value: Some(shortened(line.text, VALUE)),
        ..Evidence::default()
    }
}

/// The first characters of a line.
pub(super) fn shortened(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::find_word;

    #[test]
    fn words_are_whole_ones() {
        let at = |text: &'static str, word: &str| {
            find_word(text, word).map(|found| found.as_ptr() as usize - text.as_ptr() as usize)
        };
        assert_eq!(at("a=fmtp:97 apt=9", "9"), Some(14));
        assert_eq!(at("a=fmtp:97 apt=9", "97"), Some(7));
        assert_eq!(at("a=extmap:1/sendonly urn:x", "1"), Some(9));
        assert_eq!(at("a=mid:10", "1"), None);
        assert_eq!(at("m=audio 9 RTP/AVP 0 m", "m"), Some(20));
        assert_eq!(at("", "1"), None);
        assert_eq!(at("a=x", ""), None);
    }
}
