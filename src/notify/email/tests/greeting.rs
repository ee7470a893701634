//! The first words of a session, with servers old, terse and of another kind.

use std::sync::Arc;

use super::post::{LATER, Post, notice, notifier, plain};
use crate::{
    clock::SystemClock,
    model::{Retry, SendReason},
    notify::smtp_server::{Script, Security, Step},
};

#[tokio::test]
async fn helo_where_the_server_does_not_know_ehlo() {
    for reply in ["500", "500 what", "502 5.5.1 not implemented", "504 no"] {
        let post = Post::new(plain().say(Step::Ehlo, reply)).await;
        post.send(&notice()).await.unwrap();
        assert_eq!(post.server.lines()[1], "HELO mon.example.org");
        assert!(post.server.mails()[0].data.is_ascii(), "no extensions");
    }
}

#[tokio::test]
async fn helo_offers_neither_protection_nor_login() {
    let script = Script::new(Security::StartTls).say(Step::Ehlo, "502 what");
    let error = Post::new(script).await.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Tls, Retry::ReceiverBroken)
    );
    let script = plain().login("bells", "s3cret").say(Step::Ehlo, "502 what");
    let post = Post::new(script).await.login("bells", "s3cret");
    let error = post.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Auth, Retry::ReceiverBroken)
    );
}

#[tokio::test]
async fn helo_is_refused_in_its_own_words() {
    let script = plain()
        .say(Step::Ehlo, "500 what")
        .say(Step::Helo, "550 5.7.1 not you");
    let error = Post::new(script).await.fail().await;
    assert_eq!(error.retry, Retry::ReceiverBroken);
    insta::assert_snapshot!(error, @"HELO: 550 5.7.1 not you");
}

#[tokio::test]
async fn an_lmtp_server_is_distinguished_from_an_smtp_server() {
    let script = plain()
        .say(Step::Ehlo, "500 5.5.1 Unknown command")
        .say(Step::Helo, "500 5.5.1 Unknown command")
        .say(Step::Lhlo, "250 8BITMIME");
    let error = Post::new(script).await.fail().await;
    assert_eq!(error.retry, Retry::ReceiverBroken);
    insta::assert_snapshot!(error, @"the server speaks LMTP, which is for a mail server's own use: name one that speaks SMTP");
}

#[tokio::test]
async fn a_code_alone_is_a_reply() {
    for (step, reply) in [
        (Step::Greeting, "220"),
        (Step::Ehlo, "250"),
        (Step::Auth, "235"),
        (Step::Mail, "250"),
        (Step::Rcpt, "250"),
        (Step::Data, "354"),
        (Step::Content, "250"),
    ] {
        let mut post = Post::new(plain().login("bells", "s3cret").say(step, reply)).await;
        if step == Step::Auth {
            post = post.login("bells", "s3cret");
        }
        post.send(&notice()).await.unwrap();
        assert_eq!(post.server.mails().len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn a_login_that_is_offered_in_small_letters() {
    for offer in ["plain login", "login", "Plain"] {
        let mut script = plain().login("bells", "s3cret");
        script.mechanisms = offer.to_owned();
        let post = Post::new(script).await.login("bells", "s3cret");
        post.send(&notice()).await.unwrap();
        assert_eq!(post.server.mails()[0].login.as_deref(), Some("bells"));
    }
}

/// The text would be taken for commands, and what one of them is answered for the mail's acceptance.
#[tokio::test]
async fn only_354_is_leave_to_send_the_text() {
    for (step, reply) in [
        (Step::Data, "250 ok?"),
        (Step::Data, "220 ok?"),
        (Step::Data, "334 ok?"),
        (Step::Mail, "354 ok?"),
        (Step::Rcpt, "354 ok?"),
    ] {
        let post = Post::new(plain().say(step, reply)).await;
        let error = post.fail().await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Protocol, LATER),
            "{step:?}"
        );
        let is_text = |line: &String| line.starts_with("From:");
        assert!(!post.server.lines().iter().any(is_text), "{step:?} {reply}");
    }
    let error = Post::new(plain().say(Step::Content, "354 more?")).await;
    let error = error.send(&notice()).await.unwrap_err();
    insta::assert_snapshot!(error, @"end of message: 354 more?, which is no answer to it");
}

#[tokio::test]
async fn the_name_in_ehlo_is_the_configs_or_an_address() {
    let mut post = Post::new(plain()).await;
    post.options.hello = Some("bells.example.org".to_owned());
    post.send(&notice()).await.unwrap();
    assert_eq!(post.server.lines()[0], "EHLO bells.example.org");

    let post = Post::new(plain()).await;
    let servers = [post.mail_server_of("0391926cb167")];
    let to = ["desk@example.org".to_owned()];
    let desk = notifier(&to, &servers, Arc::new(SystemClock));
    desk.send(&notice()).await.unwrap();
    assert_eq!(post.server.lines()[0], "EHLO [127.0.0.1]");
}
