//! Reads the lists of `fixtures/iana`.

use rtcdiag::proto::registry::Entry;

/// The lines of one of IANA's lists: number, name, reference. Ranges, which have no name of their own, are left out.
pub fn iana(csv: &str) -> Vec<(u16, &str, &str)> {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    csv.lines()
        .filter_map(|line| {
            let mut columns = line.splitn(3, ',');
            Some((number(columns.next()?)?, columns.next()?, columns.next()?))
        })
        .collect()
}

/// Whether each number stands after the one before it.
pub fn ascending<T: Ord + Copy>(entries: &[Entry<T>]) -> bool {
    entries.windows(2).all(|pair| pair[0].value < pair[1].value)
}
