//! What is to say about the reading itself: damage, and files that hold no call.

use crate::check::catalog::stats::{DAMAGED, EMPTY, TRUNCATED};
use crate::check::words::capital;
use crate::report::{Evidence, Finding};
use crate::stats::{Damage, Dump};

/// Findings about what could not be read. `file` is what it is called.
pub fn check(dump: &Dump, file: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (fatal, passed): (Vec<_>, Vec<_>) = dump.damage.iter().partition(|damage| damage.fatal);
    if let Some(damage) = fatal.first() {
        let summary = format!(
            "{}, at octet {}; what is before it was read.",
            capital(&damage.what),
            damage.offset
        );
        findings.push(TRUNCATED.finding(file, summary, vec![evidence(damage)]));
    }
    if let Some(damage) = passed.first() {
        let summary = match passed.len() {
            1 => format!(
                "{}, at octet {}; the rest was read.",
                capital(&damage.what),
                damage.offset
            ),
            count => format!(
                "In {count} places, first at octet {}; the rest was read.",
                damage.offset
            ),
        };
        let evidence = passed.iter().take(5).map(|damage| evidence(damage)).collect();
        findings.push(DAMAGED.finding(file, summary, evidence));
    }
    if dump.peer_connections.is_empty() {
        let calls = match dump.media_calls.len() {
            0 => "Nothing is in it but its head.".to_owned(),
            count => format!("There are {count} entries about getUserMedia, and nothing else."),
        };
        findings.push(EMPTY.finding(file, calls, Vec::new()));
    }
    findings
}

fn evidence(damage: &Damage) -> Evidence {
    Evidence::new(format!("octet {}", damage.offset), damage.what.clone())
}
