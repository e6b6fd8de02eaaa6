//! Data channels: SCTP over DTLS (RFC 8841).

use super::out::Out;
use super::part::Part;
use crate::check::catalog::sdp_lint as catalog;

pub(super) fn check(part: &Part<'_>, out: &mut Out) {
    let Some(media) = part.media.filter(|media| media.is_sctp() && media.is_dtls()) else {
        return;
    };
    let old_port = media.format_text.bytes().all(|octet| octet.is_ascii_digit());
    match (part.sctp_ports.first(), part.sctp_maps.first()) {
        (None, Some((line, _))) => {
            let seen = "The SCTP port stands in `a=sctpmap`, the form of drafts before 2015";
            out.add(catalog::SCTPMAP, part, &[*line], seen);
        }
        // `m=application 9 DTLS/SCTP 5000`: what is missing is the sctpmap, an older form still.
        (None, None) if !part.section.has("sctp-port") => {
            let seen = match old_port {
                true => "The format is an SCTP port, as in drafts, and there is neither `a=sctpmap` nor `a=sctp-port`",
                false => "There is no `a=sctp-port`",
            };
            out.add(catalog::SCTP_PORT_MISSING, part, &[part.head], seen)
                .mark(media.format_text);
        }
        (Some((line, port)), _) if port.0 == 0 => {
            let seen = "The SCTP port is 0, which closes the association";
            out.add(catalog::SCTP_PORT_ZERO, part, &[*line], seen).word(0);
        }
        (Some((line, _)), _) if !media.formats().any(|format| format == "webrtc-datachannel") => {
            let seen = "The format of the section is not `webrtc-datachannel`";
            // Browsers were asked about a number there.
            let case = if old_port { "" } else { "word" };
            let entry = catalog::SCTP_FORMAT;
            out.add_case(entry, entry.severity, case, &part.name(), &[part.head, *line], seen)
                .mark(media.format_text);
        }
        _ => {}
    }
}
