//! A backlog goes out in one session.

use super::post::{Post, notice, plain};
use crate::{
    model::Retry,
    notify::{
        email::route::MAX_MAILS,
        smtp_server::{Answer, SmtpServer, Step},
    },
};

/// How often the server read this word.
fn count(server: &SmtpServer, verb: &str) -> usize {
    let lines = server.lines();
    lines.iter().filter(|line| line.starts_with(verb)).count()
}

#[tokio::test]
async fn mails_share_a_session_until_there_is_a_rest() {
    let post = Post::new(plain()).await;
    let desk = post.notifier();
    for _ in 0..3 {
        desk.send(&notice()).await.expect("taken");
    }
    assert_eq!(
        (count(&post.server, "EHLO"), count(&post.server, "QUIT")),
        (1, 0)
    );
    desk.close_idle().await;
    assert_eq!(count(&post.server, "QUIT"), 1);
    desk.close_idle().await;
    desk.send(&notice()).await.expect("taken");
    assert_eq!(count(&post.server, "EHLO"), 2);
    assert_eq!(post.server.mails().len(), 4);
}

#[tokio::test]
async fn a_session_ends_at_its_bound() {
    let post = Post::new(plain()).await;
    let desk = post.notifier();
    for _ in 0..MAX_MAILS {
        desk.send(&notice()).await.expect("taken");
    }
    assert_eq!(
        (count(&post.server, "EHLO"), count(&post.server, "QUIT")),
        (1, 1)
    );
    desk.send(&notice()).await.expect("taken");
    assert_eq!(count(&post.server, "EHLO"), 2);
}

#[tokio::test]
async fn a_kept_session_that_was_closed_is_followed_by_a_new_one_at_once() {
    for answer in [Answer::Close, Answer::Say("421 4.4.2 idle too long".into())] {
        let post = Post::new(plain()).await;
        let desk = post.notifier();
        desk.send(&notice()).await.expect("taken");
        post.server.set(plain().at(Step::Mail, answer));
        let error = desk
            .send(&notice())
            .await
            .expect_err("the new one is closed too");
        assert_eq!(error.retry, Retry::Later { after: None });
        assert_eq!(count(&post.server, "EHLO"), 2);
    }
}

/// Some servers take a number of mails in a session, and say so in words of their own.
#[tokio::test]
async fn a_kept_session_that_takes_no_more_is_followed_by_a_new_one_at_once() {
    for step in [Step::Mail, Step::Rcpt] {
        let post = Post::new(plain()).await;
        let desk = post.notifier();
        desk.send(&notice()).await.expect("taken");
        let full = plain().say(step, "550 5.7.0 too many mails in this session");
        post.server.set(full.until(Step::Greeting));
        desk.send(&notice()).await.expect("taken");
        assert_eq!(count(&post.server, "EHLO"), 2, "{step:?}");
        assert_eq!(post.server.mails().len(), 2);
    }
}

#[tokio::test]
async fn a_session_in_which_nobody_took_the_mail_is_not_kept() {
    let script = plain().recipient("desk@example.org", "550 5.1.1 unknown");
    let post = Post::new(script).await;
    let desk = post.notifier();
    desk.send(&notice()).await.expect_err("refused");
    assert_eq!(count(&post.server, "QUIT"), 1);
}
