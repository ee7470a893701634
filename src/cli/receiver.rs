//! `send`: whether a receiver takes a notice.

use std::{path::Path, sync::Arc};

use clap::Args;
use serde::Serialize;

use super::{
    config,
    error::{Answer, CliError},
    names,
    output::Output,
};
use crate::{
    app,
    clock::{Clock, SystemClock},
    config::Config,
    model::{DeliveryKey, Event, Notice, Retry, SendError, TestPing},
    notify::Notifier,
};

/// Send a test notice to a receiver, without the outbox, and print its answer.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The receiver.
    receiver: String,
}

/// The answer of a receiver as JSON.
#[derive(Serialize)]
struct Sent<'a> {
    receiver: &'a str,
    delivered: bool,
    reason: Option<&'a str>,
    answer: &'a str,
    /// `later`, `never` or `broken`, where it was not delivered.
    retry: Option<&'static str>,
}

impl Send {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        try_out(&config::load(path)?.config, &self.receiver, output).await
    }
}

/// Sends a receiver a test notice and prints its answer.
pub(super) async fn try_out(config: &Config, receiver: &str, output: &Output) -> Answer {
    let notifier = notifier(config, receiver)?;
    let now = SystemClock.now();
    let notice = Notice {
        key: DeliveryKey(format!("test-{}", now.as_millisecond())),
        timestamp: now,
        event: Event::TestPing(test_ping(receiver)),
        accepted: Vec::new(),
    };
    let outcome = notifier.send(&notice).await;
    notifier.close_idle().await;
    let (reason, answer) = match &outcome {
        Ok(receipt) => (None, receipt.to_string()),
        Err(error) => (Some(error.reason.as_str()), error.to_string()),
    };
    let sent = Sent {
        receiver,
        delivered: outcome.is_ok(),
        reason,
        answer: &answer,
        retry: outcome.as_ref().err().map(|error| after(error).0),
    };
    output.print(&sent, |sent| match &outcome {
        Ok(_) => format!("{}: delivered, {}", sent.receiver, sent.answer),
        Err(error) => format!(
            "{}: not delivered ({}), {}\n  {}",
            sent.receiver,
            error.reason,
            sent.answer,
            after(error).1
        ),
    })?;
    Ok(outcome.is_ok())
}

/// What a test notice says.
pub(super) fn test_ping(receiver: &str) -> TestPing {
    TestPing {
        receiver: receiver.to_owned(),
        message: format!("Fivebells can reach the receiver \"{receiver}\"."),
    }
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

/// The way to the receiver of this name.
pub(super) fn notifier(config: &Config, name: &str) -> Result<Box<dyn Notifier>, CliError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    app::notifier(config, name, &clock)?.ok_or_else(|| {
        let names = config.receivers.iter().map(|it| it.name.as_str());
        names::unknown("receiver", name, names)
    })
}
