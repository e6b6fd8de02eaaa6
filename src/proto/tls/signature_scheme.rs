//! [`SignatureScheme`]: how handshakes and certificates are signed (IANA's "TLS SignatureScheme").

use crate::proto::registry::registry;

registry! {
    /// A signature scheme by its IANA number. Up to TLS 1.2 the first octet is the hash, the second the algorithm.
    pub struct SignatureScheme(u16), unknown "0x{:04x}";
    RSA_MD5 = 0x0101, "rsa_md5", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    RSA_PKCS1_SHA1 = 0x0201, "rsa_pkcs1_sha1", "RFC 8446";
    DSA_SHA1 = 0x0202, "dsa_sha1", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    ECDSA_SHA1 = 0x0203, "ecdsa_sha1", "RFC 8446";
    RSA_SHA224 = 0x0301, "rsa_sha224", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    DSA_SHA224 = 0x0302, "dsa_sha224", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    ECDSA_SHA224 = 0x0303, "ecdsa_sha224", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    RSA_PKCS1_SHA256 = 0x0401, "rsa_pkcs1_sha256", "RFC 8446";
    DSA_SHA256 = 0x0402, "dsa_sha256", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    ECDSA_SECP256R1_SHA256 = 0x0403, "ecdsa_secp256r1_sha256", "RFC 8446";
    RSA_PKCS1_SHA256_LEGACY = 0x0420, "rsa_pkcs1_sha256_legacy", "draft-davidben-tls13-pkcs1";
    RSA_PKCS1_SHA384 = 0x0501, "rsa_pkcs1_sha384", "RFC 8446";
    DSA_SHA384 = 0x0502, "dsa_sha384", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    ECDSA_SECP384R1_SHA384 = 0x0503, "ecdsa_secp384r1_sha384", "RFC 8446";
    RSA_PKCS1_SHA384_LEGACY = 0x0520, "rsa_pkcs1_sha384_legacy", "draft-davidben-tls13-pkcs1";
    RSA_PKCS1_SHA512 = 0x0601, "rsa_pkcs1_sha512", "RFC 8446";
    DSA_SHA512 = 0x0602, "dsa_sha512", "RFC 5246 §7.4.1.4.1", "only in TLS 1.2";
    ECDSA_SECP521R1_SHA512 = 0x0603, "ecdsa_secp521r1_sha512", "RFC 8446";
    RSA_PKCS1_SHA512_LEGACY = 0x0620, "rsa_pkcs1_sha512_legacy", "draft-davidben-tls13-pkcs1";
    ECCSI_SHA256 = 0x0704, "eccsi_sha256", "draft-wang-tls-raw-public-key-with-ibc";
    ISO_IBS1 = 0x0705, "iso_ibs1", "draft-wang-tls-raw-public-key-with-ibc";
    ISO_IBS2 = 0x0706, "iso_ibs2", "draft-wang-tls-raw-public-key-with-ibc";
    ISO_CHINESE_IBS = 0x0707, "iso_chinese_ibs", "draft-wang-tls-raw-public-key-with-ibc";
    SM2SIG_SM3 = 0x0708, "sm2sig_sm3", "RFC 8998";
    GOSTR34102012_256A = 0x0709, "gostr34102012_256a", "RFC 9367";
    GOSTR34102012_256B = 0x070a, "gostr34102012_256b", "RFC 9367";
    GOSTR34102012_256C = 0x070b, "gostr34102012_256c", "RFC 9367";
    GOSTR34102012_256D = 0x070c, "gostr34102012_256d", "RFC 9367";
    GOSTR34102012_512A = 0x070d, "gostr34102012_512a", "RFC 9367";
    GOSTR34102012_512B = 0x070e, "gostr34102012_512b", "RFC 9367";
    GOSTR34102012_512C = 0x070f, "gostr34102012_512c", "RFC 9367";
    RSA_PSS_RSAE_SHA256 = 0x0804, "rsa_pss_rsae_sha256", "RFC 8446";
    RSA_PSS_RSAE_SHA384 = 0x0805, "rsa_pss_rsae_sha384", "RFC 8446";
    RSA_PSS_RSAE_SHA512 = 0x0806, "rsa_pss_rsae_sha512", "RFC 8446";
    ED25519 = 0x0807, "ed25519", "RFC 8446";
    ED448 = 0x0808, "ed448", "RFC 8446";
    RSA_PSS_PSS_SHA256 = 0x0809, "rsa_pss_pss_sha256", "RFC 8446";
    RSA_PSS_PSS_SHA384 = 0x080a, "rsa_pss_pss_sha384", "RFC 8446";
    RSA_PSS_PSS_SHA512 = 0x080b, "rsa_pss_pss_sha512", "RFC 8446";
    ECDSA_BRAINPOOLP256R1TLS13_SHA256 = 0x081a, "ecdsa_brainpoolP256r1tls13_sha256", "RFC 8734";
    ECDSA_BRAINPOOLP384R1TLS13_SHA384 = 0x081b, "ecdsa_brainpoolP384r1tls13_sha384", "RFC 8734";
    ECDSA_BRAINPOOLP512R1TLS13_SHA512 = 0x081c, "ecdsa_brainpoolP512r1tls13_sha512", "RFC 8734";
    MLDSA44 = 0x0904, "mldsa44", "draft-ietf-tls-mldsa";
    MLDSA65 = 0x0905, "mldsa65", "draft-ietf-tls-mldsa";
    MLDSA87 = 0x0906, "mldsa87", "draft-ietf-tls-mldsa";
}

impl SignatureScheme {
    /// Whether it is one of the numbers that clients throw in to keep servers tolerant (RFC 8701).
    pub const fn is_grease(self) -> bool {
        super::is_grease(self.0)
    }
}
