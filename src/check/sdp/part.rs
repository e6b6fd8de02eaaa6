//! [`Part`]: the session part or a media section, read once: what the rules ask for, by attribute.

use crate::proto::sdp::{
    AttributeValue, Bandwidth, CandidateLine, Codec, Crypto, Cursor, Direction, ExtMap, Fingerprint, Fmtp, Group,
    IceOptions, IcePwd, IceUfrag, Line, LineEnding, MaxMessageSize, MediaLine, Msid, Rid, RtcpFeedback, RtpMap,
    SctpMap, SctpPort, Section, Setup, Simulcast, Ssrc, SsrcGroup, assemble,
};

/// The lines of one attribute with their values.
pub(super) type Values<'d, T> = Vec<(Line<'d>, T)>;

/// What one section says. Lines whose value cannot be read are left out: they are defects.
pub(super) struct Part<'d> {
    pub section: Section<'d>,
    /// The `m=` line; the first line of the session part.
    pub head: Line<'d>,
    pub media: Option<MediaLine<'d>>,
    pub mids: Values<'d, &'d str>,
    pub groups: Values<'d, Group<'d>>,
    pub ufrags: Values<'d, IceUfrag<'d>>,
    pub pwds: Values<'d, IcePwd<'d>>,
    pub ice_options: Values<'d, IceOptions<'d>>,
    pub candidates: Values<'d, CandidateLine<'d>>,
    pub fingerprints: Values<'d, Fingerprint<'d>>,
    pub setups: Values<'d, Setup>,
    pub cryptos: Values<'d, Crypto<'d>>,
    pub rtpmaps: Values<'d, RtpMap<'d>>,
    pub fmtps: Values<'d, Fmtp<'d>>,
    pub feedbacks: Values<'d, RtcpFeedback<'d>>,
    pub extmaps: Values<'d, ExtMap<'d>>,
    pub ssrcs: Values<'d, Ssrc<'d>>,
    pub ssrc_groups: Values<'d, SsrcGroup<'d>>,
    pub msids: Values<'d, Msid<'d>>,
    pub rids: Values<'d, Rid<'d>>,
    pub simulcasts: Values<'d, Simulcast<'d>>,
    pub sctp_ports: Values<'d, SctpPort>,
    pub sctp_maps: Values<'d, SctpMap<'d>>,
    pub max_message_sizes: Values<'d, MaxMessageSize>,
    pub directions: Values<'d, Direction>,
    pub bandwidths: Values<'d, Bandwidth<'d>>,
    /// All `c=` lines.
    pub connections: Vec<Line<'d>>,
    /// Attributes without a value, and those that are of interest only by being there.
    pub flags: Vec<(Line<'d>, &'d str)>,
    /// What the payload types of the `m=` line are, in its order.
    codecs: Vec<Codec<'d>>,
}

