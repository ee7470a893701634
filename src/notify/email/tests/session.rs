//! What comes of a send, by what the server does at each step.

use std::{io::Write as _, time::Duration};

use tempfile::NamedTempFile;

use super::post::{IMPATIENT, LATER, Post, notice, plain};
use crate::{
    model::{Retry, SendReason},
    notify::{
        MailSecurity,
        smtp_server::{Answer, Script, Security, SmtpServer, Step},
    },
    watchdog::watchdog,
};

#[tokio::test]
async fn every_kind_of_protection_delivers() {
    for (security, encrypted) in [
        (Security::Plain, false),
        (Security::StartTls, true),
        (Security::Implicit, true),
    ] {
        let script = Script::new(security).login("bells", "s3cret");
        let post = Post::new(script).await.login("bells", "s3cret");
        let receipt = post.send(&notice()).await.unwrap();
        assert_eq!(receipt.answer, "250 2.0.0 queued as 4F2");
        let mails = post.server.wait_for(1).await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].from, "bells@example.org");
        assert_eq!(mails[0].to, ["desk@example.org"]);
        assert_eq!(mails[0].encrypted, encrypted);
        assert_eq!(mails[0].login.as_deref(), Some("bells"));
    }
}

#[tokio::test]
async fn nothing_but_ehlo_is_said_before_starttls() {
    let script = Script::new(Security::StartTls).login("bells", "s3cret");
    let post = Post::new(script).await.login("bells", "s3cret");
    post.send(&notice()).await.unwrap();
    let lines = post.server.lines();
    assert_eq!(
        lines[..3],
        ["EHLO mon.example.org", "STARTTLS", "EHLO mon.example.org"]
    );
}

#[tokio::test]
async fn login_where_plain_is_not_offered() {
    let mut script = plain().login("bells", "s3cret");
    script.mechanisms = "CRAM-MD5 LOGIN".to_owned();
    let post = Post::new(script).await.login("bells", "s3cret");
    post.send(&notice()).await.unwrap();
    assert!(post.server.lines().contains(&"AUTH LOGIN".to_owned()));
}

#[tokio::test]
async fn the_same_bytes_on_every_attempt() {
    let post = Post::new(plain()).await;
    post.send(&notice()).await.unwrap();
    post.send(&notice()).await.unwrap();
    let mails = post.server.wait_for(2).await;
    assert_eq!(mails[0], mails[1]);
}

#[tokio::test]
async fn silence_at_any_step_ends_in_a_timeout() {
    for step in [
        Step::Greeting,
        Step::Ehlo,
        Step::StartTls,
        Step::Handshake,
        Step::Auth,
        Step::Mail,
        Step::Rcpt,
        Step::Data,
    ] {
        let script = Script::new(Security::StartTls)
            .login("bells", "s3cret")
            .at(step, Answer::Mute);
        let post = Post::new(script).await.login("bells", "s3cret").impatient();
        let error = post.fail().await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Timeout, LATER),
            "{step:?}"
        );
    }
}

#[tokio::test]
async fn silence_after_the_final_dot_is_a_timeout_of_its_own() {
    let mut post = Post::new(plain().at(Step::Content, Answer::Mute)).await;
    post.options.data_timeout = IMPATIENT;
    let notifier = post.notifier();
    let outcome = watchdog("the step's own limit", async {
        notifier.send(&notice()).await
    })
    .await;
    let error = outcome.unwrap_err();
    assert_eq!((error.reason, error.retry), (SendReason::Timeout, LATER));
    insta::assert_snapshot!(error, @"end of message: no answer within 0.3 s");
}

#[tokio::test]
async fn silence_after_quit_delays_nothing_for_long() {
    let mut post = Post::new(plain().at(Step::Quit, Answer::Mute)).await;
    // Whoever waited as long as for any other step would seem to hang.
    post.options.timeout = Duration::from_hours(1);
    let desk = post.notifier();
    assert!(desk.send(&notice()).await.is_ok());
    watchdog("QUIT", desk.close_idle()).await;
}

