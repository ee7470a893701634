//! One visit to one feed, from the claim to the commit.
//!
//! In: a claim on an origin with the feed to ask. Out: exactly one commit, good or bad, which also
//! sets the next due time; no path can forget the schedule. On a crash before the commit the feed
//! is read again when the lease ends; after it nothing is lost. A step: no loop, no spawn.

mod alerts;
mod conclude;
mod count;
mod failure;
mod fill;
mod health;
mod language;
mod missed;
mod moved;
mod next_due;
mod rate_limit;
mod recognise;
mod visit;
mod window;

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{Instrument as _, Span, debug, field::Empty, info, info_span, warn};

use crate::{
    clock::Clock,
    fetch::Fetcher,
    heavy::heavy,
    matcher::Matcher,
    metrics::Metrics,
    model::time,
    model::{Feed, OnUpdate, Watch},
    store::{FeedState, PollClaim, PollCommit, PollCommitted, PollResult, Store, StoreError},
    unwind,
};
use failure::Failure;
use visit::{Answer, Pending, visit};
use window::Windows;

pub use failure::unreadable;
pub use health::HealthRules;
pub use moved::target as moved_to;
pub use next_due::hints;

/// Rooms for documents that are in memory, parsed, at the same time: for as many small ones as are
/// committed together. The polls that wait for an answer may be many more, those cost little.
const ROOMS: usize = 64;

/// A document takes a room for each so many bytes, at most all of them: of the largest by default,
/// 16 MiB, two are in memory, parsed. With its texts plain and on their way to the store a document
/// takes up to eight times its bytes, so that all rooms together are a quarter of a gigabyte.
const ROOM_BYTES: usize = 512 * 1024;

/// What the config says about polling.
#[derive(Debug)]
pub struct PollRules {
    /// Every configured feed.
    pub feeds: Vec<Feed>,
    /// Every configured watch, in the order they were compiled.
    pub watches: Vec<Watch>,
    /// The watches, compiled.
    pub matcher: Matcher,
    /// The longest a server's hint is followed.
    pub max_interval: Duration,
    /// The pause between the end of one request to an origin and the next.
    pub gap: Duration,
    /// When the monitor's own blindness is told, and to whom.
    pub health: HealthRules,
}

impl PollRules {
    /// Whether any watch compares an edit with all that its item ever said.
    fn needs_earlier(&self) -> bool {
        let is_every = |watch: &Watch| watch.on_update == OnUpdate::Every;
        self.watches.iter().any(is_every)
    }
}

/// Polls feeds.
#[derive(Debug)]
pub struct Poller {
    store: Store,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    rules: PollRules,
    feeds: HashMap<String, usize>,
    windows: Windows,
    room: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

/// What a poll came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollOutcome {
    /// Nothing new.
    Unchanged,
    /// Read; so many new items, so many alerts.
    Read {
        /// Items not seen before.
        news: usize,
        /// Items that satisfied a watch.
        alerts: usize,
        /// Receivers that have something to do now.
        receivers: Vec<String>,
    },
    /// Not read; receivers that are told so.
    Failed {
        /// Receivers that have something to do now.
        receivers: Vec<String>,
    },
    /// Another worker has the origin, or a reload took the feed away: nothing was written.
    Superseded,
}

impl Poller {
    /// A poller under these rules.
    pub fn new(
        store: Store,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
        rules: PollRules,
        metrics: Arc<Metrics>,
    ) -> Self {
        let feeds = rules.feeds.iter().enumerate();
        let feeds = feeds
            .map(|(index, feed)| (feed.name.clone(), index))
            .collect();
        Self {
            store,
            fetcher,
            clock,
            rules,
            feeds,
            windows: Windows::default(),
            room: Arc::new(Semaphore::new(ROOMS)),
            metrics,
        }
    }

    /// Polls one feed once. Always commits, so the feed always gets a next poll.
    ///
    /// # Errors
    /// Only the store's: the feed is then polled again in a minute, or when the lease ends.
    pub async fn poll(&self, claim: PollClaim) -> Result<PollOutcome, StoreError> {
        let Some(feed) = self.feeds.get(&claim.feed.name) else {
            return Ok(PollOutcome::Superseded);
        };
        let feed = &self.rules.feeds[*feed];
        let span = info_span!("poll", feed = %feed.name, status = Empty, duration_ms = Empty);
        self.poll_feed(feed, claim).instrument(span).await
    }

