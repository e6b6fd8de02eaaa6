//! [`Sequence`]: what the sequence numbers of a stream say of losses (RFC 3550 appendices A.1 and A.3).

/// A jump ahead of up to this many packets is a loss whatever the time that passed (RFC 3550 A.1: `MAX_DROPOUT`).
const MAX_DROPOUT: u16 = 3000;
/// How far behind a packet still counts as late. RFC 3550 A.1 has 100; captures are merged from several files and places.
const MAX_MISORDER: u16 = WINDOW as u16;
/// Sequence numbers of which it is known whether they were seen: what tells a duplicate from a late packet.
const WINDOW: u64 = 512;
/// Extended sequence numbers begin here, so that packets from before the first one have a place.
const START: u64 = 1 << 32;

/// What a packet's sequence number was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The highest so far, with this many left out before it.
    Next {
        /// Packets that may still come late.
        skipped: u16,
    },
    /// Lower than the highest, and not seen before.
    Late,
    /// Seen before.
    Duplicate,
    /// So far away that it counts only if the next one follows it.
    Stray,
    /// The second one at such a place: the sender has begun anew.
    Restart,
}

/// The sequence numbers of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// The lowest and highest of this run, extended by their cycles.
    lowest: u64,
    highest: u64,
    /// Packets of this run, duplicates left out.
    unique: u64,
    /// One bit for each of the last numbers, by number modulo [`WINDOW`].
    seen: [u64; WINDOW as usize / 64],
    /// Lost in the runs before.
    lost_before: u64,
    suspect: Option<u16>,
    /// Packets that came after one with a higher number.
    pub out_of_order: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Times that the sender began anew elsewhere.
    pub restarts: u32,
    /// Packets somewhere else, which nothing followed.
    pub strays: u32,
    /// The most packets left out at once.
    pub longest_jump: u16,
}

impl Sequence {
    /// A stream that begins with this number.
    pub fn new(first: u16) -> Sequence {
        let first = START | u64::from(first);
        let mut sequence = Sequence {
            lowest: first,
            highest: first,
            unique: 1,
            seen: [0; WINDOW as usize / 64],
            lost_before: 0,
            suspect: None,
            out_of_order: 0,
            duplicates: 0,
            restarts: 0,
            strays: 0,
            longest_jump: 0,
        };
        sequence.mark(first);
        sequence
    }

    /// Takes the next number in the order of arrival. `room` is how many packets the time since the one before could
    /// have held: it lets a long interruption count as loss, which by RFC 3550 alone were a restart.
    #[inline]
    pub fn take(&mut self, number: u16, room: u16) -> Step {
        let ahead = number.wrapping_sub(self.highest as u16);
        match ahead {
            1 => self.advance(1),
            0 => self.duplicate(),
            2..0x8000 if ahead <= room.max(MAX_DROPOUT) => self.advance(ahead),
            0x8000.. if ahead.wrapping_neg() <= MAX_MISORDER => self.behind(ahead.wrapping_neg()),
            _ => self.far(number),
        }
    }

    fn advance(&mut self, ahead: u16) -> Step {
        for skipped in (1..u64::from(ahead)).rev().take(WINDOW as usize) {
            self.clear(self.highest + skipped);
        }
        self.highest += u64::from(ahead);
        self.mark(self.highest);
        self.unique += 1;
        self.suspect = None;
        self.longest_jump = self.longest_jump.max(ahead - 1);
        Step::Next { skipped: ahead - 1 }
    }

    fn behind(&mut self, behind: u16) -> Step {
        let number = self.highest - u64::from(behind);
        if number >= self.lowest && self.is_marked(number) {
            return self.duplicate();
        }
        self.lowest = self.lowest.min(number);
        self.mark(number);
        self.unique += 1;
        self.out_of_order += 1;
        Step::Late
    }

    fn duplicate(&mut self) -> Step {
        self.duplicates += 1;
        Step::Duplicate
    }

    fn far(&mut self, number: u16) -> Step {
        if self.suspect != Some(number) {
            self.suspect = Some(number.wrapping_add(1));
            self.strays = self.strays.saturating_add(1);
            return Step::Stray;
        }
        // The stray before was the first of the new run.
        let fresh = Sequence::new(number.wrapping_sub(1));
        self.lost_before = self.lost();
        (self.lowest, self.highest, self.unique, self.seen) = (fresh.lowest, fresh.highest, fresh.unique, fresh.seen);
        self.strays -= 1;
        self.restarts = self.restarts.saturating_add(1);
        self.advance(1);
        Step::Restart
    }

    /// The highest number received, with the count of its cycles above it (RFC 3550 §6.4.1).
    pub fn highest(&self) -> u32 {
        (self.highest - (self.lowest & !0xffff)) as u32
    }

    /// Packets that did not arrive between the first and the last, up to now.
    pub fn lost(&self) -> u64 {
        self.lost_before + (self.highest - self.lowest + 1).saturating_sub(self.unique)
    }

    fn bit(number: u64) -> (usize, u64) {
        ((number % WINDOW / 64) as usize, 1 << (number % 64))
    }

    fn mark(&mut self, number: u64) {
        let (word, bit) = Sequence::bit(number);
        self.seen[word] |= bit;
    }

