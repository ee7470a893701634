//! Whether a receiver takes a notice: a test, without the outbox.

use std::sync::Arc;

use serde::Serialize;

use super::{ViewError, names};
use crate::{
    app,
    clock::Clock,
    config::Config,
    model::{DeliveryKey, Event, Notice, Retry, SendError, TestPing},
    notify::Notifier,
};

/// The answer of a receiver.
#[derive(Debug, Serialize)]
pub(crate) struct SentView {
    pub(crate) receiver: String,
    pub(crate) delivered: bool,
    pub(crate) reason: Option<&'static str>,
    pub(crate) answer: String,
    /// `later`, `partly`, `never` or `broken`, where it was not delivered.
    pub(crate) retry: Option<&'static str>,
    /// The same in words.
    #[serde(skip)]
    pub(crate) after: Option<String>,
}

/// Sends a receiver a test notice and gives its answer.
pub(crate) async fn send_test(
    config: &Config,
    receiver: &str,
    clock: &Arc<dyn Clock>,
) -> Result<SentView, ViewError> {
    let notifier = notifier(config, receiver, clock)?;
    let now = clock.now();
    let notice = Notice {
        key: DeliveryKey(format!("test-{}", now.as_millisecond())),
        timestamp: now,
        event: Event::TestPing(test_ping(receiver)),
        accepted: Vec::new(),
        thread: None,
    };
    let outcome = notifier.send(&notice).await;
    notifier.close_idle().await;
    let receiver = receiver.to_owned();
    Ok(match outcome {
        Ok(receipt) => SentView {
            receiver,
            delivered: true,
            reason: None,
            answer: receipt.to_string(),
            retry: None,
            after: None,
        },
        Err(error) => {
            let (retry, after) = after(&error);
            SentView {
                receiver,
                delivered: false,
                reason: Some(error.reason.as_str()),
                answer: error.to_string(),
                retry: Some(retry),
                after: Some(after),
            }
        }
    })
}

/// What a test notice says.
pub(crate) fn test_ping(receiver: &str) -> TestPing {
    TestPing {
        receiver: receiver.to_owned(),
        message: format!("Fivebells can reach the receiver \"{receiver}\"."),
    }
}

/// The way to the receiver of this name.
pub(crate) fn notifier(
    config: &Config,
    name: &str,
    clock: &Arc<dyn Clock>,
) -> Result<Box<dyn Notifier>, ViewError> {
    app::notifier(config, name, clock)?.ok_or_else(|| {
        let names = config.receivers.iter().map(|it| it.name.as_str());
        names::unknown("receiver", name, names).into()
    })
}

/// What comes after such an answer to a notice: a label, and in words.
fn after(error: &SendError) -> (&'static str, String) {
    match error.retry {
        Retry::Later { after: None } => ("later", "a notice would be tried again".to_owned()),
        Retry::Later { after: Some(pause) } => {
            let pause = pause.as_secs();
            (
                "later",
                format!("a notice would be tried again in {pause} s, as asked"),
            )
        }
        Retry::Partly { .. } => {
            let words =
                "some recipients have it and others do not: a notice would be tried again, seldom";
            ("partly", words.to_owned())
        }
        Retry::Never | Retry::Unwanted | Retry::TooLarge => {
            ("never", "a notice would be given up".to_owned())
        }
        Retry::ReceiverBroken => {
            let words =
                "the receiver counts as broken: its notices wait, and other receivers are notified";
            ("broken", words.to_owned())
        }
    }
}
