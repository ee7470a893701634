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
mod tests;
