//! [`Octets`]: a stretch of a packet, which may be cut before its end.

/// Octets of a layer and what it carries, with how many more of them were not captured.
///
/// Every read is checked; a read past what was captured gives `None`, as does one past the end of the layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Octets<'a> {
    /// What was captured.
    pub bytes: &'a [u8],
    /// Octets that follow `bytes` and were not captured (snap length, a packet quoted in an ICMP error).
    pub missing: usize,
}

impl<'a> Octets<'a> {
    /// `bytes` that are whole.
    pub const fn whole(bytes: &'a [u8]) -> Octets<'a> {
        Octets { bytes, missing: 0 }
    }

    /// Octets that the layer has, captured or not.
    pub const fn total(&self) -> usize {
        self.bytes.len().saturating_add(self.missing)
    }

    /// What follows the first `count` octets; `None` if these were not captured.
    #[inline]
    pub fn skip(&self, count: usize) -> Option<Octets<'a>> {
        let bytes = self.bytes.get(count..)?;
        Some(Octets { bytes, ..*self })
    }

    /// The first `count` octets, as a header tells its length: padding and trailers fall away. A header that says more
    /// than there was is not believed.
    #[inline]
    pub fn limit(&self, count: usize) -> Octets<'a> {
        match self.bytes.get(..count) {
            Some(bytes) => Octets::whole(bytes),
            None => Octets {
                bytes: self.bytes,
                missing: self.missing.min(count - self.bytes.len()),
            },
        }
    }

    /// The `N` octets at `at`.
    #[inline]
    pub fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..)?.first_chunk::<N>().copied()
    }

    /// The octet at `at`.
    #[inline]
    pub fn u8(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The two octets at `at`, most significant first.
    #[inline]
    pub fn u16(&self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_be_bytes)
    }

    /// The four octets at `at`, most significant first.
    #[inline]
    pub fn u32(&self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_cuts_padding_and_counts_what_is_missing() {
        let octets = Octets {
            bytes: &[1, 2, 3, 4],
            missing: 6,
        };
        assert_eq!(octets.total(), 10);
        assert_eq!(octets.limit(3), Octets::whole(&[1, 2, 3]));
        assert_eq!(octets.limit(4), Octets::whole(&[1, 2, 3, 4]));
        assert_eq!(octets.limit(9).missing, 5);
        assert_eq!(octets.limit(20).missing, 6, "there was no more");
        assert_eq!(octets.skip(4), Some(Octets { bytes: &[], missing: 6 }));
        assert_eq!(octets.skip(5), None);
    }

    #[test]
    fn reads_are_checked() {
        let octets = Octets::whole(&[1, 2, 3, 4, 5]);
        assert_eq!((octets.u8(4), octets.u8(5)), (Some(5), None));
        assert_eq!((octets.u16(3), octets.u16(4)), (Some(0x0405), None));
        assert_eq!((octets.u32(1), octets.u32(2)), (Some(0x0203_0405), None));
        assert_eq!(octets.u32(usize::MAX), None);
    }
}
