//! [`spoil`]: a description as a fault changes it on its way.

use super::model::Fault;
use crate::net::peer::Side;

/// The description as it is told to the other end, if a fault changes it.
pub fn spoil(fault: Fault, side: Side, sdp: &str) -> Option<String> {
    let line = |line: &str| -> Option<String> {
        match (fault, side) {
            (Fault::WrongFingerprint, Side::Offerer) => {
                let (name, digest) = line.strip_prefix("a=fingerprint:")?.split_once(' ')?;
                let other = if digest.starts_with('0') { "1" } else { "0" };
                Some(format!("a=fingerprint:{name} {other}{}", digest.get(1..)?))
            }
            (Fault::WrongPassword, Side::Offerer) => {
                line.strip_prefix("a=ice-pwd:")?;
                Some("a=ice-pwd:thisIsNotThePassword24ch".to_owned())
            }
            // The offerer, told that the other end is passive, becomes the client, as the other end is already.
            (Fault::DtlsRoleClash, Side::Answerer) => {
                line.strip_prefix("a=setup:active")?;
                Some("a=setup:passive".to_owned())
            }
            (Fault::NoCandidates, _) => line.strip_prefix("a=candidate:").map(|_| String::new()),
            _ => None,
        }
    };
    let mut changed = false;
    let mut told = String::with_capacity(sdp.len());
    for original in sdp.split_inclusive("\r\n") {
        match line(original.trim_end()) {
            Some(other) => {
                changed = true;
                if !other.is_empty() {
                    told.push_str(&other);
                    told.push_str("\r\n");
                }
            }
            None => told.push_str(original),
        }
    }
    changed.then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\na=setup:active\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
        a=fingerprint:sha-256 0A:BC\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n";

    #[test]
    fn faults_change_one_line_and_no_other() {
        for (fault, side, from, to) in [
            (Fault::WrongFingerprint, Side::Offerer, "0A:BC", "1A:BC"),
            (Fault::DtlsRoleClash, Side::Answerer, "setup:active", "setup:passive"),
            (
                Fault::WrongPassword,
                Side::Offerer,
                "0123456789012345678901",
                "thisIsNotThePassword24ch",
            ),
            (
                Fault::NoCandidates,
                Side::Answerer,
                "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n",
                "",
            ),
        ] {
            assert_eq!(spoil(fault, side, SDP), Some(SDP.replace(from, to)), "{fault:?}");
        }
        assert_eq!(spoil(Fault::WrongPassword, Side::Answerer, SDP), None);
        assert_eq!(spoil(Fault::PeerDies, Side::Offerer, SDP), None);
    }
}
