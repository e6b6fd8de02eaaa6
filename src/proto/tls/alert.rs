//! [`Alert`]: why one side ends a connection, or will soon (RFC 8446 §6, RFC 5246 §7.2).

use std::fmt;

use crate::proto::reader::{Damage, Reader};
use crate::proto::registry::registry;

registry! {
    /// How bad an alert is. TLS 1.3 ignores it: there every alert but two is fatal.
    pub struct AlertLevel(u8), unknown "{}";
    WARNING = 1, "warning", "RFC 5246 §7.2";
    FATAL = 2, "fatal", "RFC 5246 §7.2";
}

registry! {
    /// What an alert says; the note is what it means to who reads it.
    pub struct AlertDescription(u8), unknown "{}";
    CLOSE_NOTIFY = 0, "close_notify", "RFC 8446 §6.1", "the sender closes the connection in good order";
    UNEXPECTED_MESSAGE = 10, "unexpected_message", "RFC 8446 §6.2", "a message came that does not belong there";
    BAD_RECORD_MAC = 20, "bad_record_mac", "RFC 8446 §6.2", "a record could not be decrypted: damaged, or the keys differ";
    DECRYPTION_FAILED_RESERVED = 21, "decryption_failed_RESERVED", "RFC 5246 §7.2.2", "a record could not be decrypted";
    RECORD_OVERFLOW = 22, "record_overflow", "RFC 8446 §6.2", "a record was too long";
    DECOMPRESSION_FAILURE_RESERVED = 30, "decompression_failure_RESERVED", "RFC 5246 §7.2.2", "a record could not be decompressed";
    HANDSHAKE_FAILURE = 40, "handshake_failure", "RFC 8446 §6.2", "no cipher suite, group or other parameter that both sides take";
    NO_CERTIFICATE_RESERVED = 41, "no_certificate_RESERVED", "RFC 6101 §5.4.2", "there is no certificate to send";
    BAD_CERTIFICATE = 42, "bad_certificate", "RFC 8446 §6.2", "the certificate is not acceptable; in WebRTC mostly that it is not the one of a=fingerprint";
    UNSUPPORTED_CERTIFICATE = 43, "unsupported_certificate", "RFC 8446 §6.2", "the certificate is of a type that is not supported";
    CERTIFICATE_REVOKED = 44, "certificate_revoked", "RFC 8446 §6.2", "the certificate was revoked";
    CERTIFICATE_EXPIRED = 45, "certificate_expired", "RFC 8446 §6.2", "the certificate has expired, or is not valid yet";
    CERTIFICATE_UNKNOWN = 46, "certificate_unknown", "RFC 8446 §6.2", "the certificate is not acceptable for another reason";
    ILLEGAL_PARAMETER = 47, "illegal_parameter", "RFC 8446 §6.2", "a field had a value that does not belong there";
    UNKNOWN_CA = 48, "unknown_ca", "RFC 8446 §6.2", "the certificate was not signed by an authority that is trusted";
    ACCESS_DENIED = 49, "access_denied", "RFC 8446 §6.2", "the certificate is valid, and its owner not welcome";
    DECODE_ERROR = 50, "decode_error", "RFC 8446 §6.2", "a message could not be read";
    DECRYPT_ERROR = 51, "decrypt_error", "RFC 8446 §6.2", "a signature or a Finished did not verify";
    TOO_MANY_CIDS_REQUESTED = 52, "too_many_cids_requested", "RFC 9147 §9", "the other side asked for too many connection ids";
    EXPORT_RESTRICTION_RESERVED = 60, "export_restriction_RESERVED", "RFC 5246 §7.2.2", "against the export rules of the 1990s";
    PROTOCOL_VERSION = 70, "protocol_version", "RFC 8446 §6.2", "no version of the protocol that both sides speak";
    INSUFFICIENT_SECURITY = 71, "insufficient_security", "RFC 8446 §6.2", "the other side offers only what is too weak";
    INTERNAL_ERROR = 80, "internal_error", "RFC 8446 §6.2", "the sender failed, and not by the other's fault";
    INAPPROPRIATE_FALLBACK = 86, "inappropriate_fallback", "RFC 7507 §2", "the client fell back to a version below what both speak";
    USER_CANCELED = 90, "user_canceled", "RFC 8446 §6.1", "the user gave up";
    NO_RENEGOTIATION_RESERVED = 100, "no_renegotiation_RESERVED", "RFC 5246 §7.2.2", "the sender will not renegotiate";
    MISSING_EXTENSION = 109, "missing_extension", "RFC 8446 §6.2", "an extension is missing that is needed";
    UNSUPPORTED_EXTENSION = 110, "unsupported_extension", "RFC 8446 §6.2", "an extension came that was not asked for";
    CERTIFICATE_UNOBTAINABLE_RESERVED = 111, "certificate_unobtainable_RESERVED", "RFC 6066 §9", "the certificate could not be fetched from its URL";
    UNRECOGNIZED_NAME = 112, "unrecognized_name", "RFC 6066 §9", "the server has no certificate for the name that was asked for";
    BAD_CERTIFICATE_STATUS_RESPONSE = 113, "bad_certificate_status_response", "RFC 6066 §9", "the stapled OCSP response is not acceptable";
    BAD_CERTIFICATE_HASH_VALUE_RESERVED = 114, "bad_certificate_hash_value_RESERVED", "RFC 6066 §9", "the fetched certificate has another hash";
    UNKNOWN_PSK_IDENTITY = 115, "unknown_psk_identity", "RFC 4279 §2", "the server does not know the identity of the pre-shared key";
    CERTIFICATE_REQUIRED = 116, "certificate_required", "RFC 8446 §6.2", "the client sent no certificate";
    GENERAL_ERROR = 117, "general_error", "draft-ietf-tls-rfc8446bis §6.2", "an error without a code of its own";
    NO_APPLICATION_PROTOCOL = 120, "no_application_protocol", "RFC 7301 §3.2", "no application protocol (ALPN) that both sides speak";
    ECH_REQUIRED = 121, "ech_required", "RFC 9849 §11", "the client wanted its ClientHello encrypted";
}

