//! One lane per receiver.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Refused, STORE_PAUSE, Scheduler, Work, until};
use crate::{
    clock::Clock,
    deliver::DeliverOutcome,
    store::{Store, StoreError},
};

impl Scheduler {
    /// Sends everything that is due now, lane beside lane, and returns when nothing more is.
    ///
    /// # Errors
    /// The store's first.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        let work = self.work();
        let mut lanes = JoinSet::new();
        for receiver in work.lanes.keys() {
            let (work, receiver) = (Arc::clone(&work), receiver.clone());
            lanes.spawn(async move { drain(&work, &receiver).await });
        }
        let mut delivered = 0;
        while let Some(lane) = lanes.join_next().await {
            delivered += lane.unwrap_or(Ok(0))?;
        }
        Ok(delivered)
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

/// Delivers until nothing is due.
async fn drain(work: &Work, receiver: &str) -> Result<usize, StoreError> {
    let mut delivered = 0;
    loop {
        match work.deliverer.deliver(receiver).await? {
            DeliverOutcome::Idle | DeliverOutcome::Held { .. } => return Ok(delivered),
            DeliverOutcome::Delivered => delivered += 1,
            DeliverOutcome::Folded | DeliverOutcome::Failed { .. } => {}
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
        while !stop.is_cancelled() {
            let pause = match self.work.deliverer.deliver(&self.receiver).await {
                Ok(DeliverOutcome::Delivered | DeliverOutcome::Folded) => continue,
                Ok(DeliverOutcome::Failed { receivers }) => {
                    self.work.wake(&receivers);
                    continue;
                }
                Ok(DeliverOutcome::Idle) => self.until_due().await,
                Ok(DeliverOutcome::Held { until: at }) => Ok(until(self.clock.as_ref(), Some(at))),
                Err(error) => Err(error),
            };
            let pause = match pause {
                Ok(pause) => {
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

    async fn until_due(&self) -> Result<Duration, StoreError> {
        let due = self.store.next_delivery_due(&self.receiver).await?;
        Ok(until(self.clock.as_ref(), due))
    }
}
