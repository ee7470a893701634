//! When a delivery is tried again, when a receiver that fails is probed, and when it is reported.

use std::time::Duration;

/// How long the outbox keeps trying before a delivery is dead (kept, and redrivable).
pub const DELIVERY_EXPIRES_AFTER: Duration = Duration::from_hours(72);

/// Failed attempts in a row after which a receiver is only probed.
pub const BREAKER_OPENS_AFTER: u32 = 3;

/// How long a receiver may fail, or not reach some of those behind it, before `receiver.failing` is
/// sent.
pub const RECEIVER_FAILING_AFTER: Duration = Duration::from_mins(15);

/// The longest Retry-After that is believed: a receiver that asks for a week is probed all the
/// same.
pub const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Waits before the second, third, … attempt; the last one repeats for [`RETRY_CALMS_AFTER`].
const RETRY_STEPS: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
    // With its ±20 % a receiver that is back is noticed within a minute.
    Duration::from_secs(50),
];

/// From when on a dead receiver is probed only every [`RETRY_CALM`].
const RETRY_CALMS_AFTER: Duration = Duration::from_hours(1);

/// The interval of probes after [`RETRY_CALMS_AFTER`].
const RETRY_CALM: Duration = Duration::from_mins(5);

/// The wait before the next attempt of a delivery, or the next probe of a receiver, after
/// `failures` (at least 1) in a row over `failing_for`. `jitter` in `0.0..1.0` spreads it by ±20 %.
pub fn retry_delay(failures: u32, failing_for: Duration, jitter: f64) -> Duration {
    let step = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let delay = if failing_for >= RETRY_CALMS_AFTER {
        RETRY_CALM
    } else {
        RETRY_STEPS[step.min(RETRY_STEPS.len() - 1)]
    };
    delay.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_retried_in_steps_then_calmly() {
        let delay = |failures, failing_for| retry_delay(failures, failing_for, 0.5).as_secs();
        assert_eq!(
            [1, 2, 3, 4, 99].map(|n| delay(n, Duration::ZERO)),
            [5, 15, 30, 50, 50]
        );
        assert_eq!(delay(80, Duration::from_hours(2)), 300);
        assert_eq!(retry_delay(4, Duration::ZERO, 0.0), Duration::from_secs(40));
        assert_eq!(retry_delay(4, Duration::ZERO, 1.0), Duration::from_mins(1));
    }
}
