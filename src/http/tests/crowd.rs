//! Large bodies, more of them than have a permit.

use std::{io::Write, pin::pin, sync::Arc, time::Duration};

use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::http::{
    HttpReason,
    body::NOTICEABLE,
    large::{ARRIVING, LargeBodies, MemoryPermit, SMALL_BODY_BYTES, UNPACKED},
    testing::{Reply, Server},
};

const LARGE: usize = 300 * 1024;

fn patient_for(patience: Duration) -> Http {
    let mut http = http();
    http.large = Arc::new(LargeBodies::new(patience));
    http
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

/// `/plain/N` and `/gzip/N` are N bytes.
async fn server() -> Server {
    Server::start(|request| {
        let (coding, length) = request.target()[1..].split_once('/').expect("two parts");
        let body = vec![b'x'; length.parse().expect("a number")];
        match coding {
            "gzip" => Reply::new("200 OK", &[("content-encoding", "gzip")], &gzip(&body)),
            _ => Reply::ok(&body),
        }
    })
    .await
}

async fn ask(http: &Http, server: &Server, path: &str) -> Result<HttpResponse, HttpError> {
    get(http, server.url(path), Trust::Operator).await
}

async fn hold_all(http: &Http) -> Vec<MemoryPermit> {
    let mut held = Vec::new();
    for _ in 0..ARRIVING {
        held.push(http.large.arrive().await.expect("a permit"));
    }
    for _ in 0..UNPACKED {
        held.push(http.large.unpack().await.expect("a permit"));
    }
    held
}

#[tokio::test]
async fn a_small_body_needs_no_permit_and_one_byte_more_does() {
    let (http, server) = (http(), server().await);
    for coding in ["plain", "gzip"] {
        for (length, is_large) in [(SMALL_BODY_BYTES, false), (SMALL_BODY_BYTES + 1, true)] {
            let answer = ask(&http, &server, &format!("/{coding}/{length}")).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.body.len() as u64, length);
            assert_eq!(answer.permit.is_some(), is_large, "{coding} {length}");
        }
    }
}

#[tokio::test]
async fn a_large_body_without_a_permit_is_put_off_and_a_small_one_is_not() {
    let (http, server) = (patient_for(Duration::from_millis(50)), server().await);
    let held = hold_all(&http).await;
    for coding in ["plain", "gzip"] {
        let small = ask(&http, &server, &format!("/{coding}/{SMALL_BODY_BYTES}")).await;
        small.expect("an answer");
        let large = ask(&http, &server, &format!("/{coding}/{LARGE}")).await;
        let error = large.expect_err("no permit");
        assert_eq!(error.reason(), HttpReason::Crowded);
        assert_eq!(
            error.to_string(),
            "too many large documents at once, that of 127.0.0.1 is put off"
        );
    }
    drop(held);
    let answer = ask(&http, &server, &format!("/plain/{LARGE}")).await;
    assert_eq!(answer.expect("an answer").body.len(), LARGE);
}

/// A body that no server may send is refused without a permit.
#[tokio::test]
async fn a_body_over_the_limit_waits_for_no_permit() {
    let server = server().await;
    let options = HttpOptions {
        max_body_bytes: SMALL_BODY_BYTES / 2,
        ..HttpOptions::default()
    };
    let http = Http::new(&options).expect("a client");
    let _held = hold_all(&http).await;
    for coding in ["plain", "gzip"] {
        let error = ask(&http, &server, &format!("/{coding}/{LARGE}")).await;
        assert_eq!(error.expect_err("too large").reason(), HttpReason::TooLarge);
    }
}

#[tokio::test]
async fn the_wait_for_a_permit_is_not_the_servers_time() {
    // More than lies ready in sockets, so that it has to be waited for.
    const LONG: usize = 12 << 20;
    // A hundred times what the transfer takes: a slow machine does not reach it.
    let limit = Duration::from_secs(5);
    let options = HttpOptions {
        total_timeout: limit,
        ..HttpOptions::default()
    };
    let (http, server) = (Http::new(&options).expect("a client"), server().await);
    let held = hold_all(&http).await;
    let (plain, gzip) = (format!("/plain/{LONG}"), format!("/gzip/{LONG}"));
    let mut asking =
        pin!(async { tokio::join!(ask(&http, &server, &plain), ask(&http, &server, &gzip)) });
    tokio::select! {
        answers = &mut asking => panic!("no permit was free: {answers:?}"),
        () = tokio::time::sleep(limit + Duration::from_secs(1)) => drop(held),
    }
    let (plain, gzip) = asking.await;
    assert_eq!(plain.expect("an answer").body.len(), LONG);
    assert_eq!(gzip.expect("an answer").body.len(), LONG);
}

/// A server need not wait for us without end.
#[tokio::test]
async fn a_server_that_gives_up_while_we_make_it_wait_has_not_failed() {
    let headers = [("content-length", "2000000")];
    let cut = Reply::unframed("200 OK", &headers, &vec![b'x'; LARGE]).closed();
    let server = Server::start(move |_| cut.clone()).await;
    let http = http();
    let error = ask(&http, &server, "/").await.expect_err("cut");
    assert_eq!(error.reason(), HttpReason::Truncated);

    let held = hold_all(&http).await;
    let letting_go = async {
        // Three times what a server notices, with room for a slow machine to begin.
        tokio::time::sleep(3 * NOTICEABLE).await;
        drop(held);
    };
    let (answer, ()) = tokio::join!(ask(&http, &server, "/"), letting_go);
    assert_eq!(answer.expect_err("cut").reason(), HttpReason::Crowded);
}

/// A `Vec` left to itself would end with room for twice as much.
#[test]
fn a_body_has_no_more_room_than_it_may_fill() {
    let whole = vec![b'x'; 1_000_000];
    let mut raw = Vec::new();
    for chunk in whole.chunks(70_000) {
        crate::http::body::append(&mut raw, chunk, 1_000_000);
        assert!(raw.capacity() <= 1_000_000, "{}", raw.capacity());
    }
    assert_eq!(raw, whole);
}
