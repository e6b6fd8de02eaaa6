//! The words that checks share: what an attempt shows, sentences, counts.

use crate::report::candidates::Attempt;
use crate::report::{Evidence, Finding, Severity};

/// What one attempt shows: who asked whom, and how it ended.
pub fn evidence(attempt: &Attempt) -> Evidence {
    let local = attempt.local.map(|local| format!(" {local} ->")).unwrap_or_default();
    let address = attempt.address.map(|address| format!(" {address}")).unwrap_or_default();
    let step = attempt.deciding_step();
    let value = match (step, &attempt.error) {
        (Some(step), Some(error)) => {
            let said = error
                .reason
                .clone()
                .or_else(|| step.detail.clone())
                .unwrap_or_else(|| error.kind.to_string());
            let code = error.code.map(|code| format!("{code} ")).unwrap_or_default();
            format!("{}: {code}{said}", step.step)
        }
        (Some(step), None) => format!(
            "{}: {}",
            step.step,
            step.detail.as_deref().unwrap_or(attempt.outcome.name())
        ),
        (None, Some(error)) => error.reason.clone().unwrap_or_else(|| error.kind.to_string()),
        (None, None) => attempt.outcome.name().to_owned(),
    };
    let mut fact = Evidence::new(format!("{}{local}{address}", attempt.transport), value);
    fact.at_s = step.map(|step| ((step.started_ms + step.took_ms) * 1000.0).round() / 1e6);
    fact
}

/// Makes `finding` at most as bad as `most`.
pub fn lower(finding: &mut Finding, most: Severity) {
    finding.severity = finding.severity.min(most);
}

/// `text` with a capital letter, unless it begins with a name, and one full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let word = text.split(' ').next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if word.chars().all(|letter| letter.is_ascii_lowercase()) => {
            format!("{}{}.", first.to_ascii_uppercase(), letters.as_str())
        }
        _ => format!("{text}."),
    }
}

/// `one server`, `2 servers`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("one {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// `once`, `twice`, `5 times`.
pub fn times(number: u64) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{number} times"),
    }
}

/// With a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        assert_eq!(sentence("it has slashes"), "It has slashes.");
        assert_eq!(sentence("iceServers[0] has `url`."), "iceServers[0] has `url`.");
        assert_eq!(sentence("`x` is odd"), "`x` is odd.");
        assert_eq!(sentence(""), ".");
    }
}
