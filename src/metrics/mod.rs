//! What is counted where it happens.
//!
//! A step adds to a number when what it counts is on the disk: a poll that is not committed counts
//! nothing. Every label has few values, closed words of ours or names of the config; the series of a
//! name end when a reload takes it away. What is a state and not a count is not here: it is read when
//! somebody asks.

mod count;

use std::collections::BTreeSet;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

pub use count::{Attempted, ItemCounts, PollCount, Polled};

/// Of a poll, in seconds: from a near server that says 304 to one that takes a minute.
const POLL_SECONDS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0];

/// Between the time that a story names and the poll that saw it, in seconds: a minute to a week.
const SEEN_SECONDS: [f64; 10] = [
    60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 14_400.0, 86_400.0, 604_800.0,
];

/// Between that poll and the receiver's yes, in seconds: a tenth to a day.
const DELIVERED_SECONDS: [f64; 11] = [
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0, 86_400.0,
];

/// One label that says a closed word.
type Word = [(&'static str, &'static str); 1];
/// One label that says a name.
type Name = [(&'static str, String); 1];

/// The counters of one program.
#[derive(Debug)]
pub struct Metrics {
    polls: Family<Word, Counter>,
    poll_failures: Family<Name, Counter>,
    poll_seconds: Histogram,
    document_bytes: Counter,
    items: Family<Word, Counter>,
    alerts: Family<Name, Counter>,
    seen_seconds: Histogram,
    attempts: Family<(Name, Word), Counter>,
    held: Family<Name, Gauge>,
    delivered_seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            polls: Family::default(),
            poll_failures: Family::default(),
            poll_seconds: Histogram::new(POLL_SECONDS),
            document_bytes: Counter::default(),
            items: Family::default(),
            alerts: Family::default(),
            seen_seconds: Histogram::new(SEEN_SECONDS),
            attempts: Family::default(),
            held: Family::default(),
            delivered_seconds: Histogram::new(DELIVERED_SECONDS),
        };
        metrics.begin();
        metrics
    }
}

/// The names of the config that are labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Of the watches.
    pub watches: BTreeSet<String>,
    /// Of the receivers.
    pub receivers: BTreeSet<String>,
}

impl Metrics {
    /// Ends the series of names that were there before and are no more, and begins the others at
    /// zero: without a zero before it, the first alert of a watch would be no increase.
    pub fn follow(&self, before: &Names, now: &Names) {
        for gone in before.watches.difference(&now.watches) {
            self.alerts.remove(&watch(gone));
        }
        for gone in before.receivers.difference(&now.receivers) {
            self.held.remove(&receiver(gone));
            for outcome in Attempted::ALL {
                self.attempts.remove(&attempt(gone, outcome));
            }
        }
        for name in &now.watches {
            drop(self.alerts.get_or_create(&watch(name)));
        }
        for name in &now.receivers {
            drop(self.held.get_or_create(&receiver(name)));
            for outcome in Attempted::ALL {
                drop(self.attempts.get_or_create(&attempt(name, outcome)));
            }
        }
    }

    /// Adds every counter to those that a scrape shows.
    pub fn register(&self, registry: &mut Registry) {
        let all = registry;
        all.register(
            "polls",
            "Visits to feeds that ended, by outcome",
            self.polls.clone(),
        );
        all.register(
            "poll_failures",
            "Visits to feeds that failed, by reason",
            self.poll_failures.clone(),
        );
        all.register(
            "poll_duration_seconds",
            "From the request to the commit of a visit",
            self.poll_seconds.clone(),
        );
        all.register(
            "poll_document_bytes",
            "Bytes of the documents that were fetched, unpacked",
            self.document_bytes.clone(),
        );
        all.register(
            "items",
            "Items that were read for the first time, or edited",
            self.items.clone(),
        );
        all.register(
            "alerts",
            "Items that a watch alerted, by watch",
            self.alerts.clone(),
        );
        all.register(
            "item_seen_lag_seconds",
            "From the time that a new item names to the poll that saw it",
            self.seen_seconds.clone(),
        );
        all.register(
            "delivery_attempts",
            "Attempts to deliver a notice, by receiver and outcome",
            self.attempts.clone(),
        );
        all.register(
            "receiver_held",
            "Whether the receiver's own policy holds back what waits for it",
            self.held.clone(),
        );
        all.register(
            "alert_delivery_lag_seconds",
            "From the commit that made an alert, or its last retry, to its delivery; digests are left out",
            self.delivered_seconds.clone(),
        );
    }
}

fn watch(name: &str) -> Name {
    [("watch", name.to_owned())]
}

fn receiver(name: &str) -> Name {
    [("receiver", name.to_owned())]
}

fn attempt(name: &str, outcome: Attempted) -> (Name, Word) {
    (receiver(name), [("outcome", outcome.as_str())])
}

#[cfg(test)]
mod tests;
