//! Hashes of certificates, known by their shape: `ab:cd:...` or `abcd...`, at least as long as a SHA-1.

use std::collections::HashMap;
use std::ops::Range;

/// The fingerprints seen so far: 1, 2, 3, ...
#[derive(Debug, Default)]
pub struct Fingerprints {
    numbers: HashMap<String, usize>,
}

/// The octets of a SHA-1.
const SHORTEST: usize = 20;
/// What hashes have as plain digits; octets that were received are written like this too.
const OCTETS: [usize; 5] = [SHORTEST, 28, 32, 48, 64];

impl Fingerprints {
    /// What stands for the fingerprint `text`. It keeps its form, so that it is still taken for one: `00:00:...:01`.
    pub fn pseudonym(&mut self, text: &str) -> String {
        let digits = text.replace(':', "").to_ascii_lowercase();
        let width = digits.len();
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(digits).or_insert(next);
        let digits = format!("{number:0width$}");
        if !text.contains(':') {
            return digits;
        }
        let pairs: Vec<&str> = (0..width / 2).map(|octet| &digits[octet * 2..octet * 2 + 2]).collect();
        pairs.join(":")
    }
}

/// Where the fingerprints of a text stand, in order.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Pairs of digits with colons between them, up to now.
    let mut pairs = 0..0;
    let mut start = 0;
    for end in text
        .match_indices(|c: char| !c.is_ascii_hexdigit())
        .map(|(end, _)| end)
        .chain([text.len()])
    {
        let digits = end - start;
        let goes_on = !pairs.is_empty() && pairs.end + 1 == start && text[..start].ends_with(':');
        if digits == 2 && goes_on {
            pairs.end = end;
        } else {
            found.extend(long_enough(&pairs));
            pairs = if digits == 2 { start..end } else { 0..0 };
            if digits % 2 == 0 && OCTETS.contains(&(digits / 2)) {
                found.push(start..end);
            }
        }
        start = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    found.extend(long_enough(&pairs));
    found
}

fn long_enough(pairs: &Range<usize>) -> Option<Range<usize>> {
    (pairs.len() >= SHORTEST * 3 - 1).then(|| pairs.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(fingerprints: &mut Fingerprints, text: &str) -> String {
        let mut replaced = text.to_owned();
        for place in places(text).into_iter().rev() {
            let pseudonym = fingerprints.pseudonym(&text[place.clone()]);
            replaced.replace_range(place, &pseudonym);
        }
        replaced
    }

    #[test]
    fn they_keep_their_form() {
        let mut fingerprints = Fingerprints::default();
        let pairs = vec!["ab"; 32].join(":");
        let one = format!("{}01", "00:".repeat(31));
        for (text, redacted) in [
            (format!("sha-256 {pairs}."), format!("sha-256 {one}.")),
            (format!("certificate:{pairs}:"), format!("certificate:{one}:")),
            (pairs.to_uppercase(), one.clone()),
            ("AB".repeat(32), format!("{:064x}", 1)),
            ("cd".repeat(20), format!("{:040x}", 2)),
            (format!("ü{}ü", "cd".repeat(20)), format!("ü{:040x}ü", 2)),
        ] {
            assert_eq!(replace(&mut fingerprints, &text), redacted, "{text}");
        }
    }

    #[test]
    fn shorter_ones_are_none() {
        for text in ["", "0011223344556677889900aa", "12:34:56", "dead:beef::", ":::", "ü"] {
            assert_eq!(places(text), [], "{text}");
        }
    }
}
