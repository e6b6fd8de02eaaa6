//! [`ErrorCode`]: what a server refuses with, and what that usually means.

use crate::proto::registry::registry;

registry! {
    /// The code of an ERROR-CODE attribute (RFC 8489 §14.8): class times 100, plus number.
    pub struct ErrorCode(u16), unknown "{}";
    TRY_ALTERNATE = 300, "Try Alternate", "RFC 8489 §14.8";
    BAD_REQUEST = 400, "Bad Request", "RFC 8489 §14.8";
    UNAUTHENTICATED = 401, "Unauthenticated", "RFC 8489 §14.8";
    FORBIDDEN = 403, "Forbidden", "RFC 8656 §19";
    MOBILITY_FORBIDDEN = 405, "Mobility Forbidden", "RFC 8016";
    UNKNOWN_ATTRIBUTE = 420, "Unknown Attribute", "RFC 8489 §14.8";
    ALLOCATION_MISMATCH = 437, "Allocation Mismatch", "RFC 8656 §19";
    STALE_NONCE = 438, "Stale Nonce", "RFC 8489 §14.8";
    ADDRESS_FAMILY_NOT_SUPPORTED = 440, "Address Family not Supported", "RFC 8656 §19";
    WRONG_CREDENTIALS = 441, "Wrong Credentials", "RFC 8656 §19";
    UNSUPPORTED_TRANSPORT_PROTOCOL = 442, "Unsupported Transport Protocol", "RFC 8656 §19";
    PEER_ADDRESS_FAMILY_MISMATCH = 443, "Peer Address Family Mismatch", "RFC 8656 §19";
    CONNECTION_ALREADY_EXISTS = 446, "Connection Already Exists", "RFC 6062 §6.3";
    CONNECTION_TIMEOUT_OR_FAILURE = 447, "Connection Timeout or Failure", "RFC 6062 §6.3";
    ALLOCATION_QUOTA_REACHED = 486, "Allocation Quota Reached", "RFC 8656 §19";
    ROLE_CONFLICT = 487, "Role Conflict", "RFC 8445 §7.3.1.1";
    SERVER_ERROR = 500, "Server Error", "RFC 8489 §14.8";
    INSUFFICIENT_CAPACITY = 508, "Insufficient Capacity", "RFC 8656 §19";
    GLOBAL_FAILURE = 600, "Global Failure", "RFC 3489 §11.2.9", "obsolete";
    NO_STUN_ANSWER = 701, "No STUN answer (browsers)", "W3C webrtc-pc, icecandidateerror", "never on the wire";
}

impl ErrorCode {
    /// The class: the first digit.
    pub const fn class(self) -> u16 {
        self.0 / 100
    }

