//! What a server's certificate says, and what is wrong with it.
//!
//! Everything is kept as it was presented; text from a certificate is outside text and must be escaped before it
//! reaches a terminal.

use std::fmt;

use rustls::CertificateError;
use sha2::{Digest, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// One certificate of the presented chain. The texts are empty where the certificate could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateInfo {
    /// The subject's distinguished name, as `CN=..., O=...`.
    pub subject: String,
    /// The issuer's distinguished name.
    pub issuer: String,
    /// The subject alternative names: DNS names and IP addresses, in order.
    pub names: Vec<String>,
    /// Start of validity, in seconds since 1970.
    pub not_before: i64,
    /// End of validity, in seconds since 1970.
    pub not_after: i64,
    /// Subject and issuer are the same.
    pub self_signed: bool,
    /// SHA-256 of the certificate, as lower-case hex.
    pub sha256: String,
    /// Why the certificate could not be read, if so.
    pub unreadable: Option<String>,
}

impl CertificateInfo {
    /// Reads one DER certificate. Never fails: what cannot be read is said in `unreadable`.
    pub fn from_der(der: &[u8]) -> CertificateInfo {
        let sha256 = Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect();
        let certificate = match X509Certificate::from_der(der) {
            Ok((_, certificate)) => certificate,
            Err(error) => {
                return CertificateInfo {
                    sha256,
                    unreadable: Some(error.to_string()),
                    ..CertificateInfo::default()
                };
            }
        };
        let names = match certificate.subject_alternative_name() {
            Ok(Some(extension)) => extension.value.general_names.iter().filter_map(general_name).collect(),
            _ => Vec::new(),
        };
        CertificateInfo {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            names,
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            self_signed: certificate.subject().as_raw() == certificate.issuer().as_raw(),
            sha256,
            unreadable: None,
        }
    }
}

fn general_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => match octets.len() {
            4 => <[u8; 4]>::try_from(*octets)
                .ok()
                .map(|o| std::net::Ipv4Addr::from(o).to_string()),
            16 => <[u8; 16]>::try_from(*octets)
                .ok()
                .map(|o| std::net::Ipv6Addr::from(o).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a client may believe that it talks to the server it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The chain leads to a trusted root, and name and dates are right.
    Trusted,
    /// The certificate is for other names.
    NameMismatch {
        /// The name asked for.
        expected: String,
        /// The names it is for.
        presented: Vec<String>,
    },
    /// A certificate of the chain is past its end.
    Expired {
        /// When it ended, in seconds since 1970.
        not_after: i64,
    },
    /// A certificate of the chain is not valid yet.
    NotYetValid {
        /// When it begins, in seconds since 1970.
        not_before: i64,
    },
    /// No chain to a trusted root.
    Untrusted {
        /// The server's certificate is signed by itself.
        self_signed: bool,
        /// What the verifier said.
        reason: String,
    },
    /// Anything else, a server that did not prove to hold the key among it.
    Other(String),
}

impl Verdict {
    /// Whether nothing is wrong.
    pub const fn is_trusted(&self) -> bool {
        matches!(self, Verdict::Trusted)
    }

    /// Sorts what the verifier said about the certificate `leaf`, asked for as `expected`.
    pub(super) fn from_error(error: &rustls::Error, leaf: &CertificateInfo, expected: &str) -> Verdict {
        let rustls::Error::InvalidCertificate(error) = error else {
            return Verdict::Untrusted {
                self_signed: leaf.self_signed,
                reason: error.to_string(),
            };
        };
        let seconds = |time: &rustls::pki_types::UnixTime| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        match error {
            CertificateError::Expired => Verdict::Expired {
                not_after: leaf.not_after,
            },
            CertificateError::ExpiredContext { not_after, .. } => Verdict::Expired {
                not_after: seconds(not_after),
            },
            CertificateError::NotValidYet => Verdict::NotYetValid {
                not_before: leaf.not_before,
            },
            CertificateError::NotValidYetContext { not_before, .. } => Verdict::NotYetValid {
                not_before: seconds(not_before),
            },
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Verdict::NameMismatch {
                    expected: expected.to_owned(),
                    presented: leaf.names.clone(),
                }
            }
            CertificateError::UnknownIssuer | CertificateError::Revoked | CertificateError::BadSignature => {
                Verdict::Untrusted {
                    self_signed: leaf.self_signed,
                    reason: error.to_string(),
                }
            }
            // A self-signed authority used as a server certificate has an error of its own.
            _ if leaf.self_signed => Verdict::Untrusted {
                self_signed: true,
                reason: error.to_string(),
            },
            _ => Verdict::Other(error.to_string()),
        }
    }

    /// What the dates of `leaf` say at `now`, in seconds since 1970.
    pub(super) fn from_dates(leaf: &CertificateInfo, now: i64) -> Option<Verdict> {
        if leaf.unreadable.is_some() {
            None
        } else if now > leaf.not_after {
            Some(Verdict::Expired {
                not_after: leaf.not_after,
            })
        } else if now < leaf.not_before {
            Some(Verdict::NotYetValid {
                not_before: leaf.not_before,
            })
        } else {
            None
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Trusted => write!(f, "trusted"),
            Verdict::NameMismatch { expected, presented } if presented.is_empty() => {
                write!(f, "certificate names no host, asked for {expected}")
            }
            Verdict::NameMismatch { expected, presented } => {
                write!(f, "certificate is for {}, asked for {expected}", presented.join(", "))
            }
            Verdict::Expired { .. } => write!(f, "certificate has expired"),
            Verdict::NotYetValid { .. } => write!(f, "certificate is not valid yet"),
            Verdict::Untrusted { self_signed: true, .. } => write!(f, "certificate is self-signed"),
            Verdict::Untrusted { reason, .. } => write!(f, "certificate is not trusted: {reason}"),
            Verdict::Other(reason) => write!(f, "certificate is not valid: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["turn.example.org".into(), "192.0.2.1".into()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "turn");
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn reads_a_certificate() {
        let info = CertificateInfo::from_der(&certificate());
        assert_eq!(info.subject, "CN=turn");
        assert_eq!(info.issuer, "CN=turn");
        assert_eq!(info.names, ["turn.example.org", "192.0.2.1"]);
        assert_eq!((info.not_before, info.not_after), (1_577_836_800, 1_609_459_200));
        assert!(info.self_signed);
        assert_eq!(info.sha256.len(), 64);
        assert_eq!(info.unreadable, None);
    }

    #[test]
    fn damage_at_every_octet_is_said() {
        let der = certificate();
        for end in 0..der.len() {
            assert!(
                CertificateInfo::from_der(&der[..end]).unreadable.is_some(),
                "cut at {end}"
            );
        }
    }

    #[test]
    fn dates() {
        let info = CertificateInfo::from_der(&certificate());
        assert_eq!(
            Verdict::from_dates(&info, 1_577_836_799),
            Some(Verdict::NotYetValid {
                not_before: 1_577_836_800
            })
        );
        assert_eq!(Verdict::from_dates(&info, 1_577_836_800), None);
        assert_eq!(
            Verdict::from_dates(&info, 1_609_459_201),
            Some(Verdict::Expired {
                not_after: 1_609_459_200
            })
        );
    }
}
