//! What ICMP errors mean.

use std::net::IpAddr;

use crate::capture::IcmpError;

/// What an ICMP error means (RFC 792, RFC 4443).
pub fn meaning(error: &IcmpError) -> &'static str {
    match (error.from, error.kind, error.code) {
        (IpAddr::V4(_), 3, 0) => "network unreachable",
        (IpAddr::V4(_), 3, 1) => "host unreachable",
        (IpAddr::V4(_), 3, 2) => "protocol unreachable",
        (IpAddr::V4(_), 3, 3) => "port unreachable",
        (IpAddr::V4(_), 3, 4) => "fragmentation needed",
        (IpAddr::V4(_), 3, 9 | 10 | 13) => "administratively prohibited",
        (IpAddr::V4(_), 3, _) => "destination unreachable",
        (IpAddr::V4(_), 5, _) => "redirect",
        (IpAddr::V4(_), 11, 0) => "time to live exceeded",
        (IpAddr::V4(_), 11, _) => "fragments not put together in time",
        (IpAddr::V4(_), 12, _) => "header not understood",
        (IpAddr::V6(_), 1, 0) => "no route",
        (IpAddr::V6(_), 1, 1) => "administratively prohibited",
        (IpAddr::V6(_), 1, 3) => "address unreachable",
        (IpAddr::V6(_), 1, 4) => "port unreachable",
        (IpAddr::V6(_), 1, _) => "destination unreachable",
        (IpAddr::V6(_), 2, _) => "packet too big",
        (IpAddr::V6(_), 3, 0) => "hop limit exceeded",
        (IpAddr::V6(_), 3, _) => "fragments not put together in time",
        (IpAddr::V6(_), 4, _) => "header not understood",
        _ => "unknown error",
    }
}
