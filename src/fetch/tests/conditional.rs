//! Validators: opaque, both, and always the newest.

use super::*;
use crate::http::testing::{Reply, Server};

/// Not ASCII, not UTF-8, not even quoted: all of it seen in the wild.
const ETAG: &[u8] = b"W/\"caf\xe9-\xe6\x96\xb0\"";
const DATE: &[u8] = b"Sun, 6 Nov 94 8:49 +0200 (whatever)";

fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[tokio::test]
async fn validators_go_back_byte_for_byte() {
    let server = Server::start(|request| {
        let is_known = request.header("if-none-match") == Some(ETAG)
            && request.header("if-modified-since") == Some(DATE);
        let status: &[u8] = if is_known {
            b"304 Not Modified"
        } else {
            b"200 OK"
        };
        Reply::raw(bytes(&[
            b"HTTP/1.1 ",
            status,
            b"\r\netag: ",
            ETAG,
            b"\r\nlast-modified: ",
            DATE,
            b"\r\ncontent-length: 0\r\n\r\n",
        ]))
    })
    .await;
    let url = server.url("/feed");
    let page = document(&first(&url)).await.page;
    assert_eq!(page.etag.as_deref(), Some(ETAG));
    assert_eq!(page.last_modified.as_deref(), Some(DATE));
    assert_eq!(page.status, 200);

    let again = FetchRequest {
        etag: page.etag.as_deref(),
        last_modified: page.last_modified.as_deref(),
        ..first(&url)
    };
    assert_eq!(unchanged(&again).await.status, 304);
}

#[tokio::test]
async fn a_first_visit_sends_no_condition_and_says_what_it_takes() {
    let server = Server::start(|_| Reply::ok(b"")).await;
    document(&first(&server.url("/"))).await;
    let request = server.requests().remove(0);
    for name in [
        "if-none-match",
        "if-modified-since",
        "a-im",
        "range",
        "referer",
        "cookie",
    ] {
        assert_eq!(request.header(name), None, "{name}");
    }
    let accept = request.header("accept").expect("one Accept");
    assert!(accept.starts_with(b"application/atom+xml, application/rss+xml"));
}

#[tokio::test]
async fn a_document_replaces_both_validators_and_clears_the_absent_one() {
    let server = Server::start(|_| Reply::new("200 OK", &[("etag", "\"2\"")], b"")).await;
    let url = server.url("/");
    let request = FetchRequest {
        etag: Some(b"\"1\""),
        last_modified: Some(DATE),
        ..first(&url)
    };
    let page = document(&request).await.page;
    assert_eq!(page.etag.as_deref(), Some(&b"\"2\""[..]));
    assert_eq!(page.last_modified, None);
}

#[tokio::test]
async fn an_unchanged_answer_replaces_what_it_brings_and_keeps_the_rest() {
    let server = Server::start(|request| match request.target() {
        "/new-etag" => Reply::unframed("304 Not Modified", &[("etag", "\"2\"")], b""),
        _ => Reply::unframed("304 Not Modified", &[], b""),
    })
    .await;
    for (path, etag) in [("/new-etag", b"\"2\""), ("/nothing", b"\"1\"")] {
        let url = server.url(path);
        let request = FetchRequest {
            etag: Some(b"\"1\""),
            last_modified: Some(DATE),
            ..first(&url)
        };
        let page = unchanged(&request).await;
        assert_eq!(page.etag.as_deref(), Some(&etag[..]), "{path}");
        assert_eq!(page.last_modified.as_deref(), Some(DATE), "{path}");
    }
}

#[tokio::test]
async fn one_validator_is_enough_for_an_unchanged_answer() {
    let server = Server::start(|_| Reply::unframed("304 Not Modified", &[], b"")).await;
    let url = server.url("/");
    let etag = FetchRequest {
        etag: Some(b"\"1\""),
        ..first(&url)
    };
    let date = FetchRequest {
        last_modified: Some(DATE),
        ..first(&url)
    };
    for request in [etag, date] {
        unchanged(&request).await;
    }
}

#[tokio::test]
async fn unchanged_since_never_is_an_error() {
    let server = Server::start(|_| Reply::unframed("304 Not Modified", &[], b"")).await;
    let error = failure(&first(&server.url("/"))).await;
    assert_eq!(error.reason, FetchReason::Status);
    assert_eq!(error.message, "status 304 Not Modified");
}

#[tokio::test]
async fn an_empty_validator_is_none() {
    let empty = [("etag", ""), ("last-modified", "")];
    let server = Server::start(move |_| Reply::new("200 OK", &empty, b"")).await;
    let page = document(&first(&server.url("/"))).await.page;
    assert_eq!((page.etag, page.last_modified), (None, None));
}

