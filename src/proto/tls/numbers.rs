//! The short registries of the handshake: content types, handshake types, versions, SRTP profiles, certificate types.

use crate::proto::registry::registry;

registry! {
    /// What a record carries (RFC 8446 §5.1, RFC 9147 §4.1).
    pub struct ContentType(u8), unknown "{}";
    CHANGE_CIPHER_SPEC = 20, "change_cipher_spec", "RFC 5246 §7.1";
    ALERT = 21, "alert", "RFC 8446 §6";
    HANDSHAKE = 22, "handshake", "RFC 8446 §4";
    APPLICATION_DATA = 23, "application_data", "RFC 8446 §5.2";
    HEARTBEAT = 24, "heartbeat", "RFC 6520";
    TLS12_CID = 25, "tls12_cid", "RFC 9146 §4", "the true type is encrypted";
    ACK = 26, "ack", "RFC 9147 §7";
    RETURN_ROUTABILITY_CHECK = 27, "return_routability_check", "RFC 9853";
}

registry! {
    /// What a handshake message is (RFC 8446 §4).
    pub struct HandshakeType(u8), unknown "unknown_{}";
    HELLO_REQUEST = 0, "hello_request", "RFC 5246 §7.4.1.1";
    CLIENT_HELLO = 1, "client_hello", "RFC 8446 §4.1.2";
    SERVER_HELLO = 2, "server_hello", "RFC 8446 §4.1.3";
    HELLO_VERIFY_REQUEST = 3, "hello_verify_request", "RFC 6347 §4.2.1", "only in DTLS";
    NEW_SESSION_TICKET = 4, "new_session_ticket", "RFC 5077 §3.3";
    END_OF_EARLY_DATA = 5, "end_of_early_data", "RFC 8446 §4.5";
    HELLO_RETRY_REQUEST = 6, "hello_retry_request", "RFC 8446 §B.3", "only in drafts of TLS 1.3";
    ENCRYPTED_EXTENSIONS = 8, "encrypted_extensions", "RFC 8446 §4.3.1";
    REQUEST_CONNECTION_ID = 9, "request_connection_id", "RFC 9147 §9", "only in DTLS";
    NEW_CONNECTION_ID = 10, "new_connection_id", "RFC 9147 §9", "only in DTLS";
    CERTIFICATE = 11, "certificate", "RFC 5246 §7.4.2";
    SERVER_KEY_EXCHANGE = 12, "server_key_exchange", "RFC 5246 §7.4.3";
    CERTIFICATE_REQUEST = 13, "certificate_request", "RFC 5246 §7.4.4";
    SERVER_HELLO_DONE = 14, "server_hello_done", "RFC 5246 §7.4.5";
    CERTIFICATE_VERIFY = 15, "certificate_verify", "RFC 5246 §7.4.8";
    CLIENT_KEY_EXCHANGE = 16, "client_key_exchange", "RFC 5246 §7.4.7";
    CLIENT_CERTIFICATE_REQUEST = 17, "client_certificate_request", "RFC 9261 §4";
    FINISHED = 20, "finished", "RFC 5246 §7.4.9";
    CERTIFICATE_URL = 21, "certificate_url", "RFC 6066 §5";
    CERTIFICATE_STATUS = 22, "certificate_status", "RFC 6066 §8";
    SUPPLEMENTAL_DATA = 23, "supplemental_data", "RFC 4680";
    KEY_UPDATE = 24, "key_update", "RFC 8446 §4.6.3";
    COMPRESSED_CERTIFICATE = 25, "compressed_certificate", "RFC 8879 §4";
    EKT_KEY = 26, "ekt_key", "RFC 8870 §5.2.2";
    MESSAGE_HASH = 254, "message_hash", "RFC 8446 §4.4.1", "never sent";
}

registry! {
    /// A version of SSL, TLS or DTLS as it is written on the wire. DTLS counts downwards.
    pub struct Version(u16), unknown "0x{:04x}";
    DTLS_1_0_OPENSSL = 0x0100, "DTLS 1.0 (OpenSSL pre 0.9.8f)", "OpenSSL", "also Cisco AnyConnect";
    SSL_3_0 = 0x0300, "SSL 3.0", "RFC 6101";
    TLS_1_0 = 0x0301, "TLS 1.0", "RFC 2246";
    TLS_1_1 = 0x0302, "TLS 1.1", "RFC 4346";
    TLS_1_2 = 0x0303, "TLS 1.2", "RFC 5246";
    TLS_1_3 = 0x0304, "TLS 1.3", "RFC 8446";
    DTLS_1_3 = 0xfefc, "DTLS 1.3", "RFC 9147";
    DTLS_1_2 = 0xfefd, "DTLS 1.2", "RFC 6347";
    DTLS_1_0 = 0xfeff, "DTLS 1.0", "RFC 4347";
}

impl Version {
    /// Whether it is one of DTLS.
    pub const fn is_dtls(self) -> bool {
        self.0 >> 8 == 0xfe || self.0 == 0x0100
    }

    /// Whether most of the handshake is encrypted: TLS 1.3 or DTLS 1.3.
    pub const fn is_at_least_1_3(self) -> bool {
        matches!(self, Version::TLS_1_3 | Version::DTLS_1_3)
    }

    /// Whether it must not be used any more (RFC 8996; RFC 7568): older than TLS 1.2 or DTLS 1.2.
    pub const fn is_deprecated(self) -> bool {
        matches!(self.0, 0x0100 | 0x0300..=0x0302 | 0xfeff)
    }

