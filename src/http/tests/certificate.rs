//! Certificates: our own, for servers that require one, and those of servers whose own certificate
//! is in `ca_file`.

use rustls::HandshakeKind::{Full, Resumed};
use tempfile::NamedTempFile;

use super::*;
use crate::{
    http::{
        HttpReason, HttpSetupError, TlsSetupError,
        testing::{
            Reply, Server,
            tls::{Authority, OwnCertificate, names, showing},
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

/// What a client with this `ca_file` gets from a server with this certificate, by a name of it.
async fn ask_server_with(
    own: &OwnCertificate,
    ca_pem: &str,
    host: &str,
) -> Result<HttpResponse, HttpError> {
    let server = Server::start_tls(own.server(), |_| Reply::ok(b"<rss/>")).await;
    let http = Http::with_hosts(&HttpOptions::default(), &[(host, "127.0.0.1")]);
    let ca_file = OwnCertificate::file(ca_pem);
    http.send(HttpRequest {
        transport: Transport {
            ca_file: Some(ca_file.path().to_owned()),
            ..Transport::default()
        },
        ..HttpRequest::new(
            Method::GET,
            server.secure_url_at(host, "/"),
            Trust::OperatorPrivate,
        )
    })
    .await
}

/// `openssl req -x509` marks what it makes as an authority; others do not.
#[tokio::test]
async fn a_self_signed_certificate_is_trusted_as_it_is() {
    for is_authority in [true, false] {
        let own = OwnCertificate::self_signed(&names(1), is_authority, 2100);
        let answer = ask_server_with(&own, &own.pem, "h0.example.org").await;
        assert_eq!(answer.expect("an answer").body, b"<rss/>", "{is_authority}");
    }
}

#[tokio::test]
async fn a_servers_certificate_is_trusted_without_its_authority() {
    let own = OwnCertificate::signed_by(&Authority::new(), &names(1));
    let answer = ask_server_with(&own, &own.pem, "h0.example.org").await;
    answer.expect("an answer");
}

#[tokio::test]
async fn name_and_time_are_checked_and_no_other_certificate_is_trusted() {
    let own = OwnCertificate::self_signed(&names(1), true, 2100);
    let other = OwnCertificate::self_signed(&names(1), true, 2100);
    let expired = OwnCertificate::self_signed(&names(1), true, 2001);
    for (what, shown, trusted, host) in [
        ("another name", &own, &own.pem, "h1.example.org"),
        ("another key", &own, &other.pem, "h0.example.org"),
        ("out of time", &expired, &expired.pem, "h0.example.org"),
    ] {
        let error = ask_server_with(shown, trusted, host).await.expect_err(what);
        assert_eq!(error.reason(), HttpReason::Tls, "{what}: {error}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_says_what_to_do() {
    let own = OwnCertificate::self_signed(&names(1), true, 2100);
    let nobodys = OwnCertificate::self_signed(&[], true, 2100);
    let other = Authority::new();
    let other = std::fs::read_to_string(other.ca_file.path()).expect("PEM");
    for (shown, trusted, advice) in [
        (&own, &other, "name it as `ca_file`"),
        (&nobodys, &nobodys.pem, "made anew with a subjectAltName"),
    ] {
        let error = ask_server_with(shown, trusted, "h0.example.org").await;
        let error = error.expect_err("not trusted").to_string();
        assert!(error.contains(advice), "{error}");
    }
}
