//! The words that the checks of a capture share.

use std::fmt::Display;
use std::time::Duration;

use crate::datagram::Seen;
use crate::report::Evidence;

/// A fact with its frame and its time.
pub fn fact(seen: Seen, id: impl Display, value: impl Display) -> Evidence {
    let mut evidence = Evidence::new(id.to_string(), value.to_string());
    evidence.frame = Some(seen.frame);
    evidence.at_s = Some((seen.at.since_start().as_secs_f64() * 1e6).round() / 1e6);
    evidence
}

/// A duration as one says it: `40 ms`, `1.2 s`, `35 s`.
pub fn lasted(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    }
}
