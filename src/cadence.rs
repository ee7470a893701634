//! When next: pure functions of what is known; `now` and `jitter` are arguments.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

/// The longest back-off of a failing feed: a feed is never given up, only asked once a day.
pub const MAX_BACK_OFF: Duration = Duration::from_hours(24);

/// How long the outbox keeps trying before a delivery is dead (kept, and redrivable).
pub const DELIVERY_EXPIRES_AFTER: Duration = Duration::from_hours(72);

/// Failed attempts in a row after which a receiver is only probed.
pub const BREAKER_OPENS_AFTER: u32 = 3;

/// The longest Retry-After that is believed: a receiver that asks for a week is probed all the same.
pub const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Random delay on top of a due time, as a share of the interval.
const POLL_JITTER: f64 = 0.02;

/// The most that [`POLL_JITTER`] adds.
const MAX_POLL_JITTER: Duration = Duration::from_secs(30);

/// Waits before the second, third, … attempt; the last one repeats for [`RETRY_CALMS_AFTER`].
const RETRY_STEPS: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_mins(1),
];

/// From when on a dead receiver is probed only every [`RETRY_CALM`].
const RETRY_CALMS_AFTER: Duration = Duration::from_hours(1);

/// The interval of probes after [`RETRY_CALMS_AFTER`].
const RETRY_CALM: Duration = Duration::from_mins(5);

/// Which rule set a feed's next due time. Closed: shown by `feeds`, and a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueReason {
    /// The feed's own interval.
    Interval,
    /// The server said the answer is fresh for longer (RFC 9111 §4.2).
    Freshness,
    /// The feed's `ttl` element is longer than the interval.
    Ttl,
    /// The server asked to wait (RFC 9110 §10.2.3).
    RetryAfter,
    /// The feed fails.
    BackOff,
}

impl DueReason {
    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Freshness => "max-age",
            Self::Ttl => "ttl",
            Self::RetryAfter => "retry-after",
            Self::BackOff => "back-off",
        }
    }
}

impl fmt::Display for DueReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What a poll says about the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollWish {
    /// It went well.
    Good {
        /// How long the server calls its answer fresh.
        freshness: Option<Duration>,
        /// The feed's own `ttl`.
        ttl: Option<Duration>,
    },
    /// It failed, this many times in a row, this one included.
    Failed {
        /// At least 1.
        failures: u32,
        /// When the server wants to be asked again.
        retry_at: Option<Timestamp>,
    },
}

/// What the config says about a feed's rhythm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// The interval.
    pub every: Duration,
    /// The longest a server's wish is followed.
    pub max_interval: Duration,
    /// The feed's place within the interval, in `0.0..1.0`: constant, so that feeds stay spread
    /// over restarts and after a backlog.
    pub phase: f64,
}

/// The next due time of a feed polled at `polled_at` (the start of the request), and the rule that
/// set it. `jitter` is in `0.0..1.0`.
///
/// Without a server's wish this is the feed's next slot (multiples of `every`, shifted by `phase`)
/// that is at least half an interval away; a server's wish is a floor, never a slot.
pub fn next_poll(
    polled_at: Timestamp,
    rhythm: Rhythm,
    wish: PollWish,
    jitter: f64,
) -> (Timestamp, DueReason) {
    let slot = next_slot(add(polled_at, rhythm.every / 2), rhythm);
    let spread = rhythm.every.mul_f64(POLL_JITTER * jitter.clamp(0.0, 1.0));
    let spread = spread.min(MAX_POLL_JITTER);
    let ceiling = add(polled_at, rhythm.max_interval.max(rhythm.every));
    let floor = |wait: Duration| add(polled_at, wait).min(ceiling);
    let (at, reason) = match wish {
        PollWish::Good { freshness, ttl } => [
            (freshness.map(floor), DueReason::Freshness),
            (ttl.map(floor), DueReason::Ttl),
        ]
        .into_iter()
        .filter_map(|(at, reason)| Some((at?, reason)))
        .fold((slot, DueReason::Interval), later),
        PollWish::Failed { failures, retry_at } => {
            let back_off = add(polled_at, back_off(rhythm.every, failures));
            let asked = retry_at.map_or(polled_at, |at| at.min(add(polled_at, MAX_BACK_OFF)));
            later(
                (back_off, DueReason::BackOff),
                (asked, DueReason::RetryAfter),
            )
        }
    };
    (add(at, spread), reason)
}

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

/// The time between two instants, zero where `later` is before `earlier`.
pub fn elapsed(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}

