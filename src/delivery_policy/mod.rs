//! When a receiver is notified: at once, later, or with others in one summary. Pure.
//!
//! In: a receiver's policy, what waits for it, and when it was last notified. Out: one [`Decision`]. A
//! policy is asked anew each time and remembers nothing, so a restart, a reload, a changed policy
//! or a clock that jumps cannot strand what waits. Nothing is ever dropped by a policy: what it
//! defers stays pending in the outbox, and what it folds is sent in the summary.
//!
//! Only an alert that was never attempted can wait for a digest or be folded: of an attempt nobody
//! may know how it went, and the same story under another id could not be identified as a repeat.
//! What was attempted, and notices about trouble, are sent by themselves, deferred at most by quiet
//! hours and by the rate.

mod copies;
mod outlook;
mod rules;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use copies::{Because, Candidate, Folding, SentAlert};
pub use outlook::{Outlook, Release};
pub use rules::{Digest, Policy, Quiet, Rate};

use crate::model::{DeferReason, DeliveryId, Priority};

/// The most alerts in one summary; what is left goes into the next. A mail of so many, of
/// usual length, stays below the 102 KB at which Gmail cuts a message off.
pub const MAX_FOLD: usize = 100;

/// Something that waits for a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which delivery.
    pub id: DeliveryId,
    /// Its priority.
    pub priority: Priority,
    /// Since when.
    pub since: Timestamp,
    /// Whether it can be part of a summary: an alert that was never attempted.
    pub can_fold: bool,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing waits.
    Idle,
    /// Tell this one.
    Send(DeliveryId),
    /// Tell these in one summary; at most [`MAX_FOLD`].
    Fold {
        /// The alerts, in the order they are to be sent.
        ids: Vec<DeliveryId>,
        /// Why they were deferred.
        reason: DeferReason,
    },
    /// Nothing before then.
    Defer {
        /// When the first of them may be sent.
        until: Timestamp,
        /// Why.
        reason: DeferReason,
    },
}

impl Policy {
    /// The next step. `waiting` is in the order of telling: the highest priority first, then the
    /// oldest; [`MAX_FOLD`] of each priority are enough. `sent` are the times of the last
    /// [`memory`](Self::memory) notices, oldest first.
    pub fn next(&self, now: Timestamp, waiting: &[Waiting], sent: &[Timestamp]) -> Decision {
        let outlook = self.outlook(now, waiting, sent);
        let releases: Vec<Release> = waiting.iter().map(|one| outlook.of(one)).collect();
        let all = || waiting.iter().zip(&releases);
        let Some((first, release)) = all().find(|(_, release)| release.at <= now) else {
            let soonest = releases.iter().min_by_key(|release| release.at);
            return soonest.map_or(Decision::Idle, |release| Decision::Defer {
                until: release.at,
                reason: release.reason.expect("only a policy makes it wait"),
            });
        };
        let Some(reason) = release.reason.filter(|_| first.can_fold) else {
            return Decision::Send(first.id);
        };
        // What cannot be part of it goes first: a summary that was made, before the next is made.
        let apart = all().find(|(one, release)| {
            !one.can_fold && one.priority >= first.priority && release.at <= now
        });
        if let Some((apart, _)) = apart {
            return Decision::Send(apart.id);
        }
        let together = all()
            .filter(|(one, release)| one.can_fold && release.reason.is_some() && release.at <= now);
        let ids: Vec<DeliveryId> = together.map(|(one, _)| one.id).take(MAX_FOLD).collect();
        // A digest is one even of a single alert: its reader expects that form.
        if ids.len() > 1 || reason == DeferReason::Digest {
            Decision::Fold { ids, reason }
        } else {
            Decision::Send(first.id)
        }
    }
}
