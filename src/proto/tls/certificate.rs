//! [`Certificate`]: what an X.509 certificate says, and its fingerprint as `a=fingerprint` writes it (RFC 8122 §5).
//!
//! In WebRTC a certificate means nothing by its names and dates, all by its fingerprint; for `turns:` names and dates
//! count. No signature is verified here.

use std::net::{Ipv4Addr, Ipv6Addr};

use sha2::Digest;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::message::bits;

/// One certificate. Of one that cannot be read only the fingerprint is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its octets.
    pub der: Vec<u8>,
    /// The value of `a=fingerprint:sha-256`.
    pub sha256: String,
    /// What stands in it, or why it cannot be read.
    pub contents: Result<Contents, String>,
}

/// What stands in a certificate. All text is from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Whose it is: `CN=WebRTC`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Host names and addresses that it is good for (subjectAltName).
    pub names: Vec<String>,
    /// The key.
    pub key: Key,
    /// How it is signed: `ecdsa-with-SHA256`, or the object identifier.
    pub signature: String,
    /// When it becomes valid, in seconds since 1970.
    pub not_before: i64,
    /// When it ceases to be valid, in seconds since 1970.
    pub not_after: i64,
    /// Subject and issuer are the same.
    pub self_signed: bool,
}

/// The public key of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// `RSA`, `ECDSA`, `Ed25519`, …, or the object identifier.
    pub algorithm: String,
    /// The curve of an ECDSA key: `secp256r1`, …, or its object identifier.
    pub curve: Option<String>,
    /// Its strength in bits, where that is known.
    pub bits: Option<usize>,
}

impl Certificate {
    /// Reads a certificate in DER. Octets after its end belong to the fingerprint all the same.
    pub fn decode(der: &[u8]) -> Certificate {
        let contents = match X509Certificate::from_der(der) {
            Ok((_, certificate)) => Ok(Contents::of(&certificate)),
            Err(error) => Err(error.to_string()),
        };
        Certificate {
            sha256: colons(&sha2::Sha256::digest(der)),
            der: der.to_vec(),
            contents,
        }
    }

    /// The value of `a=fingerprint` by this hash, named as there, in any case; `None` for a hash that is not known.
    pub fn fingerprint(&self, hash: &str) -> Option<String> {
        Some(match hash.to_ascii_lowercase().as_str() {
            "sha-256" => self.sha256.clone(),
            "sha-1" => colons(&sha1::Sha1::digest(&self.der)),
            "sha-224" => colons(&sha2::Sha224::digest(&self.der)),
            "sha-384" => colons(&sha2::Sha384::digest(&self.der)),
            "sha-512" => colons(&sha2::Sha512::digest(&self.der)),
            "md5" => colons(&md5::Md5::digest(&self.der)),
            _ => return None,
        })
    }
}

impl Contents {
    fn of(certificate: &X509Certificate<'_>) -> Contents {
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.map_or_else(Vec::new, |names| {
            names.value.general_names.iter().filter_map(name).collect()
        });
        Contents {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            names,
            key: Key::of(certificate),
            signature: signature(&certificate.signature_algorithm.algorithm.to_id_string()),
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            self_signed: certificate.subject().as_raw() == certificate.issuer().as_raw(),
        }
    }
}

impl Key {
    fn of(certificate: &X509Certificate<'_>) -> Key {
        let info = certificate.public_key();
        let key = |algorithm: &str, curve: Option<String>, bits| Key {
            algorithm: algorithm.to_owned(),
            curve,
            bits,
        };
        match (info.parsed(), info.algorithm.algorithm.to_id_string().as_str()) {
            (Ok(PublicKey::RSA(rsa)), _) => key("RSA", None, Some(bits(rsa.modulus))),
            (Ok(PublicKey::EC(point)), _) => {
                let parameters = info.algorithm.parameters.as_ref();
                let oid = parameters
                    .and_then(|any| any.as_oid().ok())
                    .map(|oid| oid.to_id_string());
                let (curve, bits) = curve(oid.as_deref(), point.key_size());
                key("ECDSA", curve, bits)
            }
            (Ok(PublicKey::DSA(y)), _) => key("DSA", None, Some(bits(y))),
            (_, "1.3.101.112") => key("Ed25519", None, Some(256)),
            (_, "1.3.101.113") => key("Ed448", None, Some(456)),
            (_, oid) => key(oid, None, None),
        }
    }
}

