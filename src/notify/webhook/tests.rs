//! Requests against a server that reads them to the byte.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};

use super::*;
use crate::{
    clock::{ManualClock, SystemClock},
    http::{Http, HttpOptions},
    model::{Event, Retry, SendReason},
    notify::{
        PartKind, Screen,
        hook::MAX_ANSWER_BYTES,
        sample_notice,
        smtp_server::{Script, Security, SmtpServer},
    },
};

const KEY: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const OLD_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const LATER: Retry = Retry::Later { after: None };

/// Answers every request with the same bytes and hands the requests out.
struct Hook {
    url: Url,
    requests: mpsc::Receiver<Request>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Request {
    line: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hook {
    /// `None` reads and says nothing.
    async fn start(answer: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/a?key=q", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::channel(16);
        let answer = answer.map(str::to_owned);
        let task = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                if let Some(answer) = &answer {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                } else {
                    open.push(stream);
                }
                sender.send(request).await.unwrap();
            }
        });
        Self {
            url: url.parse().unwrap(),
            requests,
            task,
        }
    }

    async fn status(line: &str) -> Self {
        Self::start(Some(&format!(
            "HTTP/1.1 {line}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )))
        .await
    }

    async fn request(&mut self) -> Request {
        self.requests.recv().await.unwrap()
    }
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    let end = loop {
        stream.read_buf(&mut bytes).await.unwrap();
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers: HeaderMap = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        stream.read_buf(&mut body).await.unwrap();
    }
    Request {
        line,
        headers,
        body,
    }
}

fn options(url: &Url) -> WebhookOptions {
    WebhookOptions {
        url: url.clone(),
        url_is_secret: false,
        method: HookMethod::Post,
        secrets: vec![],
        body: None,
        headers: vec![],
        allow_private: false,
        timeout: Duration::from_secs(20),
    }
}

fn webhook_at(options: &WebhookOptions, clock: Arc<dyn Clock>) -> Result<Webhook, WebhookError> {
    let context = NotifyContext {
        http: Http::new(&HttpOptions::default()).unwrap(),
        mail: Vec::new(),
        screen: Screen::new(std::io::sink(), false),
        timezone: TimeZone::UTC,
        clock,
    };
    Webhook::new(options, &context)
}

fn webhook(options: &WebhookOptions) -> Webhook {
    webhook_at(options, Arc::new(SystemClock)).unwrap()
}

fn notice() -> Notice {
    sample_notice("2026-11-22T06:41:07Z".parse().unwrap())
}

#[tokio::test]
async fn the_official_verifier_accepts_either_key() {
    let mut hook = Hook::status("204 No Content").await;
    let webhook = webhook(&WebhookOptions {
        secrets: vec![Secret::new(KEY), Secret::new(OLD_KEY)],
        ..options(&hook.url)
    });
    let receipt = webhook.send(&notice()).await.unwrap();
    assert_eq!(receipt.answer, "204 No Content");
    let request = hook.request().await;
    assert_eq!(request.line, "POST /hooks/a?key=q HTTP/1.1");
    assert_eq!(request.headers["content-type"], "application/json");
    for key in [KEY, OLD_KEY] {
        let verifier = standardwebhooks::Webhook::new(key).unwrap();
        verifier.verify(&request.body, &request.headers).unwrap();
    }
    let stranger = standardwebhooks::Webhook::new("whsec_c3RyYW5nZXI=").unwrap();
    stranger
        .verify(&request.body, &request.headers)
        .unwrap_err();
}

#[tokio::test]
async fn a_retry_keeps_id_and_body_and_has_a_time_of_its_own() {
    let mut hook = Hook::status("500 Internal Server Error").await;
    let start: Timestamp = "2026-11-22T06:41:08Z".parse().unwrap();
    let clock = Arc::new(ManualClock::new(start));
    let options = WebhookOptions {
        secrets: vec![Secret::new(KEY)],
        ..options(&hook.url)
    };
    let webhook = webhook_at(&options, clock.clone()).unwrap();
    webhook.send(&notice()).await.unwrap_err();
    clock.advance(SignedDuration::from_hours(1));
    webhook.send(&notice()).await.unwrap_err();
    let (first, second) = (hook.request().await, hook.request().await);
    assert_eq!(first.headers["webhook-id"], "sample-1");
    assert_eq!(first.headers["webhook-id"], second.headers["webhook-id"]);
    assert_eq!(first.body, second.body);
    for (request, time) in [
        (first, start.as_second()),
        (second, start.as_second() + 3600),
    ] {
        assert_eq!(request.headers["webhook-timestamp"], time.to_string());
        let official = standardwebhooks::Webhook::new(KEY).unwrap();
        let signature = official.sign("sample-1", time, &request.body).unwrap();
        assert_eq!(request.headers["webhook-signature"], signature);
    }
}

#[tokio::test]
async fn without_a_key_there_is_an_id_and_no_signature() {
    let mut hook = Hook::status("200 OK").await;
    webhook(&options(&hook.url)).send(&notice()).await.unwrap();
    let request = hook.request().await;
    assert!(request.headers.contains_key("webhook-id"));
    assert!(!request.headers.contains_key("webhook-signature"));
}

#[tokio::test]
async fn a_body_and_headers_of_the_receivers_own() {
    let mut hook = Hook::status("200 OK").await;
    let webhook = webhook(&WebhookOptions {
        body: Some("[{{ watches | join(', ') }}] {{ item.title }}".to_owned()),
        headers: vec![
            ("Content-Type".to_owned(), Secret::new("text/plain")),
            ("Authorization".to_owned(), Secret::new("Bearer t0ken")),
        ],
        ..options(&hook.url)
    });
    webhook.send(&notice()).await.unwrap();
    let request = hook.request().await;
    assert_eq!(request.headers["content-type"], "text/plain");
    assert_eq!(request.headers["authorization"], "Bearer t0ken");
    assert!(
        request
            .body
            .starts_with("[koizumi, hegseth] Shinjirō".as_bytes())
    );
}

#[tokio::test]
async fn the_method_is_the_receivers_own() {
    for method in [HookMethod::Post, HookMethod::Put, HookMethod::Patch] {
        let mut hook = Hook::status("200 OK").await;
        let webhook = webhook(&WebhookOptions {
            method,
            ..options(&hook.url)
        });
        webhook.send(&notice()).await.unwrap();
        let line = hook.request().await.line;
        assert_eq!(line, format!("{method} /hooks/a?key=q HTTP/1.1"));
        let preview = webhook.preview(&notice()).unwrap();
        assert!(preview[0].content.starts_with(method.as_str()));
    }
}

#[tokio::test]
async fn a_redirect_is_reported_not_followed_and_asked_again() {
    let mut target = Hook::status("200 OK").await;
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        target.url
    );
    let hook = Hook::start(Some(&answer)).await;
    let error = webhook(&options(&hook.url))
        .send(&notice())
        .await
        .unwrap_err();
    let later = Retry::Later { after: None };
    assert_eq!((error.reason, error.retry), (SendReason::Refused, later));
    let bare = target.url.as_str().replace("?key=q", "");
    assert!(
        error.detail.ends_with(&format!("it points to {bare}")),
        "{error}"
    );
    assert!(
        target.requests.try_recv().is_err(),
        "nobody asked the target"
    );
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    let hook = Hook::start(None).await;
    let webhook = webhook(&WebhookOptions {
        timeout: Duration::from_millis(300),
        ..options(&hook.url)
    });
    let error = webhook.send(&notice()).await.unwrap_err();
    assert_eq!((error.reason, error.retry), (SendReason::Timeout, LATER));
}

#[tokio::test]
async fn a_success_counts_whatever_its_body_is() {
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
    let long = "x".repeat(usize::try_from(MAX_ANSWER_BYTES).unwrap() + 1);
    for answer in [
        format!("{head}content-length: {}\r\n\r\n{long}", long.len()),
        format!("{head}content-length: 10\r\n\r\ncut"),
        format!("{head}content-encoding: gzip\r\ncontent-length: 4\r\n\r\n\u{1f}nope"),
    ] {
        let hook = Hook::start(Some(&answer)).await;
        let outcome = webhook(&options(&hook.url)).send(&notice()).await;
        assert!(outcome.is_ok(), "{outcome:?}");
    }
}

#[tokio::test]
async fn no_connection_no_trust_no_passage() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    // Any server with a certificate that nobody knows.
    let unknown = SmtpServer::start(Script::new(Security::Implicit)).await;
    let untrusted = format!("https://{}/", unknown.address());
    for (url, reason, retry) in [
        (closed.as_str(), SendReason::Connect, LATER),
        (&untrusted, SendReason::Tls, Retry::ReceiverBroken),
        ("ftp://127.0.0.1/", SendReason::Guard, Retry::ReceiverBroken),
    ] {
        let options = options(&url.parse().unwrap());
        let error = webhook(&options).send(&notice()).await.unwrap_err();
        assert_eq!((error.reason, error.retry), (reason, retry), "{error}");
    }
}

