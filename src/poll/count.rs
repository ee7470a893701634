//! What a poll adds to the metrics once it is committed.

use jiff::Timestamp;

use crate::{
    metrics::{ItemCounts, PollCount, Polled},
    model::time,
    store::{NewItem, PollCommit, PollResult},
};

/// Taken before the commit, which moves it into the store.
pub(super) fn of(commit: &PollCommit, started_at: Timestamp) -> PollCount {
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
        PollResult::Filled(missed) => {
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
