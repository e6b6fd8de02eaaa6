//! [`Line`]: an m-line of sound or pictures, as one side describes it.

use std::net::{IpAddr, SocketAddr};

use crate::proto::sdp::{Description, Direction, ExtMap, Fmtp, Mid, Msid, Rid, RtpMap, Section, Ssrc, SsrcGroup};

/// So many m-lines of one description are looked at.
const LINES: usize = 1024;

/// What one side says of one m-line: what it sends there, and what it is ready to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place in the description, from 0.
    pub index: usize,
    /// `audio` or `video`.
    pub kind: String,
    /// `a=mid`.
    pub mid: Option<String>,
    /// Whether its port is 0, and no BUNDLE says otherwise.
    pub is_rejected: bool,
    /// Whether this side sends there.
    pub sends: bool,
    /// Whether this side receives there.
    pub receives: bool,
    /// The payload types of the `m=` line.
    pub payload_types: Vec<u8>,
    /// Payload types of retransmissions, each with the one that it repeats (`apt`).
    pub repeats: Vec<(u8, u8)>,
    /// `a=extmap`: ids and what they stand for.
    pub extensions: Vec<(u8, String)>,
    /// `a=ssrc`, each with the msid of Plan B, if it has one.
    pub sources: Vec<(u32, Option<String>)>,
    /// `a=ssrc-group`: semantics and SSRCs.
    pub groups: Vec<(String, Vec<u32>)>,
    /// `a=msid`.
    pub msid: Option<String>,
    /// `a=rid`.
    pub rids: Vec<String>,
    /// Where this side wants to receive, if it says so without ICE.
    pub address: Option<SocketAddr>,
}

/// The m-lines of audio and video of a description.
pub(super) fn lines(sdp: &str) -> Vec<Line> {
    let description = Description::parse(sdp);
    let session = description.session();
    let media = description.media().take(LINES);
    media.filter_map(|section| Line::of(&section, &session)).collect()
}

impl Line {
    fn of(section: &Section<'_>, session: &Section<'_>) -> Option<Line> {
        let media = section
            .media()
            .filter(|media| matches!(media.kind, "audio" | "video"))?;
        let direction = section.direction().or_else(|| session.direction());
        let direction = direction.map_or(Direction::SendRecv, |(_, direction)| direction);
        let is_rejected = section.is_rejected();
        let both = direction == Direction::SendRecv;
        let maps = section.all::<ExtMap<'_>>().chain(session.all::<ExtMap<'_>>());
        Some(Line {
            index: section.index().unwrap_or_default(),
            kind: media.kind.to_owned(),
            mid: section.first::<Mid<'_>>().map(|(_, mid)| mid.0.to_owned()),
            is_rejected,
            sends: !is_rejected && (both || direction == Direction::SendOnly),
            receives: !is_rejected && (both || direction == Direction::RecvOnly),
            payload_types: media.formats().filter_map(|one| one.parse().ok()).collect(),
            repeats: repeats(section),
            extensions: maps
                .filter_map(|(_, map)| Some((u8::try_from(map.id).ok()?, map.uri.to_owned())))
                .collect(),
            sources: sources(section),
            groups: section
                .all::<SsrcGroup<'_>>()
                .map(|(_, group)| (group.semantics.to_owned(), group.ssrcs().collect()))
                .collect(),
            msid: section.first::<Msid<'_>>().map(|(_, msid)| text(&msid)),
            rids: section.all::<Rid<'_>>().map(|(_, rid)| rid.id.to_owned()).collect(),
            address: address(section, session, media.port),
        })
    }

    /// Whether another description means the same m-line.
    pub fn is_same(&self, other: &Line) -> bool {
        match (&self.mid, &other.mid) {
            (Some(own), Some(theirs)) => own == theirs,
            _ => self.index == other.index,
        }
    }

    /// How it is spoken of: `video, mid 1`.
    pub fn name(&self) -> String {
        match &self.mid {
            Some(mid) => format!("{}, mid {mid}", self.kind),
            None => format!("{}, m-line {}", self.kind, self.index),
        }
    }
}

