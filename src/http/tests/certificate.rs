//! Our own certificate, for servers that ask who asks.

use rustls::HandshakeKind::{Full, Resumed};
use tempfile::NamedTempFile;

use super::*;
use crate::{
    http::{
        HttpReason, HttpSetupError, TlsSetupError,
        testing::{
            Reply, Server,
            tls::{Authority, names, showing},
        },
    },
    model::Transport,
};

async fn ask(http: &Http, transport: &Transport, url: Url) -> Result<HttpResponse, HttpError> {
    http.send(HttpRequest {
        transport: transport.clone(),
        ..HttpRequest::new(Method::GET, url, Trust::OperatorPrivate)
    })
    .await
}

#[tokio::test]
async fn it_is_shown_to_a_server_that_insists() {
    let authority = Authority::new();
    let names = names(1);
    let asking = authority.asking(&names, true);
    let server = Server::start_tls(asking, |_| Reply::ok(b"<rss/>")).await;
    let hosts = [("h0.example.org", "127.0.0.1")];
    let http = Http::with_hosts(&authority.trusting(), &hosts);
    let url = server.secure_url_at(&names[0], "/");
    let certificate = authority.client();
    let answer = ask(&http, &showing(&certificate), url.clone()).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");

    // The connection above is open still, and nobody else's.
    let error = ask(&http, &Transport::default(), url).await;
    let error = error.expect_err("nothing was shown");
    assert_eq!(error.reason(), HttpReason::Tls, "{error}");
    assert_eq!(server.requests().len(), 1);
}

/// A session that began with a certificate is not taken up by anyone without it.
#[tokio::test]
async fn sessions_are_shared_only_among_those_who_show_the_same() {
    let authority = Authority::new();
    let names = names(1);
    let asking = authority.asking(&names, false);
    let server = Server::start_tls(asking, |_| Reply::ok(b"").closed()).await;
    let hosts = [("h0.example.org", "127.0.0.1")];
    let http = Http::with_hosts(&authority.trusting(), &hosts);
    let url = server.secure_url_at(&names[0], "/");
    let certificate = authority.client();
    let shown = showing(&certificate);
    let shown_over_http_1 = Transport {
        http2: false,
        ..shown.clone()
    };
    let plain = Transport::default();
    for transport in [&shown, &plain, &shown_over_http_1, &plain] {
        ask(&http, transport, url.clone()).await.expect("an answer");
    }
    let seen: Vec<_> = server
        .handshakes()
        .into_iter()
        .map(|handshake| (handshake.kind, handshake.has_certificate))
        .collect();
    assert_eq!(
        seen,
        [
            (Full, true),
            (Full, false),
            (Resumed, true),
            (Resumed, false)
        ]
    );
}

#[test]
fn faults_in_its_files_are_found_before_it_is_used() {
    let authority = Authority::new();
    let (certificate, other) = (authority.client(), authority.client());
    let refused = |transport: &Transport| match http().prepare(transport) {
        Err(HttpSetupError::Tls(error)) => error,
        other => panic!("{other:?}"),
    };
    http().prepare(&showing(&certificate)).expect("a pair");

    let empty = NamedTempFile::new().expect("a file");
    let error = refused(&showing(&empty));
    assert!(matches!(error, TlsSetupError::CertificateEmpty { .. }));
    let error = refused(&showing(&authority.ca_file));
    assert!(matches!(error, TlsSetupError::Key { .. }), "{error}");
    let mut mixed = showing(&certificate);
    mixed.certificate.as_mut().expect("one").key = other.path().to_owned();
    let error = refused(&mixed);
    assert!(matches!(error, TlsSetupError::Mismatch { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains(&*certificate.path().to_string_lossy())
    );
}

#[tokio::test]
async fn a_feeds_own_authorities_are_for_that_feed() {
    let authority = Authority::new();
    let names = names(1);
    let server = Server::start_tls(authority.server(&names), |_| Reply::ok(b"<rss/>")).await;
    let hosts = [("h0.example.org", "127.0.0.1")];
    let http = Http::with_hosts(&HttpOptions::default(), &hosts);
    let url = server.secure_url_at(&names[0], "/");
    let own = Transport {
        ca_file: Some(authority.ca_file.path().to_owned()),
        ..Transport::default()
    };
    let answer = ask(&http, &own, url.clone()).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
    let error = ask(&http, &Transport::default(), url).await;
    assert_eq!(error.expect_err("unknown").reason(), HttpReason::Tls);
}
