//! What ICMP and ICMPv6 errors mean.

/// The name of an ICMP (RFC 792, RFC 1812 §5.2.7.1) or ICMPv6 (RFC 4443 §3) error.
pub const fn name(v6: bool, kind: u8, code: u8) -> &'static str {
    match (v6, kind, code) {
        (false, 3, 0 | 6) => "network unreachable",
        (false, 3, 1 | 7) => "host unreachable",
        (false, 3, 2) => "protocol unreachable",
        (false, 3, 3) | (true, 1, 4) => "port unreachable",
        (false, 3, 4) => "fragmentation needed",
        (false, 3, 9 | 10 | 13) | (true, 1, 1) => "administratively prohibited",
        (true, 1, 0) => "no route to destination",
        (true, 1, 2) => "beyond the scope of the source address",
        (true, 1, 3) => "address unreachable",
        (true, 1, 5) => "source address failed policy",
        (true, 1, 6) => "route rejected",
        (false, 3, _) | (true, 1, _) => "destination unreachable",
        (true, 2, _) => "packet too big",
        (false, 4, _) => "source quench",
        (false, 5, _) => "redirect",
        (false, 11, 0) | (true, 3, 0) => "time to live exceeded",
        (false, 11, _) | (true, 3, _) => "fragments not put together in time",
        (false, 12, _) | (true, 4, _) => "parameter problem",
        _ => "unknown error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_both_families() {
        assert_eq!(
            (name(false, 3, 3), name(true, 1, 4)),
            ("port unreachable", "port unreachable")
        );
        assert_eq!(
            (name(false, 3, 99), name(true, 1, 99)),
            ("destination unreachable", "destination unreachable")
        );
        assert_eq!(
            (name(false, 1, 4), name(true, 200, 0)),
            ("unknown error", "unknown error")
        );
    }
}
