//! Feedback about transport and payload (RFC 4585 §6, RFC 5104 §4, and what libwebrtc adds).

use crate::proto::registry::registry;
use crate::proto::rtcp::{Ccfb, PacketType, TransportCc};

registry! {
    /// A feedback message: the packet type above its format.
    pub struct FeedbackFormat(u16), unknown "0x{:04x}";
    NACK = 0xcd01, "NACK", "RFC 4585 §6.2.1";
    TMMBR = 0xcd03, "TMMBR", "RFC 5104 §4.2.1";
    TMMBN = 0xcd04, "TMMBN", "RFC 5104 §4.2.2";
    SR_REQ = 0xcd05, "SR-REQ", "RFC 6051 §4";
    RAMS = 0xcd06, "RAMS", "RFC 6285 §7";
    TLLEI = 0xcd07, "TLLEI", "RFC 6642 §5.1";
    ECN = 0xcd08, "ECN", "RFC 6679 §5.1";
    PAUSE_RESUME = 0xcd09, "PAUSE-RESUME", "RFC 7728 §8";
    CCFB = 0xcd0b, "CCFB", "RFC 8888 §3.1";
    TWCC = 0xcd0f, "TWCC", "draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1";
    PLI = 0xce01, "PLI", "RFC 4585 §6.3.1";
    SLI = 0xce02, "SLI", "RFC 4585 §6.3.2";
    RPSI = 0xce03, "RPSI", "RFC 4585 §6.3.3";
    FIR = 0xce04, "FIR", "RFC 5104 §4.3.1";
    TSTR = 0xce05, "TSTR", "RFC 5104 §4.3.2";
    TSTN = 0xce06, "TSTN", "RFC 5104 §4.3.3";
    VBCM = 0xce07, "VBCM", "RFC 5104 §4.3.4";
    PSLEI = 0xce08, "PSLEI", "RFC 6642 §5.2";
    ROI = 0xce09, "ROI", "3GPP TS 26.114";
    LRR = 0xce0a, "LRR", "RFC 9627 §3";
    AFB = 0xce0f, "AFB", "RFC 4585 §6.4", "REMB is one of them";
}

/// A feedback message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feedback<'a> {
    /// What it is.
    pub format: FeedbackFormat,
    /// Who sends it.
    pub sender: u32,
    /// The media source that it is about; 0 where the message names it elsewhere (FIR, TMMBR, REMB, CCFB).
    pub media: u32,
    content: &'a [u8],
}

impl<'a> Feedback<'a> {
    pub(super) fn decode(packet_type: PacketType, format: u8, content: &'a [u8]) -> Option<Feedback<'a>> {
        let format = FeedbackFormat(u16::from_be_bytes([packet_type.0, format]));
        let (sender, rest) = content.split_first_chunk()?;
        let sender = u32::from_be_bytes(*sender);
        // CCFB has no common media source: its reports follow at once.
        let (media, content) = match (format, rest.split_first_chunk()) {
            (FeedbackFormat::CCFB, _) => (0, rest),
            (_, Some((media, rest))) => (u32::from_be_bytes(*media), rest),
            (_, None) => return None,
        };
        Some(Feedback {
            format,
            sender,
            media,
            content,
        })
    }

    /// The feedback control information, unread.
    pub fn content(&self) -> &'a [u8] {
        self.content
    }

