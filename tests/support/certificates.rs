//! A certificate authority of our own, and servers' certificates good and bad.

use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, SanType,
    date_time_ymd,
};

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing: good for localhost, 127.0.0.1, ::1 and the servers of [`super::namespaces`].
    None,
    /// Ended years ago.
    Expired,
    /// Good for `turn.example.org` only.
    WrongName,
}

/// Files in PEM.
#[derive(Clone, Debug)]
pub struct Files {
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Writes an authority and a certificate that it signed to `folder`.
pub fn make(folder: &std::path::Path, flaw: Flaw) -> Files {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
        .distinguished_name
        .push(DnType::CommonName, "rtcdiag test authority");
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");

    let mut params = CertificateParams::default();
    params.subject_alt_names = match flaw {
        Flaw::WrongName => vec![dns("turn.example.org")],
        _ => vec![
            dns("localhost"),
            SanType::IpAddress("127.0.0.1".parse().expect("an address")),
            SanType::IpAddress("::1".parse().expect("an address")),
            SanType::IpAddress(super::namespaces::server(0)),
            SanType::IpAddress(super::namespaces::server(1)),
        ],
    };
    params
        .distinguished_name
        .push(DnType::CommonName, "rtcdiag test server");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = match flaw {
        Flaw::Expired => date_time_ymd(2021, 1, 1),
        _ => date_time_ymd(2999, 1, 1),
    };
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &authority).expect("a certificate");

    let write = |name: &str, text: String| {
        let file = folder.join(name);
        std::fs::write(&file, text).expect("the folder can be written to");
        file
    };
    Files {
        authority: write("authority.pem", authority.pem()),
        certificate: write("certificate.pem", certificate.pem()),
        key: write("key.pem", key.serialize_pem()),
    }
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("a DNS name"))
}
