//! When next: pure functions of what is known; every time is an argument.

mod pace;
mod plan;
mod retry;
mod rhythm;
mod silence;
mod wishes;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use self::{
    pace::Pace,
    plan::{Candidate, DueReason, LastPoll, MAX_BACK_OFF, Plan, plan},
    retry::{
        BREAKER_OPENS_AFTER, DELIVERY_EXPIRES_AFTER, MAX_RETRY_AFTER, RECEIVER_TOLD_AFTER,
        retry_delay,
    },
    rhythm::{MIN_INTERVAL, Rhythm},
    silence::{RHYTHM, SHORTEST_SILENCE, surprising_at},
    wishes::{Learned, Skips, Told, Wishes},
};

/// The time between two instants, zero where `later` is before `earlier`.
pub fn elapsed(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}

/// `at + by`, at the end of time at the latest.
pub fn add(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