#[tokio::test]
async fn a_secret_url_is_never_shown() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/s3cret-topic", free.local_addr().unwrap());
    drop(free);
    let webhook = webhook(&WebhookOptions {
        url_is_secret: true,
        headers: vec![("x-token".to_owned(), Secret::new("t0ken"))],
        ..options(&url.parse().unwrap())
    });
    let error = webhook.send(&notice()).await.unwrap_err();
    assert!(
        !error.detail.contains("s3cret") && !error.detail.contains("127"),
        "{error}"
    );
    for part in webhook.preview(&notice()).unwrap() {
        assert!(!part.content.contains("s3cret") && !part.content.contains("t0ken"));
    }
}

#[test]
fn a_preview_shows_headers_and_body() {
    let clock = ManualClock::new("2026-11-22T06:41:08Z".parse().unwrap());
    let options = WebhookOptions {
        secrets: vec![Secret::new(KEY)],
        headers: vec![("x-token".to_owned(), Secret::new("t0ken"))],
        ..options(
            &"https://siem.example.org/hooks/feeds?key=1"
                .parse()
                .unwrap(),
        )
    };
    let webhook = webhook_at(&options, Arc::new(clock)).unwrap();
    let parts = webhook.preview(&notice()).unwrap();
    assert_eq!(parts[0].kind, PartKind::Headers);
    insta::assert_snapshot!(parts[0].content);
    assert_eq!(parts[1].kind, PartKind::Json);
}

