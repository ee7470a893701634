//! How the service is: in a line, and whether it lives and does its work, for those who watch over it.
//!
//! No feed and no receiver has a say: a service whose every feed is dead does its work.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

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

/// How long the writer may take to answer one who waits for it: probes give up after a second.
const LIMIT: Duration = Duration::from_millis(800);

/// A writer that last answered so long ago is dead: other processes may keep it waiting for a while,
/// which a new start would not end.
const DEAD_AFTER: Duration = Duration::from_secs(30);

/// When the writer of the store last answered, by a clock that nobody sets.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<Instant>);

impl Pulse {
    /// It has answered now.
    pub(super) fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// It has answered again.
    pub(super) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn age(&self, now: Instant) -> Duration {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.saturating_duration_since(last)
    }
}

/// The writer does not answer.
enum Silence {
    /// It has ended.
    Closed,
    /// Not for so long.
    Since(Duration),
}

impl Silence {
    fn in_words(&self) -> String {
        match self {
            Self::Closed => "the store is closed".to_owned(),
            Self::Since(age) => {
                let seconds = age.as_secs_f64();
                format!("the writer of the store has not answered for {seconds:.1} s")
            }
        }
    }
}

impl App {
    /// Why the service is to be started again; `None` while its loop of polls turns and the store's
    /// writer has answered of late, by a clock that nobody sets. A disk in trouble is no reason: a
    /// start would not mend it.
    pub async fn dead(&self) -> Option<String> {
        if let Some(stuck) = self.stuck() {
            return Some(stuck);
        }
        match self.written().await {
            Err(Silence::Since(age)) if age < DEAD_AFTER => None,
            Err(silence) => Some(silence.in_words()),
            Ok(_) => None,
        }
    }

    /// Why the service does not do its work; `None` while it polls and the store takes what that
    /// brings.
    pub async fn unready(&self) -> Option<String> {
        if let Some(reason) = self.unready_at_once() {
            return Some(reason);
        }
        match self.written().await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("the store takes nothing: {error}")),
            Err(silence) => Some(silence.in_words()),
        }
    }

    /// What of it is known without asking the writer.
    pub(super) fn unready_at_once(&self) -> Option<String> {
        let paused = self.scheduler.polls_are_paused();
        let paused =
            paused.then(|| "the disk of the store is in trouble, no feed is polled".into());
        paused.or_else(|| self.stuck())
    }

    fn stuck(&self) -> Option<String> {
        let silent_for = self.scheduler.silent_for();
        let seconds = silent_for.as_secs();
        (silent_for > STUCK_AFTER)
            .then(|| format!("the loop of polls has not come round for {seconds} s"))
    }

    /// What the writer answers; an error where it does not.
    async fn written(&self) -> Result<Result<(), StoreError>, Silence> {
        match tokio::time::timeout(LIMIT, self.store.ping()).await {
            Ok(Err(StoreError::Closed)) => Err(Silence::Closed),
            Ok(answer) => {
                self.pulse.beat();
                Ok(answer)
            }
            Err(_) => Err(Silence::Since(self.pulse.age(Instant::now()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_counts_from_the_last_answer() {
        let pulse = Pulse::new();
        let later = Instant::now() + Duration::from_mins(1);
        assert!(pulse.age(later) > DEAD_AFTER);
        *pulse.0.lock().expect("no other holds it") = later;
        assert_eq!(pulse.age(later), Duration::ZERO);
        pulse.beat();
        assert!(pulse.age(later) > DEAD_AFTER);
    }
}
