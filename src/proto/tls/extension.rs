//! [`Extensions`]: the extensions of a hello, in order, duplicates and unknown ones included (RFC 8446 §4.2).

use super::{ExtensionType, NamedGroup, SignatureScheme, SrtpProfile, Version, numbers16, vector8, vector16};
use crate::proto::reader::{Damage, Reader};

/// One extension as it stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// What it is.
    pub kind: ExtensionType,
    /// Its content.
    pub bytes: &'a [u8],
}

/// Which SRTP profiles are offered, or which is chosen (RFC 5764 §4.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseSrtp<'a> {
    /// In the sender's order; one in a ServerHello.
    pub profiles: Vec<SrtpProfile>,
    /// The master key identifier, mostly empty.
    pub mki: &'a [u8],
}

/// The extensions of one hello. Typed readers give `None` (or nothing) where an extension is absent or cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions<'a> {
    all: Vec<Extension<'a>>,
}

impl<'a> Extensions<'a> {
    /// Reads extensions up to the end of `reader`, which stands behind their common length.
    ///
    /// Gives those before the damage, and the damage.
    pub(super) fn decode(reader: &mut Reader<'a>) -> (Extensions<'a>, Option<Damage>) {
        let mut all = Vec::new();
        while !reader.is_empty() {
            let kind = reader.u16("type of an extension");
            match kind.and_then(|kind| Ok((kind, vector16(reader, "extension")?))) {
                Ok((kind, bytes)) => all.push(Extension {
                    kind: ExtensionType(kind),
                    bytes,
                }),
                Err(damage) => return (Extensions { all }, Some(damage)),
            }
        }
        (Extensions { all }, None)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Extension<'a>> + '_ {
        self.all.iter().copied()
    }

    /// The content of the first of this type.
    pub fn get(&self, kind: ExtensionType) -> Option<&'a [u8]> {
        self.iter()
            .find(|extension| extension.kind == kind)
            .map(|extension| extension.bytes)
    }

    /// Whether there is one of this type.
    pub fn has(&self, kind: ExtensionType) -> bool {
        self.get(kind).is_some()
    }

    /// The list inside a vector behind a 16-bit length, as several extensions have it.
    fn list16<T>(&self, kind: ExtensionType, make: impl Fn(u16) -> T) -> Vec<T> {
        let list = self
            .get(kind)
            .and_then(|bytes| vector16(&mut Reader::new(bytes), "list").ok());
        numbers16(list.unwrap_or_default(), make)
    }

    /// The versions that a client offers, most wanted first (RFC 8446 §4.2.1).
    pub fn supported_versions(&self) -> Vec<Version> {
        let list = self
            .get(ExtensionType::SUPPORTED_VERSIONS)
            .and_then(|bytes| vector8(&mut Reader::new(bytes), "versions").ok());
        numbers16(list.unwrap_or_default(), Version)
    }

    /// The version that a server chose, if it is 1.3 or later.
    pub fn selected_version(&self) -> Option<Version> {
        match self.get(ExtensionType::SUPPORTED_VERSIONS)? {
            &[high, low] => Some(Version(u16::from_be_bytes([high, low]))),
            _ => None,
        }
    }

    /// The groups that a client takes, most wanted first (RFC 8446 §4.2.7).
    pub fn supported_groups(&self) -> Vec<NamedGroup> {
        self.list16(ExtensionType::SUPPORTED_GROUPS, NamedGroup)
    }

    /// The signature schemes that the sender takes (RFC 8446 §4.2.3).
    pub fn signature_schemes(&self) -> Vec<SignatureScheme> {
        self.list16(ExtensionType::SIGNATURE_ALGORITHMS, SignatureScheme)
    }

    /// The groups for which a client sends a key share, with the octets of each (RFC 8446 §4.2.8).
    pub fn client_key_shares(&self) -> Vec<(NamedGroup, usize)> {
        let mut shares = Vec::new();
        let bytes = self.get(ExtensionType::KEY_SHARE).unwrap_or_default();
        let list = vector16(&mut Reader::new(bytes), "key shares").unwrap_or_default();
        let mut reader = Reader::new(list);
        while let Ok(group) = reader.u16("group") {
            let Ok(share) = vector16(&mut reader, "key share") else {
                break;
            };
            shares.push((NamedGroup(group), share.len()));
        }
        shares
    }

    /// The group that a server chose: in a HelloRetryRequest the one that it wants a share of.
    pub fn selected_group(&self) -> Option<NamedGroup> {
        let group = self.get(ExtensionType::KEY_SHARE)?.first_chunk::<2>()?;
        Some(NamedGroup(u16::from_be_bytes(*group)))
    }

