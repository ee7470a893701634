//! Looks after the store: the room on its disk, whether it can be written, whether its file is
//! still there, and the clock that its due times count by.
//!
//! With little room, or none, no poll starts: what it brings could not be kept. Deliveries go on;
//! a reserve of 16 MiB is given up so that they can be recorded. The receivers of `[health]
//! notify` hear of it once when it begins and once when it is over, through the outbox, or, where
//! the store cannot even take that, without it. A restart remembers what was notified.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tracing::{debug, error, info, warn};

use super::App;
use crate::{
    model::{Event, Notice, StoreFailing, StoreReason, StoreRecovered, to_second},
    store::{BALLAST_BYTES, Store, StoreError},
};

/// How often to look, and in trouble to try to write.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How often the time is written down while all is well.
const KEEP_TIME_EVERY: Duration = Duration::from_mins(1);

/// With less room than this no poll starts.
const LEAST_BYTES: u64 = 64 << 20;

/// Polls start again only with this much, or each poll at the edge would be two notices. More than
/// the least and the reserve, which is laid again then.
pub const ENOUGH_BYTES: u64 = 96 << 20;

/// How long one receiver may take to hear of it without the outbox.
const TELL_LIMIT: Duration = Duration::from_secs(30);

/// Files that are open beside the polls' connections; with ten feeds 30 were counted in all.
const OWN_FILES: u64 = 64;

/// What is known of the store so far.
#[derive(Debug, Default)]
pub struct StoreGuard {
    /// Whether the store was asked what was notified before the start.
    asked: bool,
    /// The scheduler's refusals that were looked into.
    refusals: u64,
    trouble: Option<Trouble>,
}

#[derive(Debug)]
struct Trouble {
    since: Timestamp,
    /// Whether the store has recorded that others were notified.
    recorded: bool,
    /// Those who heard of it without the store.
    heard: BTreeSet<String>,
}

/// How the store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    /// Well.
    Well,
    /// In trouble; no poll starts.
    Troubled(StoreReason),
    /// Its file is not the one that was opened: the program must end.
    Gone,
}

/// A write beyond a limit on the size of files fails from now on, as on a full disk, and does not
/// end the process.
pub(super) fn outlive_file_limits() -> std::io::Result<()> {
    let signal_kind = SignalKind::from_raw(Signal::XFSZ.as_raw());
    // The handler stays after its listener is dropped.
    signal(signal_kind).map(drop)
}

/// Lets the program have as many files open as it may ask for, and says so where those are too few:
/// a shell or a container starts it with 1,024 or less, whatever it may have.
pub(super) fn allow_open_files(parallel: u32) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let is_raised = setrlimit(Resource::Nofile, raised).is_ok();
    let allowed = if is_raised { maximum } else { current };
    let needed = files_needed(parallel);
    if let Some(allowed) = allowed.filter(|allowed| *allowed < needed) {
        warn!(
            "only {allowed} files may be open at once, polls and deliveries may fail for want of \
             them; help: allow {needed} (`ulimit -n`, LimitNOFILE=), or lower `[poll] parallel`"
        );
    }
}

/// A connection for each poll under way, one for each that is kept open, and what the store, the
/// receivers and the log need. Pure.
fn files_needed(parallel: u32) -> u64 {
    2 * u64::from(parallel) + OWN_FILES
}

/// Writes the time down, at most so often, and says where the clock was set back.
pub(super) async fn keep_time(
    store: &Store,
    now: Timestamp,
    every: Duration,
) -> Result<(), StoreError> {
    if let Some(by) = store.keep_time(now, every).await? {
        let by = by.as_secs();
        warn!("the clock was set back by {by} s, what is due was moved with it");
    }
    Ok(())
}

