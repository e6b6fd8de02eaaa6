//! Whether a description breaks off: its last line has no line end, and it, or what it should be followed by, is missing.
//!
//! A line end alone is often lost in copying, so an open line that is whole is no proof: [`Cut::of`] asks for more. What
//! may stand after the cut, no rule misses: [`Cut::covers`].

use crate::check::catalog::{Entry, sdp_lint as catalog};
use crate::proto::sdp::attribute::ALL;
use crate::proto::sdp::effective::Bundles;
use crate::proto::sdp::unwrap::{Damage, DamageKind};
use crate::proto::sdp::{
    CandidateLine, DefectKind, Description, Fingerprint, Fmtp, IcePwd, IceUfrag, Line, LineEnding, Msid, RtpMap,
    Section, Ssrc, SsrcGroup, codecs, defects, static_payload,
};

use super::part::short;

/// What rules miss in a section that goes on after the cut.
const MAY_FOLLOW: [&Entry; 24] = [
    catalog::BUNDLE_PARAMETERS_DIFFER,
    catalog::BUNDLE_REJECTED,
    catalog::CANDIDATES_MISSING,
    catalog::CANDIDATES_TO_FOLLOW,
    catalog::CONNECTION_MISSING,
    catalog::EXTMAP_ID_TWO_BYTE,
    catalog::FID_BROKEN,
    catalog::FINGERPRINT_MISSING,
    catalog::ICE_CREDENTIALS_MISSING,
    catalog::ICE_LITE_NOT_PUBLIC,
    catalog::MID_MISSING,
    catalog::RED_ABSENT,
    catalog::RTCP_MUX_MISSING,
    catalog::RTCP_MUX_ONLY,
    catalog::RTPMAP_MISSING,
    catalog::RTX_WITHOUT_APT,
    catalog::SCTPMAP,
    catalog::SCTP_PORT_MISSING,
    catalog::SDES,
    catalog::SETUP_MISSING,
    catalog::SIMULCAST_DIRECTION,
    catalog::SIMULCAST_UNDEFINED_RID,
    catalog::SSRC_GROUP_UNDECLARED,
    catalog::SSRC_WITHOUT_CNAME,
];
/// What they miss in the whole.
const MAY_COME: [&Entry; 3] = [
    catalog::CANDIDATES_IPV4_ONLY,
    catalog::CANDIDATES_IPV6_ONLY,
    catalog::GROUP_UNKNOWN_MID,
];

/// Where a description breaks off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The number of the last line.
    pub line: usize,
    /// That of the first line of the last section.
    section: usize,
    /// Whether it is cut before the first `m=` line.
    in_session: bool,
    /// What shows it, a sentence without its full stop; `None` where the wrapping has told it.
    pub seen: Option<String>,
}

impl Cut {
    /// The cut, if there is one: by the wrapping's word, or by the end of the text.
    pub(super) fn of(description: &Description<'_>, damage: &[Damage]) -> Option<Cut> {
        let last = description.lines().next_back()?;
        let told = damage
            .iter()
            .any(|damage| damage.kind == DamageKind::Truncated && damage.sdp_line == last.number);
        let seen = match told {
            true => None,
            false => Some(evidence(description, last)?),
        };
        let section = description.section_of(&last);
        Some(Cut {
            line: last.number,
            section: section.lines().next().map_or(last.number, |head| head.number),
            in_session: section.index().is_none(),
            seen,
        })
    }

