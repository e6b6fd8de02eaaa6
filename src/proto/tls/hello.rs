//! [`ClientHello`], [`ServerHello`] and [`HelloVerifyRequest`]: how a handshake begins.

use super::{CipherSuite, Extensions, Version, numbers16, vector8, vector16};
use crate::proto::reader::{Damage, Reader};

/// Whether a handshake runs over a stream or over datagrams: a ClientHello has a cookie only in the latter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flavor {
    /// TLS.
    Tls,
    /// DTLS.
    Dtls,
}

/// What a client offers (RFC 8446 §4.1.2, RFC 9147 §5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello<'a> {
    /// `legacy_version`: the highest version up to 1.2; 1.3 is offered by an extension.
    pub version: Version,
    /// Names this attempt: the same in the ClientHello that answers a HelloVerifyRequest or a HelloRetryRequest.
    pub random: [u8; 32],
    /// A session to be resumed, or nothing.
    pub session_id: &'a [u8],
    /// The cookie of a HelloVerifyRequest; empty in the first ClientHello, and always in TLS.
    pub cookie: &'a [u8],
    /// Most wanted first.
    pub cipher_suites: Vec<CipherSuite>,
    /// Zero alone, nowadays.
    pub compression_methods: &'a [u8],
    /// The extensions before any damage.
    pub extensions: Extensions<'a>,
    /// Where it broke off.
    pub damage: Option<Damage>,
}

impl<'a> ClientHello<'a> {
    /// Reads the body of a ClientHello.
    ///
    /// # Errors
    /// Where version or random are not there; what is damaged later is left out and said in `damage`.
    pub fn decode(body: &'a [u8], flavor: Flavor) -> Result<ClientHello<'a>, Damage> {
        let mut reader = Reader::new(body);
        let mut hello = ClientHello {
            version: Version(reader.u16("version of a ClientHello")?),
            random: reader.array("random of a ClientHello")?,
            session_id: &[],
            cookie: &[],
            cipher_suites: Vec::new(),
            compression_methods: &[],
            extensions: Extensions::default(),
            damage: None,
        };
        hello.damage = hello.read(&mut reader, flavor).err();
        Ok(hello)
    }

    fn read(&mut self, reader: &mut Reader<'a>, flavor: Flavor) -> Result<(), Damage> {
        self.session_id = vector8(reader, "session id")?;
        if flavor == Flavor::Dtls {
            self.cookie = vector8(reader, "cookie")?;
        }
        self.cipher_suites = numbers16(vector16(reader, "cipher suites")?, CipherSuite);
        self.compression_methods = vector8(reader, "compression methods")?;
        read_extensions(reader, &mut self.extensions)
    }

    /// The random of a ClientHello of which only the beginning is there.
    pub fn peek_random(body: &[u8]) -> Option<[u8; 32]> {
        body.get(2..)?.first_chunk().copied()
    }

    /// The highest version that it offers.
    pub fn highest_version(&self) -> Version {
        let offered = self.extensions.supported_versions();
        match offered.iter().find(|version| version.is_at_least_1_3()) {
            Some(version) => *version,
            None => offered
                .into_iter()
                .find(|version| !version.is_grease())
                .unwrap_or(self.version),
        }
    }
}

/// What a server chose (RFC 8446 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello<'a> {
    /// `legacy_version`; see [`selected_version`](Self::selected_version).
    pub version: Version,
    /// Of the server; a fixed value marks a HelloRetryRequest, its end may mark a downgrade.
    pub random: [u8; 32],
    /// The session, if it can be resumed. 1.3 repeats what the client sent.
    pub session_id: &'a [u8],
    /// The cipher suite; `None` where the message breaks off before it.
    pub cipher_suite: Option<CipherSuite>,
    /// Zero, nowadays.
    pub compression_method: u8,
    /// The extensions before any damage.
    pub extensions: Extensions<'a>,
    /// Where it broke off.
    pub damage: Option<Damage>,
}

/// SHA-256 of `HelloRetryRequest`.
const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