#[tokio::test]
async fn a_template_that_fails_after_all_sends_plain_words() {
    let mut hook = Hook::status("200 OK").await;
    let body =
        "{% if also | length > 2 %}{{ nope }}{% endif %}{{ item.title }}: {{ item.summary }}";
    let webhook = webhook(&WebhookOptions {
        body: Some(body.to_owned()),
        headers: vec![("content-type".to_owned(), Secret::new("text/plain"))],
        ..options(&hook.url)
    });
    let mut notice = notice();
    let Event::Alert(alert) = &mut notice.event else {
        panic!("an alert");
    };
    alert.item.title = "A story".to_owned();
    alert.also = vec![alert.also[0].clone(); 3];
    // `also` of plain words is empty.
    let receipt = webhook.send(&notice).await.unwrap();
    let fault = "undefined value: `nope` is undefined";
    let answer = format!("200 OK; in plain words, as its template failed: {fault}");
    assert_eq!(receipt.answer, answer);
    let sent = String::from_utf8(hook.request().await.body).unwrap();
    let note = format!(
        "A story: The receiver's template failed in line 1 on this notice: {fault}\nhttps://"
    );
    assert!(sent.starts_with(&note), "{sent}");
}

#[test]
fn what_cannot_work_is_reported_at_once() {
    let url: Url = "https://example.org/".parse().unwrap();
    let refused = |options: WebhookOptions| {
        let error = webhook_at(&options, Arc::new(SystemClock)).err();
        error.expect("an error").to_string()
    };
    insta::assert_snapshot!(
        refused(WebhookOptions {
            secrets: vec![Secret::new(KEY), Secret::new("hunter2")],
            ..options(&url)
        }),
        @"secret 1 is not a Standard Webhooks key (whsec_ and base64)"
    );
    for name in ["webhook-id", "Content-Length", "a b", ""] {
        let headers = vec![(name.to_owned(), Secret::new("x"))];
        let message = refused(WebhookOptions {
            headers,
            ..options(&url)
        });
        assert_eq!(message, format!("header {name:?} cannot be set"));
    }
    let headers = vec![("x".to_owned(), Secret::new("a\r\nb: c"))];
    refused(WebhookOptions {
        headers,
        ..options(&url)
    });
    let body = Some("{{ nope }}".to_owned());
    refused(WebhookOptions {
        body,
        ..options(&url)
    });
}
