//! `send`: whether a receiver takes a notice.

use std::{path::Path, sync::Arc};

use clap::Args;

use super::{
    config,
    error::{Answer, CliError},
    output::Output,
};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    notify::Notifier,
    view::sending::{self, SentView, send_test},
};

/// Send a test notice to a receiver, without the outbox, and print its answer.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The receiver.
    receiver: String,
}

impl Send {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        try_out(&config::load(path)?.config, &self.receiver, output).await
    }
}

/// Sends a receiver a test notice and prints its answer.
pub(super) async fn try_out(config: &Config, receiver: &str, output: &Output) -> Answer {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let sent = send_test(config, receiver, &clock).await?;
    output.print(&sent, in_words)?;
    Ok(sent.delivered)
}

fn in_words(sent: &SentView) -> String {
    let SentView {
        receiver, answer, ..
    } = sent;
    match (sent.reason, &sent.after) {
        (Some(reason), Some(after)) => {
            format!("{receiver}: not delivered ({reason}), {answer}\n  {after}")
        }
        _ => format!("{receiver}: delivered, {answer}"),
    }
}

/// The way to the receiver of this name.
pub(super) fn notifier(config: &Config, name: &str) -> Result<Box<dyn Notifier>, CliError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(sending::notifier(config, name, &clock)?)
}
