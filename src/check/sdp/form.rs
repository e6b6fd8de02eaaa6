//! Form: what the wrapping did to a description, and where it departs from the grammar. One finding for each kind, with
//! its places as evidence.

use super::Profile;
use super::cut::Cut;
use super::out::{Out, shortened};
use super::part::section_name;
use crate::check::catalog::{Entry, sdp as catalog};
use crate::proto::sdp::attribute::Entry as Known;
use crate::proto::sdp::unwrap::{Damage, DamageKind};
use crate::proto::sdp::{Defect, DefectKind, Defects, Description};
use crate::report::{Evidence, Finding, Severity};

/// So much of a line is shown.
const SHOWN: usize = 400;

/// The findings about the form of a description. What is wrong with a line where it is cut needs no words of its own.
pub(super) fn check(
    description: &Description<'_>,
    defects: &Defects<'_>,
    damage: &[Damage],
    cut: Option<&Cut>,
    profile: Profile,
) -> Vec<Finding> {
    let mut out = Out::new(profile);
    for one in damage {
        let mut fact = line_evidence(description, one.sdp_line);
        fact.id = Some(format!("input {}:{}", one.line, one.column));
        let entry = entry_of_damage(one.kind);
        out.add_fact(entry, entry.severity, "", Some(fact), || {
            let place = format!("line {}, column {} of the input", one.line, one.column);
            format!("At {place}: {}", one.what)
        });
    }
    if let Some((cut, seen)) = cut.and_then(|cut| Some((cut, cut.seen.as_ref()?))) {
        let mut fact = line_evidence(description, cut.line);
        let length = description.line(cut.line).map_or(0, |line| line.text.chars().count());
        fact.column = Some(length as u64 + 1);
        let entry = catalog::TRUNCATED;
        let place = format!("Line {}, column {}", cut.line, length + 1);
        out.add_fact(entry, entry.severity, "", Some(fact), || format!("{place}: {seen}"));
    }
    let is_told = |defect: &Defect<'_>| cut.is_some_and(|cut| cut.covers_defect(defect.line, defect.kind));
    let mut names = Names {
        description,
        last: None,
    };
    for defect in defects.list.iter().filter(|defect| !is_told(defect)) {
        add(description, defect, defects, &mut names, &mut out);
    }
    // Of each kind no more than a number are kept.
    for (kind, count) in &defects.counts {
        let kept = defects.list.iter().filter(|defect| defect.kind == *kind).count();
        out.count_also(entry(*kind), count.saturating_sub(kept));
    }
    out.finish()
}

fn add(
    description: &Description<'_>,
    defect: &Defect<'_>,
    defects: &Defects<'_>,
    names: &mut Names<'_>,
    out: &mut Out,
) {
    let entry = entry(defect.kind);
    let severity = severity(description, defect, entry);
    let fact = (defect.line > 0).then(|| {
        let mut fact = line_evidence(description, defect.line);
        fact.column = Some(defect.column as u64);
        let length = defect.found.chars().count();
        fact.end_column = (length > 0).then_some((defect.column + length) as u64);
        // The first one is told in the summary.
        fact.id = (defects.count(defect.kind) > 1).then(|| defect.to_string());
        fact
    });
    let one = out.add_fact(entry, severity, names.of(defect.line), fact, || match defect.line {
        0 => format!("The description should have {}", defect.expected),
        line if defect.kind == DefectKind::BlankLine => format!("Line {line} is empty"),
        line => format!("Line {line}, column {}: {defect}", defect.column),
    });
    let attribute = description.line(defect.line).and_then(|line| line.attribute());
    let known = attribute.and_then(|attribute| Known::find(attribute.name));
    if let Some(known) = known.filter(|_| defect.kind == DefectKind::BadAttribute && one.finding.evidence.len() == 1) {
        // The attribute that stands there first says where its grammar is.
        one.finding.reference = known.reference.to_owned();
        one.finding.advice = one.finding.advice.replace("a=NAME", &format!("a={}", known.name));
    }
}

/// How bad a defect is.
fn severity(description: &Description<'_>, defect: &Defect<'_>, entry: &Entry) -> Severity {
    match defect.kind {
        // Browsers count the fields of `o=` and do not look at its numbers.
        DefectKind::BadOrigin if description.origin().is_some() => Severity::Warning,
        // They pass over attributes that they do not know.
        DefectKind::BadAttribute => {
            let attribute = description.line(defect.line).and_then(|line| line.attribute());
            attribute.map_or(Severity::Warning, |attribute| severity_of(attribute.name))
        }
        _ => entry.severity,
    }
}

/// The names of sections. That of the last one asked for is kept: defects come in order.
struct Names<'d> {
    description: &'d Description<'d>,
    last: Option<(Option<usize>, String)>,
}

impl Names<'_> {
    fn of(&mut self, line: usize) -> &str {
        let Some(line) = self.description.line(line) else {
            return "";
        };
        let section = self.description.section_of(&line);
        if self.last.as_ref().is_none_or(|(index, _)| *index != section.index()) {
            self.last = Some((section.index(), section_name(&section)));
        }
        self.last.as_ref().map_or("", |(_, name)| name)
    }
}

