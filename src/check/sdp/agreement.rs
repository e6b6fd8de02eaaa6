//! What an offer and an answer agreed on, judged: m-lines that are accepted and carry nothing.

use super::{FIRST, SECOND};
use crate::check::catalog::sdp_pair as catalog;
use crate::report::sdp_negotiation::{Media, Negotiation, Sending, Side};
use crate::report::{Evidence, Finding};

/// So many codecs that fell out stand under one finding.
const EVIDENCE: usize = 20;

/// The findings about a negotiation; evidence is of the first description, the offer, or the second, the answer.
pub fn check(negotiation: &Negotiation) -> Vec<Finding> {
    negotiation
        .media
        .iter()
        .filter(|media| media.accepted)
        .filter_map(no_codec)
        .collect()
}

fn no_codec(media: &Media) -> Option<Finding> {
    let silent = |sending: &Option<Sending>| sending.as_ref().is_some_and(|sending| sending.codec.is_none());
    let who = match (silent(&media.offerer_sends), silent(&media.answerer_sends)) {
        (true, true) => "neither side has",
        (true, false) => "the offerer does not have",
        (false, true) => "the answerer does not have",
        (false, false) => return None,
    };
    let mid = media
        .mid
        .as_ref()
        .map(|mid| format!(" (mid {mid})"))
        .unwrap_or_default();
    let facts = media.codecs_left_out.iter().take(EVIDENCE).map(|codec| {
        let name = codec.encoding.as_deref().unwrap_or("unknown");
        let side = codec.side.name();
        Evidence {
            description: Some(if codec.side == Side::Offer { FIRST } else { SECOND }),
            ..Evidence::new(format!("{side}: {name} {}", codec.format), &codec.text)
        }
    });
    Some(catalog::NO_COMMON_CODEC.finding(
        format!("m={}{mid}", media.kind),
        format!(
            "M-line {} is accepted, and {who} a codec to send that the other side takes.",
            media.index
        ),
        facts.collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sdp::negotiate::negotiate;
    use crate::proto::sdp::Description;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
                         a=mid:0\r\na=rtcp-mux\r\na=setup:actpass\r\na=rtpmap:96 VP8/90000\r\n";

    fn codes(offer: &str, answer: &str) -> Vec<String> {
        let negotiation = negotiate(&Description::parse(offer), &Description::parse(answer));
        check(&negotiation).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn an_accepted_m_line_needs_a_codec() {
        let answer = OFFER.replace("actpass", "active");
        assert_eq!(codes(OFFER, &answer), [""; 0]);
        assert_eq!(codes(OFFER, &answer.replace("VP8", "VP9")), ["sdp-no-common-codec"]);
        let rejected = answer.replace("VP8", "VP9").replace("m=video 9", "m=video 0");
        assert_eq!(codes(OFFER, &rejected), [""; 0], "a rejected m-line needs none");
        let inactive = format!("{}a=inactive\r\n", answer.replace("VP8", "VP9"));
        assert_eq!(codes(OFFER, &inactive), [""; 0], "nothing is to be sent");
    }
}
