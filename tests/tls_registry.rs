//! The registries of TLS and DTLS against IANA's lists.

#[path = "support/iana.rs"]
mod lists;

use std::fmt::Display;

use lists::{ascending, iana};
use rtcdiag::proto::registry::Entry;
use rtcdiag::proto::tls::{
    AlertDescription, AlertLevel, CipherSuite, ClientCertificateType, ContentType, CurveType, ExtensionType,
    HandshakeType, NamedGroup, SignatureScheme, SrtpProfile, Version,
};

/// Every line of a list is in the table, under its name and with its RFC.
fn holds<T: Display + PartialEq>(csv: &str, at_least: usize, make: impl Fn(u16) -> T, entries: &[Entry<T>]) {
    let list = iana(csv);
    assert!(list.len() >= at_least);
    for (number, name, reference) in list {
        let entry = entries.iter().find(|entry| entry.value == make(number));
        let entry = entry.unwrap_or_else(|| panic!("0x{number:04x} {name} is missing"));
        assert_eq!(entry.name, name, "0x{number:04x}");
        let reference = reference
            .strip_prefix("RFC")
            .map_or(reference.to_owned(), |number| format!("RFC {number}"));
        assert!(
            entry.reference.starts_with(&reference) || reference.starts_with(entry.reference),
            "{name}: {} {reference}",
            entry.reference
        );
    }
}

#[test]
fn cipher_suites_are_ianas() {
    let list = include_str!("../fixtures/iana/tls-cipher-suites.csv");
    holds(list, 350, CipherSuite, CipherSuite::ALL);
}

#[test]
fn groups_are_ianas() {
    let list = include_str!("../fixtures/iana/tls-groups.csv");
    holds(list, 50, NamedGroup, NamedGroup::ALL);
}

#[test]
fn signature_schemes_are_ianas() {
    let list = include_str!("../fixtures/iana/tls-signature-schemes.csv");
    holds(list, 35, SignatureScheme, SignatureScheme::ALL);
}

#[test]
fn the_lists_ascend_so_that_a_search_finds_every_line() {
    assert!(ascending(CipherSuite::ALL) && ascending(NamedGroup::ALL) && ascending(SignatureScheme::ALL));
    assert!(ascending(AlertDescription::ALL) && ascending(AlertLevel::ALL) && ascending(ExtensionType::ALL));
    assert!(ascending(ContentType::ALL) && ascending(HandshakeType::ALL) && ascending(Version::ALL));
    assert!(ascending(SrtpProfile::ALL) && ascending(CurveType::ALL) && ascending(ClientCertificateType::ALL));
}

#[test]
fn every_alert_says_what_it_means() {
    for entry in AlertDescription::ALL {
        assert!(!entry.note.is_empty(), "{}", entry.name);
    }
}