    fn is(&self, format: FeedbackFormat) -> Option<&'a [u8]> {
        (self.format == format).then_some(self.content)
    }

    /// The lost packets of a NACK.
    pub fn nacks(&self) -> Option<Nacks<'a>> {
        self.is(FeedbackFormat::NACK).map(Nacks)
    }

    /// The sources of which FIR wants a key frame, with the number of the request.
    pub fn full_intra_requests(&self) -> Option<FullIntraRequests<'a>> {
        let (entries, _) = self.is(FeedbackFormat::FIR)?.as_chunks::<8>();
        Some(FullIntraRequests(entries.iter()))
    }

    /// The losses of an SLI.
    pub fn slice_losses(&self) -> Option<impl Iterator<Item = SliceLoss> + use<'a>> {
        let (entries, _) = self.is(FeedbackFormat::SLI)?.as_chunks::<4>();
        Some(entries.iter().map(|entry| {
            let word = u32::from_be_bytes(*entry);
            SliceLoss {
                first: (word >> 19) as u16,
                number: (word >> 6 & 0x1fff) as u16,
                picture: (word & 0x3f) as u8,
            }
        }))
    }

    /// The limits of a TMMBR or TMMBN.
    pub fn bitrates(&self) -> Option<impl Iterator<Item = Bitrate> + use<'a>> {
        let content = self.is(FeedbackFormat::TMMBR).or(self.is(FeedbackFormat::TMMBN))?;
        let (entries, _) = content.as_chunks::<8>();
        Some(entries.iter().map(|&[a, b, c, d, rest @ ..]| {
            let word = u32::from_be_bytes(rest);
            Bitrate {
                ssrc: u32::from_be_bytes([a, b, c, d]),
                bits_per_second: shifted(word >> 9 & 0x1_ffff, word >> 26),
                overhead: (word & 0x1ff) as u16,
            }
        }))
    }

    /// The estimate of a REMB.
    pub fn remb(&self) -> Option<Remb<'a>> {
        match self.is(FeedbackFormat::AFB)? {
            [b'R', b'E', b'M', b'B', count, a, b, c, sources @ ..] => Some(Remb {
                exponent: a >> 2,
                mantissa: u32::from_be_bytes([0, a & 3, *b, *c]),
                count: *count,
                sources,
            }),
            _ => None,
        }
    }

    /// The arrivals of a transport-wide congestion control message.
    pub fn transport_cc(&self) -> Option<TransportCc<'a>> {
        TransportCc::decode(self.is(FeedbackFormat::TWCC)?)
    }

    /// The reports of a congestion control feedback packet.
    pub fn ccfb(&self) -> Option<Ccfb<'a>> {
        self.is(FeedbackFormat::CCFB).map(Ccfb::new)
    }
}

/// `mantissa * 2^exponent`, as large as fits.
fn shifted(mantissa: u32, exponent: u32) -> u64 {
    let wide = u128::from(mantissa) << exponent.min(63);
    u64::try_from(wide).unwrap_or(u64::MAX)
}

/// Sequence numbers that were lost, in pairs of one and a mask of the sixteen behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nacks<'a>(&'a [u8]);

impl<'a> Nacks<'a> {
    /// Each sequence number that is asked for.
    pub fn lost(&self) -> impl Iterator<Item = u16> + use<'a> {
        let (pairs, _) = self.0.as_chunks::<4>();
        pairs.iter().flat_map(|&[a, b, c, d]| {
            let (first, mask) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let behind = (0..16u16).filter(move |bit| mask >> bit & 1 == 1);
            std::iter::once(first).chain(behind.map(move |bit| first.wrapping_add(bit + 1)))
        })
    }

    /// How many are asked for.
    pub fn count(&self) -> u32 {
        let (pairs, _) = self.0.as_chunks::<4>();
        pairs
            .iter()
            .map(|&[_, _, c, d]| 1 + c.count_ones() + d.count_ones())
            .sum()
    }
}

/// The entries of a FIR: the source that shall send a key frame, and the number of the request.
#[derive(Clone, Debug)]
pub struct FullIntraRequests<'a>(std::slice::Iter<'a, [u8; 8]>);

impl Iterator for FullIntraRequests<'_> {
    type Item = (u32, u8);

    fn next(&mut self) -> Option<(u32, u8)> {
        let &[a, b, c, d, sequence, ..] = self.0.next()?;
        Some((u32::from_be_bytes([a, b, c, d]), sequence))
    }
}

/// Macroblocks of a picture that are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceLoss {
    /// The first macroblock, 13 bits.
    pub first: u16,
    /// How many, 13 bits.
    pub number: u16,
    /// The six low bits of the picture's id.
    pub picture: u8,
}

