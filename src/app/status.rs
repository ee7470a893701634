//! How the service is, in a line.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::App;
use crate::{
    config::Config,
    store::{ServiceRecord, StoreError, Summary},
};

/// The poll loop comes round every five seconds; this late it is stuck.
pub(super) const STUCK_AFTER: Duration = Duration::from_mins(1);

/// How long the writer may take to answer before it counts as stuck.
const PING_LIMIT: Duration = Duration::from_secs(20);

/// How often the progress of the first polls is logged; shorter ones are not worth a line.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// How much a config asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigCounts {
    /// Its feeds.
    pub feeds: usize,
    /// Its watches.
    pub watches: usize,
    /// Its receivers.
    pub receivers: usize,
    /// Feeds and watches with `enabled = false`.
    pub off: usize,
}

/// How much this config asks for.
pub fn config_counts(config: &Config) -> ConfigCounts {
    ConfigCounts {
        feeds: config.feeds.len(),
        watches: config.watches.len(),
        receivers: config.receivers.len(),
        off: config.off.feeds.len() + config.off.watches.len(),
    }
}

/// Such as `40 feeds, 12 watches, 3 receivers`.
impl fmt::Display for ConfigCounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |number: usize, one: &str, many: &str| match number {
            1 => format!("1 {one}"),
            _ => format!("{number} {many}"),
        };
        let feeds = count(self.feeds, "feed", "feeds");
        let watches = count(self.watches, "watch", "watches");
        let receivers = count(self.receivers, "receiver", "receivers");
        write!(formatter, "{feeds}, {watches}, {receivers}")?;
        match self.off {
            0 => Ok(()),
            off => write!(formatter, ", {off} off"),
        }
    }
}

/// What only the running service knows of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// As it keeps it in the store, where that can be written.
    pub service: ServiceRecord,
    /// Its process.
    pub pid: u32,
    /// Whether no poll starts, because the store's disk is in trouble.
    pub polls_paused: bool,
    /// Calls that wait for the store's writer.
    pub store_queue: usize,
}

/// The line for systemd's STATUS; `None` while the store does not answer.
pub(super) async fn line(app: &App) -> Option<String> {
    let Summary {
        feeds,
        failing,
        alerts,
        waiting,
        dead,
        ..
    } = app.store.summary().await.ok()?;
    let paused = if app.scheduler.polls_are_paused() {
        "the store's disk is in trouble, no feed is polled; "
    } else {
        ""
    };
    let refused = app.refused().map_or_else(String::new, |refused| {
        let at = refused.at.to_zoned(app.config().timezone.clone());
        let at = at.strftime("%H:%M:%S %Z");
        format!("reload refused at {at}, the old config is in force; ")
    });
    Some(format!(
        "{refused}{paused}feeds {feeds} (failing {failing}), alerts {alerts}, deliveries waiting {waiting}, dead {dead}"
    ))
}

/// Whether both the poll loop and the store's writer still answer.
pub(super) async fn is_alive(app: &App) -> bool {
    // A failing disk is reported elsewhere and is no reason to be killed: only silence is.
    polls_come_round(app) && store_answer(app).await.is_some()
}

/// Whether the poll loop came round in the last minute.
pub(super) fn polls_come_round(app: &App) -> bool {
    let silent_for = app.scheduler.silent_for();
    if silent_for > STUCK_AFTER {
        warn!(
            "the poll loop has not come round for {} s",
            silent_for.as_secs()
        );
        return false;
    }
    true
}

/// What the store's writer answers to a ping; `None` where it does not answer.
pub(super) async fn store_answer(app: &App) -> Option<Result<(), StoreError>> {
    let answer = tokio::time::timeout(PING_LIMIT, app.store.ping()).await;
    if answer.is_err() {
        warn!("the store has not answered for {} s", PING_LIMIT.as_secs());
    }
    answer.ok()
}

/// Logs how far the first polls are, while they take long; only progress, for a host may ask to wait.
pub(super) async fn first_polls(app: &App) {
    let mut shown = None;
    loop {
        tokio::time::sleep(PROGRESS_EVERY).await;
        let Ok(Summary { feeds, polled, .. }) = app.store.summary().await else {
            return;
        };
        if polled < feeds {
            if shown != Some(polled) {
                info!("first poll: {polled} of {feeds} feeds");
            }
            shown = Some(polled);
            continue;
        }
        if shown.is_some() {
            info!("first poll: all {feeds} feeds done");
        }
        return;
    }
}
