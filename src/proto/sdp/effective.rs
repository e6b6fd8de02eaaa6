//! What holds, where [`Section`] tells what is written: values of the session part that media sections inherit, and
//! the transport that the sections of a BUNDLE share.
//!
//! Nothing here changes what was read; a value always comes with the line it stands on.

use std::collections::{HashMap, HashSet};

use super::attribute::AttributeValue;
use super::attribute::dtls::{Fingerprint, Setup};
use super::attribute::ice::{IceOptions, IcePwd, IceUfrag};
use super::attribute::rtp::Direction;
use super::attribute::source::Group;
use super::description::{Description, Section};
use super::fields::Connection;
use super::line::Line;

/// The BUNDLE groups of a description (RFC 9143), looked up by `mid` or index in constant time.
#[derive(Clone, Debug, Default)]
pub struct Bundles<'d> {
    groups: Vec<Bundle<'d>>,
    /// Media index -> group.
    by_index: HashMap<usize, usize>,
    /// `mid` -> media index, the first of that name.
    by_mid: HashMap<&'d str, usize>,
}

/// One BUNDLE group.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle<'d> {
    /// Its `a=group` line.
    pub line: Line<'d>,
    /// The names in the group, as written.
    pub mids: Vec<&'d str>,
    /// The media sections of these names, in the order of the group; names of no section are left out.
    pub members: Vec<usize>,
    /// The section whose transport all use: the first one in the group that is not rejected (RFC 9143 §7.2: the
    /// suggested or chosen "tagged" section).
    pub tag: Option<usize>,
}

impl<'d> Bundles<'d> {
    /// Of a description.
    pub fn of(description: &'d Description<'d>) -> Bundles<'d> {
        let mut bundles = Bundles::default();
        for section in description.media() {
            if let (Some(mid), Some(index)) = (section.mid(), section.index()) {
                bundles.by_mid.entry(mid).or_insert(index);
            }
        }
        for (line, group) in description.session().all::<Group<'_>>() {
            if group.semantics != "BUNDLE" {
                continue;
            }
            let mids: Vec<&str> = group.mids().collect();
            let members: Vec<usize> = mids.iter().filter_map(|mid| bundles.by_mid.get(mid).copied()).collect();
            for member in &members {
                bundles.by_index.entry(*member).or_insert(bundles.groups.len());
            }
            // Bundle-only sections have port 0 and are not rejected; they come first only by mistake. Each is looked at
            // once, however often the group names it.
            let mut looked_at = HashSet::new();
            let mut rejected = |index: &&usize| {
                !looked_at.insert(**index)
                    || description
                        .media_section(**index)
                        .is_none_or(|section| section.is_rejected())
            };
            let tag = members.iter().find(|index| !rejected(index)).copied();
            bundles.groups.push(Bundle {
                line,
                mids,
                members,
                tag,
            });
        }
        bundles
    }

    /// The groups, in order.
    pub fn groups(&self) -> &[Bundle<'d>] {
        &self.groups
    }

    /// The group of a media section.
    pub fn group_of(&self, media: usize) -> Option<&Bundle<'d>> {
        self.by_index.get(&media).map(|group| &self.groups[*group])
    }

    /// The media section of this name; the first, if there are several.
    pub fn section_named(&self, mid: &str) -> Option<usize> {
        self.by_mid.get(mid).copied()
    }

    /// The media section whose transport a section uses: itself, unless it is bundled.
    pub fn transport_of(&self, media: usize) -> usize {
        self.group_of(media).and_then(|group| group.tag).unwrap_or(media)
    }
}

/// What holds for one media section.
#[derive(Clone, Debug)]
pub struct Effective<'d> {
    /// The media section.
    pub section: Section<'d>,
    /// The section whose transport it uses; itself unless bundled.
    pub transport: Section<'d>,
    session: Section<'d>,
    /// Whether it is in a BUNDLE group.
    pub bundled: bool,
}

/// What holds for the media section `index`; `None` if there is no such section.
pub fn effective<'d>(description: &'d Description<'d>, bundles: &Bundles<'d>, index: usize) -> Option<Effective<'d>> {
    Some(Effective {
        section: description.media_section(index)?,
        transport: description.media_section(bundles.transport_of(index))?,
        session: description.session(),
        bundled: bundles.group_of(index).is_some(),
    })
}

