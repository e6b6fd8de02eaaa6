//! The STUN registries against IANA's lists, and against the numbers met in the field.

#[path = "support/iana.rs"]
mod lists;

use std::collections::BTreeSet;

use lists::{ascending, iana};
use rtcdiag::proto::stun::{AttributeType, ErrorCode, Method, PasswordAlgorithm, Value};

/// Letters and digits only, lower case: spelling apart, two names are the same.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// A name of IANA's, or the one that a reserved number had before. `None`: only reserved.
fn name_of(listed: &str) -> Option<&str> {
    match listed.strip_prefix("Reserved") {
        None => Some(listed),
        Some(rest) => rest.strip_prefix(" (was ")?.strip_suffix(')'),
    }
}

#[test]
fn attributes_are_ianas() {
    let list = iana(include_str!("../fixtures/iana/stun-attributes.csv"));
    assert!(list.len() > 60);
    for (number, listed, reference) in list {
        let entry = AttributeType(number).entry();
        let Some(name) = name_of(listed) else {
            continue;
        };
        let entry = entry.unwrap_or_else(|| panic!("0x{number:04x} {name} is missing"));
        let known = plain(entry.name);
        // IANA's name of these two has lost its first word since the program that uses them shipped.
        assert!(
            known == plain(name) || known == format!("meta{}", plain(name)),
            "0x{number:04x}: {known} {name}"
        );
        if reference.starts_with("RFC") && !listed.starts_with("Reserved") && number != 0x8027 {
            let rfc = &reference[3..7];
            assert!(
                entry.reference.starts_with(&format!("RFC {rfc}")),
                "{name}: {} {reference}",
                entry.reference
            );
        }
    }
}

#[test]
fn methods_are_ianas() {
    for (number, listed, _) in iana(include_str!("../fixtures/iana/stun-methods.csv")) {
        let expected = name_of(listed).map(plain);
        assert_eq!(Method(number).name().map(plain), expected, "0x{number:03x}");
    }
}

#[test]
fn error_codes_are_ianas() {
    for (number, name, reference) in iana(include_str!("../fixtures/iana/stun-error-codes.csv")) {
        let entry = ErrorCode(number)
            .entry()
            .unwrap_or_else(|| panic!("{number} is missing"));
        assert_eq!(entry.name, name);
        assert!(
            entry.reference.starts_with(&format!("RFC {}", &reference[3..7])),
            "{number}: {}",
            entry.reference
        );
    }
}

#[test]
fn the_lists_ascend_so_that_a_search_finds_every_line() {
    assert!(ascending(AttributeType::ALL) && ascending(Method::ALL) && ascending(ErrorCode::ALL));
    assert!(ascending(PasswordAlgorithm::ALL));
    for entry in AttributeType::ALL {
        assert_eq!(entry.value.name(), Some(entry.name));
        assert!(!entry.reference.is_empty(), "{}", entry.name);
    }
}

#[test]
fn numbers_met_in_the_field_are_known() {
    let single = [
        0x000f, 0x0010, 0x0011, 0x0027, 0x0028, 0x0030, 0x0101, 0x0103, 0x0800, 0x24df, 0x3802, 0x4007, 0x8006, 0x8008,
        0x8010, 0x8020, 0x802f, 0x8032, 0x8036, 0x8037, 0x8039, 0x8050, 0x8054, 0x8055, 0x8068, 0x8070, 0x8090, 0x8095,
        0xc001, 0xc05e, 0xff00, 0xff03, 0xff04, 0xff05,
    ];
    let ranges = [0x4000..=0x4004, 0x8056..=0x8062];
    for number in single.into_iter().chain(ranges.into_iter().flatten()) {
        assert!(AttributeType(number).name().is_some(), "0x{number:04x}");
    }
}

#[test]
fn every_number_of_the_project_s_checklists_is_known() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/reference/protocol-checklists.md"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {path} is not there");
        return;
    };
    let start = text.find("Private or unregistered").unwrap_or(0);
    let end = text.find("### (b)").unwrap_or(text.len());
    let mut seen = BTreeSet::new();
    for line in text[start..end].lines().filter(|line| line.starts_with("| 0x")) {
        let cell = line.split('|').nth(1).unwrap_or("");
        for part in cell.split([',', '/']) {
            let mut ends = part
                .split('–')
                .map(|end| u16::from_str_radix(end.trim().trim_start_matches("0x"), 16));
            let first = ends.next().unwrap().unwrap();
            let last = ends.next().map_or(first, Result::unwrap);
            seen.extend(first..=last);
        }
    }
    assert!(seen.len() > 40, "{seen:x?}");
    for number in seen {
        assert!(AttributeType(number).name().is_some(), "0x{number:04x}");
    }
}

#[test]
fn an_unknown_number_keeps_its_octets() {
    use rtcdiag::proto::stun::{Builder, Class, Message, TransactionId};
    let kind = AttributeType(0x5345);
    let bytes = Builder::new(Class::Request, Method(0xfff), TransactionId::new([1; 12]))
        .attribute(kind, b"?")
        .build();
    let message = Message::decode(&bytes).unwrap();
    assert_eq!(message.get(kind), Some(Value::Bytes(b"?")));
    assert_eq!(
        (message.method().to_string(), kind.to_string()),
        ("0xfff".into(), "0x5345".into())
    );
    assert!(kind.is_comprehension_required() && !AttributeType::SOFTWARE.is_comprehension_required());
}