impl<'d> Part<'d> {
    /// Reads a section.
    pub(super) fn of(section: &Section<'d>) -> Part<'d> {
        let head = section.lines().next().unwrap_or(Line {
            number: 0,
            offset: 0,
            text: "",
            ending: LineEnding::None,
        });
        let mut part = Part {
            section: *section,
            head,
            media: section.media(),
            mids: Vec::new(),
            groups: Vec::new(),
            ufrags: Vec::new(),
            pwds: Vec::new(),
            ice_options: Vec::new(),
            candidates: Vec::new(),
            fingerprints: Vec::new(),
            setups: Vec::new(),
            cryptos: Vec::new(),
            rtpmaps: Vec::new(),
            fmtps: Vec::new(),
            feedbacks: Vec::new(),
            extmaps: Vec::new(),
            ssrcs: Vec::new(),
            ssrc_groups: Vec::new(),
            msids: Vec::new(),
            rids: Vec::new(),
            simulcasts: Vec::new(),
            sctp_ports: Vec::new(),
            sctp_maps: Vec::new(),
            max_message_sizes: Vec::new(),
            directions: Vec::new(),
            bandwidths: Vec::new(),
            connections: Vec::new(),
            flags: Vec::new(),
            codecs: Vec::new(),
        };
        for line in section.lines() {
            part.read(line);
        }
        if let Some(media) = &part.media {
            let (rtpmaps, fmtps, feedbacks) = (part.rtpmaps.iter(), part.fmtps.iter(), part.feedbacks.iter());
            part.codecs = assemble(media, rtpmaps.copied(), fmtps.copied(), feedbacks.copied());
        }
        part
    }

    fn read(&mut self, line: Line<'d>) {
        match line.letter() {
            Some('a') => {}
            Some('c') => return self.connections.push(line),
            Some('b') => {
                return self
                    .bandwidths
                    .extend(Bandwidth::decode(line).value.map(|value| (line, value)));
            }
            _ => return,
        }
        let Some(attribute) = line.attribute() else { return };
        match attribute.name {
            "mid" => self.mids.extend(attribute.value.map(|mid| (line, mid.trim()))),
            "group" => push(&mut self.groups, line),
            "ice-ufrag" => push(&mut self.ufrags, line),
            "ice-pwd" => push(&mut self.pwds, line),
            "ice-options" => push(&mut self.ice_options, line),
            "candidate" => push(&mut self.candidates, line),
            "fingerprint" => push(&mut self.fingerprints, line),
            "setup" => push(&mut self.setups, line),
            "crypto" => push(&mut self.cryptos, line),
            "rtpmap" => push(&mut self.rtpmaps, line),
            "fmtp" => push(&mut self.fmtps, line),
            "rtcp-fb" => push(&mut self.feedbacks, line),
            "extmap" => push(&mut self.extmaps, line),
            "ssrc" => push(&mut self.ssrcs, line),
            "ssrc-group" => push(&mut self.ssrc_groups, line),
            "msid" => push(&mut self.msids, line),
            "rid" => push(&mut self.rids, line),
            "simulcast" => push(&mut self.simulcasts, line),
            "sctp-port" => push(&mut self.sctp_ports, line),
            "sctpmap" => push(&mut self.sctp_maps, line),
            "max-message-size" => push(&mut self.max_message_sizes, line),
            name => match Direction::from_name(name) {
                Some(direction) => self.directions.push((line, direction)),
                None => self.flags.push((line, name)),
            },
        }
    }

    /// The first line of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<Line<'d>> {
        self.flags.iter().find(|(_, own)| *own == name).map(|(line, _)| *line)
    }

    pub(super) fn mid(&self) -> Option<&'d str> {
        self.mids.first().map(|(_, mid)| *mid)
    }

    /// Port 0 without `a=bundle-only`.
    pub(super) fn is_rejected(&self) -> bool {
        self.media.is_some_and(|media| media.port == Some(0)) && self.flag("bundle-only").is_none()
    }

    pub(super) fn is_rtp(&self) -> bool {
        self.media.is_some_and(|media| media.is_rtp())
    }

    pub(super) fn is_sctp(&self) -> bool {
        self.media.is_some_and(|media| media.is_sctp())
    }

    pub(super) fn direction(&self) -> Option<Direction> {
        self.directions.last().map(|(_, direction)| *direction)
    }

    /// The codecs of the section.
    pub(super) fn codecs(&self) -> &[Codec<'d>] {
        &self.codecs
    }

    /// For people: `m=video (mid 1)`.
    pub(super) fn name(&self) -> String {
        match (self.media, self.mid()) {
            (None, _) => "session part".to_owned(),
            (Some(media), Some(mid)) => format!("m={} (mid {})", short(media.kind), short(mid)),
            (Some(media), None) => format!("m={} (line {})", short(media.kind), self.head.number),
        }
    }
}

/// [`Part::name`] of a section that is not read otherwise.
pub(super) fn section_name(section: &Section<'_>) -> String {
    match (section.media(), section.mid()) {
        (None, _) => "session part".to_owned(),
        (Some(media), Some(mid)) => format!("m={} (mid {})", short(media.kind), short(mid)),
        (Some(media), None) => {
            let line = section.media_line().map_or(0, |line| line.number);
            format!("m={} (line {line})", short(media.kind))
        }
    }
}

