//! What holds, where [`Section`] tells what is written: values of the session part that media sections inherit, and
//! the transport that the sections of a BUNDLE share.
//!
//! Nothing here changes what was read; a value always comes with the line it stands on.

use std::cell::OnceCell;

use foldhash::HashMap;

use super::attribute::AttributeValue;
use super::attribute::dtls::{Fingerprint, Setup};
use super::attribute::ice::{IceOptions, IcePwd, IceUfrag};
use super::attribute::rtp::Direction;
use super::attribute::source::Group;
use super::cursor::Cursor;
use super::description::{Description, Section};
use super::fields::Connection;
use super::line::Line;

/// The attribute lines of a section by name. Many sections ask the session part and the tagged section of their BUNDLE:
/// these are read once.
#[derive(Clone, Debug)]
struct Index<'d> {
    section: Section<'d>,
    /// Filled when somebody asks.
    lines: OnceCell<HashMap<&'d str, Vec<Line<'d>>>>,
}

impl<'d> Index<'d> {
    fn of(section: &Section<'d>) -> Index<'d> {
        Index {
            section: *section,
            lines: OnceCell::new(),
        }
    }

    fn lines(&self) -> &HashMap<&'d str, Vec<Line<'d>>> {
        self.lines.get_or_init(|| {
            let mut lines: HashMap<&str, Vec<Line<'_>>> = HashMap::default();
            for attribute in self.section.attributes() {
                lines.entry(attribute.name).or_default().push(attribute.line);
            }
            lines
        })
    }

    fn all<T: AttributeValue<'d>>(&self) -> impl Iterator<Item = (Line<'d>, T)> {
        let lines = self.lines().get(T::NAME).into_iter().flatten();
        lines.filter_map(|line| Some((*line, T::decode(&mut Cursor::attribute(*line))?)))
    }

    fn first<T: AttributeValue<'d>>(&self) -> Option<(Line<'d>, T)> {
        self.all().next()
    }

    fn has(&self, name: &str) -> bool {
        self.lines().contains_key(name)
    }
}

/// The BUNDLE groups of a description (RFC 9143) and what its sections share, looked up in constant time.
#[derive(Clone, Debug)]
pub struct Bundles<'d> {
    groups: Vec<Bundle<'d>>,
    /// Media index -> group.
    by_index: HashMap<usize, usize>,
    /// `mid` -> media index, the first of that name.
    by_mid: HashMap<&'d str, usize>,
    session: Index<'d>,
    session_direction: Option<Direction>,
    session_connection: Option<(Line<'d>, Connection<'d>)>,
    /// Of the tagged sections, by media index.
    tagged: HashMap<usize, Index<'d>>,
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
        let session = description.session();
        let mut bundles = Bundles {
            session: Index::of(&session),
            session_direction: session.direction().map(|(_, direction)| direction),
            session_connection: session.connection(),
            groups: Vec::new(),
            by_index: HashMap::default(),
            by_mid: HashMap::default(),
            tagged: HashMap::default(),
        };
        let mut open = Vec::with_capacity(description.media_count());
        for section in description.media() {
            open.push(!section.is_rejected());
            if let (Some(mid), Some(index)) = (section.mid(), section.index()) {
                bundles.by_mid.entry(mid).or_insert(index);
            }
        }
        for (line, group) in session.all::<Group<'_>>() {
            if group.semantics != "BUNDLE" {
                continue;
            }
            let mids: Vec<&str> = group.mids().collect();
            let members: Vec<usize> = mids.iter().filter_map(|mid| bundles.by_mid.get(mid).copied()).collect();
            for member in &members {
                bundles.by_index.entry(*member).or_insert(bundles.groups.len());
            }
            // Bundle-only sections have port 0 and are not rejected; they come first only by mistake.
            let tag = members.iter().copied().find(|index| open[*index]);
            if let Some(section) = tag.and_then(|tag| description.media_section(tag)) {
                let index = section.index().unwrap_or_default();
                bundles.tagged.entry(index).or_insert_with(|| Index::of(&section));
            }
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
pub struct Effective<'b, 'd> {
    /// The media section.
    pub section: Section<'d>,
    /// The section whose transport it uses; itself unless bundled.
    pub transport: Section<'d>,
    /// Whether it is in a BUNDLE group.
    pub bundled: bool,
    bundles: &'b Bundles<'d>,
    /// The lines of `transport`, where that is another section.
    tagged: Option<&'b Index<'d>>,
}

/// What holds for the media section `index`; `None` if there is no such section.
pub fn effective<'b, 'd>(
    description: &'d Description<'d>,
    bundles: &'b Bundles<'d>,
    index: usize,
) -> Option<Effective<'b, 'd>> {
    let transport = bundles.transport_of(index);
    Some(Effective {
        section: description.media_section(index)?,
        transport: description.media_section(transport)?,
        bundled: bundles.group_of(index).is_some(),
        bundles,
        tagged: bundles.tagged.get(&transport).filter(|_| transport != index),
    })
}

impl<'d> Effective<'_, 'd> {
    /// The direction: of the section, else of the session part, else sendrecv (RFC 8866 §6.7).
    pub fn direction(&self) -> Direction {
        let own = self.section.direction().map(|(_, direction)| direction);
        own.or(self.bundles.session_direction).unwrap_or(Direction::SendRecv)
    }

    /// The first value for the section: its own, else that of the session part. BUNDLE is not looked at.
    pub fn own<T: AttributeValue<'d>>(&self) -> Option<(Line<'d>, T)> {
        self.section.first::<T>().or_else(|| self.bundles.session.first::<T>())
    }

    /// The first value of the transport: that of the tagged section of the BUNDLE, else its own, else that of the
    /// session part. A section may repeat what the tagged one says (RFC 9143 §7.1.3), and must not differ.
    pub fn of_transport<T: AttributeValue<'d>>(&self) -> Option<(Line<'d>, T)> {
        let tagged = self.tagged.and_then(|tagged| tagged.first::<T>());
        tagged.or_else(|| self.own::<T>())
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
        let tagged: Vec<_> = self.tagged.map(|tagged| tagged.all().collect()).unwrap_or_default();
        if !tagged.is_empty() {
            return tagged;
        }
        let own: Vec<_> = self.section.all().collect();
        if !own.is_empty() {
            return own;
        }
        self.bundles.session.all().collect()
    }

    /// Whether an option of ICE is on for the transport: in its own line, else in that of the session part.
    pub fn has_ice_option(&self, tag: &str) -> bool {
        let options = self.of_transport::<IceOptions<'_>>();
        options.is_some_and(|(_, options)| options.tags().any(|own| own == tag))
    }

    /// The `c=` line: of the section, else of the session part.
    pub fn connection(&self) -> Option<(Line<'d>, Connection<'d>)> {
        self.section.connection().or(self.bundles.session_connection)
    }

    /// Whether one-byte and two-byte header extensions may be mixed (RFC 8285 §6).
    pub fn extmap_allow_mixed(&self) -> bool {
        self.section.has("extmap-allow-mixed") || self.bundles.session.has("extmap-allow-mixed")
    }

    /// Whether RTP and RTCP share a port: data channels have no RTCP.
    pub fn rtcp_mux(&self) -> bool {
        self.section.has("rtcp-mux") || self.tagged.is_some_and(|tagged| tagged.has("rtcp-mux"))
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
