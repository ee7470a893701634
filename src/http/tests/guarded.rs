//! The guard where it counts: on names, at the moment they are used.

use super::*;
use crate::http::{
    GuardError, HttpReason,
    testing::{Reply, Server},
};

const NAMES: [(&str, &str); 3] = [
    ("feed.example.org", "127.0.0.1"),
    ("localhost", "127.0.0.1"),
    ("mapped.example.org", "::ffff:127.0.0.1"),
];

fn with_names() -> Http {
    Http::with_hosts(&HttpOptions::default(), &NAMES)
}

async fn server() -> Server {
    Server::start(|_| Reply::ok(b"inside")).await
}

#[tokio::test]
async fn the_operators_literals_and_localhost_are_reached() {
    let server = server().await;
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0177.0.0.1",
        "127.1",
    ] {
        let answer = get(&with_names(), server.url_at(host, "/"), Trust::Operator).await;
        assert_eq!(answer.expect("an answer").body, b"inside", "{host}");
    }
    // And with the system's own resolver.
    let answer = get(&http(), server.url_at("localhost", "/"), Trust::Operator).await;
    assert_eq!(answer.expect("an answer").body, b"inside");
}

#[tokio::test]
async fn the_operators_name_that_turns_out_private_is_refused_and_named() {
    let server = server().await;
    let url = server.url_at("feed.example.org", "/?key=s3cret");
    let error = get(&with_names(), url, Trust::Operator)
        .await
        .expect_err("private");
    assert_eq!(error.reason(), HttpReason::Guard);
    assert_eq!(
        error.to_string(),
        "feed.example.org resolves to 127.0.0.1, a private address that the config does not \
         name; set allow_private = true to allow it"
    );
    let url = server.url_at("mapped.example.org", "/");
    let error = get(&with_names(), url, Trust::Operator)
        .await
        .expect_err("private");
    assert_eq!(error.reason(), HttpReason::Guard);
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_stranger_reaches_nothing_private_by_any_spelling() {
    let server = server().await;
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "localhost",
        "LOCALHOST",
        "feed.example.org",
        "mapped.example.org",
    ] {
        let error = get(&with_names(), server.url_at(host, "/"), Trust::Stranger)
            .await
            .expect_err(host);
        assert!(
            matches!(error, HttpError::Guard(GuardError::Redirect { .. })),
            "{host}: {error}"
        );
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn allow_private_lifts_the_guard() {
    let server = server().await;
    for host in ["127.0.0.1", "localhost", "feed.example.org"] {
        let answer = get(
            &with_names(),
            server.url_at(host, "/"),
            Trust::OperatorPrivate,
        )
        .await;
        assert_eq!(answer.expect("an answer").body, b"inside", "{host}");
    }
}

/// A connection that was opened under a lifted guard is not there for anyone else.
#[tokio::test]
async fn an_open_connection_is_no_way_around_the_guard() {
    let server = server().await;
    let http = with_names();
    let url = server.url_at("feed.example.org", "/");
    get(&http, url.clone(), Trust::OperatorPrivate)
        .await
        .expect("an answer");
    let error = get(&http, url, Trust::Stranger).await.expect_err("private");
    assert_eq!(error.reason(), HttpReason::Guard);
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_a_dns_error() {
    let url = Url::parse("http://nowhere.example.org/?key=s3cret").expect("a URL");
    let error = get(&with_names(), url, Trust::Operator)
        .await
        .expect_err("no such name");
    assert_eq!(error.reason(), HttpReason::Dns);
    assert_eq!(
        error.to_string(),
        "nowhere.example.org does not resolve: no such name"
    );
}
