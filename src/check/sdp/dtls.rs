//! DTLS and what WebRTC puts in its place of SDES: fingerprints, roles, rtcp-mux, keys in the clear.

use super::out::Out;
use super::part::{Part, Transport, short};
use super::{Subject, is_answer};
use crate::check::catalog::{Entry, sdp_lint as catalog};
use crate::proto::sdp::{Line, Setup};
use crate::report::Severity;

/// Fingerprints and roles as written.
pub(super) fn check_values(part: &Part<'_>, out: &mut Out) {
    // Beside one that can be used the others are for readers who know more hashes.
    let good = part.fingerprints.iter().any(|(_, one)| {
        let length = one.length();
        length.is_some() && length == one.wanted_length() && !one.is_weak()
    });
    let grave = |entry: &Entry| match good {
        true => Severity::Info,
        false => entry.severity,
    };
    for (line, fingerprint) in &part.fingerprints {
        match (fingerprint.length(), fingerprint.wanted_length()) {
            (_, None) => {
                let seen = format!("The hash `{}` is none that is known", short(fingerprint.hash));
                let entry = catalog::FINGERPRINT_HASH_UNKNOWN;
                out.add_as(entry, grave(entry), &part.name(), &[*line], seen)
                    .mark(fingerprint.hash);
            }
            (None, _) => {
                let seen = "The fingerprint is not made of pairs of hex digits with colons between them";
                let entry = catalog::FINGERPRINT_MALFORMED;
                out.add_case(entry, grave(entry), "colons", &part.name(), &[*line], seen)
                    .mark(fingerprint.value);
            }
            (Some(own), Some(length)) if own != length => {
                let seen = format!(
                    "A fingerprint by {} has {length} octets, this one {}",
                    fingerprint.hash, own
                );
                out.add(catalog::FINGERPRINT_MALFORMED, part, &[*line], seen)
                    .mark(fingerprint.value);
            }
            _ => {}
        }
    }
    if let Some((line, first)) = part.fingerprints.first()
        && part.fingerprints.iter().all(|(_, fingerprint)| fingerprint.is_weak())
    {
        let seen = format!("The only fingerprint is by {}", first.hash);
        out.add(catalog::FINGERPRINT_WEAK, part, &[*line], seen)
            .mark(first.hash);
    }
    if let Some((line, first)) = part.setups.first()
        && let Some((other_line, other)) = part.setups.iter().find(|(_, setup)| setup != first)
    {
        let seen = format!(
            "The section has `a=setup:{}` and `a=setup:{}`",
            first.name(),
            other.name()
        );
        out.add(catalog::SETUP_TWICE, part, &[*line, *other_line], seen);
    }
    for (line, setup) in &part.setups {
        if *setup == Setup::HoldConn {
            out.add(
                catalog::SETUP_HOLDCONN,
                part,
                &[*line],
                "`a=setup:holdconn` asks for no connection",
            )
            .word(setup.name());
        }
    }
}

/// What concerns a section by itself.
pub(super) fn check_section(subject: &Subject<'_>, part: &Part<'_>, out: &mut Out) {
    if let Some(line) = part.flag("rtcp-mux-only") {
        if subject.sdp_type.is_some_and(is_answer) {
            // JSEP's own examples have it there (RFC 9429 §7).
            let seen = "`a=rtcp-mux-only` stands in an answer; it is for offers";
            out.add_case(
                catalog::RTCP_MUX_ONLY,
                Severity::Info,
                "answer",
                &part.name(),
                &[line],
                seen,
            );
        } else if part.flag("rtcp-mux").is_none() {
            let seen = "`a=rtcp-mux-only` stands without `a=rtcp-mux`, which older readers look for";
            let bundled = part
                .section
                .index()
                .is_some_and(|at| subject.bundles.group_of(at).is_some());
            let case = if bundled { "alone" } else { "unbundled" };
            let entry = catalog::RTCP_MUX_ONLY;
            out.add_case(entry, entry.severity, case, &part.name(), &[line], seen);
        }
    }
}

