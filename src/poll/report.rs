//! What a poll came to, for the log and for the metrics. Taken before the commit, which moves it into
//! the store.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{Span, debug, info, warn};

use crate::{
    metrics::{ItemCounts, PollCount, Polled},
    model::Feed,
    model::time,
    store::{NewItem, PollCommit, PollResult},
};

/// Says in the log how a poll ended.
pub(super) fn log(feed: &Feed, commit: &PollCommit, started_at: Timestamp) {
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
        PollResult::Backfilled(missed) => {
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

/// What it adds to the metrics.
pub(super) fn count(commit: &PollCommit, started_at: Timestamp) -> PollCount {
    let mut count = PollCount {
        outcome: Polled::Unchanged,
        reason: None,
        took: time::elapsed(started_at, commit.committed_at),
        items: ItemCounts::default(),
        lags: Vec::new(),
    };
    match &commit.result {
        PollResult::Unchanged { .. } => {}
        PollResult::PutOff => count.outcome = Polled::PutOff,
        PollResult::Failed { reason, .. } => {
            count.outcome = Polled::Failed;
            count.reason = Some(reason.clone());
        }
        PollResult::Read(read) => {
            count.outcome = Polled::Read;
            let edits = read.known.iter().filter(|item| item.revision.is_some());
            count.items.updated = number(edits.count());
            add_news(&mut count, &read.news, commit.committed_at);
        }
        PollResult::Backfilled(missed) => {
            count.outcome = Polled::Filled;
            add_news(&mut count, missed, commit.committed_at);
        }
    }
    count
}

fn add_news(count: &mut PollCount, news: &[NewItem], now: Timestamp) {
    let asked: Vec<_> = news.iter().filter(|new| !new.is_baseline).collect();
    count.items.new = number(asked.len());
    count.items.baseline = number(news.len() - asked.len());
    let published = asked.iter().filter_map(|new| new.item.published);
    count.lags = published.map(|at| time::elapsed(at, now)).collect();
}

fn number(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_given_in_the_unit_it_is_meant_in() {
        for (millis, words) in [
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
            assert_eq!(in_words(Duration::from_millis(millis)), words, "{millis}");
        }
    }
}