    /// The same, under the poll's span. What the store could not answer is asked again in a minute,
    /// not at the end of the lease.
    async fn poll_feed(&self, feed: &Feed, claim: PollClaim) -> Result<PollOutcome, StoreError> {
        let now = self.clock.now();
        let put_off = self.rules.put_off(&claim, [now, now]);
        let polled = self.poll_claimed(feed, claim).await;
        if polled.is_err() {
            // Where not even that can be recorded the lease brings it back.
            let _ = self.store.commit_poll(put_off).await;
        }
        polled
    }

    async fn poll_claimed(&self, feed: &Feed, claim: PollClaim) -> Result<PollOutcome, StoreError> {
        let started_at = self.clock.now();
        let (commit, pending) =
            match unwind::catch(pin!(self.visit(feed, &claim, started_at))).await {
                Ok(visited) => visited?,
                Err(message) => {
                    let failed = Answer::Failed(Failure::panicked(message));
                    let settled = self.settle(feed, &claim, failed, started_at).await?;
                    (settled, None)
                }
            };
        next_due::log(&self.rules, feed, &claim.feed, &commit);
        log(feed, &commit, started_at);
        moved::log(feed, &claim.feed, &commit);
        if let Some(change) = &commit.health.outage {
            health::outage::log(change);
        }
        let outcome = summarize(&commit.result);
        let count = count::of(&commit, started_at);
        Ok(match self.store.commit_poll(commit).await? {
            PollCommitted::Fenced => PollOutcome::Superseded,
            PollCommitted::Done {
                alerts,
                watches,
                receivers,
            } => {
                self.metrics.polled(count);
                self.metrics.alerted(&watches);
                if matches!(outcome, PollOutcome::Read { .. }) {
                    let window = pending.and_then(|pending| pending.window);
                    self.windows.put(claim.feed.id, window);
                }
                outcome.telling(alerts.len(), receivers)
            }
        })
    }

    async fn visit(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        started_at: Timestamp,
    ) -> Result<(PollCommit, Option<Pending>), StoreError> {
        if let Some(fill) = &claim.feed.continuity.fill {
            return self.visit_archive(feed, claim, fill, started_at).await;
        }
        let Some(mut answer) = visit(self, feed, &claim.feed).await? else {
            let times = [started_at, self.clock.now()];
            return Ok((self.rules.put_off(claim, times), None));
        };
        let pending = answer.take_pending();
        let commit = self.settle(feed, claim, answer, started_at).await?;
        Ok((commit, pending))
    }

    /// Room for a document of so many bytes, until it is dropped; all of it where the process died
    /// the last time it was read, so that nothing else is lost with it again.
    async fn room(&self, state: &FeedState, bytes: usize) -> OwnedSemaphorePermit {
        let bytes = if state.cut_off { usize::MAX } else { bytes };
        let room = Arc::clone(&self.room).acquire_many_owned(rooms(bytes));
        room.await.expect("it is never closed")
    }

    /// The commit of an answer, with what the feed's health needs to know beside it.
    async fn settle(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        answer: Answer,
        started_at: Timestamp,
    ) -> Result<PollCommit, StoreError> {
        let health = &self.rules.health;
        let context = health
            .look(&self.store, feed, claim, &answer, started_at)
            .await?;
        let times = [started_at, self.clock.now()];
        // Every watch is asked about every item.
        Ok(heavy(answer.size(), || {
            self.rules.conclude(feed, claim, answer, &context, times)
        }))
    }
}

/// How many rooms a document of so many bytes takes.
fn rooms(bytes: usize) -> u32 {
    let rooms = bytes.div_ceil(ROOM_BYTES).clamp(1, ROOMS);
    u32::try_from(rooms).expect("a small constant")
}

impl PollOutcome {
    fn telling(self, alerts: usize, told: Vec<String>) -> Self {
        match self {
            Self::Read { news, .. } => Self::Read {
                news,
                alerts,
                receivers: told,
            },
            Self::Failed { .. } => Self::Failed { receivers: told },
            other => other,
        }
    }
}