/// Words of others are cut where they stand in a sentence.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn push<'d, T: AttributeValue<'d>>(list: &mut Values<'d, T>, line: Line<'d>) {
    list.extend(T::decode(&mut Cursor::attribute(line)).map(|value| (line, value)));
}

/// What a media section says about its transport; small, for it is kept of every section.
pub(super) struct Transport<'d> {
    pub head: Line<'d>,
    pub kind: &'d str,
    pub protocol: &'d str,
    pub mid: Option<&'d str>,
    pub rejected: bool,
    pub bundle_only: bool,
    pub ufrag: Option<(Line<'d>, &'d str)>,
    pub pwd: Option<(Line<'d>, &'d str)>,
    pub setup: Option<(Line<'d>, Setup)>,
    pub fingerprint: Option<(Line<'d>, Fingerprint<'d>)>,
    pub crypto: Option<Line<'d>>,
    /// `a=rtcp-mux`, or the stronger `a=rtcp-mux-only`.
    pub rtcp_mux: bool,
    pub trickle: bool,
    pub candidates: usize,
    /// Host candidates with a public address, and host candidates at all.
    pub hosts: (usize, usize),
    /// Candidates with an IPv4 address, with an IPv6 address, with a name.
    pub families: (usize, usize, usize),
    pub first_candidate: Option<Line<'d>>,
    pub end_of_candidates: Option<Line<'d>>,
}

impl<'d> Transport<'d> {
    pub(super) fn of(part: &Part<'d>) -> Transport<'d> {
        let media = part.media;
        let mut transport = Transport {
            head: part.head,
            kind: media.map_or("", |media| media.kind),
            protocol: media.map_or("", |media| media.protocol),
            mid: part.mid(),
            rejected: part.is_rejected(),
            bundle_only: part.flag("bundle-only").is_some(),
            ufrag: part.ufrags.first().map(|(line, ufrag)| (*line, ufrag.0)),
            pwd: part.pwds.first().map(|(line, pwd)| (*line, pwd.0)),
            setup: part.setups.first().copied(),
            fingerprint: part.fingerprints.first().copied(),
            crypto: part.cryptos.first().map(|(line, _)| *line),
            rtcp_mux: part.flag("rtcp-mux").or_else(|| part.flag("rtcp-mux-only")).is_some(),
            trickle: has_trickle(part),
            candidates: part.candidates.len(),
            hosts: (0, 0),
            families: (0, 0, 0),
            first_candidate: part.candidates.first().map(|(line, _)| *line),
            end_of_candidates: part.flag("end-of-candidates"),
        };
        for (_, candidate) in &part.candidates {
            let ip = candidate.address.parse::<std::net::IpAddr>().ok();
            match ip {
                Some(ip) if ip.is_ipv4() => transport.families.0 += 1,
                Some(_) => transport.families.1 += 1,
                None => transport.families.2 += 1,
            }
            if candidate.kind == "host" {
                transport.hosts.1 += 1;
                let public = ip.is_some_and(super::candidates::is_public);
                transport.hosts.0 += usize::from(public);
            }
        }
        transport
    }

    pub(super) fn is_rtp(&self) -> bool {
        self.protocol.contains("RTP/")
    }

    pub(super) fn is_dtls(&self) -> bool {
        self.protocol.contains("TLS")
    }

    /// As [`Part::name`].
    pub(super) fn name(&self) -> String {
        match self.mid {
            Some(mid) => format!("m={} (mid {})", short(self.kind), short(mid)),
            None => format!("m={} (line {})", short(self.kind), self.head.number),
        }
    }
}

/// Whether candidates may follow (RFC 8840).
pub(super) fn has_trickle(part: &Part<'_>) -> bool {
    let mut options = part.ice_options.iter();
    options.any(|(_, options)| options.tags().any(|tag| tag == "trickle"))
}
