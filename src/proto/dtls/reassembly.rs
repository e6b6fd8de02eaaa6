//! [`Reassembler`]: makes handshake messages of one direction whole again, whatever order their pieces come in.
//!
//! Pieces may overlap, come twice, and be those of several messages in turn. What is kept is bounded by what came, not by the
//! lengths that headers claim. A message that is sent again after it was whole is given out again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Fragment;
use crate::proto::tls::HandshakeType;

/// A whole handshake message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What it is.
    pub kind: HandshakeType,
    /// Its number among the messages of this side.
    pub message_seq: u16,
    /// Its content, without header.
    pub body: Cow<'a, [u8]>,
}

/// A message of which pieces are there. They do not overlap, and none touches another.
#[derive(Clone, Debug)]
struct Partial {
    kind: HandshakeType,
    length: usize,
    pieces: BTreeMap<usize, Vec<u8>>,
}

/// Collects the fragments of one direction and epoch.
#[derive(Clone, Debug, Default)]
pub struct Reassembler {
    partials: BTreeMap<u16, Partial>,
    kept: usize,
    given_up: u64,
}

impl Reassembler {
    /// Octets that are kept in all; where more come, the oldest message that is not whole is given up.
    pub const BOUND: usize = 64 * 1024;
    /// What a piece costs beside its octets, so that many small ones are bounded too.
    const PIECE: usize = 64;

    /// Takes a fragment; gives the message if it is now whole. One that is whole by itself is not copied.
    ///
    /// A fragment that belongs to another message than those before it with its number, or says otherwise than they,
    /// begins it anew: a new handshake counts from 0 again. What reaches beyond its message is ignored.
    pub fn push<'a>(&mut self, fragment: &Fragment<'a>) -> Option<Message<'a>> {
        let message = |body| Message {
            kind: fragment.kind,
            message_seq: fragment.message_seq,
            body,
        };
        if fragment.is_whole() {
            self.forget(fragment.message_seq);
            return Some(message(Cow::Borrowed(fragment.bytes)));
        }
        if fragment.bytes.is_empty() || !fragment.is_inside() {
            return None;
        }
        let fits = |partial: &Partial| {
            partial.kind == fragment.kind && partial.length == fragment.length && partial.agrees(fragment)
        };
        if !self.partials.get(&fragment.message_seq).is_some_and(fits) {
            self.forget(fragment.message_seq);
        }
        let partial = self.partials.entry(fragment.message_seq).or_insert_with(|| Partial {
            kind: fragment.kind,
            length: fragment.length,
            pieces: BTreeMap::new(),
        });
        let before = partial.cost();
        partial.insert(fragment.offset, fragment.bytes);
        self.kept = self.kept + partial.cost() - before;
        if let Some(body) = partial.take_if_whole() {
            self.forget_cost(fragment.message_seq, body.len() + Reassembler::PIECE);
            return Some(message(Cow::Owned(body)));
        }
        self.keep_within_bound();
        None
    }

    /// Octets that are still missing of the message with this number, of which a part has come.
    pub fn missing(&self, message_seq: u16) -> Option<usize> {
        let partial = self.partials.get(&message_seq)?;
        let there: usize = partial.pieces.values().map(Vec::len).sum();
        Some(partial.length - there)
    }

    /// How many messages were given up because of the bound.
    pub const fn given_up(&self) -> u64 {
        self.given_up
    }

    fn forget(&mut self, message_seq: u16) {
        let cost = self.partials.get(&message_seq).map_or(0, Partial::cost);
        self.forget_cost(message_seq, cost);
    }

    fn forget_cost(&mut self, message_seq: u16, cost: usize) {
        self.partials.remove(&message_seq);
        self.kept -= cost;
    }

    fn keep_within_bound(&mut self) {
        while self.kept > Reassembler::BOUND {
            let Some(first) = self.partials.keys().next().copied() else {
                return;
            };
            self.forget(first);
            self.given_up += 1;
        }
    }
}

