//! [`ExtensionType`]: what a hello may carry beside its fixed fields (IANA's "TLS ExtensionType Values").

use crate::proto::registry::registry;

registry! {
    /// An extension by its IANA number.
    pub struct ExtensionType(u16), unknown "0x{:04x}";
    SERVER_NAME = 0, "server_name", "RFC 6066 §3";
    MAX_FRAGMENT_LENGTH = 1, "max_fragment_length", "RFC 6066 §4";
    CLIENT_CERTIFICATE_URL = 2, "client_certificate_url", "RFC 6066 §5";
    TRUSTED_CA_KEYS = 3, "trusted_ca_keys", "RFC 6066 §6";
    TRUNCATED_HMAC = 4, "truncated_hmac", "RFC 6066 §7";
    STATUS_REQUEST = 5, "status_request", "RFC 6066 §8";
    USER_MAPPING = 6, "user_mapping", "RFC 4681";
    CLIENT_AUTHZ = 7, "client_authz", "RFC 5878";
    SERVER_AUTHZ = 8, "server_authz", "RFC 5878";
    CERT_TYPE = 9, "cert_type", "RFC 6091";
    SUPPORTED_GROUPS = 10, "supported_groups", "RFC 8446 §4.2.7", "once elliptic_curves";
    EC_POINT_FORMATS = 11, "ec_point_formats", "RFC 8422 §5.1.2";
    SRP = 12, "srp", "RFC 5054";
    SIGNATURE_ALGORITHMS = 13, "signature_algorithms", "RFC 8446 §4.2.3";
    USE_SRTP = 14, "use_srtp", "RFC 5764 §4.1.1";
    HEARTBEAT = 15, "heartbeat", "RFC 6520";
    APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16, "application_layer_protocol_negotiation", "RFC 7301", "ALPN";
    STATUS_REQUEST_V2 = 17, "status_request_v2", "RFC 6961";
    SIGNED_CERTIFICATE_TIMESTAMP = 18, "signed_certificate_timestamp", "RFC 6962";
    CLIENT_CERTIFICATE_TYPE = 19, "client_certificate_type", "RFC 7250";
    SERVER_CERTIFICATE_TYPE = 20, "server_certificate_type", "RFC 7250";
    PADDING = 21, "padding", "RFC 7685";
    ENCRYPT_THEN_MAC = 22, "encrypt_then_mac", "RFC 7366";
    EXTENDED_MASTER_SECRET = 23, "extended_master_secret", "RFC 7627";
    TOKEN_BINDING = 24, "token_binding", "RFC 8472";
    CACHED_INFO = 25, "cached_info", "RFC 7924";
    TLS_LTS = 26, "tls_lts", "draft-gutmann-tls-lts";
    COMPRESS_CERTIFICATE = 27, "compress_certificate", "RFC 8879";
    RECORD_SIZE_LIMIT = 28, "record_size_limit", "RFC 8449";
    PWD_PROTECT = 29, "pwd_protect", "RFC 8492";
    PWD_CLEAR = 30, "pwd_clear", "RFC 8492";
    PASSWORD_SALT = 31, "password_salt", "RFC 8492";
    TICKET_PINNING = 32, "ticket_pinning", "RFC 8672";
    TLS_CERT_WITH_EXTERN_PSK = 33, "tls_cert_with_extern_psk", "RFC 8773";
    DELEGATED_CREDENTIAL = 34, "delegated_credential", "RFC 9345";
    SESSION_TICKET = 35, "session_ticket", "RFC 5077";
    TLMSP = 36, "TLMSP", "ETSI TS 103 523-2";
    TLMSP_PROXYING = 37, "TLMSP_proxying", "ETSI TS 103 523-2";
    TLMSP_DELEGATE = 38, "TLMSP_delegate", "ETSI TS 103 523-2";
    SUPPORTED_EKT_CIPHERS = 39, "supported_ekt_ciphers", "RFC 8870 §5.2";
    PRE_SHARED_KEY = 41, "pre_shared_key", "RFC 8446 §4.2.11";
    EARLY_DATA = 42, "early_data", "RFC 8446 §4.2.10";
    SUPPORTED_VERSIONS = 43, "supported_versions", "RFC 8446 §4.2.1";
    COOKIE = 44, "cookie", "RFC 8446 §4.2.2";
    PSK_KEY_EXCHANGE_MODES = 45, "psk_key_exchange_modes", "RFC 8446 §4.2.9";
    CERTIFICATE_AUTHORITIES = 47, "certificate_authorities", "RFC 8446 §4.2.4";
    OID_FILTERS = 48, "oid_filters", "RFC 8446 §4.2.5";
    POST_HANDSHAKE_AUTH = 49, "post_handshake_auth", "RFC 8446 §4.2.6";
    SIGNATURE_ALGORITHMS_CERT = 50, "signature_algorithms_cert", "RFC 8446 §4.2.3";
    KEY_SHARE = 51, "key_share", "RFC 8446 §4.2.8";
    TRANSPARENCY_INFO = 52, "transparency_info", "RFC 9162";
    CONNECTION_ID_DEPRECATED = 53, "connection_id (deprecated)", "draft-ietf-tls-dtls-connection-id";
    CONNECTION_ID = 54, "connection_id", "RFC 9146 §3";
    EXTERNAL_ID_HASH = 55, "external_id_hash", "RFC 8844 §3.2";
    EXTERNAL_SESSION_ID = 56, "external_session_id", "RFC 8844 §4.3";
    QUIC_TRANSPORT_PARAMETERS = 57, "quic_transport_parameters", "RFC 9001 §8.2";
    TICKET_REQUEST = 58, "ticket_request", "RFC 9149";
    DNSSEC_CHAIN = 59, "dnssec_chain", "RFC 9102";
    SEQUENCE_NUMBER_ENCRYPTION_ALGORITHMS = 60, "sequence_number_encryption_algorithms", "draft-pismenny-tls-dtls-plaintext-sequence-number";
    RRC = 61, "rrc", "RFC 9853", "return routability check";
    NEXT_PROTOCOL_NEGOTIATION = 13172, "next_protocol_negotiation", "draft-agl-tls-nextprotoneg";
    APPLICATION_SETTINGS_OLD = 17513, "application_settings_old", "draft-vvv-tls-alps", "Chromium";
    APPLICATION_SETTINGS = 17613, "application_settings", "draft-vvv-tls-alps", "Chromium";
    CHANNEL_ID = 30032, "channel_id", "draft-balfanz-tls-channelid", "Chromium";
    ECH_OUTER_EXTENSIONS = 64768, "ech_outer_extensions", "RFC 9849 §5.1";
    ENCRYPTED_CLIENT_HELLO = 65037, "encrypted_client_hello", "RFC 9849 §5";
    RENEGOTIATION_INFO = 65281, "renegotiation_info", "RFC 5746 §3.2";
}

impl ExtensionType {
    /// Whether it is one of the numbers that clients throw in to keep servers tolerant (RFC 8701).
    pub const fn is_grease(self) -> bool {
        super::is_grease(self.0)
    }
}