/// A limit to what a source may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bitrate {
    /// The source.
    pub ssrc: u32,
    /// At most this, in bit/s.
    pub bits_per_second: u64,
    /// Octets a packet, of headers, that it counts.
    pub overhead: u16,
}

/// A receiver's estimate of the bitrate that it can take (draft-alvestrand-rmcat-remb-03 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remb<'a> {
    exponent: u8,
    mantissa: u32,
    count: u8,
    sources: &'a [u8],
}

impl<'a> Remb<'a> {
    /// The estimate, in bit/s.
    pub fn bitrate(&self) -> u64 {
        shifted(self.mantissa, u32::from(self.exponent))
    }

    /// The sources that share it.
    pub fn sources(&self) -> impl Iterator<Item = u32> + use<'a> {
        let (words, _) = self.sources.as_chunks::<4>();
        words
            .iter()
            .take(usize::from(self.count))
            .map(|word| u32::from_be_bytes(*word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feedback(packet_type: PacketType, format: u8, content: &[u8]) -> Feedback<'_> {
        Feedback::decode(packet_type, format, content).unwrap()
    }

    #[test]
    fn nack_names_one_and_the_sixteen_behind_it() {
        let content = [0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0x80, 0x03, 0, 9, 0, 0, 7];
        let nack = feedback(PacketType::RTPFB, 1, &content);
        assert_eq!((nack.format, nack.sender, nack.media), (FeedbackFormat::NACK, 1, 2));
        let lost: Vec<_> = nack.nacks().unwrap().lost().collect();
        assert_eq!(lost, [0xffff, 0, 1, 15, 9], "wraps; trailing octets left out");
        assert_eq!(nack.nacks().unwrap().count(), 5);
        assert!(nack.remb().is_none());
    }

    #[test]
    fn fir_names_its_sources() {
        let content = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 0, 0, 0, 0, 0, 0, 3, 8, 0, 0, 0];
        let fir = feedback(PacketType::PSFB, 4, &content);
        assert_eq!(fir.full_intra_requests().unwrap().collect::<Vec<_>>(), [(2, 7), (3, 8)]);
    }

    #[test]
    fn remb_is_mantissa_and_exponent() {
        let content = [
            0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0x0b, 0xff, 0xff, 0, 0, 0, 5,
        ];
        let remb = feedback(PacketType::PSFB, 15, &content).remb().unwrap();
        assert_eq!(remb.bitrate(), 0x3_ffff << 2);
        assert_eq!(remb.sources().collect::<Vec<_>>(), [5]);
        let mut other = content;
        other[8] = b'X';
        assert!(feedback(PacketType::PSFB, 15, &other).remb().is_none());
        let huge = [0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 0, 0xff, 0xff, 0xff];
        assert_eq!(
            feedback(PacketType::PSFB, 15, &huge).remb().unwrap().bitrate(),
            u64::MAX
        );
    }

    #[test]
    fn tmmbr_and_sli() {
        let content = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0x0c, 0x00, 0x02, 0x28];
        let limits: Vec<_> = feedback(PacketType::RTPFB, 3, &content).bitrates().unwrap().collect();
        assert_eq!(
            limits,
            [Bitrate {
                ssrc: 2,
                bits_per_second: 8,
                overhead: 40
            }]
        );
        let content = [0, 0, 0, 1, 0, 0, 0, 2, 0x00, 0x08, 0x00, 0x83];
        let losses: Vec<_> = feedback(PacketType::PSFB, 2, &content)
            .slice_losses()
            .unwrap()
            .collect();
        assert_eq!(
            losses,
            [SliceLoss {
                first: 1,
                number: 2,
                picture: 3
            }]
        );
    }

    #[test]
    fn eight_octets_are_needed() {
        let content = [0, 0, 0, 1, 0, 0, 0, 2];
        for cut in 0..8 {
            assert!(
                Feedback::decode(PacketType::PSFB, 1, &content[..cut]).is_none(),
                "{cut}"
            );
        }
        assert_eq!(feedback(PacketType::PSFB, 1, &content).format.to_string(), "PLI");
        assert_eq!(FeedbackFormat(0xcd1f).to_string(), "0xcd1f");
    }
}
