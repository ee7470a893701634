//! Which server takes a mail, and what is said of the one that should have.

use std::sync::Arc;

use super::post::{Post, notice, notifier, plain};
use crate::{
    clock::ManualClock,
    model::{Detour, Receipt, Retry, SendReason},
    notify::{
        MailServer, Notifier,
        email::server::AVOIDED_FOR,
        smtp_server::{Answer, Script, Step},
    },
};

/// `mail`, whose fallback is `backup`, whose fallback is `mail`.
struct Two {
    main: Post,
    backup: Post,
    servers: [MailServer; 2],
    clock: Arc<ManualClock>,
}

impl Two {
    async fn new(main: Script, backup: Script) -> Self {
        let mut main = Post::new(main).await.impatient();
        let mut backup = Post::new(backup).await.impatient();
        main.options.fallback = Some("backup".to_owned());
        backup.options.fallback = Some("mail".to_owned());
        backup.options.name = "backup".to_owned();
        backup.options.from = "Bells <bells@backup.example>".to_owned();
        Self {
            servers: [&main, &backup].map(Post::mail_server),
            main,
            backup,
            clock: Arc::new(ManualClock::new(notice().timestamp)),
        }
    }

    fn receiver(&self) -> Box<dyn Notifier> {
        let to = ["desk@example.org".to_owned()];
        notifier(&to, &self.servers, self.clock.clone())
    }

    /// Sends in a session of its own.
    async fn send(&self) -> Receipt {
        let receiver = self.receiver();
        let receipt = receiver.send(&notice()).await.expect("taken");
        receiver.close_idle().await;
        receipt
    }

    fn mails(&self) -> [usize; 2] {
        [&self.main, &self.backup].map(|post| post.server.mails().len())
    }

    /// How often each was greeted.
    fn sessions(&self) -> [usize; 2] {
        [&self.main, &self.backup].map(|post| {
            let lines = post.server.lines();
            lines.iter().filter(|line| line.starts_with("EHLO")).count()
        })
    }
}

#[tokio::test]
async fn without_trouble_the_first_server_takes_everything() {
    let two = Two::new(plain(), plain()).await;
    assert_eq!(two.send().await.detour, None);
    assert_eq!((two.mails(), two.sessions()), ([1, 0], [1, 0]));
}

#[tokio::test]
async fn what_gives_no_session_is_passed_over_and_said() {
    let refusals = [
        (Step::Greeting, Answer::Mute, SendReason::Timeout),
        (Step::Greeting, Answer::Close, SendReason::Connect),
        (
            Step::Greeting,
            Answer::Say("421 4.3.2 shutting down".into()),
            SendReason::Busy,
        ),
        (
            Step::Ehlo,
            Answer::Say("554 5.7.1 go away".into()),
            SendReason::Refused,
        ),
    ];
    for (step, answer, reason) in refusals {
        let two = Two::new(plain().at(step, answer), plain()).await;
        let receipt = two.send().await;
        let Detour { through, error } = receipt.detour.expect("another way");
        assert_eq!((through.as_str(), error.reason), ("backup", reason));
        assert!(
            error.detail.starts_with("mail server \"mail\": "),
            "{error}"
        );
        assert_eq!(two.mails(), [0, 1]);
        let mail = &two.backup.server.mails()[0];
        assert_eq!(mail.from, "bells@backup.example");
        let text = String::from_utf8_lossy(&mail.data).into_owned();
        assert!(
            text.contains("From: Bells <bells@backup.example>"),
            "{text}"
        );
        assert!(text.contains(&notice().key.0), "its id is the same: {text}");
    }
}

/// Not a line of the mail was said, and no other mail would fare better.
#[tokio::test]
async fn who_turns_us_away_in_a_session_is_passed_over_and_said() {
    for (step, reply) in [
        (Step::Mail, "550 5.7.1 not this sender"),
        (Step::Rcpt, "504 5.5.2 <vm>: Helo command rejected"),
        (Step::Rcpt, "554 5.7.1 Client host rejected"),
        (Step::Rcpt, "530 5.7.0 log in first"),
        (Step::Data, "554 5.7.1 <DATA>: Data command rejected"),
        (Step::Content, "550 5.7.26 not authenticated"),
    ] {
        let two = Two::new(plain().say(step, reply), plain()).await;
        let receiver = two.receiver();
        for sent in 1..=2 {
            let receipt = receiver.send(&notice()).await.expect("taken");
            receiver.close_idle().await;
            let Detour { through, error } = receipt.detour.expect("another way");
            assert_eq!(
                (through.as_str(), error.retry),
                ("backup", Retry::ReceiverBroken)
            );
            assert!(error.detail.ends_with(reply), "{error}");
            assert_eq!((two.mails(), two.sessions()), ([0, sent], [1, sent]));
        }
        // Another receiver's mails may be welcome there.
        two.main.server.set(plain());
        assert_eq!(two.send().await.detour, None, "{step:?} {reply}");
        two.clock.advance(AVOIDED_FOR.try_into().expect("minutes"));
        let receipt = receiver.send(&notice()).await.expect("taken");
        assert_eq!((receipt.detour, two.mails()), (None, [2, 2]));
    }
}