impl<'a> ServerHello<'a> {
    /// Reads the body of a ServerHello.
    ///
    /// # Errors
    /// Where version or random are not there; what is damaged later is left out and said in `damage`.
    pub fn decode(body: &'a [u8]) -> Result<ServerHello<'a>, Damage> {
        let mut reader = Reader::new(body);
        let mut hello = ServerHello {
            version: Version(reader.u16("version of a ServerHello")?),
            random: reader.array("random of a ServerHello")?,
            session_id: &[],
            cipher_suite: None,
            compression_method: 0,
            extensions: Extensions::default(),
            damage: None,
        };
        hello.damage = hello.read(&mut reader).err();
        Ok(hello)
    }

    fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), Damage> {
        self.session_id = vector8(reader, "session id")?;
        self.cipher_suite = Some(CipherSuite(reader.u16("cipher suite")?));
        self.compression_method = reader.u8("compression method")?;
        read_extensions(reader, &mut self.extensions)
    }

    /// Whether it asks for another ClientHello instead of answering this one (RFC 8446 §4.1.4).
    pub fn is_hello_retry_request(&self) -> bool {
        self.random == HELLO_RETRY_REQUEST
    }

    /// The version that the connection will have.
    pub fn selected_version(&self) -> Version {
        self.extensions.selected_version().unwrap_or(self.version)
    }

    /// Whether the server speaks a higher version than it chose (RFC 8446 §4.1.3): someone may have forced it down.
    pub fn is_downgrade(&self) -> bool {
        matches!(self.random.last_chunk(), Some(b"DOWNGRD\x01" | b"DOWNGRD\x00"))
    }
}

/// A server wants to see that the client's address is its own (RFC 6347 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloVerifyRequest<'a> {
    /// Mostly DTLS 1.0, whatever will be chosen.
    pub version: Version,
    /// What the next ClientHello shall carry.
    pub cookie: &'a [u8],
}