impl Partial {
    fn cost(&self) -> usize {
        self.pieces.values().map(|piece| piece.len() + Reassembler::PIECE).sum()
    }

    /// The pieces that share octets with `start..end`, or touch it.
    fn near(&self, start: usize, end: usize) -> impl Iterator<Item = (usize, &Vec<u8>)> {
        let before = self.pieces.range(..start).next_back();
        let before = before.filter(move |(at, piece)| **at + piece.len() >= start);
        before
            .into_iter()
            .chain(self.pieces.range(start..=end))
            .map(|(at, piece)| (*at, piece))
    }

    /// Whether the octets that came before say the same as this fragment where they overlap.
    fn agrees(&self, fragment: &Fragment<'_>) -> bool {
        let (start, end) = (fragment.offset, fragment.offset + fragment.bytes.len());
        self.near(start, end).all(|(at, piece)| {
            let (from, to) = (at.max(start), (at + piece.len()).min(end));
            from >= to || piece[from - at..to - at] == fragment.bytes[from - start..to - start]
        })
    }

    /// Puts octets in, which [`agree`](Self::agrees), and joins them with the pieces beside them.
    fn insert(&mut self, start: usize, bytes: &[u8]) {
        let near: Vec<usize> = self.near(start, start + bytes.len()).map(|(at, _)| at).collect();
        let (mut at, mut joined) = (start, Vec::new());
        if let Some(first) = near.first().filter(|first| **first < start) {
            at = *first;
            joined = self.pieces.remove(first).unwrap_or_default();
        }
        append(&mut joined, at, start, bytes);
        for next in near.into_iter().filter(|next| *next >= start) {
            let piece = self.pieces.remove(&next).unwrap_or_default();
            append(&mut joined, at, next, &piece);
        }
        self.pieces.insert(at, joined);
    }

    fn take_if_whole(&mut self) -> Option<Vec<u8>> {
        let whole = self.pieces.get(&0).is_some_and(|piece| piece.len() == self.length);
        whole.then(|| self.pieces.remove(&0)).flatten()
    }
}

