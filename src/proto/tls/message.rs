//! The handshake messages after the hellos that are in clear up to 1.2: certificates, keys, requests, tickets.

use super::{
    CipherSuite, ClientCertificateType, CurveType, NamedGroup, SignatureScheme, Version, numbers16, u24, vector8,
    vector16,
};
use crate::proto::reader::{Damage, Reader};

/// The certificates of one side, its own first (RFC 5246 §7.4.2). Empty where a client has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateChain<'a> {
    /// Each in DER.
    pub certificates: Vec<&'a [u8]>,
    /// Where it broke off.
    pub damage: Option<Damage>,
}

impl<'a> CertificateChain<'a> {
    /// Reads the body of a Certificate message up to 1.2.
    pub fn decode(body: &'a [u8]) -> CertificateChain<'a> {
        let mut chain = CertificateChain {
            certificates: Vec::new(),
            damage: None,
        };
        chain.damage = chain.read(&mut Reader::new(body)).err();
        chain
    }

    fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), Damage> {
        let length = u24(reader, "length of the certificates")?;
        if length > reader.remaining() {
            // What is there is read all the same; the last certificate will lack its end.
            while !reader.is_empty() {
                self.read_one(reader)?;
            }
        }
        let mut list = Reader::at_offset(reader.bytes(length, "certificates")?, 3);
        while !list.is_empty() {
            self.read_one(&mut list)?;
        }
        Ok(())
    }

    fn read_one(&mut self, reader: &mut Reader<'a>) -> Result<(), Damage> {
        let length = u24(reader, "length of a certificate")?;
        self.certificates.push(reader.bytes(length, "certificate")?);
        Ok(())
    }
}

/// The server's half of the key agreement (RFC 5246 §7.4.3, RFC 8422 §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerKeyExchange {
    /// The curve, where one is named.
    pub group: Option<NamedGroup>,
    /// The bits of the prime, for Diffie-Hellman over a field.
    pub dh_bits: Option<usize>,
    /// How it is signed; named since 1.2, and only where the server has a certificate.
    pub signature_scheme: Option<SignatureScheme>,
}

impl ServerKeyExchange {
    /// Reads the body of a ServerKeyExchange, whose shape depends on the cipher suite that was chosen.
    ///
    /// # Errors
    /// Where octets are missing.
    pub fn decode(body: &[u8], suite: CipherSuite, version: Version) -> Result<ServerKeyExchange, Damage> {
        let name = suite.name().unwrap_or_default();
        let mut reader = Reader::new(body);
        let mut exchange = ServerKeyExchange {
            group: None,
            dh_bits: None,
            signature_scheme: None,
        };
        if name.contains("PSK") {
            vector16(&mut reader, "PSK identity hint")?;
        }
        if name.contains("_ECDH") {
            if CurveType(reader.u8("type of curve")?) != CurveType::NAMED_CURVE {
                return Ok(exchange);
            }
            exchange.group = Some(NamedGroup(reader.u16("curve")?));
            vector8(&mut reader, "public key")?;
        } else if name.contains("_DH") {
            let prime = vector16(&mut reader, "prime")?;
            exchange.dh_bits = Some(bits(prime));
            vector16(&mut reader, "generator")?;
            vector16(&mut reader, "public key")?;
        } else {
            return Ok(exchange);
        }
        let is_signed = !name.contains("anon") && !name.contains("PSK");
        if is_signed && !version.is_deprecated() {
            exchange.signature_scheme = Some(SignatureScheme(reader.u16("signature scheme")?));
        }
        Ok(exchange)
    }
}

/// How many bits a big-endian number has, leading zeros apart.
pub(super) fn bits(number: &[u8]) -> usize {
    let significant = number.iter().position(|octet| *octet != 0);
    significant.map_or(0, |at| (number.len() - at) * 8 - number[at].leading_zeros() as usize)
}

/// A server wants the client to show a certificate, as WebRTC always does (RFC 5246 §7.4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    /// What keys it may have.
    pub types: Vec<ClientCertificateType>,
    /// How it may be signed; said since 1.2.
    pub signature_schemes: Vec<SignatureScheme>,
    /// Octets of the names of the authorities that may have signed it.
    pub authorities_length: usize,
}

impl CertificateRequest {
    /// Reads the body of a CertificateRequest up to 1.2.
    ///
    /// # Errors
    /// Where octets are missing.
    pub fn decode(body: &[u8], version: Version) -> Result<CertificateRequest, Damage> {
        let mut reader = Reader::new(body);
        let types = vector8(&mut reader, "types of certificates")?;
        let schemes = match version.is_deprecated() {
            true => &[],
            false => vector16(&mut reader, "signature schemes")?,
        };
        Ok(CertificateRequest {
            types: types.iter().copied().map(ClientCertificateType).collect(),
            signature_schemes: numbers16(schemes, SignatureScheme),
            authorities_length: vector16(&mut reader, "names of authorities")?.len(),
        })
    }
}

/// A client proves that it has the key of its certificate (RFC 5246 §7.4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateVerify {
    /// How it is signed; named since 1.2.
    pub signature_scheme: Option<SignatureScheme>,
}

