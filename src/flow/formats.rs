//! What payload types are, by the descriptions: for the sessions of the agents that they are of, and where all descriptions
//! agree, for every session.

use std::collections::BTreeMap;

use super::Facts;
use super::rtp::Format;
use super::signaling::Described;
use crate::proto::sdp::{Description, RtpMap};

/// Tells the media of `facts` what its descriptions say.
pub(super) fn apply(facts: &mut Facts) {
    let mut agreed: BTreeMap<u8, Option<Format>> = BTreeMap::new();
    for described in &facts.descriptions {
        for (number, format) in formats(described) {
            let known = agreed.entry(number).or_insert_with(|| Some(format.clone()));
            if known.as_ref().is_some_and(|known| !is_same(known, &format)) {
                *known = None;
            }
            for association in &facts.ice {
                let is_of = |ufrag: &str| described.credentials.iter().any(|one| one.ufrag == ufrag);
                if association.sides.iter().any(|side| is_of(&side.ufrag)) {
                    for pair in &association.pairs {
                        facts.media.set_format(Some(pair.session), number, format.clone());
                    }
                }
            }
        }
    }
    for (number, format) in agreed {
        if let Some(format) = format {
            facts.media.set_format(None, number, format);
        }
    }
}

fn is_same(one: &Format, other: &Format) -> bool {
    one.clock == other.clock && one.name.eq_ignore_ascii_case(&other.name)
}

/// `a=rtpmap` of all its media.
fn formats(described: &Described) -> Vec<(u8, Format)> {
    let description = Description::parse(&described.sdp);
    let mut all = Vec::new();
    for media in description.media() {
        for (_, map) in media.all::<RtpMap<'_>>() {
            if let (Ok(number), Some(clock)) = (u8::try_from(map.payload_type), map.clock_rate) {
                all.push((number, Format::new(map.encoding, clock)));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::SessionId;
    use crate::flow::signaling::Source;

    fn described(maps: &str) -> Described {
        Described {
            source: Source::File("offer.sdp".to_owned()),
            kind: None,
            sdp: format!(
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96 97\r\n{maps}"
            ),
            credentials: Vec::new(),
        }
    }

    #[test]
    fn only_what_all_descriptions_agree_on_holds_everywhere() {
        let mut facts = Facts {
            descriptions: vec![
                described("a=rtpmap:96 opus/48000/2\r\na=rtpmap:97 VP8/90000\r\na=rtpmap:98 odd\r\n"),
                described("a=rtpmap:96 OPUS/48000/2\r\na=rtpmap:97 H264/90000\r\n"),
            ],
            ..Facts::default()
        };
        apply(&mut facts);
        let name = |number| {
            facts
                .media
                .format(SessionId(7), number)
                .map(|format| format.name.as_str())
        };
        assert_eq!([name(96), name(97), name(98)], [Some("opus"), None, None]);
    }
}
