//! [`Probation`]: packets that look like RTP, until enough of them agree (RFC 3550 appendix A.1).
//!
//! The header of RTP says so little that a tenth of all noise has its shape. What noise does not have is a second packet with
//! the same SSRC and the next sequence number.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::flow::rtp::stream::Sample;

/// Candidates at a time. One that is pushed out of its place by another only begins anew.
const PLACES: usize = 1024;
/// How many packets of a candidate are kept, to count them when it is let through.
pub(super) const HELD: usize = 8;
/// How far apart the sequence numbers of two packets may be that shall agree.
const NEAR: u16 = 64;
/// The same for timestamps: six minutes at 90 kHz.
const NEAR_TIME: u32 = 1 << 25;

/// A source that is not yet believed.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    key: u64,
    held: [Sample; HELD],
    count: usize,
    /// How often one agreed with the one before. A copy of the one before, as captures of two interfaces have it, says nothing.
    steps: usize,
}

/// The candidates.
#[derive(Clone, Debug, Default)]
pub(super) struct Probation {
    places: Vec<Option<Candidate>>,
    hasher: RandomState,
}

impl Probation {
    /// Takes a packet of an unknown source. Once it and the ones before agree `steps` times, gives out all that were held, this one
    /// included.
    pub fn take(&mut self, key: u64, sample: &Sample, steps: usize) -> Option<([Sample; HELD], usize)> {
        if self.places.is_empty() {
            self.places.resize(PLACES, None);
        }
        let index = self.hasher.hash_one(key) as usize % PLACES;
        let place = &mut self.places[index];
        let fresh = Candidate {
            key,
            held: [*sample; HELD],
            count: 1,
            steps: 0,
        };
        match place {
            Some(candidate) if candidate.key == key => {
                let before = &candidate.held[candidate.count - 1];
                if !agrees(before, sample) {
                    *candidate = fresh;
                    return None;
                }
                candidate.steps += usize::from(before.sequence != sample.sequence);
                if candidate.count < HELD {
                    candidate.held[candidate.count] = *sample;
                    candidate.count += 1;
                }
            }
            _ => *place = Some(fresh),
        }
        let candidate = place.as_ref()?;
        let believed = candidate.steps >= steps;
        let given = (candidate.held, candidate.count);
        if believed {
            *place = None;
        }
        believed.then_some(given)
    }
}

fn agrees(before: &Sample, after: &Sample) -> bool {
    let near = |difference: u16| difference.min(difference.wrapping_neg()) <= NEAR;
    let near_time = |difference: u32| difference.min(difference.wrapping_neg()) <= NEAR_TIME;
    near(after.sequence.wrapping_sub(before.sequence)) && near_time(after.timestamp.wrapping_sub(before.timestamp))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datagram::Seen;

    fn sample(sequence: u16, timestamp: u32) -> Sample {
        Sample {
            seen: Seen::default(),
            sequence,
            timestamp,
            payload_type: 111,
            marker: false,
            octets: 100,
            payload: 88,
        }
    }

    /// How many packets it took to be believed.
    fn believed(packets: &[(u16, u32)], steps: usize) -> Option<(usize, Vec<u16>)> {
        let mut probation = Probation::default();
        packets.iter().enumerate().find_map(|(place, (sequence, timestamp))| {
            let (held, count) = probation.take(7, &sample(*sequence, *timestamp), steps)?;
            Some((place + 1, held[..count].iter().map(|it| it.sequence).collect()))
        })
    }

    #[test]
    fn packets_must_agree() {
        let row = [(10, 0), (11, 960), (12, 1920), (13, 2880)];
        assert_eq!(believed(&row, 0), Some((1, vec![10])));
        assert_eq!(believed(&row, 1), Some((2, vec![10, 11])));
        assert_eq!(believed(&row, 2), Some((3, vec![10, 11, 12])));
        assert_eq!(believed(&[(10, 0), (10, 0), (10, 0)], 1), None, "the same packet again");
        assert_eq!(
            believed(&[(10, 0), (900, 0), (20_000, 0)], 1),
            None,
            "numbers without order"
        );
        assert_eq!(
            believed(&[(10, 0), (11, 1 << 30), (12, 1 << 31)], 1),
            None,
            "times without order"
        );
        assert_eq!(
            believed(&[(0xffff, 0), (0, 960)], 1),
            Some((2, vec![0xffff, 0])),
            "wraps"
        );
        assert_eq!(believed(&[(11, 960), (10, 0)], 1), Some((2, vec![11, 10])), "reordered");
        assert_eq!(
            believed(&[(5000, 0), (10, 0), (11, 0)], 1),
            Some((3, vec![10, 11])),
            "a stray before"
        );
    }

    #[test]
    fn noise_is_never_believed_and_takes_no_room() {
        let mut probation = Probation::default();
        let mut state = 1u64;
        for _ in 0..100_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let taken = probation.take(state >> 20, &sample((state >> 48) as u16, (state >> 16) as u32), 1);
            assert!(taken.is_none());
        }
        assert_eq!(probation.places.len(), PLACES);
    }
}