    /// Whether a finding with this entry about these lines goes by the line that is cut, or misses what may follow.
    pub(super) fn covers(&self, entry: &Entry, lines: &[Line<'_>]) -> bool {
        let is_cut = lines.iter().any(|line| line.number == self.line);
        let in_section = lines.iter().any(|line| line.number >= self.section);
        let is = |list: &[&Entry]| list.iter().any(|one| one.code == entry.code);
        is_cut || is(&MAY_COME) || (in_section && is(&MAY_FOLLOW))
    }

    /// Whether a defect is one of the line that is cut, or misses a line that may follow.
    pub(super) fn covers_defect(&self, line: usize, kind: DefectKind) -> bool {
        let missing = [
            DefectKind::MissingOrigin,
            DefectKind::MissingName,
            DefectKind::MissingTiming,
        ];
        line == self.line || (self.in_session && missing.contains(&kind))
    }
}

/// What shows that the text goes on after its last line.
fn evidence(description: &Description<'_>, last: Line<'_>) -> Option<String> {
    match last.ending {
        LineEnding::None => {}
        LineEnding::Cr => {
            let endings = description.line_endings();
            let torn = endings.cr == 1 && endings.lf == 0 && (endings.cr_lf > 0 || last.number == 1);
            return torn.then(|| "The text ends between the CR and the LF of a line end".to_owned());
        }
        _ => return None,
    }
    if last.is_blank() || (last.letter().is_none() && !is_letter(last.text)) {
        return None;
    }
    let within = incomplete(description, last).map(|what| format!("The text ends within line {}: {what}", last.number));
    within.or_else(|| {
        let what = expected_after(description, last)?;
        Some(format!("The text ends without a line end, and {what}"))
    })
}

/// Whether a text is the type of a line, whose `=` is missing.
fn is_letter(text: &str) -> bool {
    matches!(text.as_bytes(), [letter] if b"vosiuepcbtrzkam".contains(letter))
}

/// What is missing in the last line.
fn incomplete(description: &Description<'_>, last: Line<'_>) -> Option<String> {
    if last.letter().is_none() {
        return Some(format!("`{}` is the beginning of one", last.text));
    }
    if let Some(attribute) = last.attribute().filter(|attribute| attribute.value.is_none()) {
        let name = attribute.name;
        let known = |entry: &&crate::proto::sdp::attribute::Entry| entry.name.starts_with(name);
        if !name.is_empty() && ALL.iter().all(|entry| entry.name != name) {
            let entry = ALL.iter().find(known)?;
            return Some(format!("`a={name}` begins like `a={}`", entry.name));
        }
    }
    // The line by itself: its grammar needs no other one.
    let alone = Description::parse(last.text);
    let of_value = |kind| {
        !matches!(
            kind,
            DefectKind::VersionNotFirst | DefectKind::Order | DefectKind::Misplaced
        )
    };
    let found = defects(&alone);
    let mut of_line = found.list.iter().filter(|defect| defect.line > 0);
    of_line
        .find(|defect| of_value(defect.kind))
        .map(ToString::to_string)
        .or_else(|| short_value(description, last))
}

/// A value that its grammar allows and that is too short for what it is.
fn short_value(description: &Description<'_>, last: Line<'_>) -> Option<String> {
    use crate::proto::sdp::AttributeValue as _;
    let section = description.section_of(&last);
    match last.attribute()?.name {
        "fingerprint" => {
            let fingerprint = Fingerprint::of(last).value?;
            let length = fingerprint.octets().map_or(0, |octets| octets.len());
            let wanted = fingerprint.wanted_length()?;
            (length < wanted).then(|| format!("the fingerprint has {length} of {wanted} octets"))
        }
        "ice-ufrag" => {
            let length = IceUfrag::of(last).value?.0.chars().count();
            (length < 4).then(|| format!("the ufrag has {length} characters of at least 4"))
        }
        "ice-pwd" => {
            let length = IcePwd::of(last).value?.0.chars().count();
            (length < 22).then(|| format!("the password has {length} characters of at least 22"))
        }
        "candidate" => {
            let candidate = CandidateLine::of(last).value?;
            let derived = matches!(candidate.kind, "srflx" | "prflx" | "relay");
            let whole = candidate.related_address.is_some() && candidate.related_port.is_some();
            let odd = !derived && candidate.kind != "host";
            (odd || (derived && !whole)).then(|| format!("the candidate ends after `{}`", short(last_word(last.text))))
        }
        "rtpmap" => {
            let map = RtpMap::of(last).value?;
            let opus =
                map.encoding.eq_ignore_ascii_case("opus") && (map.clock_rate, map.channels) != (Some(48_000), Some(2));
            opus.then(|| "Opus is `opus/48000/2`".to_owned())
        }
        "fmtp" => short_parameters(description, &section, last),
        "ssrc-group" => {
            let group = SsrcGroup::of(last).value?;
            let lonely = group.semantics == "FID" && group.ssrcs().count() < 2;
            lonely.then(|| "a FID group has two SSRCs".to_owned())
        }
        "ssrc" => {
            let ssrc = Ssrc::of(last).value.filter(|ssrc| ssrc.attribute == "msid")?;
            let Some(track) = ssrc.value?.split_ascii_whitespace().nth(1) else {
                return Some("`msid` has a stream and a track".to_owned());
            };
            let mut tracks = section.all::<Msid<'_>>().filter_map(|(_, msid)| msid.track);
            let longer = tracks.any(|own| own != track && own.starts_with(track));
            longer.then(|| "`a=msid` has the same track, and more of it".to_owned())
        }
        _ => None,
    }
}

fn last_word(text: &str) -> &str {
    text.split_ascii_whitespace().next_back().unwrap_or("")
}

/// Parameters that point at a payload type that is not there, or that begin like those of an earlier section.
fn short_parameters(description: &Description<'_>, section: &Section<'_>, last: Line<'_>) -> Option<String> {
    use crate::proto::sdp::AttributeValue as _;
    let own = Fmtp::of(last).value?;
    let whole = |line: &Line<'_>| line.text.len() > last.text.len() && line.text.starts_with(last.text);
    if description
        .lines()
        .filter(|line| line.is_attribute("fmtp"))
        .any(|line| whole(&line))
    {
        return Some("an earlier section has the same parameters, and more".to_owned());
    }
    let apt = own.parameters().iter().find(|(name, _)| *name == "apt")?.1?;
    let mut formats = section.media()?.formats();
    let listed = formats.any(|format| format == apt);
    (!listed).then(|| format!("payload type {} is not in the `m=` line", short(apt)))
}

/// What the lines before announce and does not come.
fn expected_after(description: &Description<'_>, last: Line<'_>) -> Option<String> {
    let section = description.section_of(&last);
    if section.index().is_none() {
        let missing = ['o', 's', 't']
            .into_iter()
            .find(|letter| section.of_type(*letter).next().is_none());
        if let Some(letter) = missing {
            return Some(format!("there is no `{letter}=` line yet"));
        }
        if section.has("group") {
            return Some("there is a group and no media section yet".to_owned());
        }
    }
    missing_sections(description)
        .or_else(|| nameless(description, &section))
        .or_else(|| missing_codecs(&section))
        .or_else(|| missing_sources(&section, last))
        .or_else(|| missing_port(&section))
}

/// A BUNDLE group whose last names are those of no section: browsers write the sections in its order. A group of which
/// no name fits is wrong, not cut, unless the name of the only section is not there yet.
fn missing_sections(description: &Description<'_>) -> Option<String> {
    let bundles = Bundles::of(description);
    let last = description.media().next_back();
    bundles.groups().iter().find_map(|group| {
        let is_there = |mid: &&str| bundles.section_named(mid).is_some();
        let first = group.mids.iter().position(|mid| !is_there(mid))?;
        let (before, rest) = group.mids.split_at(first);
        let open = last.is_none_or(|last| last.mid().is_none_or(|mid| rest[0].starts_with(mid)));
        let in_order = !rest.iter().any(is_there) && (open || !before.is_empty());
        in_order.then(|| format!("the section `{}` of the BUNDLE group has not come", short(rest[0])))
    })
}

fn nameless(description: &Description<'_>, section: &Section<'_>) -> Option<String> {
    let named = section.index()? > 0 && section.mid().is_none() && description.media_section(0)?.mid().is_some();
    named.then(|| "the last section has no `a=mid`, the first one has".to_owned())
}

/// Dynamic payload types without `a=rtpmap`: the last ones of the `m=` line.
fn missing_codecs(section: &Section<'_>) -> Option<String> {
    section.media().filter(|media| media.is_rtp())?;
    let codecs = codecs(section);
    let dynamic = |payload_type: &u16| (35..128).contains(payload_type) && static_payload(*payload_type).is_none();
    let named: Vec<(u16, bool)> = codecs
        .iter()
        .filter_map(|codec| Some((codec.payload_type.filter(dynamic)?, codec.rtpmap.is_some())))
        .collect();
    let first = named.iter().position(|(_, named)| !named)?;
    let rest_too = named[first..].iter().all(|(_, named)| !named);
    let payload_type = named[first].0;
    if rest_too {
        return Some(format!("payload type {payload_type} has no `a=rtpmap` yet"));
    }
    None
}

fn missing_sources(section: &Section<'_>, last: Line<'_>) -> Option<String> {
    if !last.is_attribute("ssrc") && !last.is_attribute("ssrc-group") {
        // The rtpmap of a retransmission, whose `apt` is to follow.
        let codecs = codecs(section);
        let codec = codecs
            .iter()
            .find(|codec| codec.rtpmap.as_ref().is_some_and(|(line, _)| *line == last))?;
        return (codec.is("rtx") && codec.fmtp.is_empty()).then(|| "the retransmission has no `apt` yet".to_owned());
    }
    let declared: std::collections::HashSet<u32> = section.all::<Ssrc<'_>>().map(|(_, ssrc)| ssrc.id).collect();
    let mut named = section
        .all::<SsrcGroup<'_>>()
        .flat_map(|(_, group)| group.ssrcs().collect::<Vec<_>>());
    let absent = named.find(|id| !declared.contains(id))?;
    Some(format!("no `a=ssrc` line declares {absent}, which a group names"))
}

fn missing_port(section: &Section<'_>) -> Option<String> {
    let media = section.media().filter(|media| media.is_sctp() && media.is_dtls())?;
    let new = media.formats().any(|format| format == "webrtc-datachannel");
    (new && !section.has("sctp-port") && !section.has("sctpmap")).then(|| "there is no `a=sctp-port` yet".to_owned())
}