#[tokio::test]
async fn a_lost_connection_is_tried_again() {
    for step in [
        Step::Greeting,
        Step::Ehlo,
        Step::Handshake,
        Step::Mail,
        Step::Rcpt,
        Step::Data,
    ] {
        let script = Script::new(Security::StartTls).at(step, Answer::Close);
        let error = Post::new(script).await.fail().await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Connect, LATER),
            "{step:?}"
        );
    }
}

#[tokio::test]
async fn refusals_by_step_and_code() {
    let busy = (SendReason::Busy, LATER);
    let auth = (SendReason::Auth, Retry::ReceiverBroken);
    let broken = (SendReason::Refused, Retry::ReceiverBroken);
    let dead = (SendReason::Refused, Retry::Never);
    let unwanted = (SendReason::Refused, Retry::Unwanted);
    let too_large = (SendReason::Refused, Retry::TooLarge);
    for (step, reply, expected) in [
        (Step::Greeting, "421 4.3.2 not now", busy),
        (Step::Greeting, "554 5.7.1 not you", broken),
        (Step::Ehlo, "451 4.3.0 not now", busy),
        (Step::Ehlo, "554 5.7.1 not you", broken),
        (Step::Ehlo, "550 not you", broken),
        (Step::Auth, "454 4.7.0 not now", busy),
        (Step::Auth, "535 5.7.8 no", auth),
        (Step::Auth, "534 5.7.9 no", auth),
        (Step::Auth, "504 5.5.4 no", auth),
        (Step::Mail, "451 4.3.0 not now", busy),
        (Step::Mail, "530 5.7.0 log in first", auth),
        (Step::Mail, "550 5.7.1 not this sender", broken),
        (Step::Rcpt, "421 4.3.2 closing", busy),
        (Step::Rcpt, "451 4.7.1 greylisted", busy),
        (Step::Rcpt, "530 5.7.0 log in first", auth),
        (Step::Rcpt, "504 5.5.2 <vm>: Helo command rejected", broken),
        (Step::Rcpt, "554 5.7.1 Client host rejected", broken),
        (Step::Rcpt, "550 no", broken),
        (Step::Rcpt, "550 5.1.1 nobody", dead),
        (Step::Data, "451 4.3.0 not now", busy),
        (
            Step::Data,
            "554 5.7.1 <DATA>: Data command rejected",
            broken,
        ),
        (Step::Content, "451 4.3.0 not now", busy),
        (Step::Content, "554 5.7.1 spam", unwanted),
        (Step::Content, "554 5.6.0 not this content", unwanted),
        (Step::Content, "552 5.3.4 too large", too_large),
        (Step::Content, "550 5.7.26 not authenticated", broken),
        (Step::Content, "554 5.2.252 SendAsDenied", broken),
        (Step::Content, "530 5.7.57 client not authenticated", auth),
    ] {
        let script = plain().login("bells", "s3cret").say(step, reply);
        let post = Post::new(script).await.login("bells", "s3cret");
        let error = post.fail().await;
        assert_eq!((error.reason, error.retry), expected, "{step:?} {reply}");
        assert!(error.detail.ends_with(reply), "{}", error.detail);
        assert!(error.accepted.is_empty());
    }
}

#[tokio::test]
async fn a_wrong_password_breaks_the_receiver_and_stays_secret() {
    let post = Post::new(plain().login("bells", "right"))
        .await
        .login("bells", "hunter2");
    let error = post.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Auth, Retry::ReceiverBroken)
    );
    insta::assert_snapshot!(error, @"AUTH: 535 5.7.8 authentication failed");
}

#[tokio::test]
async fn no_common_mechanism_breaks_the_receiver() {
    let error = Post::new(plain())
        .await
        .login("bells", "s3cret")
        .fail()
        .await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Auth, Retry::ReceiverBroken)
    );
}

