//! Extended reports (RFC 3611).

use crate::proto::registry::registry;

registry! {
    /// What a block of an extended report is.
    pub struct BlockType(u8), unknown "{}";
    LOSS_RLE = 1, "Loss RLE", "RFC 3611 §4.1";
    DUPLICATE_RLE = 2, "Duplicate RLE", "RFC 3611 §4.2";
    RECEIPT_TIMES = 3, "Packet Receipt Times", "RFC 3611 §4.3";
    RRT = 4, "Receiver Reference Time", "RFC 3611 §4.4";
    DLRR = 5, "DLRR", "RFC 3611 §4.5";
    STATISTICS = 6, "Statistics Summary", "RFC 3611 §4.6";
    VOIP = 7, "VoIP Metrics", "RFC 3611 §4.7";
}

/// An extended report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedReport<'a> {
    /// Who sends it.
    pub ssrc: u32,
    blocks: &'a [u8],
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What it is.
    pub block_type: BlockType,
    /// The octet that each type uses in its own way.
    pub specific: u8,
    /// What follows its header, as far as it is there.
    pub content: &'a [u8],
}

/// How long ago a receiver's reference time came in: lets a receiver that sends nothing measure the round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dlrr {
    /// The receiver that sent the reference time.
    pub ssrc: u32,
    /// The middle 32 bits of the reference time; 0 for none.
    pub last_rr: u32,
    /// How long ago that was, in 1/65536 s.
    pub delay_since_last_rr: u32,
}

impl<'a> ExtendedReport<'a> {
    pub(super) fn decode(content: &'a [u8]) -> Option<ExtendedReport<'a>> {
        let (ssrc, blocks) = content.split_first_chunk()?;
        Some(ExtendedReport {
            ssrc: u32::from_be_bytes(*ssrc),
            blocks,
        })
    }

    /// The blocks in order, up to the damage.
    pub fn blocks(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let mut rest = self.blocks;
        std::iter::from_fn(move || {
            let (&[block_type, specific, a, b], tail) = rest.split_first_chunk()?;
            let octets = 4 * usize::from(u16::from_be_bytes([a, b]));
            rest = tail.get(octets..).unwrap_or(&[]);
            Some(Block {
                block_type: BlockType(block_type),
                specific,
                content: tail.get(..octets).unwrap_or(tail),
            })
        })
    }
}

impl<'a> Block<'a> {
    /// The receiver's time of a Receiver Reference Time block: seconds since 1900 in 32.32 fixed point.
    pub fn reference_time(&self) -> Option<u64> {
        let time = self.content.first_chunk()?;
        (self.block_type == BlockType::RRT).then_some(u64::from_be_bytes(*time))
    }

    /// The entries of a DLRR block; none for others.
    pub fn dlrr(&self) -> impl Iterator<Item = Dlrr> + use<'a> {
        let content = match self.block_type {
            BlockType::DLRR => self.content,
            _ => &[],
        };
        let word = |[a, b, c, d]: [u8; 4]| u32::from_be_bytes([a, b, c, d]);
        content
            .as_chunks::<12>()
            .0
            .iter()
            .map(move |&[a, b, c, d, e, f, g, h, rest @ ..]| Dlrr {
                ssrc: word([a, b, c, d]),
                last_rr: word([e, f, g, h]),
                delay_since_last_rr: word(rest),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const WHOLE: [u8; 32] = [
        0, 0, 0, 9,
        4, 0, 0, 2, 0, 0, 0, 1, 0x80, 0, 0, 0,
        5, 0, 0, 3, 0, 0, 0, 7, 0, 1, 0x80, 0, 0, 0, 0x40, 0,
    ];

    #[test]
    fn reference_time_and_its_echo() {
        let report = ExtendedReport::decode(&WHOLE).unwrap();
        let blocks: Vec<_> = report.blocks().collect();
        assert_eq!((report.ssrc, blocks.len()), (9, 2));
        assert_eq!(blocks[0].reference_time(), Some(0x1_8000_0000));
        assert_eq!(blocks[0].dlrr().count(), 0);
        assert_eq!(blocks[1].reference_time(), None);
        assert_eq!(
            blocks[1].dlrr().collect::<Vec<_>>(),
            [Dlrr {
                ssrc: 7,
                last_rr: 0x0001_8000,
                delay_since_last_rr: 0x4000
            }]
        );
    }

    #[test]
    fn every_cut_gives_what_is_there() {
        for cut in 0..WHOLE.len() {
            let report = ExtendedReport::decode(&WHOLE[..cut]);
            assert_eq!(report.is_some(), cut >= 4, "{cut}");
            let entries: usize = report
                .iter()
                .flat_map(|it| it.blocks())
                .map(|block| block.dlrr().count())
                .sum();
            assert_eq!(entries, 0, "{cut}");
        }
    }
}
