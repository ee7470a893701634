//! What a receiver's owner can ask for.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::Waiting;
use crate::{
    calendar::{DailyTimes, Window},
    model::Priority,
    model::time,
};

/// A receiver's delivery policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The zone of its times of day.
    pub zone: TimeZone,
    /// Alerts are collected and sent together.
    pub digest: Option<Digest>,
    /// When nothing is sent that can wait.
    pub quiet: Option<Quiet>,
    /// How often it is notified at most.
    pub at_most: Option<Rate>,
    /// How long after a first alert others may join it; a flash waits for nobody.
    pub group_wait: Option<Duration>,
}

/// Alerts sent together: at whatever comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// At these times of day.
    pub times: Vec<DailyTimes>,
    /// So long after the first alert in it.
    pub every: Option<Duration>,
    /// Once so many wait; at most [`MAX_FOLD`](super::MAX_FOLD).
    pub count: Option<usize>,
    /// Alerts from this priority up do not wait.
    pub passes: Priority,
}

/// Hours in which nothing is sent that can wait; it is summarised at their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// The hours.
    pub hours: Vec<Window>,
    /// What has this priority or a higher one is sent all the same.
    pub passes: Priority,
}

/// How often a receiver is notified at most; the rest is sent in one summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many notices; at least 1.
    pub count: usize,
    /// In any span of this length.
    pub per: Duration,
    /// What has this priority or a higher one is sent all the same.
    pub passes: Priority,
}

impl Policy {
    /// Whether it never defers anything.
    pub const fn is_immediate(&self) -> bool {
        self.digest.is_none()
            && self.quiet.is_none()
            && self.at_most.is_none()
            && self.group_wait.is_none()
    }

    /// How many of the last notices it wants to know the time of.
    pub fn memory(&self) -> usize {
        self.at_most.map_or(0, |rate| rate.count)
    }

    /// When the alerts that others may join are sent; `None` where there are none.
    pub(super) fn grouped_at(&self, waiting: &[Waiting]) -> Option<Timestamp> {
        let wait = self.group_wait?;
        let first = waiting.iter().filter(|one| groups(one));
        Some(time::add(first.map(|one| one.since).min()?, wait))
    }
}

/// A flash never waits for company.
pub(super) fn groups(one: &Waiting) -> bool {
    one.can_fold && one.priority < Priority::Flash
}

impl Digest {
    pub(super) fn defers(&self, one: &Waiting) -> bool {
        one.can_fold && one.priority < self.passes
    }

    /// When what it defers is sent; `None` where it defers nothing.
    pub(super) fn due(
        &self,
        now: Timestamp,
        waiting: &[Waiting],
        zone: &TimeZone,
    ) -> Option<Timestamp> {
        let deferred = || waiting.iter().filter(|one| self.defers(one));
        let first = deferred().map(|one| one.since).min()?;
        if self.count.is_some_and(|count| deferred().count() >= count) {
            return Some(now);
        }
        let at = self.times.iter().map(|times| times.next(first, zone));
        let after = self.every.map(|wait| time::add(first, wait));
        Some(at.chain(after).min().unwrap_or(Timestamp::MAX))
    }
}

impl Quiet {
    /// Whether `moment` is in its hours.
    pub fn covers(&self, moment: Timestamp, zone: &TimeZone) -> bool {
        self.end_around(moment, zone).is_some()
    }

    /// Whether they end: hours that follow on one another all through the week do not.
    pub fn ends(&self, zone: &TimeZone) -> bool {
        !self.covers(self.end(Timestamp::UNIX_EPOCH, zone), zone)
    }

    /// The first moment from `moment` on that is not in its hours.
    pub fn end(&self, moment: Timestamp, zone: &TimeZone) -> Timestamp {
        let mut moment = moment;
        // Hours may follow on one another; each of a week's is passed once at most.
        for _ in 0..=self.hours.len() * 7 {
            let Some(end) = self.end_around(moment, zone) else {
                break;
            };
            moment = end;
        }
        moment
    }

    fn end_around(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let ends = self.hours.iter();
        ends.filter_map(|window| window.end_around(moment, zone))
            .max()
    }
}

impl Rate {
    /// From when on one more may be sent; `None` where that is always so.
    pub(super) fn free_at(&self, now: Timestamp, sent: &[Timestamp]) -> Option<Timestamp> {
        let counted = self.counted(now, sent);
        let oldest = counted.len().checked_sub(self.count.max(1))?;
        Some(time::add(counted[oldest], self.per))
    }

    /// Whether only one more may be sent now: whatever else waits had better go with it.
    pub(super) fn is_last(&self, now: Timestamp, sent: &[Timestamp]) -> bool {
        let counted = self.counted(now, sent);
        let recent = counted.iter().filter(|at| time::add(**at, self.per) > now);
        recent.count() + 1 >= self.count
    }

    /// Those that count. What was sent in a future that a clock set back has taken away does not:
    /// it would block the receiver until then.
    fn counted<'a>(&self, now: Timestamp, sent: &'a [Timestamp]) -> &'a [Timestamp] {
        let end = sent.partition_point(|at| *at <= time::add(now, self.per));
        &sent[..end]
    }
}
