//! TLS: whom it trusts, what it resumes, and HTTP/2.

use std::{io::Write, sync::Arc};

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::{
    HandshakeKind, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::ServerSessionMemoryCache,
};
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::http::{
    HttpReason, HttpSetupError, TlsSetupError,
    testing::{Reply, Server},
};

/// An authority of the test's own, and what it signed for some names.
struct Authority {
    ca_file: NamedTempFile,
    server: ServerConfig,
}

fn authority(names: &[String]) -> Authority {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
        .expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(names)
        .and_then(|params| params.signed_by(&key, &issuer))
        .expect("a certificate");

    let mut ca_file = NamedTempFile::new().expect("a file");
    ca_file.write_all(issuer.pem().as_bytes()).expect("written");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("they belong together");
    Authority { ca_file, server }
}

fn trusting(authority: &Authority) -> HttpOptions {
    HttpOptions {
        ca_file: Some(authority.ca_file.path().to_owned()),
        ..HttpOptions::default()
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("h{number}.example.org"))
        .collect()
}

fn client(options: &HttpOptions, names: &[String]) -> Http {
    let table: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), "127.0.0.1"))
        .collect();
    Http::with_hosts(options, &table)
}

#[tokio::test]
async fn the_ca_file_is_trusted_and_nothing_else_of_its_kind() {
    let names = names(1);
    let authority = authority(&names);
    let server = Server::start_tls(authority.server.clone(), |_| Reply::ok(b"<rss/>")).await;
    let url = server.secure_url_at(&names[0], "/?key=s3cret");

    let trusting = client(&trusting(&authority), &names);
    let answer = get(&trusting, url.clone(), Trust::OperatorPrivate).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");

    let other = client(&HttpOptions::default(), &names);
    let error = get(&other, url, Trust::OperatorPrivate)
        .await
        .expect_err("unknown authority");
    assert_eq!(error.reason(), HttpReason::Tls);
    let message = error.to_string();
    assert!(
        message.starts_with("TLS with h0.example.org: invalid peer certificate"),
        "{message}"
    );
    assert!(!message.contains("s3cret"), "{message}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let names = names(2);
    let authority = authority(&names[..1]);
    let server = Server::start_tls(authority.server.clone(), |_| Reply::ok(b"")).await;
    let http = client(&trusting(&authority), &names);
    let url = server.secure_url_at(&names[1], "/");
    let error = get(&http, url, Trust::OperatorPrivate)
        .await
        .expect_err("another name");
    assert_eq!(error.reason(), HttpReason::Tls, "{error}");
}

#[tokio::test]
async fn a_plain_server_on_https_is_a_tls_error() {
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = plain.local_addr().expect("an address").port();
    let talking = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.expect("a caller");
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .expect("written");
        stream.read_to_end(&mut Vec::new()).await
    });
    let url = Url::parse(&format!("https://127.0.0.1:{port}/")).expect("a URL");
    let error = get(&http(), url, Trust::Operator)
        .await
        .expect_err("no TLS");
    assert_eq!(error.reason(), HttpReason::Tls, "{error}");
    talking.abort();
}

/// rustls's own cache would have forgotten the first hosts after 32.
#[tokio::test]
async fn sessions_of_many_hosts_are_resumed() {
    let names = names(40);
    let authority = authority(&names);
    let mut config = authority.server.clone();
    config.session_storage = ServerSessionMemoryCache::new(1024);
    let server = Server::start_tls(config, |_| Reply::ok(b"").closed()).await;
    let http = client(&trusting(&authority), &names);
    for _ in 0..2 {
        for name in &names {
            let url = server.secure_url_at(name, "/");
            get(&http, url, Trust::OperatorPrivate)
                .await
                .expect("an answer");
        }
    }
    let handshakes = server.handshakes();
    let (first, second) = handshakes.split_at(names.len());
    assert_eq!(second.len(), names.len());
    assert!(
        first.iter().all(|&kind| kind == HandshakeKind::Full),
        "{first:?}"
    );
    assert!(
        second.iter().all(|&kind| kind == HandshakeKind::Resumed),
        "{second:?}"
    );
}

#[tokio::test]
async fn sessions_of_tls_1_2_are_resumed_too() {
    let names = names(1);
    let authority = authority(&names);
    let key_and_certificate = authority.server.cert_resolver.clone();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("ring speaks TLS 1.2")
        .with_no_client_auth()
        .with_cert_resolver(key_and_certificate);
    let server = Server::start_tls(config, |_| Reply::ok(b"").closed()).await;
    let http = client(&trusting(&authority), &names);
    for _ in 0..2 {
        let url = server.secure_url_at(&names[0], "/");
        get(&http, url, Trust::OperatorPrivate)
            .await
            .expect("an answer");
    }
    assert_eq!(
        server.handshakes(),
        [HandshakeKind::Full, HandshakeKind::Resumed]
    );
}

const HEADERS: u8 = 1;
const STATUS_200: &[u8] = &[0, 0, 1, HEADERS, 4, 0, 0, 0, 1, 0x88];

/// One exchange of HTTP/2, frame by frame (RFC 9113 §4.1); the answer is given in frames.
async fn exchange_http_2(answer: Vec<u8>) -> Result<HttpResponse, HttpError> {
    let names = names(1);
    let authority = authority(&names);
    let mut config = authority.server.clone();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a caller");
        let mut stream = acceptor.accept(stream).await.expect("TLS");
        stream.read_exact(&mut [0; 24]).await.expect("the preface");
        let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        stream.write_all(&settings).await.expect("written");
        let mut frame = [0; 9];
        while frame[3] != HEADERS {
            stream.read_exact(&mut frame).await.expect("a frame");
            let length = usize::from(frame[1]) << 8 | usize::from(frame[2]);
            stream
                .read_exact(&mut vec![0; length])
                .await
                .expect("its payload");
        }
        stream.write_all(&answer).await.expect("written");
        stream.shutdown().await
    });
    let url = Url::parse(&format!("https://{}:{port}/", names[0])).expect("a URL");
    let http = client(&trusting(&authority), &names);
    let answer = get(&http, url, Trust::OperatorPrivate).await;
    serving.await.expect("no panic").expect("closed");
    answer
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_offers_it() {
    let last_data = [&[0, 0, 6, 0, 1, 0, 0, 0, 1], &b"<rss/>"[..]].concat();
    let answer = exchange_http_2([STATUS_200, &last_data].concat()).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
}

#[tokio::test]
async fn a_body_cut_short_over_http_2_is_an_error() {
    let not_last_data = [&[0, 0, 5, 0, 0, 0, 0, 0, 1], &b"<rss>"[..]].concat();
    let error = exchange_http_2([STATUS_200, &not_last_data].concat()).await;
    assert_eq!(error.expect_err("cut").reason(), HttpReason::Truncated);
}

#[test]
fn a_ca_file_that_is_missing_or_empty_is_named() {
    let with = |path: &std::path::Path| {
        Http::new(&HttpOptions {
            ca_file: Some(path.to_owned()),
            ..HttpOptions::default()
        })
        .expect_err("refused")
    };
    let empty = NamedTempFile::new().expect("a file");
    let error = with(empty.path());
    assert!(matches!(
        error,
        HttpSetupError::Tls(TlsSetupError::CaFileEmpty { .. })
    ));
    assert!(
        error
            .to_string()
            .contains(&empty.path().display().to_string())
    );
    let missing = with(std::path::Path::new("/nonexistent/ca.pem"));
    assert!(matches!(
        missing,
        HttpSetupError::Tls(TlsSetupError::CaFile { .. })
    ));
}
