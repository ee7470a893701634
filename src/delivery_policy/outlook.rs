//! From when on each thing that waits may be sent.

use jiff::Timestamp;

use super::{Policy, Waiting, rules::groups};
use crate::model::DeferReason;

/// What is so at one moment for all that waits for a receiver.
#[derive(Debug, Clone, Copy)]
pub struct Outlook<'a> {
    policy: &'a Policy,
    now: Timestamp,
    /// When the digest is sent.
    collected_at: Option<Timestamp>,
    /// When the group is sent.
    grouped_at: Option<Timestamp>,
    /// When the rate allows one more.
    free_at: Option<Timestamp>,
    /// Whether the rate allows one and no other.
    is_last: bool,
}

/// From when on something may be sent, and what deferred it until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// From then on: now or later.
    pub at: Timestamp,
    /// Why it is or was deferred; it is sent with others that were deferred.
    pub reason: Option<DeferReason>,
}

impl Policy {
    /// The outlook at `now`, of what [`next`](Self::next) is given.
    pub fn outlook(&self, now: Timestamp, waiting: &[Waiting], sent: &[Timestamp]) -> Outlook<'_> {
        let digest = self.digest.as_ref();
        Outlook {
            policy: self,
            now,
            collected_at: digest.and_then(|digest| digest.due(now, waiting, &self.zone)),
            grouped_at: self.grouped_at(waiting),
            free_at: self.at_most.and_then(|rate| rate.free_at(now, sent)),
            is_last: self.at_most.is_some_and(|rate| rate.is_last(now, sent)),
        }
    }
}

impl Outlook<'_> {
    /// From when on one may be sent; it need not be among those that the outlook was made of.
    pub fn of(&self, one: &Waiting) -> Release {
        let mut release = Release {
            at: self.now,
            reason: None,
        };
        let digest = self.policy.digest.as_ref();
        if digest.is_some_and(|digest| digest.defers(one)) {
            release.delay(self.collected_at, DeferReason::Digest);
        } else if groups(one) {
            release.delay(self.grouped_at, DeferReason::GroupWait);
        }
        self.delay_for_rate(&mut release, one);
        self.delay_for_quiet(&mut release, one);
        release
    }

    fn delay_for_rate(&self, release: &mut Release, one: &Waiting) {
        let Some(rate) = self.policy.at_most else {
            return;
        };
        if one.priority >= rate.passes {
            return;
        }
        if self.free_at.is_some_and(|free| free > one.since) {
            release.delay(self.free_at, DeferReason::AtMost);
        } else if self.is_last {
            release.delay(Some(self.now), DeferReason::AtMost);
        }
    }

    fn delay_for_quiet(&self, release: &mut Release, one: &Waiting) {
        let Some(quiet) = &self.policy.quiet else {
            return;
        };
        if one.priority >= quiet.passes {
            return;
        }
        let zone = &self.policy.zone;
        let end = quiet.end(release.at, zone);
        if end > release.at || quiet.covers(one.since, zone) {
            release.delay(Some(end), DeferReason::Quiet);
        }
    }
}

impl Release {
    /// What waits for a digest is sent as one, whatever else delays it.
    fn delay(&mut self, until: Option<Timestamp>, reason: DeferReason) {
        let Some(until) = until else { return };
        self.at = self.at.max(until);
        if self.reason != Some(DeferReason::Digest) {
            self.reason = Some(reason);
        }
    }
}
