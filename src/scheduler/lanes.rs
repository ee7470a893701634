//! One lane per receiver. One that panics is started again, after a pause that grows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{Refused, STORE_PAUSE, Scheduler, Work, until};
use crate::{
    clock::Clock,
    deliver::DeliverOutcome,
    store::{Store, StoreError},
    unwind,
};

/// How long a lane rests after its first panic; doubled with each one more in a row.
const FIRST_REST: Duration = Duration::from_millis(250);

/// The longest rest of a lane.
const LONGEST_REST: Duration = Duration::from_mins(1);

impl Scheduler {
    /// Sends everything that is due now, lane beside lane, tells what died, and returns when nothing
    /// more is due.
    ///
    /// # Errors
    /// The store's first.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        let mut delivered = 0;
        loop {
            let round = self.drain_all().await?;
            delivered += round.delivered;
            // What is reported of a receiver in trouble, or out of it, comes when the others may be
            // through already.
            let is_notified = self.look_after_outbox().await? || round.has_notified;
            if !is_notified && (round.delivered == 0 || !self.has_to_tell().await?) {
                return Ok(delivered);
            }
        }
    }

    /// Whether something is due for those that hear of troubles.
    async fn has_to_tell(&self) -> Result<bool, StoreError> {
        for receiver in self.work().deliverer().escalation() {
            let due = self.store.next_delivery_due(receiver).await?;
            if due.is_some_and(|due| due <= self.clock.now()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn drain_all(&self) -> Result<Drained, StoreError> {
        let work = self.work();
        let mut lanes = JoinSet::new();
        for receiver in work.lanes.keys() {
            let (work, receiver) = (Arc::clone(&work), receiver.clone());
            lanes.spawn(async move {
                let drained = unwind::catch(drain(&work, &receiver)).await;
                drained.unwrap_or_else(|message| {
                    error!("receiver {receiver:?}: its lane panicked: {message}");
                    Ok(Drained::default())
                })
            });
        }
        let mut all = Drained::default();
        while let Some(lane) = lanes.join_next().await {
            let lane = lane.expect("its panics are caught")?;
            all.delivered += lane.delivered;
            all.has_notified |= lane.has_notified;
        }
        Ok(all)
    }

    pub(super) async fn run_lanes(&self, soft: &CancellationToken, hard: &CancellationToken) {
        let mut changes = self.work.subscribe();
        let mut lanes = JoinSet::new();
        while !soft.is_cancelled() {
            let work = changes.borrow_and_update().clone();
            let stop = soft.child_token();
            for receiver in work.lanes.keys().cloned() {
                let lane = Lane {
                    store: self.store.clone(),
                    clock: Arc::clone(&self.clock),
                    work: Arc::clone(&work),
                    receiver,
                    refusals: Arc::clone(&self.refusals),
                };
                lanes.spawn(lane.run(stop.clone()));
            }
            let _ = soft.run_until_cancelled(changes.changed()).await;
            // Lanes of the old work end their send and stop; the new ones need not wait for them.
            stop.cancel();
            while lanes.try_join_next().is_some() {}
        }
        while let Some(Some(_)) = hard.run_until_cancelled(lanes.join_next()).await {}
    }
}

/// What a round came to.
#[derive(Debug, Default)]
struct Drained {
    /// Deliveries that were taken.
    delivered: usize,
    /// Whether receivers have something to do now that they had not before.
    has_notified: bool,
}

/// Delivers until nothing is due.
async fn drain(work: &Work, receiver: &str) -> Result<Drained, StoreError> {
    let mut drained = Drained::default();
    loop {
        match work.deliverer.deliver(receiver).await? {
            DeliverOutcome::Idle | DeliverOutcome::Deferred { .. } => return Ok(drained),
            DeliverOutcome::Delivered => drained.delivered += 1,
            DeliverOutcome::Folded => {}
            DeliverOutcome::Failed { receivers } => drained.has_notified |= !receivers.is_empty(),
        }
    }
}

/// Sends to one receiver, one notice at a time.
struct Lane {
    store: Store,
    clock: Arc<dyn Clock>,
    work: Arc<Work>,
    receiver: String,
    refusals: Arc<AtomicU64>,
}

impl Lane {
    async fn run(self, stop: CancellationToken) {
        let mut refused = Refused::default();
        let mut panics = 0;
        while !stop.is_cancelled() {
            let pause = match unwind::catch(self.step()).await {
                Ok(pause) => pause,
                Err(message) => {
                    panics += 1;
                    self.rest(panics, &message, &stop).await;
                    continue;
                }
            };
            panics = 0;
            let pause = match pause {
                Ok(None) => continue,
                Ok(Some(pause)) => {
                    refused.clear();
                    pause
                }
                Err(error) => {
                    self.refusals.fetch_add(1, Ordering::Relaxed);
                    if refused.note(&error) {
                        let receiver = &self.receiver;
                        warn!("receiver {receiver:?}: cannot ask what is due: {error}");
                    }
                    STORE_PAUSE
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.work.lanes[&self.receiver].notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Sends one notice, or says how long none is due.
    async fn step(&self) -> Result<Option<Duration>, StoreError> {
        match self.work.deliverer.deliver(&self.receiver).await? {
            DeliverOutcome::Delivered | DeliverOutcome::Folded => Ok(None),
            DeliverOutcome::Failed { receivers } => {
                self.work.wake(&receivers);
                Ok(None)
            }
            DeliverOutcome::Idle => self.until_due().await.map(Some),
            DeliverOutcome::Deferred { until: at } => {
                Ok(Some(until(self.clock.as_ref(), Some(at))))
            }
        }
    }

    /// After a panic of our own code. Nobody wakes it: what panicked would do so again at once. What it
    /// had claimed is due again when the lease ends.
    async fn rest(&self, panics: u32, message: &str, stop: &CancellationToken) {
        let (receiver, rest) = (&self.receiver, rest(panics));
        let millis = rest.as_millis();
        error!("receiver {receiver:?}: its lane panicked, it goes on in {millis} ms: {message}");
        let _ = stop.run_until_cancelled(tokio::time::sleep(rest)).await;
    }

    async fn until_due(&self) -> Result<Duration, StoreError> {
        let due = self.store.next_delivery_due(&self.receiver).await?;
        Ok(until(self.clock.as_ref(), due))
    }
}

/// The rest after so many panics in a row. Pure.
fn rest(panics: u32) -> Duration {
    let doublings = panics.saturating_sub(1).min(16);
    FIRST_REST.saturating_mul(1 << doublings).min(LONGEST_REST)
}

#[cfg(test)]
mod tests;
