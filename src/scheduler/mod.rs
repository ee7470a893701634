//! The loops: they ask the store what is due, start a step for it and sleep until the next.
//!
//! Nothing is queued here: what is due *is* a query, so a crash or a reload forgets nothing. Polls
//! run side by side, one per origin; every receiver has a lane of its own, so a dead one never
//! delays another. A reload swaps [`Work`]: running steps end under the old one.

mod asked;
mod lanes;
mod loops;
mod polls;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::{
    clock::Clock,
    deliver::Deliverer,
    model::time,
    poll::Poller,
    store::{Store, StoreError},
};

pub use asked::{Waiting, until_polled};
pub use loops::{LoopEnded, until_stop};
pub use polls::PollTally;

/// No loop sleeps longer, so that each one shows that it lives.
const MAX_SLEEP: Duration = Duration::from_secs(5);

/// How often it is asked whether another process (`poll`, `outbox retry`) has made something due: the
/// person who typed it waits.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How long a loop waits after the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How often old rows are deleted.
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// How long after the start for the first time: by then the receivers were tried.
const FIRST_PRUNE: Duration = Duration::from_secs(2);

/// The steps under one config. Immutable: a reload makes a new one.
#[derive(Debug)]
pub struct Work {
    poller: Poller,
    deliverer: Deliverer,
    lanes: BTreeMap<String, Notify>,
    parallel: usize,
}

impl Work {
    /// Work with at most `parallel` polls at once.
    pub fn new(poller: Poller, deliverer: Deliverer, parallel: usize) -> Self {
        let lanes = deliverer
            .names()
            .into_iter()
            .map(|name| (name.to_owned(), Notify::new()));
        Self {
            lanes: lanes.collect(),
            poller,
            deliverer,
            parallel: parallel.max(1),
        }
    }

    /// What sends to the receivers.
    pub fn deliverer(&self) -> &Deliverer {
        &self.deliverer
    }

    fn wake_all(&self) {
        self.lanes.values().for_each(Notify::notify_one);
    }

    /// Wakes the lanes of these receivers.
    fn wake(&self, receivers: &[String]) {
        for lane in receivers.iter().filter_map(|name| self.lanes.get(name)) {
            lane.notify_one();
        }
    }
}

/// What the store refuses a loop, logged once until it answers again: a disk that is full is full every
/// second.
#[derive(Debug, Default)]
struct Refused(Option<String>);

impl Refused {
    /// Whether this is another answer than the one before.
    fn note(&mut self, error: &StoreError) -> bool {
        let text = Some(error.to_string());
        let is_news = self.0 != text;
        self.0 = text;
        is_news
    }

    /// The store has answered.
    fn clear(&mut self) {
        self.0 = None;
    }
}

/// Runs [`Work`] over a store.
#[derive(Debug)]
pub struct Scheduler {
    store: Store,
    clock: Arc<dyn Clock>,
    work: watch::Sender<Arc<Work>>,
    /// Held while origins are claimed, and while the work is swapped.
    claims: Mutex<()>,
    /// Notified when another process has written.
    written: Notify,
    /// How many polls have ended.
    polls_ended: watch::Sender<u64>,
    /// When the poll loop last came round, in milliseconds since the start.
    beat_ms: AtomicU64,
    /// How often the store refused what a loop asked of it.
    refusals: Arc<AtomicU64>,
    polls_paused: AtomicBool,
}

impl Scheduler {
    /// A scheduler that does nothing until [`run`](Self::run).
    pub fn new(store: Store, clock: Arc<dyn Clock>, work: Work) -> Self {
        Self {
            beat_ms: AtomicU64::new(running_ms(clock.as_ref())),
            refusals: Arc::default(),
            polls_paused: AtomicBool::new(false),
            work: watch::Sender::new(Arc::new(work)),
            claims: Mutex::new(()),
            written: Notify::new(),
            polls_ended: watch::Sender::new(0),
            store,
            clock,
        }
    }

    /// The work in force.
    pub fn work(&self) -> Arc<Work> {
        self.work.borrow().clone()
    }

