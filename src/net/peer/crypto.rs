//! [`Provider`]: the library's own cryptography, with a look at what goes in and comes out: the secret of the DTLS connection
//! for the key log, and SCTP packets in clear.

use std::sync::Arc;

use webrtc::peer_connection::crypto::{self, *};

use super::tap::Direction;
use super::wire::Wire;

/// A provider that does what `inner` does and tells the tap.
pub struct Provider {
    inner: Arc<dyn RTCCryptoProvider>,
    crypto: Crypto,
}

struct Crypto {
    inner: Arc<dyn RTCCryptoProvider>,
    eye: Arc<Eye>,
}

struct Eye {
    wire: Arc<Wire>,
}

impl Provider {
    /// Wraps the library's default.
    ///
    /// # Errors
    /// The library has been built without any cryptography.
    pub fn new(wire: Arc<Wire>) -> Result<Provider, CryptoError> {
        let inner = crypto::default_provider()?;
        let eye = Arc::new(Eye { wire });
        Ok(Provider {
            crypto: Crypto {
                inner: Arc::clone(&inner),
                eye,
            },
            inner,
        })
    }
}

impl RTCCryptoProvider for Provider {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        &self.crypto
    }

    fn random(&self) -> &dyn RTCRandom {
        self.inner.random()
    }
}

impl RTCCrypto for Crypto {
    fn supports(&self, algorithm: CryptoAlgorithm) -> bool {
        self.inner.crypto().supports(algorithm)
    }

    fn hash(&self, algorithm: HashAlgorithm, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.inner.crypto().hash(algorithm, data)
    }

    fn block_encrypt(&self, algorithm: BlockCipherAlgorithm, key: &[u8], block: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.crypto().block_encrypt(algorithm, key, block)
    }

    fn new_hmac(&self, algorithm: HmacAlgorithm, key: &[u8]) -> Result<Box<dyn Mac>, CryptoError> {
        let inner = self.inner.crypto().new_hmac(algorithm, key)?;
        // So is what is signed: a check.
        self.eye.wire.stir();
        // A master secret of TLS 1.2 has 48 octets (RFC 5246 §8.1).
        if key.len() != 48 {
            return Ok(inner);
        }
        Ok(Box::new(MasterSecret {
            inner,
            key: key.to_vec(),
            eye: Arc::clone(&self.eye),
        }))
    }

    fn new_stream_cipher(
        &self,
        algorithm: StreamCipherAlgorithm,
        key: &[u8],
    ) -> Result<Box<dyn StreamCipher>, CryptoError> {
        self.inner.crypto().new_stream_cipher(algorithm, key)
    }

    fn new_aead(&self, algorithm: AeadAlgorithm, key: &[u8]) -> Result<Box<dyn AeadCipher>, CryptoError> {
        Ok(Box::new(Records {
            inner: self.inner.crypto().new_aead(algorithm, key)?,
            eye: Arc::clone(&self.eye),
        }))
    }

    fn new_cbc(&self, algorithm: CbcAlgorithm, key: &[u8]) -> Result<Box<dyn CbcCipher>, CryptoError> {
        self.inner.crypto().new_cbc(algorithm, key)
    }

    fn start_key_exchange(&self, algorithm: KeyExchangeAlgorithm) -> Result<Box<dyn ActiveKeyExchange>, CryptoError> {
        self.inner.crypto().start_key_exchange(algorithm)
    }

    fn generate_signing_key(&self, scheme: SignatureScheme) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.inner.crypto().generate_signing_key(scheme)
    }

    fn import_signing_key(
        &self,
        scheme: SignatureScheme,
        pkcs8_der: &[u8],
    ) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.inner.crypto().import_signing_key(scheme, pkcs8_der)
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        public_key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.inner
            .crypto()
            .verify_signature(scheme, public_key, message, signature)
    }
}

/// A keyed hash whose key is a master secret.
struct MasterSecret {
    inner: Box<dyn Mac>,
    key: Vec<u8>,
    eye: Arc<Eye>,
}

impl Mac for MasterSecret {
    fn output_len(&self) -> usize {
        self.inner.output_len()
    }

    fn sign(&mut self, input: &[&[u8]], output: &mut [u8]) -> Result<(), CryptoError> {
        // P_hash(secret, "key expansion" + server random + client random): RFC 5246 §5, §6.3.
        const LABEL: &[u8] = b"key expansion";
        let whole = input.concat();
        let randoms = whole
            .windows(LABEL.len())
            .position(|window| window == LABEL)
            .and_then(|at| whole.get(at + LABEL.len()..)?.get(..64));
        if let Some(randoms) = randoms {
            let line = format!("CLIENT_RANDOM {} {}", hex(&randoms[32..]), hex(&self.key));
            self.eye.wire.tap.secret(line);
        }
        self.inner.sign(input, output)
    }

    fn verify(&mut self, input: &[&[u8]], expected: &[u8]) -> Result<(), CryptoError> {
        self.inner.verify(input, expected)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A cipher for records of DTLS, or for SRTP.
struct Records {
    inner: Box<dyn AeadCipher>,
    eye: Arc<Eye>,
}

impl Records {
    fn look(&self, direction: Direction, aad: &[u8], plain: &[u8]) {
        // The additional data of a record: epoch and number, type, version, length (RFC 5246 §6.2.3.3). No header of RTP or RTCP
        // has 13 octets.
        const APPLICATION_DATA: u8 = 23;
        if aad.len() == 13 && aad[8] == APPLICATION_DATA {
            self.eye.wire.tap.sctp(self.eye.wire.side, direction, plain);
        }
    }
}

impl AeadCipher for Records {
    fn tag_len(&self) -> usize {
        self.inner.tag_len()
    }

    fn seal_in_place(
        &mut self,
        nonce: &[u8],
        aad: &[u8],
        text: &mut [u8],
        tag_out: &mut [u8],
    ) -> Result<(), CryptoError> {
        // What is encrypted is about to be sent; through a relay the library takes a second turn for that.
        self.eye.wire.stir();
        self.look(Direction::Sent, aad, text);
        self.inner.seal_in_place(nonce, aad, text, tag_out)
    }

    fn open_in_place(&mut self, nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8]) -> Result<(), CryptoError> {
        self.inner.open_in_place(nonce, aad, text, tag)?;
        self.look(Direction::Received, aad, text);
        Ok(())
    }
}
