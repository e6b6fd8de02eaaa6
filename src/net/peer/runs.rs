//! [`Runs`]: how many datagrams the library may send with one system call.
//!
//! It makes one call of sixteen and more in a row, up to as many as the socket says that it takes. A message of 16 KiB is fourteen, and
//! each of them would cost a call of its own, half of all that sending it costs. So where runs are that short the socket says that it
//! takes as many as they are long: the library then sends them at once.

/// What has been seen of runs: equal datagrams and a last one that may be shorter.
#[derive(Debug, Default)]
pub struct Runs {
    /// Octets of each datagram of the run that goes on one by one, and how many there have been.
    going: (usize, usize),
    /// How long the last such run was; 0 if it was too short for anything, or longer ones have come since.
    usual: usize,
    /// The last call sent as many as allowed, and the run may have been longer.
    is_cut: bool,
}

/// Fewer than this are not worth the work that a call with several is.
const FEWEST: usize = 4;
/// So many the library sends at once by itself.
const ENOUGH: usize = 16;

impl Runs {
    /// How many the socket takes at once, of `most` that it could.
    pub fn longest(&self, most: usize) -> usize {
        match self.usual {
            0 => most,
            usual => most.min(usual),
        }
    }

    /// A call has sent `octets` in datagrams of `segment`, the last one perhaps shorter.
    pub fn sent(&mut self, octets: usize, segment: usize) {
        match octets.div_ceil(segment.max(1)) {
            0 | 1 => self.single(octets),
            count => {
                let is_cut = count == self.usual && octets.is_multiple_of(segment);
                if count > self.usual || is_cut && self.is_cut {
                    self.usual = 0;
                }
                (self.going, self.is_cut) = ((0, 0), is_cut);
            }
        }
    }

    fn single(&mut self, octets: usize) {
        self.is_cut = false;
        let (size, count) = &mut self.going;
        if octets == *size {
            *count += 1;
        } else if octets > *size {
            self.going = (octets, 1);
        } else {
            let length = *count + 1;
            self.usual = if (FEWEST..ENOUGH).contains(&length) { length } else { 0 };
            self.going = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends runs as the library does; how many calls each took.
    fn calls(runs: &mut Runs, lengths: &[usize]) -> Vec<usize> {
        let send = |runs: &mut Runs, length: usize| {
            let (mut left, mut calls) = (length, 0);
            while left > 0 {
                let most = runs.longest(64);
                let run = left.min(most);
                let many = if run >= ENOUGH.min(most) { run } else { 1 };
                let octets = |count: usize| {
                    if count == left {
                        count * 1200 - 300
                    } else {
                        count * 1200
                    }
                };
                match many {
                    1 => (0..run).for_each(|done| {
                        let is_last = done + 1 == left;
                        runs.sent(if is_last { 900 } else { 1200 }, 1200);
                    }),
                    many => runs.sent(octets(many), 1200),
                }
                calls += if many == 1 { run } else { 1 };
                left -= run;
            }
            calls
        };
        lengths.iter().map(|length| send(runs, *length)).collect()
    }

    #[test]
    fn short_runs_go_at_once_from_the_second_on() {
        assert_eq!(calls(&mut Runs::default(), &[14, 14, 14]), [14, 1, 1]);
        assert_eq!(calls(&mut Runs::default(), &[7, 7, 14, 14]), [7, 1, 2, 2]);
        // Not worth it.
        assert_eq!(calls(&mut Runs::default(), &[3, 3, 1, 1]), [3, 3, 1, 1]);
    }

    #[test]
    fn long_runs_are_not_cut_for_long() {
        assert_eq!(calls(&mut Runs::default(), &[54, 54]), [1, 1]);
        let calls = calls(&mut Runs::default(), &[14, 54, 54, 54]);
        assert!(calls[1] <= 4 && calls[2..] == [1, 1], "{calls:?}");
    }
}
