//! ICE: credentials, trickle, lite.

use super::Subject;
use super::out::Out;
use super::part::{Part, Transport, Values, has_trickle};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::Line;
use crate::report::Severity;

/// The credentials as written.
pub(super) fn check_values(part: &Part<'_>, out: &mut Out) {
    for (line, ufrag) in &part.ufrags {
        if !ufrag.has_legal_length() {
            let seen = format!("The ufrag has {} characters, not 4 to 256", ufrag.0.chars().count());
            out.add(catalog::ICE_UFRAG_LENGTH, part, &[*line], seen).mark(ufrag.0);
        }
        if !ufrag.has_legal_characters() {
            let seen = "The ufrag has other characters than letters, digits, `+` and `/`";
            out.add_as(
                catalog::ICE_CHARACTERS,
                tolerated(ufrag.0),
                &part.name(),
                &[*line],
                seen,
            )
            .mark(ufrag.0);
        }
    }
    for (line, pwd) in &part.pwds {
        if !pwd.has_legal_length() {
            let seen = format!("The password has {} characters, not 22 to 256", pwd.0.chars().count());
            out.add(catalog::ICE_PWD_LENGTH, part, &[*line], seen).mark(pwd.0);
        }
        if !pwd.has_legal_characters() {
            let seen = "The password has other characters than letters, digits, `+` and `/`";
            let severity = tolerated(pwd.0);
            let case = if severity == Severity::Error {
                "pwd"
            } else {
                "tolerated"
            };
            out.add_case(catalog::ICE_CHARACTERS, severity, case, &part.name(), &[*line], seen)
                .mark(pwd.0);
        }
    }
    contradiction(part, "ice-ufrag", &part.ufrags, |ufrag| ufrag.0, out);
    contradiction(part, "ice-pwd", &part.pwds, |pwd| pwd.0, out);
    if let Some(line) = part.flag("ice-mismatch") {
        out.add(
            catalog::ICE_MISMATCH,
            part,
            &[line],
            "The other side reports that ICE does not fit",
        );
    }
    for (line, options) in &part.ice_options {
        if options.tags().any(|tag| tag == "google-ice") {
            let seen = "`google-ice` is the protocol before ICE, gone since 2014";
            out.add(catalog::LEGACY_ATTRIBUTE, part, &[*line], seen)
                .word("google-ice");
        }
    }
}

/// One attribute with two values in one section: readers take the first, or the last.
fn contradiction<'d, T>(
    part: &Part<'d>,
    name: &str,
    values: &Values<'d, T>,
    text: impl Fn(&T) -> &'d str,
    out: &mut Out,
) {
    let Some((line, first)) = values.first() else { return };
    if let Some((other, _)) = values.iter().find(|(_, value)| text(value) != text(first)) {
        let seen = format!("The section has two different `a={name}`");
        out.add(catalog::ICE_TWICE, part, &[*line, *other], seen);
    }
}

/// libwebrtc takes the characters of base64url and a few more that old peers wrote.
fn tolerated(text: &str) -> Severity {
    let legal = |octet: u8| octet.is_ascii_alphanumeric() || b"+/-_=#".contains(&octet);
    match text.bytes().all(legal) {
        true => Severity::Warning,
        false => Severity::Error,
    }
}

/// What every transport has; sections in a BUNDLE have that of the tagged one.
pub(super) fn check(subject: &Subject<'_>, transports: &[Transport<'_>], out: &mut Out) {
    let session = &subject.session;
    let lite = session.flag("ice-lite");
    let shared = Shared {
        trickle: has_trickle(session),
        end: session.flag("end-of-candidates"),
        any: transports.iter().any(|section| section.candidates > 0),
    };
    for (index, section) in transports.iter().enumerate() {
        if section.rejected || subject.bundles.transport_of(index) != index {
            continue;
        }
        let uses_ice = subject.is_webrtc() || section.ufrag.is_some() || section.candidates > 0;
        if !uses_ice {
            continue;
        }
        let ufrag = section.ufrag.is_some() || !session.ufrags.is_empty();
        let pwd = section.pwd.is_some() || !session.pwds.is_empty();
        let missing = match (ufrag, pwd) {
            (true, true) => None,
            (false, true) => Some("`a=ice-ufrag`"),
            (true, false) => Some("`a=ice-pwd`"),
            (false, false) => Some("`a=ice-ufrag` and `a=ice-pwd`"),
        };
        if let Some(missing) = missing {
            let seen = format!("There is no {missing} for the section");
            let case = if ufrag { "pwd" } else { "" };
            out.add_case(
                catalog::ICE_CREDENTIALS_MISSING,
                catalog::ICE_CREDENTIALS_MISSING.severity,
                case,
                &section.name(),
                &[section.head],
                seen,
            );
        }
        check_candidates(&shared, section, out);
        if let Some(line) = lite {
            check_lite(section, line, out);
        }
    }
}

/// What the session part says for all sections; looked up once.
struct Shared<'d> {
    trickle: bool,
    end: Option<Line<'d>>,
    /// Whether there is any candidate in the description.
    any: bool,
}

fn check_candidates(shared: &Shared<'_>, section: &Transport<'_>, out: &mut Out) {
    if section.candidates > 0 {
        return;
    }
    if let Some(line) = section.end_of_candidates.or(shared.end) {
        let entry = catalog::END_OF_CANDIDATES_EMPTY;
        let seen = "`a=end-of-candidates` says that there are no more candidates, and there are none";
        out.add_as(entry, entry.severity, &section.name(), &[section.head, line], seen);
    } else if !section.trickle && !shared.trickle {
        let entry = catalog::CANDIDATES_MISSING;
        let seen = "There are no candidates, and no `a=ice-options:trickle`, by which they could follow";
        out.add_as(entry, entry.severity, &section.name(), &[section.head], seen);
    } else if (section.trickle || shared.trickle) && !shared.any {
        let entry = catalog::CANDIDATES_TO_FOLLOW;
        let seen = "There are no candidates yet; `trickle` says that they follow";
        out.add_as(entry, entry.severity, &section.name(), &[section.head], seen);
    }
}

/// An ICE lite agent makes no checks: it is reached at a host candidate, or not at all.
fn check_lite(section: &Transport<'_>, line: Line<'_>, out: &mut Out) {
    let entry = catalog::ICE_LITE_NOT_PUBLIC;
    let (public, hosts) = section.hosts;
    if section.candidates == 0 || public > 0 {
        return;
    }
    let seen = match hosts {
        0 => "The writer is ICE lite and has no host candidate".to_owned(),
        _ => "The writer is ICE lite and none of its host candidates has a public address".to_owned(),
    };
    let lines: Vec<_> = [Some(line), section.first_candidate].into_iter().flatten().collect();
    out.add_as(entry, entry.severity, &section.name(), &lines, seen);
}
