//! Proxies: who is asked for what, and what the guard can still see.

use tokio::net::TcpListener;

use super::*;
use crate::{
    http::{
        GuardError, HttpReason, StatusCode,
        testing::{
            Reply, Server,
            proxy::TunnelProxy,
            tls::{Authority, names},
        },
    },
    model::{Proxy, Transport},
};

fn through(proxy: &str) -> Transport {
    Transport {
        proxy: Some(Proxy {
            url: Url::parse(proxy).expect("a URL"),
            is_secret: false,
        }),
        ..Transport::default()
    }
}

async fn ask(
    http: &Http,
    transport: &Transport,
    url: &str,
    trust: Trust,
) -> Result<HttpResponse, HttpError> {
    let url = Url::parse(url).expect("a URL");
    http.send(HttpRequest {
        transport: transport.clone(),
        ..HttpRequest::new(Method::GET, url, trust)
    })
    .await
}

/// A client for which no name exists.
fn nameless() -> Http {
    Http::with_hosts(&HttpOptions::default(), &[])
}

#[tokio::test]
async fn a_plain_feed_is_asked_of_an_http_proxy_by_its_whole_url() {
    let proxy = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let way = through(&format!("http://me:p%40ss@{}", proxy.address));
    let url = "http://feed.example.org/a?b=c";
    let answer = ask(&nameless(), &way, url, Trust::Operator).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
    let asked = proxy.requests().remove(0);
    assert_eq!(asked.target(), url);
    assert_eq!(asked.header("host"), Some(&b"feed.example.org"[..]));
    // base64 of me:p@ss
    assert_eq!(
        asked.header("proxy-authorization"),
        Some(&b"Basic bWU6cEBzcw=="[..])
    );
    assert_eq!(asked.header("authorization"), None);
}

#[tokio::test]
async fn the_proxy_itself_may_be_private_whatever_its_name_resolves_to() {
    let proxy = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let http = Http::with_hosts(
        &HttpOptions::default(),
        &[("proxy.example.org", "127.0.0.1")],
    );
    let way = through(&format!(
        "http://Proxy.example.org:{}",
        proxy.address.port()
    ));
    let url = "http://feed.example.org/";
    let answer = ask(&http, &way, url, Trust::Operator).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
}

#[tokio::test]
async fn https_goes_through_a_tunnel_that_does_not_see_the_request() {
    let authority = Authority::new();
    let names = names(1);
    let server = Server::start_tls(authority.server(&names), |_| Reply::ok(b"<rss/>")).await;
    let proxy = TunnelProxy::connect(server.address).await;
    let http = Http::with_hosts(&authority.trusting(), &[]);
    let way = through(&format!("http://me:s3cret@{}", proxy.address));
    let answer = ask(
        &http,
        &way,
        "https://h0.example.org/?key=x",
        Trust::Operator,
    )
    .await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
    let login = "Basic bWU6czNjcmV0".to_owned(); // base64 of me:s3cret
    assert_eq!(proxy.asked(), [("h0.example.org:443".into(), Some(login))]);
    let seen = server.requests().remove(0);
    assert_eq!(seen.header("proxy-authorization"), None);
    assert_eq!(seen.target(), "/?key=x");
}

#[tokio::test]
async fn a_proxy_over_https_is_held_to_its_certificate() {
    let authority = Authority::new();
    let names = names(1);
    let proxy = Server::start_tls(authority.server(&names), |_| Reply::ok(b"<rss/>")).await;
    let way = through(&format!("https://h0.example.org:{}", proxy.address.port()));
    let hosts = [("h0.example.org", "127.0.0.1")];
    let url = "http://feed.example.org/";
    let trusting = Http::with_hosts(&authority.trusting(), &hosts);
    let answer = ask(&trusting, &way, url, Trust::Operator).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
    let other = Http::with_hosts(&HttpOptions::default(), &hosts);
    let error = ask(&other, &way, url, Trust::Operator).await;
    assert_eq!(
        error.expect_err("unknown authority").reason(),
        HttpReason::Tls
    );
}

#[tokio::test]
async fn socks5h_resolves_there_and_socks5_here() {
    let server = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let proxy = TunnelProxy::socks5(server.address).await;
    let hosts = [("feed.example.org", "93.184.216.34")];
    let http = Http::with_hosts(&HttpOptions::default(), &hosts);
    let url = "http://feed.example.org/";
    for (scheme, login) in [("socks5h", ""), ("socks5", ""), ("socks5h", "me:p%40ss@")] {
        let way = through(&format!("{scheme}://{login}{}", proxy.address));
        let answer = ask(&http, &way, url, Trust::Operator).await;
        assert_eq!(answer.expect("an answer").body, b"<rss/>", "{scheme}");
    }
    assert_eq!(
        proxy.asked(),
        [
            ("feed.example.org:80".to_owned(), None),
            ("93.184.216.34:80".to_owned(), None),
            ("feed.example.org:80".to_owned(), Some("me:p@ss".to_owned())),
        ]
    );
}

