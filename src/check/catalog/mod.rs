//! The catalog: every finding that the program can make, with what it means and what to do.
//!
//! A check can only fire an [`Entry`], so a finding without an explanation does not compile. Each subject has a table
//! of its own; [`all`] is all of them.

pub mod candidates;
pub mod loopback;
pub mod pcap;
pub mod sdp;
pub mod sdp_lint;
pub mod sdp_pair;
pub mod stats;

use crate::proto::sdp::attribute;
use crate::report::{Evidence, Finding, Severity, explain};

/// What there is to say about one kind of finding, once and for all.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Kebab-case, stable, unique.
    pub code: &'static str,
    /// How bad it is by itself; a check may lower it where the rest works.
    pub severity: Severity,
    /// One line, without a full stop.
    pub title: &'static str,
    /// What it means.
    pub what: &'static str,
    /// Why it happens.
    pub why: &'static str,
    /// How to fix it; the `advice` of the finding.
    pub fix: &'static str,
    /// The text it follows.
    pub reference: &'static str,
}

impl Entry {
    /// A finding of this kind about `subject`.
    pub fn finding(&self, subject: impl Into<String>, summary: impl Into<String>, evidence: Vec<Evidence>) -> Finding {
        Finding {
            code: self.code.to_owned(),
            severity: self.severity,
            subject: subject.into(),
            summary: summary.into(),
            evidence,
            advice: self.fix.to_owned(),
            reference: self.reference.to_owned(),
        }
    }
}

impl From<&Entry> for explain::Entry {
    fn from(entry: &Entry) -> explain::Entry {
        explain::Entry {
            topic: "finding".to_owned(),
            code: entry.code.to_owned(),
            severity: Some(entry.severity),
            title: entry.title.to_owned(),
            what: entry.what.to_owned(),
            why: Some(entry.why.to_owned()),
            fix: entry.fix.to_owned(),
            reference: entry.reference.to_owned(),
            ..explain::Entry::default()
        }
    }
}

/// Every entry, in the order of the subjects.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    let tables = [
        candidates::ALL,
        loopback::ALL,
        pcap::ALL,
        sdp::ALL,
        sdp_lint::ALL,
        sdp_pair::ALL,
        stats::ALL,
    ];
    tables.into_iter().flatten().copied()
}

/// The entry with this code.
pub fn find(code: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.code == code)
}

/// The entries that are about a line of SDP, `m=` or `a=setup`: those whose code or texts name it.
pub fn about(line: &str) -> impl Iterator<Item = &'static Entry> + use<'_> {
    all().filter(move |entry| {
        let texts = [entry.title, entry.what, entry.fix];
        let own = line.strip_prefix("a=").filter(|name| !name.is_empty());
        (own.is_some() && attribute_of(entry.code) == own) || texts.iter().any(|text| names(text, line))
    })
}

/// The attribute that a code begins with, the longest one: `sdp-rtcp-mux-missing` is about `rtcp-mux`, not `rtcp`.
fn attribute_of(code: &str) -> Option<&'static str> {
    let rest = code.strip_prefix("sdp-")?;
    let begins = ["answer-", "bundle-", "reoffer-"]
        .iter()
        .find_map(|begin| rest.strip_prefix(begin));
    let rest = begins.unwrap_or(rest);
    let is_it = |name: &str| {
        let after = rest.strip_prefix(name);
        after.is_some_and(|after| after.is_empty() || after.starts_with('-') || after.starts_with("s-"))
    };
    let names = attribute::ALL.iter().map(|known| known.name).filter(|name| is_it(name));
    names.max_by_key(|name| name.len())
}

/// Whether a text has the beginning of a line in backquotes, whole: `a=rtcp-mux` is not `a=rtcp`.
fn names(text: &str, line: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '-');
    text.split('`').skip(1).step_by(2).any(|code| {
        let rest = code.strip_prefix(line);
        rest.is_some_and(|rest| line.ends_with('=') || !goes_on(rest))
    })
}

/// Declares entries as constants, and `ALL` of them.
macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident, $title:literal {
        what: $what:literal, why: $why:literal, fix: $fix:literal, reference: $reference:literal $(,)?
    })+) => {
        $(
            #[doc = $title]
            $(#[$doc])*
            pub const $name: &$crate::check::catalog::Entry = &$crate::check::catalog::Entry {
                code: $code,
                severity: $crate::report::Severity::$severity,
                title: $title,
                what: $what,
                why: $why,
                fix: $fix,
                reference: $reference,
            };
        )+
        /// Every entry of this table.
        pub const ALL: &[&$crate::check::catalog::Entry] = &[$($name),+];
    };
}
pub(crate) use entries;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut codes: Vec<_> = all().map(|entry| entry.code).collect();
        for code in &codes {
            assert!(
                code.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{code}"
            );
        }
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count, "a code stands twice");
    }

    #[test]
    fn findings_about_a_line_are_those_that_name_it() {
        let codes = |line: &str| about(line).map(|entry| entry.code).collect::<Vec<_>>();
        assert!(codes("a=setup").contains(&"sdp-setup-actpass-in-answer"));
        assert!(
            codes("a=rtcp-mux").contains(&"sdp-rtcp-mux-missing") && !codes("a=rtcp").contains(&"sdp-rtcp-mux-missing")
        );
        assert!(codes("o=").contains(&"sdp-bad-origin") && codes("a=no-such").is_empty());
    }

    #[test]
    fn every_entry_says_something() {
        for entry in all() {
            for text in [entry.what, entry.why, entry.fix] {
                assert!(
                    text.len() > 20 && text.ends_with(['.', '`']),
                    "{}: {text:?}",
                    entry.code
                );
            }
            assert!(
                !entry.title.ends_with('.') && !entry.reference.is_empty(),
                "{}",
                entry.code
            );
        }
    }
}
