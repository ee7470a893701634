//! The TLS configuration: ring, the system's authorities, resumed sessions, h2 by ALPN.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig,
    client::Resumption,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use super::{error::HttpSetupError, sessions::Sessions};

/// Built by us and handed over, because the HTTP library's own would keep sessions for 32 hosts
/// only, and would become OpenSSL if any dependency switched its `native-tls` feature on.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, HttpSetupError> {
    let extra = ca_file.map_or(Ok(Vec::new()), authorities)?;
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
        .map_err(HttpSetupError::Authorities)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = Resumption::store(Arc::new(Sessions::default()));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, HttpSetupError> {
    let unreadable = |source| HttpSetupError::CaFile {
        file: file.to_owned(),
        source,
    };
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(unreadable)?;
    if found.is_empty() {
        return Err(HttpSetupError::CaFileEmpty {
            file: file.to_owned(),
        });
    }
    Ok(found)
}