    /// Puts new work in force once `prepare` has made the store ready for it, or keeps the old one
    /// where that fails. Steps that run end under the old work; meanwhile none starts, or the old
    /// work would claim feeds that only the new one knows.
    ///
    /// # Errors
    /// Those of `prepare`.
    pub async fn swap<E>(
        &self,
        prepare: impl Future<Output = Result<(), E>>,
        work: Work,
    ) -> Result<(), E> {
        let _no_claims = self.claims.lock().await;
        prepare.await?;
        self.work.send_replace(Arc::new(work));
        Ok(())
    }

    /// Runs every loop until `soft` is cancelled, then waits for the steps that run; `hard` cuts
    /// them off. What was cut off is due again when its lease ends.
    ///
    /// # Errors
    /// Where a loop has ended by itself; `soft` is cancelled then, so that the others end too.
    pub async fn run(
        &self,
        soft: &CancellationToken,
        hard: &CancellationToken,
    ) -> Result<(), LoopEnded> {
        let (polls, lanes, outbox, prune, watch) = tokio::join!(
            until_stop("loop of polls", soft, self.run_polls(soft, hard)),
            until_stop("loop of lanes", soft, self.run_lanes(soft, hard)),
            until_stop(
                "loop that looks after the outbox",
                soft,
                self.run_outbox(soft)
            ),
            until_stop("loop that deletes old rows", soft, self.run_prune(soft)),
            until_stop("loop that looks for commands", soft, self.run_watch(soft)),
        );
        polls.and(lanes).and(outbox).and(prune).and(watch)
    }

    /// How long ago the poll loop last came round: it does so at least every five seconds. By a clock
    /// that nobody sets.
    pub fn silent_for(&self) -> Duration {
        let beat = Duration::from_millis(self.beat_ms.load(Ordering::Relaxed));
        self.clock.running().saturating_sub(beat)
    }

    /// How often, since the start, the store refused what the poll loop or a lane asked of it.
    pub fn store_refusals(&self) -> u64 {
        self.refusals.load(Ordering::Relaxed)
    }

    /// From now on no poll starts, or polls start again; those that run go on, and so do the lanes.
    pub fn pause_polls(&self, paused: bool) {
        self.polls_paused.store(paused, Ordering::Relaxed);
    }

    /// Whether no poll starts.
    pub fn polls_are_paused(&self) -> bool {
        self.polls_paused.load(Ordering::Relaxed)
    }

    /// Wakes the loops: somebody else has written to the store.
    pub fn wake(&self) {
        self.written.notify_one();
        self.work().wake_all();
    }

    fn beat(&self) {
        let now = running_ms(self.clock.as_ref());
        self.beat_ms.store(now, Ordering::Relaxed);
    }

    /// Wakes the loops when another process has written.
    async fn run_watch(&self, soft: &CancellationToken) {
        let mut others = self.store.others();
        while soft
            .run_until_cancelled(tokio::time::sleep(LOOK_EVERY))
            .await
            .is_some()
        {
            // The loops report what the store refuses.
            if others.have_written().await.unwrap_or(false) {
                self.wake();
            }
        }
    }

    async fn run_prune(&self, soft: &CancellationToken) {
        let mut pause = FIRST_PRUNE;
        while soft
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_some()
        {
            pause = PRUNE_EVERY;
            // So that what has just ended need not wait for another hour.
            self.look_after_outbox_in_service().await;
            match self.store.prune(self.clock.now()).await {
                Ok(pruned) => debug!(?pruned, "old rows deleted"),
                Err(error) => warn!("not pruned: {error}"),
            }
        }
    }
}

fn running_ms(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.running().as_millis()).unwrap_or(u64::MAX)
}

/// The time until `due`, at most [`MAX_SLEEP`].
fn until(clock: &dyn Clock, due: Option<Timestamp>) -> Duration {
    due.map_or(MAX_SLEEP, |due| {
        time::elapsed(clock.now(), due).min(MAX_SLEEP)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_news_once_until_the_store_answers_again() {
        let mut refused = Refused::default();
        assert!(refused.note(&StoreError::Full));
        assert!(!refused.note(&StoreError::Full));
        assert!(refused.note(&StoreError::ReadOnly));
        refused.clear();
        assert!(refused.note(&StoreError::ReadOnly));
    }
}
