//! What is sent, and what comes back.

use std::process::Command;

use super::*;
use crate::http::{
    StatusCode,
    header::{ACCEPT, HeaderValue},
    testing::{Reply, Server},
};

/// Also run by [`the_environments_proxy_is_ignored`] in a process of its own.
#[tokio::test]
async fn an_answer_comes_back_with_status_headers_and_body() {
    let server = Server::start(|_| Reply::new("200 OK", &[("x-a", "b")], b"<rss/>")).await;
    let url = server.url("/feed?a=b");
    let answer = get(&http(), url.clone(), Trust::Operator)
        .await
        .expect("an answer");
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["x-a"], "b");
    assert_eq!(answer.body, b"<rss/>");
    assert_eq!(answer.url, url);
    assert_eq!(server.requests()[0].target(), "/feed?a=b");
}

/// reqwest obeys `HTTP_PROXY` in whatever environment the daemon happens to start.
#[test]
fn the_environments_proxy_is_ignored() {
    let test = "http::tests::request::an_answer_comes_back_with_status_headers_and_body";
    let output = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", test])
        .envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:1")))
        .env_remove("NO_PROXY")
        .output()
        .expect("it starts");
    let output_text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && output_text.contains("1 passed"),
        "{output_text}"
    );
}

#[tokio::test]
async fn every_request_names_us_and_the_codings_we_take_and_nothing_else() {
    let server = Server::start(|_| Reply::ok(b"")).await;
    let options = HttpOptions {
        user_agent: HttpOptions::user_agent(Some("https://example.org/us")),
        ..HttpOptions::default()
    };
    let http = Http::new(&options).expect("a client");
    let mut request = HttpRequest::new(Method::GET, server.url("/"), Trust::Operator);
    request
        .headers
        .insert(ACCEPT, HeaderValue::from_static("text/xml"));
    http.send(request).await.expect("an answer");

    let seen = server.requests().remove(0);
    let head = String::from_utf8(seen.head).expect("ASCII");
    let mut lines: Vec<_> = head.trim_end().lines().collect();
    lines.sort_unstable();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        lines,
        [
            "GET / HTTP/1.1",
            "accept-encoding: gzip, deflate, br, zstd",
            "accept: text/xml",
            &format!("host: {}", server.address),
            &format!("user-agent: Fivebells/{version} (feed monitor; +https://example.org/us)"),
        ]
    );
}

#[tokio::test]
async fn a_body_is_posted() {
    let server = Server::start(|_| Reply::new("204 No Content", &[], b"")).await;
    let mut request = HttpRequest::new(Method::POST, server.url("/hook"), Trust::Operator);
    request.body = Some("{\"a\":1}".into());
    let answer = http().send(request).await.expect("an answer");
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(server.requests()[0].head.starts_with(b"POST /hook "));
    assert_eq!(server.requests()[0].body, b"{\"a\":1}");
}

#[tokio::test]
async fn redirects_are_answers_and_cookies_are_forgotten() {
    let cookie = [("set-cookie", "a=b"), ("location", "/b")];
    let server = Server::start(move |_| Reply::new("302 Found", &cookie, b"moved")).await;
    let http = http();
    for _ in 0..2 {
        let answer = get(&http, server.url("/a"), Trust::Operator)
            .await
            .expect("an answer");
        assert_eq!(answer.status, StatusCode::FOUND);
        assert_eq!(answer.body, b"moved");
    }
    for request in server.requests() {
        assert_eq!(request.target(), "/a");
        assert_eq!(request.header("cookie"), None);
        assert_eq!(request.header("referer"), None);
    }
}

#[tokio::test]
async fn a_user_in_the_url_becomes_an_authorization_header() {
    let server = Server::start(|_| Reply::ok(b"")).await;
    let mut url = server.url("/");
    url.set_username("user").expect("a host");
    url.set_password(Some("pass")).expect("a host");
    get(&http(), url, Trust::Operator).await.expect("an answer");
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some(&b"Basic dXNlcjpwYXNz"[..])
    );
}

#[tokio::test]
async fn broken_header_lines_are_passed_over() {
    let server = Server::start(|_| {
        Reply::raw("HTTP/1.1 200 OK\r\nbad header: x\r\n: y\r\ncontent-length: 2\r\n\r\nok")
    })
    .await;
    let answer = get(&http(), server.url("/"), Trust::Operator)
        .await
        .expect("an answer");
    assert_eq!(answer.body, b"ok");
}

/// Were `native-tls` switched on by any dependency, it would become the HTTP library's default;
/// a second provider would double the build.
#[test]
fn ring_is_the_only_tls_in_the_tree() {
    let lock = include_str!("../../../Cargo.lock");
    assert!(lock.contains("name = \"ring\""), "this reads the lock file");
    for other in [
        "native-tls",
        "openssl",
        "openssl-sys",
        "aws-lc-rs",
        "aws-lc-sys",
    ] {
        assert!(!lock.contains(&format!("name = \"{other}\"\n")), "{other}");
    }
}

#[test]
fn a_user_agent_that_no_header_can_hold_is_refused() {
    let options = HttpOptions {
        user_agent: "a\nb".into(),
        ..HttpOptions::default()
    };
    assert!(Http::new(&options).is_err());
}
