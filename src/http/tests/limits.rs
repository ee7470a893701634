//! Bounds in time and size, and bodies that lie about their own.

use std::{io::Write, net::TcpListener, time::Duration};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout as timeout_of,
};

use super::*;
use crate::http::{
    HttpReason, StatusCode,
    body::{ERROR_BODY_TIMEOUT, MAX_ERROR_BODY_BYTES},
    routes::{MAX_HEADER_BYTES, MAX_HEADER_LINES},
    testing::{Reply, Server, impatient},
};

async fn refused(server: &Server, options: &HttpOptions) -> (HttpReason, String) {
    let http = Http::new(options).expect("a client");
    let error = get(&http, server.url("/?key=s3cret"), Trust::Operator)
        .await
        .expect_err("no answer");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    (error.reason(), error.to_string())
}

fn limited(max_body_bytes: u64) -> HttpOptions {
    HttpOptions {
        max_body_bytes,
        ..HttpOptions::default()
    }
}

fn timeout(message: &str) -> (HttpReason, String) {
    (HttpReason::Timeout, message.to_owned())
}

#[tokio::test]
async fn a_mute_server_is_left() {
    let server = Server::start(|_| Reply::raw("").mute()).await;
    assert_eq!(
        refused(&server, &impatient()).await,
        timeout("no answer from 127.0.0.1 within 1s")
    );
}

#[tokio::test]
async fn header_lines_and_bytes_have_a_bound() {
    let lines =
        |count: usize, name: &str| format!("{name}: </style.css>; rel=preload\r\n").repeat(count);
    // Content-Length is the last line.
    let most = MAX_HEADER_LINES - 1;
    let bytes = MAX_HEADER_BYTES as usize;
    for (headers, is_read) in [
        (lines(150, "link"), true),
        (lines(150, "set-cookie"), true),
        (lines(most, "link"), true),
        (lines(most + 1, "link"), false),
        (format!("x: {}\r\n", "y".repeat(bytes - 1024)), true),
        (format!("x: {}\r\n", "y".repeat(3 * bytes)), false),
    ] {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 6\r\n\r\n<rss/>");
        let server = Server::start(move |_| Reply::raw(head.clone())).await;
        let http = Http::new(&HttpOptions::default()).expect("a client");
        let answer = get(&http, server.url("/"), Trust::Operator).await;
        match answer {
            Ok(answer) => assert!(is_read && answer.body == b"<rss/>"),
            Err(error) => {
                assert_eq!(error.reason(), HttpReason::Protocol, "{error}");
                assert!(!is_read, "{error}");
            }
        }
    }
}

#[tokio::test]
async fn headers_that_drip_are_one_wait() {
    let drip = Reply::raw("HTTP/1.1 200 OK\r\nx: ").drip(Duration::from_millis(20));
    let server = Server::start(move |_| drip.clone()).await;
    assert_eq!(
        refused(&server, &impatient()).await,
        timeout("no answer from 127.0.0.1 within 1s")
    );
}

#[tokio::test]
async fn a_body_that_stops_is_left_after_the_idle_timeout() {
    let headers = [("content-length", "100")];
    let stops = Reply::unframed("200 OK", &headers, b"<rss>").mute();
    let server = Server::start(move |_| stops.clone()).await;
    assert_eq!(
        refused(&server, &impatient()).await,
        timeout("nothing more of the body from 127.0.0.1 within 500ms")
    );
}

#[tokio::test]
async fn a_body_that_drips_is_left_after_the_total_timeout() {
    let headers = [("content-length", "100000")];
    let drip = Reply::unframed("200 OK", &headers, b"<rss>").drip(Duration::from_millis(20));
    let server = Server::start(move |_| drip.clone()).await;
    let total_is_short = HttpOptions {
        total_timeout: Duration::from_millis(300),
        ..HttpOptions::default()
    };
    assert_eq!(
        refused(&server, &total_is_short).await,
        timeout("no complete answer from 127.0.0.1 within 300ms")
    );
}

#[tokio::test]
async fn a_request_may_bring_its_own_limits() {
    let server = Server::start(|request| match request.target() {
        "/mute" => Reply::raw("").mute(),
        _ => Reply::ok(b"12345"),
    })
    .await;
    let hurried = HttpRequest {
        timeout: Some(Duration::from_millis(50)),
        ..HttpRequest::new(Method::GET, server.url("/mute"), Trust::Operator)
    };
    let error = http().send(hurried).await.expect_err("mute");
    assert_eq!(
        error.to_string(),
        "no complete answer from 127.0.0.1 within 50ms"
    );

    let mut small = HttpRequest::new(Method::GET, server.url("/"), Trust::Operator);
    small.max_body_bytes = Some(4);
    let error = http().send(small).await.expect_err("five bytes");
    assert_eq!(error.to_string(), "body is larger than 4 bytes");
}

