//! DTLS (RFC 9147, RFC 6347): [`Records`] of a datagram, the [`Fragment`]s of handshake messages in them, and a
//! [`Reassembler`] that makes messages whole again. What the messages say is read by [`tls`](crate::proto::tls).
//!
//! Nothing here decrypts; records of 1.3 are told by their shape, and their true numbers are not known.

mod handshake;
mod reassembly;
mod record;

pub use handshake::{Fragment, Fragments};
pub use reassembly::{Message, Reassembler};
pub use record::{Kind, Record, Records};

/// Whether a datagram begins with a record of DTLS: a known content type, a version of DTLS, a length that is allowed
/// and, where records follow within the datagram, that they are records too.
///
/// Records of 1.3 with a unified header have too little that is fixed to be told alone: they are DTLS where a handshake went
/// before, and [`Records`] that fill the datagram exactly. `missing` octets at its end were not captured.
pub fn is_plausible(datagram: &[u8], missing: usize) -> bool {
    let mut records = Records::new(datagram);
    let (mut read, mut cut) = (0, false);
    for record in records.by_ref().take(MOST_RECORDS) {
        if !record.is_plausible() || read == 0 && record.kind == Kind::Unified {
            return false;
        }
        cut |= record.missing > 0;
        read += 1;
    }
    read > 0 && (missing > 0 || !cut && records.damage().is_none())
}

/// Records looked at to tell DTLS from other things; a flight of a handshake has about ten.
const MOST_RECORDS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello whose fragment is one octet long, and application data.
    const HELLO: &[u8] = b"\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x0d\x01\0\0\x63\0\0\0\0\0\0\0\x01\xfe";
    const DATA: &[u8] = b"\x17\xfe\xfd\0\x01\0\0\0\0\0\x01\0\x02ab";

    #[test]
    fn dtls_is_told_from_others() {
        assert!(is_plausible(HELLO, 0) && is_plausible(DATA, 0));
        assert!(is_plausible(&[HELLO, DATA].concat(), 0));
        for other in [
            &b""[..],
            b"\x16",
            b"\x16\x03\x01\0\x05hello",
            b"\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\0",
            b"\x15\xfe\xfd\0\0\0\0\0\0\0\0\0\x03abc",
            b"\x17\xfe\xfd\0\0\0\0\0\0\0\0\0\x03abc",
            b"\x2f\0\x01\0\x01x",
        ] {
            assert!(!is_plausible(other, 0), "{other:x?}");
        }
        assert!(!is_plausible(&[DATA, b"junk"].concat(), 0));
    }

    #[test]
    fn what_is_cut_is_dtls_only_where_the_capture_says_so() {
        let datagram = [DATA, HELLO].concat();
        for cut in 1..datagram.len() {
            let whole = cut == DATA.len();
            assert_eq!(is_plausible(&datagram[..cut], 0), whole, "{cut}");
            assert_eq!(
                is_plausible(&datagram[..cut], datagram.len() - cut),
                cut >= Record::HEADER,
                "{cut}"
            );
        }
    }
}
