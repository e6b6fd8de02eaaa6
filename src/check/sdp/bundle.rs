//! BUNDLE (RFC 9143): who is in it, and what its sections must not disagree about.

use foldhash::HashMap;

use super::out::Out;
use super::part::{Part, Transport, short};
use super::{Subject, is_answer};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::unwrap::DescriptionType;
use crate::proto::sdp::{Line, RtpMap, Setup};
use crate::report::Severity;

/// What one payload type means: its codec and its parameters, as they are written.
#[derive(Clone, Copy)]
pub(super) struct Meaning<'d> {
    kind: &'d str,
    map: RtpMap<'d>,
    fmtp: &'d str,
}

impl Meaning<'_> {
    /// Whether it is the same codec, whatever its parameters.
    pub(super) fn same_codec(&self, other: &Meaning<'_>) -> bool {
        let numbers = |map: &RtpMap<'_>| (map.clock_rate.unwrap_or(0), map.channels.unwrap_or(1));
        self.kind == other.kind
            && self.map.encoding.eq_ignore_ascii_case(other.map.encoding)
            && numbers(&self.map) == numbers(&other.map)
    }

    /// Whether the parameters are the same, in whatever order.
    fn same_parameters(&self, other: &Meaning<'_>) -> bool {
        let parameters = |fmtp: &str| {
            let mut parameters: Vec<String> = fmtp
                .split(';')
                .map(|parameter| parameter.trim().to_ascii_lowercase())
                // The wish of one sender, not a part of what the payload type means.
                .filter(|parameter| !parameter.is_empty() && !parameter.starts_with("x-google-"))
                .collect();
            parameters.sort_unstable();
            parameters
        };
        self.fmtp == other.fmtp || parameters(self.fmtp) == parameters(other.fmtp)
    }

    /// For people: `video vp8/90000/1`.
    pub(super) fn name(&self) -> String {
        let encoding = self.map.encoding.to_ascii_lowercase();
        let (rate, channels) = (self.map.clock_rate.unwrap_or(0), self.map.channels.unwrap_or(1));
        short(&format!("{} {encoding}/{rate}/{channels}", self.kind))
    }
}

/// The meanings of the payload types of a section, each with the line that says it.
pub(super) fn meanings<'d>(part: &Part<'d>) -> impl Iterator<Item = (u16, Line<'d>, Meaning<'d>)> {
    let kind = part.media.map_or("", |media| media.kind);
    part.codecs().iter().filter_map(move |codec| {
        let (line, map) = codec.rtpmap?;
        let fmtp = codec.fmtp.first().map_or("", |(_, fmtp)| fmtp.config);
        Some((codec.payload_type?, line, Meaning { kind, map, fmtp }))
    })
}

/// Numbers that the sections of a BUNDLE share: payload types, extension ids, SSRCs. Keyed by the group's line.
#[derive(Default)]
pub(super) struct Shared<'d> {
    payloads: HashMap<(usize, u16), (Line<'d>, Meaning<'d>)>,
    extensions: HashMap<(usize, u32), (Line<'d>, &'d str)>,
    uris: HashMap<(usize, &'d str), (Line<'d>, u32)>,
    ssrcs: HashMap<(usize, u32), (Line<'d>, usize)>,
}

impl<'d> Shared<'d> {
    /// Holds a section against those before it.
    pub(super) fn check(&mut self, subject: &Subject<'d>, part: &Part<'d>, out: &mut Out) {
        let index = part.section.index().unwrap_or(0);
        let Some(group) = subject.bundles.group_of(index).map(|group| group.line.number) else {
            return;
        };
        for (payload_type, line, meaning) in meanings(part) {
            match self.payloads.get(&(group, payload_type)) {
                None => {
                    self.payloads.insert((group, payload_type), (line, meaning));
                }
                Some((before, other)) if !other.same_codec(&meaning) => {
                    let seen = format!(
                        "Payload type {payload_type} is {} in one section of the BUNDLE and {} in another",
                        other.name(),
                        meaning.name()
                    );
                    out.add(catalog::BUNDLE_PAYLOAD_CLASH, part, &[*before, line], seen)
                        .word(payload_type);
                }
                Some((before, other)) if !other.same_parameters(&meaning) => {
                    let seen =
                        format!("Payload type {payload_type} has different parameters in two sections of the BUNDLE");
                    out.add(catalog::BUNDLE_PARAMETERS_DIFFER, part, &[*before, line], seen)
                        .word(payload_type);
                }
                Some(_) => {}
            }
        }
        self.check_extensions(group, part, out);
        for (line, ssrc) in &part.ssrcs {
            let (before, section) = *self.ssrcs.entry((group, ssrc.id)).or_insert((*line, index));
            if section != index {
                let seen = format!("The SSRC {} stands in two sections of the BUNDLE", ssrc.id);
                out.add(catalog::BUNDLE_SSRC_CLASH, part, &[before, *line], seen)
                    .word(ssrc.id);
            }
        }
    }

