//! [`Fields`]: numbers in the byte order of a file.

use crate::capture::packet::Endian;

/// Octets whose numbers have a byte order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    pub bytes: &'a [u8],
    pub endian: Endian,
}

impl<'a> Fields<'a> {
    /// The two octets at `at`.
    pub fn u16(self, at: usize) -> Option<u16> {
        self.array(at).map(match self.endian {
            Endian::Little => u16::from_le_bytes,
            Endian::Big => u16::from_be_bytes,
        })
    }

    /// The four octets at `at`.
    pub fn u32(self, at: usize) -> Option<u32> {
        self.array(at).map(match self.endian {
            Endian::Little => u32::from_le_bytes,
            Endian::Big => u32::from_be_bytes,
        })
    }

    /// The eight octets at `at`.
    pub fn u64(self, at: usize) -> Option<u64> {
        self.array(at).map(match self.endian {
            Endian::Little => u64::from_le_bytes,
            Endian::Big => u64::from_be_bytes,
        })
    }

    /// Everything from `at`; nothing if that is past the end.
    pub fn from(self, at: usize) -> &'a [u8] {
        self.bytes.get(at..).unwrap_or(&[])
    }

    fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..)?.first_chunk().copied()
    }
}
