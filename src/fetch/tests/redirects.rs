//! The way from the configured URL to the document.

use std::time::Duration;

use super::*;
use crate::http::testing::{Reply, Server};

/// Follows inside this machine, as `allow_private = true` does.
fn inside(url: &Url) -> FetchRequest<'_> {
    FetchRequest {
        allow_private: true,
        ..first(url)
    }
}

async fn chain() -> Server {
    Server::start(|request| match request.target() {
        "/a" => Reply::redirect("301 Moved Permanently", "/b"),
        "/b" => Reply::redirect("302 Found", "c?key=s3cret"),
        "/c?key=s3cret" => Reply::redirect("303 See Other", "/d"),
        "/d" => Reply::redirect("307 Temporary Redirect", "/e"),
        "/e" => Reply::redirect("308 Permanent Redirect", "/feed"),
        "/feed" => Reply::new("200 OK", &[("etag", "\"1\"")], b"<rss/>"),
        _ => Reply::new("404 Not Found", &[], b""),
    })
    .await
}

#[tokio::test]
async fn every_kind_of_redirect_is_followed_and_listed() {
    let server = chain().await;
    let document = document(&inside(&server.url("/a"))).await;
    assert_eq!(document.body, b"<rss/>");
    assert_eq!(document.page.final_url, server.url("/feed"));
    let hops: Vec<_> = document
        .page
        .redirects
        .iter()
        .map(|hop| (hop.status, hop.to.path()))
        .collect();
    assert_eq!(
        hops,
        [
            (301, "/b"),
            (302, "/c"),
            (303, "/d"),
            (307, "/e"),
            (308, "/feed")
        ]
    );
    assert_eq!(document.page.redirects[1].to, server.url("/c?key=s3cret"));
}