impl<'d> Effective<'d> {
    /// The direction: of the section, else of the session part, else sendrecv (RFC 8866 §6.7).
    pub fn direction(&self) -> Direction {
        let written = self.section.direction().or_else(|| self.session.direction());
        written.map_or(Direction::SendRecv, |(_, direction)| direction)
    }

    /// The first value for the section: its own, else that of the session part. BUNDLE is not looked at.
    pub fn own<T: AttributeValue<'d>>(&self) -> Option<(Line<'d>, T)> {
        self.section.first::<T>().or_else(|| self.session.first::<T>())
    }

    /// The first value of the transport: that of the tagged section of the BUNDLE, else its own, else that of the
    /// session part. A section may repeat what the tagged one says (RFC 9143 §7.1.3), and must not differ.
    pub fn of_transport<T: AttributeValue<'d>>(&self) -> Option<(Line<'d>, T)> {
        let tagged = self.transport.first::<T>();
        tagged
            .or_else(|| self.section.first::<T>())
            .or_else(|| self.session.first::<T>())
    }

    /// `a=ice-ufrag` of the transport.
    pub fn ice_ufrag(&self) -> Option<(Line<'d>, IceUfrag<'d>)> {
        self.of_transport()
    }

    /// `a=ice-pwd` of the transport.
    pub fn ice_pwd(&self) -> Option<(Line<'d>, IcePwd<'d>)> {
        self.of_transport()
    }

    /// `a=setup` of the transport.
    pub fn setup(&self) -> Option<(Line<'d>, Setup)> {
        self.of_transport()
    }

    /// The fingerprints of the transport; one of them has to match.
    pub fn fingerprints(&self) -> Vec<(Line<'d>, Fingerprint<'d>)> {
        [self.transport, self.section, self.session]
            .into_iter()
            .map(|section| section.all::<Fingerprint<'_>>().collect::<Vec<_>>())
            .find(|fingerprints| !fingerprints.is_empty())
            .unwrap_or_default()
    }

    /// Whether an option of ICE is on for the transport: in its own line, else in that of the session part.
    pub fn has_ice_option(&self, tag: &str) -> bool {
        let options = self.of_transport::<IceOptions<'_>>();
        options.is_some_and(|(_, options)| options.tags().any(|own| own == tag))
    }

    /// The `c=` line: of the section, else of the session part.
    pub fn connection(&self) -> Option<(Line<'d>, Connection<'d>)> {
        self.section.connection().or_else(|| self.session.connection())
    }

    /// Whether one-byte and two-byte header extensions may be mixed (RFC 8285 §6).
    pub fn extmap_allow_mixed(&self) -> bool {
        self.section.has("extmap-allow-mixed") || self.session.has("extmap-allow-mixed")
    }

    /// Whether RTP and RTCP share a port: data channels have no RTCP.
    pub fn rtcp_mux(&self) -> bool {
        self.section.has("rtcp-mux") || (self.bundled && self.transport.has("rtcp-mux"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "v=0\r\na=group:BUNDLE 1 0 x\r\na=setup:actpass\r\na=recvonly\r\nm=audio 0 UDP/TLS/RTP/SAVPF 0\r\n\
        a=mid:0\r\na=bundle-only\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendonly\r\na=ice-ufrag:abcd\r\na=rtcp-mux\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\n";

    #[test]
    fn inherited_and_shared_values_come_with_their_lines() {
        let description = Description::parse(TEXT);
        let bundles = Bundles::of(&description);
        assert_eq!(
            (bundles.groups()[0].members.as_slice(), bundles.groups()[0].tag),
            (&[1, 0][..], Some(1))
        );
        let of = |index| effective(&description, &bundles, index).unwrap();
        assert_eq!(
            (of(0).direction(), of(1).direction()),
            (Direction::RecvOnly, Direction::SendOnly)
        );
        assert_eq!(of(0).ice_ufrag().map(|(line, _)| line.number), Some(11));
        assert!(of(0).rtcp_mux() && of(0).bundled);
        assert!(of(2).ice_ufrag().is_none() && !of(2).bundled && !of(2).rtcp_mux());
        assert_eq!(of(2).setup().map(|(line, _)| line.number), Some(3));
        assert_eq!(bundles.section_named("2"), Some(2));
        assert!(effective(&description, &bundles, 3).is_none());
    }
}
