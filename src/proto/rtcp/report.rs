//! Sender and receiver reports (RFC 3550 §6.4).

use crate::proto::reader::Reader;

/// Octets of a report block.
const BLOCK: usize = 24;

/// What a source says of what it has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderInfo {
    /// When the report was sent by the sender's clock: seconds since 1900 in 32.32 fixed point.
    pub ntp: u64,
    /// The same moment on the clock of its RTP timestamps.
    pub rtp: u32,
    /// Packets sent since it began.
    pub packets: u32,
    /// Octets of payload sent since it began.
    pub octets: u32,
}

impl SenderInfo {
    /// The middle 32 bits of the time: what a report block repeats as `last_sr`.
    pub fn ntp_middle(&self) -> u32 {
        (self.ntp >> 16) as u32
    }
}

/// What a receiver says of one source (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source that it is about.
    pub ssrc: u32,
    /// Lost since the report before, in 1/256 of what was expected.
    pub fraction_lost: u8,
    /// Lost since reception began; negative where duplicates outnumber losses. 24 bits, signed.
    pub cumulative_lost: i32,
    /// The highest sequence number received, with the count of its cycles above it.
    pub highest_sequence: u32,
    /// The interarrival jitter, in units of the RTP timestamps.
    pub jitter: u32,
    /// [`SenderInfo::ntp_middle`] of the last sender report received; 0 for none.
    pub last_sr: u32,
    /// How long ago that was, in 1/65536 s.
    pub delay_since_last_sr: u32,
}

impl ReportBlock {
    fn decode(bytes: &[u8; BLOCK]) -> ReportBlock {
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        ReportBlock {
            ssrc: word(0),
            fraction_lost: bytes[4],
            // The sign is bit 23.
            cumulative_lost: (word(4) << 8) as i32 >> 8,
            highest_sequence: word(8),
            jitter: word(12),
            last_sr: word(16),
            delay_since_last_sr: word(20),
        }
    }
}

fn blocks(count: u8, bytes: &[u8]) -> impl Iterator<Item = ReportBlock> {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    blocks.iter().take(usize::from(count)).map(ReportBlock::decode)
}

/// A sender report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport<'a> {
    /// Who sends.
    pub ssrc: u32,
    /// What it has sent.
    pub sender: SenderInfo,
    count: u8,
    rest: &'a [u8],
}

impl<'a> SenderReport<'a> {
    pub(super) fn decode(count: u8, content: &'a [u8]) -> Option<SenderReport<'a>> {
        let mut reader = Reader::new(content);
        let mut word = || reader.u32("sender report").ok();
        let (ssrc, high, low) = (word()?, word()?, word()?);
        let sender = SenderInfo {
            ntp: u64::from(high) << 32 | u64::from(low),
            rtp: word()?,
            packets: word()?,
            octets: word()?,
        };
        Some(SenderReport {
            ssrc,
            sender,
            count,
            rest: reader.rest(),
        })
    }

    /// What it has received, from each source.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + 'a {
        blocks(self.count, self.rest)
    }
}

/// A receiver report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverReport<'a> {
    /// Who receives.
    pub ssrc: u32,
    count: u8,
    rest: &'a [u8],
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn decode(count: u8, content: &'a [u8]) -> Option<ReceiverReport<'a>> {
        let (ssrc, rest) = content.split_first_chunk()?;
        Some(ReceiverReport {
            ssrc: u32::from_be_bytes(*ssrc),
            count,
            rest,
        })
    }

    /// What it has received, from each source.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + 'a {
        blocks(self.count, self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::rtcp::{Body, Packets};

    #[rustfmt::skip]
    const SR: [u8; 52] = [
        0x81, 200, 0, 12, 0xde, 0xad, 0xbe, 0xef,
        0xe8, 0, 0, 1, 0x80, 0, 0, 0, 0, 0, 0x03, 0xc0, 0, 0, 0, 100, 0, 0, 0x3e, 0x80,
        0, 0, 0, 7, 64, 0xff, 0xff, 0xfe, 0, 1, 0x12, 0x34, 0, 0, 0, 9, 0, 1, 0x80, 0, 0, 0, 0x80, 0,
    ];

    fn read(bytes: &[u8]) -> Option<(SenderInfo, Vec<ReportBlock>)> {
        match Packets::new(bytes).next()?.body() {
            Body::SenderReport(report) => Some((report.sender, report.blocks().collect())),
            _ => None,
        }
    }

    #[test]
    fn a_sender_report_with_a_block() {
        let (sender, blocks) = read(&SR).unwrap();
        assert_eq!((sender.ntp, sender.ntp_middle()), (0xe800_0001_8000_0000, 0x0001_8000));
        assert_eq!((sender.rtp, sender.packets, sender.octets), (960, 100, 16000));
        assert_eq!(
            blocks,
            [ReportBlock {
                ssrc: 7,
                fraction_lost: 64,
                cumulative_lost: -2,
                highest_sequence: 0x1_1234,
                jitter: 9,
                last_sr: 0x0001_8000,
                delay_since_last_sr: 0x8000,
            }]
        );
    }

    #[test]
    fn a_receiver_report_says_no_more_blocks_than_there_are() {
        let mut bytes = vec![0x9f, 201, 0, 7, 0, 0, 0, 1];
        bytes.extend(&SR[28..]);
        let Body::ReceiverReport(report) = Packets::new(&bytes).next().unwrap().body() else {
            panic!("no receiver report");
        };
        assert_eq!((report.ssrc, report.blocks().count()), (1, 1));
    }

    #[test]
    fn every_cut_gives_whole_blocks_only() {
        for cut in 0..SR.len() {
            let report = read(&SR[..cut]);
            assert_eq!(report.is_some(), cut >= 28, "{cut}");
            assert!(report.is_none_or(|(_, blocks)| blocks.is_empty()), "{cut}");
        }
    }
}