/// An alert in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Warning or fatal.
    pub level: AlertLevel,
    /// What it says.
    pub description: AlertDescription,
}

impl Alert {
    /// Reads the two octets of an alert in clear.
    ///
    /// # Errors
    /// Where octets are missing.
    pub fn decode(fragment: &[u8]) -> Result<Alert, Damage> {
        let mut reader = Reader::new(fragment);
        Ok(Alert {
            level: AlertLevel(reader.u8("level of an alert")?),
            description: AlertDescription(reader.u8("description of an alert")?),
        })
    }

    /// Whether it only says that the sender is done: no error.
    pub fn is_closure(self) -> bool {
        [AlertDescription::CLOSE_NOTIFY, AlertDescription::USER_CANCELED].contains(&self.description)
    }

    /// Whether the handshake ends with it: it is fatal by its level, or as TLS 1.3 takes it.
    pub fn is_fatal(self, version: super::Version) -> bool {
        self.level == AlertLevel::FATAL || version.is_at_least_1_3() && !self.is_closure()
    }
}

/// `fatal bad_certificate`.
impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.level, self.description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::tls::Version;

    #[test]
    fn two_octets_make_an_alert() {
        let alert = Alert::decode(&[2, 42]).unwrap();
        assert_eq!(alert.to_string(), "fatal bad_certificate");
        assert!(alert.is_fatal(Version::DTLS_1_2) && !alert.is_closure());
        for cut in [&[][..], &[2]] {
            assert!(Alert::decode(cut).is_err());
        }
        assert_eq!(Alert::decode(&[7, 99]).unwrap().to_string(), "7 99");
    }

    #[test]
    fn in_1_3_the_level_does_not_matter() {
        let alert = Alert::decode(&[1, 40]).unwrap();
        assert!(!alert.is_fatal(Version::DTLS_1_2) && alert.is_fatal(Version::DTLS_1_3));
        let close = Alert::decode(&[1, 0]).unwrap();
        assert!(close.is_closure() && !close.is_fatal(Version::TLS_1_3));
    }
}