/// Adds to `joined`, which begins at `at`, what of `bytes` at `start` reaches beyond its end.
fn append(joined: &mut Vec<u8>, at: usize, start: usize, bytes: &[u8]) {
    let known = (at + joined.len()).saturating_sub(start);
    joined.extend_from_slice(bytes.get(known..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fragment(message_seq: u16, whole: &[u8], from: usize, to: usize) -> Fragment<'_> {
        Fragment {
            kind: HandshakeType::CERTIFICATE,
            length: whole.len(),
            message_seq,
            offset: from,
            fragment_length: to - from,
            bytes: &whole[from..to],
        }
    }

    #[test]
    fn a_whole_message_is_not_copied() {
        let mut reassembler = Reassembler::default();
        let message = reassembler.push(&fragment(3, b"abc", 0, 3)).unwrap();
        assert_eq!((message.kind, message.message_seq), (HandshakeType::CERTIFICATE, 3));
        assert!(matches!(message.body, Cow::Borrowed(b"abc")));
        assert!(
            reassembler.push(&fragment(4, b"", 0, 0)).is_some(),
            "an empty message is whole"
        );
    }

    #[test]
    fn pieces_of_two_messages_in_turn() {
        let (one, two) = (b"first message", b"second message");
        let mut reassembler = Reassembler::default();
        assert_eq!(reassembler.push(&fragment(1, two, 0, 9)), None);
        assert_eq!(reassembler.push(&fragment(0, one, 0, 9)), None);
        assert_eq!(
            (reassembler.missing(0), reassembler.missing(1), reassembler.missing(2)),
            (Some(4), Some(5), None)
        );
        assert_eq!(*reassembler.push(&fragment(1, two, 9, 14)).unwrap().body, *two);
        assert_eq!(*reassembler.push(&fragment(0, one, 5, 13)).unwrap().body, *one);
        assert_eq!((reassembler.missing(0), reassembler.kept), (None, 0));
    }

    #[test]
    fn what_says_otherwise_begins_anew() {
        let mut reassembler = Reassembler::default();
        reassembler.push(&fragment(0, b"old random", 0, 6));
        reassembler.push(&fragment(0, b"new random", 0, 6));
        assert_eq!(
            *reassembler.push(&fragment(0, b"new random", 6, 10)).unwrap().body,
            *b"new random"
        );
        reassembler.push(&fragment(0, b"short", 0, 4));
        reassembler.push(&fragment(0, b"shorter", 0, 4));
        assert_eq!(
            *reassembler.push(&fragment(0, b"shorter", 4, 7)).unwrap().body,
            *b"shorter"
        );
    }

    #[test]
    fn what_reaches_beyond_its_message_is_ignored() {
        let mut reassembler = Reassembler::default();
        let beyond = Fragment {
            offset: 8,
            ..fragment(0, b"0123456789", 0, 5)
        };
        assert_eq!(reassembler.push(&beyond), None);
        assert_eq!(reassembler.missing(0), None);
    }

    #[test]
    fn lengths_that_headers_claim_cost_nothing_and_pieces_are_bounded() {
        let mut reassembler = Reassembler::default();
        for seq in 0..u16::MAX {
            let claim = Fragment {
                length: 0xff_ffff,
                offset: 0xff_0000,
                ..fragment(seq, &[7; 100], 0, 100)
            };
            assert_eq!(reassembler.push(&claim), None);
            assert!(reassembler.kept <= Reassembler::BOUND);
        }
        assert!(reassembler.given_up() > 60_000);
    }

    proptest! {
        #[test]
        fn any_order_overlap_and_repetition_gives_the_same_messages(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 1..5),
            cuts in prop::collection::vec((0_usize..5, 0_usize..60, 0_usize..60), 0..60),
            order in any::<prop::sample::Index>(),
        ) {
            let mut reassembler = Reassembler::default();
            let mut pieces = Vec::new();
            for (message, from, to) in cuts {
                let seq = message % messages.len();
                let whole = &messages[seq];
                let (from, to) = (from.min(to) % whole.len(), from.max(to).min(whole.len()));
                if from < to {
                    pieces.push((seq, from, to));
                }
            }
            // Whatever the random pieces leave out comes too, somewhere between them.
            for (seq, whole) in messages.iter().enumerate() {
                let at = order.index(pieces.len() + 1);
                pieces.insert(at, (seq, whole.len() / 2, whole.len()));
                pieces.insert(at / 2, (seq, 0, whole.len() / 2 + 1));
            }
            let mut got = std::collections::BTreeMap::new();
            for (seq, from, to) in pieces {
                let to = to.min(messages[seq].len());
                if let Some(message) = reassembler.push(&fragment(seq as u16, &messages[seq], from, to)) {
                    prop_assert_eq!(&*message.body, &messages[usize::from(message.message_seq)][..]);
                    got.insert(message.message_seq, message.body.into_owned());
                }
            }
            prop_assert_eq!(got.into_values().collect::<Vec<_>>(), messages);
            prop_assert!(reassembler.kept <= Reassembler::BOUND);
        }

        #[test]
        fn fragments_from_anywhere_are_taken(
            fragments in prop::collection::vec((0_u16..3, 0_usize..40, 0_usize..40, 0_usize..40, any::<u8>()), 0..60),
        ) {
            let mut reassembler = Reassembler::default();
            for (message_seq, length, offset, size, octet) in fragments {
                let bytes = vec![octet; size];
                let message = reassembler.push(&Fragment {
                    kind: HandshakeType(1),
                    length,
                    message_seq,
                    offset,
                    fragment_length: size,
                    bytes: &bytes,
                });
                prop_assert!(message.is_none_or(|message| message.body.len() == length));
            }
            let kept: usize = reassembler.partials.values().map(Partial::cost).sum();
            prop_assert_eq!(reassembler.kept, kept);
        }
    }
}
