//! A feed's next due time. Every rule says a time, and the latest one that counts wins; the plan
//! keeps what all of them said, so that commands can show why.

use std::time::Duration;

use jiff::Timestamp;

use super::{DueReason, Learned, Rhythm};
use crate::model::Hint;
use crate::model::time::add;

/// The longest back-off of a failing feed: a feed is never given up, only asked once a day.
pub const MAX_BACK_OFF: Duration = Duration::from_hours(24);

/// Where a pushed due time falls within the first hour that is not skipped: anywhere.
const HOUR: Duration = Duration::from_hours(1);

/// A feed's last poll and what is known since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastPoll {
    /// When it began.
    pub at: Timestamp,
    /// Failed polls in a row, this one included; 0 after a good one.
    pub failures: u32,
    /// What the polls have taught.
    pub learned: Learned,
}

/// A due time and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When the feed is due.
    pub due_at: Timestamp,
    /// The rule that says so.
    pub reason: DueReason,
    /// The interval in force.
    pub interval: Duration,
    /// What every rule says, in the order in which they are asked.
    pub candidates: Vec<Candidate>,
}

/// What one rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The rule.
    pub reason: DueReason,
    /// Not before this.
    pub at: Timestamp,
    /// Whether it counts: a hint that the config does not respect is only shown.
    pub counts: bool,
}

/// When a feed is due again, and why then.
///
/// After a good poll that is the feed's next slot (multiples of its interval, shifted by its phase)
/// that is at least half an interval away, or the latest of the publisher's hints where that is
/// later, but no hint beyond [`max_interval`](Rhythm::max_interval) from the poll's start. After a
/// failure it is the back-off or Retry-After. A due time in a skipped hour moves into the first
/// hour that is not, no further than `max_interval`.
pub fn plan(last: &LastPoll, rhythm: &Rhythm<'_>) -> Plan {
    let last = &LastPoll {
        at: whole_millisecond(last.at),
        ..*last
    };
    let (interval, own) = rhythm.interval(&last.learned, last.at);
    let mut plan = Plan {
        due_at: Timestamp::MIN,
        reason: own,
        interval,
        candidates: Vec::with_capacity(4),
    };
    let delay = rhythm.delay(interval);
    if last.failures == 0 {
        let slot = rhythm.next_slot(add(last.at, interval / 2), interval);
        plan.take(own, add(slot, delay), true);
        plan.take_hints(last, rhythm, delay);
    } else {
        let back_off = back_off(interval, last.failures);
        plan.take(DueReason::BackOff, add(last.at, back_off + delay), true);
        if let Some(asked) = last.learned.retry_at {
            let asked = asked.min(add(last.at, MAX_BACK_OFF));
            plan.take(DueReason::RetryAfter, add(asked, delay), true);
        }
    }
    plan.skip(last, rhythm);
    plan
}

impl Plan {
    /// The same, with the time before which the feed's origin is not asked.
    #[must_use]
    pub fn paused_until(mut self, pause_ends_at: Timestamp) -> Self {
        self.take(DueReason::Pause, pause_ends_at, true);
        self
    }

    /// Notes what a rule says; the latest rule that counts sets the due time.
    fn take(&mut self, reason: DueReason, at: Timestamp, counts: bool) {
        let at = whole_millisecond(at);
        self.candidates.push(Candidate { reason, at, counts });
        if counts && at > self.due_at {
            (self.due_at, self.reason) = (at, reason);
        }
    }

    fn take_hints(&mut self, last: &LastPoll, rhythm: &Rhythm<'_>, delay: Duration) {
        let hints = &last.learned.hints;
        for hint in Hint::ALL {
            let Some(wait) = hints.wait(hint) else {
                continue;
            };
            let at = add(last.at, wait.saturating_add(delay)).min(self.ceiling(last, rhythm));
            self.take(DueReason::Hint(hint), at, rhythm.follows(hints, hint));
        }
    }

    /// Moves a due time out of the hours and days that the publisher skips.
    fn skip(&mut self, last: &LastPoll, rhythm: &Rhythm<'_>) {
        let skips = last.learned.hints.skips.of(rhythm.respect);
        let Some((hour, hint)) = skips.push(self.due_at) else {
            return;
        };
        // All who skip the same hours would come at the stroke of the next.
        let at = add(hour, rhythm.shift(HOUR.min(self.interval)));
        let at = at.min(self.ceiling(last, rhythm));
        self.take(DueReason::Hint(hint), at, true);
    }

    fn ceiling(&self, last: &LastPoll, rhythm: &Rhythm<'_>) -> Timestamp {
        add(last.at, rhythm.max_interval.max(self.interval))
    }
}

/// As the store keeps it: a plan worked out again from there is the same.
fn whole_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// The interval after `failures` failed polls in a row: once more at the usual time (a blip), then
/// doubled each time up to a day, or the interval itself where that is longer.
fn back_off(every: Duration, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(20);
    every
        .saturating_mul(1 << doublings)
        .min(MAX_BACK_OFF)
        .max(every)
}
