//! The poll loop.

use std::{
    ops::AddAssign,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{MAX_SLEEP, Refused, STORE_PAUSE, Scheduler, Work, until};
use crate::{
    model::time,
    poll::PollOutcome,
    store::{PollClaim, StoreError},
};

/// How long an origin is ours: longer than a fetch with all its redirects may take.
const LEASE: Duration = Duration::from_mins(12);

/// How long to wait before asking again whether an origin is free.
const SHORTEST_SLEEP: Duration = Duration::from_millis(200);

/// A step that ended, or the store's error.
type Polled = Result<PollOutcome, StoreError>;

/// A step, boxed: several kilobytes that the runtime would move each time it starts or ends one.
fn poll(work: Arc<Work>, claim: PollClaim) -> Pin<Box<dyn Future<Output = Polled> + Send>> {
    Box::pin(async move { work.poller.poll(claim).await })
}

/// What a round of polls came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PollTally {
    /// Feeds that were read or are unchanged.
    pub good: usize,
    /// Feeds that were not.
    pub failed: usize,
    /// Items not seen before.
    pub news: usize,
    /// Items that satisfied a watch.
    pub alerts: usize,
}

impl AddAssign for PollTally {
    fn add_assign(&mut self, other: Self) {
        self.good += other.good;
        self.failed += other.failed;
        self.news += other.news;
        self.alerts += other.alerts;
    }
}

impl PollTally {
    fn count(&mut self, outcome: &PollOutcome) {
        match outcome {
            PollOutcome::Unchanged => self.good += 1,
            PollOutcome::Failed { .. } => self.failed += 1,
            PollOutcome::Superseded => {}
            PollOutcome::Read { news, alerts, .. } => {
                self.good += 1;
                self.news += news;
                self.alerts += alerts;
            }
        }
    }
}

impl Scheduler {
    /// Polls every feed that is due now, each once, and returns when all are committed.
    ///
    /// # Errors
    /// The store's first.
    pub async fn poll_due(&self) -> Result<PollTally, StoreError> {
        self.poll_all(None).await
    }

    /// The same of the feeds that were due at `since` already.
    ///
    /// # Errors
    /// The store's first.
    pub async fn poll_overdue(&self, since: Timestamp) -> Result<PollTally, StoreError> {
        self.poll_all(Some(since)).await
    }

    async fn poll_all(&self, since: Option<Timestamp>) -> Result<PollTally, StoreError> {
        let mut polls = JoinSet::new();
        let mut tally = PollTally::default();
        loop {
            self.start_due(since, &mut polls).await?;
            match polls.join_next().await {
                Some(polled) => tally.count(&self.ended(polled)?),
                None => return Ok(tally),
            }
            while let Some(polled) = polls.try_join_next() {
                tally.count(&self.ended(polled)?);
            }
        }
    }

    /// Polls every feed that someone asked for, each once, with the pauses that origins are owed;
    /// those that would take more than `patience` from one poll to the next are left.
    ///
    /// # Errors
    /// The store's first.
    pub async fn poll_asked(&self, patience: Duration) -> Result<(), StoreError> {
        let mut polls = JoinSet::new();
        loop {
            let now = self.clock.now();
            self.start_asked(now, &mut polls).await?;
            let asked = self.store.asked().await?;
            let next = asked.first().map(|asked| asked.pause_ends_at);
            let pause = next.map_or(Duration::ZERO, |next| time::elapsed(now, next));
            if !polls.is_empty() {
                tokio::select! {
                    Some(polled) = polls.join_next() => drop(self.ended(polled)?),
                    () = tokio::time::sleep(pause.clamp(SHORTEST_SLEEP, MAX_SLEEP)) => {}
                }
            } else if pause.is_zero() || pause > patience {
                // None is left, or only those that would take too long, or whose poll died.
                return Ok(());
            } else {
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// Starts a poll for every origin with feeds that were asked for, as far as there is room.
    async fn start_asked(
        &self,
        now: Timestamp,
        polls: &mut JoinSet<Polled>,
    ) -> Result<(), StoreError> {
        let work = self.work();
        let room = work.parallel.saturating_sub(polls.len());
        let limit = u32::try_from(room).unwrap_or(u32::MAX);
        for claim in self.store.claim_asked(now, LEASE, limit).await? {
            polls.spawn(poll(Arc::clone(&work), claim));
        }
        Ok(())
    }

    pub(super) async fn run_polls(&self, soft: &CancellationToken, hard: &CancellationToken) {
        let mut changes = self.work.subscribe();
        let mut polls = JoinSet::new();
        let mut refused = Refused::default();
        while !soft.is_cancelled() {
            self.beat();
            changes.mark_unchanged();
            let pause = match self.start_due(None, &mut polls).await {
                Ok(pause) => {
                    refused.clear();
                    pause
                }
                Err(error) => {
                    self.refusals.fetch_add(1, Ordering::Relaxed);
                    if refused.note(&error) {
                        warn!("cannot ask which feeds are due: {error}");
                    }
                    STORE_PAUSE
                }
            };
            tokio::select! {
                () = soft.cancelled() => {}
                _ = changes.changed() => {}
                () = self.written.notified() => {}
                Some(polled) = polls.join_next() => {
                    self.ended_in_service(polled);
                    // Polls are committed in groups, so they end in groups.
                    while let Some(polled) = polls.try_join_next() {
                        self.ended_in_service(polled);
                    }
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
        while let Some(Some(_)) = hard.run_until_cancelled(polls.join_next()).await {}
    }

    /// Starts a poll for every origin that is due, or has been since then, as far as there is room;
    /// returns how long nothing more will be due.
    async fn start_due(
        &self,
        since: Option<Timestamp>,
        polls: &mut JoinSet<Polled>,
    ) -> Result<Duration, StoreError> {
        let _no_swap = self.claims.lock().await;
        let work = self.work();
        let room = work.parallel.saturating_sub(polls.len());
        if room == 0 || self.polls_are_paused() {
            return Ok(MAX_SLEEP);
        }
        let limit = u32::try_from(room).unwrap_or(u32::MAX);
        let now = self.clock.now();
        let claims = match since {
            None => self.store.claim_origins(now, LEASE, limit).await,
            Some(since) => {
                let overdue = self.store.claim_overdue([now, since], LEASE, limit);
                overdue.await
            }
        };
        for claim in claims? {
            polls.spawn(poll(Arc::clone(&work), claim));
        }
        Ok(until(
            self.clock.as_ref(),
            self.store.next_poll_due().await?,
        ))
    }

    fn ended_in_service(&self, polled: Result<Polled, tokio::task::JoinError>) {
        if let Err(error) = self.ended(polled) {
            self.refusals.fetch_add(1, Ordering::Relaxed);
            warn!("a poll was not committed, it will be repeated: {error}");
        }
    }

    /// Takes a step that ended and wakes the lanes it has work for.
    fn ended(&self, polled: Result<Polled, tokio::task::JoinError>) -> Polled {
        self.polls_ended.send_modify(|count| *count += 1);
        // A panic inside a poll is caught there and committed; one in the commit itself ends here,
        // and the lease brings the feed back.
        let outcome = polled.unwrap_or_else(|error| {
            warn!("a poll died: {error}");
            Ok(PollOutcome::Superseded)
        })?;
        if let PollOutcome::Read { receivers, .. } | PollOutcome::Failed { receivers } = &outcome {
            self.work().wake(receivers);
        }
        Ok(outcome)
    }
}