    fn check_extensions(&mut self, group: usize, part: &Part<'d>, out: &mut Out) {
        for (line, map) in &part.extmaps {
            let uri = map.encrypts.unwrap_or(map.uri);
            let (before, other) = *self.extensions.entry((group, map.id)).or_insert((*line, uri));
            // Within the section it is another rule.
            let elsewhere = |before: Line<'_>| before.number < part.head.number;
            if other != uri && elsewhere(before) {
                let seen = format!("Extension id {} has two URIs in the BUNDLE", map.id);
                out.add(catalog::BUNDLE_EXTMAP_CLASH, part, &[before, *line], seen)
                    .word(map.id);
            }
            if map.encrypts.is_some() {
                continue;
            }
            let (before, id) = *self.uris.entry((group, uri)).or_insert((*line, map.id));
            if id != map.id && elsewhere(before) && other == uri {
                let seen = format!("{} has the ids {id} and {} in the BUNDLE", short(uri), map.id);
                out.add(catalog::BUNDLE_EXTMAP_TWO_IDS, part, &[before, *line], seen)
                    .word(id)
                    .word(map.id);
            }
        }
    }
}

/// Who is in it, and whether its transport is one.
pub(super) fn check(
    subject: &Subject<'_>,
    sdp_type: Option<DescriptionType>,
    transports: &[Transport<'_>],
    out: &mut Out,
) {
    for (index, section) in transports.iter().enumerate() {
        let group = subject.bundles.group_of(index);
        if section.rejected {
            if let Some(group) = group {
                let entry = catalog::BUNDLE_REJECTED;
                let seen = "The section is rejected (port 0) and in the BUNDLE";
                out.add_as(
                    entry,
                    entry.severity,
                    &section.name(),
                    &[section.head, group.line],
                    seen,
                );
            }
            continue;
        }
        if section.bundle_only {
            check_bundle_only(section, group.is_some(), sdp_type, out);
        }
        let tag = subject.bundles.transport_of(index);
        if tag != index {
            check_same(section, &transports[tag], sdp_type, out);
        }
    }
}

fn check_bundle_only(section: &Transport<'_>, grouped: bool, sdp_type: Option<DescriptionType>, out: &mut Out) {
    let port_zero = section.head.text.split_ascii_whitespace().nth(1) == Some("0");
    let entry = catalog::BUNDLE_ONLY_MISUSED;
    let (severity, seen) = match (grouped, port_zero, sdp_type) {
        (false, ..) => (
            entry.severity,
            "`a=bundle-only` stands in a section that is in no BUNDLE",
        ),
        (true, false, Some(DescriptionType::Offer)) => (
            entry.severity,
            "`a=bundle-only` stands in a section whose port is not 0",
        ),
        // It does no harm there, and servers write it.
        (true, _, Some(DescriptionType::Answer | DescriptionType::PrAnswer)) => {
            (Severity::Info, "`a=bundle-only` stands in an answer; it is for offers")
        }
        _ => return,
    };
    out.add_as(entry, severity, &section.name(), &[section.head], seen);
}

/// An offer may give each section a transport of its own, for readers without BUNDLE; after the answer there is one.
fn check_same(section: &Transport<'_>, tagged: &Transport<'_>, sdp_type: Option<DescriptionType>, out: &mut Out) {
    let severity = match sdp_type.is_some_and(is_answer) {
        true => Severity::Warning,
        false => Severity::Info,
    };
    let differing = |own: Option<(Line<'_>, &str)>, other: Option<(Line<'_>, &str)>| {
        own.zip(other).is_some_and(|((_, own), (_, other))| own != other)
    };
    let credentials = [(section.ufrag, tagged.ufrag), (section.pwd, tagged.pwd)];
    if let Some((own, other)) = credentials.into_iter().find(|(own, other)| differing(*own, *other)) {
        let lines: Vec<Line<'_>> = [other, own].into_iter().flatten().map(|(line, _)| line).collect();
        let seen = format!(
            "The ICE credentials are not those of {}, with which the section is bundled",
            tagged.name()
        );
        out.add_as(catalog::BUNDLE_ICE_DIFFERS, severity, &section.name(), &lines, seen);
    }
    if let (Some((own_line, own)), Some((line, other))) = (section.fingerprint, tagged.fingerprint)
        && !own.same(&other)
    {
        let seen = format!(
            "The fingerprint is not that of {}, with which the section is bundled",
            tagged.name()
        );
        out.add_as(
            catalog::BUNDLE_DTLS_DIFFERS,
            severity,
            &section.name(),
            &[line, own_line],
            seen,
        );
    }
    if let (Some((own_line, own)), Some((line, other))) = (section.setup, tagged.setup)
        && own != other
        && own != Setup::HoldConn
        && other != Setup::HoldConn
    {
        let seen = format!(
            "`a=setup` is not that of {}, with which the section is bundled",
            tagged.name()
        );
        out.add_as(
            catalog::BUNDLE_DTLS_DIFFERS,
            severity,
            &section.name(),
            &[line, own_line],
            seen,
        );
    }
}
