//! The session part and what every media section has: names, groups, `c=`, bandwidth, directions, old attributes.

use foldhash::{HashMap, HashSet};

use super::Subject;
use super::out::Out;
use super::part::{Part, short};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::Line;
use crate::report::Severity;

/// Attributes that mean nothing in the session part.
const MEDIA_ONLY: [&str; 11] = [
    "candidate",
    "mid",
    "rtpmap",
    "fmtp",
    "rtcp-fb",
    "ssrc",
    "ssrc-group",
    "rtcp-mux",
    "msid",
    "rid",
    "simulcast",
];
/// Attributes that mean nothing in a media section.
const SESSION_ONLY: [&str; 2] = ["group", "ice-lite"];

/// What there is to say about the session part alone.
pub(super) fn check_session(subject: &Subject<'_>, out: &mut Out) {
    let session = &subject.session;
    for line in session.section.lines() {
        if let Some(attribute) = line.attribute()
            && MEDIA_ONLY.contains(&attribute.name)
        {
            let seen = format!(
                "`a={}` stands before the first `m=` line, where nobody looks for it",
                attribute.name
            );
            out.add(catalog::WRONG_LEVEL, session, &[line], seen)
                .mark(attribute.name);
        }
    }
    check_groups(subject, out);
    check_bandwidth(session, out);
    check_directions(session, out);
}

fn check_groups(subject: &Subject<'_>, out: &mut Out) {
    let session = &subject.session;
    let mut bundled: HashMap<&str, Line<'_>> = HashMap::default();
    for (line, group) in &session.groups {
        let mut own = HashSet::default();
        for mid in group.mids() {
            if subject.bundles.section_named(mid).is_none() {
                let (severity, case) = match group.semantics {
                    "BUNDLE" => (Severity::Error, ""),
                    _ => (Severity::Warning, "other"),
                };
                let seen = format!(
                    "The group {} names `{}`, and no section has this mid",
                    group.semantics,
                    short(mid)
                );
                out.add_case(
                    catalog::GROUP_UNKNOWN_MID,
                    severity,
                    case,
                    "session part",
                    &[*line],
                    seen,
                )
                .mark(mid);
            }
            if group.semantics != "BUNDLE" {
                continue;
            }
            let before = bundled.insert(mid, *line);
            if !own.insert(mid) {
                let seen = format!("`{}` stands in the BUNDLE group twice", short(mid));
                out.add(catalog::BUNDLE_MID_TWICE, session, &[*line], seen).mark(mid);
            } else if let Some(before) = before {
                let seen = format!("`{}` stands in two BUNDLE groups", short(mid));
                out.add(catalog::BUNDLE_MID_IN_TWO, session, &[before, *line], seen)
                    .word(mid);
            }
        }
    }
}

/// What is remembered from section to section.
#[derive(Default)]
pub(super) struct Sections<'d> {
    mids: HashMap<&'d str, Line<'d>>,
}

impl<'d> Sections<'d> {
    /// What there is to say about each media section, whatever it carries.
    pub(super) fn check(&mut self, subject: &Subject<'d>, part: &Part<'d>, out: &mut Out) {
        self.check_mid(subject, part, out);
        for (line, name) in &part.flags {
            if SESSION_ONLY.contains(name) {
                let seen = format!("`a={name}` stands in a media section; it is for the session part");
                out.add(catalog::WRONG_LEVEL, part, &[*line], seen).mark(name);
            }
        }
        for (line, _) in &part.groups {
            let seen = "`a=group` stands in a media section; it is for the session part";
            out.add(catalog::WRONG_LEVEL, part, &[*line], seen);
        }
        if part.connections.is_empty() && subject.session.connections.is_empty() {
            let severity = match subject.is_webrtc() {
                true => Severity::Warning,
                false => Severity::Error,
            };
            let seen = "Neither the section nor the session part has a `c=` line";
            out.add_as(catalog::CONNECTION_MISSING, severity, &part.name(), &[part.head], seen);
        }
        if !part.is_rejected() {
            check_bandwidth(part, out);
            check_directions(part, out);
            check_protocol(subject, part, out);
        }
    }

    fn check_mid(&mut self, subject: &Subject<'d>, part: &Part<'d>, out: &mut Out) {
        match part.mids.first() {
            None if subject.is_webrtc() && !part.is_rejected() => {
                out.add(catalog::MID_MISSING, part, &[part.head], "The section has no `a=mid`");
            }
            None => {}
            Some((line, mid)) => {
                if let Some(before) = self.mids.insert(mid, *line) {
                    let seen = format!("Two sections have the mid `{}`", short(mid));
                    out.add(catalog::MID_DUPLICATE, part, &[before, *line], seen).word(mid);
                }
            }
        }
        if let [(first, one), .., (last, other)] = part.mids[..]
            && one != other
        {
            let seen = format!("The section has two mids, `{}` and `{}`", short(one), short(other));
            out.add(catalog::MID_DUPLICATE, part, &[first, last], seen)
                .mark(one)
                .mark(other);
        }
    }
}

/// `b=AS` counts kbit/s with all headers, `b=TIAS` bit/s without those of IP and UDP: the first is the larger one.
fn check_bandwidth(part: &Part<'_>, out: &mut Out) {
    let mut first: HashMap<&str, (Line<'_>, u64)> = HashMap::default();
    for (line, bandwidth) in &part.bandwidths {
        match first.get(bandwidth.kind) {
            Some((before, limit)) if *limit != bandwidth.limit => {
                let seen = format!("Two `b={}` lines of one section have different limits", bandwidth.kind);
                out.add(catalog::BANDWIDTH_CONTRADICTION, part, &[*before, *line], seen)
                    .word(bandwidth.limit);
            }
            Some(_) => {}
            None => {
                first.insert(bandwidth.kind, (*line, bandwidth.limit));
            }
        }
    }
    let (Some((as_line, kilobits)), Some((tias_line, tias))) = (first.get("AS"), first.get("TIAS")) else {
        return;
    };
    let bits = kilobits.saturating_mul(1000);
    // Headers of small audio packets may be three times as large as what they carry.
    if *tias > bits.saturating_add(1000) || bits > tias.saturating_mul(4).saturating_add(64_000) {
        let seen = format!("`b=AS` allows {bits} bit/s and `b=TIAS` {tias} bit/s");
        out.add(catalog::BANDWIDTH_CONTRADICTION, part, &[*as_line, *tias_line], seen);
    }
}

fn check_directions(part: &Part<'_>, out: &mut Out) {
    if let [(first, one), .., (last, other)] = part.directions[..]
        && one != other
    {
        let seen = format!("`a={}` and `a={}` stand in one section", one.name(), other.name());
        out.add(catalog::DIRECTION_TWICE, part, &[first, last], seen)
            .word(one.name())
            .word(other.name());
    }
}

/// WebRTC speaks `UDP/TLS/RTP/SAVPF`; the other names are taken for the same where there is a fingerprint.
fn check_protocol(subject: &Subject<'_>, part: &Part<'_>, out: &mut Out) {
    let Some(media) = part.media.filter(|media| media.is_rtp() && subject.is_webrtc()) else {
        return;
    };
    if !media.protocol.ends_with("TLS/RTP/SAVPF") {
        let seen = format!("The protocol is `{}`, not `UDP/TLS/RTP/SAVPF`", short(media.protocol));
        out.add(catalog::PROTOCOL_UNUSUAL, part, &[part.head], seen)
            .mark(media.protocol);
    }
}
