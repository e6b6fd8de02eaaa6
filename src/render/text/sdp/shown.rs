//! Of a large report no more than what is shown, so that no more has to be made safe for a terminal.

use crate::report::sdp::{Description, Input, Media, Sdp};
use crate::report::sdp_diff::{Diff, Fate};
use crate::report::sdp_negotiation::Negotiation;
use crate::report::{Envelope, Report};

/// So many descriptions are shown; there are more in dumps only.
const DESCRIPTIONS: usize = 1000;
/// So many media sections of each are shown; a call has a handful.
const SECTIONS: usize = super::SHOWN;
/// So many entries of each list of a section are looked at.
const ENTRIES: usize = 1000;

/// The envelope with no more in it than [`write`] shows.
pub fn shown(report: &Sdp, envelope: &Envelope) -> Envelope {
    let descriptions = report
        .descriptions
        .iter()
        .take(DESCRIPTIONS)
        .map(|description| Description {
            kind: description.kind.clone(),
            input: Input {
                sections: description.media.len(),
                ..description.input.clone()
            },
            made_by: description.made_by.clone(),
            session: description.session.clone(),
            media: description.media.iter().take(SECTIONS).map(section).collect(),
            effective: description.effective.iter().take(SECTIONS).cloned().collect(),
        });
    Envelope {
        schema: envelope.schema,
        tool: envelope.tool.clone(),
        version: envelope.version.clone(),
        command: envelope.command.clone(),
        started: envelope.started.clone(),
        interrupted: envelope.interrupted,
        report: Report::Sdp(Sdp {
            descriptions: descriptions.collect(),
            negotiation: report.negotiation.as_ref().map(|negotiation| Negotiation {
                media: negotiation.media.iter().take(SECTIONS).cloned().collect(),
                bundle: negotiation.bundle.iter().take(SECTIONS).cloned().collect(),
            }),
            diff: report.diff.as_ref().map(changes),
            explanations: report.explanations.clone(),
            pairs: report.pairs.clone(),
            unread: report.unread.clone(),
            listed: report.listed,
            rules: Vec::new(),
        }),
        findings: envelope.findings.clone(),
    }
}

/// A section with lists of no more than [`ENTRIES`].
fn section(media: &Media) -> Media {
    fn first<T: Clone>(list: &[T]) -> Vec<T> {
        list[..list.len().min(ENTRIES)].to_vec()
    }
    Media {
        formats: first(&media.formats),
        codecs: first(&media.codecs),
        extmap: first(&media.extmap),
        ssrcs: first(&media.ssrcs),
        ssrc_groups: first(&media.ssrc_groups),
        candidates: first(&media.candidates),
        crypto: Vec::new(),
        rtpmap_conflicts: Vec::new(),
        index: media.index,
        kind: media.kind.clone(),
        port: media.port,
        number_of_ports: media.number_of_ports,
        proto: media.proto.clone(),
        rejected: media.rejected,
        mid: media.mid.clone(),
        common: media.common.clone(),
        bundle_only: media.bundle_only,
        rtcp_mux: media.rtcp_mux,
        rtcp_mux_only: media.rtcp_mux_only,
        rtcp_rsize: media.rtcp_rsize,
        rtcp: media.rtcp.clone(),
        msid: first(&media.msid),
        end_of_candidates: media.end_of_candidates,
        sctp_port: media.sctp_port,
        sctpmap: media.sctpmap.clone(),
        max_message_size: media.max_message_size,
        rids: first(&media.rids),
        simulcast: media.simulcast.clone(),
    }
}

/// The m-lines that changed, and no more of them than are shown.
fn changes(diff: &Diff) -> Diff {
    Diff {
        media: diff
            .media
            .iter()
            .filter(|media| media.fate != Fate::Same)
            .take(SECTIONS)
            .cloned()
            .collect(),
        session: diff.session.iter().take(ENTRIES).cloned().collect(),
        ..*diff
    }
}
