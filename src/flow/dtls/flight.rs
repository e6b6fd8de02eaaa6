//! Puts what came into flights: what is new, what goes on, what is a repetition.

use std::time::Duration;

use super::KEPT;
use super::facts::{Flight, Handshake, Step, What};
use crate::datagram::Seen;
use crate::flow::Direction;

/// How far the clocks of two captures that were merged may be apart.
const OVERTAKEN: Duration = Duration::from_secs(1);

impl Handshake {
    /// Puts a step where it belongs: into the flight that it repeats, into the one that goes on, or into a new one.
    pub(super) fn bring(&mut self, direction: Direction, seen: Seen, offset: usize, step: Step) {
        self.last = seen;
        let known = self.flights.iter().enumerate().rev().find_map(|(flight, known)| {
            let same = |one: &Step| one.what == step.what && one.message_seq == step.message_seq;
            let at = known.steps.iter().position(same)?;
            (known.direction == direction).then_some((flight, at))
        });
        if let Some((flight, at)) = known {
            let flight = &mut self.flights[flight];
            match flight.continues(at, &step) {
                true => flight.go_on(at, seen, &step),
                false => flight.repeat(at, offset, seen, step.sequence),
            }
            return;
        }
        let goes_on = self.flights.last().is_some_and(|last| last.direction == direction);
        if !goes_on && self.flights.len() == KEPT {
            self.left_out += 1;
            return;
        }
        if !goes_on {
            self.flights.push(Flight {
                direction,
                first: seen,
                last: seen,
                steps: Vec::new(),
                again: Vec::new(),
                retransmissions: 0,
                repeated: None,
            });
        }
        if let Some(flight) = self.flights.last_mut().filter(|flight| flight.steps.len() < KEPT) {
            flight.last = seen;
            flight.steps.push(step);
        }
    }

    /// Whether nothing says that its ClientHello came before the capture began.
    pub(super) fn is_fresh(&self) -> bool {
        self.done.is_none()
            && self
                .finished
                .iter()
                .chain(self.data.iter().map(|data| &data.first))
                .all(Option::is_none)
    }

    /// Whether its ServerHello came and its ClientHello did not, which may only come at `seen`: captures whose clocks are not
    /// equal were merged.
    pub(super) fn overtook_its_hello(&self, seen: Seen) -> bool {
        let has_data = self.data.iter().any(|data| data.first.is_some());
        self.choice.is_some() && self.random.is_none() && !has_data && seen.at.since(self.first.at) < OVERTAKEN
    }

    pub(super) fn has_hello(&self) -> bool {
        self.choice.is_some() || self.has_client_hello()
    }

    /// Whether both sides must have finished, as data just came under the keys of the application.
    ///
    /// Up to 1.2 data of both sides says so where a Finished was not captured. In 1.3 the client's Finished cannot be seen: it was
    /// there if both sides have sent with the keys of the handshake before. (A server may send data before that.)
    pub(super) fn must_be_done(&self) -> bool {
        match self.version() {
            Some(version) if version.is_at_least_1_3() => self.hidden.iter().all(|hidden| *hidden),
            _ => self.has_hello() && self.data.iter().all(|data| data.records > 0),
        }
    }

    /// Whether this way's change of ciphers was repeated more recently than its Finished.
    pub(super) fn repeats_finished(&self, direction: Direction) -> bool {
        let flights = self.flights.iter().filter(|flight| flight.direction == direction);
        flights
            .filter_map(|flight| flight.repeated.map(|(at, _)| (flight, at)))
            .any(|(flight, at)| {
                let until = flight.steps.get(..=at).unwrap_or_default();
                until.iter().any(|step| step.what == What::ChangeCipherSpec)
            })
    }
}

impl Flight {
    /// Whether a step that is known by name brings something new: octets, or one more record of what is hidden.
    fn continues(&self, at: usize, step: &Step) -> bool {
        let known = &self.steps[at];
        match step.what {
            What::Encrypted => true,
            _ => known.whole.is_none() && step.missing < known.missing,
        }
    }

    fn go_on(&mut self, at: usize, seen: Seen, step: &Step) {
        self.last = seen;
        let known = &mut self.steps[at];
        known.missing = step.missing;
        known.whole = step.whole;
        known.records += 1;
        known.sequence = known.sequence.max(step.sequence);
    }

    /// A step came again. A record with a number that was there before is a copy that the network made, not the sender.
    fn repeat(&mut self, at: usize, offset: usize, seen: Seen, sequence: u64) {
        let known = &mut self.steps[at];
        if sequence <= known.sequence {
            return;
        }
        known.sequence = sequence;
        let place = (at, offset);
        if self.repeated.is_none_or(|last| place <= last) {
            self.retransmissions += 1;
            if self.again.len() < KEPT {
                self.again.push(seen);
            }
        }
        self.repeated = Some(place);
    }
}
