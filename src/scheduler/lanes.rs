//! One lane per receiver. One that panics is started again, after a pause that grows. What waits too long
//! is given up, and what was given up is reported.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{Refused, STORE_PAUSE, Scheduler, Work, until};
use crate::{
    clock::Clock,
    deliver::DeliverOutcome,
    store::{Missed, NotifiedUnreached, Store, StoreError},
    unwind,
};

/// How long a lane rests after its first panic; doubled with each one more in a row.
const FIRST_REST: Duration = Duration::from_millis(250);

/// The longest rest of a lane.
const LONGEST_REST: Duration = Duration::from_mins(1);

impl Scheduler {
    /// Sends everything that is due now, lane beside lane, reports what died, and returns when nothing
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

/// How often to look.
const LOOK_AT_OUTBOX_EVERY: Duration = Duration::from_mins(1);

impl Scheduler {
    pub(super) async fn run_outbox(&self, soft: &CancellationToken) {
        while soft
            .run_until_cancelled(tokio::time::sleep(LOOK_AT_OUTBOX_EVERY))
            .await
            .is_some()
        {
            self.look_after_outbox_in_service().await;
        }
    }

    pub(super) async fn look_after_outbox_in_service(&self) {
        if let Err(error) = self.look_after_outbox().await {
            warn!("cannot look after what waits to be delivered: {error}");
        }
    }

    /// Gives up what has waited too long, and notifies of what was given up and of who is not reached; says
    /// whether anybody is notified.
    pub(super) async fn look_after_outbox(&self) -> Result<bool, StoreError> {
        let (work, now) = (self.work(), self.clock.now());
        let given_up = self.store.give_up_old(now).await?;
        if given_up > 0 {
            info!("deliveries given up after `[keep] alerts`: {given_up}");
        }
        let escalation = work.deliverer().escalation().to_vec();
        let mut is_notified = false;
        for missed in self.store.notify_missed(escalation.clone(), now).await? {
            log_missed(&missed);
            work.wake(&missed.receivers);
            is_notified |= !missed.receivers.is_empty();
        }
        for unreached in self.store.notify_unreached(escalation, now).await? {
            log_unreached(&unreached);
            work.wake(&unreached.receivers);
            is_notified |= !unreached.receivers.is_empty();
        }
        Ok(is_notified)
    }
}

fn log_unreached(unreached: &NotifiedUnreached) {
    let NotifiedUnreached { event, receivers } = unreached;
    let (receiver, error) = (&event.receiver, &event.error);
    if receivers.is_empty() {
        error!("receiver {receiver:?} does not reach all, and nobody can be notified: {error}");
    } else {
        warn!("receiver {receiver:?} does not reach all of those behind it: {error}");
    }
}

fn log_missed(missed: &Missed) {
    let Missed { event, receivers } = missed;
    let (receiver, reason, error) = (&event.receiver, &event.reason, &event.error);
    let (alerts, notices) = (event.alerts, event.notices);
    if receivers.is_empty() {
        error!(
            alerts,
            notices,
            reason,
            "receiver {receiver:?} missed something and nobody can be notified: {error}"
        );
    } else {
        warn!(
            alerts,
            notices, reason, "receiver {receiver:?} missed something, alerts {alerts}: {error}"
        );
    }
}

#[cfg(test)]
mod tests;
