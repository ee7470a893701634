//! One visit to one feed, from the claim to the commit.
//!
//! In: a claim on an origin with the feed to ask. Out: exactly one commit, good or bad, which also
//! sets the next due time; no path can forget the schedule. On a crash before the commit the feed
//! is read again when the lease ends; after it nothing is lost. A step: no loop, no spawn.

mod alerts;
mod answer;
mod backfill;
mod conclude;
mod document_cache;
mod gap;
mod health;
mod identify;
mod language;
mod moved;
mod next_due;
mod poller;
mod rate_limit;
mod report;
mod visit;

use std::pin::pin;

use jiff::Timestamp;
use tracing::{Instrument as _, field::Empty, info_span};

use crate::{
    heavy::heavy,
    model::Feed,
    store::{PollClaim, PollCommit, PollCommitted, PollResult, StoreError},
    unwind,
};
use answer::{Answer, Failure, Pending};
use visit::visit;

pub use answer::unreadable;
pub use moved::target as moved_to;
pub use next_due::hints;
pub use poller::{HealthRules, PollRules, Poller, StoryRules};

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
    /// Not read.
    Failed {
        /// Receivers that have something to do now.
        receivers: Vec<String>,
    },
    /// Another worker has the origin, or a reload took the feed away: nothing was written.
    Superseded,
}

impl Poller {
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
        let put_off = Box::new(self.rules.put_off(&claim, [now, now]));
        let polled = self.poll_claimed(feed, &claim).await;
        if polled.is_err() {
            // Where not even that can be recorded the lease brings it back.
            let _ = self.store.commit_poll(*put_off).await;
        }
        polled
    }

    async fn poll_claimed(
        &self,
        feed: &Feed,
        claim: &PollClaim,
    ) -> Result<PollOutcome, StoreError> {
        let started_at = self.clock.now();
        let (commit, pending) = match unwind::catch(pin!(self.visit(feed, claim, started_at))).await
        {
            Ok(visited) => visited?,
            Err(message) => {
                let failed = Answer::Failed(Failure::panicked(message));
                let settled = self.settle(feed, claim, failed, started_at).await?;
                (settled, None)
            }
        };
        next_due::log(&self.rules, feed, &claim.feed, &commit);
        report::log(feed, &commit, started_at);
        moved::log(feed, &claim.feed, &commit);
        if let Some(change) = &commit.health.outage {
            health::outage::log(change);
        }
        let outcome = summarize(&commit.result);
        let count = report::count(&commit, started_at);
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
                    let document = pending.and_then(|pending| pending.document);
                    self.documents.put(claim.feed.id, document);
                }
                outcome.with(alerts.len(), receivers)
            }
        })
    }

    async fn visit(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        started_at: Timestamp,
    ) -> Result<(PollCommit, Option<Pending>), StoreError> {
        if let Some(backfill) = &claim.feed.continuity.backfill {
            return self.visit_archive(feed, claim, backfill, started_at).await;
        }
        let Some(mut answer) = visit(self, feed, &claim.feed).await? else {
            let times = [started_at, self.clock.now()];
            return Ok((self.rules.put_off(claim, times), None));
        };
        let pending = answer.take_pending();
        let commit = self.settle(feed, claim, answer, started_at).await?;
        Ok((commit, pending))
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

impl PollOutcome {
    fn with(self, alerts: usize, receivers: Vec<String>) -> Self {
        match self {
            Self::Read { news, .. } => Self::Read {
                news,
                alerts,
                receivers,
            },
            Self::Failed { .. } => Self::Failed { receivers },
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
        PollResult::Backfilled(missed) => PollOutcome::Read {
            news: missed.len(),
            alerts: 0,
            receivers,
        },
    }
}
