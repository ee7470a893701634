//! Arithmetic of instants that neither fails nor overflows.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The time between two instants, zero where `later` is before `earlier`.
pub fn elapsed(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}

/// `at + by`, at the end of time at the latest.
pub fn add(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
