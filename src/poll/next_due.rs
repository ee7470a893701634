//! What a poll teaches about when to poll next.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::info;

use super::{
    answer::{Answer, Reading},
    poller::PollRules,
    rate_limit,
};
use crate::{
    model::{Feed, Hint},
    parse::ParsedFeed,
    schedule::{Hints, LastPoll, Rhythm, Skips},
    store::{FeedState, PollCommit, PollResult},
};

/// This poll, for the plan of the next.
///
/// The document's hints hold until another document is read: a 304 and an equal body repeat them.
/// `max-age` is the answer's, and every answer is asked for its own: a 304 must carry what the 200
/// would have (RFC 9110 §15.4.5).
pub(super) fn last_poll(answer: &Answer, state: &FeedState, polled_at: Timestamp) -> LastPoll {
    let mut learned = state.learned;
    let mut failures = 0;
    match answer {
        Answer::Unchanged { freshness, .. } => {
            learned.retry_at = None;
            learned.hints.max_age = *freshness;
            learned.pace = learned.pace.after(Some(0), state.last_success, polled_at);
        }
        Answer::Read(reading) => {
            let news = news(reading, state.baseline.is_done());
            learned.retry_at = None;
            learned.hints = hints(&reading.parsed, reading.document.page.freshness);
            learned.pace = learned.pace.after(news, state.last_success, polled_at);
        }
        Answer::Failed(failure) => {
            learned.retry_at = rate_limit::retry_at(state.failures, failure, polled_at);
            failures = state.failures_after();
        }
    }
    LastPoll {
        at: polled_at,
        failures,
        learned,
    }
}

/// What a document asks for, and its answer, which is fresh for `max_age`.
pub fn hints(parsed: &ParsedFeed, max_age: Option<Duration>) -> Hints {
    let schedule = &parsed.schedule;
    let hours = schedule.skip_hours.iter().copied();
    let days = schedule.skip_days.iter().copied();
    Hints {
        max_age,
        ttl: parsed.ttl,
        update_period: schedule.update_every,
        skips: Skips::new(hours, days),
        ttl_unasked: schedule.unasked.ttl,
        update_period_unasked: schedule.unasked.update_every,
    }
}

/// New items that say something of the feed's pace; `None` where all of them are new to us.
fn news(reading: &Reading, baseline_done: bool) -> Option<u32> {
    let judgement = &reading.identified.judgement;
    if !baseline_done || judgement.renamed > 0 {
        return None;
    }
    let news = judgement.news().filter(|new| *new).count();
    Some(u32::try_from(news).unwrap_or(u32::MAX))
}

/// Says in the log what of a poll changes the feed's schedule.
pub(super) fn log(rules: &PollRules, feed: &Feed, state: &FeedState, commit: &PollCommit) {
    let continuity = commit.continuity.as_ref().unwrap_or(&state.continuity);
    if continuity.backfill.is_some() || commit.result == PollResult::PutOff {
        return;
    }
    log_interval(feed, state, commit);
    if !matches!(commit.result, PollResult::Failed { .. }) {
        let rhythm = rules.rhythm(feed, commit.polled_at);
        log_hints(feed, state, &commit.next.learned.hints, &rhythm);
    }
}

/// Which hints slow a feed, when they begin to. Of `max-age` only the first poll says so: it may be
/// another one at every answer.
fn log_hints(feed: &Feed, state: &FeedState, hints: &Hints, rhythm: &Rhythm<'_>) {
    let before = rhythm.slowed_by(&state.learned.hints);
    let mut slowing = rhythm.slowed_by(hints);
    if state.baseline.is_done() {
        slowing.retain(|hint| *hint != Hint::MaxAge && !before.contains(hint));
    }
    if !slowing.is_empty() {
        let name = &feed.name;
        let words = rhythm.slowed_in_words(hints, &slowing);
        info!("feed {name:?}: {words}");
    }
}

/// When an adaptive feed gets another interval, and from which pace.
fn log_interval(feed: &Feed, state: &FeedState, commit: &PollCommit) {
    let Some((most, before)) = feed.every_at_most.zip(state.last_success) else {
        return;
    };
    let (at, pace) = (commit.polled_at, &commit.next.learned.pace);
    let old = state.learned.pace.interval(feed.every, most, before);
    let new = pace.interval(feed.every, most, at);
    if let Some(gap) = pace.gap(at).filter(|_| old != new) {
        let (name, reason) = (&feed.name, &commit.next.reason);
        let [old, new, gap] = [old, new, gap].map(|length| {
            let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
            SignedDuration::from_secs(seconds)
        });
        info!(%reason, "feed {name:?}: interval {new:#}, was {old:#}: a new item every {gap:#}");
    }
}
