//! The TLS configuration: ring, the system's authorities, resumed sessions, h2 by ALPN.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig,
    client::Resumption,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use tracing::warn;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::sessions::Sessions;

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
    /// An extra authority is no certificate.
    #[error("certificate authorities: {0}")]
    Authorities(#[source] rustls::Error),
}

/// TLS as a client that trusts what the system trusts and the authorities in `ca_file`. On a
/// system without any (a bare container) Mozilla's, as compiled in, stand in for the system's.
///
/// # Errors
/// See [`TlsSetupError`].
pub fn tls_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsSetupError> {
    let extra = ca_file.map_or(Ok(Vec::new()), authorities)?;
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra.clone(), Arc::clone(&provider))
        .or_else(|error| {
            warn!("this system has no certificate authorities ({error}), built-in ones are used");
            let built_in = TLS_SERVER_ROOT_CERTS.iter().cloned().chain(extra);
            Verifier::new_with_extra_roots(built_in, Arc::clone(&provider))
        })
        .map_err(TlsSetupError::Authorities)?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// Built by us and handed over, because the HTTP library's own would keep sessions for 32 hosts
/// only, and would become OpenSSL if any dependency switched its `native-tls` feature on.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsSetupError> {
    let mut config = tls_config(ca_file)?;
    config.resumption = Resumption::store(Arc::new(Sessions::default()));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let unreadable = |source| TlsSetupError::CaFile {
        file: file.to_owned(),
        source,
    };
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(unreadable)?;
    if found.is_empty() {
        return Err(TlsSetupError::CaFileEmpty {
            file: file.to_owned(),
        });
    }
    Ok(found)
}