#[tokio::test]
async fn starttls_is_required_where_it_is_configured() {
    let mut post = Post::new(plain().login("bells", "s3cret"))
        .await
        .login("bells", "s3cret");
    post.options.security = MailSecurity::StartTls;
    let error = post.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Tls, Retry::ReceiverBroken)
    );
    assert!(
        post.server
            .lines()
            .iter()
            .all(|line| !line.starts_with("AUTH"))
    );
}

#[tokio::test]
async fn starttls_refused_for_now_or_for_good() {
    for (reply, expected) in [
        ("454 4.7.0 not now", (SendReason::Busy, LATER)),
        ("502 5.5.1 no", (SendReason::Tls, Retry::ReceiverBroken)),
    ] {
        let script = Script::new(Security::StartTls).say(Step::StartTls, reply);
        let error = Post::new(script).await.fail().await;
        assert_eq!((error.reason, error.retry), expected, "{reply}");
    }
}

#[tokio::test]
async fn bytes_injected_before_tls_are_not_read_after_it() {
    let script =
        Script::new(Security::StartTls).say(Step::StartTls, "220 go ahead\r\n250 injected");
    let error = Post::new(script).await.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Tls, Retry::ReceiverBroken)
    );
}

#[tokio::test]
async fn an_unknown_authority_breaks_the_receiver() {
    for security in [Security::StartTls, Security::Implicit] {
        let mut post = Post::new(Script::new(security)).await;
        let other = SmtpServer::start(plain()).await;
        let mut ca_file = NamedTempFile::new().unwrap();
        ca_file.write_all(other.ca_pem().as_bytes()).unwrap();
        post.options.ca_file = Some(ca_file.path().to_owned());
        let error = post.fail().await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Tls, Retry::ReceiverBroken)
        );
        assert!(error.detail.contains("invalid peer certificate"), "{error}");
    }
}

#[tokio::test]
async fn tls_to_a_plain_port_breaks_the_receiver() {
    let mut post = Post::new(plain()).await;
    post.options.security = MailSecurity::Implicit;
    let error = post.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Tls, Retry::ReceiverBroken)
    );
}

#[tokio::test]
async fn a_closed_port_is_tried_again() {
    let mut post = Post::new(plain()).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    post.options.port = free.local_addr().unwrap().port();
    drop(free);
    let error = post.fail().await;
    assert_eq!((error.reason, error.retry), (SendReason::Connect, LATER));
}

#[tokio::test]
async fn without_tls_only_this_machine_is_spoken_to() {
    let mut post = Post::new(plain()).await;
    // TEST-NET-1 (RFC 5737): were it connected to, this would be a timeout.
    post.options.host = "192.0.2.1".to_owned();
    let error = post.fail().await;
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Guard, Retry::ReceiverBroken)
    );
    insta::assert_snapshot!(error, @"the connection needs TLS: 192.0.2.1 is not this machine");
}

#[tokio::test]
async fn nonsense_is_not_a_reply() {
    for greeting in ["HTTP/1.1 400 Bad Request", "", "22"] {
        let error = Post::new(plain().say(Step::Greeting, greeting))
            .await
            .fail()
            .await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Protocol, LATER),
            "{greeting:?}"
        );
    }
    let endless = vec!["220-more"; 10_000].join("\r\n");
    let error = Post::new(plain().say(Step::Greeting, &endless))
        .await
        .fail()
        .await;
    insta::assert_snapshot!(error, @"greeting: not an SMTP reply: more than 65536 bytes");
}

#[tokio::test]
async fn the_lease_outlasts_the_slowest_session() {
    let post = Post::new(plain())
        .await
        .to(&["a@example.org", "b@example.org"]);
    let limits = (post.options.timeout, post.options.data_timeout);
    assert_eq!(
        post.notifier().timeout(),
        limits.0 * 23 + limits.1 + Duration::from_secs(2)
    );
}
