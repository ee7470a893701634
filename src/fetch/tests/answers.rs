//! What an answer comes to.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::http::{
    RetryAfter,
    testing::{Reply, Server},
};

async fn failure_of(status: &'static str, headers: &'static [(&str, &str)]) -> FetchError {
    let server = Server::start(move |_| Reply::new(status, headers, b"<html>no</html>")).await;
    failure(&first(&server.url("/feed?key=s3cret"))).await
}

#[tokio::test]
async fn a_document_comes_with_its_type_hash_and_freshness() {
    let server = Server::start(|_| {
        let headers = [
            ("content-type", "application/rss+xml; charset=iso-2022-jp"),
            ("cache-control", "max-age=600"),
            ("age", "60"),
        ];
        Reply::new("200 OK", &headers, b"abc")
    })
    .await;
    let document = document(&first(&server.url("/feed"))).await;
    assert_eq!(document.body, b"abc");
    // FIPS 180-2, appendix B.1.
    assert_eq!(document.body_hash[..4], [0xba, 0x78, 0x16, 0xbf]);
    assert_eq!(
        document.content_type.as_deref(),
        Some("application/rss+xml; charset=iso-2022-jp")
    );
    assert_eq!(document.page.freshness, Some(Duration::from_mins(9)));
    assert_eq!(document.page.final_url, server.url("/feed"));
    assert_eq!(document.page.redirects, []);
}

#[tokio::test]
async fn an_unchanged_answer_has_freshness_too() {
    let server = Server::start(|_| {
        Reply::unframed("304 Not Modified", &[("cache-control", "max-age=600")], b"")
    })
    .await;
    let url = server.url("/");
    let request = FetchRequest {
        etag: Some(b"\"1\""),
        ..first(&url)
    };
    assert_eq!(
        unchanged(&request).await.freshness,
        Some(Duration::from_mins(10))
    );
}

#[tokio::test]
async fn a_compressed_document_arrives_whole() {
    let gzip = |plain: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).expect("a Vec takes all");
        encoder.finish().expect("a Vec takes all")
    };
    let members = [gzip(b"<rss>"), gzip(b"</rss>")].concat();
    let server =
        Server::start(move |_| Reply::new("200 OK", &[("content-encoding", "x-gzip")], &members))
            .await;
    assert_eq!(
        document(&first(&server.url("/"))).await.body,
        b"<rss></rss>"
    );
}

#[tokio::test]
async fn a_status_that_is_no_document_says_so() {
    for (status, reason) in [
        ("204 No Content", FetchReason::Status),
        ("206 Partial Content", FetchReason::Status),
        ("226 IM Used", FetchReason::Status),
        ("300 Multiple Choices", FetchReason::Status),
        ("404 Not Found", FetchReason::Status),
        ("410 Gone", FetchReason::Gone),
        ("429 Too Many Requests", FetchReason::TooManyRequests),
        ("503 Service Unavailable", FetchReason::Status),
    ] {
        let error = failure_of(status, &[]).await;
        assert_eq!(error.reason, reason);
        assert_eq!(
            error.status.map(|code| code.to_string()).as_deref(),
            status.get(..3)
        );
        assert_eq!(error.message, format!("status {status}"));
        assert_eq!(error.retry_after, None);
    }
}

#[tokio::test]
async fn other_good_statuses_are_documents() {
    for status in [
        "200 OK",
        "201 Created",
        "202 Accepted",
        "203 Non-Authoritative Information",
    ] {
        let server = Server::start(move |_| Reply::new(status, &[], b"<rss/>")).await;
        assert_eq!(document(&first(&server.url("/"))).await.body, b"<rss/>");
    }
}

#[tokio::test]
async fn retry_after_is_understood_on_any_failure() {
    for status in [
        "429 Too Many Requests",
        "503 Service Unavailable",
        "403 Forbidden",
    ] {
        let error = failure_of(status, &[("retry-after", "120")]).await;
        assert_eq!(
            error.retry_after,
            Some(RetryAfter::In(Duration::from_mins(2)))
        );
    }
    let date = &[
        ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"),
    ];
    let error = failure_of("503 Service Unavailable", date).await;
    assert_eq!(
        error.retry_after,
        Some(RetryAfter::In(Duration::from_mins(1)))
    );
    let error = failure_of("503 Service Unavailable", &date[1..]).await;
    let at = "1994-11-06T08:50:37Z".parse().expect("a time");
    assert_eq!(error.retry_after, Some(RetryAfter::At(at)));
}

#[tokio::test]
async fn a_challenge_has_a_name_whatever_its_status() {
    for status in ["200 OK", "403 Forbidden", "503 Service Unavailable"] {
        let error = failure_of(status, &[("cf-mitigated", "challenge")]).await;
        assert_eq!(error.reason, FetchReason::Challenge);
        assert_eq!(
            error.message,
            format!(
                "status {status}, a Cloudflare challenge that only a browser can answer; \
                 ask the publisher to let feed readers pass"
            )
        );
    }
    let error = failure_of("202 Accepted", &[("x-amzn-waf-action", "challenge")]).await;
    assert_eq!(error.reason, FetchReason::Challenge);
    assert_eq!(error.status, Some(202));
}

/// Only what says of itself that it is gone is gone.
#[tokio::test]
async fn gone_behind_a_temporary_redirect_is_not_gone() {
    let server = Server::start(|request| match request.target() {
        "/moved" => Reply::redirect("301 Moved Permanently", "/gone"),
        "/elsewhere" => Reply::redirect("302 Found", "/gone"),
        _ => Reply::new("410 Gone", &[], b""),
    })
    .await;
    for (path, reason) in [
        ("/gone", FetchReason::Gone),
        ("/moved", FetchReason::Gone),
        ("/elsewhere", FetchReason::Status),
    ] {
        let url = server.url(path);
        let request = FetchRequest {
            allow_private: true,
            ..first(&url)
        };
        let error = failure(&request).await;
        assert_eq!((error.reason, error.status), (reason, Some(410)), "{path}");
        let at = format!(
            "status 410 Gone at http://{}/gone, where it redirects to",
            server.address
        );
        let expected = if path == "/gone" {
            "status 410 Gone"
        } else {
            &at
        };
        assert_eq!(error.message, expected);
    }
}

#[tokio::test]
async fn troubles_of_the_wire_keep_their_reason() {
    let server = Server::start(|_| {
        Reply::unframed(
            "200 OK",
            &[("content-length", "100"), ("etag", "\"1\"")],
            b"<rss>",
        )
        .closed()
    })
    .await;
    let error = failure(&first(&server.url("/?key=s3cret"))).await;
    assert_eq!(error.reason, FetchReason::Truncated);
    assert_eq!(error.to_string(), "body from 127.0.0.1 ends early");
    assert_eq!((error.status, error.retry_after), (None, None));
}
