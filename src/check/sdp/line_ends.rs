//! The form of the text as a whole. What is wrong with single lines is a defect of the grammar.

use super::out::Out;
use super::part::short;
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::{Description, Line, LineEnding};
use crate::report::Severity;

pub(super) fn check(description: &Description<'_>, out: &mut Out) {
    let endings = description.line_endings();
    let first = |wanted: LineEnding| description.lines().find(|line| line.ending == wanted);
    let mut add = |entry: &'static crate::check::catalog::Entry, line: Option<Line<'_>>, seen: String| {
        let lines: Vec<Line<'_>> = line.into_iter().collect();
        out.add_as(entry, entry.severity, "line ends", &lines, seen);
    };
    match (endings.cr_lf, endings.lf, endings.cr) {
        (_, 0, 0) => {}
        (0, lf, 0) => add(
            catalog::LINE_ENDS_LF,
            first(LineEnding::Lf),
            format!("All {lf} lines end in LF alone"),
        ),
        (0, 0, cr) => add(
            catalog::LINE_ENDS_CR,
            first(LineEnding::Cr),
            format!("All {cr} lines end in CR alone"),
        ),
        (cr_lf, lf, cr) => {
            let odd = if cr > 0 { LineEnding::Cr } else { LineEnding::Lf };
            add(
                catalog::LINE_ENDS_MIXED,
                first(odd),
                format!("{cr_lf} lines end in CR LF, {lf} in LF alone, {cr} in CR alone"),
            );
        }
    }
    if let Some(last) = description
        .lines()
        .next_back()
        .filter(|line| line.ending == LineEnding::None)
    {
        add(
            catalog::LAST_LINE_OPEN,
            Some(last),
            "The last line has no line end".to_owned(),
        );
    }
    check_blanks(description, out);
}

/// Attributes whose values are lists or texts, where a blank at the end is nothing.
const LISTS: [&str; 6] = [
    "candidate",
    "fmtp",
    "group",
    "ice-options",
    "msid-semantic",
    "simulcast",
];

/// `a=mid:0 ` is not `a=mid:0`. A single blank as the name of the session is what RFC 8866 §5.3 asks for.
fn check_blanks(description: &Description<'_>, out: &mut Out) {
    for line in description.lines() {
        if !line.text.ends_with([' ', '\t']) {
            continue;
        }
        let Some(attribute) = line.attribute() else { continue };
        let name = attribute.name.trim_end();
        let entry = catalog::TRAILING_BLANK;
        let severity = match LISTS.contains(&name) {
            true => Severity::Info,
            false => entry.severity,
        };
        let seen = format!("The line `a={}` ends in a blank", short(name));
        let case = if name == "mid" { "mid" } else { "" };
        out.add_case(entry, severity, case, "lines", &[line], seen);
    }
}