    fn clear(&mut self, number: u64) {
        let (word, bit) = Sequence::bit(number);
        self.seen[word] &= !bit;
    }

    fn is_marked(&self, number: u64) -> bool {
        let (word, bit) = Sequence::bit(number);
        self.seen[word] & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(numbers: impl IntoIterator<Item = u16>) -> Sequence {
        let mut numbers = numbers.into_iter();
        let mut sequence = Sequence::new(numbers.next().unwrap());
        numbers.for_each(|number| {
            sequence.take(number, 0);
        });
        sequence
    }

    #[test]
    fn table_of_appendix_a() {
        type Row = (&'static str, Vec<u16>, [u64; 3], u32);
        // Lost, out of order, duplicates; restarts.
        let rows: [Row; 13] = [
            ("in order", vec![7, 8, 9], [0, 0, 0], 0),
            ("one lost", vec![7, 9, 10], [1, 0, 0], 0),
            ("one late", vec![7, 9, 8, 10], [0, 1, 0], 0),
            ("one twice", vec![7, 8, 8, 9], [0, 0, 1], 0),
            ("a late one twice", vec![7, 9, 8, 8, 10], [0, 1, 1], 0),
            (
                "a duplicate does not make up for a loss",
                vec![7, 8, 8, 10],
                [1, 0, 1],
                0,
            ),
            ("wrap", vec![0xfffe, 0xffff, 0, 1], [0, 0, 0], 0),
            ("lost at the wrap", vec![0xfffe, 1], [2, 0, 0], 0),
            ("late over the wrap", vec![0xfffe, 0, 0xffff, 1], [0, 1, 0], 0),
            ("before the first", vec![10, 9, 8, 11], [0, 2, 0], 0),
            ("restart behind", vec![40000, 40001, 100, 101, 102], [0, 0, 0], 1),
            ("restart ahead", vec![100, 101, 40, 20000, 20001, 20002], [59, 1, 0], 1),
            ("a stray", vec![100, 101, 20000, 102, 20000, 103], [0, 0, 0], 0),
        ];
        for (what, numbers, [lost, late, duplicates], restarts) in rows {
            let sequence = after(numbers);
            let counted = [sequence.lost(), sequence.out_of_order, sequence.duplicates];
            assert_eq!(counted, [lost, late, duplicates], "{what}");
            assert_eq!(sequence.restarts, restarts, "{what}");
        }
    }

    #[test]
    fn cycles_are_counted() {
        let sequence = after((0..200_000u32).map(|number| (number + 65_000) as u16));
        assert_eq!((sequence.lost(), sequence.restarts), (0, 0));
        assert_eq!(sequence.highest(), 264_999);
        assert_eq!(after([0xffff, 0]).highest(), 0x1_0000);
    }

    #[test]
    fn a_long_interruption_is_a_loss_where_there_was_time_for_it() {
        let mut sequence = Sequence::new(100);
        assert_eq!(sequence.take(10_100, 12_000), Step::Next { skipped: 9_999 });
        assert_eq!(sequence.lost(), 9_999);
        assert_eq!(sequence.longest_jump, 9_999);
        let mut sequence = Sequence::new(100);
        assert_eq!(sequence.take(10_100, 5), Step::Stray);
        assert_eq!(sequence.take(10_101, 5), Step::Restart);
        assert_eq!((sequence.lost(), sequence.strays), (0, 0));
    }

    #[test]
    fn every_second_packet_is_lost_over_many_windows() {
        let sequence = after((0..40_000u32).map(|number| (2 * number) as u16));
        assert_eq!(sequence.lost(), 39_999);
        assert_eq!((sequence.out_of_order, sequence.duplicates), (0, 0));
    }

    proptest::proptest! {
        /// Whatever is lost, doubled or moved a little: the counts add up.
        #[test]
        fn counts_add_up(
            first: u16,
            fates in proptest::collection::vec((0usize..3, 0u64..8), 2..600),
        ) {
            let mut arrivals: Vec<(u64, u16)> = Vec::new();
            for (place, (copies, delay)) in fates.iter().enumerate() {
                for copy in 0..*copies {
                    let at = 4 * place as u64 + delay + copy as u64 * 3;
                    arrivals.push((at, first.wrapping_add(place as u16)));
                }
            }
            arrivals.sort_by_key(|(at, _)| *at);
            proptest::prop_assume!(!arrivals.is_empty());
            let sequence = after(arrivals.iter().map(|(_, number)| *number));
            let sent: Vec<usize> = (0..fates.len()).filter(|place| fates[*place].0 > 0).collect();
            let span = sent[sent.len() - 1] - sent[0] + 1;
            proptest::prop_assert_eq!(sequence.lost(), (span - sent.len()) as u64);
            proptest::prop_assert_eq!(sequence.duplicates, (arrivals.len() - sent.len()) as u64);
            proptest::prop_assert_eq!(sequence.restarts, 0);
        }

        #[test]
        fn any_numbers_are_taken(numbers in proptest::collection::vec(proptest::prelude::any::<(u16, u16)>(), 1..300)) {
            let mut sequence = Sequence::new(numbers[0].0);
            for (number, room) in &numbers {
                sequence.take(*number, *room);
            }
            let _ = (sequence.lost(), sequence.highest());
        }
    }
}
