//! A connection without a request.

use tokio::net::TcpListener;

use super::*;
use crate::{
    http::{
        HttpReason,
        testing::{
            Reply, Server,
            tls::{Authority, names},
        },
    },
    watchdog::watchdog,
};

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
    watchdog("each on a connection of its own", all).await;

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