impl StoreGuard {
    /// Looks after the store until its file is gone.
    pub(super) async fn run(mut self, app: &App) {
        let mut noted_at = Instant::now();
        while self.look(app).await != StoreState::Gone {
            if noted_at.elapsed() >= KEEP_TIME_EVERY {
                noted_at = Instant::now();
                app.note_service().await;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Looks once, notifies where that is due, and pauses the polls or lets them go on.
    pub async fn look(&mut self, app: &App) -> StoreState {
        if !app.store.is_in_place() {
            self.end_of_file(app).await;
            return StoreState::Gone;
        }
        self.remember(app).await;
        let refused = self.try_to_write(app).await.err();
        let fault = app.store.damage().cloned().or(refused);
        let free = app.store.free_bytes();
        let reason = fault.as_ref().and_then(StoreError::disk_reason);
        let state = judge(reason, free, self.trouble.is_some());
        match state {
            StoreState::Troubled(reason) => {
                let error = fault.map_or_else(|| too_little(app, free), |fault| fault.to_string());
                self.in_trouble(app, reason, error).await;
            }
            _ => self.well(app, free).await,
        }
        state
    }

    /// What a daemon before this one has notified.
    async fn remember(&mut self, app: &App) {
        if self.asked {
            return;
        }
        if let Ok(known) = app.store.store_issue().await {
            self.asked = true;
            self.trouble = known.map(|known| Trouble {
                since: known.since,
                recorded: true,
                heard: BTreeSet::new(),
            });
        }
    }

    /// Writes where there is doubt that the store can, else only now and then.
    async fn try_to_write(&mut self, app: &App) -> Result<(), StoreError> {
        let refusals = app.scheduler.store_refusals();
        let doubt = self.trouble.is_some() || refusals != self.refusals;
        self.refusals = refusals;
        let every = if doubt {
            Duration::ZERO
        } else {
            KEEP_TIME_EVERY
        };
        keep_time(&app.store, app.clock.now(), every).await
    }

    async fn in_trouble(&mut self, app: &App, reason: StoreReason, error: String) {
        let now = to_second(app.clock.now());
        app.scheduler.pause_polls(true);
        let trouble = self.trouble.get_or_insert_with(|| {
            error!(
                reason = reason.as_str(),
                "the store is in trouble, no feed is polled: {error}"
            );
            Trouble {
                since: now,
                recorded: false,
                heard: BTreeSet::new(),
            }
        });
        let free_bytes = app.store.free_bytes();
        let is_needed = match reason {
            StoreReason::Low => free_bytes < Some(BALLAST_BYTES as u64),
            reason => reason != StoreReason::Damaged,
        };
        if is_needed && app.store.drop_ballast() {
            warn!("the reserve of {} MiB is given up", BALLAST_BYTES >> 20);
        }
        if !trouble.recorded {
            let event = StoreFailing {
                reason,
                error,
                since: trouble.since,
                free_bytes,
            };
            trouble.tell(app, event).await;
        }
    }

    async fn well(&mut self, app: &App, free: Option<u64>) {
        if let Some(trouble) = &self.trouble {
            let event = StoreRecovered {
                since: trouble.since,
                free_bytes: free,
            };
            let notify = app.config().health.notify.clone();
            let now = app.clock.now();
            if let Err(error) = app.store.notify_store_recovered(event, notify, now).await {
                debug!("the store is not yet well: {error}");
                return;
            }
            info!("the store is well again, feeds are polled");
            self.trouble = None;
        }
        app.scheduler.pause_polls(false);
        let room = LEAST_BYTES + BALLAST_BYTES as u64;
        if free.is_none_or(|free| free >= room)
            && let Err(error) = app.store.lay_ballast().await
        {
            debug!("no reserve: {error}");
        }
    }

    /// The last word of a program whose store's file is not its own any more.
    async fn end_of_file(&mut self, app: &App) {
        let now = to_second(app.clock.now());
        app.scheduler.pause_polls(true);
        let path = app.store.path().to_owned();
        let event = StoreFailing {
            reason: StoreReason::Gone,
            error: StoreError::Gone { path }.to_string(),
            since: now,
            free_bytes: app.store.free_bytes(),
        };
        error!("the service ends: {}", event.error);
        let mut trouble = Trouble {
            since: now,
            recorded: false,
            heard: BTreeSet::new(),
        };
        trouble.tell_without_store(app, event).await;
    }
}

impl Trouble {
    /// Notifies those who have not heard of it: through the outbox, or without it where it takes
    /// nothing, or may soon take nothing.
    async fn tell(&mut self, app: &App, event: StoreFailing) {
        let notify = app.config().health.notify.clone();
        if event.reason != StoreReason::Low {
            // The outbox may take it and not be able to send it: an attempt has to be recorded,
            // and what the reserve frees may be gone at once.
            self.tell_without_store(app, event.clone()).await;
        }
        let unheard = notify.into_iter().filter(|name| !self.heard.contains(name));
        let now = app.clock.now();
        let recorded = app
            .store
            .notify_store_failing(event.clone(), unheard.collect(), now);
        match recorded.await {
            Ok(()) => self.recorded = true,
            Err(_) if event.reason == StoreReason::Low => {
                self.tell_without_store(app, event).await;
            }
            Err(_) => {}
        }
    }

    async fn tell_without_store(&mut self, app: &App, event: StoreFailing) {
        let key = format!("store-{}", event.since.as_millisecond());
        let notice = Notice {
            key: app.store.key(&key),
            timestamp: event.since,
            event: Event::StoreFailing(event),
            accepted: Vec::new(),
            thread: None,
        };
        let work = app.scheduler.work();
        for name in &app.config().health.notify {
            if self.heard.contains(name) {
                continue;
            }
            let sent = work.deliverer().tell(name, &notice);
            match tokio::time::timeout(TELL_LIMIT, sent).await {
                Ok(Some(Ok(_))) => drop(self.heard.insert(name.clone())),
                Ok(Some(Err(error))) => warn!("receiver {name:?} cannot be notified: {error}"),
                Ok(None) | Err(_) => warn!("receiver {name:?} cannot be notified"),
            }
        }
    }
}

/// What a refusal and the room come to. Pure.
fn judge(refused: Option<StoreReason>, free: Option<u64>, troubled: bool) -> StoreState {
    let least = if troubled { ENOUGH_BYTES } else { LEAST_BYTES };
    match (refused, free) {
        (Some(reason), _) => StoreState::Troubled(reason),
        (None, Some(free)) if free < least => StoreState::Troubled(StoreReason::Low),
        _ => StoreState::Well,
    }
}

fn too_little(app: &App, free: Option<u64>) -> String {
    let free = free.unwrap_or_default() >> 20;
    let (path, least) = (app.store.path().display(), LEAST_BYTES >> 20);
    let enough = ENOUGH_BYTES >> 20;
    format!(
        "{free} MiB are free beside {path}, less than {least} MiB; help: make room, {enough} MiB at least"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_pause_below_64_mib_and_go_on_from_96() {
        let low = StoreState::Troubled(StoreReason::Low);
        for (free, troubled, state) in [
            (LEAST_BYTES, false, StoreState::Well),
            (LEAST_BYTES - 1, false, low),
            (ENOUGH_BYTES - 1, true, low),
            (ENOUGH_BYTES, true, StoreState::Well),
            (0, false, low),
        ] {
            assert_eq!(judge(None, Some(free), troubled), state, "{free}");
        }
        assert_eq!(judge(None, None, true), StoreState::Well);
        assert_eq!((LEAST_BYTES, ENOUGH_BYTES), (64 << 20, 96 << 20));
    }

    #[test]
    fn a_refusal_counts_whatever_the_room() {
        for reason in [StoreReason::Full, StoreReason::ReadOnly, StoreReason::Io] {
            let state = judge(Some(reason), Some(u64::MAX), false);
            assert_eq!(state, StoreState::Troubled(reason));
        }
    }

    #[test]
    fn a_poll_takes_two_files_at_most() {
        assert_eq!(files_needed(256), 576);
        assert_eq!(files_needed(u32::MAX), 2 * u64::from(u32::MAX) + 64);
    }
}
