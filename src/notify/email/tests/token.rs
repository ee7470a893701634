//! Logins with a token: asked for, kept, renewed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::post::{LATER, Post, notice, plain};
use crate::{
    clock::ManualClock,
    http::testing::{Reply, Server},
    model::{Retry, Secret, SendReason},
    notify::{
        MailAuth, MailLogin, MailOAuth,
        smtp_server::{Script, Step},
    },
};

/// A token server, a mail server that takes a token as a password, and a receiver of both.
struct Office {
    tokens: Server,
    post: Post,
    clock: Arc<ManualClock>,
}

fn xoauth2(token: &str) -> Script {
    let mut script = plain().login("bells@example.org", token);
    script.mechanisms = "xoauth2".to_owned();
    script
}

/// Gives token-1, token-2 and so on, each for an hour.
fn counted() -> impl Fn() -> Reply {
    let count = AtomicUsize::new(1);
    move || {
        let number = count.fetch_add(1, Ordering::Relaxed);
        let answer = format!(
            r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"token-{number}"}}"#
        );
        Reply::ok(answer.as_bytes())
    }
}

impl Office {
    async fn new(answer: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        let tokens = Server::start(move |_| answer()).await;
        let mut post = Post::new(xoauth2("token-1")).await;
        post.options.login = Some(MailLogin {
            username: "bells@example.org".to_owned(),
            auth: MailAuth::OAuth(MailOAuth {
                token_url: tokens.url("/token"),
                client_id: "fivebells".to_owned(),
                client_secret: Some(Secret::new("s3cret&more")),
                refresh_token: None,
                scope: Some("https://outlook.example/.default".to_owned()),
            }),
        });
        let clock = Arc::new(ManualClock::new(notice().timestamp));
        Self {
            tokens,
            post,
            clock,
        }
    }

    fn oauth(&mut self) -> &mut MailOAuth {
        match self
            .post
            .options
            .login
            .as_mut()
            .map(|login| &mut login.auth)
        {
            Some(MailAuth::OAuth(oauth)) => oauth,
            _ => unreachable!("set above"),
        }
    }

    /// The bodies that the token server was sent.
    fn asked(&self) -> Vec<String> {
        let requests = self.tokens.requests();
        let bodies = requests.into_iter().map(|request| request.body);
        bodies
            .map(|body| String::from_utf8(body).unwrap())
            .collect()
    }
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_kept_until_shortly_before_its_end() {
    let office = Office::new(counted()).await;
    let desk = office.post.notifier_at(office.clock.clone());
    for (minutes, asked) in [(0, 1), (58, 1), (1, 2)] {
        office
            .clock
            .advance(jiff::SignedDuration::from_mins(minutes));
        let token = format!("token-{asked}");
        office.post.server.set(xoauth2(&token));
        desk.send(&notice()).await.unwrap();
        desk.close_idle().await;
        assert_eq!(office.asked().len(), asked, "after {minutes} minutes more");
    }
    assert_eq!(
        office.asked()[0],
        "grant_type=client_credentials&client_id=fivebells&client_secret=s3cret%26more\
         &scope=https%3A%2F%2Foutlook.example%2F.default"
    );
    let login = office.post.server.mails()[0].login.clone();
    assert_eq!(login.as_deref(), Some("bells@example.org"));
}

#[tokio::test]
async fn a_refresh_token_is_the_grant_where_there_is_one_and_the_newest_counts() {
    let answer =
        || Reply::ok(br#"{"access_token":"token-1","expires_in":"60","refresh_token":"r2"}"#);
    let mut office = Office::new(answer).await;
    office.oauth().client_secret = None;
    office.oauth().refresh_token = Some(Secret::new("r1"));
    let desk = office.post.notifier_at(office.clock.clone());
    for _ in 0..2 {
        desk.send(&notice()).await.unwrap();
        desk.close_idle().await;
    }
    let scope = "&client_id=fivebells&scope=https%3A%2F%2Foutlook.example%2F.default";
    let expected =
        ["r1", "r2"].map(|token| format!("grant_type=refresh_token&refresh_token={token}{scope}"));
    assert_eq!(office.asked(), expected);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_once() {
    let office = Office::new(counted()).await;
    let desk = office.post.notifier_at(office.clock.clone());
    desk.send(&notice()).await.unwrap();
    desk.close_idle().await;
    office.post.server.set(xoauth2("token-2"));
    desk.send(&notice()).await.expect("with a new token");
    desk.close_idle().await;
    assert_eq!(office.asked().len(), 2);

    office.post.server.set(xoauth2("another"));
    let error = desk.send(&notice()).await.unwrap_err();
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Auth, Retry::ReceiverBroken)
    );
    insta::assert_snapshot!(error, @"AUTH: 535 5.7.8 authentication failed");
    assert_eq!(office.asked().len(), 3, "one more, no loop");
    let error = desk.send(&notice()).await.unwrap_err();
    assert_eq!(error.reason, SendReason::Auth);
    assert_eq!(office.asked().len(), 4, "a refused token is not kept");
}

/// As Exchange Online does it; Gmail, and our server by itself, ask a question first.
#[tokio::test]
async fn a_login_that_is_refused_without_a_question() {
    let office = Office::new(counted()).await;
    let refused = "535 5.7.3 Authentication unsuccessful";
    office
        .post
        .server
        .set(xoauth2("token-1").say(Step::Auth, refused));
    let error = office.post.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Auth, Retry::ReceiverBroken)
    );
    assert_eq!(office.asked().len(), 1, "a new token is not replaced");
}

