//! What a poll that somebody asked for came to.

use jiff::Timestamp;
use serde::Serialize;

use crate::store::PollReport;

/// What a poll came to.
#[derive(Debug, Serialize)]
pub(crate) struct PollView {
    pub(crate) feed: String,
    pub(crate) outcome: PollOutcome,
    pub(crate) new_items: u32,
    pub(crate) alerts: u32,
    pub(crate) error: Option<String>,
    /// Before this the host is not asked.
    pub(crate) until: Option<Timestamp>,
    /// When it is polled again; `null` where it is not: it is gone, or has not been polled yet.
    pub(crate) next_due: Option<Timestamp>,
}

/// The same in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PollOutcome {
    /// The first document.
    First,
    /// Another document than before.
    Read,
    Unchanged,
    Failed,
    /// Its host asks to wait.
    Refused,
    /// The service has not come to it.
    Waiting,
}

impl PollView {
    pub(crate) fn of(report: PollReport, now: Timestamp) -> Self {
        let outcome = match &report {
            report if report.waits && report.pause_ends_at > now => PollOutcome::Refused,
            report if report.waits => PollOutcome::Waiting,
            report if report.error.is_some() => PollOutcome::Failed,
            report if report.first => PollOutcome::First,
            report if report.changed => PollOutcome::Read,
            _ => PollOutcome::Unchanged,
        };
        let polled = !report.waits;
        let next_due = report.due_at.filter(|_| polled);
        Self {
            next_due: next_due.map(|due| due.max(report.pause_ends_at)),
            feed: report.feed,
            outcome,
            new_items: if polled { report.items } else { 0 },
            alerts: if polled { report.alerts } else { 0 },
            error: report.error.filter(|_| polled),
            until: (outcome == PollOutcome::Refused).then_some(report.pause_ends_at),
        }
    }

    /// Whether the service has come to it.
    pub(crate) fn is_done(&self) -> bool {
        self.outcome != PollOutcome::Waiting && self.outcome != PollOutcome::Refused
    }

    /// Whether the feed was read.
    pub(crate) fn is_good(&self) -> bool {
        matches!(
            self.outcome,
            PollOutcome::First | PollOutcome::Read | PollOutcome::Unchanged
        )
    }
}