impl CertificateVerify {
    /// Reads the body of a CertificateVerify.
    ///
    /// # Errors
    /// Where octets are missing.
    pub fn decode(body: &[u8], version: Version) -> Result<CertificateVerify, Damage> {
        let mut reader = Reader::new(body);
        let signature_scheme = match version.is_deprecated() {
            true => None,
            false => Some(SignatureScheme(reader.u16("signature scheme")?)),
        };
        vector16(&mut reader, "signature")?;
        Ok(CertificateVerify { signature_scheme })
    }
}

/// A ticket with which the client may resume the session (RFC 5077 §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSessionTicket<'a> {
    /// How long it may be good for, in seconds; 0 says nothing.
    pub lifetime_s: u32,
    /// Readable by the server alone.
    pub ticket: &'a [u8],
}

impl<'a> NewSessionTicket<'a> {
    /// Reads the body of a NewSessionTicket up to 1.2.
    ///
    /// # Errors
    /// Where octets are missing.
    pub fn decode(body: &'a [u8]) -> Result<NewSessionTicket<'a>, Damage> {
        let mut reader = Reader::new(body);
        Ok(NewSessionTicket {
            lifetime_s: reader.u32("lifetime of a ticket")?,
            ticket: vector16(&mut reader, "ticket")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECDHE: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;

    #[test]
    fn certificates_up_to_the_damage() {
        let body = b"\0\0\x0a\0\0\x03abc\0\0\x01d";
        let chain = CertificateChain::decode(body);
        assert_eq!((chain.certificates, chain.damage), (vec![&b"abc"[..], b"d"], None));
        for cut in 0..body.len() {
            let chain = CertificateChain::decode(&body[..cut]);
            assert!(chain.damage.is_some(), "{cut}");
            assert_eq!(chain.certificates.len(), usize::from(cut >= 9), "{cut}");
        }
        assert_eq!(CertificateChain::decode(b"\0\0\0").certificates.len(), 0);
        assert!(CertificateChain::decode(b"\0\0\x03\0\0\x09").damage.is_some());
    }

    #[test]
    fn keys_by_cipher_suite() {
        let body = b"\x03\0\x1d\x02pk\x04\x03\0\x01s";
        let exchange = ServerKeyExchange::decode(body, ECDHE, Version::DTLS_1_2).unwrap();
        assert_eq!(exchange.group, Some(NamedGroup::X25519));
        assert_eq!(exchange.signature_scheme, Some(SignatureScheme::ECDSA_SECP256R1_SHA256));
        let old = ServerKeyExchange::decode(body, ECDHE, Version::DTLS_1_0).unwrap();
        assert_eq!((old.group, old.signature_scheme), (exchange.group, None));
        for cut in 0..8 {
            assert!(ServerKeyExchange::decode(&body[..cut], ECDHE, Version::DTLS_1_2).is_err());
        }

        let dhe = CipherSuite::TLS_DHE_RSA_WITH_AES_128_CBC_SHA;
        let body = b"\0\x03\0\x80\x01\0\x01g\0\x01k\x08\x04\0\x01s";
        let exchange = ServerKeyExchange::decode(body, dhe, Version::TLS_1_2).unwrap();
        assert_eq!((exchange.group, exchange.dh_bits), (None, Some(16)));
        assert_eq!(exchange.signature_scheme, Some(SignatureScheme::RSA_PSS_RSAE_SHA256));

        let psk = CipherSuite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256;
        let body = b"\0\x04hint\x03\0\x17\x01k";
        let exchange = ServerKeyExchange::decode(body, psk, Version::DTLS_1_2).unwrap();
        assert_eq!(exchange.group, Some(NamedGroup::SECP256R1));
        let unknown = ServerKeyExchange::decode(b"", CipherSuite(0x5678), Version::DTLS_1_2).unwrap();
        assert_eq!(unknown.group, None);
    }

    #[test]
    fn requests_proofs_and_tickets() {
        let body = b"\x02\x01\x40\0\x02\x04\x03\0\x03abc";
        let request = CertificateRequest::decode(body, Version::DTLS_1_2).unwrap();
        assert_eq!(
            request.types,
            [ClientCertificateType::RSA_SIGN, ClientCertificateType::ECDSA_SIGN]
        );
        assert_eq!(request.signature_schemes, [SignatureScheme::ECDSA_SECP256R1_SHA256]);
        assert_eq!(request.authorities_length, 3);
        for cut in 0..body.len() {
            assert!(CertificateRequest::decode(&body[..cut], Version::DTLS_1_2).is_err());
        }
        let verify = CertificateVerify::decode(b"\x08\x04\0\x01s", Version::DTLS_1_2).unwrap();
        assert_eq!(verify.signature_scheme, Some(SignatureScheme::RSA_PSS_RSAE_SHA256));
        assert!(CertificateVerify::decode(b"\x08\x04\0", Version::DTLS_1_2).is_err());
        let ticket = NewSessionTicket::decode(b"\0\0\x01\x2c\0\x02ab").unwrap();
        assert_eq!((ticket.lifetime_s, ticket.ticket), (300, &b"ab"[..]));
        assert!(NewSessionTicket::decode(b"\0\0\x01\x2c\0\x02a").is_err());
    }

    #[test]
    fn bits_of_numbers() {
        for (number, expected) in [
            (&b""[..], 0),
            (b"\0\0", 0),
            (b"\x01", 1),
            (b"\0\xff\0", 16),
            (b"\x40\0", 15),
        ] {
            assert_eq!(bits(number), expected);
        }
    }
}