/// `at + by`, at the end of time at the latest.
pub fn add(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
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

fn later<T>(a: (Timestamp, T), b: (Timestamp, T)) -> (Timestamp, T) {
    if b.0 > a.0 { b } else { a }
}

/// The first multiple of the interval, shifted by the phase, that is not before `earliest`.
fn next_slot(earliest: Timestamp, rhythm: Rhythm) -> Timestamp {
    let every = i64::try_from(rhythm.every.as_millis()).unwrap_or(i64::MAX);
    let every = every.max(1);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a phase needs no more than 53 bits"
    )]
    let phase = (every as f64 * rhythm.phase.clamp(0.0, 1.0)) as i64;
    let since_slot = (earliest.as_millisecond() - phase).rem_euclid(every);
    let wait = if since_slot == 0 {
        0
    } else {
        every - since_slot
    };
    add(earliest, Duration::from_millis(wait.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUARTER: Duration = Duration::from_mins(15);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).expect("in range")
    }

    fn rhythm(phase: f64) -> Rhythm {
        Rhythm {
            every: QUARTER,
            max_interval: Duration::from_hours(24),
            phase,
        }
    }

    const CALM: PollWish = PollWish::Good {
        freshness: None,
        ttl: None,
    };

    fn wait(wish: PollWish) -> (Duration, DueReason) {
        let (due, reason) = next_poll(at(0), rhythm(0.0), wish, 0.0);
        (elapsed(at(0), due), reason)
    }

    #[test]
    fn polls_in_time_keep_their_slot() {
        let (first, _) = next_poll(at(0), rhythm(0.3), CALM, 0.0);
        let late = add(first, Duration::from_secs(20));
        let (second, reason) = next_poll(late, rhythm(0.3), CALM, 0.0);
        assert_eq!(elapsed(first, second), QUARTER);
        assert_eq!(reason, DueReason::Interval);
    }

    #[test]
    fn feeds_of_one_interval_are_spread_by_their_phase() {
        let (one, _) = next_poll(at(0), rhythm(0.1), CALM, 0.0);
        let (two, _) = next_poll(at(0), rhythm(0.6), CALM, 0.0);
        let apart = elapsed(one.min(two), one.max(two));
        assert_eq!(apart, QUARTER / 2);
    }

    #[test]
    fn a_servers_wish_is_a_floor_up_to_the_ceiling() {
        let good = |freshness, ttl| PollWish::Good { freshness, ttl };
        let hours = |hours| Some(Duration::from_hours(hours));
        assert_eq!(
            wait(good(hours(2), None)),
            (Duration::from_hours(2), DueReason::Freshness)
        );
        assert_eq!(
            wait(good(hours(2), hours(3))),
            (Duration::from_hours(3), DueReason::Ttl)
        );
        assert_eq!(wait(good(hours(9000), None)).0, Duration::from_hours(24));
        assert_eq!(
            wait(good(Some(Duration::ZERO), None)).1,
            DueReason::Interval
        );
    }

    #[test]
    fn a_blip_costs_nothing_and_a_dead_feed_is_asked_once_a_day() {
        let failed = |failures| {
            wait(PollWish::Failed {
                failures,
                retry_at: None,
            })
            .0
        };
        assert_eq!(failed(1), QUARTER);
        assert_eq!(failed(2), QUARTER * 2);
        assert_eq!(failed(5), QUARTER * 16);
        assert_eq!(failed(u32::MAX), MAX_BACK_OFF);
    }

    #[test]
    fn retry_after_is_a_floor_of_at_most_a_day() {
        let failed = |retry_at| {
            wait(PollWish::Failed {
                failures: 1,
                retry_at: Some(retry_at),
            })
        };
        assert_eq!(
            failed(at(7200)),
            (Duration::from_hours(2), DueReason::RetryAfter)
        );
        assert_eq!(failed(at(60)), (QUARTER, DueReason::BackOff));
        assert_eq!(failed(at(9_000_000)).0, MAX_BACK_OFF);
    }

    #[test]
    fn deliveries_are_retried_in_steps_then_calmly() {
        let delay = |failures, failing_for| retry_delay(failures, failing_for, 0.5).as_secs();
        assert_eq!(
            [1, 2, 3, 4, 99].map(|n| delay(n, Duration::ZERO)),
            [5, 15, 30, 60, 60]
        );
        assert_eq!(delay(80, Duration::from_hours(2)), 300);
        assert_eq!(retry_delay(4, Duration::ZERO, 0.0), Duration::from_secs(48));
        assert_eq!(retry_delay(4, Duration::ZERO, 1.0), Duration::from_secs(72));
    }

    proptest! {
        #[test]
        fn the_next_poll_is_between_half_an_interval_and_the_longest_wait(
            second in 0_i64..10_000_000,
            every in 1_u64..200_000,
            phase in 0.0_f64..1.0,
            jitter in 0.0_f64..1.0,
            failures in 0_u32..100,
        ) {
            let every = Duration::from_secs(every);
            let rhythm = Rhythm { every, max_interval: Duration::from_hours(24), phase };
            let wish = if failures == 0 { CALM } else { PollWish::Failed { failures, retry_at: None } };
            let (due, _) = next_poll(at(second), rhythm, wish, jitter);
            let wait = elapsed(at(second), due);
            prop_assert!(wait >= every / 2);
            prop_assert!(wait <= every.mul_f64(1.5).max(MAX_BACK_OFF) + MAX_POLL_JITTER + Duration::from_millis(2));
        }
    }
}