#[tokio::test]
async fn validators_go_along_and_the_last_url_does_not() {
    let server = chain().await;
    let url = server.url("/a");
    let request = FetchRequest {
        etag: Some(b"\"0\""),
        ..inside(&url)
    };
    document(&request).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 6);
    for request in requests {
        assert_eq!(request.header("if-none-match"), Some(&b"\"0\""[..]));
        assert_eq!(request.header("referer"), None, "{}", request.target());
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused_on_every_spelling() {
    for host in [
        "127.0.0.1",
        "2130706433",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "localhost",
    ] {
        let inner = Server::start(|_| Reply::ok(b"secret")).await;
        let target = inner.url_at(host, "/admin?key=s3cret").to_string();
        let outer = Server::start(move |_| Reply::redirect("302 Found", &target)).await;
        let error = failure(&first(&outer.url("/"))).await;
        assert_eq!(error.reason, FetchReason::Guard, "{host}");
        assert!(error.message.starts_with("redirect to http://"), "{error}");
        assert!(
            error
                .message
                .contains("a private address; set allow_private = true"),
            "{error}"
        );
        assert!(!error.message.contains("s3cret"), "{error}");
        assert_eq!(inner.requests().len(), 0, "{host}");
    }
}

/// Scheme, host and port are the operator's own words. Whoever was led elsewhere does not come back
/// by them: by then a stranger chooses.
#[tokio::test]
async fn redirects_within_the_operators_own_origin_need_no_leave() {
    let server = chain().await;
    let page = document(&first(&server.url("/a"))).await.page;
    assert_eq!(page.final_url, server.url("/feed"));
    let another_port = Server::start(|_| Reply::ok(b"secret")).await;
    let target = another_port.url("/").to_string();
    let server = Server::start(move |_| Reply::redirect("302 Found", &target)).await;
    let error = failure(&first(&server.url("/"))).await;
    assert_eq!(error.reason, FetchReason::Guard);
    assert_eq!(another_port.requests().len(), 0);
}

#[tokio::test]
async fn user_and_password_stay_with_their_origin() {
    let other = Server::start(|_| Reply::ok(b"")).await;
    let target = format!("http://their:own@{}/b", other.address);
    let server = Server::start(move |request| match request.target() {
        "/a" => Reply::redirect("302 Found", "/same-origin"),
        _ => Reply::redirect("302 Found", &target),
    })
    .await;
    let mut url = server.url("/a");
    url.set_username("user").expect("a host");
    url.set_password(Some("pass")).expect("a host");
    let page = document(&inside(&url)).await.page;

    for request in server.requests() {
        assert!(
            request.header("authorization").is_some(),
            "{}",
            request.target()
        );
    }
    assert_eq!(other.requests()[0].header("authorization"), None);
    assert_eq!(page.final_url, other.url("/b"));
}

#[tokio::test]
async fn circles_end() {
    let server = Server::start(|request| match request.target() {
        "/a" => Reply::redirect("302 Found", "/b"),
        _ => Reply::redirect("302 Found", "/a#again"),
    })
    .await;
    let error = failure(&inside(&server.url("/a"))).await;
    assert_eq!(error.reason, FetchReason::Redirect);
    assert_eq!(
        error.message,
        format!("redirects in a circle to http://{}/a", server.address)
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn the_eleventh_redirect_is_one_too_many() {
    let server = Server::start(|request| {
        let number: u32 = request.target()[1..].parse().expect("a number");
        match number {
            0 => Reply::ok(b"arrived"),
            _ => Reply::redirect("302 Found", &format!("/{}", number - 1)),
        }
    })
    .await;
    assert_eq!(document(&inside(&server.url("/10"))).await.body, b"arrived");
    let error = failure(&inside(&server.url("/11"))).await;
    assert_eq!(error.reason, FetchReason::Redirect);
    assert_eq!(error.message, "more than 10 redirects");
    assert_eq!(error.status, Some(302));
}

/// A server that wants its cookie back leads to where it was missing, which is no circle.
#[tokio::test]
async fn a_cookie_of_the_way_goes_along_and_is_forgotten_with_the_visit() {
    let server = Server::start(|request| {
        let answer = |location, cookie| {
            let headers = [("location", location), ("set-cookie", cookie)];
            Reply::new("302 Found", &headers, b"")
        };
        match (request.target(), request.header("cookie")) {
            ("/feed", None) => answer("/check", "seen=1; Path=/"),
            ("/check", Some(b"seen=1")) => answer("/feed", "also=2; Path=/"),
            ("/feed", Some(b"seen=1; also=2")) => Reply::ok(b"<rss/>"),
            _ => Reply::new("403 Forbidden", &[], b""),
        }
    })
    .await;
    let fetcher = fetcher();
    let url = server.url("/feed");
    for _ in 0..2 {
        let answer = fetcher.fetch(&first(&url)).await;
        assert!(matches!(answer, Ok(Fetched::Document(_))), "{answer:?}");
    }
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_server_that_takes_no_cookie_leads_in_a_circle() {
    let server = Server::start(|_| {
        let headers = [("location", "/feed"), ("set-cookie", "seen=1")];
        Reply::new("302 Found", &headers, b"")
    })
    .await;
    let error = failure(&first(&server.url("/feed"))).await;
    assert!(
        error.message.starts_with("redirects in a circle"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn no_redirect_leads_to_a_file() {
    let server = Server::start(|_| Reply::redirect("302 Found", "file:///etc/passwd")).await;
    for request in [first(&server.url("/")), inside(&server.url("/"))] {
        let error = failure(&request).await;
        assert_eq!(error.reason, FetchReason::Redirect);
        assert_eq!(error.message, "redirect to a file: address");
    }
}

#[tokio::test]
async fn all_hops_share_one_clock() {
    let server = Server::start(|request| {
        let number: u32 = request.target()[1..].parse().expect("a number");
        let onwards = format!("/{}", number + 1);
        let headers = [("location", onwards.as_str()), ("content-length", "9")];
        Reply::unframed("302 Found", &headers, b"x").mute()
    })
    .await;
    let options = HttpOptions {
        total_timeout: Duration::from_millis(300),
        ..HttpOptions::default()
    };
    let error = fetcher_with(&options)
        .fetch(&inside(&server.url("/0")))
        .await;
    let error = error.expect_err("the first hop's body took all the time");
    assert_eq!(error.reason, FetchReason::Timeout);
    assert_eq!(error.message, "no document within 300ms");
    assert!(server.requests().len() < 2);
}

/// Like a redirect's, an address that a page names is a stranger's from the first hop on.
#[tokio::test]
async fn an_address_found_in_a_document_is_not_trusted() {
    let server = Server::start(|_| Reply::new("200 OK", &[], b"<rss/>")).await;
    let url = server.url("/feed");
    let found = FetchRequest {
        from_stranger: true,
        ..first(&url)
    };
    assert_eq!(failure(&found).await.reason, FetchReason::Guard);
    assert!(server.requests().is_empty(), "no byte was sent");
    let allowed = FetchRequest {
        allow_private: true,
        ..found
    };
    assert_eq!(document(&allowed).await.body, b"<rss/>");
    assert_eq!(document(&first(&url)).await.body, b"<rss/>");
}