/// A 200 is a document, whatever its validators say: servers send the same ETag for other bytes.
#[tokio::test]
async fn a_document_with_the_old_validators_is_still_a_document() {
    let server = Server::start(|_| Reply::new("200 OK", &[("etag", "\"1\"")], b"new")).await;
    let url = server.url("/");
    let request = FetchRequest {
        etag: Some(b"\"1\""),
        ..first(&url)
    };
    assert_eq!(document(&request).await.body, b"new");
}

/// Apache's `mod_deflate` matches the tag without the ending it has put there itself.
#[tokio::test]
async fn a_tag_with_the_name_of_a_coding_is_sent_in_both_forms() {
    let server = Server::start(|request| {
        let tags = request.header("if-none-match").unwrap_or_default();
        let is_known = tags
            .split(|&byte| byte == b',')
            .any(|tag| tag.trim_ascii() == b"\"x\"");
        let status = if is_known {
            "304 Not Modified"
        } else {
            "200 OK"
        };
        let tag = if is_known { "\"x\"" } else { "\"x-gzip\"" };
        Reply::new(status, &[("etag", tag)], b"")
    })
    .await;
    let url = server.url("/");
    let page = document(&first(&url)).await.page;
    assert_eq!(page.etag.as_deref(), Some(&b"\"x-gzip\""[..]), "as it came");
    let again = FetchRequest {
        etag: page.etag.as_deref(),
        ..first(&url)
    };
    let page = unchanged(&again).await;
    assert_eq!(page.etag.as_deref(), Some(&b"\"x\""[..]), "the 304's own");
}

/// It may be written again within that second, and would never be seen.
#[tokio::test]
async fn a_last_modified_of_the_answers_own_second_is_kept_from_a_later_answer() {
    const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (date, kept) in [
        (MODIFIED, false),
        ("Sun, 06 Nov 1994 08:49:38 GMT", true),
        ("Sun, 06 Nov 1994 08:49:36 GMT", false),
    ] {
        let headers = [
            ("last-modified", MODIFIED),
            ("date", date),
            ("etag", "\"1\""),
        ];
        let server = Server::start(move |_| Reply::new("200 OK", &headers, b"")).await;
        let page = document(&first(&server.url("/"))).await.page;
        assert_eq!(page.last_modified.is_some(), kept, "{date}");
        assert!(page.etag.is_some());
    }
}

#[tokio::test]
async fn a_206_that_is_the_whole_is_a_document() {
    for (range, coding, is_whole) in [
        ("bytes 0-5/6", "", true),
        ("Bytes 0-5/6", "", true),
        ("bytes 0-5/6", "identity", true),
        ("bytes 0-4/6", "", false),
        ("bytes 1-5/6", "", false),
        ("bytes 0-6/6", "", false),
        ("bytes 0-2/3", "", false),
        ("bytes 0-5/*", "", false),
        ("bytes */6", "", false),
        ("items 0-5/6", "", false),
        ("bytes 0-18446744073709551615/0", "", false),
        ("", "", false),
    ] {
        let headers = [
            ("content-range", range),
            ("content-encoding", coding),
            ("etag", "\"2\""),
        ];
        let headers: Vec<_> = headers.into_iter().filter(|it| !it.1.is_empty()).collect();
        let server =
            Server::start(move |_| Reply::new("206 Partial Content", &headers, b"<rss/>")).await;
        let url = server.url("/");
        if is_whole {
            let document = document(&first(&url)).await;
            assert_eq!(document.body, b"<rss/>");
            assert_eq!(
                (document.page.status, document.page.etag.is_some()),
                (206, true)
            );
        } else {
            let error = failure(&first(&url)).await;
            assert_eq!(error.reason, FetchReason::Status, "{range}");
        }
    }
}

/// A part would hide whether anything was missed between it and the part before: what shows it
/// is that two documents overlap, and `A-IM: feed` (after RFC 3229) brings what is new alone.
#[tokio::test]
async fn no_part_of_a_feed_is_asked_for_or_taken() {
    for status in ["206 Partial Content", "226 IM Used"] {
        let headers = [("etag", "\"2\""), ("im", "feed")];
        let server = Server::start(move |_| Reply::new(status, &headers, b"<rss/>")).await;
        let url = server.url("/");
        let request = FetchRequest {
            etag: Some(b"\"1\""),
            last_modified: Some(DATE),
            ..first(&url)
        };
        assert_eq!(failure(&request).await.reason, FetchReason::Status);
        let asked = server.requests().remove(0);
        for name in ["a-im", "range", "if-range"] {
            assert_eq!(asked.header(name), None, "{name}");
        }
    }
}