    /// Whether it is one of the numbers that clients throw in to keep servers tolerant (RFC 8701).
    pub const fn is_grease(self) -> bool {
        super::is_grease(self.0)
    }
}

registry! {
    /// What SRTP is protected with once DTLS has agreed the keys (IANA's "DTLS-SRTP Protection Profiles").
    pub struct SrtpProfile(u16), unknown "0x{:04x}";
    SRTP_AES128_CM_HMAC_SHA1_80 = 0x0001, "SRTP_AES128_CM_HMAC_SHA1_80", "RFC 5764 §4.1.2";
    SRTP_AES128_CM_HMAC_SHA1_32 = 0x0002, "SRTP_AES128_CM_HMAC_SHA1_32", "RFC 5764 §4.1.2";
    SRTP_NULL_HMAC_SHA1_80 = 0x0005, "SRTP_NULL_HMAC_SHA1_80", "RFC 5764 §4.1.2", "nothing is encrypted";
    SRTP_NULL_HMAC_SHA1_32 = 0x0006, "SRTP_NULL_HMAC_SHA1_32", "RFC 5764 §4.1.2", "nothing is encrypted";
    SRTP_AEAD_AES_128_GCM = 0x0007, "SRTP_AEAD_AES_128_GCM", "RFC 7714 §14.2";
    SRTP_AEAD_AES_256_GCM = 0x0008, "SRTP_AEAD_AES_256_GCM", "RFC 7714 §14.2";
    DOUBLE_AEAD_AES_128_GCM_AEAD_AES_128_GCM = 0x0009, "DOUBLE_AEAD_AES_128_GCM_AEAD_AES_128_GCM", "RFC 8723 §10.1";
    DOUBLE_AEAD_AES_256_GCM_AEAD_AES_256_GCM = 0x000a, "DOUBLE_AEAD_AES_256_GCM_AEAD_AES_256_GCM", "RFC 8723 §10.1";
    SRTP_ARIA_128_CTR_HMAC_SHA1_80 = 0x000b, "SRTP_ARIA_128_CTR_HMAC_SHA1_80", "RFC 8269 §6";
    SRTP_ARIA_128_CTR_HMAC_SHA1_32 = 0x000c, "SRTP_ARIA_128_CTR_HMAC_SHA1_32", "RFC 8269 §6";
    SRTP_ARIA_256_CTR_HMAC_SHA1_80 = 0x000d, "SRTP_ARIA_256_CTR_HMAC_SHA1_80", "RFC 8269 §6";
    SRTP_ARIA_256_CTR_HMAC_SHA1_32 = 0x000e, "SRTP_ARIA_256_CTR_HMAC_SHA1_32", "RFC 8269 §6";
    SRTP_AEAD_ARIA_128_GCM = 0x000f, "SRTP_AEAD_ARIA_128_GCM", "RFC 8269 §6";
    SRTP_AEAD_ARIA_256_GCM = 0x0010, "SRTP_AEAD_ARIA_256_GCM", "RFC 8269 §6";
}

impl SrtpProfile {
    /// Octets that it adds to the end of each SRTP packet, a master key index apart. SRTCP has four more (its index), and at
    /// least ten octets of tag with every HMAC-SHA1 profile.
    pub const fn srtp_tag_length(self) -> Option<usize> {
        match self.0 {
            0x0002 | 0x0006 | 0x000c | 0x000e => Some(4),
            0x0001 | 0x0005 | 0x000b | 0x000d => Some(10),
            0x0007 | 0x0008 | 0x000f | 0x0010 => Some(16),
            _ => None,
        }
    }
}

registry! {
    /// How a curve is named in ServerKeyExchange (RFC 8422 §5.4).
    pub struct CurveType(u8), unknown "{}";
    EXPLICIT_PRIME = 1, "explicit_prime", "RFC 4492 §5.4";
    EXPLICIT_CHAR2 = 2, "explicit_char2", "RFC 4492 §5.4";
    NAMED_CURVE = 3, "named_curve", "RFC 8422 §5.4";
}

registry! {
    /// What kinds of keys a server asks a client's certificate to have (RFC 5246 §7.4.4).
    pub struct ClientCertificateType(u8), unknown "{}";
    RSA_SIGN = 1, "rsa_sign", "RFC 5246 §7.4.4";
    DSS_SIGN = 2, "dss_sign", "RFC 5246 §7.4.4";
    RSA_FIXED_DH = 3, "rsa_fixed_dh", "RFC 5246 §7.4.4";
    DSS_FIXED_DH = 4, "dss_fixed_dh", "RFC 5246 §7.4.4";
    RSA_EPHEMERAL_DH = 5, "rsa_ephemeral_dh", "RFC 6101";
    DSS_EPHEMERAL_DH = 6, "dss_ephemeral_dh", "RFC 6101";
    FORTEZZA_DMS = 20, "fortezza_dms", "RFC 6101";
    ECDSA_SIGN = 64, "ecdsa_sign", "RFC 8422 §5.5";
    RSA_FIXED_ECDH = 65, "rsa_fixed_ecdh", "RFC 4492 §5.5";
    ECDSA_FIXED_ECDH = 66, "ecdsa_fixed_ecdh", "RFC 4492 §5.5";
    GOST_SIGN256 = 67, "gost_sign256", "RFC 9189";
    GOST_SIGN512 = 68, "gost_sign512", "RFC 9189";
}