fn repeats(section: &Section<'_>) -> Vec<(u8, u8)> {
    let of_rtx = |map: &RtpMap<'_>| map.encoding.eq_ignore_ascii_case("rtx");
    let rtx: Vec<u16> = section
        .all::<RtpMap<'_>>()
        .filter(|(_, map)| of_rtx(map))
        .map(|(_, map)| map.payload_type)
        .collect();
    let apt = |(_, fmtp): (_, Fmtp<'_>)| {
        let own = fmtp.payload_type().filter(|own| rtx.contains(own))?;
        Some((
            u8::try_from(own).ok()?,
            u8::try_from(fmtp.parameters().number("apt")?).ok()?,
        ))
    };
    section.all::<Fmtp<'_>>().filter_map(apt).collect()
}

fn sources(section: &Section<'_>) -> Vec<(u32, Option<String>)> {
    let mut sources: Vec<(u32, Option<String>)> = Vec::new();
    for (_, ssrc) in section.all::<Ssrc<'_>>() {
        // The lines of a source stand together.
        if sources.last().is_none_or(|(id, _)| *id != ssrc.id) {
            sources.push((ssrc.id, None));
        }
        if let ("msid", Some(value), Some((_, msid))) = (ssrc.attribute, ssrc.value, sources.last_mut()) {
            *msid = Some(value.to_owned());
        }
    }
    sources
}

fn text(msid: &Msid<'_>) -> String {
    match msid.track {
        Some(track) => format!("{} {track}", msid.stream),
        None => msid.stream.to_owned(),
    }
}

fn address(section: &Section<'_>, session: &Section<'_>, port: Option<u64>) -> Option<SocketAddr> {
    let (_, connection) = section.connection().or_else(|| session.connection())?;
    let ip: IpAddr = connection.address.split('/').next()?.parse().ok()?;
    // 0 rejects, and 9 stands for a port that ICE will tell.
    let port = u16::try_from(port?).ok().filter(|port| !matches!(port, 0 | 9))?;
    (!ip.is_unspecified()).then_some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
        a=extmap:7 urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
        m=audio 4000 RTP/AVP 0 8\r\na=sendonly\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:v\r\na=msid:stream track\r\na=rtpmap:96 VP8/90000\r\n\
        a=rtpmap:97 rtx/90000\r\na=fmtp:96 apt=1\r\na=fmtp:97 apt=96\r\na=rid:h send\r\n\
        a=ssrc-group:FID 1 2\r\na=ssrc:1 cname:x\r\na=ssrc:1 msid:s t\r\na=ssrc:2 cname:x\r\n\
        m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:r\r\n";

    #[test]
    fn lines_of_sound_and_pictures() {
        let lines = lines(SDP);
        let [audio, video, rejected] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!((audio.index, audio.sends, audio.receives), (0, true, false));
        assert_eq!(audio.address, Some("192.0.2.1:4000".parse().unwrap()));
        assert_eq!(audio.payload_types, [0, 8]);
        assert_eq!(
            audio.extensions,
            [(7, "urn:ietf:params:rtp-hdrext:sdes:mid".to_owned())]
        );
        assert_eq!((video.index, video.name().as_str()), (2, "video, mid v"));
        assert_eq!((video.address, video.repeats.as_slice()), (None, &[(97, 96)][..]));
        assert_eq!(video.sources, [(1, Some("s t".to_owned())), (2, None)]);
        assert_eq!(video.groups, [("FID".to_owned(), vec![1, 2])]);
        assert_eq!(
            (video.msid.as_deref(), &*video.rids),
            (Some("stream track"), &["h".to_owned()][..])
        );
        assert!(rejected.is_rejected && !rejected.sends && !rejected.receives);
        assert!(!video.is_same(rejected) && audio.is_same(audio));
    }

    #[test]
    fn every_cut_has_lines_or_none() {
        for cut in 0..SDP.len() {
            assert!(lines(&SDP[..cut]).len() <= 3, "{cut}");
        }
    }
}