    /// What it usually means in the field; one sentence.
    pub fn meaning(self) -> Option<&'static str> {
        self.texts().map(|(meaning, _)| meaning)
    }

    /// What to do; one sentence.
    pub fn advice(self) -> Option<&'static str> {
        self.texts().map(|(_, advice)| advice)
    }

    fn texts(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::TRY_ALTERNATE => (
                "This server sends its clients to another one, which it names in ALTERNATE-SERVER: load balancing, or \
                 a server that is being drained.",
                "Follow the redirect, as clients do, and check that every server it can lead to is reachable and, \
                 over TLS, has a certificate for the name in ALTERNATE-DOMAIN.",
            ),
            Self::BAD_REQUEST => (
                "The server could not make sense of the request: an attribute is missing, malformed or contradicts \
                 another; some servers also say this of wrong credentials.",
                "Read the reason phrase and the server's log, check username and credential, and retry without \
                 optional features (even port, reservation token, address family).",
            ),
            Self::UNAUTHENTICATED => (
                "Without credentials it is the normal challenge that carries realm and nonce; in answer to \
                 credentials it means that they are wrong, expired or of another realm.",
                "If it answered credentials, check username and credential, their expiry (REST user names begin \
                 with a Unix time in seconds), the shared secret, and the clocks of both machines.",
            ),
            Self::FORBIDDEN => (
                "The credentials are fine and the server still refuses: its policy denies this peer address (often \
                 private, loopback or multicast ones) or relaying as such.",
                "Look for denied-peer-ip, allowed-peer-ip or their like in the server's configuration, and check that \
                 the peer's candidate is an address the server may reach.",
            ),
            Self::MOBILITY_FORBIDDEN => (
                "The server does not let this allocation move to another client address.",
                "Allocate anew after a change of network, or switch mobility on in the server.",
            ),
            Self::UNKNOWN_ATTRIBUTE => (
                "The request used a feature that the server lacks; UNKNOWN-ATTRIBUTES lists which, often \
                 DONT-FRAGMENT, EVEN-PORT or REQUESTED-ADDRESS-FAMILY.",
                "Ask without the feature, or update the server.",
            ),
            Self::ALLOCATION_MISMATCH => (
                "The server knows another state of this 5-tuple: an Allocate found an allocation that already exists \
                 there, or a later request found none any more.",
                "After an Allocate use a fresh local port, since an earlier answer was lost or a client did not \
                 release; after another request look for an expired allocation, a restarted server, or a NAT that \
                 moved the client to another port.",
            ),
            Self::STALE_NONCE => (
                "The nonce has expired, which is normal once in a while; the answer carries a fresh one.",
                "Retry with the fresh nonce; if it never ends, several servers behind one address do not share \
                 their nonce key, or a NAT changes the client's address between requests.",
            ),
            Self::ADDRESS_FAMILY_NOT_SUPPORTED => (
                "The server has no relay address of the IP version that was asked for.",
                "Ask for the other version, or give the server a relay address of this one.",
            ),
            Self::WRONG_CREDENTIALS => (
                "The allocation belongs to another username than the one that came with this request.",
                "Use the same username for the life of an allocation; after new credentials allocate anew from a \
                 fresh local port.",
            ),
            Self::UNSUPPORTED_TRANSPORT_PROTOCOL => (
                "The server does not relay over the transport asked for: UDP relaying is switched off, or TCP \
                 relaying (RFC 6062) is not offered.",
                "Ask for a UDP relay, which is what WebRTC uses, and check for no-udp-relay or no-tcp-relay in the \
                 server's configuration.",
            ),
            Self::PEER_ADDRESS_FAMILY_MISMATCH => (
                "An IPv4 relay was asked to reach an IPv6 peer, or the other way round.",
                "Ignore it if another pair works; else allocate a relay of the peer's IP version as well.",
            ),
            Self::CONNECTION_ALREADY_EXISTS => (
                "The allocation already has a TCP connection to this peer.",
                "Use the connection that exists, or close it first.",
            ),
            Self::CONNECTION_TIMEOUT_OR_FAILURE => (
                "The server could not open a TCP connection to the peer: refused, filtered, or not in time.",
                "Check that the peer listens there and that no firewall stands between it and the server.",
            ),
            Self::ALLOCATION_QUOTA_REACHED => (
                "This user, or the whole server, already has as many allocations as it may; often they are left \
                 over from clients that did not release theirs.",
                "Release what is not used, wait for old allocations to expire (ten minutes by default), or raise \
                 user-quota or total-quota; do not share one username among all clients.",
            ),
            Self::ROLE_CONFLICT => (
                "Both ICE agents believe they are controlling, or both controlled; ICE repairs this by itself.",
                "Nothing if the call connects; else check which side makes the offer, and that no middle box \
                 rewrites or drops the role attributes.",
            ),
            Self::SERVER_ERROR => (
                "The server failed for a reason of its own and asks to try again.",
                "Retry after a few seconds; if it stays, read the server's log.",
            ),
            Self::INSUFFICIENT_CAPACITY => (
                "The server has no relay port or no bandwidth left for this allocation, or cannot give both IP \
                 versions at once.",
                "Retry later or elsewhere; widen the relay port range (min-port, max-port), raise the limits, or \
                 add servers.",
            ),
            Self::GLOBAL_FAILURE => (
                "An old server (RFC 3489) refuses, and says that every other server would do the same.",
                "Replace the server: the code was withdrawn in 2008.",
            ),
            Self::NO_STUN_ANSWER => (
                "No server sent this: a browser reports it in icecandidateerror when it got no STUN answer, because \
                 the name did not resolve, nothing answered, the connection was refused, or TLS failed.",
                "Test the URL alone, over each transport: the step that fails tells the cause; the error of one \
                 network interface means nothing if another one got its candidate.",
            ),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_says_what_it_means_and_what_to_do() {
        for entry in ErrorCode::ALL {
            for text in [entry.value.meaning(), entry.value.advice()] {
                let text = text.unwrap_or_else(|| panic!("{} has no text", entry.value.0));
                assert!(text.ends_with('.') && !text.contains("  "), "{text}");
                assert_eq!(text.matches(". ").count(), 0, "one sentence: {text}");
            }
        }
        assert_eq!(ErrorCode(699).meaning(), None);
    }

    #[test]
    fn unknown_codes_print_as_numbers() {
        assert_eq!(ErrorCode(499).to_string(), "499");
        assert_eq!(ErrorCode::STALE_NONCE.to_string(), "Stale Nonce");
        assert_eq!(ErrorCode(499).class(), 4);
    }
}
