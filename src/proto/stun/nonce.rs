//! What a nonce says about the server's security features (RFC 8489 §9.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The security features that a server's nonce announces (RFC 8489 §9.2, §18.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecurityFeatures {
    /// Bit 0: the server sent PASSWORD-ALGORITHMS; an answer without it was tampered with.
    pub password_algorithms: bool,
    /// Bit 1: the client may send USERHASH instead of USERNAME.
    pub username_anonymity: bool,
}

impl SecurityFeatures {
    /// What the first octets of such a nonce are.
    pub const NONCE_COOKIE: &'static [u8] = b"obMatJos2";

    /// The features of this nonce; `None` if it does not start with the nonce cookie and four base64 characters.
    pub fn of_nonce(nonce: &[u8]) -> Option<SecurityFeatures> {
        let text = nonce.strip_prefix(Self::NONCE_COOKIE)?.get(..4)?;
        let mut bits = [0; 3];
        let written = STANDARD.decode_slice(text, &mut bits).ok()?;
        // Bit 0 is the leftmost by RFC 8489 §18.1, and the rightmost in the example of its appendix B.1, which
        // servers followed. No bit between the two has a meaning, so both readings can be taken.
        (written == 3).then_some(SecurityFeatures {
            password_algorithms: bits[0] & 0x80 != 0 || bits[2] & 0x01 != 0,
            username_anonymity: bits[0] & 0x40 != 0 || bits[2] & 0x02 != 0,
        })
    }

    /// The 13 characters that a nonce with these features starts with, bit 0 leftmost.
    pub fn nonce_prefix(self) -> String {
        let bits = u8::from(self.password_algorithms) << 7 | u8::from(self.username_anonymity) << 6;
        format!("obMatJos2{}", STANDARD.encode([bits, 0, 0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_as_they_were_written() {
        for password_algorithms in [false, true] {
            for username_anonymity in [false, true] {
                let features = SecurityFeatures {
                    password_algorithms,
                    username_anonymity,
                };
                let nonce = features.nonce_prefix() + "rest";
                assert_eq!(SecurityFeatures::of_nonce(nonce.as_bytes()), Some(features));
                assert_eq!(nonce.len(), 13 + 4);
            }
        }
    }

    #[test]
    fn the_example_of_rfc_8489_counts_from_the_right() {
        let features = SecurityFeatures::of_nonce(b"obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA");
        assert_eq!(
            features,
            Some(SecurityFeatures {
                password_algorithms: false,
                username_anonymity: true
            })
        );
    }

    #[test]
    fn any_other_nonce_says_nothing() {
        for nonce in [
            "",
            "obMatJos2",
            "obMatJos2AAA",
            "obMatJos2A\u{e9}A",
            "obMatJos2AA==x",
            "f//499k954d6OL34oL9FSTvy64sA",
        ] {
            assert_eq!(SecurityFeatures::of_nonce(nonce.as_bytes()), None, "{nonce}");
        }
    }
}