/// The outcome, as far as it is known before the commit.
fn summarize(result: &PollResult) -> PollOutcome {
    let receivers = Vec::new();
    match result {
        PollResult::Unchanged { .. } => PollOutcome::Unchanged,
        PollResult::Failed { .. } | PollResult::PutOff => PollOutcome::Failed { receivers },
        PollResult::Read(read) => PollOutcome::Read {
            news: read.news.len(),
            alerts: 0,
            receivers,
        },
        PollResult::Filled(missed) => PollOutcome::Read {
            news: missed.len(),
            alerts: 0,
            receivers,
        },
    }
}

fn log(feed: &Feed, commit: &PollCommit, started_at: Timestamp) {
    let name = &feed.name;
    let next_due_at = commit.next.due_at;
    let elapsed = time::elapsed(started_at, commit.committed_at).as_millis();
    Span::current().record("duration_ms", u64::try_from(elapsed).unwrap_or(u64::MAX));
    match &commit.result {
        PollResult::Unchanged { status, .. } => {
            Span::current().record("status", status);
            debug!(%next_due_at, "feed {name:?}: unchanged");
        }
        PollResult::Read(read) => {
            Span::current().record("status", read.status);
            let (items, news) = (read.items_total, read.news.len());
            let edits = read.known.iter().filter_map(|item| item.revision.as_ref());
            let edited = edits.clone().count();
            let alerts = read.news.iter().filter(|item| item.alert.is_some()).count()
                + edits.filter(|edit| edit.alert.is_some()).count();
            if read.baseline {
                info!(%next_due_at, alerts, "feed {name:?}: first poll, items {items}, alerts {alerts}");
            } else if news > 0 || alerts > 0 {
                info!(%next_due_at, alerts, edited, "feed {name:?}: new items {news} of {items}, alerts {alerts}");
            } else {
                debug!(%next_due_at, edited, "feed {name:?}: nothing new, items {items}");
            }
        }
        PollResult::Filled(missed) => {
            let found = missed.len();
            info!(%next_due_at, found, "feed {name:?}: looked for missed items in its archive, found {found}");
        }
        PollResult::PutOff => {
            info!(%next_due_at, "feed {name:?}: put off, too many large documents at once");
        }
        PollResult::Failed {
            gone: true,
            error,
            reason,
            ..
        } => {
            warn!(
                reason,
                "feed {name:?}: {error}; not asked again until it has another url"
            );
        }
        PollResult::Failed { error, reason, .. } => {
            let free_at = commit.pause.until.unwrap_or(next_due_at);
            let wait = time::elapsed(commit.committed_at, next_due_at.max(free_at));
            let wait = in_words(wait);
            warn!(reason, %next_due_at, "feed {name:?}: {error}; asked again in {wait}");
        }
    }
}

/// A wait as people say it: in seconds up to two minutes, in minutes up to two hours.
fn in_words(wait: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    let seconds = wait
        .as_millis()
        .div_ceil(1000)
        .try_into()
        .unwrap_or(u64::MAX);
    let nearest = |unit: u64| seconds.saturating_add(unit / 2) / unit;
    if seconds < 2 * MINUTE {
        format!("{seconds} s")
    } else if seconds < 2 * HOUR {
        format!("{} min", nearest(MINUTE))
    } else {
        format!("{} h", nearest(HOUR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_the_unit_it_is_meant_in() {
        for (millis, told) in [
            (0, "0 s"),
            (1, "1 s"),
            (10_000, "10 s"),
            (10_001, "11 s"),
            (119_000, "119 s"),
            (120_000, "2 min"),
            (149_000, "2 min"),
            (150_000, "3 min"),
            (7_199_000, "120 min"),
            (7_200_000, "2 h"),
            (86_430_000, "24 h"),
        ] {
            assert_eq!(in_words(Duration::from_millis(millis)), told, "{millis}");
        }
    }

    #[test]
    fn a_document_takes_a_room_for_each_half_mebibyte() {
        let taken = [
            0,
            1,
            ROOM_BYTES,
            ROOM_BYTES + 1,
            16 << 20,
            32 << 20,
            1 << 30,
        ];
        assert_eq!(taken.map(rooms), [1, 1, 1, 2, 32, 64, 64]);
    }
}
