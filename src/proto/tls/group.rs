//! [`NamedGroup`]: the curves, fields and key encapsulations that keys are agreed by (IANA's "TLS Supported Groups").

use crate::proto::registry::registry;

registry! {
    /// A group by its IANA number.
    pub struct NamedGroup(u16), unknown "0x{:04x}";
    SECT163K1 = 0x0001, "sect163k1", "RFC 8422";
    SECT163R1 = 0x0002, "sect163r1", "RFC 8422";
    SECT163R2 = 0x0003, "sect163r2", "RFC 8422";
    SECT193R1 = 0x0004, "sect193r1", "RFC 8422";
    SECT193R2 = 0x0005, "sect193r2", "RFC 8422";
    SECT233K1 = 0x0006, "sect233k1", "RFC 8422";
    SECT233R1 = 0x0007, "sect233r1", "RFC 8422";
    SECT239K1 = 0x0008, "sect239k1", "RFC 8422";
    SECT283K1 = 0x0009, "sect283k1", "RFC 8422";
    SECT283R1 = 0x000a, "sect283r1", "RFC 8422";
    SECT409K1 = 0x000b, "sect409k1", "RFC 8422";
    SECT409R1 = 0x000c, "sect409r1", "RFC 8422";
    SECT571K1 = 0x000d, "sect571k1", "RFC 8422";
    SECT571R1 = 0x000e, "sect571r1", "RFC 8422";
    SECP160K1 = 0x000f, "secp160k1", "RFC 8422";
    SECP160R1 = 0x0010, "secp160r1", "RFC 8422";
    SECP160R2 = 0x0011, "secp160r2", "RFC 8422";
    SECP192K1 = 0x0012, "secp192k1", "RFC 8422";
    SECP192R1 = 0x0013, "secp192r1", "RFC 8422";
    SECP224K1 = 0x0014, "secp224k1", "RFC 8422";
    SECP224R1 = 0x0015, "secp224r1", "RFC 8422";
    SECP256K1 = 0x0016, "secp256k1", "RFC 8422";
    SECP256R1 = 0x0017, "secp256r1", "RFC 8422";
    SECP384R1 = 0x0018, "secp384r1", "RFC 8422";
    SECP521R1 = 0x0019, "secp521r1", "RFC 8422";
    BRAINPOOLP256R1 = 0x001a, "brainpoolP256r1", "RFC 7027";
    BRAINPOOLP384R1 = 0x001b, "brainpoolP384r1", "RFC 7027";
    BRAINPOOLP512R1 = 0x001c, "brainpoolP512r1", "RFC 7027";
    X25519 = 0x001d, "x25519", "RFC 8446";
    X448 = 0x001e, "x448", "RFC 8446";
    BRAINPOOLP256R1TLS13 = 0x001f, "brainpoolP256r1tls13", "RFC 8734";
    BRAINPOOLP384R1TLS13 = 0x0020, "brainpoolP384r1tls13", "RFC 8734";
    BRAINPOOLP512R1TLS13 = 0x0021, "brainpoolP512r1tls13", "RFC 8734";
    GC256A = 0x0022, "GC256A", "RFC 9189";
    GC256B = 0x0023, "GC256B", "RFC 9189";
    GC256C = 0x0024, "GC256C", "RFC 9189";
    GC256D = 0x0025, "GC256D", "RFC 9189";
    GC512A = 0x0026, "GC512A", "RFC 9189";
    GC512B = 0x0027, "GC512B", "RFC 9189";
    GC512C = 0x0028, "GC512C", "RFC 9189";
    CURVESM2 = 0x0029, "curveSM2", "RFC 8998";
    FFDHE2048 = 0x0100, "ffdhe2048", "RFC 7919";
    FFDHE3072 = 0x0101, "ffdhe3072", "RFC 7919";
    FFDHE4096 = 0x0102, "ffdhe4096", "RFC 7919";
    FFDHE6144 = 0x0103, "ffdhe6144", "RFC 7919";
    FFDHE8192 = 0x0104, "ffdhe8192", "RFC 7919";
    MLKEM512 = 0x0200, "MLKEM512", "draft-connolly-tls-mlkem-key-agreement";
    MLKEM768 = 0x0201, "MLKEM768", "draft-connolly-tls-mlkem-key-agreement";
    MLKEM1024 = 0x0202, "MLKEM1024", "draft-connolly-tls-mlkem-key-agreement";
    SECP256R1MLKEM768 = 0x11eb, "SecP256r1MLKEM768", "draft-kwiatkowski-tls-ecdhe-mlkem";
    X25519MLKEM768 = 0x11ec, "X25519MLKEM768", "draft-kwiatkowski-tls-ecdhe-mlkem";
    SECP384R1MLKEM1024 = 0x11ed, "SecP384r1MLKEM1024", "draft-kwiatkowski-tls-ecdhe-mlkem";
    X25519KYBER768DRAFT00 = 0x6399, "X25519Kyber768Draft00", "draft-tls-westerbaan-xyber768d00";
    SECP256R1KYBER768DRAFT00 = 0x639a, "SecP256r1Kyber768Draft00", "draft-kwiatkowski-tls-ecdhe-kyber";
    ARBITRARY_EXPLICIT_PRIME_CURVES = 0xff01, "arbitrary_explicit_prime_curves", "RFC 8422";
    ARBITRARY_EXPLICIT_CHAR2_CURVES = 0xff02, "arbitrary_explicit_char2_curves", "RFC 8422";
}

impl NamedGroup {
    /// Whether it is one of the numbers that clients throw in to keep servers tolerant (RFC 8701).
    pub const fn is_grease(self) -> bool {
        super::is_grease(self.0)
    }

    /// Whether a key share of it is over a kilobyte long, so that a ClientHello with one does not fit in a datagram.
    pub const fn is_post_quantum(self) -> bool {
        matches!(self.0, 0x0200..=0x0202 | 0x11eb..=0x11ed | 0x6399..=0x639a)
    }
}
