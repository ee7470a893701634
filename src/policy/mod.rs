//! When a receiver is told: at once, later, or with others in one summary. Pure.
//!
//! In: a receiver's policy, what waits for it, and when it was last told. Out: one [`Step`]. A
//! policy is asked anew each time and remembers nothing, so a restart, a reload or a changed
//! policy cannot strand what waits. Nothing is ever dropped by a policy: what it holds stays
//! pending in the outbox, and what it folds is told in the summary.

mod calendar;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

pub use calendar::{DailyTimes, Weekdays, Window};

use crate::{
    cadence,
    model::{DeliveryId, Priority},
};

/// The most alerts in one summary; what is left goes into the next.
pub const MAX_FOLD: usize = 200;

/// A receiver's delivery policy. The default tells everything at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The zone of its times of day.
    pub zone: TimeZone,
    /// Alerts are collected and told together.
    pub digest: Option<Digest>,
    /// When nothing is told that can wait.
    pub quiet: Option<Quiet>,
    /// How often it is told at most.
    pub at_most: Option<Rate>,
    /// How long after a first alert others may join it.
    pub group_wait: Option<Duration>,
}

/// Alerts told together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// When.
    pub when: DigestWhen,
    /// Earlier, once so many wait.
    pub at_count: Option<usize>,
    /// Alerts from this priority up do not wait.
    pub passes: Priority,
}

/// When a digest is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DigestWhen {
    /// At times of day.
    At(DailyTimes),
    /// So long after the first alert in it.
    After(Duration),
}

/// Hours in which nothing is told that can wait; it is summarised at their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// The hours.
    pub windows: Vec<Window>,
    /// What has this priority or a higher one is told all the same.
    pub passes: Priority,
}

/// How often a receiver is told at most; the rest is told in one summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many notices; at least 1.
    pub count: usize,
    /// In any span of this length.
    pub per: Duration,
    /// What has this priority or a higher one is told all the same.
    pub passes: Priority,
}

/// Why something is not told yet, or is told in a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It waits for the digest.
    Digest,
    /// Quiet hours.
    Quiet,
    /// The receiver was told as often as it may be.
    Rate,
    /// Others may join it.
    Group,
}

impl Hold {
    /// The name on the wire and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Quiet => "quiet",
            Self::Rate => "at_most",
            Self::Group => "group_wait",
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Something that waits for a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which delivery.
    pub id: DeliveryId,
    /// Its priority.
    pub priority: Priority,
    /// Since when.
    pub since: Timestamp,
    /// Whether it can be part of a summary: only alerts can.
    pub is_alert: bool,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing waits.
    Idle,
    /// Tell this one.
    Send(DeliveryId),
    /// Tell these in one summary; at most [`MAX_FOLD`].
    Fold {
        /// The alerts, in the order they are to be told.
        ids: Vec<DeliveryId>,
        /// What had held them.
        hold: Hold,
    },
    /// Nothing before then.
    Wait {
        /// When the first of them may be told.
        until: Timestamp,
        /// What holds it.
        hold: Hold,
    },
}

/// From when on something may be told, and what held it until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// From then on; the time it was made where nothing holds it.
    pub at: Timestamp,
    /// What held it.
    pub hold: Option<Hold>,
}

impl Policy {
    /// Tells everything at once.
    pub const fn immediate(zone: TimeZone) -> Self {
        Self {
            zone,
            digest: None,
            quiet: None,
            at_most: None,
            group_wait: None,
        }
    }

    /// Whether it never holds anything.
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

    /// The next step. `waiting` is in the order of telling: the highest priority first, then the
    /// oldest. `told` are the times of the last [`memory`](Self::memory) notices, oldest first.
    pub fn next(&self, now: Timestamp, waiting: &[Waiting], told: &[Timestamp]) -> Step {
        let releases = self.releases(now, waiting, told);
        let released = |release: &Release| release.at <= now;
        let Some(first) = releases.iter().position(released) else {
            let soonest = releases.iter().min_by_key(|release| release.at);
            return soonest.map_or(Step::Idle, |release| Step::Wait {
                until: release.at,
                hold: release.hold.expect("only a hold makes it wait"),
            });
        };
        let (one, hold) = (&waiting[first], releases[first].hold);
        let Some(hold) = hold.filter(|_| one.is_alert) else {
            return Step::Send(one.id);
        };
        let together = waiting.iter().zip(&releases).filter(|(other, release)| {
            other.is_alert && release.hold == Some(hold) && released(release)
        });
        let ids: Vec<DeliveryId> = together.map(|(other, _)| other.id).take(MAX_FOLD).collect();
        // A digest is one even of a single alert: its reader expects that form.
        if ids.len() > 1 || hold == Hold::Digest {
            Step::Fold { ids, hold }
        } else {
            Step::Send(one.id)
        }
    }

