//! An authority of the tests' own, and what it signs.

use std::{io::Write, sync::Arc};

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use tempfile::NamedTempFile;

use crate::{
    http::HttpOptions,
    model::{ClientCertificate, Transport},
};

pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) ca_file: NamedTempFile,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("parameters");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
            .expect("an authority");
        let ca_file = file(&issuer.pem());
        Self { issuer, ca_file }
    }

    /// A client that trusts it.
    pub(crate) fn trusting(&self) -> HttpOptions {
        HttpOptions {
            ca_file: Some(self.ca_file.path().to_owned()),
            ..HttpOptions::default()
        }
    }

    /// A server with these names.
    pub(crate) fn server(&self, names: &[String]) -> ServerConfig {
        let (certificate, key) = self.sign(names);
        builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("they belong together")
    }

    /// A server with these names that asks for a certificate, and may insist.
    pub(crate) fn asking(&self, names: &[String], insists: bool) -> ServerConfig {
        let (certificate, key) = self.sign(names);
        let mut roots = RootCertStore::empty();
        let own = self.issuer.der().clone();
        roots.add(own).expect("an authority");
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = if insists {
            verifier
        } else {
            verifier.allow_unauthenticated()
        };
        builder()
            .with_client_cert_verifier(verifier.build().expect("a verifier"))
            .with_single_cert(vec![certificate], key)
            .expect("they belong together")
    }

    /// A client's certificate with its key, in one PEM file.
    pub(crate) fn client(&self) -> NamedTempFile {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(["desk".to_owned()])
            .and_then(|params| params.signed_by(&key, &self.issuer))
            .expect("a certificate");
        file(&format!("{}{}", certificate.pem(), key.serialize_pem()))
    }

    fn sign(&self, names: &[String]) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(names)
            .and_then(|params| params.signed_by(&key, &self.issuer))
            .expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        (certificate.der().clone(), key)
    }
}

/// A server's certificate that is handed over itself.
pub(crate) struct OwnCertificate {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl OwnCertificate {
    /// Signed by itself, good from 2000 to that year.
    pub(crate) fn self_signed(names: &[String], is_authority: bool, until: i32) -> Self {
        let mut params = CertificateParams::new(names).expect("parameters");
        if is_authority {
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        }
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self::of(certificate.der().clone(), certificate.pem(), &key)
    }

    pub(crate) fn signed_by(authority: &Authority, names: &[String]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(names)
            .and_then(|params| params.signed_by(&key, &authority.issuer))
            .expect("a certificate");
        Self::of(certificate.der().clone(), certificate.pem(), &key)
    }

    fn of(der: CertificateDer<'static>, pem: String, key: &KeyPair) -> Self {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self { pem, der, key }
    }

    pub(crate) fn server(&self) -> ServerConfig {
        builder()
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], self.key.clone_key())
            .expect("they belong together")
    }

    pub(crate) fn file(pem: &str) -> NamedTempFile {
        file(pem)
    }
}

fn builder() -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
}

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

/// The way of a client that shows the certificate in this file.
pub(crate) fn showing(certificate: &NamedTempFile) -> Transport {
    let file = certificate.path().to_owned();
    Transport {
        certificate: Some(ClientCertificate {
            certificate: file.clone(),
            key: file,
        }),
        ..Transport::default()
    }
}

/// `h0.example.org` and so on.
pub(crate) fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("h{number}.example.org"))
        .collect()
}