#[tokio::test]
async fn the_size_limit_is_exact_with_and_without_a_length() {
    let server = Server::start(|request| match request.target() {
        "/length" => Reply::ok(b"12345"),
        "/chunked" => Reply::unframed(
            "200 OK",
            &[("transfer-encoding", "chunked")],
            b"2\r\n12\r\n3\r\n345\r\n0\r\n\r\n",
        ),
        _ => Reply::unframed("200 OK", &[], b"12345").closed(),
    })
    .await;
    for path in ["/length", "/chunked", "/until-close"] {
        let get = |limit| {
            let http = Http::new(&limited(limit)).expect("a client");
            let url = server.url(path);
            async move { get(&http, url, Trust::Operator).await }
        };
        assert_eq!(get(5).await.expect("fits").body, b"12345", "{path}");
        let error = get(4).await.expect_err("too large");
        assert_eq!(error.reason(), HttpReason::TooLarge, "{path}");
    }
}

#[tokio::test]
async fn an_announced_giant_is_refused_before_it_is_read() {
    let giant = [("content-length", "99999999999")];
    let server = Server::start(move |_| Reply::unframed("200 OK", &giant, b"").mute()).await;
    let (reason, message) = refused(&server, &HttpOptions::default()).await;
    assert_eq!(reason, HttpReason::TooLarge);
    assert_eq!(message, "body is larger than 16777216 bytes");
}

#[tokio::test]
async fn a_bomb_is_cut_at_the_limit() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(&vec![0; 32 * 1024 * 1024])
        .expect("a Vec takes all");
    let bomb = encoder.finish().expect("a Vec takes all");
    let server =
        Server::start(move |_| Reply::new("200 OK", &[("content-encoding", "gzip")], &bomb)).await;
    let (reason, _) = refused(&server, &HttpOptions::default()).await;
    assert_eq!(reason, HttpReason::TooLarge);
}

#[tokio::test]
async fn a_body_cut_short_is_an_error_however_it_is_framed() {
    let server = Server::start(|request| {
        match request.target() {
            "/length" => Reply::unframed("200 OK", &[("content-length", "100")], b"<rss>"),
            _ => Reply::unframed(
                "200 OK",
                &[("transfer-encoding", "chunked")],
                b"5\r\n<rss>\r\n",
            ),
        }
        .closed()
    })
    .await;
    for path in ["/length", "/chunked"] {
        let error = get(&http(), server.url(path), Trust::Operator)
            .await
            .expect_err("cut");
        assert_eq!(error.reason(), HttpReason::Truncated, "{path}: {error}");
        assert_eq!(error.to_string(), "body from 127.0.0.1 ends early");
    }
}

#[tokio::test]
async fn a_coded_body_cut_short_is_an_error() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"<rss></rss>").expect("a Vec takes all");
    let mut cut = encoder.finish().expect("a Vec takes all");
    cut.truncate(cut.len() - 4);
    let server =
        Server::start(move |_| Reply::new("200 OK", &[("content-encoding", "gzip")], &cut)).await;
    let (reason, message) = refused(&server, &HttpOptions::default()).await;
    assert_eq!(reason, HttpReason::Truncated);
    assert_eq!(message, "gzip body ends early");
}

#[tokio::test]
async fn what_is_not_http_is_a_protocol_error() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n",
    ] {
        let server = Server::start(move |_| Reply::raw(bytes).closed()).await;
        let (reason, message) = refused(&server, &HttpOptions::default()).await;
        assert_eq!(reason, HttpReason::Protocol, "{bytes:?}: {message}");
    }
    let chunks = Reply::unframed("200 OK", &[("transfer-encoding", "chunked")], b"zz\r\n");
    let server = Server::start(move |_| chunks.clone()).await;
    let (reason, message) = refused(&server, &HttpOptions::default()).await;
    assert_eq!(reason, HttpReason::Protocol, "{message}");
}

#[tokio::test]
async fn nobody_there_is_a_connect_error() {
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = gone.local_addr().expect("an address").port();
    drop(gone);
    let url = Url::parse(&format!("http://127.0.0.1:{port}/?key=s3cret")).expect("a URL");
    let error = get(&http(), url, Trust::Operator)
        .await
        .expect_err("refused");
    assert_eq!(error.reason(), HttpReason::Connect);
    assert!(
        error
            .to_string()
            .starts_with("connection to 127.0.0.1: Connection refused"),
        "{error}"
    );
}

