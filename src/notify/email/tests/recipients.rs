//! Several recipients, each with a verdict of its own.

use std::collections::HashMap;

use super::post::{LATER, Post, notice, plain};
use crate::{
    model::{Retry, SendReason},
    notify::smtp_server::Step,
};

#[tokio::test]
async fn each_recipient_has_its_own_verdict() {
    let script = plain()
        .recipient("gone@example.org", "550 5.1.1 nobody here")
        .recipient("full@example.org", "552 5.2.2 full");
    let post = Post::new(script).await.to(&[
        "gone@example.org",
        "desk@example.org",
        "full@example.org",
        "night@example.org",
    ]);
    let receipt = post.send(&notice()).await.unwrap();
    let refused: HashMap<_, _> = receipt
        .refused
        .iter()
        .map(|refusal| (refusal.recipient.as_str(), refusal.answer.as_str()))
        .collect();
    assert_eq!(refused.len(), 2);
    assert_eq!(refused["gone@example.org"], "550 5.1.1 nobody here");
    assert_eq!(refused["full@example.org"], "552 5.2.2 full");
    let mails = post.server.wait_for(1).await;
    assert_eq!(mails[0].to, ["desk@example.org", "night@example.org"]);
}

#[tokio::test]
async fn a_deferred_recipient_gets_it_later_and_the_others_once() {
    let script = plain()
        .recipient("gone@example.org", "550 5.1.1 nobody here")
        .recipient("grey@example.org", "451 4.7.1 greylisted");
    let post =
        Post::new(script)
            .await
            .to(&["gone@example.org", "desk@example.org", "grey@example.org"]);
    let mut notice = notice();

    let error = post.send(&notice).await.unwrap_err();
    assert_eq!((error.reason, error.retry), (SendReason::Busy, LATER));
    assert_eq!(error.accepted, ["desk@example.org"]);

    post.server
        .set(plain().recipient("gone@example.org", "550 5.1.1 nobody here"));
    notice.accepted = error.accepted;
    let receipt = post.send(&notice).await.unwrap();
    assert_eq!(receipt.refused.len(), 1);
    let mails = post.server.wait_for(2).await;
    assert_eq!(mails[0].to, ["desk@example.org"]);
    assert_eq!(mails[1].to, ["grey@example.org"]);
    assert_eq!(mails[0].data, mails[1].data);
}

#[tokio::test]
async fn all_refused_is_dead_unless_someone_has_it_already() {
    let script = plain()
        .recipient("gone@example.org", "550 5.1.1 nobody here")
        .recipient("off@example.org", "553 5.1.3 off");
    let post = Post::new(script)
        .await
        .to(&["gone@example.org", "off@example.org"]);
    let error = post.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Refused, Retry::Never)
    );
    insta::assert_snapshot!(error, @"RCPT TO: 550 5.1.1 nobody here");
    assert!(post.server.lines().iter().all(|line| line != "DATA"));

    let post = post.to(&["gone@example.org", "off@example.org", "desk@example.org"]);
    let mut notice = notice();
    notice.accepted = vec!["desk@example.org".to_owned()];
    assert_eq!(post.send(&notice).await.unwrap().refused.len(), 2);
}

#[tokio::test]
async fn whoever_accepted_is_not_asked_again() {
    let post = Post::new(plain()).await;
    let mut notice = notice();
    notice.accepted = vec!["desk@example.org".to_owned()];
    post.send(&notice).await.unwrap();
    assert!(post.server.lines().is_empty(), "no connection at all");
}

#[tokio::test]
async fn names_in_other_scripts_are_sent_in_ascii() {
    let post = Post::new(plain()).await.to(&["desk@例え.jp"]);
    post.send(&notice()).await.unwrap();
    assert_eq!(post.server.wait_for(1).await[0].to, ["desk@xn--r8jz45g.jp"]);
}

#[tokio::test]
async fn beyond_the_most_recipients_the_rest_is_reported_later() {
    let script = plain()
        .recipient("one@example.org", "552 5.5.3 too many recipients")
        .recipient("two@example.org", "552 too many recipients");
    let post =
        Post::new(script)
            .await
            .to(&["desk@example.org", "one@example.org", "two@example.org"]);
    let error = post.send(&notice()).await.unwrap_err();
    assert_eq!((error.reason, error.retry), (SendReason::Busy, LATER));
    assert_eq!(error.accepted, ["desk@example.org"]);
}

/// Who has the mail is proof that the server does not refuse us.
#[tokio::test]
async fn a_refusal_of_one_recipient_among_others_gives_that_one_up() {
    let script = plain().recipient("list@example.org", "550 5.7.1 not allowed to send to it");
    let post = Post::new(script)
        .await
        .to(&["desk@example.org", "list@example.org"]);
    let receipt = post.send(&notice()).await.unwrap();
    assert_eq!(receipt.refused[0].recipient, "list@example.org");
    assert_eq!(
        receipt.refused[0].answer,
        "550 5.7.1 not allowed to send to it"
    );
}

