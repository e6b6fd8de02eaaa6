//! The codes of the findings that these tests ask for, by meaning. One table, so that a renamed code is one line here.

/// Nothing came back in time.
pub const TIMEOUT: &str = "server-timeout";
/// ICMP port unreachable, or a TCP reset on connect.
pub const REFUSED: &str = "server-refused";
/// Another ICMP error.
pub const UNREACHABLE: &str = "server-unreachable";
/// The name has no address.
pub const NAME_NOT_RESOLVED: &str = "name-not-resolved";
/// The server takes no such username and credential.
pub const UNAUTHORIZED: &str = "turn-credentials-rejected";
/// The server wants credentials, and none were given.
pub const CREDENTIALS_MISSING: &str = "turn-credentials-missing";
/// The time in a REST username has passed.
pub const CREDENTIALS_EXPIRED: &str = "turn-credentials-expired";
/// The time in a REST username is in milliseconds.
pub const CREDENTIALS_MILLISECONDS: &str = "turn-credentials-milliseconds";
/// `user:time` instead of `time:user`.
pub const CREDENTIALS_REVERSED: &str = "turn-credentials-reversed";
/// The credential is in hexadecimal.
pub const CREDENTIALS_HEX: &str = "turn-credentials-hex";
/// 486.
pub const QUOTA: &str = "turn-quota-reached";
/// 440.
pub const FAMILY: &str = "turn-address-family-not-supported";
/// 442.
pub const TRANSPORT: &str = "turn-transport-not-supported";
/// 300.
pub const REDIRECT: &str = "turn-redirected";
/// A certificate of nobody we trust.
pub const TLS_UNTRUSTED: &str = "tls-untrusted";
/// A certificate whose time is over.
pub const TLS_EXPIRED: &str = "tls-expired";
/// A certificate for another name.
pub const TLS_NAME: &str = "tls-name-mismatch";
/// A certificate that only `--insecure` let pass.
pub const TLS_NOT_VERIFIED: &str = "tls-not-verified";
/// A port that does not speak TLS.
pub const NOT_TLS: &str = "tls-not-tls";
/// A server that allocates without credentials.
pub const OPEN_RELAY: &str = "turn-open-relay";
/// 300 in a circle.
pub const REDIRECT_LOOP: &str = "turn-redirect-loop";
/// `stun:...?transport=tcp`.
pub const URL_ODD: &str = "url-outdated-or-misspelled";
/// The mapping depends on the destination.
pub const MAPPING_DIFFERS: &str = "nat-mapping-endpoint-dependent";
/// The mapping is the same for all servers.
pub const MAPPING_SAME: &str = "nat-mapping-endpoint-independent";
/// The servers see our own address.
pub const NO_NAT: &str = "nat-none";
/// A server was named, and yet no relay candidate.
pub const NO_RELAY: &str = "no-relay";

/// All of the above, for the test that holds them against `rtcdiag explain`.
pub const ALL: &[&str] = &[
    TIMEOUT,
    REFUSED,
    UNREACHABLE,
    NAME_NOT_RESOLVED,
    UNAUTHORIZED,
    CREDENTIALS_MISSING,
    CREDENTIALS_EXPIRED,
    CREDENTIALS_MILLISECONDS,
    CREDENTIALS_REVERSED,
    CREDENTIALS_HEX,
    QUOTA,
    FAMILY,
    TRANSPORT,
    REDIRECT,
    TLS_UNTRUSTED,
    TLS_EXPIRED,
    TLS_NAME,
    TLS_NOT_VERIFIED,
    NOT_TLS,
    OPEN_RELAY,
    REDIRECT_LOOP,
    URL_ODD,
    MAPPING_DIFFERS,
    MAPPING_SAME,
    NO_NAT,
    NO_RELAY,
];
