//! Findings about what an offer and an answer agreed on.

use super::entries;

entries! {
    NO_COMMON_CODEC = "sdp-no-common-codec", Error, "Offer and answer have no codec in common" {
        what: "The m-line is accepted, and one side or both have nothing to send over it: no codec of the offer fits one of the answer.",
        why: "Names alone do not make codecs equal: H.264 and VP9 profiles, packetization modes, clock rates and channels must fit too. Or the answerer lists codecs of its own in place of those that both have.",
        fix: "Give one side a codec, or a profile, that the other has; the evidence says why each one fell out. An answerer without a codec in common must reject the m-line (port 0).",
        reference: "RFC 3264 §6.1",
    }
}
