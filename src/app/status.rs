//! How the service is, in a line.

use std::time::Duration;

use tracing::{info, warn};

use super::App;
use crate::{
    config::Config,
    store::{StoreError, Summary},
};

/// The poll loop comes round every five seconds; this late it is stuck.
const STUCK_AFTER: Duration = Duration::from_mins(1);

/// How long the writer may take to answer before it counts as stuck.
const PING_LIMIT: Duration = Duration::from_secs(20);

/// How often the progress of the first polls is logged; shorter ones are not worth a line.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// What a config asks for, such as `40 feeds, 12 watches, 3 receivers`.
pub fn config_in_words(config: &Config) -> String {
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    };
    let mut counts = vec![
        count(config.feeds.len(), "feed", "feeds"),
        count(config.watches.len(), "watch", "watches"),
        count(config.receivers.len(), "receiver", "receivers"),
    ];
    let off = config.off.feeds.len() + config.off.watches.len();
    counts.extend((off > 0).then(|| format!("{off} off")));
    counts.join(", ")
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
    // A failing disk is told elsewhere and is no reason to be killed: only silence is.
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

/// Logs how far the first polls are, while they take long.
pub(super) async fn first_polls(app: &App) {
    let mut shown = false;
    loop {
        tokio::time::sleep(PROGRESS_EVERY).await;
        let Ok(Summary { feeds, polled, .. }) = app.store.summary().await else {
            return;
        };
        if polled < feeds {
            shown = true;
            info!("first poll: {polled} of {feeds} feeds");
            continue;
        }
        if shown {
            info!("first poll: all {feeds} feeds done");
        }
        return;
    }
}
