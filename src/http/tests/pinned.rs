//! Servers whose own certificate is in `ca_file`.

use super::*;
use crate::{
    http::{
        HttpReason,
        testing::{
            Reply, Server,
            tls::{Authority, OwnCertificate, names},
        },
    },
    model::Transport,
};

/// What a client with this `ca_file` gets from a server with this certificate, by a name of it.
async fn asked(own: &OwnCertificate, ca_pem: &str, host: &str) -> Result<HttpResponse, HttpError> {
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
        let answer = asked(&own, &own.pem, "h0.example.org").await;
        assert_eq!(answer.expect("an answer").body, b"<rss/>", "{is_authority}");
    }
}

#[tokio::test]
async fn a_servers_certificate_is_trusted_without_its_authority() {
    let own = OwnCertificate::signed_by(&Authority::new(), &names(1));
    let answer = asked(&own, &own.pem, "h0.example.org").await;
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
        let error = asked(shown, trusted, host).await.expect_err(what);
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
        let error = asked(shown, trusted, "h0.example.org").await;
        let error = error.expect_err("not trusted").to_string();
        assert!(error.contains(advice), "{error}");
    }
}