/// Name and bits of a curve; `guess` is what the length of the point says.
fn curve(oid: Option<&str>, guess: usize) -> (Option<String>, Option<usize>) {
    let (name, bits) = match oid {
        Some("1.2.840.10045.3.1.7") => ("secp256r1", 256),
        Some("1.3.132.0.33") => ("secp224r1", 224),
        Some("1.3.132.0.34") => ("secp384r1", 384),
        Some("1.3.132.0.35") => ("secp521r1", 521),
        Some("1.3.132.0.10") => ("secp256k1", 256),
        Some(other) => (other, guess),
        None => return (None, (guess > 0).then_some(guess)),
    };
    (Some(name.to_owned()), (bits > 0).then_some(bits))
}

/// The name of a signature algorithm by its object identifier.
fn signature(oid: &str) -> String {
    let name = match oid {
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "rsassaPss",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        other => other,
    };
    name.to_owned()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => match octets.len() {
            4 => Some(Ipv4Addr::from(*octets.first_chunk::<4>()?).to_string()),
            16 => Some(Ipv6Addr::from(*octets.first_chunk::<16>()?).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// `AB:CD:…`.
fn colons(octets: &[u8]) -> String {
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn made(algorithm: &'static rcgen::SignatureAlgorithm) -> Vec<u8> {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let mut params = CertificateParams::new(["turn.example.org".to_owned(), "192.0.2.1".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "WebRTC");
        params.not_before = rcgen::date_time_ymd(2026, 1, 2);
        params.not_after = rcgen::date_time_ymd(2026, 2, 1);
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_of_each_kind_of_key() {
        for (algorithm, name, curve, bits) in [
            (&rcgen::PKCS_ECDSA_P256_SHA256, "ECDSA", Some("secp256r1"), 256),
            (&rcgen::PKCS_ECDSA_P384_SHA384, "ECDSA", Some("secp384r1"), 384),
            (&rcgen::PKCS_ED25519, "Ed25519", None, 256),
        ] {
            let certificate = Certificate::decode(&made(algorithm));
            let contents = certificate.contents.unwrap();
            assert_eq!((&*contents.subject, &*contents.issuer), ("CN=WebRTC", "CN=WebRTC"));
            assert_eq!(contents.names, ["turn.example.org", "192.0.2.1"]);
            assert_eq!(contents.key.algorithm, name);
            assert_eq!(contents.key.curve.as_deref(), curve);
            assert_eq!(contents.key.bits, Some(bits));
            assert_eq!(
                (contents.not_before, contents.not_after),
                (1_767_312_000, 1_769_904_000)
            );
            assert!(contents.self_signed);
        }
    }

    #[test]
    fn fingerprints_are_of_the_octets() {
        let certificate = Certificate::decode(b"abc");
        assert!(certificate.contents.is_err());
        assert_eq!(
            certificate.sha256,
            "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
        );
        assert_eq!(
            certificate.fingerprint("SHA-1").as_deref(),
            Some("A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D")
        );
        for (hash, octets) in [
            ("sha-224", 28),
            ("sha-256", 32),
            ("sha-384", 48),
            ("sha-512", 64),
            ("md5", 16),
        ] {
            assert_eq!(certificate.fingerprint(hash).unwrap().len(), octets * 3 - 1, "{hash}");
        }
        assert_eq!(certificate.fingerprint("md2"), None);
    }

    #[test]
    fn every_cut_is_said() {
        let der = made(&rcgen::PKCS_ECDSA_P256_SHA256);
        for cut in 0..der.len() {
            assert!(Certificate::decode(&der[..cut]).contents.is_err(), "{cut}");
        }
    }
}
