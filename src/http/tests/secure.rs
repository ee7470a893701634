//! TLS: which certificates it trusts, what it resumes, and HTTP/2.

use std::sync::Arc;

use rustls::{
    HandshakeKind, NamedGroup, ServerConfig, crypto::ring, server::ServerSessionMemoryCache,
};
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::LazyConfigAcceptor;

use super::*;
use crate::{
    http::{
        HttpReason, HttpSetupError, TlsSetupError,
        testing::{
            Reply, Server,
            tls::{Authority, names},
        },
    },
    model::Transport,
};

fn client(options: &HttpOptions, names: &[String]) -> Http {
    let table: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), "127.0.0.1"))
        .collect();
    Http::with_hosts(options, &table)
}

fn kinds(server: &Server) -> Vec<HandshakeKind> {
    let handshakes = server.handshakes().into_iter();
    handshakes.map(|handshake| handshake.kind).collect()
}

#[tokio::test]
async fn the_ca_file_is_trusted_and_nothing_else_of_its_kind() {
    let names = names(1);
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(&names), |_| Reply::ok(b"<rss/>")).await;
    let url = server.secure_url_at(&names[0], "/?key=s3cret");

    let trusting = client(&authority.trusting(), &names);
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
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(&names[..1]), |_| Reply::ok(b"")).await;
    let http = client(&authority.trusting(), &names);
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
    let authority = Authority::new();
    let mut config = authority.server(&names);
    config.session_storage = ServerSessionMemoryCache::new(1024);
    let server = Server::start_tls(config, |_| Reply::ok(b"").closed()).await;
    let http = client(&authority.trusting(), &names);
    for _ in 0..2 {
        for name in &names {
            let url = server.secure_url_at(name, "/");
            get(&http, url, Trust::OperatorPrivate)
                .await
                .expect("an answer");
        }
    }
    let handshakes = kinds(&server);
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
    let authority = Authority::new();
    let key_and_certificate = authority.server(&names).cert_resolver.clone();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("ring speaks TLS 1.2")
        .with_no_client_auth()
        .with_cert_resolver(key_and_certificate);
    let server = Server::start_tls(config, |_| Reply::ok(b"").closed()).await;
    let http = client(&authority.trusting(), &names);
    for _ in 0..2 {
        let url = server.secure_url_at(&names[0], "/");
        get(&http, url, Trust::OperatorPrivate)
            .await
            .expect("an answer");
    }
    assert_eq!(
        kinds(&server),
        [HandshakeKind::Full, HandshakeKind::Resumed]
    );
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

/// A post-quantum share first would make the handshake of every feed a third dearer (247 against
/// 184 µs resumed); a share that the server does not take costs a round trip.
#[tokio::test]
async fn x25519_is_offered_first_and_its_share_is_taken() {
    let names = names(1);
    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let config = Arc::new(authority.server(&names));
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a caller");
        let start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await;
        let start = start.expect("a hello");
        let groups = start
            .client_hello()
            .named_groups()
            .map(<[NamedGroup]>::to_vec);
        let stream = start.into_stream(config).await.expect("TLS");
        (groups.expect("groups"), stream.get_ref().1.handshake_kind())
    });
    let http = client(&authority.trusting(), &names);
    let url = Url::parse(&format!("https://{}:{port}/", names[0])).expect("a URL");
    get(&http, url, Trust::OperatorPrivate)
        .await
        .expect_err("no answer");
    let (groups, kind) = serving.await.expect("no panic");
    assert_eq!(
        groups,
        [
            NamedGroup::X25519,
            NamedGroup::secp256r1,
            NamedGroup::secp384r1
        ]
    );
    assert_eq!(kind, Some(HandshakeKind::Full), "no second round");
}

#[tokio::test]
async fn http2_off_offers_http_1_1_only() {
    let names = names(1);
    let authority = Authority::new();
    let mut config = authority.server(&names);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let server = Server::start_tls(config, |_| Reply::ok(b"<rss/>")).await;
    let http = client(&authority.trusting(), &names);
    let url = server.secure_url_at(&names[0], "/");
    let request = |http2| HttpRequest {
        transport: Transport {
            http2,
            ..Transport::default()
        },
        ..HttpRequest::new(Method::GET, url.clone(), Trust::OperatorPrivate)
    };
    let answer = http.send(request(false)).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
    // This server cannot speak it, but it is offered.
    http.send(request(true)).await.expect_err("no HTTP/2");
    let protocols: Vec<_> = server
        .handshakes()
        .into_iter()
        .map(|handshake| handshake.protocol)
        .collect();
    assert_eq!(
        protocols,
        [Some(b"http/1.1".to_vec()), Some(b"h2".to_vec())]
    );
}
