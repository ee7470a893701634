//! What the config says about when a feed is polled: its interval, the hints that it follows, and
//! its place within the interval.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};
use ring::digest::{Context, SHA256};

use super::{HintText, Hints, Learned};
use crate::model::time::add;
use crate::model::{Feed, Hint};

/// No feed is polled more often, whatever was missed.
pub const MIN_INTERVAL: Duration = Duration::from_secs(10);

/// Random delay on top of a due time, as a share of the interval.
const JITTER: f64 = 0.02;

/// The most that [`JITTER`] adds.
pub(super) const MAX_JITTER: Duration = Duration::from_secs(30);

/// Which rule set a feed's next due time. Closed: shown by `feeds`, and a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DueReason {
    /// The configured interval.
    Interval,
    /// The interval follows the feed's own rhythm.
    Adaptive,
    /// Items came and went between two polls: the interval is shorter for that.
    Missed,
    /// The publisher's hint is later than the interval.
    Hint(Hint),
    /// The server asked to wait (RFC 9110 §10.2.3).
    RetryAfter,
    /// The feed fails.
    BackOff,
    /// Its origin is not asked yet: a pause between two requests, or another feed's Retry-After.
    Pause,
}

impl DueReason {
    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Adaptive => "adaptive",
            Self::Missed => "missed-items",
            Self::Hint(hint) => hint.as_str(),
            Self::RetryAfter => "retry-after",
            Self::BackOff => "back-off",
            Self::Pause => "pause",
        }
    }
}

impl fmt::Display for DueReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A feed's rhythm as configured, and its place in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm<'a> {
    /// The interval; where there is an [`every_at_most`](Self::every_at_most), the shortest.
    pub every: Duration,
    /// The longest interval of a feed that is polled in its own rhythm.
    pub every_at_most: Option<Duration>,
    /// The longest that a publisher's hint is followed.
    pub max_interval: Duration,
    /// The hints that are followed.
    pub respect: &'a [Hint],
    /// The feed's place within the interval, in `0.0..1.0`: constant, so that feeds stay spread
    /// over restarts and after a backlog.
    pub phase: f64,
    /// This poll's place within the random delay, in `0.0..1.0`.
    pub jitter: f64,
}

impl<'a> Rhythm<'a> {
    /// The rhythm of a feed that was polled at `polled_at`.
    ///
    /// Phase and jitter are drawn from the feed's name and that time by a hash: even over all feeds
    /// and polls, but whoever asks again gets the same due time.
    pub fn of(feed: &'a Feed, max_interval: Duration, polled_at: Timestamp) -> Self {
        let name = feed.name.as_bytes();
        let time = polled_at.as_millisecond().to_be_bytes();
        Self {
            every: feed.every,
            every_at_most: feed.every_at_most,
            max_interval,
            respect: &feed.respect,
            phase: draw(&[name]),
            jitter: draw(&[name, &time]),
        }
    }

    /// Whether a hint counts: the config respects it, and somebody set it.
    pub(super) fn follows(&self, hints: &Hints, hint: Hint) -> bool {
        self.respect.contains(&hint) && !hints.is_unasked(hint)
    }

    /// The hints for which the feed is asked less often than its interval has it.
    pub fn slowed_by(&self, hints: &Hints) -> Vec<Hint> {
        let skips = hints.skips.of(self.respect);
        let slows = |hint: &Hint| match hint {
            Hint::SkipHours => !skips.hours().is_empty(),
            Hint::SkipDays => !skips.days().is_empty(),
            _ => {
                let wait = hints.wait(*hint).unwrap_or_default();
                self.follows(hints, *hint) && wait.min(self.max_interval) > self.every
            }
        };
        Hint::ALL.into_iter().filter(slows).collect()
    }

    /// What these hints do to the feed, for people.
    pub fn slowed_in_words(&self, hints: &Hints, slowing: &[Hint]) -> String {
        let because = |hint: &Hint| format!("{} ({hint})", HintText(hints, *hint));
        let because: Vec<String> = slowing.iter().map(because).collect();
        let seconds = i64::try_from(self.every.as_secs()).unwrap_or(i64::MAX);
        let every = SignedDuration::from_secs(seconds);
        format!(
            "asked less often than every {every:#}: {}; help: `respect` leaves out such hints",
            because.join(", ")
        )
    }

    /// The interval at `now`, and what made it.
    pub fn interval(&self, learned: &Learned, now: Timestamp) -> (Duration, DueReason) {
        let interval = self.unshortened(learned, now);
        let reason = match self.every_at_most {
            None => DueReason::Interval,
            Some(_) => DueReason::Adaptive,
        };
        match learned.shorten.map(|shorter| shorter.max(MIN_INTERVAL)) {
            Some(shorter) if shorter < interval => (shorter, DueReason::Missed),
            _ => (interval, reason),
        }
    }

    /// The interval that no missed items have made shorter.
    pub fn unshortened(&self, learned: &Learned, now: Timestamp) -> Duration {
        match self.every_at_most {
            None => self.every,
            Some(most) => learned.pace.interval(self.every, most, now),
        }
    }

    /// The first multiple of the interval, shifted by the phase, that is not before `earliest`.
    pub(super) fn next_slot(&self, earliest: Timestamp, interval: Duration) -> Timestamp {
        let every = i64::try_from(interval.as_millis())
            .unwrap_or(i64::MAX)
            .max(1);
        let shift = i64::try_from(self.shift(interval).as_millis()).unwrap_or(0);
        let since_slot = (earliest.as_millisecond() - shift).rem_euclid(every);
        let wait = if since_slot == 0 {
            0
        } else {
            every - since_slot
        };
        add(earliest, Duration::from_millis(wait.unsigned_abs()))
    }

    /// The phase within some length.
    pub(super) fn shift(&self, length: Duration) -> Duration {
        length.mul_f64(self.phase.clamp(0.0, 1.0))
    }

    /// The random delay at this interval.
    pub(super) fn delay(&self, interval: Duration) -> Duration {
        let delay = interval.mul_f64(JITTER * self.jitter.clamp(0.0, 1.0));
        delay.min(MAX_JITTER)
    }
}

/// A number in `0.0..1.0`, the same for the same parts.
fn draw(parts: &[&[u8]]) -> f64 {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let digest = context.finish();
    let (first, _) = digest
        .as_ref()
        .split_first_chunk()
        .expect("SHA-256 has 32 bytes");
    f64::from(u32::from_be_bytes(*first)) / (f64::from(u32::MAX) + 1.0)
}