const fn entry_of_damage(kind: DamageKind) -> &'static Entry {
    match kind {
        DamageKind::Truncated => catalog::TRUNCATED,
        DamageKind::Html => catalog::HTML,
        DamageKind::Indented => catalog::INDENTED,
        DamageKind::LineEndsLost => catalog::LINE_ENDS_LOST,
        DamageKind::ObjectObject => catalog::OBJECT_OBJECT,
        DamageKind::NotUtf8 | DamageKind::ByteOrderMark => catalog::ENCODING,
        DamageKind::Json => catalog::BROKEN_JSON,
        DamageKind::Base64 => catalog::BROKEN_BASE64,
    }
}

/// How bad it is that the value of an attribute cannot be read.
pub(super) fn severity_of(attribute: &str) -> Severity {
    const REFUSED: [&str; 15] = [
        "candidate",
        "crypto",
        "extmap",
        "fingerprint",
        "fmtp",
        "group",
        "ice-pwd",
        "ice-ufrag",
        "msid",
        "rtcp",
        "rtcp-fb",
        "rtpmap",
        "sctp-port",
        "setup",
        "ssrc",
    ];
    match REFUSED.contains(&attribute) {
        true => Severity::Error,
        false => Severity::Warning,
    }
}

/// The line itself, shortened; nothing for line 0.
fn line_evidence(description: &Description<'_>, line: usize) -> Evidence {
    Evidence {
        line: (line > 0).then_some(line as u64),
        value: description.line(line).map(|line| shortened(line.text, SHOWN)),
        ..Evidence::default()
    }
}

fn entry(kind: DefectKind) -> &'static Entry {
    match kind {
        DefectKind::MissingVersion => catalog::MISSING_VERSION,
        DefectKind::MissingOrigin => catalog::MISSING_ORIGIN,
        DefectKind::MissingName => catalog::MISSING_NAME,
        DefectKind::MissingTiming => catalog::MISSING_TIMING,
        DefectKind::VersionNotFirst => catalog::VERSION_NOT_FIRST,
        DefectKind::Order => catalog::LINE_ORDER,
        DefectKind::Repeated => catalog::REPEATED_LINE,
        DefectKind::Misplaced => catalog::MISPLACED_LINE,
        DefectKind::NotALine => catalog::NOT_A_LINE,
        DefectKind::UnknownType => catalog::UNKNOWN_TYPE,
        DefectKind::BlankLine => catalog::BLANK_LINE,
        DefectKind::Blank => catalog::STRAY_BLANK,
        DefectKind::ControlCharacter => catalog::CONTROL_CHARACTER,
        DefectKind::NotUtf8 => catalog::ENCODING,
        DefectKind::LongLine => catalog::LONG_LINE,
        DefectKind::BadVersion => catalog::BAD_VERSION,
        DefectKind::BadOrigin => catalog::BAD_ORIGIN,
        DefectKind::EmptyName => catalog::EMPTY_NAME,
        DefectKind::BadConnection => catalog::BAD_CONNECTION,
        DefectKind::BadBandwidth => catalog::BAD_BANDWIDTH,
        DefectKind::BadTiming => catalog::BAD_TIMING,
        DefectKind::BadKey => catalog::BAD_KEY,
        DefectKind::BadInformation => catalog::BAD_INFORMATION,
        DefectKind::BadMedia => catalog::BAD_MEDIA,
        DefectKind::BadMediaPort => catalog::BAD_MEDIA_PORT,
        DefectKind::BadPayloadType => catalog::BAD_PAYLOAD_TYPE,
        DefectKind::EmptyAttribute => catalog::EMPTY_ATTRIBUTE,
        DefectKind::BadAttribute => catalog::BAD_ATTRIBUTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sdp;

    /// Code, severity, lines.
    fn findings(text: &str) -> Vec<(String, Severity, Vec<u64>)> {
        let description = Description::parse(text);
        let findings = check(&description, &sdp::defects(&description), &[], None, Profile::WebRtc);
        let lines = |finding: &Finding| finding.evidence.iter().filter_map(|fact| fact.line).collect();
        findings
            .iter()
            .map(|f| (f.code.clone(), f.severity, lines(f)))
            .collect()
    }

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

    #[test]
    fn each_kind_is_one_finding_with_all_its_lines() {
        let text = format!("{HEAD}m=audio 9 RTP/AVP 0\r\na=rtpmap:x\r\njunk\r\na=setup:y\r\nmore\r\n");
        assert_eq!(
            findings(&text),
            [
                ("sdp-bad-attribute".to_owned(), Severity::Error, vec![6, 8]),
                ("sdp-not-a-line".to_owned(), Severity::Error, vec![7, 9])
            ]
        );
        assert_eq!(findings(HEAD), []);
    }

    #[test]
    fn attributes_that_browsers_pass_over_are_warnings() {
        let text = format!("{HEAD}a=ice-pacing:fast\r\n");
        assert_eq!(
            findings(&text),
            [("sdp-bad-attribute".to_owned(), Severity::Warning, vec![5])]
        );
    }

    #[test]
    fn wrapping_damage_names_its_place_in_the_input() {
        let damage = Damage {
            kind: DamageKind::Truncated,
            line: 1,
            column: 900,
            sdp_line: 4,
            what: "the JSON ends within a string".to_owned(),
        };
        let text = Description::parse(HEAD);
        let findings = check(&text, &Defects::default(), &[damage], None, Profile::WebRtc);
        assert_eq!(
            findings[0].summary,
            "At line 1, column 900 of the input: the JSON ends within a string."
        );
        assert_eq!(findings[0].evidence[0].line, Some(4));
    }
}