#[tokio::test]
async fn a_server_that_takes_no_tokens_breaks_the_receiver() {
    let office = Office::new(counted()).await;
    office
        .post
        .server
        .set(plain().login("bells@example.org", "token-1"));
    let error = office.post.fail().await;
    assert_eq!(error.retry, Retry::ReceiverBroken);
    insta::assert_snapshot!(error, @"the server offers no AUTH XOAUTH2");
}

#[tokio::test]
async fn without_a_token_the_answer_says_why() {
    let denied = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid secret s3cret&more"}"#;
    for (status, body, reason, retry) in [
        (
            "401 Unauthorized",
            &denied[..],
            SendReason::Auth,
            Retry::ReceiverBroken,
        ),
        (
            "400 Bad Request",
            &denied[..],
            SendReason::Auth,
            Retry::ReceiverBroken,
        ),
        (
            "404 Not Found",
            b"<html>",
            SendReason::Auth,
            Retry::ReceiverBroken,
        ),
        ("302 Found", b"", SendReason::Auth, Retry::ReceiverBroken),
        ("429 Too Many Requests", b"{}", SendReason::Busy, LATER),
        (
            "503 Service Unavailable",
            b"",
            SendReason::ServerError,
            LATER,
        ),
        (
            "200 OK",
            b"<html>log in</html>",
            SendReason::Protocol,
            LATER,
        ),
    ] {
        let office = Office::new(move || Reply::new(status, &[], body)).await;
        let error = office.post.fail().await;
        assert_eq!((error.reason, error.retry), (reason, retry), "{status}");
        assert!(!error.detail.contains("s3cret"), "{error}");
        assert!(
            office.post.server.lines().is_empty(),
            "no server waits for it"
        );
        if status.starts_with("401") {
            insta::assert_snapshot!(error, @"no token to log in with: 401 Unauthorized invalid_client AADSTS7000215: Invalid secret <hidden>");
        }
    }
}

#[tokio::test]
async fn a_token_server_that_is_mute_or_gone_is_asked_again_later() {
    let mut office = Office::new(|| Reply::raw("").mute()).await;
    office.post.options.timeout = Duration::from_millis(300);
    let error = office.post.fail().await;
    assert_eq!((error.reason, error.retry), (SendReason::Timeout, LATER));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    office.oauth().token_url.set_port(Some(port)).unwrap();
    let error = office.post.fail().await;
    assert_eq!((error.reason, error.retry), (SendReason::Connect, LATER));
}
