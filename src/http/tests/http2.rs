//! HTTP/2 frame by frame (RFC 9113 §4.1): what a server may do to a stream.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::http::{
    HttpReason,
    testing::tls::{Authority, names},
};

const HEADERS: u8 = 1;
const STATUS_200: &[u8] = &[0, 0, 1, HEADERS, 4, 0, 0, 0, 1, 0x88];

/// Gives these frames in answer to every request; also says how many came.
async fn exchange(answer: Vec<u8>) -> (Result<HttpResponse, HttpError>, usize) {
    exchange_seen(answer, Arc::default()).await
}

/// The same, with all frames before the request's headers, payloads only.
async fn exchange_seen(
    answer: Vec<u8>,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
) -> (Result<HttpResponse, HttpError>, usize) {
    let names = names(1);
    let authority = Authority::new();
    let mut config = authority.server(&names);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let serving = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a caller");
            let mut stream = acceptor.accept(stream).await.expect("TLS");
            stream.read_exact(&mut [0; 24]).await.expect("the preface");
            let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
            stream.write_all(&settings).await.expect("written");
            loop {
                let (kind, payload) = frame(&mut stream).await.expect("a frame");
                if kind == HEADERS {
                    break;
                }
                seen.lock().expect("not poisoned").push(payload);
            }
            count.fetch_add(1, Ordering::SeqCst);
            stream.write_all(&answer).await.expect("written");
            stream.shutdown().await.expect("closed");
        }
    });
    let url = Url::parse(&format!("https://{}:{port}/", names[0])).expect("a URL");
    let http = Http::with_hosts(&authority.trusting(), &[(&names[0], "127.0.0.1")]);
    let answer = get(&http, url, Trust::OperatorPrivate).await;
    serving.abort();
    (answer, requests.load(Ordering::SeqCst))
}

/// The next frame's kind and payload.
async fn frame(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await?;
    let length = usize::from(head[1]) << 8 | usize::from(head[2]);
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await?;
    Ok((head[3], payload))
}

/// The library would let a server send 2 MiB of a stream and 5 of a connection before we read them.
#[tokio::test]
async fn a_server_may_send_256_kib_ahead_of_what_is_read() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (answer, _) = exchange_seen(STATUS_200.to_vec(), Arc::clone(&seen)).await;
    answer.expect_err("its body never ends");
    let seen = seen.lock().expect("not poisoned");
    // SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.5.2), then what the connection gets above 65,535.
    let of_a_stream = [0, 4, 0, 4, 0, 0];
    assert!(
        seen[0].chunks(6).any(|setting| setting == of_a_stream),
        "{seen:?}"
    );
    assert_eq!(seen[1], (256 * 1024 - 65_535_u32).to_be_bytes(), "{seen:?}");
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_offers_it() {
    let last_data = [&[0, 0, 6, 0, 1, 0, 0, 0, 1], &b"<rss/>"[..]].concat();
    let (answer, _) = exchange([STATUS_200, &last_data].concat()).await;
    assert_eq!(answer.expect("an answer").body, b"<rss/>");
}

#[tokio::test]
async fn a_body_cut_short_over_http_2_is_an_error() {
    let not_last_data = [&[0, 0, 5, 0, 0, 0, 0, 0, 1], &b"<rss>"[..]].concat();
    let (answer, _) = exchange([STATUS_200, &not_last_data].concat()).await;
    assert_eq!(answer.expect_err("cut").reason(), HttpReason::Truncated);
}

/// The library would ask twice more at once, which is what a server in trouble needs least.
#[tokio::test]
async fn a_refused_stream_is_a_failure_and_not_asked_again() {
    const REFUSED_STREAM: u8 = 7;
    let reset = vec![0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, REFUSED_STREAM];
    let (answer, requests) = exchange(reset).await;
    let error = answer.expect_err("refused");
    assert_eq!(
        (error.reason(), requests),
        (HttpReason::Protocol, 1),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_wants_http_1_1_says_what_to_set() {
    const HTTP_1_1_REQUIRED: u8 = 13;
    let reset = vec![0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, HTTP_1_1_REQUIRED];
    let (answer, _) = exchange(reset).await;
    let error = answer.expect_err("refused").to_string();
    assert!(error.contains("set `http2 = false`"), "{error}");
}

/// A server that has served enough on a connection goes away with the next request on its way.
#[tokio::test]
async fn a_kept_connection_that_goes_away_is_left_for_a_new_one() {
    let names = names(1);
    let authority = Authority::new();
    let mut config = authority.server(&names);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let last_data = [&[0, 0, 6, 0, 1, 0, 0, 0, 1], &b"<rss/>"[..]].concat();
    let answer = [STATUS_200, &last_data].concat();
    let go_away = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    let serving = tokio::spawn(async move {
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.expect("a caller");
            let mut stream = acceptor.accept(stream).await.expect("TLS");
            stream.read_exact(&mut [0; 24]).await.expect("the preface");
            let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
            stream.write_all(&settings).await.expect("written");
            for sent in [&answer[..], &go_away] {
                while frame(&mut stream).await.expect("a frame").0 != HEADERS {}
                stream.write_all(sent).await.expect("written");
            }
            stream.shutdown().await.expect("closed");
        }
    });
    let url = Url::parse(&format!("https://{}:{port}/", names[0])).expect("a URL");
    let http = Http::with_hosts(&authority.trusting(), &[(&names[0], "127.0.0.1")]);
    for _ in 0..2 {
        let answer = get(&http, url.clone(), Trust::OperatorPrivate).await;
        assert_eq!(answer.expect("an answer").body, b"<rss/>");
    }
    serving.abort();
}

#[tokio::test]
async fn a_connection_that_goes_away_is_a_failure_and_not_asked_again() {
    const NO_ERROR: u8 = 0;
    let go_away = vec![0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NO_ERROR];
    let (answer, requests) = exchange(go_away).await;
    let error = answer.expect_err("gone away");
    assert_eq!(
        (error.reason(), requests),
        (HttpReason::Protocol, 1),
        "{error}"
    );
}
