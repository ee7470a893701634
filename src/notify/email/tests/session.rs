//! What comes of a send, by what the server does at each step.

use std::{collections::HashMap, io::Write as _, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use tempfile::NamedTempFile;

use crate::{
    clock::{Clock, SystemClock},
    http::{Http, HttpOptions},
    model::{Notice, Outcome, Retry, Secret, SendError, SendReason},
    notify::{
        EmailOptions, MailLogin, MailOptions, MailSecurity, MailServer, Notifier, NotifyContext,
        ReceiverKind, ReceiverOptions, Screen, build,
        email::session::QUIT_TIMEOUT,
        sample_notice,
        smtp_server::{Answer, Script, Security, SmtpServer, Step},
    },
};

const LATER: Retry = Retry::Later { after: None };
/// Short, for servers that never answer; loopback needs a millisecond.
const IMPATIENT: Duration = Duration::from_millis(300);

/// A server, and a receiver that sends to it.
pub(super) struct Post {
    pub(super) server: SmtpServer,
    pub(super) options: MailOptions,
    to: Vec<String>,
    _ca_file: NamedTempFile,
}

impl Post {
    pub(super) async fn new(script: Script) -> Self {
        let security = match script.security {
            Security::Plain => MailSecurity::Plain,
            Security::StartTls => MailSecurity::StartTls,
            Security::Implicit => MailSecurity::Implicit,
        };
        let server = SmtpServer::start(script).await;
        let mut ca_file = NamedTempFile::new().unwrap();
        ca_file.write_all(server.ca_pem().as_bytes()).unwrap();
        let options = MailOptions {
            name: MailOptions::MAIN.to_owned(),
            host: "127.0.0.1".to_owned(),
            port: server.address().port(),
            security,
            login: None,
            from: "Fivebells <bells@example.org>".to_owned(),
            ca_file: Some(ca_file.path().to_owned()),
            timeout: Duration::from_secs(20),
            data_timeout: Duration::from_secs(20),
            fallback: None,
        };
        Self {
            server,
            options,
            to: vec!["desk@example.org".to_owned()],
            _ca_file: ca_file,
        }
    }

    fn to(mut self, addresses: &[&str]) -> Self {
        self.to = addresses.iter().map(ToString::to_string).collect();
        self
    }

    fn login(mut self, username: &str, password: &str) -> Self {
        self.options.login = Some(MailLogin {
            username: username.to_owned(),
            password: Secret::new(password),
        });
        self
    }

    pub(super) fn impatient(mut self) -> Self {
        self.options.timeout = IMPATIENT;
        self.options.data_timeout = IMPATIENT;
        self
    }

    pub(super) fn notifier(&self) -> Box<dyn Notifier> {
        let servers = [MailServer::new(&self.options, "mon.example.org").unwrap()];
        notifier(&self.to, &servers, Arc::new(SystemClock))
    }

    async fn send(&self, notice: &Notice) -> Outcome {
        self.notifier().send(notice).await
    }

    async fn fail(&self) -> SendError {
        let error = self.send(&notice()).await.unwrap_err();
        assert!(self.server.mails().is_empty(), "nothing was taken: {error}");
        error
    }
}

/// A receiver that sends to the first of these servers.
pub(super) fn notifier(
    to: &[String],
    servers: &[MailServer],
    clock: Arc<dyn Clock>,
) -> Box<dyn Notifier> {
    let context = NotifyContext {
        http: Http::new(&HttpOptions::default()).unwrap(),
        mail: servers.to_vec(),
        screen: Screen::new(std::io::sink(), false),
        timezone: TimeZone::UTC,
        clock,
    };
    let receiver = ReceiverOptions {
        name: "desk".to_owned(),
        kind: ReceiverKind::Email(EmailOptions {
            to: to.to_vec(),
            server: MailOptions::MAIN.to_owned(),
            templates: crate::notify::MailTemplates::default(),
        }),
    };
    build(&receiver, &context).unwrap()
}

pub(super) fn notice() -> Notice {
    sample_notice("2026-11-22T06:41:07Z".parse().unwrap())
}

pub(super) fn plain() -> Script {
    Script::new(Security::Plain)
}

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
    let patience = Duration::from_secs(10);
    let outcome = tokio::time::timeout(patience, async { notifier.send(&notice()).await }).await;
    let error = outcome.expect("the step's own limit ends it").unwrap_err();
    assert_eq!((error.reason, error.retry), (SendReason::Timeout, LATER));
    insta::assert_snapshot!(error, @"end of message: no answer within 0.3 s");
}

#[tokio::test]
async fn silence_after_quit_delays_nothing_for_long() {
    let post = Post::new(plain().at(Step::Quit, Answer::Mute)).await;
    let desk = post.notifier();
    assert!(desk.send(&notice()).await.is_ok());
    let rest = tokio::time::timeout(2 * QUIT_TIMEOUT, desk.rest());
    rest.await.expect("it ends");
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
    for (step, reply, expected) in [
        (Step::Greeting, "421 4.3.2 not now", busy),
        (Step::Greeting, "554 5.7.1 not you", broken),
        (Step::Ehlo, "451 4.3.0 not now", busy),
        (Step::Ehlo, "502 no EHLO here", broken),
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
        (Step::Rcpt, "550 5.1.1 nobody", dead),
        (Step::Data, "451 4.3.0 not now", busy),
        (Step::Data, "554 5.5.1 no", dead),
        (Step::Content, "451 4.3.0 not now", busy),
        (Step::Content, "554 5.7.1 spam", dead),
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
async fn the_lease_outlasts_the_slowest_session() {
    let post = Post::new(plain())
        .await
        .to(&["a@example.org", "b@example.org"]);
    let limits = (post.options.timeout, post.options.data_timeout);
    assert_eq!(
        post.notifier().timeout(),
        limits.0 * 17 + limits.1 + Duration::from_secs(2)
    );
}

#[tokio::test]
async fn names_in_other_scripts_are_sent_in_ascii() {
    let post = Post::new(plain()).await.to(&["desk@例え.jp"]);
    post.send(&notice()).await.unwrap();
    assert_eq!(post.server.wait_for(1).await[0].to, ["desk@xn--r8jz45g.jp"]);
}
