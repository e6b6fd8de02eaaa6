//! Attributes that hold several values: views that are iterators too, and allocate nothing.

use crate::proto::reader::Reader;
use crate::proto::stun::{Damage, PasswordAlgorithm};

/// A list of 16-bit numbers; also an iterator over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers<'a>(&'a [u8]);

impl Iterator for Numbers<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let (&first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(first))
    }
}

/// The algorithms of PASSWORD-ALGORITHMS with their parameters, in the server's order; also an iterator over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithms<'a>(&'a [u8]);

impl<'a> Iterator for Algorithms<'a> {
    type Item = (PasswordAlgorithm, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = Reader::new(self.0);
        let item = algorithm(&mut reader).ok()?;
        self.0 = reader.rest();
        Some(item)
    }
}

impl<'a> Algorithms<'a> {
    /// The list in these octets.
    pub(super) const fn new(bytes: &'a [u8]) -> Algorithms<'a> {
        Algorithms(bytes)
    }
}

impl<'a> Numbers<'a> {
    /// The list in these octets.
    pub(super) const fn new(bytes: &'a [u8]) -> Numbers<'a> {
        Numbers(bytes)
    }
}

/// One algorithm with its parameters (RFC 8489 §14.11).
pub(super) fn algorithm<'a>(reader: &mut Reader<'a>) -> Result<(PasswordAlgorithm, &'a [u8]), Damage> {
    let number = reader.u16("algorithm")?;
    let length = usize::from(reader.u16("length of the parameters")?);
    let parameters = reader.bytes(length, "parameters")?;
    // Padding may be missing at the very end.
    let padding = (length.next_multiple_of(4) - length).min(reader.remaining());
    reader.bytes(padding, "padding")?;
    Ok((PasswordAlgorithm(number), parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_with_parameters_are_padded_within_the_list() {
        let list: Vec<_> = Algorithms(&[0, 9, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0, 1, 0, 0]).collect();
        assert_eq!(
            list,
            [
                (PasswordAlgorithm(9), &[1, 2, 3, 4, 5][..]),
                (PasswordAlgorithm::MD5, &[][..])
            ]
        );
    }

    #[test]
    fn a_cut_list_gives_what_is_whole() {
        let octets = [0, 9, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0, 1, 0, 0];
        for cut in 0..=octets.len() {
            let count = usize::from(cut >= 9) + usize::from(cut >= 16);
            assert_eq!(Algorithms(&octets[..cut]).count(), count, "{cut}");
            assert_eq!(Numbers(&octets[..cut]).count(), cut / 2);
        }
    }
}
