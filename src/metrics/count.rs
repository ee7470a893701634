//! How steps count.

use std::time::Duration;

use super::{Metrics, attempt, receiver, watch};

/// How a poll ended. Closed: a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    /// A document was read.
    Read,
    /// 304, or the same document as before.
    Unchanged,
    /// A page of the feed's archive was read, for what was missed.
    Filled,
    /// Nothing could be read.
    Failed,
    /// We had no room to read it; it comes again soon.
    PutOff,
}

impl Polled {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Unchanged,
        Self::Filled,
        Self::Failed,
        Self::PutOff,
    ];

    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Unchanged => "unchanged",
            Self::Filled => "filled",
            Self::Failed => "failed",
            Self::PutOff => "put_off",
        }
    }
}

/// What became of an attempt to deliver. Closed: a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempted {
    /// The receiver took it.
    Delivered,
    /// Not this time; it is tried again.
    Failed,
    /// Given up.
    Dead,
    /// A digest that was too large; its halves are tried next.
    Split,
}

impl Attempted {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Failed, Self::Dead, Self::Split];

    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Split => "split",
        }
    }
}

/// Items of one poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ItemCounts {
    /// Not seen before, and watches were asked about them.
    pub new: u64,
    /// Those of a first poll that no watch was asked about.
    pub baseline: u64,
    /// Edited since.
    pub updated: u64,
}

impl ItemCounts {
    fn labelled(self) -> [(&'static str, u64); 3] {
        [
            ("new", self.new),
            ("baseline", self.baseline),
            ("updated", self.updated),
        ]
    }
}

/// What a poll adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollCount {
    /// How it ended.
    pub outcome: Polled,
    /// Why it failed, in a closed word.
    pub reason: Option<String>,
    /// From its request to its commit.
    pub took: Duration,
    /// What it brought.
    pub items: ItemCounts,
    /// Of each new item that names its time: how long ago that was.
    pub lags: Vec<Duration>,
}

impl Metrics {
    /// Begins what has only closed words at zero.
    pub(super) fn begin(&self) {
        for outcome in Polled::ALL {
            drop(self.polls.get_or_create(&[("outcome", outcome.as_str())]));
        }
        for (kind, _) in ItemCounts::default().labelled() {
            drop(self.items.get_or_create(&[("kind", kind)]));
        }
    }

    /// Bytes of a document that was fetched, unpacked.
    pub fn fetched(&self, bytes: usize) {
        self.document_bytes
            .inc_by(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// A poll was committed.
    pub fn polled(&self, poll: PollCount) {
        let outcome = [("outcome", poll.outcome.as_str())];
        self.polls.get_or_create(&outcome).inc();
        self.poll_seconds.observe(poll.took.as_secs_f64());
        if let Some(reason) = poll.reason {
            self.poll_failures
                .get_or_create(&[("reason", reason)])
                .inc();
        }
        for (kind, count) in poll.items.labelled() {
            if count > 0 {
                self.items.get_or_create(&[("kind", kind)]).inc_by(count);
            }
        }
        for lag in poll.lags {
            self.seen_seconds.observe(lag.as_secs_f64());
        }
    }

    /// An alert was made for these watches.
    pub fn alerted<'a>(&self, watches: impl IntoIterator<Item = &'a String>) {
        for name in watches {
            self.alerts.get_or_create(&watch(name)).inc();
        }
    }

    /// An attempt to deliver was recorded.
    pub fn attempted(&self, receiver: &str, outcome: Attempted) {
        self.attempts
            .get_or_create(&attempt(receiver, outcome))
            .inc();
    }

    /// An alert was delivered, so long after its item was seen.
    pub fn delivered_after(&self, lag: Duration) {
        self.delivered_seconds.observe(lag.as_secs_f64());
    }

    /// Whether the receiver's policy holds back what waits.
    pub fn holds(&self, name: &str, is_held: bool) {
        self.held
            .get_or_create(&receiver(name))
            .set(i64::from(is_held));
    }
}