    /// SRTP profiles (RFC 5764 §4.1.1).
    pub fn use_srtp(&self) -> Option<UseSrtp<'a>> {
        let mut reader = Reader::new(self.get(ExtensionType::USE_SRTP)?);
        let profiles = numbers16(vector16(&mut reader, "SRTP profiles").ok()?, SrtpProfile);
        let mki = vector8(&mut reader, "MKI").unwrap_or_default();
        Some(UseSrtp { profiles, mki })
    }

    /// The host name that a client asks for, SNI (RFC 6066 §3). What is not UTF-8 is replaced.
    pub fn server_name(&self) -> Option<String> {
        let bytes = self.get(ExtensionType::SERVER_NAME)?;
        let mut list = Reader::new(vector16(&mut Reader::new(bytes), "server names").ok()?);
        while let Ok(kind) = list.u8("type of a server name") {
            let name = vector16(&mut list, "server name").ok()?;
            if kind == 0 {
                return Some(String::from_utf8_lossy(name).into_owned());
            }
        }
        None
    }

    /// Application protocols, ALPN (RFC 7301 §3.1): `webrtc`, `c-webrtc` (RFC 8833), `stun.turn` (RFC 7443). What is not
    /// UTF-8 is replaced.
    pub fn alpn(&self) -> Vec<String> {
        let bytes = self.get(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION);
        let list = vector16(&mut Reader::new(bytes.unwrap_or_default()), "protocols");
        let mut reader = Reader::new(list.unwrap_or_default());
        std::iter::from_fn(|| vector8(&mut reader, "protocol").ok())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    }

    /// The connection id that the sender wants to be addressed by (RFC 9146 §3). It may be empty: then the sender only
    /// offers to use the other's.
    pub fn connection_id(&self) -> Option<&'a [u8]> {
        vector8(
            &mut Reader::new(self.get(ExtensionType::CONNECTION_ID)?),
            "connection id",
        )
        .ok()
    }

    /// The cookie of a HelloRetryRequest and of the answer to it (RFC 8446 §4.2.2).
    pub fn cookie(&self) -> Option<&'a [u8]> {
        vector16(&mut Reader::new(self.get(ExtensionType::COOKIE)?), "cookie").ok()
    }

    /// Whether keys are bound to the handshake (RFC 7627).
    pub fn has_extended_master_secret(&self) -> bool {
        self.has(ExtensionType::EXTENDED_MASTER_SECRET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Extensions without the length before them.
    fn built(all: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, content) in all {
            bytes.extend(kind.to_be_bytes());
            bytes.extend((content.len() as u16).to_be_bytes());
            bytes.extend(*content);
        }
        bytes
    }

    const ALL: &[(u16, &[u8])] = &[
        (0x2a2a, b""),
        (0, b"\0\x0e\0\0\x0bexample.org"),
        (10, b"\0\x06\x11\xec\0\x1d\0\x17"),
        (13, b"\0\x04\x04\x03\x08\x04"),
        (14, b"\0\x04\0\x01\0\x07\x02hi"),
        (16, b"\0\x12\x06webrtc\x0ac-webrtc-x"),
        (23, b""),
        (43, b"\x04\xfe\xfc\xfe\xfd"),
        (44, b"\0\x03abc"),
        (51, b"\0\x0f\x11\xec\0\x03abc\0\x1d\0\x04defg"),
        (54, b"\x02cd"),
        (54, b"\x01x"),
    ];

    #[test]
    fn each_is_read() {
        let bytes = built(ALL);
        let (extensions, damage) = Extensions::decode(&mut Reader::new(&bytes));
        assert_eq!((extensions.iter().count(), damage), (ALL.len(), None));
        assert!(extensions.iter().next().unwrap().kind.is_grease());
        assert_eq!(extensions.server_name().as_deref(), Some("example.org"));
        assert_eq!(
            extensions.supported_groups(),
            [NamedGroup::X25519MLKEM768, NamedGroup::X25519, NamedGroup::SECP256R1]
        );
        assert_eq!(
            extensions.signature_schemes(),
            [
                SignatureScheme::ECDSA_SECP256R1_SHA256,
                SignatureScheme::RSA_PSS_RSAE_SHA256
            ]
        );
        let srtp = extensions.use_srtp().unwrap();
        assert_eq!(
            srtp.profiles,
            [
                SrtpProfile::SRTP_AES128_CM_HMAC_SHA1_80,
                SrtpProfile::SRTP_AEAD_AES_128_GCM
            ]
        );
        assert_eq!(srtp.mki, b"hi");
        assert_eq!(extensions.alpn(), ["webrtc", "c-webrtc-x"]);
        assert!(extensions.has_extended_master_secret());
        assert_eq!(extensions.supported_versions(), [Version::DTLS_1_3, Version::DTLS_1_2]);
        assert_eq!(extensions.cookie(), Some(&b"abc"[..]));
        assert_eq!(
            extensions.client_key_shares(),
            [(NamedGroup::X25519MLKEM768, 3), (NamedGroup::X25519, 4)]
        );
        assert_eq!(extensions.connection_id(), Some(&b"cd"[..]), "the first counts");
        assert_eq!(extensions.selected_version(), None);
    }

    #[test]
    fn a_server_chooses() {
        let bytes = built(&[(43, b"\xfe\xfc"), (51, b"\0\x1d\0\x01x")]);
        let (extensions, _) = Extensions::decode(&mut Reader::new(&bytes));
        assert_eq!(extensions.selected_version(), Some(Version::DTLS_1_3));
        assert_eq!(extensions.selected_group(), Some(NamedGroup::X25519));
        assert_eq!(extensions.use_srtp(), None);
    }

    #[test]
    fn every_cut_keeps_what_came_before() {
        let bytes = built(ALL);
        for cut in 0..bytes.len() {
            let (extensions, damage) = Extensions::decode(&mut Reader::new(&bytes[..cut]));
            let whole = built(&ALL[..extensions.iter().count()]).len();
            assert_eq!(damage.is_none(), whole == cut, "{cut}");
            assert!(whole <= cut);
        }
    }

    #[test]
    fn contents_that_lie_give_nothing() {
        for (kind, _) in ALL {
            for content in [&b""[..], b"\xff", b"\xff\xff", b"\0\xff\x01"] {
                let bytes = built(&[(*kind, content)]);
                let (extensions, damage) = Extensions::decode(&mut Reader::new(&bytes));
                assert_eq!(damage, None);
                assert!(extensions.server_name().is_none() && extensions.use_srtp().is_none());
                assert!(extensions.supported_groups().is_empty() && extensions.client_key_shares().is_empty());
                assert!(extensions.alpn().is_empty() && extensions.cookie().is_none());
                assert!(extensions.connection_id().is_none_or(<[u8]>::is_empty));
            }
        }
    }
}
