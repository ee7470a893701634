//! Connections: those that are kept and die, and those without a request.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::net::TcpListener;

use super::*;
use crate::http::{
    HttpReason,
    testing::{
        Reply, Request, Server,
        tls::{Authority, names},
    },
};

/// A server that ends the connection under the requests of these numbers, without a byte.
async fn dying(at: &'static [usize]) -> Server {
    let count = Arc::new(AtomicUsize::new(0));
    Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        number if at.contains(&number) => Reply::raw("").closed(),
        _ => Reply::ok(b"<rss/>"),
    })
    .await
}

#[tokio::test]
async fn a_get_on_a_kept_connection_that_dies_is_made_again_on_a_new_one() {
    let server = dying(&[1, 3]).await;
    let http = http();
    for path in ["/a", "/b", "/c"] {
        let answer = get(&http, server.url(path), Trust::Operator).await;
        assert_eq!(answer.expect("an answer").body, b"<rss/>", "{path}");
    }
    let requests = server.requests();
    let asked: Vec<&str> = requests.iter().map(Request::target).collect();
    assert_eq!(asked, ["/a", "/b", "/b", "/c", "/c"]);
}

#[tokio::test]
async fn it_is_made_again_once() {
    let server = dying(&[1, 2]).await;
    let http = http();
    let first = get(&http, server.url("/a"), Trust::Operator).await;
    first.expect("an answer");
    let error = get(&http, server.url("/b"), Trust::Operator).await;
    let error = error.expect_err("both died");
    assert_eq!(error.reason(), HttpReason::Protocol, "{error}");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_new_connection_that_dies_is_a_failure_and_not_asked_again() {
    let server = dying(&[0, 1, 2, 3]).await;
    let error = get(&http(), server.url("/a"), Trust::Operator).await;
    error.expect_err("it died");
    assert_eq!(server.requests().len(), 1);
}

/// What was sent may have been acted on (RFC 9110 §9.2.2).
#[tokio::test]
async fn a_post_is_never_made_again() {
    let server = dying(&[1]).await;
    let http = http();
    for (number, dies) in [(1, false), (2, true)] {
        let mut request = HttpRequest::new(Method::POST, server.url("/hook"), Trust::Operator);
        request.body = Some("{}".into());
        assert_eq!(http.send(request).await.is_err(), dies);
        assert_eq!(server.requests().len(), number);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_not_asked_for_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::ok(b"<rss/>"),
        _ => Reply::raw("\x7f nonsense\r\n\r\n").closed(),
    })
    .await;
    let http = http();
    let first = get(&http, server.url("/a"), Trust::Operator).await;
    first.expect("an answer");
    let second = get(&http, server.url("/b"), Trust::Operator).await;
    second.expect_err("nonsense");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_server_is_reached_and_asked_nothing() {
    let names = names(1);
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(&names), |_| Reply::ok(b"")).await;
    let table = [(names[0].as_str(), "127.0.0.1")];
    let url = server.secure_url_at(&names[0], "/?key=s3cret");

    let trusting = Http::with_hosts(&authority.trusting(), &table);
    // A connection that is kept would be no proof.
    get(&trusting, url.clone(), Trust::OperatorPrivate)
        .await
        .expect("an answer");
    for _ in 0..2 {
        let reached = trusting.reach(&url, Trust::OperatorPrivate).await;
        reached.expect("it is there");
    }
    assert_eq!(server.requests().len(), 1);
    let all = async {
        while server.handshakes().len() < 3 {
            tokio::task::yield_now().await;
        }
    };
    crate::watchdog::watchdog("each on a connection of its own", all).await;

    let other = Http::with_hosts(&HttpOptions::default(), &table);
    let error = other.reach(&url, Trust::OperatorPrivate).await;
    let error = error.expect_err("unknown authority");
    assert_eq!(error.reason(), HttpReason::Tls);
    assert!(error.to_string().contains("ca_file"), "{error}");
    let error = trusting.reach(&url, Trust::Operator).await;
    let error = error.expect_err("a private address");
    assert_eq!(error.reason(), HttpReason::Guard);
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let url = Url::parse(&format!("http://{address}/")).expect("a URL");
    let reached = http().reach(&url, Trust::Operator).await;
    reached.expect("somebody listens, and that is all");
    drop(listener);
    let error = http().reach(&url, Trust::Operator).await;
    assert_eq!(error.expect_err("nobody").reason(), HttpReason::Connect);
}
