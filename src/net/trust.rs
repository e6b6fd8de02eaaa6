//! Who may vouch for a server, and the verifier that writes down what it finds instead of ending the handshake.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::net::certificate::{CertificateInfo, Verdict};
use crate::net::reason;
use crate::net::tls::{CaFileError, lock};

/// Octets of a file of certificates; the roots of a platform take a tenth of it.
const CA_FILE_LIMIT: usize = 4 << 20;

/// What a verifier found.
pub(super) type Problems = Arc<Mutex<Vec<Verdict>>>;

/// Whose word counts.
#[derive(Debug)]
pub(super) struct Trust {
    /// Who judges chains, or why nobody can.
    verifier: Result<Arc<dyn ServerCertVerifier>, String>,
    /// Certificates that are trusted themselves, whatever they may sign.
    pinned: Vec<CertificateDer<'static>>,
}

impl Trust {
    pub(super) fn none(why: String) -> Trust {
        Trust {
            verifier: Err(why),
            pinned: Vec::new(),
        }
    }

    pub(super) fn platform(provider: Arc<CryptoProvider>) -> Trust {
        match rustls_platform_verifier::Verifier::new(provider) {
            Ok(verifier) => Trust {
                verifier: Ok(Arc::new(verifier)),
                pinned: Vec::new(),
            },
            Err(error) => Trust::none(error.to_string()),
        }
    }

    pub(super) fn from_file(path: &Path, provider: &Arc<CryptoProvider>) -> Result<Trust, CaFileError> {
        let fail = |message: String| CaFileError {
            path: path.to_owned(),
            io: None,
            message,
        };
        let text = read(path).map_err(|error| CaFileError {
            io: Some(error.kind()),
            ..fail(reason(&error))
        })?;
        if text.len() > CA_FILE_LIMIT {
            return Err(fail(format!("larger than {} MiB", CA_FILE_LIMIT >> 20)));
        }
        let pinned: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<_, _>>()
            .map_err(|e| fail(e.to_string()))?;
        if pinned.is_empty() {
            return Err(fail("no certificate in PEM form in it".into()));
        }
        let mut roots = RootCertStore::empty();
        for certificate in &pinned {
            roots.add(certificate.clone()).map_err(|e| fail(e.to_string()))?;
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|e| fail(e.to_string()))?;
        Ok(Trust {
            verifier: Ok(verifier),
            pinned,
        })
    }
}

/// At most one octet more than a file of certificates may have.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(CA_FILE_LIMIT as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

/// A verifier that writes down what it finds and lets the handshake go on.
#[derive(Debug)]
pub(super) struct Recorder {
    trust: Arc<Trust>,
    provider: Arc<CryptoProvider>,
    problems: Problems,
}

impl Recorder {
    /// A verifier for one handshake, and where to read what it found, in the order of gravity.
    pub(super) fn new(trust: Arc<Trust>, provider: Arc<CryptoProvider>) -> (Recorder, Problems) {
        let problems = Problems::default();
        let recorder = Recorder {
            trust,
            provider,
            problems: Arc::clone(&problems),
        };
        (recorder, problems)
    }

    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Vec<Verdict> {
        let leaf = CertificateInfo::from_der(end_entity);
        let expected = server_name.to_str();
        let mut problems: Vec<Verdict> = Vec::new();
        // One kind of problem is told once.
        let mut add = |verdict: Verdict| {
            let kind = std::mem::discriminant(&verdict);
            if problems.iter().all(|known| std::mem::discriminant(known) != kind) {
                problems.push(verdict);
            }
        };
        let pinned = self
            .trust
            .pinned
            .iter()
            .any(|pinned| pinned.as_ref() == end_entity.as_ref());
        match &self.trust.verifier {
            _ if pinned => {}
            Err(why) => add(Verdict::Untrusted {
                self_signed: leaf.self_signed,
                reason: why.clone(),
            }),
            Ok(verifier) => {
                if let Err(error) =
                    verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                {
                    add(Verdict::from_error(&error, &leaf, &expected));
                }
            }
        }
        // The verifier stops at the first problem: look for the others.
        let named = ParsedCertificate::try_from(end_entity).and_then(|parsed| verify_server_name(&parsed, server_name));
        if let Err(error) = named {
            add(Verdict::from_error(&error, &leaf, &expected));
        }
        if let Some(verdict) = Verdict::from_dates(&leaf, i64::try_from(now.as_secs()).unwrap_or(i64::MAX)) {
            add(verdict);
        }
        problems
    }

    fn signature(&self, checked: Result<HandshakeSignatureValid, rustls::Error>) -> HandshakeSignatureValid {
        checked.unwrap_or_else(|error| {
            let verdict = Verdict::Other(format!("the server did not prove that it holds the key: {error}"));
            lock(&self.problems).insert(0, verdict);
            HandshakeSignatureValid::assertion()
        })
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let problems = self.judge(end_entity, intermediates, server_name, ocsp_response, now);
        lock(&self.problems).extend(problems);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.signature(rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.signature(rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