/// What every transport has; sections in a BUNDLE have that of the tagged one.
pub(super) fn check(subject: &Subject<'_>, transports: &[Transport<'_>], out: &mut Out) {
    let session = &subject.session;
    for (index, section) in transports.iter().enumerate() {
        if section.rejected {
            continue;
        }
        let tag = subject.bundles.transport_of(index);
        if subject.is_webrtc() && section.is_rtp() && !section.rtcp_mux && !transports[tag].rtcp_mux {
            let entry = catalog::RTCP_MUX_MISSING;
            let seen = "The section has no `a=rtcp-mux`";
            let case = match subject.bundles.group_of(index) {
                Some(_) => "",
                None => "unbundled",
            };
            out.add_case(entry, entry.severity, case, &section.name(), &[section.head], seen);
        }
        check_sdes(subject, section, &transports[tag], out);
        if tag != index {
            continue;
        }
        let needs_dtls = section.is_dtls() || (subject.is_webrtc() && section.is_rtp() && section.crypto.is_none());
        let fingerprint = section.fingerprint.is_some() || !session.fingerprints.is_empty();
        if needs_dtls && !fingerprint {
            let entry = catalog::FINGERPRINT_MISSING;
            let seen = "There is no `a=fingerprint` for the section";
            out.add_as(entry, entry.severity, &section.name(), &[section.head], seen);
        }
        let setup = section.setup.or_else(|| session.setups.first().copied());
        if needs_dtls && fingerprint {
            check_role(subject, section, setup, out);
        }
    }
}

fn check_role(subject: &Subject<'_>, section: &Transport<'_>, setup: Option<(Line<'_>, Setup)>, out: &mut Out) {
    let answer = subject.sdp_type.map(is_answer);
    match setup {
        // A line that cannot be read is a defect of its own.
        None if section_has_setup_line(subject, section) => {}
        None => {
            let entry = catalog::SETUP_MISSING;
            // Firefox was asked about offers, and Chromium takes both.
            let case = if answer == Some(true) { "answer" } else { "" };
            out.add_case(
                entry,
                entry.severity,
                case,
                &section.name(),
                &[section.head],
                "There is no `a=setup` for the section",
            );
        }
        Some((line, Setup::ActPass)) if answer == Some(true) => {
            let entry = catalog::SETUP_ACTPASS_IN_ANSWER;
            let seen = "The answer has `a=setup:actpass` and leaves open who starts DTLS";
            out.add_as(entry, entry.severity, &section.name(), &[line], seen)
                .word("actpass");
        }
        Some((line, setup @ (Setup::Active | Setup::Passive))) if answer == Some(false) => {
            let entry = catalog::SETUP_FIXED_IN_OFFER;
            let seen = format!("The offer has `a=setup:{}` where WebRTC has `actpass`", setup.name());
            out.add_as(entry, entry.severity, &section.name(), &[line], seen)
                .word(setup.name());
        }
        Some(_) => {}
    }
}

/// Whether there is an `a=setup` line at all, readable or not. Asked only where none could be read.
fn section_has_setup_line(subject: &Subject<'_>, section: &Transport<'_>) -> bool {
    let description = subject.session.section.description();
    description.section_of(&section.head).has("setup") || (!subject.session.setups.is_empty())
}

/// Keys in the clear: the only ones (no browser takes them), or beside DTLS.
fn check_sdes(subject: &Subject<'_>, section: &Transport<'_>, tagged: &Transport<'_>, out: &mut Out) {
    let Some(line) = section.crypto.filter(|_| subject.is_webrtc()) else {
        return;
    };
    let dtls =
        section.fingerprint.is_some() || tagged.fingerprint.is_some() || !subject.session.fingerprints.is_empty();
    let (severity, seen) = match dtls {
        true => (
            Severity::Warning,
            "The section has SRTP keys in the clear beside its DTLS fingerprint",
        ),
        false => (
            Severity::Error,
            "The section has SRTP keys in the clear and no DTLS fingerprint",
        ),
    };
    out.add_as(catalog::SDES, severity, &section.name(), &[line], seen);
}
