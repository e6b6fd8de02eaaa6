//! The handshake that TLS and DTLS share (RFC 8446, RFC 5246): registries, hellos, certificates, alerts; and the
//! [`record`]s of TLS over TCP. What is of DTLS alone stands in [`dtls`](crate::proto::dtls).
//!
//! Nothing here decrypts. Decoders read as far as they can: a hello that breaks off keeps what came before.

mod alert;
pub mod certificate;
mod cipher_suite;
mod extension;
mod extension_type;
mod group;
mod hello;
mod message;
mod numbers;
pub mod record;
mod signature_scheme;

pub use alert::{Alert, AlertDescription, AlertLevel};
pub use certificate::Certificate;
pub use cipher_suite::CipherSuite;
pub use extension::{Extension, Extensions, UseSrtp};
pub use extension_type::ExtensionType;
pub use group::NamedGroup;
pub use hello::{ClientHello, Flavor, HelloVerifyRequest, ServerHello};
pub use message::{CertificateChain, CertificateRequest, CertificateVerify, NewSessionTicket, ServerKeyExchange};
pub use numbers::{ClientCertificateType, ContentType, CurveType, HandshakeType, SrtpProfile, Version};
pub use record::{Joiner, Record};
pub use signature_scheme::SignatureScheme;

use crate::proto::reader::{Damage, Reader};

/// Whether a 16-bit number is of the form 0x?A?A with both octets alike (RFC 8701 §2).
const fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

/// A vector behind an 8-bit length.
fn vector8<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<&'a [u8], Damage> {
    let length = reader.u8(what)?;
    reader.bytes(length.into(), what)
}

/// A vector behind a 16-bit length.
fn vector16<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<&'a [u8], Damage> {
    let length = reader.u16(what)?;
    reader.bytes(length.into(), what)
}

/// A 24-bit number.
pub(super) fn u24(reader: &mut Reader<'_>, what: &'static str) -> Result<usize, Damage> {
    let [high, middle, low] = reader.array(what)?;
    Ok(usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low))
}

/// The 16-bit numbers that octets are made of; a single octet at the end is left out.
fn numbers16<T>(octets: &[u8], make: impl Fn(u16) -> T) -> Vec<T> {
    octets
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| make(u16::from_be_bytes(*pair)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grease_is_sixteen_numbers() {
        let grease: Vec<u16> = (0..=u16::MAX).filter(|number| is_grease(*number)).collect();
        assert_eq!(grease.len(), 16);
        assert!(grease.contains(&0x0a0a) && grease.contains(&0xfafa) && !grease.contains(&0x0a1a));
    }
}
