//! The TLS configuration: ring, the system's authorities and those of `ca_file`, resumed sessions,
//! h2 by ALPN. A file that cannot be used is an error at set-up, never a weaker check.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    CipherSuite, ClientConfig, ConfigBuilder,
    client::{Resumption, WantsClientCert, danger::ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};
use rustls_platform_verifier::Verifier;
use tracing::warn;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::{options::HttpOptions, pinned::Pinned, sessions::Sessions};
use crate::{
    files::read_regular,
    model::{ClientCertificate, Transport},
};

/// A file of certificates or with a key; the authorities of a whole system take a quarter of a
/// megabyte.
pub const MAX_CA_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The file with extra authorities cannot be read or is not PEM.
    #[error("ca_file {}: {source}", file.display())]
    CaFile {
        /// The file.
        file: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// The file with extra authorities holds none.
    #[error("ca_file {} holds no certificate", file.display())]
    CaFileEmpty {
        /// The file.
        file: PathBuf,
    },
    /// The file with our certificate cannot be read or is not PEM.
    #[error("client_cert {}: {source}", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// The file with our certificate holds none.
    #[error("client_cert {} holds no certificate", file.display())]
    CertificateEmpty {
        /// The file.
        file: PathBuf,
    },
    /// The file with its key cannot be read, or holds no key in plain PEM.
    #[error("client_key {}: {source}", file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// The key is of a kind that is not known, or not the certificate's.
    #[error("client_cert {} with its client_key: {source}", file.display())]
    Mismatch {
        /// The certificate's file.
        file: PathBuf,
        /// rustls's words.
        source: rustls::Error,
    },
    /// An extra authority is no certificate.
    #[error("certificate authorities: {0}")]
    Authorities(#[source] rustls::Error),
}

/// The authorities that a TLS configuration trusts, and the certificate that it shows: what makes
/// two of them differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Trusted {
    ca_files: Vec<PathBuf>,
    certificate: Option<ClientCertificate>,
}

impl Trusted {
    pub(super) fn of(transport: &Transport, options: &HttpOptions) -> Self {
        let files = options.ca_file.iter().chain(&transport.ca_file);
        let mut ca_files: Vec<PathBuf> = files.cloned().collect();
        ca_files.dedup();
        Self {
            ca_files,
            certificate: transport.certificate.clone(),
        }
    }
}

/// TLS as a client that trusts what the system trusts, and the authorities and servers whose
/// certificates are in `ca_file`. On a system without any (a bare container) Mozilla's, as
/// compiled in, replace the system's.
///
/// # Errors
/// See [`TlsSetupError`].
pub fn tls_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsSetupError> {
    Ok(verified(ca_file.as_slice())?.with_no_client_auth())
}

/// Reads what a feed's `client_cert` and `client_key` name.
///
/// # Errors
/// Where a file is unreadable or holds something else, or the two do not belong together.
pub fn check_certificate(certificate: &ClientCertificate) -> Result<(), TlsSetupError> {
    let nobody: [&Path; 0] = [];
    with_certificate(verified(&nobody)?, certificate)?;
    Ok(())
}

/// Reads what a `ca_file` names.
///
/// # Errors
/// Where the file is unreadable or holds no certificate.
pub fn check_authorities(file: &Path) -> Result<(), TlsSetupError> {
    authorities(file)?;
    Ok(())
}

/// ring, asking for AES-128 first, as browsers do: its handshake hashes with SHA-256, for which
/// processors have instructions; that of AES-256 hashes with SHA-384.
fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    let first = CipherSuite::TLS13_AES_128_GCM_SHA256;
    provider
        .cipher_suites
        .sort_by_key(|suite| suite.suite() != first);
    provider
}

type Builder = ConfigBuilder<ClientConfig, WantsClientCert>;

fn verified(ca_files: &[impl AsRef<Path>]) -> Result<Builder, TlsSetupError> {
    let mut extra = Vec::new();
    for file in ca_files {
        extra.extend(authorities(file.as_ref())?);
    }
    let pinned = extra.clone();
    let provider = Arc::new(provider());
    let verifier = Verifier::new_with_extra_roots(extra.clone(), Arc::clone(&provider))
        .or_else(|error| {
            warn!("this system has no certificate authorities ({error}), built-in ones are used");
            let built_in = TLS_SERVER_ROOT_CERTS.iter().cloned().chain(extra);
            Verifier::new_with_extra_roots(built_in, Arc::clone(&provider))
        })
        .map_err(TlsSetupError::Authorities)?;
    let verifier: Arc<dyn ServerCertVerifier> = Arc::new(verifier);
    let verifier = if pinned.is_empty() {
        verifier
    } else {
        Arc::new(Pinned {
            certificates: pinned,
            inner: verifier,
            provider: Arc::clone(&provider),
        })
    };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier))
}

/// Built by us and handed over, because the HTTP library's own would keep sessions for 32 hosts
/// only, and would become OpenSSL if any dependency switched its `native-tls` feature on.
pub(super) fn client_config(trusted: &Trusted) -> Result<ClientConfig, TlsSetupError> {
    let builder = verified(&trusted.ca_files)?;
    let mut config = match &trusted.certificate {
        Some(certificate) => with_certificate(builder, certificate)?,
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::store(Arc::new(Sessions::default()));
    Ok(config)
}

/// What is offered by ALPN (RFC 7301), the preferred one first.
pub(super) fn protocols(http2: bool) -> Vec<Vec<u8>> {
    let offered: &[&[u8]] = if http2 {
        &[b"h2", b"http/1.1"]
    } else {
        &[b"http/1.1"]
    };
    offered.iter().map(|name| name.to_vec()).collect()
}

fn with_certificate(
    builder: Builder,
    certificate: &ClientCertificate,
) -> Result<ClientConfig, TlsSetupError> {
    let ClientCertificate {
        certificate: file,
        key,
    } = certificate;
    let chain: Vec<_> = read_pem(file)
        .and_then(|text| CertificateDer::pem_slice_iter(&text).collect())
        .map_err(|source| TlsSetupError::Certificate {
            file: file.clone(),
            source,
        })?;
    if chain.is_empty() {
        return Err(TlsSetupError::CertificateEmpty { file: file.clone() });
    }
    let private = read_pem(key).and_then(|text| PrivateKeyDer::from_pem_slice(&text));
    let private = private.map_err(|source| TlsSetupError::Key {
        file: key.clone(),
        source,
    })?;
    builder
        .with_client_auth_cert(chain, private)
        .map_err(|source| TlsSetupError::Mismatch {
            file: file.clone(),
            source,
        })
}

fn read_pem(file: &Path) -> Result<Vec<u8>, pem::Error> {
    read_regular(file, MAX_CA_FILE_BYTES).map_err(pem::Error::Io)
}

fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let unreadable = |source| TlsSetupError::CaFile {
        file: file.to_owned(),
        source,
    };
    let found: Vec<_> = read_pem(file)
        .and_then(|text| CertificateDer::pem_slice_iter(&text).collect())
        .map_err(unreadable)?;
    if found.is_empty() {
        return Err(TlsSetupError::CaFileEmpty {
            file: file.to_owned(),
        });
    }
    Ok(found)
}
