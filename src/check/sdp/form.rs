//! Form: what the wrapping did to a description, and where it departs from the grammar. One finding for each kind, with
//! every place as evidence.

use crate::check::catalog::{Entry, sdp as catalog};
use crate::proto::sdp::attribute::Entry as Known;
use crate::proto::sdp::unwrap::{Damage, DamageKind};
use crate::proto::sdp::{Defect, DefectKind, Defects, Description};
use crate::report::{Evidence, Finding, Severity};

/// So many places are named in a finding; the others are counted.
const PLACES: usize = 200;
/// So much of a line is shown.
const SHOWN: usize = 200;

/// The findings about the form of a description. `subject` names it: `offer`, `description 2`.
pub fn check(subject: &str, description: &Description<'_>, defects: &Defects<'_>, damage: &[Damage]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = damage
        .iter()
        .map(|damage| of_damage(subject, description, damage))
        .collect();
    // What is wrong with the line where the text was cut needs no words of its own.
    let cut = damage.iter().find(|damage| damage.kind == DamageKind::Truncated);
    let is_cut = |defect: &Defect<'_>| cut.is_some_and(|damage| damage.sdp_line == defect.line && defect.line > 0);
    let mut kinds: Vec<DefectKind> = Vec::new();
    for defect in defects.list.iter().filter(|defect| !is_cut(defect)) {
        if !kinds.contains(&defect.kind) {
            kinds.push(defect.kind);
        }
    }
    for kind in kinds {
        let of_kind: Vec<&Defect<'_>> = defects
            .list
            .iter()
            .filter(|defect| defect.kind == kind && !is_cut(defect))
            .collect();
        findings.push(of_defects(
            subject,
            description,
            kind,
            &of_kind,
            defects.count(kind) - dropped(defects, kind, &is_cut),
        ));
    }
    findings
}

/// How many of a kind are not told of.
fn dropped(defects: &Defects<'_>, kind: DefectKind, is_cut: &dyn Fn(&Defect<'_>) -> bool) -> usize {
    let dropped = defects
        .list
        .iter()
        .filter(|defect| defect.kind == kind && is_cut(defect));
    dropped.count()
}

fn of_damage(subject: &str, description: &Description<'_>, damage: &Damage) -> Finding {
    let entry = match damage.kind {
        DamageKind::Truncated => catalog::TRUNCATED,
        DamageKind::Html => catalog::HTML,
        DamageKind::Indented => catalog::INDENTED,
        DamageKind::LineEndsLost => catalog::LINE_ENDS_LOST,
        DamageKind::ObjectObject => catalog::OBJECT_OBJECT,
        DamageKind::NotUtf8 | DamageKind::ByteOrderMark => catalog::ENCODING,
        DamageKind::Json => catalog::BROKEN_JSON,
        DamageKind::Base64 => catalog::BROKEN_BASE64,
    };
    let place = format!("line {}, column {} of the input", damage.line, damage.column);
    let mut evidence = evidence(description, damage.sdp_line, 0);
    evidence.id = Some(format!("input {}:{}", damage.line, damage.column));
    entry.finding(subject, format!("At {place}: {}.", damage.what), vec![evidence])
}

fn of_defects(
    subject: &str,
    description: &Description<'_>,
    kind: DefectKind,
    defects: &[&Defect<'_>],
    count: usize,
) -> Finding {
    let entry = entry(kind);
    let first = defects[0];
    let mut summary = match first.line {
        0 => format!("The description should have {}.", first.expected),
        line if kind == DefectKind::BlankLine => format!("Line {line} is empty."),
        line => format!("Line {line}, column {}: {first}.", first.column),
    };
    if count > 1 {
        summary.push_str(&format!(" {} more like this.", count - 1));
    }
    let facts = defects.iter().take(PLACES).map(|defect| {
        let mut evidence = evidence(description, defect.line, defect.column);
        if count > 1 && defect.line > 0 {
            evidence.id = Some(defect.to_string());
        }
        evidence
    });
    let mut finding = entry.finding(
        subject,
        summary,
        facts.filter(|fact| *fact != Evidence::default()).collect(),
    );
    // Browsers count the fields of `o=` and do not look at its numbers.
    if kind == DefectKind::BadOrigin && description.origin().is_some() {
        finding.severity = Severity::Warning;
    }
    if kind == DefectKind::BadAttribute {
        // The attribute that stands there first says where its grammar is.
        let attribute = description.line(first.line).and_then(|line| line.attribute());
        if let Some(known) = attribute.and_then(|attribute| Known::find(attribute.name)) {
            finding.reference = known.reference.to_owned();
            finding.advice = finding.advice.replace("a=NAME", &format!("a={}", known.name));
        }
        if defects.iter().all(|defect| is_harmless(description, defect)) {
            finding.severity = Severity::Warning;
        }
    }
    finding
}

/// Whether a line that is wrong is one that browsers pass over: an attribute that they do not know.
fn is_harmless(description: &Description<'_>, defect: &Defect<'_>) -> bool {
    let attribute = description.line(defect.line).and_then(|line| line.attribute());
    attribute.is_none_or(|attribute| severity_of(attribute.name) < Severity::Error)
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
fn evidence(description: &Description<'_>, line: usize, column: usize) -> Evidence {
    let text = description
        .line(line)
        .map(|line| match line.text.char_indices().nth(SHOWN) {
            None => line.text.to_owned(),
            Some((end, _)) => format!("{}…", &line.text[..end]),
        });
    Evidence {
        line: (line > 0).then_some(line as u64),
        column: (column > 0).then_some(column as u64),
        value: text,
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
        let findings = check("offer", &description, &sdp::defects(&description), &[]);
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
        let findings = check("offer", &Description::parse(HEAD), &Defects::default(), &[damage]);
        assert_eq!(
            findings[0].summary,
            "At line 1, column 900 of the input: the JSON ends within a string."
        );
        assert_eq!(findings[0].evidence[0].line, Some(4));
    }
}
