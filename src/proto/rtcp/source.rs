//! Who sources are and that they leave: SDES, BYE, APP (RFC 3550 §6.5 to §6.7).

use crate::proto::registry::registry;

registry! {
    /// An item of SDES.
    pub struct SdesItem(u8), unknown "{}";
    CNAME = 1, "CNAME", "RFC 3550 §6.5.1";
    NAME = 2, "NAME", "RFC 3550 §6.5.2";
    EMAIL = 3, "EMAIL", "RFC 3550 §6.5.3";
    PHONE = 4, "PHONE", "RFC 3550 §6.5.4";
    LOC = 5, "LOC", "RFC 3550 §6.5.5";
    TOOL = 6, "TOOL", "RFC 3550 §6.5.6";
    NOTE = 7, "NOTE", "RFC 3550 §6.5.7";
    PRIV = 8, "PRIV", "RFC 3550 §6.5.8";
    RTP_STREAM_ID = 12, "RtpStreamId", "RFC 8852";
    REPAIRED_RTP_STREAM_ID = 13, "RepairedRtpStreamId", "RFC 8852";
    MID = 15, "MID", "RFC 9143";
}

/// Descriptions of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceDescription<'a> {
    count: u8,
    content: &'a [u8],
}

impl<'a> SourceDescription<'a> {
    pub(super) const fn new(count: u8, content: &'a [u8]) -> SourceDescription<'a> {
        SourceDescription { count, content }
    }

    /// One chunk for each source, up to the damage.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk<'a>> {
        let mut rest = self.content;
        (0..self.count).map_while(move |_| {
            let (ssrc, items) = rest.split_first_chunk()?;
            let chunk = Chunk {
                ssrc: u32::from_be_bytes(*ssrc),
                items,
            };
            // A null octet ends the items, and padding goes up to the next word.
            let used: usize = chunk.items().map(|(_, text)| 2 + text.len()).sum();
            rest = items.get((used + 1).next_multiple_of(4)..).unwrap_or(&[]);
            Some(chunk)
        })
    }
}

/// What is said of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// The source.
    pub ssrc: u32,
    items: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Its items: what, and the octets of the text.
    pub fn items(&self) -> impl Iterator<Item = (SdesItem, &'a [u8])> + use<'a> {
        let mut rest = self.items;
        std::iter::from_fn(move || match rest {
            [] | [0, ..] | [_] => None,
            [kind, length, tail @ ..] => {
                let (text, tail) = tail.split_at_checked(usize::from(*length))?;
                rest = tail;
                Some((SdesItem(*kind), text))
            }
        })
    }

    /// The canonical name, where it is text.
    pub fn cname(&self) -> Option<&'a str> {
        let (_, text) = self.items().find(|(item, _)| *item == SdesItem::CNAME)?;
        std::str::from_utf8(text).ok()
    }
}

/// Sources that leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goodbye<'a> {
    count: u8,
    content: &'a [u8],
}

impl<'a> Goodbye<'a> {
    pub(super) const fn new(count: u8, content: &'a [u8]) -> Goodbye<'a> {
        Goodbye { count, content }
    }

    /// Who leaves.
    pub fn sources(&self) -> impl Iterator<Item = u32> + use<'a> {
        let (words, _) = self.content.as_chunks::<4>();
        words
            .iter()
            .take(usize::from(self.count))
            .map(|word| u32::from_be_bytes(*word))
    }

    /// Why, where it is said in text.
    pub fn reason(&self) -> Option<&'a str> {
        let (&length, text) = self.content.get(4 * usize::from(self.count)..)?.split_first()?;
        std::str::from_utf8(text.get(..usize::from(length))?).ok()
    }
}

/// Something that an application defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Application<'a> {
    /// Who sends it.
    pub ssrc: u32,
    /// Its subtype, 0 to 31.
    pub subtype: u8,
    name: [u8; 4],
    /// What it holds.
    pub data: &'a [u8],
}

impl<'a> Application<'a> {
    pub(super) fn decode(subtype: u8, content: &'a [u8]) -> Option<Application<'a>> {
        let (ssrc, rest) = content.split_first_chunk()?;
        let (name, data) = rest.split_first_chunk()?;
        Some(Application {
            ssrc: u32::from_be_bytes(*ssrc),
            subtype,
            name: *name,
            data,
        })
    }

    /// Its name of four ASCII letters, other octets replaced.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::rtcp::{Body, Packets};

    #[rustfmt::skip]
    const SDES: [u8; 28] = [
        0x82, 202, 0, 6,
        0, 0, 0, 1, 1, 3, b'a', b'@', b'b', 6, 1, b'x', 0, 0, 0, 0,
        0, 0, 0, 2, 1, 0, 0, 0,
    ];

    fn names(bytes: &[u8]) -> Vec<(u32, Option<String>, usize)> {
        match Packets::new(bytes).next().map(|packet| packet.body()) {
            Some(Body::SourceDescription(list)) => list
                .chunks()
                .map(|chunk| (chunk.ssrc, chunk.cname().map(str::to_owned), chunk.items().count()))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn chunks_end_at_a_word() {
        assert_eq!(
            names(&SDES),
            [(1, Some("a@b".to_owned()), 2), (2, Some(String::new()), 1)]
        );
    }

    #[test]
    fn every_cut_of_sdes_gives_what_is_there() {
        let whole = names(&SDES);
        for cut in 0..SDES.len() {
            let some = names(&SDES[..cut]);
            assert!(some.len() <= whole.len(), "{cut}");
            assert!(some.iter().all(|(ssrc, ..)| [1, 2].contains(ssrc)), "{cut}");
        }
    }

    #[test]
    fn goodbye_with_a_reason() {
        let bytes = [0x81, 203, 0, 3, 0, 0, 0, 9, 6, b't', b'e', b'a', b'r', b'd', b'o', b'w'];
        let Body::Goodbye(goodbye) = Packets::new(&bytes).next().unwrap().body() else {
            panic!("no BYE");
        };
        assert_eq!(goodbye.sources().collect::<Vec<_>>(), [9]);
        assert_eq!(goodbye.reason(), Some("teardo"));
        let Body::Goodbye(cut) = Packets::new(&bytes[..12]).next().unwrap().body() else {
            panic!("no BYE");
        };
        assert_eq!(cut.reason(), None);
    }

    #[test]
    fn application_names() {
        let bytes = [0x85, 204, 0, 3, 0, 0, 0, 1, b'g', b'o', b'o', b'g', 1, 2, 3, 4];
        let Body::Application(application) = Packets::new(&bytes).next().unwrap().body() else {
            panic!("no APP");
        };
        assert_eq!((application.name(), application.subtype), ("goog".to_owned(), 5));
        assert_eq!(application.data, [1, 2, 3, 4]);
    }
}