#[tokio::test]
async fn names_are_judged_where_they_are_resolved_here() {
    let server = Server::start(|_| Reply::ok(b"inside")).await;
    let proxy = TunnelProxy::socks5(server.address).await;
    let hosts = [("feed.example.org", "10.0.0.7")];
    let http = Http::with_hosts(&HttpOptions::default(), &hosts);
    let way = through(&format!("socks5://{}", proxy.address));
    let url = "http://feed.example.org/";
    for trust in [Trust::Operator, Trust::Stranger] {
        let error = ask(&http, &way, url, trust).await.expect_err("private");
        assert_eq!(error.reason(), HttpReason::Guard, "{error}");
    }
    assert_eq!(proxy.asked(), []);
    let answer = ask(&http, &way, url, Trust::OperatorPrivate).await;
    assert_eq!(answer.expect("an answer").body, b"inside");
}

/// What a stranger names is refused as far as its text says where it leads.
#[tokio::test]
async fn a_stranger_gets_no_proxy_to_reach_inside() {
    let proxy = Server::start(|_| Reply::ok(b"inside")).await;
    let hosts = [("proxy.example.org", "127.0.0.1")];
    let http = Http::with_hosts(&HttpOptions::default(), &hosts);
    let port = proxy.address.port();
    for scheme in ["http", "socks5", "socks5h"] {
        let way = through(&format!("{scheme}://proxy.example.org:{port}"));
        for host in ["127.0.0.1", "2130706433", "[::ffff:10.0.0.7]"] {
            let url = format!("http://{host}/?key=s3cret");
            let error = ask(&http, &way, &url, Trust::Stranger).await;
            let error = error.expect_err(host);
            assert!(matches!(
                error,
                HttpError::Guard(GuardError::Redirect { .. })
            ));
        }
        for host in [
            "localhost",
            "x.localhost.",
            "proxy.example.org",
            "PROXY.example.org.",
        ] {
            let url = format!("http://{host}/?key=s3cret");
            let error = ask(&http, &way, &url, Trust::Stranger).await;
            let error = error.expect_err(host);
            assert!(
                matches!(error, HttpError::Guard(GuardError::Proxy { .. })),
                "{error}"
            );
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
    assert_eq!(proxy.requests().len(), 0);
}

#[tokio::test]
async fn a_proxy_that_wants_a_login_says_so() {
    let proxy = Server::start(|_| Reply::new("407 Login", &[], b"")).await;
    let way = through(&format!("http://{}", proxy.address));
    let plain = ask(
        &nameless(),
        &way,
        "http://feed.example.org/",
        Trust::Operator,
    )
    .await;
    let status = plain.expect("an answer").status;
    assert_eq!(status, StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    let tunnel = ask(
        &nameless(),
        &way,
        "https://feed.example.org/",
        Trust::Operator,
    )
    .await;
    let error = tunnel.expect_err("no tunnel");
    assert_eq!(
        (error.reason(), error.to_string()),
        (
            HttpReason::Proxy,
            format!(
                "connection to feed.example.org through the proxy http://{}: \
                 tunnel error: proxy authorization required",
                proxy.address
            )
        )
    );
}

#[tokio::test]
async fn a_dead_proxy_is_named_unless_its_url_is_a_secret() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = gone.local_addr().expect("an address");
    drop(gone);
    for scheme in ["http", "socks5h"] {
        let mut way = through(&format!("{scheme}://me:s3cret@{address}"));
        for url in [
            "http://feed.example.org/",
            "https://feed.example.org/?key=s3cret",
        ] {
            let error = ask(&nameless(), &way, url, Trust::Operator).await;
            let error = error.expect_err("nobody there");
            assert_eq!(error.reason(), HttpReason::Proxy, "{error}");
            let start =
                format!("connection to feed.example.org through the proxy {scheme}://{address}: ");
            assert!(error.to_string().starts_with(&start), "{error}");
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        way.proxy.as_mut().expect("a proxy").is_secret = true;
        let error = ask(
            &nameless(),
            &way,
            "http://feed.example.org/",
            Trust::Operator,
        )
        .await;
        let error = error.expect_err("nobody there").to_string();
        assert!(
            error.starts_with("connection to feed.example.org through the proxy: "),
            "{error}"
        );
    }
}

/// An HTTP proxy resolves feeds' names itself, for SOCKS 5 they are resolved here.
#[tokio::test]
async fn a_name_that_does_not_resolve_is_the_proxys_or_the_feeds() {
    let answering = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let http_proxy = "http://proxy.example.org:3128".to_owned();
    let socks5 = format!("socks5://{}", answering.address);
    for (proxy, reason) in [
        (http_proxy, HttpReason::Proxy),
        (socks5, HttpReason::Dns),
        (
            "socks5h://proxy.example.org:1080".to_owned(),
            HttpReason::Proxy,
        ),
    ] {
        let url = "http://feed.example.org/";
        let error = ask(&nameless(), &through(&proxy), url, Trust::Operator).await;
        let error = error.expect_err("no such name");
        assert_eq!(error.reason(), reason, "{proxy}: {error}");
    }
}

/// A proxy that is not understood must never become a direct connection.
#[tokio::test]
async fn no_proxy_is_quietly_gone_round() {
    let server = Server::start(|_| Reply::ok(b"direct")).await;
    let url = server.url("/").to_string();
    for scheme in ["http", "https", "socks5", "socks5h"] {
        let way = through(&format!("{scheme}://127.0.0.1:1"));
        let error = ask(&http(), &way, &url, Trust::Operator).await;
        assert!(error.is_err(), "{scheme}");
    }
    assert_eq!(server.requests().len(), 0);
}