/// It is no proof on another attempt, and yet the receiver is not broken by it: the next notice is
/// for all of them again.
#[tokio::test]
async fn a_refusal_of_who_is_left_puts_them_off() {
    let script = plain().say(Step::Rcpt, "554 5.7.1 Client host rejected");
    let post = Post::new(script)
        .await
        .to(&["desk@example.org", "chief@example.org"]);
    let mut notice = notice();
    notice.accepted = vec!["desk@example.org".to_owned()];
    let error = post.send(&notice).await.unwrap_err();
    assert_eq!((error.reason, error.retry), (SendReason::Refused, LATER));
    let error = post.fail().await;
    assert_eq!(
        error.retry,
        Retry::ReceiverBroken,
        "nobody has the next one"
    );
}

#[tokio::test]
async fn names_in_other_scripts_need_a_server_that_takes_them() {
    let mut script = plain();
    script.offers = vec!["SMTPUTF8".to_owned()];
    let post = Post::new(script).await.to(&["jürgen@example.org"]);
    post.send(&notice()).await.unwrap();
    let lines = post.server.lines();
    let mail_from = lines.iter().find(|line| line.starts_with("MAIL")).unwrap();
    assert_eq!(
        mail_from,
        "MAIL FROM:<bells@example.org> SMTPUTF8 BODY=8BITMIME"
    );
    let mail = &post.server.wait_for(1).await[0];
    assert_eq!(mail.to, ["jürgen@example.org"]);
    let text = String::from_utf8(mail.data.clone()).unwrap();
    assert!(text.contains("To: jürgen@example.org"), "{text}");

    post.server.set(plain());
    let error = post.send(&notice()).await.unwrap_err();
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Refused, Retry::ReceiverBroken)
    );
    insta::assert_snapshot!(error, @"the server does not offer SMTPUTF8, which jürgen@example.org needs");
}

/// A mail with such an address can be relayed only by servers that know of them.
#[tokio::test]
async fn whoever_else_is_notified_gets_a_mail_without_names_in_other_scripts() {
    let mut script = plain();
    script.offers = vec!["smtputf8".to_owned()];
    let to = ["jürgen@example.org", "desk@example.org"];
    let post = Post::new(script).await.to(&to);
    let desk = post.notifier();
    assert!(desk.send(&notice()).await.unwrap().refused.is_empty());
    let mails = post.server.wait_for(2).await;
    assert_eq!(mails[0].to, ["desk@example.org"]);
    assert!(mails[0].data.is_ascii(), "for whatever relay");
    assert_eq!(mails[1].to, ["jürgen@example.org"]);

    post.server.set(plain());
    desk.close_idle().await;
    let receipt = desk.send(&notice()).await.unwrap();
    assert_eq!(receipt.refused[0].recipient, "jürgen@example.org");
    assert_eq!(post.server.wait_for(3).await[2].to, ["desk@example.org"]);
}

#[tokio::test]
async fn a_sender_in_another_script_needs_a_server_that_takes_it() {
    let mut script = plain();
    script.offers = vec!["SMTPUTF8".to_owned()];
    let mut post = Post::new(script).await;
    post.options.from = "鐘 <鐘@例え.jp>".to_owned();
    post.send(&notice()).await.unwrap();
    assert_eq!(post.server.wait_for(1).await[0].from, "鐘@xn--r8jz45g.jp");
    post.server.set(plain());
    let error = post.send(&notice()).await.unwrap_err();
    assert_eq!(error.retry, Retry::ReceiverBroken);
}

/// What no relay would take is not sent again with the next attempt to those who have it.
#[tokio::test]
async fn one_mail_of_two_that_is_refused_for_good_gives_its_recipients_up() {
    let mut script = plain().say(Step::Content, "554 5.6.9 cannot be relayed");
    script.offers = vec!["SMTPUTF8".to_owned()];
    let post = Post::new(script)
        .await
        .to(&["jürgen@example.org", "desk@example.org"]);
    let error = post.fail().await;
    assert_eq!(error.retry, Retry::Unwanted, "nobody has it");
    assert!(error.accepted.is_empty());
}

#[tokio::test]
async fn quoted_names_and_addresses_in_brackets_are_sent_as_they_are() {
    let to = [
        "\"john doe\"@example.org",
        "desk@[127.0.0.1]",
        "desk@example.org",
    ];
    let post = Post::new(plain()).await.to(&to);
    post.send(&notice()).await.unwrap();
    let mail = &post.server.wait_for(1).await[0];
    assert_eq!(mail.to, to);
    let text = String::from_utf8(mail.data.clone()).unwrap();
    for address in to {
        assert!(text.contains(address), "{address} is not in\n{text}");
    }
}
