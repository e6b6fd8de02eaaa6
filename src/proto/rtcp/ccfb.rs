//! Congestion control feedback (RFC 8888 §3.1): when each packet of each source arrived, and its ECN mark.

/// A feedback packet, without its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ccfb<'a> {
    reports: &'a [u8],
    /// When it was sent, by the middle 32 bits of the sender's NTP time: 1/65536 s.
    pub timestamp: Option<u32>,
}

/// What it says of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CcfbReport<'a> {
    /// The source.
    pub ssrc: u32,
    /// The first sequence number that it tells of.
    pub begin: u16,
    metrics: &'a [[u8; 2]],
}

impl<'a> Ccfb<'a> {
    pub(super) fn new(content: &'a [u8]) -> Ccfb<'a> {
        let (reports, timestamp) = match content.split_last_chunk::<4>() {
            Some((reports, timestamp)) => (reports, Some(u32::from_be_bytes(*timestamp))),
            None => (&[][..], None),
        };
        Ccfb { reports, timestamp }
    }

    /// The reports in order, up to the damage.
    pub fn reports(&self) -> impl Iterator<Item = CcfbReport<'a>> + use<'a> {
        let mut rest = self.reports;
        std::iter::from_fn(move || {
            let (&[a, b, c, d, e, f, g, h], tail) = rest.split_first_chunk()?;
            let octets = 2 * usize::from(u16::from_be_bytes([g, h]));
            let metrics = tail.get(..octets).unwrap_or(tail);
            // An odd number of blocks is padded to a word.
            rest = tail.get(octets.next_multiple_of(4)..).unwrap_or(&[]);
            Some(CcfbReport {
                ssrc: u32::from_be_bytes([a, b, c, d]),
                begin: u16::from_be_bytes([e, f]),
                metrics: metrics.as_chunks().0,
            })
        })
    }
}

impl<'a> CcfbReport<'a> {
    /// Each packet: its sequence number, and how long before the packet's timestamp it arrived in 1/1024 s (0x1ffe:
    /// longer than can be said, 0x1fff: not known). `None`: it did not arrive.
    pub fn packets(&self) -> impl Iterator<Item = (u16, Option<u16>)> + use<'a> {
        let begin = self.begin;
        self.metrics.iter().zip(0u16..).map(move |(metric, index)| {
            let metric = u16::from_be_bytes(*metric);
            let arrived = (metric & 0x8000 != 0).then_some(metric & 0x1fff);
            (begin.wrapping_add(index), arrived)
        })
    }

    /// How many packets arrived with congestion experienced (ECN-CE).
    pub fn congestion_marks(&self) -> usize {
        self.metrics.iter().filter(|[first, _]| first & 0xe0 == 0xe0).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const WHOLE: [u8; 32] = [
        0, 0, 0, 1, 0xff, 0xff, 0, 3, 0x80, 1, 0, 0, 0xe0, 2, 0, 0,
        0, 0, 0, 2, 0, 5, 0, 1, 0x9f, 0xff, 0, 0,
        0, 1, 0x80, 0,
    ];

    #[test]
    fn reports_of_two_sources() {
        let feedback = Ccfb::new(&WHOLE);
        assert_eq!(feedback.timestamp, Some(0x0001_8000));
        let reports: Vec<_> = feedback.reports().collect();
        assert_eq!(reports.len(), 2);
        assert_eq!(
            reports[0].packets().collect::<Vec<_>>(),
            [(0xffff, Some(1)), (0, None), (1, Some(2))]
        );
        assert_eq!(reports[0].congestion_marks(), 1);
        assert_eq!(reports[1].packets().collect::<Vec<_>>(), [(5, Some(0x1fff))]);
    }

    #[test]
    fn a_count_of_more_than_there_is_ends_with_the_packet() {
        let mut bytes = WHOLE;
        bytes[6] = 0xff;
        let reports: Vec<_> = Ccfb::new(&bytes).reports().collect();
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].packets().count(), 10);
    }

    #[test]
    fn every_cut_is_read_without_panic() {
        for cut in 0..WHOLE.len() {
            let feedback = Ccfb::new(&WHOLE[..cut]);
            assert_eq!(feedback.timestamp.is_some(), cut >= 4);
            assert!(feedback.reports().count() <= 2);
        }
    }
}