impl<'a> HelloVerifyRequest<'a> {
    /// Reads the body of a HelloVerifyRequest.
    ///
    /// # Errors
    /// Where octets are missing.
    pub fn decode(body: &'a [u8]) -> Result<HelloVerifyRequest<'a>, Damage> {
        let mut reader = Reader::new(body);
        Ok(HelloVerifyRequest {
            version: Version(reader.u16("version of a HelloVerifyRequest")?),
            cookie: vector8(&mut reader, "cookie")?,
        })
    }
}

/// The extensions at the end of a hello; before TLS 1.2 there may be none, nor their length.
///
/// # Errors
/// Where octets are missing; the extensions before that are in `into` all the same.
fn read_extensions<'a>(reader: &mut Reader<'a>, into: &mut Extensions<'a>) -> Result<(), Damage> {
    if reader.is_empty() {
        return Ok(());
    }
    let length = usize::from(reader.u16("length of the extensions")?);
    let short = Damage {
        offset: reader.offset(),
        wanted: length,
        available: reader.remaining(),
        what: "extensions",
    };
    let octets = reader.rest().get(..length).unwrap_or(reader.rest());
    let (extensions, damage) = Extensions::decode(&mut Reader::at_offset(octets, reader.offset()));
    *into = extensions;
    match damage {
        Some(damage) => Err(damage),
        None if octets.len() < length => Err(short),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::tls::{ExtensionType, SrtpProfile};

    /// A ClientHello of a browser in miniature, for DTLS.
    fn client_hello() -> Vec<u8> {
        let mut body = vec![0xfe, 0xfd];
        body.extend([7; 32]);
        body.extend(b"\x02id\x06cookie\0\x06\x0a\x0a\x13\x01\xc0\x2b\x01\0");
        body.extend(b"\0\x10\0\x0e\0\x05\0\x02\0\x01\0\0\x2b\0\x03\x02\xfe\xfc");
        body
    }

    #[test]
    fn a_client_hello() {
        let body = client_hello();
        let hello = ClientHello::decode(&body, Flavor::Dtls).unwrap();
        assert_eq!((hello.version, hello.random), (Version::DTLS_1_2, [7; 32]));
        assert_eq!((hello.session_id, hello.cookie), (&b"id"[..], &b"cookie"[..]));
        assert_eq!(
            hello.cipher_suites,
            [
                CipherSuite(0x0a0a),
                CipherSuite::TLS_AES_128_GCM_SHA256,
                CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            ]
        );
        assert_eq!(
            hello.extensions.use_srtp().unwrap().profiles,
            [SrtpProfile::SRTP_AES128_CM_HMAC_SHA1_80]
        );
        assert_eq!(hello.highest_version(), Version::DTLS_1_3);
        assert_eq!(hello.damage, None);
        assert_eq!(ClientHello::peek_random(&body), Some([7; 32]));
    }

    #[test]
    fn every_cut_of_a_client_hello_is_said_and_nothing_before_it_lost() {
        let body = client_hello();
        let mut known = 0;
        // Between compression methods and extensions a hello may end: it then has none.
        let whole = body.len() - 18;
        for cut in 0..body.len() {
            let Ok(hello) = ClientHello::decode(&body[..cut], Flavor::Dtls) else {
                assert!(cut < 34, "{cut}");
                continue;
            };
            assert_eq!(hello.damage.is_none(), cut == whole, "{cut}");
            let now = hello.session_id.len()
                + hello.cookie.len()
                + hello.cipher_suites.len()
                + hello.extensions.iter().count();
            assert!(now >= known, "{cut}");
            known = now;
        }
        assert_eq!(known, 2 + 6 + 3 + 1);
    }

    #[test]
    fn over_a_stream_there_is_no_cookie() {
        let mut body = vec![3, 3];
        body.extend([0; 32]);
        body.extend(b"\0\0\x02\xc0\x2b\x01\0");
        let hello = ClientHello::decode(&body, Flavor::Tls).unwrap();
        assert_eq!((hello.cipher_suites.len(), hello.damage), (1, None));
        assert_eq!(hello.highest_version(), Version::TLS_1_2);
    }

    #[test]
    fn a_server_hello() {
        let mut body = vec![0xfe, 0xfd];
        body.extend([7; 24]);
        body.extend(b"DOWNGRD\x01\0\xc0\x2b\0\0\x04\0\x17\0\0");
        let hello = ServerHello::decode(&body).unwrap();
        assert!(hello.is_downgrade() && !hello.is_hello_retry_request());
        assert_eq!(
            hello.cipher_suite,
            Some(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
        );
        assert_eq!(hello.selected_version(), Version::DTLS_1_2);
        assert!(hello.extensions.has(ExtensionType::EXTENDED_MASTER_SECRET));
        let whole = body.len() - 6;
        for cut in 0..body.len() {
            match ServerHello::decode(&body[..cut]) {
                Ok(hello) => assert_eq!(hello.damage.is_none(), cut == whole, "{cut}"),
                Err(_) => assert!(cut < 34, "{cut}"),
            }
        }
    }

    #[test]
    fn a_hello_retry_request_is_a_server_hello_with_a_certain_random() {
        use sha2::Digest;
        let random: [u8; 32] = sha2::Sha256::digest(b"HelloRetryRequest").into();
        let mut body = vec![0xfe, 0xfd];
        body.extend(random);
        body.extend(b"\0\x13\x01\0\0\x06\0\x2b\0\x02\xfe\xfc");
        let hello = ServerHello::decode(&body).unwrap();
        assert!(hello.is_hello_retry_request());
        assert_eq!(hello.selected_version(), Version::DTLS_1_3);
    }

    #[test]
    fn a_hello_verify_request() {
        let body = b"\xfe\xff\x03abc";
        let request = HelloVerifyRequest::decode(body).unwrap();
        assert_eq!((request.version, request.cookie), (Version::DTLS_1_0, &b"abc"[..]));
        for cut in 0..body.len() {
            assert!(HelloVerifyRequest::decode(&body[..cut]).is_err(), "{cut}");
        }
    }
}
