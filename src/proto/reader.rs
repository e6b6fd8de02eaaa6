//! A bounds-checked cursor over octets. Every error says where, how much was wanted and how much was there.

use std::fmt;

/// Where and how bytes did not hold what they should. A value, not a failure: what came before it is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Octets from the start of the message to the damage.
    pub offset: usize,
    /// Octets that should have been there.
    pub wanted: usize,
    /// Octets that were there.
    pub available: usize,
    /// What was being read, in a few words.
    pub what: &'static str,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "octet {}: {} ({} wanted, {} found)",
            self.offset, self.what, self.wanted, self.available
        )
    }
}

impl std::error::Error for Damage {}

/// Reads big-endian values from front to back, never past the end.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    base: usize,
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from their start.
    pub const fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0, base: 0 }
    }

    /// Reads `bytes`, which stand at `base` of something larger: errors count from there.
    pub const fn at_offset(bytes: &'a [u8], base: usize) -> Reader<'a> {
        Reader { bytes, at: 0, base }
    }

    /// Where the next octet stands, counted from the start of the larger thing.
    pub const fn offset(&self) -> usize {
        self.base + self.at
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    /// Octets that have not been read yet.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Whether everything has been read.
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// The next `count` octets; `what` names them in the error.
    pub fn bytes(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], Damage> {
        let Some(taken) = self.rest().get(..count) else {
            return Err(Damage {
                offset: self.offset(),
                wanted: count,
                available: self.remaining(),
                what,
            });
        };
        self.at += count;
        Ok(taken)
    }

    /// The next `N` octets.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Damage> {
        let Some(taken) = self.rest().first_chunk::<N>() else {
            return Err(Damage {
                offset: self.offset(),
                wanted: N,
                available: self.remaining(),
                what,
            });
        };
        self.at += N;
        Ok(*taken)
    }

    /// The next octet.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, Damage> {
        self.array::<1>(what).map(|[octet]| octet)
    }

    /// The next two octets, as a number.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, Damage> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// The next four octets, as a number.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, Damage> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// The next eight octets, as a number.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, Damage> {
        self.array(what).map(u64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 15] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    fn read(bytes: &[u8]) -> Result<(u8, u16, u32, u64), Damage> {
        let mut reader = Reader::new(bytes);
        Ok((reader.u8("a")?, reader.u16("b")?, reader.u32("c")?, reader.u64("d")?))
    }

    #[test]
    fn reads_in_network_order() {
        assert_eq!(read(&BYTES), Ok((1, 0x0203, 0x0405_0607, 0x0809_0a0b_0c0d_0e0f)));
    }

    #[test]
    fn an_error_says_where_and_how_much() {
        let mut reader = Reader::at_offset(&BYTES[..3], 20);
        assert_eq!(reader.u16("first"), Ok(0x0102));
        let damage = reader.u32("second").unwrap_err();
        assert_eq!(
            damage,
            Damage {
                offset: 22,
                wanted: 4,
                available: 1,
                what: "second"
            }
        );
        assert_eq!(damage.to_string(), "octet 22: second (4 wanted, 1 found)");
        assert_eq!(reader.rest(), [3], "a failed read takes nothing");
    }

    #[test]
    fn nothing_to_read_is_an_error_only_when_something_is_wanted() {
        let mut reader = Reader::new(&[]);
        assert!(reader.is_empty());
        assert_eq!(reader.bytes(0, "nothing"), Ok(&[][..]));
        assert!(reader.u8("an octet").is_err());
    }

    #[test]
    fn every_cut_is_an_error() {
        for cut in 0..BYTES.len() {
            assert!(read(&BYTES[..cut]).is_err(), "{cut}");
        }
    }
}