/// A full queue of callers drops the next one's SYN, as a firewall does.
#[tokio::test]
async fn a_connection_that_is_not_made_is_left_after_the_connect_timeout() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind(([127, 0, 0, 1], 0).into())
        .expect("a free port");
    let listener = socket.listen(1).expect("it listens");
    let address = listener.local_addr().expect("an address");
    let wait = Duration::from_millis(50);
    let mut queue = Vec::new();
    while let Ok(Ok(caller)) = timeout_of(wait, TcpStream::connect(address)).await {
        queue.push(caller);
    }
    let url = Url::parse(&format!("http://{address}/")).expect("a URL");
    let http = Http::new(&impatient()).expect("a client");
    let error = get(&http, url, Trust::Operator)
        .await
        .expect_err("no connection");
    assert_eq!(
        (error.reason(), error.to_string()),
        timeout("no connection to 127.0.0.1 within 500ms")
    );
}

#[tokio::test]
async fn a_handshake_that_does_not_end_counts_as_connecting() {
    let server = Server::start(|_| Reply::raw("").mute()).await;
    let http = Http::new(&impatient()).expect("a client");
    let url = server.secure_url_at("127.0.0.1", "/");
    let error = get(&http, url, Trust::Operator).await.expect_err("no TLS");
    assert_eq!(
        (error.reason(), error.to_string()),
        timeout("no connection to 127.0.0.1 within 500ms")
    );
}

#[test]
fn the_bounds_are_those_promised() {
    let options = HttpOptions::default();
    assert_eq!(options.connect_timeout, Duration::from_secs(10));
    assert_eq!(options.idle_timeout, Duration::from_secs(20));
    assert_eq!(options.total_timeout, Duration::from_mins(1));
    assert_eq!(options.max_body_bytes, 16 * 1024 * 1024);
}

/// The status is the answer; trouble with its body must not hide it.
#[tokio::test]
async fn the_body_of_an_error_never_hides_its_status() {
    let server = Server::start(|request| match request.target() {
        "/damaged" => Reply::new("503 Busy", &[("content-encoding", "gzip")], &[7; 100]),
        "/cut" => Reply::unframed("503 Busy", &[("content-length", "9")], b"x").closed(),
        "/large" => Reply::new("503 Busy", &[], &vec![b'x'; 1024 * 1024]),
        _ => Reply::unframed("503 Busy", &[("content-length", "9")], b"x").mute(),
    })
    .await;
    let options = HttpOptions {
        total_timeout: ERROR_BODY_TIMEOUT / 2,
        ..HttpOptions::default()
    };
    let http = Http::new(&options).expect("a client");
    for path in ["/damaged", "/cut", "/large", "/mute"] {
        // The time for the whole ends before what the body of an error has.
        let answer = tokio::select! {
            biased;
            answer = get(&http, server.url(path), Trust::Operator) => answer.expect("an answer"),
            () = tokio::time::sleep(ERROR_BODY_TIMEOUT) => panic!("{path}: it waits longer"),
        };
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.body.len() as u64 <= MAX_ERROR_BODY_BYTES, "{path}");
    }
}

#[tokio::test]
async fn the_beginning_of_an_errors_body_is_kept_up_to_its_bound() {
    let bound = usize::try_from(MAX_ERROR_BODY_BYTES).expect("small");
    let server = Server::start(move |_| Reply::new("500 Oops", &[], &vec![b'x'; bound])).await;
    let answer = get(&http(), server.url("/"), Trust::Operator)
        .await
        .expect("an answer");
    assert_eq!(answer.body.len(), bound);
}

/// The library bounds each head, and keeps none of those before the last: what is left to bound is
/// the time that they take together.
#[tokio::test]
async fn answers_ahead_of_the_answer_are_read_and_without_an_end_are_one_wait() {
    let early = "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n";
    let some = format!(
        "{}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<rss/>",
        early.repeat(2 * MAX_HEADER_BYTES as usize / early.len())
    );
    let server = Server::start(move |_| Reply::raw(some.clone())).await;
    let answer = get(&http(), server.url("/"), Trust::Operator).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let endless = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a request");
        tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 1024])
            .await
            .expect("asked");
        let mut sent = 0_usize;
        while tokio::io::AsyncWriteExt::write_all(&mut stream, early.as_bytes())
            .await
            .is_ok()
        {
            sent += 1;
        }
        sent
    });
    let url = format!("http://{address}/").parse().expect("a URL");
    let http = Http::new(&impatient()).expect("a client");
    let error = get(&http, url, Trust::Operator).await.expect_err("no end");
    assert_eq!(error.to_string(), "no answer from 127.0.0.1 within 1s");
    assert!(endless.await.expect("it was left") > 0);
}
