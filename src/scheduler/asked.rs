//! Waiting for the polls that someone asked for.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::Scheduler;
use crate::{
    clock::Clock,
    model::time,
    store::{Store, StoreError},
};

/// Longer than what a poll takes beside its request.
const MARGIN: Duration = Duration::from_secs(15);

/// Without news of a poll the store is asked after so long: what ends a wait may be the clock.
const WITHOUT_NEWS: Duration = Duration::from_secs(1);

/// How often the store is asked where there never is news: the polls are another process's.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A look into the store takes no more than this part of the time: ten thousand feeds that were asked
/// for are ten thousand rows, each time one of them was polled.
const SHARE: u32 = 10;

/// Who is waited for, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// The feeds; all that someone asked for, if none is named.
    pub feeds: &'a [String],
    /// A host that asks to wait longer than this is not waited for.
    pub patience: Duration,
    /// The longest that one request may take.
    pub request: Duration,
}

impl Waiting<'_> {
    /// Who waits for longer than this without news of any poll waits in vain: a poll, its pauses
    /// and what comes beside its request take no longer.
    pub fn stalled_after(&self) -> Duration {
        self.request + self.patience + MARGIN
    }
}

/// Returns when these feeds have been polled, or what is left must wait longer than the patience, or
/// for longer than a poll can take nothing has happened. The store is asked at once and each time
/// that a poll `ended`.
///
/// # Errors
/// The store's.
pub async fn until_polled(
    store: &Store,
    clock: &dyn Clock,
    waiting: Waiting<'_>,
    mut ended: Option<watch::Receiver<u64>>,
) -> Result<(), StoreError> {
    let stalled_after = waiting.stalled_after();
    let feeds: HashSet<&str> = waiting.feeds.iter().map(String::as_str).collect();
    let mut left = usize::MAX;
    let mut moved_at = clock.now();
    loop {
        let looked_at = Instant::now();
        let now = clock.now();
        let mut asked = store.asked().await?;
        asked.retain(|it| feeds.is_empty() || feeds.contains(it.feed.as_str()));
        if asked.len() < left {
            (left, moved_at) = (asked.len(), now);
        }
        let mut pauses = asked.iter().map(|it| time::elapsed(now, it.pause_ends_at));
        let is_soon = pauses.any(|pause| pause <= waiting.patience);
        if !is_soon || time::elapsed(moved_at, now) > stalled_after {
            return Ok(());
        }
        if let Some(ended) = &mut ended {
            tokio::time::sleep(looked_at.elapsed() * SHARE).await;
            // The sender outlives this: who waits for polls has their scheduler.
            let _ = tokio::time::timeout(WITHOUT_NEWS, ended.changed()).await;
        } else {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Scheduler {
    /// Looks at once for polls that another process has asked for, and returns when they are done, as
    /// [`until_polled`] does.
    ///
    /// # Errors
    /// The store's.
    pub async fn until_polled(
        &self,
        feeds: &[String],
        patience: Duration,
        request: Duration,
    ) -> Result<(), StoreError> {
        // Before they can end.
        let ended = self.polls_ended.subscribe();
        self.wake();
        let waiting = Waiting {
            feeds,
            patience,
            request,
        };
        until_polled(&self.store, self.clock.as_ref(), waiting, Some(ended)).await
    }
}
