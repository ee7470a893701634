//! `preview` and `send`: what a receiver would get, and whether it takes it.

use std::{path::Path, sync::Arc};

use clap::Args;
use serde::Serialize;

use super::{Answer, CliError, alerts, config, layout::laid_out, names, output::Output, stored};
use crate::{
    app,
    clock::{Clock, SystemClock},
    config::Config,
    model::{Alert, AlertId, DeliveryKey, Event, Notice, Retry, SendError, TestPing},
    notify::{self, Notifier},
};

/// Show what a receiver would get; nothing is sent.
#[derive(Debug, Args)]
pub(super) struct Preview {
    /// The receiver.
    receiver: String,

    /// Of this stored alert; without it, of a made-up one.
    #[arg(long, value_name = "ID")]
    alert: Option<i64>,

    /// Of a made-up digest.
    #[arg(long, conflicts_with = "alert")]
    digest: bool,
}

/// Send a receiver a test notice, past the outbox, and print its answer.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The receiver.
    receiver: String,
}

/// A part of a preview on the wire.
#[derive(Serialize)]
struct PartLine<'a> {
    part: &'a str,
    content: &'a str,
}

/// The answer of a receiver on the wire.
#[derive(Serialize)]
struct Sent<'a> {
    receiver: &'a str,
    delivered: bool,
    reason: Option<&'a str>,
    answer: &'a str,
    /// `later`, `never` or `broken`, where it was not delivered.
    retry: Option<&'static str>,
}

impl Preview {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::load(path)?.config;
        let notifier = notifier(&config, &self.receiver)?;
        let notice = match self.alert {
            Some(id) => alerts::notice(stored(&config, id).await?),
            None if self.digest => notify::sample_digest(SystemClock.now()),
            None => notify::sample_notice(SystemClock.now()),
        };
        let parts = notifier
            .preview(&notice)
            .map_err(|error| CliError::Failed(format!("receiver {:?}: {error}", self.receiver)))?;
        for part in &parts {
            let line = PartLine {
                part: part.label,
                content: &part.content,
            };
            output.print(&line, |line| match laid_out(part) {
                Some(text) => format!(
                    "── {}, laid out (as sent: --format json) ──\n{text}",
                    line.part
                ),
                None => format!("── {} ──\n{}", line.part, line.content.trim_end()),
            })?;
        }
        Ok(true)
    }
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
        event: Event::TestPing(TestPing {
            receiver: receiver.to_owned(),
            message: format!("Fivebells can reach the receiver \"{receiver}\"."),
        }),
        accepted: Vec::new(),
    };
    let outcome = notifier.send(&notice).await;
    notifier.rest().await;
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
            let words = "some have it and others do not: a notice would be tried again, seldom";
            ("partly", words.to_owned())
        }
        Retry::Never | Retry::Unwanted | Retry::TooLarge => {
            ("never", "a notice would be given up".to_owned())
        }
        Retry::ReceiverBroken => {
            let words = "the receiver counts as broken: its notices wait, and the others are told";
            ("broken", words.to_owned())
        }
    }
}

fn notifier(config: &Config, name: &str) -> Result<Box<dyn Notifier>, CliError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    app::notifier(config, name, &clock)?.ok_or_else(|| {
        let names = config.receivers.iter().map(|it| it.name.as_str());
        names::unknown("receiver", name, names)
    })
}

async fn stored(config: &Config, id: i64) -> Result<Alert, CliError> {
    let store = stored::open(config).await?;
    let alert = store.alert(AlertId(id)).await?;
    store.close().await;
    alert.ok_or_else(|| CliError::Failed(format!("there is no alert {id}")))
}