    /// From when on each may be told.
    pub fn releases(
        &self,
        now: Timestamp,
        waiting: &[Waiting],
        told: &[Timestamp],
    ) -> Vec<Release> {
        let collected = self.digest_release(now, waiting);
        let grouped = self.group_release(waiting);
        waiting
            .iter()
            .map(|one| {
                let mut release = Release {
                    at: one.since,
                    hold: None,
                };
                if self.digest.as_ref().is_some_and(|digest| digest.holds(one)) {
                    release.delay(collected, Hold::Digest);
                } else if self.group_wait.is_some() && groups(one) {
                    release.delay(grouped, Hold::Group);
                }
                self.delay_for_quiet(&mut release, one);
                self.delay_for_rate(&mut release, one, told);
                release
            })
            .collect()
    }

    /// When what is collected is told.
    fn digest_release(&self, now: Timestamp, waiting: &[Waiting]) -> Option<Timestamp> {
        let digest = self.digest.as_ref()?;
        let held = waiting.iter().filter(|one| digest.holds(one));
        let first = held.clone().map(|one| one.since).min()?;
        if digest.at_count.is_some_and(|count| held.count() >= count) {
            return Some(now.max(first));
        }
        Some(match &digest.when {
            DigestWhen::At(times) => times.next(first, &self.zone),
            DigestWhen::After(wait) => cadence::add(first, *wait),
        })
    }

    fn group_release(&self, waiting: &[Waiting]) -> Option<Timestamp> {
        let first = waiting.iter().filter(|one| groups(one));
        let first = first.map(|one| one.since).min()?;
        Some(cadence::add(first, self.group_wait?))
    }

    fn delay_for_quiet(&self, release: &mut Release, one: &Waiting) {
        let Some(quiet) = &self.quiet else { return };
        if one.priority >= quiet.passes {
            return;
        }
        let end = |at| {
            let ends = quiet
                .windows
                .iter()
                .filter_map(|window| window.end_around(at, &self.zone));
            ends.max()
        };
        // Windows may follow on one another; each of a week's is passed once at most.
        for _ in 0..=quiet.windows.len() * 7 {
            let Some(end) = end(release.at) else { return };
            // What waits for the digest anyway is told as one.
            let hold = match release.hold {
                Some(Hold::Digest) => Hold::Digest,
                _ => Hold::Quiet,
            };
            release.delay(Some(end), hold);
        }
    }

    /// Whoever comes when the receiver was told as often as it may be waits until the first of
    /// those notices is long enough ago.
    fn delay_for_rate(&self, release: &mut Release, one: &Waiting, told: &[Timestamp]) {
        let Some(rate) = self.at_most.filter(|rate| one.priority < rate.passes) else {
            return;
        };
        let Some(oldest) = told.len().checked_sub(rate.count.max(1)) else {
            return;
        };
        let free = cadence::add(told[oldest], rate.per);
        if free > release.at {
            let hold = match release.hold {
                Some(Hold::Digest) => Hold::Digest,
                _ => Hold::Rate,
            };
            release.delay(Some(free), hold);
        }
    }
}

impl Digest {
    fn holds(&self, one: &Waiting) -> bool {
        one.is_alert && one.priority < self.passes
    }
}

/// A flash never waits for company.
fn groups(one: &Waiting) -> bool {
    one.is_alert && one.priority < Priority::Flash
}

impl Release {
    fn delay(&mut self, until: Option<Timestamp>, hold: Hold) {
        if let Some(until) = until {
            self.at = self.at.max(until);
            self.hold = Some(hold);
        }
    }
}