#[tokio::test]
async fn a_recipient_that_is_unknown_is_not_looked_for_elsewhere() {
    let two = Two::new(plain().say(Step::Rcpt, "550 5.1.1 nobody"), plain()).await;
    let error = two.receiver().send(&notice()).await.expect_err("refused");
    assert_eq!((error.retry, two.sessions()), (Retry::Never, [1, 0]));
}

#[tokio::test]
async fn who_turns_us_away_in_a_kept_session_is_asked_once_more_in_a_new_one() {
    let two = Two::new(plain(), plain()).await;
    let receiver = two.receiver();
    receiver.send(&notice()).await.expect("taken");
    let refused = plain().say(Step::Rcpt, "554 5.7.1 Client host rejected");
    two.main.server.set(refused.clone());
    let receipt = receiver.send(&notice()).await.expect("taken");
    assert!(receipt.detour.is_some());
    assert_eq!((two.mails(), two.sessions()), ([1, 1], [2, 1]));
    two.backup.server.set(refused);
    let error = receiver.send(&notice()).await.expect_err("nowhere");
    assert_eq!(error.retry, Retry::ReceiverBroken);
    assert_eq!(
        error.detail,
        "mail server \"mail\": RCPT TO: 554 5.7.1 Client host rejected; \
         mail server \"backup\": RCPT TO: 554 5.7.1 Client host rejected"
    );
}

/// What is not turned away is this server's to answer: another one would send it twice.
#[tokio::test]
async fn what_is_said_in_a_session_counts() {
    for step in [Step::Mail, Step::Rcpt, Step::Data, Step::Content] {
        for answer in [Answer::Close, Answer::Mute, Answer::Say("451 later".into())] {
            let two = Two::new(plain().at(step, answer.clone()), plain()).await;
            let outcome = two.receiver().send(&notice()).await;
            let error = outcome.expect_err("the first one's answer");
            assert_eq!(
                error.retry,
                Retry::Later { after: None },
                "{step:?} {answer:?}"
            );
            assert_eq!((two.mails()[1], two.sessions()), (0, [1, 0]));
        }
    }
}

#[tokio::test]
async fn one_that_failed_is_asked_last_for_a_while() {
    let two = Two::new(plain().at(Step::Greeting, Answer::Close), plain()).await;
    assert!(two.send().await.detour.is_some());
    two.main.server.set(plain());
    assert!(two.send().await.detour.is_some(), "still remembered");
    assert_eq!((two.mails(), two.sessions()), ([0, 2], [0, 2]));
    // Where the others fail it is asked all the same, and then all is well.
    two.backup
        .server
        .set(plain().at(Step::Greeting, Answer::Close));
    assert_eq!(two.send().await.detour, None);
    two.backup.server.set(plain());
    assert_eq!(two.send().await.detour, None);
    assert_eq!(two.mails(), [2, 2]);

    two.main
        .server
        .set(plain().at(Step::Greeting, Answer::Close));
    assert!(two.send().await.detour.is_some());
    two.main.server.set(plain());
    two.clock.advance(AVOIDED_FOR.try_into().expect("minutes"));
    assert_eq!(two.send().await.detour, None, "its time is over");
    assert_eq!(two.mails(), [3, 3]);
}

/// Sessions outlast what other receivers see of a server.
#[tokio::test]
async fn a_kept_session_is_no_detour_where_its_server_or_the_first_one_is_well() {
    let two = Two::new(plain(), plain()).await;
    let (one, other) = (two.receiver(), two.receiver());
    one.send(&notice()).await.expect("taken");
    two.main
        .server
        .set(plain().at(Step::Greeting, Answer::Close));
    assert!(other.send(&notice()).await.expect("taken").detour.is_some());
    let receipt = one.send(&notice()).await.expect("taken");
    assert_eq!((receipt.detour, two.mails()), (None, [2, 1]));

    two.main.server.set(plain());
    two.clock.advance(AVOIDED_FOR.try_into().expect("minutes"));
    assert_eq!(two.send().await.detour, None);
    let receipt = other.send(&notice()).await.expect("taken");
    assert_eq!((receipt.detour, two.mails()), (None, [3, 2]));
}

#[tokio::test]
async fn where_none_gives_a_session_all_answers_are_said() {
    let two = Two::new(
        plain().say(Step::Greeting, "554 5.7.1 not you"),
        plain().say(Step::Greeting, "421 4.3.2 shutting down"),
    )
    .await;
    let error = two.receiver().send(&notice()).await.expect_err("nowhere");
    assert_eq!(
        error.detail,
        "mail server \"mail\": greeting: 554 5.7.1 not you; \
         mail server \"backup\": greeting: 421 4.3.2 shutting down"
    );
    let later = Retry::Later { after: None };
    assert_eq!((error.reason, error.retry), (SendReason::Refused, later));

    two.backup
        .server
        .set(plain().say(Step::Greeting, "554 5.7.1 nor you"));
    let error = two.receiver().send(&notice()).await.expect_err("nowhere");
    assert_eq!(error.retry, Retry::ReceiverBroken, "someone must act");
}

#[tokio::test]
async fn the_time_limit_is_that_of_all_servers() {
    let two = Two::new(plain(), plain()).await;
    let alone = Post::new(plain()).await.impatient().notifier().timeout();
    assert!(two.receiver().timeout() > alone.mul_f64(1.5));
    assert!(two.receiver().timeout() < alone * 2);
}
