//! [`ErrorCode`]: what a server refuses with, and what that usually means.

use crate::proto::registry::registry;

registry! {
    /// The code of an ERROR-CODE attribute (RFC 8489 §14.8): class times 100, plus number.
    pub struct ErrorCode(u16), unknown "{}";
    TRY_ALTERNATE = 300, "Try Alternate", "RFC 8489 §14.8";
    BAD_REQUEST = 400, "Bad Request", "RFC 8489 §14.8";
    UNAUTHENTICATED = 401, "Unauthenticated", "RFC 8489 §14.8";
    FORBIDDEN = 403, "Forbidden", "RFC 8656 §19";
    MOBILITY_FORBIDDEN = 405, "Mobility Forbidden", "RFC 8016 §3.4";
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
    NO_STUN_ANSWER = 701, "No STUN answer (browsers)", "webrtc-pc §4.8.3, icecandidateerror", "never on the wire";
}

impl ErrorCode {
    /// What it usually means in the field; one sentence.
    pub fn meaning(self) -> Option<&'static str> {
        None
    }

    /// What to do; one sentence.
    pub fn advice(self) -> Option<&'static str> {
        None
    }
}
